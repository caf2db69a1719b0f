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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/**
 * A local server that replays a scenario as tickers, each with its path; what {@link
 * HttpPriceSource} asks. Serves this machine only.
 */
public final class ReplayTickerServer implements AutoCloseable {

  private static final String PATH = "/ticker";

  private final Clock clock;
  private final Playback playback;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Replay> tickers;
  private final BiConsumer<String, String> witness;

  private ReplayTickerServer(
      Map<String, Replay> tickers,
      int port,
      Playback playback,
      Clock clock,
      BiConsumer<String, String> witness)
      throws IOException {
    this.tickers = new ConcurrentHashMap<>(tickers);
    this.witness = witness;
    this.clock = clock;
    this.playback = playback;
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /**
   * Starts serving one ticker; the scenario begins now.
   *
   * @param port 0 for any that is free
   * @throws IOException when the port is taken
   */
  public static ReplayTickerServer start(Replay replay, int port, Clock clock) throws IOException {
    return start(
        Map.of(PATH, replay), port, Playback.from(clock.millis()), clock, (path, body) -> {});
  }

  /**
   * Starts serving.
   *
   * @param tickers by path, such as {@code /ticker}
   * @param port 0 for any that is free
   * @param playback which moment of the scenario it is
   * @param witness told the path and the body of every answer, from any thread
   * @throws IOException when the port is taken
   */
  public static ReplayTickerServer start(
      Map<String, Replay> tickers,
      int port,
      Playback playback,
      Clock clock,
      BiConsumer<String, String> witness)
      throws IOException {
    ReplayTickerServer server = new ReplayTickerServer(tickers, port, playback, clock, witness);
    server.server.start();
    return server;
  }

  /** Where to ask the only ticker. */
  public URI uri() {
    InetSocketAddress address = server.getAddress();
    return URI.create(
        "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + PATH);
  }

  /**
   * The only ticker tells another story from now on, such as a lie; the scenario's time goes on.
   */
  public void tell(Replay next) {
    tickers.put(PATH, next);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      long now = clock.millis();
      Optional<Replay.Answer> answer =
          Optional.ofNullable(tickers.get(exchange.getRequestURI().getPath()))
              .flatMap(
                  replay ->
                      symbol(exchange.getRequestURI())
                          .flatMap(feed -> replay.answer(feed, playback.at(now), now)));
      if (answer.isEmpty()) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Thread.sleep(answer.get().delay());
      witness.accept(exchange.getRequestURI().getPath(), answer.get().body());
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
