package io.crossclear.domain.instrument;

import static io.crossclear.testing.TestMarket.BTC;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH_COLLATERAL;
import static io.crossclear.testing.TestMarket.RULES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.instrument.Instrument.Perpetual;
import io.crossclear.domain.money.Asset;
import java.math.BigDecimal;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class InstrumentTest {

  @Nested
  class Value {
    @Test
    void ofOneWholeBaseIsItsPrice() {
      assertEquals(60_000_000_000L, BTC.valueDown(100_000, 60_000 * E8));
      assertEquals(2_000_000_000L, ETH_COLLATERAL.valueDown(E8, 2_000 * E8));
    }

    @Test
    void isRoundedDownForLongsAndShortsAlike() {
      assertEquals(0, BTC.valueDown(1, 9_999_999));
      assertEquals(-1, BTC.valueDown(-1, 9_999_999));
      assertEquals(1, BTC.valueUp(1, 9_999_999));
      assertEquals(0, BTC.valueUp(-1, 9_999_999));
    }

    @Test
    void overflowIsAnException() {
      assertThrows(ArithmeticException.class, () -> BTC.valueDown(1L << 40, 1L << 60));
    }
  }

  /** The second way: decimal fractions with one rounding at the end. */
  @Property
  void valueAndShareAreTheDecimalOnesRoundedOnce(
      @ForAll @LongRange(min = -(1L << 40), max = 1L << 40) long lots,
      @ForAll @LongRange(min = -10_000_000_000_000L, max = 10_000_000_000_000L) long price,
      @ForAll @LongRange(min = 0, max = 1_000_000) long ppm) {
    BigDecimal value =
        BigDecimal.valueOf(lots, 5).multiply(BigDecimal.valueOf(price, 8)).movePointRight(6);
    assertEquals(
        value.setScale(0, RoundingMode.FLOOR).longValueExact(), BTC.valueDown(lots, price));
    assertEquals(
        value.setScale(0, RoundingMode.CEILING).longValueExact(), BTC.valueUp(lots, price));
    assertEquals(
        value
            .abs()
            .multiply(BigDecimal.valueOf(ppm, 6))
            .setScale(0, RoundingMode.CEILING)
            .longValueExact(),
        BTC.shareUp(lots, price, ppm));
  }

  @Nested
  class Refuses {
    @Test
    void anInstrumentOutOfRange() {
      Asset btc = new Asset("BTC");
      refused(() -> new Perpetual("btc", btc, "BTC/USDC", 5, 1, RULES));
      refused(() -> new Perpetual("BTC", btc, "BTC/USDC", 11, 1, RULES));
      refused(() -> new Perpetual("BTC", btc, "BTC/USDC", -1, 1, RULES));
      refused(() -> new Perpetual("BTC", btc, "BTC/USDC", 5, 0, RULES));
    }

    @Test
    void rulesOutOfRange() {
      refused(() -> new InstrumentRules(0, 0, 0, 1, 1));
      refused(() -> new InstrumentRules(10, 11, 0, 1, 1));
      refused(() -> new InstrumentRules(10, 10, -1, 1, 1));
      refused(() -> new InstrumentRules(10, 10, 0, 0, 1));
      refused(() -> new InstrumentRules(10, 10, 0, 1, (1L << 40) + 1));
      refused(() -> new CollateralRule(new Asset("ETH"), 17, "ETH/USDC", 0));
      refused(() -> new CollateralRule(new Asset("ETH"), 8, "ETH/USDC", 1_000_001));
      refused(() -> new InterestCurve(-1, 0, 1, 0));
      refused(() -> new InterestCurve(0, 0, 1_000_000, 0));
      refused(() -> new Mark(5, 0, true, 6, 7));
    }

    private void refused(Runnable action) {
      assertThrows(IllegalArgumentException.class, action::run);
    }
  }

  @Nested
  class Interest {
    private final InterestCurve curve = new InterestCurve(20_000, 100_000, 800_000, 1_000_000);

    @Test
    void risesSlowlyToTheKinkAndSteeplyBeyondIt() {
      assertEquals(20_000, curve.ratePpm(0, 0));
      assertEquals(20_000, curve.ratePpm(0, 100));
      assertEquals(70_000, curve.ratePpm(50, 100));
      assertEquals(100_000, curve.ratePpm(80, 100));
      assertEquals(300_000, curve.ratePpm(100, 100));
    }

    @Test
    void growsTheIndexByTheRateInAYear() {
      assertEquals(300_000_000, InterestCurve.growthUp(300_000, 365L * 24 * 3_600_000));
      assertEquals(1, InterestCurve.growthUp(1, 1));
    }
  }

  @Nested
  class StalePrices {
    private final Mark stale = new Mark(100, 7, false, 90, 120);

    @Test
    void takeTheWorseEndForAdmissionAndTheBetterForLiquidation() {
      assertEquals(90, stale.price(Valuation.ADMISSION, 1));
      assertEquals(120, stale.price(Valuation.ADMISSION, -1));
      assertEquals(120, stale.price(Valuation.LIQUIDATION, 1));
      assertEquals(90, stale.price(Valuation.LIQUIDATION, -1));
      assertEquals(93, stale.star(Valuation.CERTIFIED, 1));
      assertEquals(120, stale.requirementPrice(Valuation.ADMISSION));
      assertEquals(90, stale.requirementPrice(Valuation.LIQUIDATION));
    }
  }
}
