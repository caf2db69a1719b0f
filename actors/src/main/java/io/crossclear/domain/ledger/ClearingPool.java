package io.crossclear.domain.ledger;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.InsolventCovered;
import io.crossclear.domain.ledger.PoolEvent.InstrumentClosed;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.SettlementClosed;
import io.crossclear.domain.ledger.PoolEvent.Traded;
import io.crossclear.domain.ledger.PoolEvent.WoundUp;
import io.crossclear.domain.liquidation.LossPlan;
import io.crossclear.domain.liquidation.TearUpPlan;
import io.crossclear.domain.liquidation.Waterfall;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.domain.variation.VariationCycle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A clearing pool with everything that it has under way: its book, the variation cycle, the
 * waterfall, instruments that are being settled away, and its winding up. Every change is a {@link
 * PoolFact}; what is to be asked next follows from the state alone.
 *
 * <p>Cycle and waterfall share the accounts' steps, of which each account has one: while a
 * waterfall is open the cycle asks nobody and goes on afterwards; a waterfall waits for the
 * settlement of instruments, and the other way round.
 *
 * <p>A file of this length is one thought: in which order the parts of a pool may move.
 *
 * @param cycle the newest one
 * @param cycles finished
 * @param cycleTime when the newest one began
 * @param waterfall the newest one
 * @param covered newest cover of each insolvent account
 * @param closed instruments that are closed for ever, with the price set that they were closed at
 * @param settled those of them that are gone
 * @param windUp where fund and fees go at the end
 * @param facts number of them so far
 */
public record ClearingPool(
    PoolBook book,
    VariationCycle cycle,
    long cycles,
    long cycleTime,
    Waterfall waterfall,
    BucketMap<AccountId, Cover> covered,
    SortedMap<String, Long> closed,
    SortedSet<String> settled,
    Optional<AccountId> windUp,
    long facts) {

  /** What the fund paid for a slice. */
  public record Cover(long auction, long round, long units) {}

  /** A step that an account has not answered. */
  public record OpenStep(AccountId account, long number, Ask ask, Optional<Marks> marks) {}

  /** While somebody borrows, the interest index grows at least this often. */
  private static final long ACCRUE_MILLIS = 60_000;

  /** A pool before its first fact. */
  public static final ClearingPool EMPTY =
      new ClearingPool(
          PoolBook.EMPTY,
          VariationCycle.EMPTY,
          0,
          0,
          Waterfall.EMPTY,
          BucketMap.empty(),
          Collections.emptySortedMap(),
          Collections.emptySortedSet(),
          Optional.empty(),
          0);

  public ClearingPool {
    closed = Exact.ordered(closed);
    settled = Collections.unmodifiableSortedSet(new TreeSet<>(settled));
  }

  /** What every node has to know. */
  public PoolTerms terms(int number) {
    TreeMap<String, Long> cumulative = new TreeMap<>();
    book.funding().forEach((symbol, funding) -> cumulative.put(symbol, funding.cumulative()));
    return new PoolTerms(number, facts, book.index(), cumulative, new TreeSet<>(closed.keySet()));
  }

  /** Whether every instrument is settled away. */
  public boolean nothingTrades(Market market) {
    return book.settlements().isEmpty() && settled.containsAll(market.instruments().keySet());
  }

  /** Steps that are not answered, with the prices that they are to be taken at. */
  public List<OpenStep> steps() {
    List<OpenStep> steps = new ArrayList<>();
    book.open()
        .buckets()
        .values()
        .forEach(bucket -> bucket.forEach((account, ask) -> steps.add(step(account, ask))));
    return steps;
  }

  private OpenStep step(AccountId account, Ask ask) {
    Optional<Marks> marks =
        ofWaterfall(account, ask)
            ? waterfall.marks()
            : switch (ask) {
              case Ask.Collect a -> cycle.marks();
              case Ask.Lend a -> cycle.marks();
              case Ask.Release a -> cycle.marks();
              case Ask.TearUp a -> Optional.empty();
              case Ask.Cover a -> Optional.empty();
              case Ask.CoverOwed a -> Optional.empty();
              case Ask.Levy a -> Optional.empty();
              case Ask.LevyForDebt a -> Optional.empty();
              case Ask.Forfeit a -> Optional.empty();
              case Ask.Award a -> Optional.empty();
              case Ask.Pay a -> Optional.empty();
              case Ask.Settle a -> Optional.empty();
            };
    return new OpenStep(account, book.numbers().get(account).orElseThrow(), ask, marks);
  }

  /** While a waterfall is open every step of the defaulter is its own. */
  private boolean ofWaterfall(AccountId account, Ask ask) {
    return waterfall.open()
        && switch (ask) {
          case Ask.TearUp a -> true;
          case Ask.Levy a -> true;
          case Ask.LevyForDebt a -> true;
          case Ask.Award a -> true;
          case Ask.CoverOwed a -> true;
          case Ask.Forfeit a -> true;
          case Ask.Collect a -> defaulter(account);
          case Ask.Cover a -> defaulter(account);
          case Ask.Lend a -> false;
          case Ask.Release a -> false;
          case Ask.Pay a -> false;
          case Ask.Settle a -> false;
        };
  }

  private boolean defaulter(AccountId account) {
    return waterfall.defaulter().equals(Optional.of(account));
  }

  // ---------- commands

  /** See {@link PoolBook#bookFees}. */
  public Decision<PoolFact, PoolRejection> bookFees(
      Address venue, long batch, long units, SortedMap<String, Traded> traded, long now) {
    return of(book.bookFees(venue, batch, units, traded, now));
  }

  /** See {@link PoolBook#contribute}. */
  public Decision<PoolFact, PoolRejection> contribute(
      AccountId from, long sequence, long units, long now) {
    return of(book.contribute(from, sequence, units, now));
  }

  private static Decision<PoolFact, PoolRejection> of(Decision<PoolEvent, PoolRejection> decision) {
    return switch (decision) {
      case Decision.Accept<PoolEvent, PoolRejection>(List<PoolEvent> events) ->
          Decision.accept(List.<PoolFact>copyOf(events));
      case Decision.AlreadyDone<PoolEvent, PoolRejection> done -> Decision.alreadyDone();
      case Decision.Reject<PoolEvent, PoolRejection>(PoolRejection reason) ->
          Decision.reject(reason);
    };
  }

  /**
   * Pays out of the fund what an insolvent account lacks: draw = −equity + min(⌊fund / 50⌋,
   * bounty), once for each round of its auction. Nothing when it is not insolvent.
   *
   * @param view fresh
   */
  public Decision<PoolFact, PoolRejection> coverInsolvent(
      MarginAccount view, long auction, long round, Marks marks, Market market, long now) {
    AccountId account = view.id();
    if (coveredSince(account, auction, round) || !inAuction(view, auction)) {
      return Decision.alreadyDone();
    }
    Optional<PoolRejection> busy = busy(view, marks);
    if (busy.isPresent()) {
      return Decision.reject(busy.get());
    }
    // money set aside for another auction's slice comes back to the account, not to the fund
    if (!view.trading().legs().isEmpty() || !view.trading().bids().isEmpty()) {
      return Decision.reject(PoolRejection.NOT_FLAT);
    }
    MarginResult holdings = margin(view, marks, market);
    if (holdings.equity() > 0) {
      return Decision.alreadyDone();
    }
    long bounty = Math.min(book.lines().fund() / 50, AuctionDesk.bountyDown(holdings, market));
    long units = Math.addExact(-holdings.equity(), bounty);
    if (units == 0) {
      return Decision.alreadyDone();
    }
    Draft draft = new Draft(this, now);
    draft.recall(units - book.lines().fund());
    draft.add(new InsolventCovered(account, auction, round, units, draft.at()));
    Optional<PoolRejection> refusal = draft.ask(account, new Ask.Cover(LossLayer.FUND, units));
    return refusal
        .<Decision<PoolFact, PoolRejection>>map(Decision::reject)
        .orElseGet(draft::accepted);
  }

  private boolean coveredSince(AccountId account, long auction, long round) {
    return covered
        .get(account)
        .filter(
            newest ->
                newest.auction() > auction
                    || (newest.auction() == auction && newest.round() >= round))
        .isPresent();
  }

  /**
   * What the fund has paid for a round; empty while the account has not answered, 0 when nothing
   * was missing.
   */
  public Optional<Long> cover(AccountId account, long auction, long round) {
    boolean open = book.open().get(account).filter(Ask.Cover.class::isInstance).isPresent();
    Optional<Cover> newest =
        covered.get(account).filter(cover -> cover.auction() == auction && cover.round() == round);
    return newest.isPresent() && open
        ? Optional.empty()
        : newest.map(Cover::units).or(() -> Optional.of(0L));
  }

  private static boolean inAuction(MarginAccount view, long auction) {
    return view.trading().liquidating()
        && view.trading().auction().filter(open -> open.number() == auction).isPresent();
  }

  private Optional<PoolRejection> busy(MarginAccount view, Marks marks) {
    if (book.open().get(view.id()).isPresent()) {
      return Optional.of(PoolRejection.STEP_OPEN);
    }
    if (waterfall.open()) {
      return Optional.of(PoolRejection.WATERFALL_OPEN);
    }
    return marks.instruments().keySet().containsAll(view.trading().positions().keySet())
        ? Optional.empty()
        : Optional.of(PoolRejection.PRICES_MISSING);
  }

  private static MarginResult margin(MarginAccount view, Marks marks, Market market) {
    return StandardMargin.INSTANCE.margin(
        view.holdings(market.settlement()), marks, market, Valuation.LIQUIDATION);
  }

  /**
   * Begins to share the loss of an account that nobody bid for. Whether it is needed is what the
   * account says now: without positions it is over, unless prices make the account insolvent again
   * before its auction ends.
   *
   * @param view fresh
   */
  public Decision<PoolFact, PoolRejection> shareLoss(
      MarginAccount view, long auction, Marks marks, Market market, long now) {
    AccountId account = view.id();
    if (!inAuction(view, auction)) {
      return Decision.alreadyDone();
    }
    Optional<PoolRejection> busy = busy(view, marks);
    if (busy.isPresent()) {
      return Decision.reject(busy.get());
    }
    boolean lacks = Waterfall.debt(view, market) > 0 || Waterfall.owed(view) > 0;
    if (view.trading().positions().isEmpty()
        && !(lacks && margin(view, marks, market).equity() <= 0)) {
      return Decision.alreadyDone();
    }
    if (!view.trading().legs().isEmpty() || !view.trading().bids().isEmpty()) {
      return Decision.reject(PoolRejection.NOT_FLAT);
    }
    if (!book.settlements().isEmpty()) {
      return Decision.reject(PoolRejection.SETTLEMENT_OPEN);
    }
    Draft draft = new Draft(this, now);
    draft.take(book.openWaterfall(account, now));
    draft.add(new WaterfallEvent.Begun(account, auction, marks, draft.at()));
    return draft.accepted();
  }

  /** Whether the loss of this account is being shared. */
  public boolean sharing(AccountId account) {
    return waterfall.open() && defaulter(account);
  }

  /**
   * Closes an instrument for ever.
   *
   * @param seq of the newest price set, −1 when there is none
   */
  public Decision<PoolFact, PoolRejection> settle(
      String instrument, long seq, Market market, long now) {
    if (market.instrument(instrument).isEmpty()) {
      return Decision.reject(PoolRejection.UNKNOWN_INSTRUMENT);
    }
    return closed.containsKey(instrument)
        ? Decision.alreadyDone()
        : Decision.accept(new InstrumentClosed(instrument, seq, at(now)));
  }

  /** Pays fund and fees out at the end: nothing trades, nobody owes and nothing is unsettled. */
  public Decision<PoolFact, PoolRejection> windUp(
      AccountId to, Collection<PoolRow> rows, Market market, long now) {
    if (windUp.isPresent()) {
      return windUp.get().equals(to)
          ? Decision.alreadyDone()
          : Decision.reject(PoolRejection.WOUND_UP);
    }
    if (to.pool() != market.rules().number() || to.isFund()) {
      return Decision.reject(PoolRejection.OTHER_POOL);
    }
    PoolLines lines = book.lines();
    boolean flat =
        nothingTrades(market)
            && !waterfall.open()
            && !cycle.open()
            && book.open().size() == 0
            && lines.clearing() == 0
            && lines.feeUnsettled() == 0
            && lines.fundUnsettled() == 0
            && lines.lent() == 0
            && rows.stream().allMatch(row -> row.risk().unsettled() == 0 && row.risk().cash() >= 0);
    return flat
        ? Decision.accept(new WoundUp(to, at(now)))
        : Decision.reject(PoolRejection.NOT_FLAT);
  }

  // ---------- answers

  /**
   * Books an answer together with what it means for whatever asked; a copy changes nothing.
   *
   * @param unsettled of the account after it
   */
  public Decision<PoolFact, PoolRejection> stepped(
      AccountId account, long number, Answer answer, long unsettled, long now) {
    Draft draft = new Draft(this, now);
    Optional<Ask> open = book.open().get(account);
    Decision<PoolEvent, PoolRejection> booked = book.answer(account, number, answer, now);
    if (open.isEmpty() || !draft.take(booked)) {
      return of(booked);
    }
    long at = draft.at();
    Ask ask = open.get();
    if (ofWaterfall(account, ask)) {
      draft.add(
          switch (ask) {
            case Ask.TearUp a ->
                defaulter(account)
                    ? new WaterfallEvent.DefaulterTorn(at)
                    : new WaterfallEvent.HolderTorn(answer.lots(), at);
            case Ask.Collect a -> new WaterfallEvent.DefaulterCollected(unsettled, at);
            case Ask.Forfeit a -> new WaterfallEvent.Forfeited(answer.collateral(), at);
            case Ask.Cover a -> new WaterfallEvent.LayerPaid(a.units(), at);
            case Ask.CoverOwed a -> new WaterfallEvent.LayerPaid(a.units(), at);
            case Ask.Levy a -> new WaterfallEvent.GainLevied(account, answer.units(), at);
            case Ask.LevyForDebt a -> new WaterfallEvent.GainLevied(account, answer.units(), at);
            case Ask.Award a -> new WaterfallEvent.Awarded(account, at);
            case Ask.Lend a -> throw new IllegalStateException("no step of a waterfall: " + a);
            case Ask.Release a -> throw new IllegalStateException("no step of a waterfall: " + a);
            case Ask.Pay a -> throw new IllegalStateException("no step of a waterfall: " + a);
            case Ask.Settle a -> throw new IllegalStateException("no step of a waterfall: " + a);
          });
    } else {
      switch (ask) {
        case Ask.Collect a -> draft.take(cycle.collected(account, unsettled, now));
        case Ask.Lend a -> draft.take(cycle.borrowed(account, unsettled, now));
        case Ask.Release a -> draft.take(cycle.released(account, answer.units(), now));
        case Ask.TearUp a -> {}
        case Ask.Cover a -> {}
        case Ask.CoverOwed a -> {}
        case Ask.Levy a -> {}
        case Ask.LevyForDebt a -> {}
        case Ask.Forfeit a -> {}
        case Ask.Award a -> {}
        case Ask.Pay a -> {}
        case Ask.Settle a -> {}
      }
    }
    return draft.accepted();
  }

  // ---------- what follows from the state

  /** What cycle, waterfall and winding up do next without looking at accounts; often nothing. */
  public List<PoolFact> next(Market market, long now) {
    Draft draft = new Draft(this, now);
    int before;
    do {
      before = draft.facts.size();
      if (draft.pool.waterfall.open()) {
        draft.waterfall();
      } else {
        draft.cycle();
        draft.windUp();
      }
    } while (draft.facts.size() > before);
    return draft.facts;
  }

  /**
   * What time brings: loans that changed by themselves, funding, settlements, the next cycle.
   *
   * @param rows of every account of the pool
   */
  public List<PoolFact> tick(
      Collection<PoolRow> rows, Optional<Marks> marks, Market market, long now) {
    Draft draft = new Draft(this, now);
    draft.report(rows);
    draft.accrue(market);
    if (marks.isPresent() && windUp.isEmpty()) {
      draft.fund(rows, marks.get(), market);
      draft.settle(rows, marks.get());
      draft.startCycle(rows, marks.get(), market);
    }
    return draft.facts;
  }

  /** Accounts whose collateral is to be auctioned for what they owe, once the shares are fixed. */
  public List<AccountId> cures(Collection<PoolRow> rows, Market market) {
    TreeSet<AccountId> cures = new TreeSet<>(cycle.cures());
    if (nothingTrades(market)) {
      // loans are due
      rows.stream().filter(row -> row.risk().cash() < 0).forEach(row -> cures.add(row.account()));
    }
    return List.copyOf(cures);
  }

  // ---------- the waterfall looks at accounts

  /** Accounts that the waterfall has to look at before it goes on; empty when it has not. */
  public SortedSet<AccountId> looksAt(Collection<PoolRow> rows) {
    TreeSet<AccountId> accounts = new TreeSet<>();
    if (!waterfall.looking()) {
      return accounts;
    }
    AccountId defaulter = waterfall.defaulter().orElseThrow();
    Optional<PoolRow> own =
        rows.stream().filter(row -> row.account().equals(defaulter)).findFirst();
    for (PoolRow row : rows) {
      boolean wanted =
          waterfall.stage() == Waterfall.Stage.JUDGING
              ? row.risk().unsettled() != 0
                  || !row.risk().positions().isEmpty()
                  || !row.risk().legs().isEmpty()
              : own.filter(held -> opposite(held, row)).isPresent();
      if (wanted) {
        accounts.add(row.account());
      }
    }
    accounts.add(defaulter);
    return accounts;
  }

  private static boolean opposite(PoolRow defaulter, PoolRow other) {
    return defaulter.risk().positions().keySet().stream()
        .anyMatch(
            symbol -> Long.signum(defaulter.lots(symbol)) * Long.signum(other.lots(symbol)) < 0);
  }

  /**
   * What fresh views lead to: the next plan, or the end. Nothing when fills or slices are on their
   * way: look again later.
   *
   * @param views the defaulter's among them
   */
  public List<PoolFact> looked(SortedMap<AccountId, MarginAccount> views, Market market, long now) {
    if (!waterfall.looking()) {
      return List.of();
    }
    AccountId defaulter = waterfall.defaulter().orElseThrow();
    MarginAccount account = Optional.ofNullable(views.get(defaulter)).orElseThrow();
    List<MarginAccount> others =
        views.values().stream().filter(view -> !view.id().equals(defaulter)).toList();
    Draft draft = new Draft(this, now);
    if (waterfall.stage() == Waterfall.Stage.CHOOSING) {
      waterfall.choose(account, others, market, now).ifPresent(draft::add);
      return draft.facts;
    }
    Optional<WaterfallEvent> judged = waterfall.judge(account, market, now);
    if (judged.isPresent()) {
      draft.add(judged.get());
      return draft.facts;
    }
    long loss = Math.addExact(Waterfall.debt(account, market), Waterfall.owed(account));
    draft.recall(loss - book.lines().fund());
    TreeMap<AccountId, Long> gains = new TreeMap<>();
    others.forEach(
        other -> gains.put(other.id(), PoolDesk.gainUp(other, waterfall.prices(), market)));
    PoolLines lines = draft.pool.book.lines();
    waterfall
        .plan(
            account,
            new LossPlan.Means(
                lines.fund(), lines.fundUnsettled(), lines.feeUnsettled(), lines.clearing()),
            gains,
            market,
            now)
        .ifPresent(draft::add);
    return draft.facts;
  }

  // ---------- the fold

  private long at(long now) {
    return Math.max(now, book.time());
  }

  /** The pool after a fact; never refuses. */
  public ClearingPool apply(PoolFact fact) {
    return switch (fact) {
      case PoolEvent e -> applied(e);
      case CycleEvent e -> {
        VariationCycle next =
            (e instanceof CycleEvent.Started ? VariationCycle.EMPTY : cycle).apply(e);
        yield new ClearingPool(
            book,
            next,
            e instanceof CycleEvent.Finished ? cycles + 1 : cycles,
            e instanceof CycleEvent.Started ? e.time() : cycleTime,
            waterfall,
            covered,
            closed,
            settled,
            windUp,
            facts + 1);
      }
      case WaterfallEvent e ->
          new ClearingPool(
              book,
              cycle,
              cycles,
              cycleTime,
              waterfall.apply(e),
              covered,
              closed,
              settled,
              windUp,
              facts + 1);
      default -> throw new IllegalStateException("no fact of a pool: " + fact);
    };
  }

  private ClearingPool applied(PoolEvent event) {
    BucketMap<AccountId, Cover> covers = covered;
    SortedMap<String, Long> ended = closed;
    SortedSet<String> gone = settled;
    Optional<AccountId> payee = windUp;
    if (event instanceof InsolventCovered e) {
      covers = covered.with(e.account(), new Cover(e.auction(), e.round(), e.units()));
    } else if (event instanceof InstrumentClosed e) {
      TreeMap<String, Long> more = new TreeMap<>(closed);
      more.put(e.instrument(), e.seq());
      ended = more;
    } else if (event instanceof SettlementClosed e) {
      TreeSet<String> more = new TreeSet<>(settled);
      more.add(e.instrument());
      gone = more;
    } else if (event instanceof WoundUp e) {
      payee = Optional.of(e.to());
    }
    return new ClearingPool(
        book.apply(event),
        cycle,
        cycles,
        cycleTime,
        waterfall,
        covers,
        ended,
        gone,
        payee,
        facts + 1);
  }

  /** The pool while a decision gathers its facts. */
  private static final class Draft {
    ClearingPool pool;
    final List<PoolFact> facts = new ArrayList<>();
    final long now;

    Draft(ClearingPool pool, long now) {
      this.pool = pool;
      this.now = now;
    }

    long at() {
      return pool.at(now);
    }

    Decision<PoolFact, PoolRejection> accepted() {
      return Decision.accept(facts);
    }

    void add(PoolFact fact) {
      pool = pool.apply(fact);
      facts.add(fact);
    }

    /** Takes a decision's facts; whether there were some. */
    <E extends PoolFact, R extends Enum<R>> boolean take(Decision<E, R> decision) {
      if (decision instanceof Decision.Accept<E, R>(List<E> events)) {
        events.forEach(this::add);
        return true;
      }
      return false;
    }

    /** Asks an account; why not. */
    Optional<PoolRejection> ask(AccountId account, Ask ask) {
      Decision<PoolEvent, PoolRejection> decision = pool.book.ask(account, ask, now);
      take(decision);
      return decision instanceof Decision.Reject<PoolEvent, PoolRejection>(PoolRejection reason)
          ? Optional.of(reason)
          : Optional.empty();
    }

    boolean busy(AccountId account) {
      return pool.book.open().get(account).isPresent();
    }

    void recall(long lack) {
      take(pool.book.recall(lack, now));
    }

    // ----- variation

    /** Begins a cycle when its time has come; interest and the fund's lending come first. */
    void startCycle(Collection<PoolRow> rows, Marks marks, Market market) {
      PoolRules rules = market.rules();
      boolean due =
          pool.cycle.number() == 0 || at() - pool.cycleTime >= rules.cyclePeriod().toMillis();
      if (!due || pool.cycle.open() || pool.waterfall.open()) {
        return;
      }
      take(pool.book.accrue(rules.interest(), now));
      boolean ending = pool.nothingTrades(market);
      if (!ending) {
        lend(rules);
      }
      long threshold = ending ? 0 : rules.cycleThreshold();
      List<AccountId> touched = new ArrayList<>();
      for (PoolRow row : rows) {
        long net = row.net(marks, market);
        if (net > 0 || net < -threshold) {
          touched.add(row.account());
        }
      }
      take(VariationCycle.EMPTY.start(pool.cycle.number() + 1, marks, touched, at()));
    }

    /** The fund lends this part of what it has: lent or not. */
    private void lend(PoolRules rules) {
      PoolLines lines = pool.book.lines();
      long worth =
          lines.shares() == 0
              ? 0
              : Exact.mulDivDown(lines.fundShares(), lines.lending(), lines.shares());
      long target =
          Exact.mulDivDown(Math.addExact(lines.fund(), worth), rules.lendPpm(), Instrument.PPM);
      if (worth < target) {
        take(pool.book.lend(target - worth, now));
      } else {
        recall(worth - target);
      }
    }

    void cycle() {
      VariationCycle cycle = pool.cycle;
      switch (cycle.stage()) {
        case COLLECTING -> {
          for (AccountId account : cycle.waiting()) {
            if (!busy(account)) {
              ask(account, new Ask.Collect());
            }
          }
        }
        case LENDING -> {
          for (AccountId account : cycle.waiting()) {
            if (!busy(account)) {
              long unsettled = of(cycle.unsettled(), account);
              long grant = Math.min(-unsettled, Math.max(0, pool.book.lines().idle()));
              if (grant <= 0 || ask(account, new Ask.Lend(grant)).isPresent()) {
                take(pool.cycle.borrowed(account, unsettled, at()));
              }
            }
          }
        }
        case SHARING -> {
          PoolLines lines = pool.book.lines();
          take(cycle.share(lines.clearing(), lines.feeUnsettled(), lines.fundUnsettled(), at()));
        }
        case RELEASING -> {
          for (AccountId account : cycle.waiting()) {
            if (!busy(account)) {
              // a waterfall in between may have used what was to be released
              long units = Math.min(of(cycle.shares(), account), pool.book.lines().clearing());
              if (units == 0 || ask(account, new Ask.Release(units)).isPresent()) {
                take(pool.cycle.released(account, 0, at()));
              }
            }
          }
        }
        case CLOSING -> {
          PoolLines lines = pool.book.lines();
          long fee = Math.min(cycle.fee(), Math.min(lines.feeUnsettled(), lines.clearing()));
          long fund =
              Math.min(cycle.fund(), Math.min(lines.fundUnsettled(), lines.clearing() - fee));
          if (fee > 0 || fund > 0) {
            take(pool.book.releaseLines(fee, fund, now));
          }
          take(cycle.finish(at()));
        }
        case UNKNOWN, FINISHED -> {}
      }
    }

    private static long of(SortedMap<AccountId, Long> map, AccountId account) {
      return map.getOrDefault(account, 0L);
    }

    // ----- the waterfall

    void waterfall() {
      Waterfall at = pool.waterfall;
      AccountId defaulter = at.defaulter().orElseThrow();
      PoolLines lines = pool.book.lines();
      switch (at.stage()) {
        case TEARING -> {
          TearUpPlan.Pair pair = at.pairs().getFirst();
          long star = at.prices().mark(pair.instrument()).orElseThrow().star();
          if (at.torn() == 0) {
            ask(pair.holder(), new Ask.TearUp(pair.instrument(), -pair.lots(), star));
          } else {
            ask(defaulter, new Ask.TearUp(pair.instrument(), -at.torn(), star));
          }
        }
        case COLLECTING, FUND_COLLECTING -> ask(defaulter, new Ask.Collect());
        case FORFEITING -> {
          WaterfallEvent.LossFound left = at.forfeit().orElseThrow();
          ask(defaulter, new Ask.Forfeit(left.units(), left.collateral()));
        }
        case FUND -> pay(new Ask.Cover(LossLayer.FUND, plan().fund()));
        case CLAIMS -> pay(new Ask.CoverOwed(LossLayer.FUND_CLAIMS, plan().claimsForOwed()));
        case LEVYING -> levy(plan().feeLevy(), false);
        case GAINS -> pay(new Ask.CoverOwed(LossLayer.GAINS, lines.defaulted()));
        case DEBT_CLAIMS -> pay(new Ask.Cover(LossLayer.FUND_CLAIMS, plan().claimsForDebt()));
        case DEBT_LEVYING -> levy(plan().feeLevyForDebt(), true);
        case DEBT_GAINS -> pay(new Ask.Cover(LossLayer.GAINS_FOR_DEBT, lines.recovered()));
        case LENDERS -> pay(new Ask.Cover(LossLayer.LENDERS, plan().lenders()));
        case AWARDING -> award();
        case CHOOSING, JUDGING, UNKNOWN, FINISHED -> {}
      }
    }

    private LossPlan plan() {
      return pool.waterfall.plan().orElseThrow();
    }

    /** A layer pays the defaulter; one that cannot any more is planned again with the rest. */
    private void pay(Ask ask) {
      AccountId defaulter = pool.waterfall.defaulter().orElseThrow();
      if (!busy(defaulter) && ask(defaulter, ask).isPresent()) {
        add(new WaterfallEvent.LayerPaid(0, at()));
      }
    }

    private void levy(long fees, boolean forDebt) {
      for (Map.Entry<AccountId, Long> winner : pool.waterfall.waiting().entrySet()) {
        AccountId account = winner.getKey();
        long units = winner.getValue();
        Ask ask = forDebt ? new Ask.LevyForDebt(units) : new Ask.Levy(units);
        if (!busy(account) && ask(account, ask).isPresent()) {
          add(new WaterfallEvent.GainLevied(account, 0, at()));
        }
      }
      if (pool.waterfall.waiting().isEmpty()) {
        PoolLines lines = pool.book.lines();
        long most = Math.min(fees, lines.feeUnsettled());
        long cut = forDebt ? Math.min(most, lines.clearing()) : most;
        take(pool.book.levyFees(cut, forDebt, now));
        add(new WaterfallEvent.FeesCut(cut, at()));
      }
    }

    private void award() {
      Waterfall at = pool.waterfall;
      if (!at.waiting().isEmpty()) {
        Asset asset = at.award().orElseThrow();
        at.waiting()
            .forEach((account, units) -> ask(account, new Ask.Award(new Amount(asset, units))));
      } else if (!at.collateral().isEmpty()) {
        add(at.award(at()));
      } else if (take(pool.book.closeWaterfall(at.defaulter().orElseThrow(), now))) {
        add(new WaterfallEvent.Finished(at()));
      }
    }

    // ----- time

    void report(Collection<PoolRow> rows) {
      for (PoolRow row : rows) {
        Loan known = pool.book.loans().get(row.account()).orElse(new Loan(-1, 0, 0));
        Loan is = row.loan();
        if (is.sequence() > known.sequence()
            && (is.debt() != known.debt() || is.interest() != known.interest())) {
          take(pool.book.report(row.account(), is, now));
        }
      }
    }

    /**
     * Loans pay for their time, also those that are paid back before the next cycle; not during a
     * waterfall, whose prices are fixed.
     */
    void accrue(Market market) {
      long since = pool.book.indexTime();
      boolean due = since > 0 && at() - since >= ACCRUE_MILLIS;
      if (due && pool.book.lines().lent() > 0 && !pool.waterfall.open()) {
        take(pool.book.accrue(market.rules().interest(), now));
      }
    }

    void fund(Collection<PoolRow> rows, Marks marks, Market market) {
      FundingRule rule = market.rules().funding();
      for (String symbol : market.instruments().keySet()) {
        Optional<Mark> mark = marks.mark(symbol).filter(Mark::fresh);
        if (mark.isPresent() && !pool.closed.containsKey(symbol)) {
          long price = mark.get().price();
          long held = held(rows, market.held(symbol), price);
          take(pool.book.fund(symbol, rule, price, held, marks.seq(), now));
        }
      }
    }

    /** What the longs hold at this price; the most there is when it does not fit. */
    private static long held(Collection<PoolRow> rows, Instrument instrument, long price) {
      try {
        long lots = 0;
        for (PoolRow row : rows) {
          lots = Math.addExact(lots, Math.max(0, row.lots(instrument.symbol())));
        }
        return Math.absExact(instrument.valueDown(lots, price));
      } catch (ArithmeticException e) {
        return Long.MAX_VALUE;
      }
    }

    /** Opens settlements at the first price set after the closure, goes on with them, ends them. */
    void settle(Collection<PoolRow> rows, Marks marks) {
      if (pool.waterfall.open()) {
        return;
      }
      for (Map.Entry<String, Long> ended : pool.closed.entrySet()) {
        String symbol = ended.getKey();
        Optional<Mark> mark = marks.mark(symbol).filter(m -> marks.seq() > ended.getValue());
        // a node that had not heard of the closure may have let a fill through
        boolean held =
            !pool.settled.contains(symbol) || rows.stream().anyMatch(row -> row.lots(symbol) != 0);
        if (held && mark.isPresent()) {
          take(pool.book.openSettlement(symbol, mark.get().star(), now));
        }
      }
      pool.book
          .settlements()
          .forEach(
              (symbol, settlement) -> {
                for (PoolRow row : rows) {
                  if (row.lots(symbol) != 0 && !busy(row.account())) {
                    ask(row.account(), new Ask.Settle(symbol, settlement.star()));
                  }
                }
                boolean over =
                    rows.stream().noneMatch(row -> row.touches(symbol))
                        && pool.steps().stream().noneMatch(step -> settles(step.ask(), symbol));
                if (over) {
                  take(pool.book.closeSettlement(symbol, now));
                }
              });
    }

    private static boolean settles(Ask ask, String symbol) {
      return ask instanceof Ask.Settle settle && settle.instrument().equals(symbol);
    }

    // ----- the end

    void windUp() {
      if (pool.windUp.isEmpty() || busy(pool.windUp.get())) {
        return;
      }
      AccountId to = pool.windUp.get();
      recall(pool.book.lines().lending());
      PoolLines lines = pool.book.lines();
      if (lines.fund() > 0) {
        ask(to, new Ask.Pay(Ask.Line.FUND, lines.fund()));
      } else if (lines.fee() > 0) {
        ask(to, new Ask.Pay(Ask.Line.FEE, lines.fee()));
      } else {
        lines.collateral().entrySet().stream()
            .filter(left -> left.getValue() > 0)
            .findFirst()
            .ifPresent(left -> ask(to, new Ask.Award(new Amount(left.getKey(), left.getValue()))));
      }
    }
  }
}
