package io.crossclear.nodes.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioTest {

  private static final FeedId BTC = new FeedId("BTC/USD");

  private final Scenario march = Scenario.march2020();

  private long btc(Duration at) {
    return Optional.ofNullable(march.paths().get(BTC)).orElseThrow().at(at);
  }

  @Test
  void marchHasThreeFeedsOverTwoDays() {
    assertEquals(
        List.of("BTC/USD", "ETH/USD", "USDC/USD"),
        march.feeds().stream().map(FeedId::pair).toList());
    assertEquals(Duration.ofDays(2), march.length());
    march.paths().values().forEach(path -> assertTrue(path.points().size() <= 60));
  }

  @Test
  void bitcoinLostMoreThanATenthInAnHour() {
    assertEquals(7_934_52000000L, btc(Duration.ZERO));
    assertEquals(5_578_60000000L, btc(march.length()));
    assertTrue(btc(Duration.ofHours(24)) < btc(Duration.ZERO) * 2 / 3);
  }

  @Test
  void itIsReplayedForthAndBackSoThatNoPriceJumps() {
    Playback playback = march.forthAndBack(LocalTickers.SPEED);
    long hour = Duration.ofHours(1).toMillis();
    assertEquals(Duration.ZERO, playback.at(0));
    assertEquals(Duration.ofHours(48), playback.at(48 * hour / LocalTickers.SPEED));
    assertEquals(Duration.ofHours(47), playback.at(49 * hour / LocalTickers.SPEED));
    assertEquals(Duration.ZERO, playback.at(96 * hour / LocalTickers.SPEED));
    long before = btc(playback.at(0));
    for (long second = 1; second < 96 * 60; second++) {
      long price = btc(playback.at(second * 1_000));
      // well within the 5 % that a feed calls a jump
      assertTrue(Math.abs(price - before) < before / 100, "second " + second);
      before = price;
    }
  }

  @Test
  void onceItStandsStillBeforeAndAfterItsRun() {
    Playback playback = Playback.once(march.length(), Duration.ofMinutes(2), 1_000_000);
    assertEquals(Duration.ZERO, playback.at(0));
    assertEquals(Duration.ZERO, playback.at(1_000_000));
    assertEquals(Duration.ofHours(24), playback.at(1_060_000));
    assertEquals(Duration.ofHours(48), playback.at(1_120_000));
    assertEquals(Duration.ofHours(48), playback.at(9_000_000));
  }

  @Test
  void whatWasWrittenIsReadAgain() {
    assertEquals(march, Scenario.parse(march.text()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "feed,price",
        "feed,utc,price\n",
        "feed,utc,price\nBTC/USD,2020-03-12T00:00:00Z",
        "feed,utc,price\nBTC/USD,2020-03-12T00:00:00Z,1",
        "feed,utc,price\nBTC/USD,2020-03-12T01:00:00Z,1\nBTC/USD,2020-03-12T00:00:00Z,1"
      })
  void whatIsNoScenarioIsRefused(String csv) {
    assertThrows(IllegalArgumentException.class, () -> Scenario.parse(csv));
  }

  private static long price(URI ticker) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(ticker + "?symbol=BTC%2FUSD")).build();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return answer.statusCode() == 200 ? TickerJson.parse(answer.body()).price() : 0;
    }
  }

  @Test
  void oneOfTwelveTickersLies() throws Exception {
    Clock clock = Clock.fixed(Instant.ofEpochMilli(1_800_000_000_000L), ZoneOffset.UTC);
    int port;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    long truth = btc(march.forthAndBack(LocalTickers.SPEED).at(clock.millis()));
    int liars = 0;
    try (LocalTickers tickers = LocalTickers.start(march, 4, port, clock)) {
      for (int oracle = 1; oracle <= 4; oracle++) {
        for (int source = 1; source <= LocalTickers.PER_ORACLE; source++) {
          long price = price(LocalTickers.uri(port, oracle, source));
          boolean honest = Math.abs(price - truth) <= truth / 1_000_000 * LocalTickers.NOISE_PPM;
          liars += honest ? 0 : 1;
        }
      }
      assertEquals(1, liars);
      assertEquals(0, price(LocalTickers.uri(port, 5, 1)));
    }
  }
}
