package io.crossclear.domain.ledger;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.FeesBooked;
import io.crossclear.domain.ledger.PoolEvent.FeesLevied;
import io.crossclear.domain.ledger.PoolEvent.FeesLeviedForDebt;
import io.crossclear.domain.ledger.PoolEvent.FundContributed;
import io.crossclear.domain.ledger.PoolEvent.FundLent;
import io.crossclear.domain.ledger.PoolEvent.FundRecalled;
import io.crossclear.domain.ledger.PoolEvent.FundingSet;
import io.crossclear.domain.ledger.PoolEvent.InsolventCovered;
import io.crossclear.domain.ledger.PoolEvent.InstrumentClosed;
import io.crossclear.domain.ledger.PoolEvent.InterestIndexed;
import io.crossclear.domain.ledger.PoolEvent.LinesReleased;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.LoanReported;
import io.crossclear.domain.ledger.PoolEvent.SettlementClosed;
import io.crossclear.domain.ledger.PoolEvent.SettlementOpened;
import io.crossclear.domain.ledger.PoolEvent.StepAnswered;
import io.crossclear.domain.ledger.PoolEvent.StepAsked;
import io.crossclear.domain.ledger.PoolEvent.Traded;
import io.crossclear.domain.ledger.PoolEvent.WaterfallClosed;
import io.crossclear.domain.ledger.PoolEvent.WaterfallOpened;
import io.crossclear.domain.ledger.PoolEvent.WoundUp;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Pure state of a pool's own lines, and the one place where its limits are decided: what is
 * released, lent or drawn is granted here before an account posts it, so the clearing account, the
 * lending account and the fund can never be spent twice. Collections count after their posting,
 * releases before it; the lines are therefore at most what a fold of all accounts would say.
 *
 * <p>A file of this length is one thought: the pool's column of the booking table.
 *
 * @param lines money and claims
 * @param loans by account, as last reported
 * @param numbers number of the newest step of each account
 * @param open steps that are not answered, at most one for an account
 * @param contributions number of the newest contribution of each account to the fund
 * @param batches fill batches whose fees are booked, by venue
 * @param settlements instruments that are being settled away
 * @param funding of every instrument that traded
 * @param waterfall the account whose loss is being shared
 * @param index interest index, and the time up to which it has grown
 */
public record PoolBook(
    PoolLines lines,
    BucketMap<AccountId, Loan> loans,
    BucketMap<AccountId, Long> numbers,
    BucketMap<AccountId, Ask> open,
    SortedMap<AccountId, Long> contributions,
    SortedMap<Address, NumberSet> batches,
    SortedMap<String, Settlement> settlements,
    SortedMap<String, Funding> funding,
    Optional<AccountId> waterfall,
    long index,
    long indexTime,
    long time) {

  /**
   * The other side of positions that were settled away.
   *
   * @param star final star price
   * @param lots of all settled holders; 0 when it is complete
   * @param cost Σ ⌊value⌋ of them, at most 0 when it is complete
   */
  public record Settlement(long star, long lots, long cost) {}

  /**
   * An instrument's funding.
   *
   * @param cumulative F, in units of the mark
   * @param traded since it last changed
   * @param since time of its last change, or of its first trade
   */
  public record Funding(long cumulative, Traded traded, long since) {}

  /** A pool before its first event. */
  public static final PoolBook EMPTY =
      new PoolBook(
          PoolLines.EMPTY,
          BucketMap.empty(),
          BucketMap.empty(),
          BucketMap.empty(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Optional.empty(),
          0,
          0,
          0);

  public PoolBook {
    contributions = Exact.ordered(contributions);
    funding = Exact.ordered(funding);
    batches = Exact.ordered(batches);
    settlements = Exact.ordered(settlements);
  }

  /**
   * Takes units out of an account into the insurance fund.
   *
   * @param sequence number of the account's transfer to the fund, without gaps
   */
  public Decision<PoolEvent, PoolRejection> contribute(
      AccountId from, long sequence, long units, long now) {
    if (units <= 0) {
      return Decision.reject(PoolRejection.AMOUNT_OUT_OF_RANGE);
    }
    long mark = contributions.getOrDefault(from, 0L);
    if (sequence <= mark) {
      return Decision.alreadyDone();
    }
    return sequence == mark + 1
        ? decided(new FundContributed(from, sequence, units, at(now)))
        : Decision.reject(PoolRejection.EARLIER_CONTRIBUTION_MISSING);
  }

  /**
   * Lends money of the fund; while it is the only lender it gets a share for every unit, so that
   * write-downs do not make the shares grow without end.
   */
  public Decision<PoolEvent, PoolRejection> lend(long units, long now) {
    if (units <= 0) {
      return Decision.reject(PoolRejection.AMOUNT_OUT_OF_RANGE);
    }
    if (units > lines.fund()) {
      return Decision.reject(PoolRejection.FUND_EXHAUSTED);
    }
    if (lines.shares() == lines.fundShares() || lines.lending() == 0) {
      return decided(new FundLent(units, units, at(now)));
    }
    try {
      // shares = ⌊x · S / A⌋
      long shares = Exact.mulDivDown(units, lines.shares(), lines.lending());
      return decided(new FundLent(units, shares, at(now)));
    } catch (ArithmeticException e) {
      return Decision.reject(PoolRejection.OVERFLOW);
    }
  }

  /**
   * Takes back what the fund has lent and nobody borrowed, up to what is lacking: shares = min(the
   * fund's, ⌈lack · S / A⌉, ⌊idle · S / A⌋).
   */
  public Decision<PoolEvent, PoolRejection> recall(long lack, long now) {
    if (lack <= 0 || lines.fundShares() == 0 || lines.lending() == 0 || lines.idle() <= 0) {
      return Decision.alreadyDone();
    }
    long wanted = Exact.mulDivUp(Math.min(lack, lines.lending()), lines.shares(), lines.lending());
    long idle = Exact.mulDivDown(lines.idle(), lines.shares(), lines.lending());
    long shares = Math.min(lines.fundShares(), Math.min(wanted, idle));
    long units = Exact.mulDivDown(shares, lines.lending(), lines.shares());
    return shares == 0 ? Decision.alreadyDone() : decided(new FundRecalled(shares, units, at(now)));
  }

  /** Lets the interest index grow to now. */
  public Decision<PoolEvent, PoolRejection> accrue(InterestCurve curve, long now) {
    if (at(now) <= indexTime) {
      return Decision.alreadyDone();
    }
    long rate =
        curve.ratePpm(Math.min(lines.lent(), lines.lending()), Math.max(0, lines.lending()));
    long grown = indexTime == 0 ? 0 : InterestCurve.growthUp(rate, at(now) - indexTime);
    return decided(new InterestIndexed(Math.addExact(index, grown), at(now)));
  }

  /**
   * Books the fees of a novated batch, and what its fills say of funding.
   *
   * @param traded by instrument
   */
  public Decision<PoolEvent, PoolRejection> bookFees(
      Address venue, long batch, long units, SortedMap<String, Traded> traded, long now) {
    if (units < 0 || batch <= 0) {
      return Decision.reject(PoolRejection.AMOUNT_OUT_OF_RANGE);
    }
    return batches.getOrDefault(venue, NumberSet.EMPTY).has(batch)
        ? Decision.alreadyDone()
        : decided(new FeesBooked(venue, batch, units, traded, at(now)));
  }

  /**
   * Lets an instrument's funding grow when its period is over.
   *
   * @param mark certified now
   * @param held notional of the longs at that mark
   */
  public Decision<PoolEvent, PoolRejection> fund(
      String instrument, FundingRule rule, long mark, long held, long seq, long now) {
    Funding was = funding.get(instrument);
    if (was == null || at(now) - was.since() < rule.period().toMillis()) {
      return Decision.alreadyDone();
    }
    try {
      long rate = rule.ratePpm(was.traded().paid(), was.traded().marked(), held);
      long next = Math.addExact(was.cumulative(), FundingRule.growth(mark, rate));
      return Math.abs(next) > Instrument.FARTHEST_PRICE / 2
          ? Decision.reject(PoolRejection.OVERFLOW)
          : decided(new FundingSet(instrument, next, seq, at(now)));
    } catch (ArithmeticException e) {
      return Decision.reject(PoolRejection.OVERFLOW);
    }
  }

  private static Traded plus(Traded a, Traded b) {
    return new Traded(Math.addExact(a.paid(), b.paid()), Math.addExact(a.marked(), b.marked()));
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> with(
      SortedMap<K, V> map, K key, V value) {
    TreeMap<K, V> next = new TreeMap<>(map);
    next.put(key, value);
    return next;
  }

  /** Grants an account its next step within the pool's limits. */
  public Decision<PoolEvent, PoolRejection> ask(AccountId account, Ask ask, long now) {
    if (open.get(account).isPresent()) {
      return Decision.reject(PoolRejection.STEP_OPEN);
    }
    return refusal(ask)
        .<Decision<PoolEvent, PoolRejection>>map(Decision::reject)
        .orElseGet(
            () ->
                decided(new StepAsked(account, numbers.get(account).orElse(0L) + 1, ask, at(now))));
  }

  private Optional<PoolRejection> refusal(Ask ask) {
    return switch (ask) {
      case Ask.Collect a -> Optional.empty();
      case Ask.Lend a -> limited(a.units(), lines.idle(), PoolRejection.LENDING_EXHAUSTED, true);
      case Ask.Release a ->
          limited(a.units(), lines.clearing(), PoolRejection.CLEARING_EXHAUSTED, true);
      case Ask.TearUp a -> Optional.empty();
      case Ask.Cover a ->
          switch (a.layer()) {
            case FUND -> limited(a.units(), lines.fund(), PoolRejection.FUND_EXHAUSTED, false);
            case FUND_CLAIMS ->
                limited(
                    a.units(),
                    Math.min(lines.fundUnsettled(), lines.clearing()),
                    PoolRejection.LAYER_EXHAUSTED,
                    false);
            case GAINS_FOR_DEBT ->
                limited(a.units(), lines.recovered(), PoolRejection.LAYER_EXHAUSTED, false);
            case LENDERS ->
                limited(a.units(), lines.lending(), PoolRejection.LAYER_EXHAUSTED, false);
            case GAINS -> Optional.of(PoolRejection.LAYER_EXHAUSTED);
          };
      case Ask.CoverOwed a ->
          limited(
              a.units(),
              switch (a.layer()) {
                case FUND_CLAIMS -> lines.fundUnsettled();
                case GAINS -> lines.defaulted();
                case FUND, GAINS_FOR_DEBT, LENDERS -> -1;
              },
              PoolRejection.LAYER_EXHAUSTED,
              false);
      case Ask.Levy a -> limited(a.units(), Long.MAX_VALUE, PoolRejection.LAYER_EXHAUSTED, false);
      case Ask.LevyForDebt a ->
          limited(a.units(), lines.clearing(), PoolRejection.CLEARING_EXHAUSTED, false);
      case Ask.Forfeit a -> Optional.empty();
      case Ask.Award a ->
          limited(
              a.award().units(),
              lines.collateral().getOrDefault(a.award().asset(), 0L),
              PoolRejection.LAYER_EXHAUSTED,
              false);
      case Ask.Pay a ->
          limited(
              a.units(),
              switch (a.line()) {
                case FUND -> lines.fund();
                case FEE -> lines.fee();
              },
              PoolRejection.FUND_EXHAUSTED,
              true);
      case Ask.Settle a ->
          settlements.containsKey(a.instrument())
              ? Optional.empty()
              : Optional.of(PoolRejection.SETTLEMENT_OPEN);
    };
  }

  private Optional<PoolRejection> limited(
      long units, long limit, PoolRejection exhausted, boolean stopped) {
    if (units < 0) {
      return Optional.of(PoolRejection.AMOUNT_OUT_OF_RANGE);
    }
    if (stopped && waterfall.isPresent()) {
      return Optional.of(PoolRejection.WATERFALL_OPEN);
    }
    return units > limit ? Optional.of(exhausted) : Optional.empty();
  }

  /** Books what a step came to; a copy of an answer changes nothing. */
  public Decision<PoolEvent, PoolRejection> answer(
      AccountId account, long number, Answer answer, long now) {
    long newest = numbers.get(account).orElse(0L);
    if (number > newest) {
      return Decision.reject(PoolRejection.UNKNOWN_STEP);
    }
    return number < newest || open.get(account).isEmpty()
        ? Decision.alreadyDone()
        : decided(new StepAnswered(account, number, answer, at(now)));
  }

  /** Books a loan that changed by itself; an older report changes nothing. */
  public Decision<PoolEvent, PoolRejection> report(AccountId account, Loan loan, long now) {
    boolean known =
        loans.get(account).map(Loan::sequence).filter(seen -> seen >= loan.sequence()).isPresent();
    return known ? Decision.alreadyDone() : decided(new LoanReported(account, loan, at(now)));
  }

  /**
   * Turns fees and claims of the fund into money, within the cycle's allocation. A second call
   * releases again, so whoever owns the book persists this together with the cycle's end.
   */
  public Decision<PoolEvent, PoolRejection> releaseLines(long fee, long fund, long now) {
    if (fee < 0 || fund < 0 || fee > lines.feeUnsettled() || fund > lines.fundUnsettled()) {
      return Decision.reject(PoolRejection.AMOUNT_OUT_OF_RANGE);
    }
    if (waterfall.isPresent()) {
      return Decision.reject(PoolRejection.WATERFALL_OPEN);
    }
    return fee > lines.clearing() - fund
        ? Decision.reject(PoolRejection.CLEARING_EXHAUSTED)
        : decided(new LinesReleased(fee, fund, at(now)));
  }

  /** Begins to share an account's loss; one at a time. */
  public Decision<PoolEvent, PoolRejection> openWaterfall(AccountId defaulter, long now) {
    if (waterfall.isPresent()) {
      return waterfall.get().equals(defaulter)
          ? Decision.alreadyDone()
          : Decision.reject(PoolRejection.WATERFALL_OPEN);
    }
    return decided(new WaterfallOpened(defaulter, at(now)));
  }

  /**
   * Cuts unreleased fees like everybody's gains. A second call cuts again, so whoever owns the book
   * persists this together with the event of the plan that asks for it.
   */
  public Decision<PoolEvent, PoolRejection> levyFees(long units, boolean forDebt, long now) {
    if (waterfall.isEmpty()) {
      return Decision.reject(PoolRejection.NO_WATERFALL);
    }
    if (units < 0 || units > lines.feeUnsettled()) {
      return Decision.reject(PoolRejection.AMOUNT_OUT_OF_RANGE);
    }
    if (units == 0) {
      return Decision.alreadyDone();
    }
    if (!forDebt) {
      return decided(new FeesLevied(units, at(now)));
    }
    return units > lines.clearing()
        ? Decision.reject(PoolRejection.CLEARING_EXHAUSTED)
        : decided(new FeesLeviedForDebt(units, at(now)));
  }

  /** Ends the waterfall; whatever was levied has been handed on. */
  public Decision<PoolEvent, PoolRejection> closeWaterfall(AccountId defaulter, long now) {
    if (!waterfall.equals(Optional.of(defaulter))) {
      return Decision.alreadyDone();
    }
    return lines.defaulted() != 0 || lines.recovered() != 0
        ? Decision.reject(PoolRejection.LOSS_LINE_OPEN)
        : decided(new WaterfallClosed(defaulter, at(now)));
  }

  /** Begins to settle an instrument away at a price that is fixed once. */
  public Decision<PoolEvent, PoolRejection> openSettlement(String instrument, long star, long now) {
    return settlements.containsKey(instrument)
        ? Decision.alreadyDone()
        : decided(new SettlementOpened(instrument, star, at(now)));
  }

  /** Ends it when no lots are left; the residue −Σ⌊value⌋ ≥ 0 belongs to the fund. */
  public Decision<PoolEvent, PoolRejection> closeSettlement(String instrument, long now) {
    Settlement settlement = settlements.get(instrument);
    if (settlement == null) {
      return Decision.alreadyDone();
    }
    return settlement.lots() != 0 || settlement.cost() > 0
        ? Decision.reject(PoolRejection.SETTLEMENT_OPEN)
        : decided(new SettlementClosed(instrument, -settlement.cost(), at(now)));
  }

  private Decision<PoolEvent, PoolRejection> decided(PoolEvent event) {
    try {
      apply(event);
      return Decision.accept(event);
    } catch (ArithmeticException e) {
      return Decision.reject(PoolRejection.OVERFLOW);
    }
  }

  private long at(long now) {
    return Math.max(now, time);
  }

  /** The pool after an event; never refuses. */
  public PoolBook apply(PoolEvent event) {
    return switch (event) {
      case FundContributed e ->
          new PoolBook(
              lines.fund(e.units()),
              loans,
              numbers,
              open,
              with(contributions, e.from(), e.sequence()),
              batches,
              settlements,
              funding,
              waterfall,
              index,
              indexTime,
              e.time());
      case FundLent e -> booked(lines.lent(e.units(), e.shares()), e.time());
      case FundRecalled e -> booked(lines.recalled(e.units(), e.shares()), e.time());
      case InterestIndexed e ->
          new PoolBook(
              lines,
              loans,
              numbers,
              open,
              contributions,
              batches,
              settlements,
              funding,
              waterfall,
              e.index(),
              e.time(),
              e.time());
      case FeesBooked e -> {
        var next = new TreeMap<>(batches);
        next.put(e.venue(), next.getOrDefault(e.venue(), NumberSet.EMPTY).with(e.batch()));
        var premiums = new TreeMap<>(funding);
        e.traded()
            .forEach(
                (instrument, traded) ->
                    premiums.merge(
                        instrument,
                        new Funding(0, traded, e.time()),
                        (was, more) ->
                            new Funding(
                                was.cumulative(), plus(was.traded(), traded), was.since())));
        yield new PoolBook(
            lines.feeUnsettled(e.units()),
            loans,
            numbers,
            open,
            contributions,
            next,
            settlements,
            premiums,
            waterfall,
            index,
            indexTime,
            e.time());
      }
      case FundingSet e ->
          new PoolBook(
              lines,
              loans,
              numbers,
              open,
              contributions,
              batches,
              settlements,
              with(
                  funding, e.instrument(), new Funding(e.cumulative(), new Traded(0, 0), e.time())),
              waterfall,
              index,
              indexTime,
              e.time());
      case StepAsked e ->
          new PoolBook(
              asked(e.ask()),
              loans,
              numbers.with(e.account(), e.number()),
              open.with(e.account(), e.ask()),
              contributions,
              batches,
              settlements,
              funding,
              waterfall,
              index,
              indexTime,
              e.time());
      case StepAnswered e -> answered(e);
      case LoanReported e -> loan(e.account(), e.loan(), e.time());
      case LinesReleased e ->
          booked(
              lines
                  .clearing(-Math.addExact(e.fee(), e.fund()))
                  .feeUnsettled(-e.fee())
                  .fee(e.fee())
                  .fundUnsettled(-e.fund())
                  .fund(e.fund()),
              e.time());
      case FeesLevied e -> booked(lines.feeUnsettled(-e.units()).defaulted(e.units()), e.time());
      case FeesLeviedForDebt e ->
          booked(
              lines.feeUnsettled(-e.units()).clearing(-e.units()).recovered(e.units()), e.time());
      case WaterfallOpened e -> waterfall(Optional.of(e.defaulter()), e.time());
      case WaterfallClosed e -> waterfall(Optional.empty(), e.time());
      case SettlementOpened e ->
          settlement(lines, e.instrument(), Optional.of(new Settlement(e.star(), 0, 0)), e.time());
      case SettlementClosed e ->
          settlement(lines.fundUnsettled(e.residue()), e.instrument(), Optional.empty(), e.time());
      case InstrumentClosed e -> booked(lines, e.time());
      // its money goes with the step
      case InsolventCovered e -> booked(lines, e.time());
      case WoundUp e -> booked(lines, e.time());
    };
  }

  /** What an ask sets aside. */
  private PoolLines asked(Ask ask) {
    return switch (ask) {
      case Ask.Collect a -> lines;
      case Ask.Lend a -> lines.debt(a.units());
      case Ask.Release a -> lines.clearing(-a.units());
      case Ask.TearUp a -> lines;
      case Ask.Cover a ->
          switch (a.layer()) {
            case FUND -> lines.fund(-a.units());
            case FUND_CLAIMS -> lines.fundUnsettled(-a.units()).clearing(-a.units());
            case GAINS_FOR_DEBT -> lines.recovered(-a.units());
            case LENDERS -> lines.lending(-a.units());
            case GAINS -> lines;
          };
      case Ask.CoverOwed a ->
          a.layer() == LossLayer.GAINS
              ? lines.defaulted(-a.units())
              : lines.fundUnsettled(-a.units());
      case Ask.Levy a -> lines;
      case Ask.LevyForDebt a -> lines.clearing(-a.units());
      case Ask.Forfeit a -> lines;
      case Ask.Award a -> lines.collateral(a.award().asset(), -a.award().units());
      case Ask.Pay a ->
          switch (a.line()) {
            case FUND -> lines.fund(-a.units());
            case FEE -> lines.fee(-a.units());
          };
      case Ask.Settle a -> lines;
    };
  }

  private PoolBook answered(StepAnswered event) {
    Ask ask = open.get(event.account()).orElseThrow();
    Answer answer = event.answer();
    PoolBook closed =
        new PoolBook(
            answered(ask, answer),
            loans,
            numbers,
            open.without(event.account()),
            contributions,
            batches,
            settlements,
            funding,
            waterfall,
            index,
            indexTime,
            event.time());
    PoolBook settled =
        ask instanceof Ask.Settle settle && settlements.containsKey(settle.instrument())
            ? closed.settled(settle.instrument(), answer, event.time())
            : closed;
    return settled.loan(event.account(), answer.loan(), event.time());
  }

  /** What an answer books. */
  private PoolLines answered(Ask ask, Answer answer) {
    long units = answer.units();
    return switch (ask) {
      case Ask.Collect a -> lines.clearing(units);
      // the loan itself comes with the answer's report
      case Ask.Lend a -> lines.debt(-a.units()).clearing(units);
      case Ask.Release a -> lines.clearing(a.units() - units);
      case Ask.TearUp a -> lines;
      case Ask.Cover a -> lines;
      case Ask.CoverOwed a -> lines;
      case Ask.Levy a -> lines.defaulted(units);
      case Ask.LevyForDebt a -> lines.clearing(a.units() - units).recovered(units);
      case Ask.Forfeit a -> {
        PoolLines next = lines.fundUnsettled(units);
        for (var given : answer.collateral().entrySet()) {
          next = next.collateral(given.getKey(), given.getValue());
        }
        yield next;
      }
      case Ask.Award a -> lines;
      case Ask.Pay a -> lines;
      case Ask.Settle a -> lines;
    };
  }

  private PoolBook settled(String instrument, Answer answer, long at) {
    Settlement was = Optional.ofNullable(settlements.get(instrument)).orElseThrow();
    Settlement next =
        new Settlement(
            was.star(),
            Math.addExact(was.lots(), answer.lots()),
            Math.addExact(was.cost(), answer.units()));
    return settlement(lines, instrument, Optional.of(next), at);
  }

  /** lent += debt − known debt; lending += interest − known interest. */
  private PoolBook loan(AccountId account, Loan loan, long at) {
    Loan known = loans.get(account).orElse(new Loan(-1, 0, 0));
    if (known.sequence() >= loan.sequence()) {
      return booked(lines, at);
    }
    PoolLines next =
        lines
            .debt(Math.subtractExact(loan.debt(), known.debt()))
            .lending(Math.subtractExact(loan.interest(), known.interest()));
    return new PoolBook(
        next,
        loans.with(account, loan),
        numbers,
        open,
        contributions,
        batches,
        settlements,
        funding,
        waterfall,
        index,
        indexTime,
        at);
  }

  private PoolBook booked(PoolLines next, long at) {
    return new PoolBook(
        next,
        loans,
        numbers,
        open,
        contributions,
        batches,
        settlements,
        funding,
        waterfall,
        index,
        indexTime,
        at);
  }

  private PoolBook waterfall(Optional<AccountId> defaulter, long at) {
    return new PoolBook(
        lines,
        loans,
        numbers,
        open,
        contributions,
        batches,
        settlements,
        funding,
        defaulter,
        index,
        indexTime,
        at);
  }

  private PoolBook settlement(
      PoolLines nextLines, String instrument, Optional<Settlement> settlement, long at) {
    var next = new TreeMap<>(settlements);
    settlement.ifPresentOrElse(is -> next.put(instrument, is), () -> next.remove(instrument));
    return new PoolBook(
        nextLines,
        loans,
        numbers,
        open,
        contributions,
        batches,
        next,
        funding,
        waterfall,
        index,
        indexTime,
        at);
  }
}
