package io.crossclear.nodes.http;

import static io.crossclear.nodes.http.StandInPrices.BTC;
import static io.crossclear.nodes.http.StandInPrices.ETH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.client.PriceCheck;
import io.crossclear.nodes.http.Answers.Certified;
import io.crossclear.nodes.http.Answers.PriceLine;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PriceApiTest {

  private static final long PRICE = 50_000_00000000L;

  private final ApiFixture api = new ApiFixture();
  private final PriceCheck check = new PriceCheck(api.genesis(), api.prices.config());

  @BeforeEach
  void theOraclesHaveSpoken() {
    api.setTime(api.millis.get() + 60_000);
    api.prices.settle(PRICE, api.millis.get());
  }

  @AfterAll
  void close() {
    api.close();
  }

  private PriceLine btc() {
    return api.client.price(BTC).price();
  }

  private Optional<String> fault(PriceLine line) {
    return check.fault(line, api.millis.get());
  }

  @Test
  void aPriceComesWithEverythingThatProvesIt() {
    PriceLine line = btc();
    assertEquals(FeedStatus.OK, line.status());
    Certified price = line.certified().orElseThrow();
    // of PRICE, +1, +2, +3 the upper median, without one at either end
    assertEquals(PRICE + 2, price.price());
    assertEquals(PRICE + 1, price.low());
    assertEquals(PRICE + 2, price.high());
    assertEquals(api.millis.get(), price.observedAt());
    assertEquals(api.prices.round(), price.seq());
    assertEquals(Optional.empty(), fault(line));
  }

  @Test
  void everyFeedIsListedWithTheRulesAndOneWithoutPriceIsStale() {
    Answers.Prices prices = api.client.prices();
    assertEquals(api.prices.config(), prices.config());
    assertEquals(List.of(BTC, ETH), prices.prices().stream().map(PriceLine::feed).toList());
    assertEquals(btc(), prices.prices().getFirst());
    PriceLine silent = prices.prices().getLast();
    assertEquals(new PriceLine(ETH, FeedStatus.STALE, Optional.empty()), silent);
    assertEquals(Optional.empty(), fault(silent));
    assertEquals(api.prices.round(), prices.asOf().seq());
  }

  @Test
  void numbersAreTextAndTheSlashMayBeEscapedOrNot() {
    JsonNode escaped = api.get("/v1/prices/BTC%2FUSD").body();
    assertEquals(escaped, api.get("/v1/prices/BTC/USD").body());
    JsonNode certified = escaped.path("price").path("certified");
    assertEquals(Long.toString(PRICE + 2), certified.path("price").textValue());
    assertEquals("BTC/USD", certified.path("proof").path("row").path("feed").textValue());
    assertTrue(certified.path("certificate").path("round").isTextual());
    assertEquals(3, certified.path("certificate").path("signatures").size());
  }

  @Test
  void whatNobodyObservesIsNotFound() {
    for (String path : List.of("DOGE/USD", "BTC", "btc/usd", "BTC/USD/1", "%00")) {
      assertEquals("NOT_FOUND", api.get("/v1/prices/" + path).code(), path);
    }
  }

  @Test
  void aPriceThatAgesIsStaleWithAWiderBandAndStillProven() {
    api.prices.pass(10);
    PriceLine line = btc();
    assertEquals(FeedStatus.STALE, line.status());
    Certified price = line.certified().orElseThrow();
    // 0.02 % a second
    assertEquals(PRICE + 1 - (PRICE + 2) / 1_000_000 * 2_000, price.low());
    assertEquals(Optional.empty(), fault(line));
  }

  private static PriceLine with(PriceLine line, Certified price) {
    return new PriceLine(line.feed(), line.status(), Optional.of(price));
  }

  @Test
  void aServerThatLiesIsCaught() {
    PriceLine line = btc();
    Certified p = line.certified().orElseThrow();
    assertEquals(
        Optional.of("differs from its own row"),
        fault(
            with(
                line,
                new Certified(
                    p.price() + 1,
                    p.low(),
                    p.high(),
                    p.seq(),
                    p.observedAt(),
                    p.proof(),
                    p.certificate()))));
    assertEquals(
        Optional.of("has a narrower band than its row"),
        fault(
            with(
                line,
                new Certified(
                    p.price(),
                    p.low() + 1,
                    p.high(),
                    p.seq(),
                    p.observedAt(),
                    p.proof(),
                    p.certificate()))));
    assertEquals(
        Optional.of("is called OK and is old"), check.fault(line, api.millis.get() + 16_000));
    assertEquals(
        Optional.of("is called OK without a price"),
        fault(new PriceLine(ETH, FeedStatus.OK, Optional.empty())));
    assertEquals(
        Optional.of("differs from its own row"),
        fault(new PriceLine(ETH, FeedStatus.OK, Optional.of(p))));
  }

  @Test
  void otherOraclesOrAnotherNetworkCertifyNothingHere() {
    List<Address> strangers =
        LongStream.range(0, 4)
            .mapToObj(i -> SigningKey.derive("strangers", i).address())
            .sorted()
            .toList();
    PriceCheck others =
        new PriceCheck(api.genesis(), OracleConfig.of(strangers, api.prices.config().feeds()));
    PriceCheck elsewhere =
        new PriceCheck(TestNetwork.genesis(new Hash("0x" + "66".repeat(32))), api.prices.config());
    for (PriceCheck wrong : List.of(others, elsewhere)) {
      assertEquals(
          Optional.of("was not certified by these oracles"), wrong.fault(btc(), api.millis.get()));
    }
  }
}
