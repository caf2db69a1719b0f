package io.crossclear.domain.margin;

import static io.crossclear.testing.TestMarket.BTC;
import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.money.Asset;
import io.crossclear.testing.TestNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class StandardMarginTest {

  private static final long DOLLAR = 1_000_000;
  private static final Marks MARKS = marks(1, 60_000, 2_000);

  private static MarginResult margin(Exposure exposure, Marks marks, Valuation valuation) {
    return StandardMargin.INSTANCE.margin(exposure, marks, MARKET, valuation);
  }

  private static Exposure exposure(long cash, long u, Map<String, Position> positions) {
    return new Exposure(cash, u, new TreeMap<>(), new TreeMap<>(positions), List.of());
  }

  @Nested
  class APosition {
    /** 1 BTC at 60,000: 10 % and 6.5 %. */
    @Test
    void needsItsFractions() {
      var result =
          margin(
              exposure(
                  7_000 * DOLLAR, 0, Map.of(BTC_PERP, new Position(-100_000, -61_000 * DOLLAR, 0))),
              MARKS,
              Valuation.ADMISSION);
      assertEquals(6_000 * DOLLAR, result.initial());
      assertEquals(3_900 * DOLLAR, result.maintenance());
      assertEquals(1_000 * DOLLAR, result.net());
      assertEquals(8_000 * DOLLAR, result.equity());
      assertEquals(Map.of(BTC_PERP, 6_000 * DOLLAR), result.parts());
      assertTrue(result.admitsTrade());
      assertTrue(result.admitsWithdrawal());
      assertTrue(result.buffered(1_150_000));
    }

    @Test
    void countsLossesButNoGainsForWithdrawals() {
      var position = Map.of(BTC_PERP, new Position(100_000, 59_000 * DOLLAR, 0));
      var gaining = margin(exposure(5_500 * DOLLAR, 0, position), MARKS, Valuation.ADMISSION);
      assertTrue(gaining.admitsTrade());
      assertFalse(gaining.admitsWithdrawal());
      var losing =
          margin(exposure(6_500 * DOLLAR, -2_000 * DOLLAR, position), MARKS, Valuation.ADMISSION);
      assertEquals(-1_000 * DOLLAR, losing.net());
      assertFalse(losing.admitsTrade());
      assertFalse(losing.admitsWithdrawal());
    }

    @Test
    void isBreachedBelowMaintenanceOnly() {
      var position = Map.of(BTC_PERP, new Position(100_000, 60_000 * DOLLAR, 0));
      assertFalse(
          margin(exposure(3_900 * DOLLAR, 0, position), MARKS, Valuation.LIQUIDATION).breached());
      assertTrue(
          margin(exposure(3_900 * DOLLAR - 1, 0, position), MARKS, Valuation.LIQUIDATION)
              .breached());
    }

    @Test
    void needsAMark() {
      Marks none = new Marks(1, 1, 0, new TreeMap<>(), new TreeMap<>());
      var exposure = exposure(0, 0, Map.of(BTC_PERP, new Position(1, 0, 0)));
      assertThrows(IllegalStateException.class, () -> margin(exposure, none, Valuation.ADMISSION));
    }
  }

  @Nested
  class Collateral {
    private final SortedMap<Asset, Long> ether = new TreeMap<>(Map.of(TestNetwork.ETH, 10 * E8));

    @Test
    void weighsItsValueAfterTheHaircut() {
      var result =
          margin(new Exposure(0, 0, ether, new TreeMap<>(), List.of()), MARKS, Valuation.ADMISSION);
      assertEquals(20_000 * DOLLAR, result.collateral());
      assertEquals(16_000 * DOLLAR, result.weighted());
    }

    @Test
    void weighsNothingForAdmissionAndItsBestForLiquidationWhileItsPriceIsNotFresh() {
      Marks stale =
          marks(
              1,
              Mark.fresh(60_000 * E8, 0),
              new Mark(2_000 * E8, 0, false, 1_900 * E8, 2_100 * E8));
      Exposure exposure = new Exposure(0, 0, ether, new TreeMap<>(), List.of());
      assertEquals(0, margin(exposure, stale, Valuation.ADMISSION).equity());
      assertEquals(21_000 * DOLLAR, margin(exposure, stale, Valuation.LIQUIDATION).equity());
    }
  }

  /** A07: 100k, sell 100 at 10k and buy 200 "after it" must not pass as a net buy of 100. */
  @Nested
  class A07Reservations {
    @Test
    void areNotNettedAgainstEachOther() {
      Marks ten = marks(1, 10_000, 2_000);
      OpenLeg sell = new OpenLeg(BTC_PERP, -10_000_000, -1_000_000 * DOLLAR, 0);
      OpenLeg buy = new OpenLeg(BTC_PERP, 20_000_000, 2_000_000 * DOLLAR, 0);
      long cash = 100_000 * DOLLAR;
      assertTrue(legs(cash, ten, sell).admitsTrade());
      MarginResult both = legs(cash, ten, sell, buy);
      assertEquals(200_000 * DOLLAR, both.initial());
      assertFalse(both.admitsTrade());
    }

    private MarginResult legs(long cash, Marks marks, OpenLeg... legs) {
      return margin(
          new Exposure(cash, 0, new TreeMap<>(), new TreeMap<>(), List.of(legs)),
          marks,
          Valuation.ADMISSION);
    }
  }

  /** The second way: every subset booked as if it had happened. */
  @Property(tries = 300)
  void chargesAtLeastEverySubsetOfTheOpenLegs(@ForAll long seed) {
    Random random = new Random(seed);
    Marks marks =
        marks(1, Mark.fresh(randomPrice(random), random.nextInt(1000)), Mark.fresh(2_000 * E8, -5));
    TreeMap<String, Position> held = new TreeMap<>();
    long lots = random.nextInt(-50_000, 50_000);
    if (lots != 0) {
      held.put(BTC_PERP, new Position(lots, random.nextInt(), 0));
    }
    List<OpenLeg> legs = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      Instrument instrument = random.nextBoolean() ? BTC : ETH;
      long size = random.nextInt(1, 60_000) * (random.nextBoolean() ? 1 : -1);
      Mark mark = marks.mark(instrument.symbol()).orElseThrow();
      long price = mark.star() / 1000 * random.nextInt(970, 1031);
      long notional = instrument.valueDown(Math.abs(size), price) * Long.signum(size);
      legs.add(new OpenLeg(instrument.symbol(), size, notional, random.nextInt(100_000)));
    }
    long u = random.nextInt();
    MarginResult worst =
        margin(new Exposure(0, u, new TreeMap<>(), held, legs), marks, Valuation.ADMISSION);
    for (int subset = 0; subset < 1 << legs.size(); subset++) {
      TreeMap<String, Position> after = new TreeMap<>(held);
      long unsettled = u;
      for (int i = 0; i < legs.size(); i++) {
        if ((subset >> i & 1) == 1) {
          OpenLeg leg = legs.get(i);
          unsettled -= leg.fee();
          after.merge(
              leg.instrument(),
              new Position(leg.lots(), leg.notional(), 0),
              (a, b) -> new Position(a.lots() + b.lots(), a.cost() + b.cost(), 0));
        }
      }
      MarginResult happened =
          margin(
              new Exposure(0, unsettled, new TreeMap<>(), after, List.of()),
              marks,
              Valuation.ADMISSION);
      assertTrue(worst.initial() - worst.net() >= happened.initial() - happened.net());
      assertTrue(worst.maintenance() - worst.net() >= happened.maintenance() - happened.net());
      assertTrue(happened.initial() >= happened.maintenance() && happened.maintenance() >= 0);
    }
  }

  private static long randomPrice(Random random) {
    return random.nextLong(1_000 * E8, 100_000 * E8);
  }

  @Nested
  class Entry {
    @Test
    void addsShrinksAndTurns() {
      Position opened = Position.NONE.traded(10, 1_000);
      assertEquals(new Position(10, 1_000, 1_000), opened);
      assertEquals(new Position(15, 1_600, 1_600), opened.traded(5, 600));
      assertEquals(new Position(7, 640, 700), opened.traded(-3, -360));
      assertEquals(new Position(-5, -500, -500), opened.traded(-15, -1_500));
      assertEquals(new Position(0, -100, 0), opened.traded(-10, -1_100));
      assertEquals(new Position(10, 1_200, 1_000), opened.marked(1_200));
    }
  }
}
