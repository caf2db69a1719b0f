package io.crossclear.nodes.demo;

import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.nodes.oracle.PricePath;
import io.crossclear.nodes.oracle.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Who deposits what and who wants to trade when, decided by the seed and the scenario before
 * anything happens.
 *
 * <p>A quarter of the traders bring WETH instead of USDC, some both. Two thirds are long, with two
 * to eight and a half times what they bring. Every tenth is a <i>survivor</i>: long with little,
 * just so much that the scenario takes him below his maintenance margin for a second or two at its
 * lows, and lifts him again before anybody bids.
 *
 * @param traders in their order
 * @param keepers who bid in auctions
 * @param makers the other side of every trade
 * @param operator who gives to the fund
 * @param wishes in the order in which they come due
 */
record CrashPlan(
    List<DemoUser> traders,
    List<DemoUser> keepers,
    List<DemoUser> makers,
    DemoUser operator,
    List<Wish> wishes) {

  /** The pool that everything happens in. */
  static final int POOL = 1;

  /** Fills into a trader's whole position before prices begin to move. */
  private static final int SLICES = 5;

  /** Trades of each trader while they do. */
  private static final int LATER = 4;

  private static final int PPM = 1_000_000;
  private static final long DOLLAR = 1_000_000;
  private static final int WITH_ETHER = 4;
  private static final int WITH_BOTH = 12;
  private static final int SURVIVOR = 10;
  private static final int[] LEVERAGE_TENTHS = {20, 30, 30, 40, 50, 60, 70, 80, 85};

  /** What survivors spend below their maintenance margin, of the run's clock. */
  private static final long[] UNDER_WATER_MILLIS = {1_400, 1_100, 1_700, 2_000, 1_200, 900, 1_600};

  /** What survivors keep at the lowest price, of their notional. */
  private static final int ALIVE_PPM = 10_000;

  private static final int STEP_PPM = 1_000;

  private static final long KEEPER_DOLLARS = 2_000_000;
  private static final long MAKER_DOLLARS = 4_000_000;
  private static final long FUND_DOLLARS = 1_000_000;

  /**
   * A trade that somebody wants.
   *
   * @param lots above 0
   * @param reduceOnly whether it may only make a position smaller
   * @param due part of the run after which it is wanted; below 0 before the run begins
   */
  record Wish(
      DemoUser user, String instrument, boolean buy, long lots, boolean reduceOnly, double due) {}

  CrashPlan {
    traders = List.copyOf(traders);
    keepers = List.copyOf(keepers);
    makers = List.copyOf(makers);
    wishes = List.copyOf(wishes);
  }

  /** Everybody. */
  List<DemoUser> everybody() {
    List<DemoUser> all = new ArrayList<>(traders);
    all.addAll(keepers);
    all.addAll(makers);
    all.add(operator);
    return List.copyOf(all);
  }

  /**
   * The plan of a seed.
   *
   * @param run how long the scenario's prices take
   */
  static CrashPlan of(Genesis genesis, int accounts, long seed, Scenario scenario, Duration run) {
    return new Planner(genesis, seed, scenario, run).plan(accounts);
  }

  /** A plan in the making. */
  private static final class Planner {
    final Genesis genesis;
    final Market market;
    final List<Instrument> instruments;
    final long seed;
    final Scenario scenario;
    final Duration run;
    final SplittableRandom random;
    final List<Wish> wishes = new ArrayList<>();

    Planner(Genesis genesis, long seed, Scenario scenario, Duration run) {
      this.genesis = genesis;
      this.market = genesis.market(POOL).orElseThrow();
      this.instruments = List.copyOf(market.instruments().values());
      this.seed = seed;
      this.scenario = scenario;
      this.run = run;
      this.random = new SplittableRandom(seed);
    }

    CrashPlan plan(int accounts) {
      List<DemoUser> traders = new ArrayList<>();
      for (int i = 0; i < accounts; i++) {
        traders.add(i % SURVIVOR == 1 ? survivor(i) : trader(i));
      }
      wishes.sort(Comparator.comparingDouble(Wish::due));
      return new CrashPlan(
          traders,
          List.of(house(accounts, KEEPER_DOLLARS), house(accounts + 1, KEEPER_DOLLARS)),
          List.of(house(accounts + 2, MAKER_DOLLARS), house(accounts + 3, MAKER_DOLLARS)),
          house(accounts + 4, FUND_DOLLARS),
          wishes);
    }

    private DemoUser house(int number, long dollars) {
      return DemoUser.house(genesis, number, seed, gift(DemoUser.USDC, dollars * DOLLAR));
    }

    private DemoUser trader(int i) {
      TreeMap<Asset, Long> gifts = new TreeMap<>();
      if (i % WITH_ETHER == 0) {
        gifts.put(DemoUser.ETH, random.nextLong(5_00000000L, 50_00000000L));
      }
      if (i % WITH_ETHER != 0 || i % WITH_BOTH == 0) {
        gifts.put(DemoUser.USDC, random.nextLong(1_000, 10_000) * DOLLAR);
      }
      DemoUser user = DemoUser.of(genesis, i, seed, gifts);
      Instrument instrument = instruments.get(random.nextInt(instruments.size()));
      boolean buy = random.nextInt(3) > 0;
      int tenths = LEVERAGE_TENTHS[random.nextInt(LEVERAGE_TENTHS.length)];
      long notional = Exact.mulDivDown(weight(gifts), tenths, 10);
      trade(
          user, instrument, buy, lotsOf(instrument, notional, path(instrument).at(Duration.ZERO)));
      return user;
    }

    /** What gifts count for at the beginning, after haircuts, in settlement units. */
    private long weight(SortedMap<Asset, Long> gifts) {
      long weight = gifts.getOrDefault(market.settlement(), 0L);
      for (CollateralRule rule : market.rules().collateral()) {
        long price = path(rule.feed()).at(Duration.ZERO);
        long units = gifts.getOrDefault(rule.asset(), 0L);
        weight += rule.afterHaircutDown(rule.valueDown(units, price));
      }
      return weight;
    }

    /**
     * Equity D + q·(p − e·(1 + fee)) falls below the maintenance margin mm·q·p at p* for q = D /
     * (e·(1 + fee) − p*·(1 − mm)).
     */
    private DemoUser survivor(int i) {
      long dollars = random.nextLong(2_000, 8_000) * DOLLAR;
      DemoUser user = DemoUser.of(genesis, i, seed, gift(DemoUser.USDC, dollars));
      Instrument instrument = instruments.get(i / SURVIVOR % instruments.size());
      PricePath path = path(instrument);
      long entry = path.at(Duration.ZERO);
      long water =
          waterline(
              path,
              UNDER_WATER_MILLIS[i / SURVIVOR % UNDER_WATER_MILLIS.length],
              instrument.rules().maintenancePpm() - ALIVE_PPM);
      long paid = entry + Exact.mulDivUp(entry, instrument.rules().feePpm(), PPM);
      long kept = Exact.mulDivDown(water, PPM - instrument.rules().maintenancePpm(), PPM);
      // never more than nine times: the initial margin and the maker's spread
      long distance = Math.max(paid - kept, entry / 9);
      trade(user, instrument, true, lotsOf(instrument, dollars, distance));
      return user;
    }

    /**
     * The lowest price below which the path stays for so long at a stretch, in the run's time, or
     * the highest that is at most so far above the lowest price, so that something is left there.
     */
    private long waterline(PricePath path, long millis, int farthestPpm) {
      long whole = run.toMillis();
      int steps = Math.toIntExact(Math.min(24_000, whole / 50));
      long[] prices = new long[steps + 1];
      for (int step = 0; step <= steps; step++) {
        prices[step] = path.at(scenario.length().multipliedBy(step).dividedBy(steps));
      }
      long lowest = Arrays.stream(prices).min().orElseThrow();
      long line = lowest;
      for (int above = STEP_PPM; above <= farthestPpm; above += STEP_PPM) {
        line = lowest + lowest / PPM * above;
        if (longestBelow(prices, line) * whole / steps >= millis) {
          break;
        }
      }
      return line;
    }

    private static long longestBelow(long[] prices, long line) {
      long longest = 0;
      long now = 0;
      for (long price : prices) {
        now = price < line ? now + 1 : 0;
        longest = Math.max(longest, now);
      }
      return longest;
    }

    /** Lots that cost so many settlement units at a price. */
    private static long lotsOf(Instrument instrument, long units, long price) {
      return Math.max(SLICES, Exact.mulDivDown(units, instrument.scale(), price));
    }

    /** A position in slices before the run, and a bit less or more of it at times during it. */
    private void trade(DemoUser user, Instrument instrument, boolean buy, long lots) {
      String symbol = instrument.symbol();
      for (int slice = 0; slice < SLICES; slice++) {
        long part = lots / SLICES + (slice < lots % SLICES ? 1 : 0);
        double due = slice - SLICES + user.number() / 1e6;
        wishes.add(new Wish(user, symbol, buy, part, false, due));
      }
      boolean reduces = false;
      boolean survivor = user.number() % SURVIVOR == 1;
      for (int later = 0; later < (survivor ? 0 : LATER); later++) {
        double due = (later + random.nextDouble()) / LATER;
        reduces = !reduces;
        long part = Math.max(1, lots / (reduces ? 10 : 20));
        wishes.add(new Wish(user, symbol, reduces != buy, part, reduces, due));
      }
    }

    private PricePath path(Instrument instrument) {
      return path(instrument.feed());
    }

    private PricePath path(String feed) {
      return Objects.requireNonNull(scenario.paths().get(new FeedId(feed)), feed);
    }

    private static SortedMap<Asset, Long> gift(Asset asset, long units) {
      return new TreeMap<>(Map.of(asset, units));
    }
  }
}
