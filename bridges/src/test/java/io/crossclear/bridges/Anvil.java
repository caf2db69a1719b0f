package io.crossclear.bridges;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real anvil on a free port of this machine. It mines a block per transaction unless it is given
 * a block time.
 */
public final class Anvil implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final URI uri;

  private Anvil(Process process, URI uri) {
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts one and waits until it answers.
   *
   * @param blockTime empty for a block per transaction
   * @param slotsInEpoch blocks are final two epochs below the head
   */
  public static Anvil start(long chainId, Optional<Duration> blockTime, int slotsInEpoch) {
    int port = freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                binary().toString(),
                "--silent",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--chain-id",
                Long.toString(chainId),
                "--slots-in-an-epoch",
                Integer.toString(slotsInEpoch)));
    blockTime.ifPresent(
        time -> command.addAll(List.of("--block-time", Long.toString(time.toSeconds()))));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      Anvil anvil = new Anvil(process, URI.create("http://127.0.0.1:" + port));
      anvil.awaitAnswer();
      return anvil;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The binary of {@code bridges/contracts/node_modules}, from the module's or the root folder. */
  static Path binary() {
    String inModule = "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
    for (Path candidate :
        List.of(Path.of(inModule), Path.of("bridges", inModule), Path.of("../bridges", inModule))) {
      if (Files.isExecutable(candidate)) {
        return candidate.toAbsolutePath();
      }
    }
    throw new IllegalStateException("anvil is missing: run \"npm ci\" in bridges/contracts");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void awaitAnswer() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        rpc("eth_chainId");
        return;
      } catch (UncheckedIOException notYet) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw notYet;
        }
        sleep();
      }
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  public URI uri() {
    return uri;
  }

  /** Mines empty blocks. */
  public void mine(int blocks) {
    rpc("anvil_mine", "0x" + Integer.toHexString(blocks));
  }

  /** Replaces so many of the newest blocks by empty ones. */
  public void reorg(int depth) {
    rpc("anvil_reorg", depth, List.of());
  }

  /** Calls any method; an error answer is an exception. */
  public JsonNode rpc(String method, Object... params) {
    try {
      String body =
          JSON.writeValueAsString(
              Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", List.of(params)));
      JsonNode answer = JSON.readTree(post(uri, body));
      if (answer.has("error")) {
        throw new IllegalStateException(method + ": " + answer.path("error"));
      }
      return answer.path("result");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The answer to a JSON-RPC request. */
  static String post(URI uri, String body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException(stop);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
