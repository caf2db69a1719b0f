package io.crossclear.domain.margin;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Fractions, slices and margins at their edges. */
final class MarginEdgesTest {

  private static final long DOLLAR = 1_000_000;
  private static final Marks MARKS = marks(3, 10_000, 2_000);

  private static Fraction fraction(long part, long whole) {
    return new Fraction(BigInteger.valueOf(part), BigInteger.valueOf(whole));
  }

  @Nested
  class AFraction {
    @Test
    void isAboveNothingAndAtMostEverything() {
      fraction(1, 1);
      assertThrows(IllegalArgumentException.class, () -> fraction(0, 1));
      assertThrows(IllegalArgumentException.class, () -> fraction(-1, 1));
      assertThrows(IllegalArgumentException.class, () -> fraction(2, 1));
    }

    @Test
    void roundsDownTowardMinusInfinityAndUpForSizes() {
      assertEquals(3, fraction(1, 3).ofDown(10));
      assertEquals(-4, fraction(1, 3).ofDown(-10));
      assertEquals(-3, fraction(1, 3).ofDown(-9));
      assertEquals(4, fraction(1, 3).ofUp(10));
      assertEquals(3, fraction(1, 3).ofUp(9));
      assertEquals(0, fraction(1, 3).ofUp(0));
      assertEquals(Long.MIN_VALUE, Fraction.ALL.ofDown(Long.MIN_VALUE));
      assertEquals(fraction(500_000, 3_000_000), fraction(1, 3).times(500_000));
    }
  }

  @Nested
  class AMargin {
    private MarginResult result(long cash, long net, long weighted) {
      return new MarginResult(cash, net, 0, weighted, 100, 60, new TreeMap<>());
    }

    @Test
    void isExactAtEveryBound() {
      assertTrue(result(100, 0, 0).admitsTrade());
      assertFalse(result(99, 0, 0).admitsTrade());
      assertTrue(result(60, 40, 0).admitsTrade());
      // a gain counts for trades, never for withdrawals
      assertFalse(result(60, 40, 0).admitsWithdrawal());
      assertTrue(result(60, 40, 40).admitsWithdrawal());
      assertFalse(result(100, -1, 0).admitsWithdrawal());
      assertFalse(result(60, 0, 0).breached());
      assertTrue(result(59, 0, 0).breached());
    }

    /** 60 · 1.15 = 69; 60 · 1.150001 is 70 once rounded up. */
    @Test
    void reachesItsBufferRoundedUp() {
      assertTrue(result(69, 0, 0).buffered(1_150_000));
      assertFalse(result(68, 0, 0).buffered(1_150_000));
      assertFalse(result(69, 0, 0).buffered(1_150_001));
    }
  }

  @Nested
  class AnExposure {
    private Exposure exposure(long cash, long unsettled) {
      return new Exposure(cash, unsettled, new TreeMap<>(), new TreeMap<>(), List.of());
    }

    @Test
    void isFlatWithoutRiskDebtAndLossOnly() {
      assertTrue(exposure(0, 0).flat());
      assertTrue(exposure(5, 5).flat());
      assertFalse(exposure(-1, 5).flat());
      assertFalse(exposure(5, -1).flat());
      assertFalse(
          new Exposure(
                  0, 0, new TreeMap<>(), new TreeMap<>(), List.of(new OpenLeg(BTC_PERP, 1, 1, 0)))
              .flat());
      assertFalse(
          new Exposure(
                  0,
                  0,
                  new TreeMap<>(),
                  new TreeMap<>(Map.of(BTC_PERP, new Position(1, 1, 1))),
                  List.of())
              .flat());
    }
  }

  @Nested
  class ACure {
    private Optional<Slice> cure(long cash, long unsettled, long ether, Marks marks, int discount) {
      TreeMap<io.crossclear.domain.money.Asset, Long> held = new TreeMap<>(Map.of(ETH, ether));
      return Slice.cure(
          new Exposure(cash, unsettled, held, new TreeMap<>(), List.of()), marks, MARKET, discount);
    }

    @Test
    void sellsNothingWithoutAFreshPrice() {
      Marks stale =
          marks(3, Mark.fresh(E8, 0), new Mark(2_000 * E8, 0, false, 2_000 * E8, 2_000 * E8));
      assertEquals(Optional.empty(), cure(0, -5, E8, stale, 900_000));
      assertEquals(
          Optional.empty(),
          cure(0, -5, E8, marks(3, Mark.fresh(E8, 0), Mark.fresh(0, 0)), 900_000));
    }

    /** ETH at 2,000 · 0.9 is 18 units of money for a unit: 100 takes 6 of them, and pays 108. */
    @Test
    void sellsTheFewestUnitsThatAreEnough() {
      Slice slice = cure(-60, -40, E8, MARKS, 900_000).orElseThrow();
      assertEquals(Map.of(ETH, 6L), slice.collateral());
      assertEquals(108, slice.pay());
      assertEquals(120, slice.value());
      // a loan does not count against what is owed to the account
      assertEquals(Map.of(ETH, 4L), cure(-60, 40, E8, MARKS, 900_000).orElseThrow().collateral());
      assertEquals(Map.of(ETH, 6L), cure(0, -100, 6, MARKS, 900_000).orElseThrow().collateral());
      assertEquals(Map.of(ETH, 5L), cure(0, -100, 5, MARKS, 900_000).orElseThrow().collateral());
    }

    /** A price of next to nothing is at least 1, so that something is sold for something. */
    @Test
    void hasAPriceOfAtLeastOne() {
      Marks cheap = marks(3, Mark.fresh(E8, 0), Mark.fresh(1, 0));
      Slice slice = cure(0, -1, 1L << 50, cheap, 1).orElseThrow();
      assertEquals(Map.of(ETH, 10_000_000_000L), slice.collateral());
      assertEquals(1, slice.pay());
    }
  }

  @Nested
  class ASolventSlice {
    private Optional<Slice> slice(long cash, int discount) {
      Exposure exposure =
          new Exposure(
              cash,
              0,
              new TreeMap<>(),
              new TreeMap<>(Map.of(BTC_PERP, new Position(100_000, 10_000 * DOLLAR, 9))),
              List.of());
      MarginResult margin =
          StandardMargin.INSTANCE.margin(exposure, MARKS, MARKET, Valuation.LIQUIDATION);
      return Slice.solvent(exposure, margin, MARKS, MARKET, discount, 1_000_000);
    }

    /**
     * Equity 500, maintenance 650, buffer 747.5: missing 247.5; sold at 0.95 · 500 = 475 of
     * proceeds, so f = 247.5 / 722.5. By whole lots and units, in decimals.
     */
    @Test
    void isItsFractionOfEverythingRoundedForTheAccount() {
      Slice slice = slice(500 * DOLLAR, 950_000).orElseThrow();
      // 100,000 · f = 34,256.05…: up; 500 · f = 171.280276…: down
      assertEquals(Map.of(BTC_PERP, new Position(34_257, 3_425_700_000L, 3)), slice.parts());
      assertEquals(171_280_276, slice.cash());
      assertEquals(171_280_276, slice.value());
      // ⌈171.280276 · 0.95⌉
      assertEquals(162_716_263, slice.pay());
      assertEquals(162_716_263 - 171_280_276, slice.bidderPays());
      assertEquals(3, slice.seq());
      assertEquals(USDC, slice.settlement());
    }

    @Test
    void isNothingAtTheBufferItselfAndWithoutEquity() {
      assertEquals(Optional.empty(), slice(747_500_000, 950_000));
      assertTrue(slice(747_499_999, 950_000).isPresent());
      assertEquals(Optional.empty(), slice(0, 950_000));
      assertTrue(slice(100, 950_000).isPresent());
      assertEquals(Optional.empty(), slice(-1, 950_000));
    }
  }

  @Nested
  class AShort {
    /** ⌊· s / lots⌋ of a cost below 0 goes down too: both halves still sum to the whole. */
    @Test
    void isCutLikeALong() {
      Exposure exposure =
          new Exposure(
              500 * DOLLAR,
              -7,
              new TreeMap<>(Map.of(ETH, 3L)),
              new TreeMap<>(Map.of(BTC_PERP, new Position(-100_001, -10_000_100_001L, -9))),
              List.of());
      MarginResult margin =
          StandardMargin.INSTANCE.margin(exposure, MARKS, MARKET, Valuation.LIQUIDATION);
      Slice slice = Slice.solvent(exposure, margin, MARKS, MARKET, 950_000, 500_000).orElseThrow();
      Position part = Optional.ofNullable(slice.parts().get(BTC_PERP)).orElseThrow();
      assertEquals(
          BigInteger.valueOf(-10_000_100_001L)
              .multiply(BigInteger.valueOf(-part.lots()))
              .subtract(BigInteger.valueOf(100_000))
              .divide(BigInteger.valueOf(100_001))
              .longValueExact(),
          part.cost());
      assertTrue(part.lots() < 0 && part.lots() > -100_001);
      // a unit of collateral of three is less than its fraction
      assertEquals(Map.of(), slice.collateral());
      assertEquals(-2, slice.unsettled());
    }
  }
}
