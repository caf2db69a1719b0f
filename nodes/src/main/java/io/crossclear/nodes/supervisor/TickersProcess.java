package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the oracles of a local network listen to, as a process of its own: the world outside must
 * not end with a node.
 */
final class TickersProcess implements Service {

  private static final Duration START = Duration.ofSeconds(30);
  private static final List<String> JVM = List.of("-Xmx48m", "-XX:TieredStopAtLevel=1");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

  private final DataFolder data;
  private int port;
  private volatile ProcessId process = ProcessId.NONE;

  /**
   * @param port preferred
   */
  TickersProcess(DataFolder data, int port) {
    this.data = data;
    this.port = port;
  }

  @Override
  public void start() throws IOException, InterruptedException {
    if (adopt()) {
      return;
    }
    port = Ports.choose(port);
    List<String> arguments =
        List.of(name(), "--data", data.root().toString(), "--port", Integer.toString(port));
    process =
        ProcessId.of(
                new ProcessBuilder(JavaCommand.crossclear(JVM, arguments))
                    .directory(data.root().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name()).toFile()))
                    .start()
                    .pid())
            .orElse(ProcessId.NONE);
    long deadline = System.nanoTime() + START.toNanos();
    while (!serving()) {
      if (!process.alive() || System.nanoTime() > deadline) {
        throw new LocalNetworkException("The tickers do not answer; see " + data.log(name()) + ".");
      }
      Thread.sleep(50);
    }
  }

  /** One that does not answer is ended. */
  @Override
  public boolean adopt() throws InterruptedException {
    for (ProcessId candidate : ProcessId.running()) {
      Optional<String> folder = option(candidate, "--data");
      Optional<String> listening = option(candidate, "--port");
      if (folder.filter(data.root().toString()::equals).isPresent() && listening.isPresent()) {
        process = candidate;
        port = Integer.parseInt(listening.get());
        if (serving()) {
          return true;
        }
        stop(Duration.ofSeconds(5));
      }
    }
    return false;
  }

  private Optional<String> option(ProcessId candidate, String option) {
    List<String> command = candidate.command();
    int at = command.indexOf(option);
    return !command.contains(name()) || at < 0 || at + 1 >= command.size()
        ? Optional.empty()
        : Optional.of(command.get(at + 1));
  }

  /** Any answer is one: the root path has no ticker. */
  @Override
  public boolean serving() {
    if (!process.alive()) {
      return false;
    }
    try {
      HTTP.send(
          HttpRequest.newBuilder(URI.create(url())).timeout(Duration.ofSeconds(2)).build(),
          HttpResponse.BodyHandlers.discarding());
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String name() {
    return "tickers";
  }

  @Override
  public ServiceState.Kind kind() {
    return ServiceState.Kind.TICKERS;
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
