package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.testing.PlainKeccak;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FeedIdTest {

  @Test
  void theKeyIsTheHashOfWhatThePriceMeans() {
    FeedId feed = new FeedId("BTC/USD");

    assertEquals(
        PlainKeccak.INSTANCE.hash(
            "crossclear feed 1: price of one whole base in the quote of BTC/USD, int64, 8 decimals"
                .getBytes(StandardCharsets.US_ASCII)),
        feed.key(PlainKeccak.INSTANCE));
    assertNotEquals(
        feed.key(PlainKeccak.INSTANCE), new FeedId("USD/BTC").key(PlainKeccak.INSTANCE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BTC/USD",
        "BTC-25DEC26/USD",
        "VOL.BTC_30D/PPM",
        "A/B",
      })
  void pairsAreFeeds(String pair) {
    assertEquals(pair, new FeedId(pair).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "BTC",
        "BTC/",
        "/USD",
        "BTC/USD/EUR",
        "btc/usd",
        "BTC /USD",
        "BTC/USDé",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456/USD",
      })
  void anythingElseIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> new FeedId(text));
  }
}
