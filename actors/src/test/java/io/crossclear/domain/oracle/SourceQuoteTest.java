package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SourceQuoteTest {

  private static final long NOW = 1_000_000;
  private static final FeedConfig BTC =
      FeedConfig.liquid(TestOracles.BTC, TestOracles.MIN_PRICE, TestOracles.MAX_PRICE);

  private static SourceQuote quote(String source, long price, long time) {
    return new SourceQuote(source, TestOracles.BTC, price, time);
  }

  @Test
  void threeSourcesMakeAMedianWhateverTheLiarSays() {
    for (long lie : new long[] {Long.MIN_VALUE, -1, 0, 1_000_000, Long.MAX_VALUE}) {
      ObservedPrice seen =
          SourceQuote.observe(
              BTC, List.of(quote("a", 100, NOW), quote("b", lie, NOW), quote("c", 101, NOW)), NOW);

      assertEquals(3, seen.sources());
      assertEquals(lie < 100 ? 100 : 101, seen.price());
    }
  }

  /**
   * H-21: two sources left, one of them wrong by a factor of 1000; an average of two moved a
   * market.
   */
  @Test
  void twoSourcesAreNotEnough() {
    assertEquals(
        ObservedPrice.ABSTAINED,
        SourceQuote.observe(BTC, List.of(quote("a", 100, NOW), quote("b", 100_000, NOW)), NOW));
  }

  @Test
  void aSourceHasOneWord() {
    assertEquals(
        ObservedPrice.ABSTAINED,
        SourceQuote.observe(
            BTC, List.of(quote("a", 100, NOW), quote("b", 100, NOW), quote("b", 100, NOW)), NOW));
  }

  @Test
  void oldQuotesQuotesFromTheFutureAndOtherFeedsDoNotCount() {
    long age = BTC.quoteAge().toMillis();
    List<SourceQuote> good = List.of(quote("a", 100, NOW - age), quote("b", 101, NOW + age));

    for (SourceQuote third :
        List.of(
            quote("c", 102, NOW - age - 1),
            quote("c", 102, NOW + age + 1),
            new SourceQuote("c", TestOracles.ETH, 102, NOW))) {
      assertEquals(
          ObservedPrice.ABSTAINED,
          SourceQuote.observe(BTC, List.of(good.get(0), good.get(1), third), NOW));
    }
    assertEquals(
        new ObservedPrice(101, 3),
        SourceQuote.observe(BTC, List.of(good.get(0), good.get(1), quote("c", 102, NOW)), NOW));
  }
}
