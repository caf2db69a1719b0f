package io.crossclear.domain.margin;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.ETH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class SliceTest {

  private static final long DOLLAR = 1_000_000;
  private static final Marks MARKS = marks(3, 60_000, 2_000);

  private static Exposure exposure(long cash, long u, long ether, Map<String, Position> positions) {
    TreeMap<io.crossclear.domain.money.Asset, Long> collateral = new TreeMap<>();
    if (ether > 0) {
      collateral.put(ETH, ether);
    }
    return new Exposure(cash, u, collateral, new TreeMap<>(positions), List.of());
  }

  private static MarginResult margin(Exposure exposure, Marks marks) {
    return StandardMargin.INSTANCE.margin(exposure, marks, MARKET, Valuation.LIQUIDATION);
  }

  private static Optional<Slice> solvent(Exposure exposure, Marks marks, int portion) {
    return Slice.solvent(exposure, margin(exposure, marks), marks, MARKET, 950_000, portion);
  }

  @Nested
  class Solvent {
    /** Section 4.13: no cash, unsettled +10,000 and MM 12,000; f = 3,800 / 13,300. */
    @Test
    void carriesTheUnsettledAmount() {
      long lots = 12_000L * 100_000 * 1_000 / 65 / 60_000;
      Exposure account =
          exposure(
              0, 10_000 * DOLLAR, 0, Map.of(BTC_PERP, new Position(lots, lots * 60_000 * 10, 0)));
      Slice slice = solvent(account, MARKS, 1_000_000).orElseThrow();
      assertEquals(2_857, slice.unsettled() / DOLLAR);
      assertEquals(2_714, slice.pay() / DOLLAR);
      assertEquals(0, slice.cash());
      assertTrue(slice.bidderPays() > 0);
    }

    @Test
    void isNothingAboveTheBufferOrWithoutEquity() {
      Position btc = new Position(100_000, 60_000 * DOLLAR, 0);
      assertTrue(
          solvent(exposure(4_485 * DOLLAR, 0, 0, Map.of(BTC_PERP, btc)), MARKS, 1_000_000)
              .isEmpty());
      assertTrue(
          solvent(exposure(4_484 * DOLLAR, 0, 0, Map.of(BTC_PERP, btc)), MARKS, 1_000_000)
              .isPresent());
      assertTrue(solvent(exposure(0, 0, 0, Map.of(BTC_PERP, btc)), MARKS, 1_000_000).isEmpty());
    }

    @Test
    void leavesLegsWithoutAFreshPrice() {
      Marks stale =
          marks(
              3,
              Mark.fresh(60_000 * E8, 0),
              new Mark(2_000 * E8, 0, false, 1_990 * E8, 2_010 * E8));
      Exposure account =
          exposure(
              3_000 * DOLLAR,
              0,
              0,
              Map.of(
                  BTC_PERP, new Position(100_000, 60_000 * DOLLAR, 0),
                  ETH_PERP, new Position(10_000, 2_000 * DOLLAR, 0)));
      assertEquals(
          Set.of(BTC_PERP), solvent(account, stale, 1_000_000).orElseThrow().parts().keySet());
    }
  }

  /** The account ends at its buffer within rounding, and both halves sum to the whole. */
  @Property(tries = 300)
  void returnsTheAccountToItsBuffer(@ForAll long seed) {
    Random random = new Random(seed);
    long lots = random.nextLong(-1_000_000, 1_000_000);
    if (lots == 0) {
      return;
    }
    long value = lots * 600_000;
    long ether = random.nextLong(100 * E8);
    Exposure account =
        exposure(
            random.nextLong(-20_000 * DOLLAR, 20_000 * DOLLAR),
            random.nextLong(-20_000 * DOLLAR, 20_000 * DOLLAR),
            ether,
            Map.of(
                BTC_PERP,
                new Position(
                    lots,
                    value + random.nextLong(-10_000 * DOLLAR, 10_000 * DOLLAR),
                    random.nextInt())));
    Optional<Slice> offered = solvent(account, MARKS, 1_000_000);
    if (offered.isEmpty()) {
      return;
    }
    Slice slice = offered.get();
    Position held = account.positions().getOrDefault(BTC_PERP, Position.NONE);
    Position part = slice.parts().getOrDefault(BTC_PERP, Position.NONE);
    assertTrue(Math.abs(part.lots()) <= Math.abs(held.lots()) && part.lots() != 0);
    TreeMap<String, Position> rest = new TreeMap<>();
    long closed = 0;
    if (part.lots() == held.lots()) {
      closed = -(held.cost() - part.cost());
    } else {
      rest.put(BTC_PERP, new Position(held.lots() - part.lots(), held.cost() - part.cost(), 0));
    }
    Exposure after =
        exposure(
            account.cash() - slice.cash() + slice.pay(),
            account.unsettled() - slice.unsettled() + closed,
            ether - slice.collateral().getOrDefault(ETH, 0L),
            rest);
    MarginResult left = margin(after, MARKS);
    BigInteger post =
        BigInteger.valueOf(left.equity())
            .multiply(BigInteger.valueOf(1_000_000))
            .subtract(
                BigInteger.valueOf(left.maintenance()).multiply(BigInteger.valueOf(1_150_000)));
    // a lot's maintenance and a few units of rounding
    BigInteger tolerance = BigInteger.valueOf(1_200_000).multiply(BigInteger.valueOf(1_000_000));
    assertTrue(post.abs().compareTo(tolerance) <= 0, post.toString());
    assertTrue(left.equity() >= 0);
  }

  @Nested
  class Insolvent {
    @Test
    void isEverything() {
      Position btc = new Position(100_000, 63_000 * DOLLAR, 5);
      Slice all = Slice.insolvent(exposure(-7, -9, 3, Map.of(BTC_PERP, btc)), MARKS, MARKET);
      assertEquals(Map.of(BTC_PERP, btc), all.parts());
      assertEquals(-9, all.unsettled());
      assertEquals(-7, all.cash());
      assertEquals(Map.of(ETH, 3L), all.collateral());
      assertEquals(0, all.pay());
      assertEquals(7, all.bidderPays());
    }
  }

  @Nested
  class Cure {
    @Test
    void sellsWhatIsMissingAndNoMore() {
      Slice slice =
          Slice.cure(
                  exposure(-300 * DOLLAR, -650 * DOLLAR, 10 * E8, Map.of()), MARKS, MARKET, 950_000)
              .orElseThrow();
      assertEquals(Map.of(ETH, E8 / 2), slice.collateral());
      assertEquals(950 * DOLLAR, slice.pay());
    }

    @Test
    void sellsAtMostWhatIsThere() {
      Slice slice =
          Slice.cure(exposure(0, -9_000 * DOLLAR, E8, Map.of()), MARKS, MARKET, 950_000)
              .orElseThrow();
      assertEquals(Map.of(ETH, E8), slice.collateral());
      assertEquals(1_900 * DOLLAR, slice.pay());
    }

    @Test
    void isNothingWhenNothingIsMissingOrSaleable() {
      assertTrue(Slice.cure(exposure(0, 5, E8, Map.of()), MARKS, MARKET, 950_000).isEmpty());
      assertTrue(Slice.cure(exposure(0, -5, 0, Map.of()), MARKS, MARKET, 950_000).isEmpty());
    }
  }
}
