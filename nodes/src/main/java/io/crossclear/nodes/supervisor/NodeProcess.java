package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The clearing node: its own JVM, started with {@code node.conf}, serving once {@code /ready} says
 * 200.
 */
final class NodeProcess implements Service {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

  private final DataFolder data;
  private final List<String> command;
  private final int port;
  private volatile ProcessId process = ProcessId.NONE;

  /**
   * @param command starts a node; {@code --config FILE} is appended
   * @param port of its HTTP API, the one in its configuration
   */
  NodeProcess(DataFolder data, List<String> command, int port) {
    this.data = data;
    this.command = new ArrayList<>(command);
    this.command.addAll(List.of("--config", data.nodeConfig().toString()));
    this.port = port;
  }

  @Override
  public void start() throws IOException {
    if (!adopt()) {
      process =
          ProcessId.of(
                  new ProcessBuilder(command)
                      .directory(data.root().toFile())
                      .redirectErrorStream(true)
                      .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                      .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name()).toFile()))
                      .start()
                      .pid())
              .orElse(ProcessId.NONE);
    }
  }

  @Override
  public boolean adopt() {
    String config = data.nodeConfig().toString();
    for (ProcessId candidate : ProcessId.running()) {
      List<String> arguments = candidate.command();
      int at = arguments.indexOf("--config");
      if (at > 0 && at + 1 < arguments.size() && arguments.get(at + 1).equals(config)) {
        process = candidate;
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean serving() {
    return process.alive() && ready(url());
  }

  /** Whether a node at this address says that it is ready. */
  static boolean ready(String url) {
    try {
      return HTTP.send(
                  HttpRequest.newBuilder(URI.create(url + "/ready"))
                      .timeout(Duration.ofSeconds(2))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String name() {
    return "node-1";
  }

  @Override
  public ServiceState.Kind kind() {
    return ServiceState.Kind.NODE;
  }

  @Override
  public ProcessId running() {
    return process;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + port;
  }
}
