package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.liquidation.WaterfallEvent.Awarded;
import io.crossclear.domain.liquidation.WaterfallEvent.AwardsFixed;
import io.crossclear.domain.liquidation.WaterfallEvent.Begun;
import io.crossclear.domain.liquidation.WaterfallEvent.DefaulterCollected;
import io.crossclear.domain.liquidation.WaterfallEvent.DefaulterTorn;
import io.crossclear.domain.liquidation.WaterfallEvent.FeesCut;
import io.crossclear.domain.liquidation.WaterfallEvent.Finished;
import io.crossclear.domain.liquidation.WaterfallEvent.Forfeited;
import io.crossclear.domain.liquidation.WaterfallEvent.GainLevied;
import io.crossclear.domain.liquidation.WaterfallEvent.HolderTorn;
import io.crossclear.domain.liquidation.WaterfallEvent.LayerPaid;
import io.crossclear.domain.liquidation.WaterfallEvent.LossCovered;
import io.crossclear.domain.liquidation.WaterfallEvent.LossFound;
import io.crossclear.domain.liquidation.WaterfallEvent.LossPlanned;
import io.crossclear.domain.liquidation.WaterfallEvent.TearUpPlanned;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One waterfall of a pool, at one price set: the defaulter's positions are torn up, he pays what he
 * can, gives up what is left, and the layers pay the rest in their order. Accounts move meanwhile,
 * so every posting is taken only as far as it still fits, and what is left is planned again.
 *
 * @param defaulter empty before the first event
 * @param auction of the defaulter
 * @param marks the price set
 * @param pairs of the tear-up that are left, the one at work first
 * @param torn lots that the first pair's holder has added, not booked at the defaulter yet
 * @param forfeit what the defaulter is to give up
 * @param collateral that he gave up and nobody was awarded yet
 * @param plan of the pass under way
 * @param waiting accounts that are to be levied or awarded, with their units
 * @param award the asset that is handed out
 * @param borne levied by account, over all passes
 * @param paid by all layers, over all passes
 */
public record Waterfall(
    Optional<AccountId> defaulter,
    long auction,
    Optional<Marks> marks,
    Stage stage,
    List<TearUpPlan.Pair> pairs,
    long torn,
    Optional<LossFound> forfeit,
    SortedMap<Asset, Long> collateral,
    Optional<LossPlan> plan,
    SortedMap<AccountId, Long> waiting,
    Optional<Asset> award,
    SortedMap<AccountId, Long> borne,
    long paid,
    long time) {

  /** How far it is, which is also what to do next. */
  public enum Stage {
    /** Nothing is known of it. */
    UNKNOWN,
    /** To look at opposite holders. */
    CHOOSING,
    /** To tear up the first pair. */
    TEARING,
    /** To collect from the defaulter. */
    COLLECTING,
    /** To look at everybody with a gain. */
    JUDGING,
    /** To take what the defaulter has left. */
    FORFEITING,
    /** To pay out of the fund. */
    FUND,
    /** To collect again. */
    FUND_COLLECTING,
    /** To hand the fund's claims on for what is owed. */
    CLAIMS,
    /** To levy gains and fees for what is owed. */
    LEVYING,
    /** To hand them on. */
    GAINS,
    /** To turn the fund's claims into money for the debt. */
    DEBT_CLAIMS,
    /** To levy gains and fees for the debt. */
    DEBT_LEVYING,
    /** To hand them on. */
    DEBT_GAINS,
    /** To write the rest of the debt down. */
    LENDERS,
    /** To hand unsold collateral to those who paid, then to close. */
    AWARDING,
    /** Done. */
    FINISHED
  }

  /** A waterfall before its first event. */
  public static final Waterfall EMPTY =
      new Waterfall(
          Optional.empty(),
          0,
          Optional.empty(),
          Stage.UNKNOWN,
          List.of(),
          0,
          Optional.empty(),
          Collections.emptySortedMap(),
          Optional.empty(),
          Collections.emptySortedMap(),
          Optional.empty(),
          Collections.emptySortedMap(),
          0,
          0);

  public Waterfall {
    pairs = List.copyOf(pairs);
    collateral = Exact.ordered(collateral);
    waiting = Exact.ordered(waiting);
    borne = Exact.ordered(borne);
  }

  /** Whether something is left to do. */
  public boolean open() {
    return stage != Stage.UNKNOWN && stage != Stage.FINISHED;
  }

  /** Whether accounts have to be looked at before it goes on. */
  public boolean looking() {
    return stage == Stage.CHOOSING || stage == Stage.JUDGING;
  }

  /**
   * Chooses opposite holders; empty when nobody holds the other side now, because fills are on
   * their way: look again later.
   *
   * @param others fresh views of opposite holders
   */
  public Optional<WaterfallEvent> choose(
      MarginAccount account, List<MarginAccount> others, Market market, long now) {
    if (account.trading().positions().isEmpty()) {
      return Optional.of(new TearUpPlanned(List.of(), at(now)));
    }
    List<MarginAccount> priced =
        others.stream()
            .filter(
                other ->
                    prices()
                        .instruments()
                        .keySet()
                        .containsAll(other.trading().positions().keySet()))
            .toList();
    TearUpPlan plan = TearUpPlan.of(account, priced, prices(), market);
    return plan.pairs().isEmpty()
        ? Optional.empty()
        : Optional.of(new TearUpPlanned(plan.pairs(), at(now)));
  }

  /**
   * What is to be done about the defaulter, short of a plan: nothing is missing, or he has
   * something to give up. Empty when the layers have to pay.
   */
  public Optional<WaterfallEvent> judge(MarginAccount account, Market market, long now) {
    long equity =
        StandardMargin.INSTANCE
            .margin(account.holdings(market.settlement()), prices(), market, Valuation.LIQUIDATION)
            .equity();
    if (equity > 0 || (debt(account, market) == 0 && owed(account) == 0)) {
      return Optional.of(new LossCovered(equity, at(now)));
    }
    TreeMap<Asset, Long> left = new TreeMap<>(account.balances());
    left.remove(market.settlement());
    long gain = Math.max(0, account.trading().unsettled());
    return left.isEmpty() && gain == 0
        ? Optional.empty()
        : Optional.of(new LossFound(equity, gain, left, at(now)));
  }

  /** −cash of an account. */
  public static long debt(MarginAccount account, Market market) {
    return Math.max(0, -account.balance(market.settlement()));
  }

  /** −unsettled of an account. */
  public static long owed(MarginAccount account) {
    return Math.max(0, -account.trading().unsettled());
  }

  /**
   * Plans who pays; empty when nobody can now, because gains are on their way: look again later.
   *
   * @param gains {@code PoolDesk.gainUp} of everybody else
   */
  public Optional<WaterfallEvent> plan(
      MarginAccount account,
      LossPlan.Means means,
      SortedMap<AccountId, Long> gains,
      Market market,
      long now) {
    LossPlan next = LossPlan.of(debt(account, market), owed(account), means, gains);
    return next.paid() == 0 ? Optional.empty() : Optional.of(new LossPlanned(next, at(now)));
  }

  /**
   * Shares an asset that nobody bought: pro rata to what the levied bore, the rest of what was paid
   * counting for the pool.
   */
  public AwardsFixed award(long now) {
    Asset asset = collateral.firstKey();
    long units = collateral.getOrDefault(asset, 0L);
    long[] weights = new long[borne.size() + 1];
    int i = 0;
    for (long bore : borne.values()) {
      weights[i++] = bore;
    }
    weights[i] = paid - Exact.sum(borne);
    long[] cut = Exact.proRata(units, weights);
    TreeMap<AccountId, Long> shares = new TreeMap<>();
    i = 0;
    for (AccountId bearer : borne.keySet()) {
      if (cut[i] > 0) {
        shares.put(bearer, cut[i]);
      }
      i++;
    }
    return new AwardsFixed(asset, shares, at(now));
  }

  /** The price set. */
  public Marks prices() {
    return marks.orElseThrow();
  }

  private long at(long now) {
    return Math.max(now, time);
  }

  /** The waterfall after an event; never refuses. */
  public Waterfall apply(WaterfallEvent event) {
    Draft next = new Draft(this, event.time());
    switch (event) {
      case Begun e -> {
        next = new Draft(EMPTY, e.time());
        next.defaulter = Optional.of(e.defaulter());
        next.auction = e.auction();
        next.marks = Optional.of(e.marks());
        next.stage = Stage.CHOOSING;
      }
      case TearUpPlanned e -> {
        next.pairs = e.pairs();
        next.stage = e.pairs().isEmpty() ? Stage.COLLECTING : Stage.TEARING;
      }
      case HolderTorn e -> {
        next.torn = e.lots();
        if (e.lots() == 0) {
          next.nextPair();
        }
      }
      case DefaulterTorn e -> next.nextPair();
      case DefaulterCollected e ->
          next.stage =
              stage == Stage.FUND_COLLECTING ? after(Stage.FUND_COLLECTING) : Stage.JUDGING;
      case LossFound e -> {
        next.forfeit = Optional.of(e);
        next.stage = Stage.FORFEITING;
      }
      case Forfeited e -> {
        next.forfeit = Optional.empty();
        TreeMap<Asset, Long> all = new TreeMap<>(collateral);
        e.collateral().forEach((asset, units) -> all.merge(asset, units, Math::addExact));
        next.collateral = all;
        next.stage = Stage.JUDGING;
      }
      case LossPlanned e -> {
        next.plan = Optional.of(e.plan());
        next.enter(after(Stage.JUDGING, e.plan()));
      }
      case LayerPaid e -> {
        // gains that are handed on were counted when they were levied
        boolean handedOn = stage == Stage.GAINS || stage == Stage.DEBT_GAINS;
        next.paid = handedOn ? paid : Math.addExact(paid, e.units());
        next.enter(after(stage));
      }
      case GainLevied e -> {
        next.waiting = without(e.account());
        next.paid = Math.addExact(paid, e.units());
        next.borne = Exact.plus(borne, e.account(), e.units());
      }
      case FeesCut e -> {
        next.paid = Math.addExact(paid, e.units());
        next.enter(after(stage));
      }
      case LossCovered e -> next.stage = Stage.AWARDING;
      case AwardsFixed e -> {
        TreeMap<Asset, Long> rest = new TreeMap<>(collateral);
        rest.remove(e.asset());
        next.collateral = rest;
        next.award = Optional.of(e.asset());
        next.waiting = e.shares();
      }
      case Awarded e -> next.waiting = without(e.account());
      case Finished e -> next.stage = Stage.FINISHED;
    }
    return next.done();
  }

  private SortedMap<AccountId, Long> without(AccountId account) {
    TreeMap<AccountId, Long> rest = new TreeMap<>(waiting);
    rest.remove(account);
    return rest;
  }

  private Stage after(Stage done) {
    return after(done, plan.orElseThrow());
  }

  /** The next stage that has something to do in this plan; then he is looked at again. */
  private static Stage after(Stage done, LossPlan plan) {
    return EnumSet.range(done, Stage.LENDERS).stream()
        .filter(stage -> stage != done && pays(stage, plan))
        .findFirst()
        .orElse(Stage.COLLECTING);
  }

  private static boolean pays(Stage stage, LossPlan plan) {
    return switch (stage) {
      case FUND, FUND_COLLECTING -> plan.fund() > 0;
      case CLAIMS -> plan.claimsForOwed() > 0;
      case LEVYING, GAINS -> !plan.levies().isEmpty() || plan.feeLevy() > 0;
      case DEBT_CLAIMS -> plan.claimsForDebt() > 0;
      case DEBT_LEVYING, DEBT_GAINS -> !plan.leviesForDebt().isEmpty() || plan.feeLevyForDebt() > 0;
      case LENDERS -> plan.lenders() > 0;
      case UNKNOWN, CHOOSING, TEARING, COLLECTING, JUDGING, FORFEITING, AWARDING, FINISHED -> false;
    };
  }

  /** The waterfall while one event changes it. */
  private static final class Draft {
    Optional<AccountId> defaulter;
    long auction;
    Optional<Marks> marks;
    Stage stage;
    List<TearUpPlan.Pair> pairs;
    long torn;
    Optional<LossFound> forfeit;
    SortedMap<Asset, Long> collateral;
    Optional<LossPlan> plan;
    SortedMap<AccountId, Long> waiting;
    Optional<Asset> award;
    SortedMap<AccountId, Long> borne;
    long paid;
    final long time;

    Draft(Waterfall before, long time) {
      this.defaulter = before.defaulter;
      this.auction = before.auction;
      this.marks = before.marks;
      this.stage = before.stage;
      this.pairs = before.pairs;
      this.torn = before.torn;
      this.forfeit = before.forfeit;
      this.collateral = before.collateral;
      this.plan = before.plan;
      this.waiting = before.waiting;
      this.award = before.award;
      this.borne = before.borne;
      this.paid = before.paid;
      this.time = time;
    }

    void nextPair() {
      torn = 0;
      pairs = pairs.subList(1, pairs.size());
      if (pairs.isEmpty()) {
        stage = Stage.CHOOSING;
      }
    }

    void enter(Stage next) {
      stage = next;
      LossPlan under = plan.orElseThrow();
      waiting =
          switch (next) {
            case LEVYING -> under.levies();
            case DEBT_LEVYING -> under.leviesForDebt();
            case UNKNOWN,
                CHOOSING,
                TEARING,
                COLLECTING,
                JUDGING,
                FORFEITING,
                FUND,
                FUND_COLLECTING,
                CLAIMS,
                GAINS,
                DEBT_CLAIMS,
                DEBT_GAINS,
                LENDERS,
                AWARDING,
                FINISHED ->
                Collections.emptySortedMap();
          };
    }

    Waterfall done() {
      return new Waterfall(
          defaulter,
          auction,
          marks,
          stage,
          pairs,
          torn,
          forfeit,
          collateral,
          plan,
          waiting,
          award,
          borne,
          paid,
          time);
    }
  }
}
