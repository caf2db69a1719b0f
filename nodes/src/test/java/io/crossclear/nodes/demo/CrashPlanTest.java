package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.nodes.demo.CrashPlan.Wish;
import io.crossclear.nodes.oracle.PricePath;
import io.crossclear.nodes.oracle.Scenario;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class CrashPlanTest {

  private static final Duration RUN = Duration.ofMinutes(2);
  private static final Scenario MARCH = Scenario.march2020();
  private static final Market MARKET = HandMadeCrash.GENESIS.market(1).orElseThrow();
  private static final CrashPlan PLAN = plan(7);

  private static CrashPlan plan(long seed) {
    return CrashPlan.of(HandMadeCrash.GENESIS, 200, seed, MARCH, RUN);
  }

  private static PricePath path(String feed) {
    return Objects.requireNonNull(MARCH.paths().get(new FeedId(feed)));
  }

  /** The margin of everything that a trader takes on before the run, at a moment of it. */
  private static MarginResult margin(DemoUser user, Duration at) {
    TreeMap<String, Position> positions = new TreeMap<>();
    TreeMap<String, Mark> marks = new TreeMap<>();
    for (Instrument instrument : MARKET.instruments().values()) {
      marks.put(instrument.symbol(), Mark.fresh(path(instrument.feed()).at(at), 0));
      long lots = 0;
      for (Wish wish : PLAN.wishes()) {
        if (wish.user() == user
            && wish.due() < 0
            && wish.instrument().equals(instrument.symbol())) {
          lots += wish.buy() ? wish.lots() : -wish.lots();
        }
      }
      if (lots != 0) {
        long cost = instrument.valueDown(lots, path(instrument.feed()).at(Duration.ZERO));
        positions.put(instrument.symbol(), new Position(lots, cost, cost));
      }
    }
    TreeMap<Asset, Mark> collateral = new TreeMap<>();
    collateral.put(DemoUser.ETH, Mark.fresh(path("ETH/USD").at(at), 0));
    TreeMap<Asset, Long> ether = new TreeMap<>(user.gifts());
    long cash = Objects.requireNonNullElse(ether.remove(DemoUser.USDC), 0L);
    return StandardMargin.INSTANCE.margin(
        new Exposure(cash, 0, ether, positions, List.of()),
        new Marks(1, 1, 0, marks, collateral),
        MARKET,
        Valuation.CERTIFIED);
  }

  private static List<DemoUser> survivors() {
    return PLAN.traders().stream().filter(user -> user.number() % 10 == 1).toList();
  }

  @Test
  void aQuarterBringsEtherInsteadOfDollarsAndSomeBoth() {
    long ether =
        PLAN.traders().stream().filter(user -> user.gifts().containsKey(DemoUser.ETH)).count();
    long both = PLAN.traders().stream().filter(user -> user.gifts().size() == 2).count();
    assertEquals(50, ether);
    assertEquals(17, both);
  }

  @Test
  void housesComeOnEveryChainAndTradersOnOne() {
    assertEquals(205, PLAN.everybody().size());
    PLAN.traders().forEach(user -> assertEquals(1, user.homes().size()));
    PLAN.keepers().forEach(user -> assertEquals(3, user.homes().size()));
    PLAN.makers().forEach(user -> assertEquals(3, user.homes().size()));
    assertEquals(3, PLAN.operator().homes().size());
  }

  @Test
  void thousandFillsAreWantedBeforePricesMove() {
    assertEquals(1_000, PLAN.wishes().stream().filter(wish -> wish.due() < 0).count());
    assertTrue(PLAN.wishes().stream().allMatch(wish -> wish.lots() > 0 && wish.due() < 1));
  }

  @Test
  void everybodyCanAffordWhatHeWants() {
    for (DemoUser user : PLAN.traders()) {
      assertTrue(margin(user, Duration.ZERO).admitsTrade(), "user " + user.number());
    }
  }

  @Test
  void aGoodPartIsLiquidatedAndSomeAreInsolventAtTheLow() {
    Duration low = Duration.ofHours(26);
    long breached = PLAN.traders().stream().filter(user -> margin(user, low).breached()).count();
    long insolvent = PLAN.traders().stream().filter(user -> margin(user, low).equity() < 0).count();
    assertTrue(breached > 60 && breached < 180, breached + " breached");
    assertTrue(insolvent > 40 && insolvent < breached, insolvent + " insolvent");
  }

  @Test
  void survivorsAreBreachedAtTheLowOnlyForAMomentAndNeverInsolvent() {
    assertEquals(20, survivors().size());
    for (DemoUser user : survivors()) {
      int below = 0;
      for (long millis = 0; millis <= RUN.toMillis(); millis += 100) {
        Duration at = MARCH.length().multipliedBy(millis).dividedBy(RUN.toMillis());
        MarginResult margin = margin(user, at);
        assertTrue(margin.equity() > 0, "user " + user.number());
        below += margin.breached() ? 1 : 0;
      }
      assertTrue(below >= 5 && below <= 22, "user " + user.number() + ": " + below);
      assertFalse(margin(user, MARCH.length()).breached());
    }
  }

  @Test
  void theSeedDecidesEverything() {
    assertEquals(sizes(plan(7)), sizes(plan(7)));
    assertFalse(sizes(plan(7)).equals(sizes(plan(8))));
  }

  private static List<String> sizes(CrashPlan plan) {
    return plan.wishes().stream()
        .map(wish -> wish.user().number() + wish.instrument() + wish.buy() + wish.lots())
        .toList();
  }
}
