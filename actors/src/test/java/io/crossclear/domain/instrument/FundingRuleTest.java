package io.crossclear.domain.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class FundingRuleTest {

  private static final FundingRule RULE = new FundingRule(Duration.ofHours(8), 0, 1_000);

  @Test
  void aFillSaysAtMostTheCap() {
    assertEquals(1_000_400, RULE.paid(1_000_400, 1_000_000));
    assertEquals(1_001_000, RULE.paid(1_030_000, 1_000_000));
    assertEquals(999_000, RULE.paid(970_000, 1_000_000));
  }

  @Test
  void theRateIsThePremiumOfWhatWasTurnedOver() {
    assertEquals(400, RULE.ratePpm(1_000_400, 1_000_000, 0));
    assertEquals(400, RULE.ratePpm(1_000_400, 1_000_000, 1_000_000));
    assertEquals(100, RULE.ratePpm(1_000_400, 1_000_000, 4_000_000));
    assertEquals(-100, RULE.ratePpm(999_600, 1_000_000, 4_000_000));
    assertEquals(0, RULE.ratePpm(0, 0, 4_000_000));
  }

  /** A fee of 500 ppm for each of the two sides; the owner holds one whole side of the market. */
  @Property
  void tradesWithOneselfCostMoreThanTheFundingTheyBring(
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long held,
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long turned,
      @ForAll @LongRange(min = -200_000, max = 200_000) long offPpm) {
    long paid = RULE.paid(turned + turned / 1_000_000 * offPpm, turned);
    long fees = 2 * ((turned * 500 + 999_999) / 1_000_000);
    long funding = held / 1_000_000 * Math.abs(RULE.ratePpm(paid, turned, held));
    assertTrue(funding <= fees, funding + " for " + fees);
  }
}
