package io.crossclear.nodes.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.SourceQuote;
import io.crossclear.nodes.oracle.Replay.Lie;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HttpPriceSourceTest {

  private static final FeedId BTC = new FeedId("BTC/USD");
  private static final FeedId ETH = new FeedId("ETH/USD");
  private static final long TRUTH = 50_000_00000000L;
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC);

  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  private HttpPriceSource source(URI base) {
    return new HttpPriceSource(
        "test", base, client, Duration.ofSeconds(5), Duration.ofSeconds(2), CLOCK);
  }

  private static Replay replay(Lie lie) {
    return new Replay(1, Map.of(BTC, PricePath.constant(TRUTH)), 100, Duration.ofMillis(3), lie);
  }

  private SourceQuote ask(Lie lie, FeedId feed) throws Exception {
    try (ReplayTickerServer server = ReplayTickerServer.start(replay(lie), 0, CLOCK)) {
      return source(server.uri()).quote(feed).toCompletableFuture().get();
    }
  }

  private static void assertRefused(
      String why, org.junit.jupiter.api.function.Executable question) {
    ExecutionException failed = assertThrows(ExecutionException.class, question);
    PriceSourceException refused = assertInstanceOf(PriceSourceException.class, failed.getCause());
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }

  @Test
  void aTickerIsAQuoteWithinItsNoise() throws Exception {
    SourceQuote quote = ask(new Lie.Honest(), BTC);

    assertEquals(BTC, quote.feed());
    assertEquals("test", quote.source());
    assertEquals(CLOCK.millis(), quote.time());
    assertTrue(Math.abs(quote.price() - TRUTH) <= TRUTH / 10_000, quote.toString());
  }

  @Test
  void oneSeedAndMomentGiveOneAnswerAndAnotherSeedAnother() {
    Replay first = replay(new Lie.Honest());
    Replay second = new Replay(2, first.paths(), 100, Duration.ofMillis(3), new Lie.Honest());
    Duration elapsed = Duration.ofMillis(700);

    assertEquals(first.answer(BTC, elapsed, 9), replay(new Lie.Honest()).answer(BTC, elapsed, 9));
    assertNotEquals(first.answer(BTC, elapsed, 9), second.answer(BTC, elapsed, 9));
  }

  @Test
  void liesArriveAsTheyAreTold() throws Exception {
    assertEquals(7, ask(new Lie.Frozen(7), BTC).price());
    long tripled = ask(new Lie.Scaled(3_000_000), BTC).price();
    assertTrue(Math.abs(tripled - 3 * TRUTH) <= 3 * TRUTH / 10_000, "price " + tripled);
  }

  @Test
  void whatIsOldUnreadableOrUnknownIsRefused() {
    assertRefused("2001 ms away", () -> ask(new Lie.Backdated(Duration.ofMillis(2_001)), BTC));
    assertRefused("2001 ms away", () -> ask(new Lie.Backdated(Duration.ofMillis(-2_001)), BTC));
    assertRefused("no JSON", () -> ask(new Lie.Garbled(), BTC));
    assertRefused("404", () -> ask(new Lie.Honest(), ETH));
  }

  private static HttpServer raw(int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
    return server;
  }

  private void assertRawRefused(String why, int status, String body) throws IOException {
    HttpServer server = raw(status, body);
    try {
      URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      assertRefused(why, () -> source(base).quote(BTC).toCompletableFuture().get());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aBodyThatIsTooLongOfAnotherPairOrStatusIsRefused() throws Exception {
    String ticker = new TickerJson(ETH, 1, CLOCK.millis()).write();

    assertRawRefused("longer than 1024", 200, " ".repeat(1025) + ticker);
    assertRawRefused("longer than 1024", 200, " ".repeat(1_000_000));
    assertRawRefused("answered for ETH/USD", 200, ticker);
    assertRawRefused("answered 302", 302, ticker);
    assertRawRefused("answered 500", 500, ticker);
  }

  @Test
  void aServerCanStartToLie() throws Exception {
    try (ReplayTickerServer server = ReplayTickerServer.start(replay(new Lie.Honest()), 0, CLOCK)) {
      server.tell(replay(new Lie.Frozen(1)));

      assertEquals(1, source(server.uri()).quote(BTC).toCompletableFuture().get().price());
    }
  }
}
