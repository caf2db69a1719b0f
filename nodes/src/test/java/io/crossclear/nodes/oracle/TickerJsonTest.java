package io.crossclear.nodes.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.oracle.FeedId;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TickerJsonTest {

  private static final FeedId BTC = new FeedId("BTC/USD");

  private static TickerJson parse(String text) {
    return TickerJson.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "50000,5000000000000",
    "50000.12,5000012000000",
    "0.00000001,1",
    "-0.5,-50000000",
    "0,0",
    "9999999999.99999999,999999999999999999"
  })
  void pricesAreReadExactly(String price, long units) {
    assertEquals(
        new TickerJson(BTC, units, 7),
        parse("{\"symbol\":\"BTC/USD\",\"price\":\"" + price + "\",\"time\":7}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\"}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":7,\"more\":1}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":7,\"time\":8}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":7} {}",
        "{\"symbol\":\"BTC/USD\",\"price\":1,\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":\"7\"}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":7.5}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":-7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1\",\"time\":99999999999999999999}",
        "{\"symbol\":\"btc\",\"price\":\"1\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1e5\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"01\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1.\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"+1\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"1.123456789\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"12345678901\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":\"NaN\",\"time\":7}",
        "{\"symbol\":\"BTC/USD\",\"price\":{\"deep\":[1]},\"time\":7}",
      })
  void anythingElseIsRefused(String text) {
    assertThrows(PriceSourceException.class, () -> parse(text));
  }

  @Test
  void itsTextIsTheWire() {
    assertEquals(
        "{\"symbol\":\"BTC/USD\",\"price\":\"-0.05000000\",\"time\":7}",
        new TickerJson(BTC, -5_000_000, 7).write());
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(
      @ForAll @LongRange(min = -999_999_999_999_999_999L, max = 999_999_999_999_999_999L)
          long price) {
    TickerJson ticker = new TickerJson(BTC, price, 1_700_000_000_000L);

    assertEquals(ticker, parse(ticker.write()));
  }
}
