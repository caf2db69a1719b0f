package io.crossclear.nodes.oracle;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A local server that replays a scenario as a ticker; what {@link HttpPriceSource} asks. The
 * scenario begins when the server starts. Serves this machine only.
 */
public final class ReplayTickerServer implements AutoCloseable {

  private static final String PATH = "/ticker";

  private final Clock clock;
  private final long began;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Replay replay;

  private ReplayTickerServer(Replay replay, int port, Clock clock) throws IOException {
    this.replay = replay;
    this.clock = clock;
    this.began = clock.millis();
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext(PATH, this::handle);
  }

  /**
   * Starts serving.
   *
   * @param port 0 for any that is free
   * @throws IOException when the port is taken
   */
  public static ReplayTickerServer start(Replay replay, int port, Clock clock) throws IOException {
    ReplayTickerServer server = new ReplayTickerServer(replay, port, clock);
    server.server.start();
    return server;
  }

  /** Where to ask. */
  public URI uri() {
    InetSocketAddress address = server.getAddress();
    return URI.create(
        "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + PATH);
  }

  /** Tells another story from now on, such as a lie; the scenario's time goes on. */
  public void tell(Replay next) {
    replay = next;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      long now = clock.millis();
      Optional<Replay.Answer> answer =
          symbol(exchange.getRequestURI())
              .flatMap(feed -> replay.answer(feed, Duration.ofMillis(now - began), now));
      if (answer.isEmpty()) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Thread.sleep(answer.get().delay());
      byte[] body = answer.get().body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private static Optional<FeedId> symbol(URI uri) {
    String query = uri.getRawQuery();
    if (query == null || !query.startsWith("symbol=")) {
      return Optional.empty();
    }
    try {
      return Optional.of(new FeedId(URLDecoder.decode(query.substring(7), StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException noFeed) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
