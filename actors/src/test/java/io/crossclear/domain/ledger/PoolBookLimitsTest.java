package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.FundLent;
import io.crossclear.domain.ledger.PoolEvent.FundRecalled;
import io.crossclear.domain.ledger.PoolEvent.FundingSet;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.Traded;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.BucketMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every limit of a pool at its end and one beyond it, and what it refuses first. */
final class PoolBookLimitsTest {

  private static final AccountId ONE = account(1, 1, 0);
  private static final AccountId TWO = account(2, 1, 0);
  private static final long NOW = 1_700_000_000_000L;
  private static final Decision<PoolEvent, PoolRejection> DONE = Decision.alreadyDone();

  /** A pool with these lines: lending 30 of which 20 are lent, 10 shares of the fund of 15. */
  private static PoolBook book(PoolLines lines, boolean waterfall) {
    return new PoolBook(
        lines,
        BucketMap.empty(),
        BucketMap.empty(),
        BucketMap.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        waterfall ? Optional.of(TWO) : Optional.empty(),
        0,
        0,
        0);
  }

  private static PoolLines lines() {
    return new PoolLines(100, 50, 70, 40, 60, 30, 15, 10, 20, 8, 9, new TreeMap<>(Map.of(ETH, 5L)));
  }

  private static final PoolBook BOOK = book(lines(), false);
  private static final PoolBook SHARING = book(lines(), true);

  private static void refused(PoolRejection reason, Decision<PoolEvent, PoolRejection> decision) {
    assertEquals(Decision.reject(reason), decision);
  }

  private static PoolBook after(PoolBook book, Decision<PoolEvent, PoolRejection> decision) {
    return book.apply(only(decision));
  }

  private static PoolLines asked(PoolBook book, Ask ask) {
    return after(book, book.ask(ONE, ask, NOW)).lines();
  }

  @Nested
  class AnAsk {
    private void limit(PoolBook book, long limit, PoolRejection beyond, Grants ask) {
      only(book.ask(ONE, ask.of(limit), NOW));
      only(book.ask(ONE, ask.of(0), NOW));
      refused(beyond, book.ask(ONE, ask.of(limit + 1), NOW));
      refused(PoolRejection.AMOUNT_OUT_OF_RANGE, book.ask(ONE, ask.of(-1), NOW));
    }

    private interface Grants {
      Ask of(long units);
    }

    @Test
    void takesNoMoreThanItsLineHasAndNothingBelowZero() {
      limit(BOOK, 10, PoolRejection.LENDING_EXHAUSTED, Ask.Lend::new);
      limit(BOOK, 100, PoolRejection.CLEARING_EXHAUSTED, Ask.Release::new);
      limit(BOOK, 50, PoolRejection.FUND_EXHAUSTED, u -> new Ask.Cover(LossLayer.FUND, u));
      limit(
          BOOK, 9, PoolRejection.LAYER_EXHAUSTED, u -> new Ask.Cover(LossLayer.GAINS_FOR_DEBT, u));
      limit(BOOK, 30, PoolRejection.LAYER_EXHAUSTED, u -> new Ask.Cover(LossLayer.LENDERS, u));
      limit(
          BOOK,
          70,
          PoolRejection.LAYER_EXHAUSTED,
          u -> new Ask.CoverOwed(LossLayer.FUND_CLAIMS, u));
      limit(BOOK, 8, PoolRejection.LAYER_EXHAUSTED, u -> new Ask.CoverOwed(LossLayer.GAINS, u));
      limit(BOOK, 100, PoolRejection.CLEARING_EXHAUSTED, Ask.LevyForDebt::new);
      limit(BOOK, 5, PoolRejection.LAYER_EXHAUSTED, u -> new Ask.Award(new Amount(ETH, u)));
      limit(BOOK, 50, PoolRejection.FUND_EXHAUSTED, u -> new Ask.Pay(Ask.Line.FUND, u));
      limit(BOOK, 40, PoolRejection.FUND_EXHAUSTED, u -> new Ask.Pay(Ask.Line.FEE, u));
      refused(PoolRejection.AMOUNT_OUT_OF_RANGE, BOOK.ask(ONE, new Ask.Levy(-1), NOW));
      only(BOOK.ask(ONE, new Ask.Levy(Long.MAX_VALUE), NOW));
    }

    /** A claim turns into money only as far as the clearing account holds some. */
    @Test
    void takesNoMoreOfTheFundsClaimsThanTheClearingAccountHolds() {
      limit(BOOK, 70, PoolRejection.LAYER_EXHAUSTED, u -> new Ask.Cover(LossLayer.FUND_CLAIMS, u));
      PoolBook poor = book(lines().clearing(-31), false);
      limit(poor, 69, PoolRejection.LAYER_EXHAUSTED, u -> new Ask.Cover(LossLayer.FUND_CLAIMS, u));
    }

    @Test
    void takesNothingOfALayerThatPaysOtherwise() {
      refused(PoolRejection.LAYER_EXHAUSTED, BOOK.ask(ONE, new Ask.Cover(LossLayer.GAINS, 0), NOW));
      for (LossLayer layer : List.of(LossLayer.FUND, LossLayer.GAINS_FOR_DEBT, LossLayer.LENDERS)) {
        refused(PoolRejection.LAYER_EXHAUSTED, BOOK.ask(ONE, new Ask.CoverOwed(layer, 0), NOW));
      }
    }

    @Test
    void lendsReleasesAndPaysNothingDuringAWaterfallButTheLayers() {
      PoolRejection open = PoolRejection.WATERFALL_OPEN;
      refused(open, SHARING.ask(ONE, new Ask.Lend(1), NOW));
      refused(open, SHARING.ask(ONE, new Ask.Release(1), NOW));
      refused(open, SHARING.ask(ONE, new Ask.Pay(Ask.Line.FUND, 1), NOW));
      refused(open, SHARING.ask(ONE, new Ask.Pay(Ask.Line.FEE, 1), NOW));
      // what is out of range is so before anything else
      refused(PoolRejection.AMOUNT_OUT_OF_RANGE, SHARING.ask(ONE, new Ask.Lend(-1), NOW));
      only(SHARING.ask(ONE, new Ask.Cover(LossLayer.FUND, 1), NOW));
      only(SHARING.ask(ONE, new Ask.LevyForDebt(1), NOW));
    }

    @Test
    void setsAsideExactlyWhatItTakes() {
      PoolLines was = lines();
      assertEquals(was.debt(3), asked(BOOK, new Ask.Lend(3)));
      assertEquals(was.clearing(-3), asked(BOOK, new Ask.Release(3)));
      assertEquals(was.fund(-3), asked(BOOK, new Ask.Cover(LossLayer.FUND, 3)));
      assertEquals(
          was.fundUnsettled(-3).clearing(-3), asked(BOOK, new Ask.Cover(LossLayer.FUND_CLAIMS, 3)));
      assertEquals(was.recovered(-3), asked(BOOK, new Ask.Cover(LossLayer.GAINS_FOR_DEBT, 3)));
      assertEquals(was.lending(-3), asked(BOOK, new Ask.Cover(LossLayer.LENDERS, 3)));
      assertEquals(was.fundUnsettled(-3), asked(BOOK, new Ask.CoverOwed(LossLayer.FUND_CLAIMS, 3)));
      assertEquals(was.defaulted(-3), asked(BOOK, new Ask.CoverOwed(LossLayer.GAINS, 3)));
      assertEquals(was.clearing(-3), asked(BOOK, new Ask.LevyForDebt(3)));
      assertEquals(was.collateral(ETH, -3), asked(BOOK, new Ask.Award(new Amount(ETH, 3))));
      assertEquals(was.fund(-3), asked(BOOK, new Ask.Pay(Ask.Line.FUND, 3)));
      assertEquals(was.fee(-3), asked(BOOK, new Ask.Pay(Ask.Line.FEE, 3)));
      for (Ask free :
          List.of(
              new Ask.Collect(),
              new Ask.TearUp(BTC_PERP, 3, 1),
              new Ask.Levy(3),
              new Ask.Forfeit(3, new TreeMap<>()))) {
        assertEquals(was, asked(BOOK, free));
      }
    }

    /** A fold that ran into layers that no ask of them grants moves nothing. */
    @Test
    void movesNothingForGainsAsMoney() {
      PoolEvent never = new PoolEvent.StepAsked(ONE, 1, new Ask.Cover(LossLayer.GAINS, 3), NOW);
      assertEquals(lines(), BOOK.apply(never).lines());
    }

    @Test
    void settlesNothingThatIsNotBeingSettled() {
      refused(PoolRejection.SETTLEMENT_OPEN, BOOK.ask(ONE, new Ask.Settle(BTC_PERP, 1), NOW));
    }
  }

  @Nested
  class AnAnswer {
    private PoolLines answered(
        Ask ask, long units, Map<io.crossclear.domain.money.Asset, Long> left) {
      PoolBook asked = after(BOOK, BOOK.ask(ONE, ask, NOW));
      Answer answer = new Answer(units, 0, new TreeMap<>(left), new Loan(1, 0, 0));
      return after(asked, asked.answer(ONE, 1, answer, NOW)).lines();
    }

    @Test
    void givesBackWhatTheAccountDidNotTake() {
      PoolLines was = lines();
      assertEquals(was.clearing(7), answered(new Ask.Collect(), 7, Map.of()));
      assertEquals(was.clearing(2), answered(new Ask.Lend(3), 2, Map.of()));
      assertEquals(was.clearing(-2), answered(new Ask.Release(3), 2, Map.of()));
      assertEquals(was.defaulted(2), answered(new Ask.Levy(3), 2, Map.of()));
      assertEquals(was.clearing(-2).recovered(2), answered(new Ask.LevyForDebt(3), 2, Map.of()));
      assertEquals(
          was.fundUnsettled(2).collateral(ETH, 4),
          answered(new Ask.Forfeit(3, new TreeMap<>()), 2, Map.of(ETH, 4L)));
    }

    /** Its sums were closed for good while the account was asleep. */
    @Test
    void toASettlementThatIsOverMovesNoLine() {
      PoolBook open = after(BOOK, BOOK.openSettlement(BTC_PERP, 3, NOW));
      PoolBook asked = after(open, open.ask(ONE, new Ask.Settle(BTC_PERP, 3), NOW));
      PoolBook over = asked.apply(new PoolEvent.SettlementClosed(BTC_PERP, 0, NOW));
      Answer answer = new Answer(5, 7, new TreeMap<>(), new Loan(1, 0, 0));
      PoolBook answered = after(over, over.answer(ONE, 1, answer, NOW));
      assertEquals(Map.of(), answered.settlements());
      assertEquals(lines(), answered.lines());
    }

    @Test
    void ofAnEarlierStepChangesNothing() {
      PoolBook asked = after(BOOK, BOOK.ask(ONE, new Ask.Collect(), NOW));
      Answer answer = new Answer(1, 0, new TreeMap<>(), new Loan(1, 0, 0));
      PoolBook again = after(asked, asked.answer(ONE, 1, answer, NOW));
      PoolBook second = after(again, again.ask(ONE, new Ask.Collect(), NOW));
      assertEquals(DONE, second.answer(ONE, 1, answer, NOW));
      refused(PoolRejection.UNKNOWN_STEP, second.answer(ONE, 3, answer, NOW));
      refused(PoolRejection.UNKNOWN_STEP, BOOK.answer(ONE, 1, answer, NOW));
    }
  }

  @Nested
  class Lending {
    @Test
    void isOfMoneyThatIsThere() {
      refused(PoolRejection.AMOUNT_OUT_OF_RANGE, BOOK.lend(0, NOW));
      refused(PoolRejection.FUND_EXHAUSTED, BOOK.lend(51, NOW));
    }

    /** 7 · 15 / 30 = 3.5, so 3 shares: whoever comes in later takes nothing from those before. */
    @Test
    void buysSharesRoundedDownBesideOtherLenders() {
      assertEquals(new FundLent(7, 3, NOW), only(BOOK.lend(7, NOW)));
    }

    /**
     * Others were written down to nothing: their shares are worth nothing, so a unit is a share.
     */
    @Test
    void startsAgainAtAShareForAUnitWhenEverythingWasWrittenDown() {
      PoolBook empty = book(lines().debt(-20).lending(-30), false);
      assertEquals(new FundLent(7, 7, NOW), only(empty.lend(7, NOW)));
    }

    @Test
    void isRefusedWhenTheSharesDoNotFit() {
      PoolLines many =
          new PoolLines(0, Long.MAX_VALUE, 0, 0, 0, 1, Long.MAX_VALUE, 1, 0, 0, 0, new TreeMap<>());
      refused(PoolRejection.OVERFLOW, book(many, false).lend(2, NOW));
      PoolLines sum =
          new PoolLines(
              0,
              9,
              0,
              0,
              0,
              Long.MAX_VALUE,
              Long.MAX_VALUE,
              Long.MAX_VALUE,
              0,
              0,
              0,
              new TreeMap<>());
      refused(PoolRejection.OVERFLOW, book(sum, false).lend(1, NOW));
    }
  }

  @Nested
  class ARecall {
    private PoolBook of(long lending, long shares, long own, long lent) {
      return book(
          new PoolLines(0, 0, 0, 0, 0, lending, shares, own, lent, 0, 0, new TreeMap<>()), false);
    }

    @Test
    void isNothingWithoutALackOrIdleMoneyOfItsOwn() {
      assertEquals(DONE, of(30, 15, 10, 20).recall(0, NOW));
      assertEquals(DONE, of(30, 15, 10, 20).recall(-1, NOW));
      assertEquals(DONE, of(30, 15, 0, 20).recall(5, NOW));
      assertEquals(DONE, of(0, 15, 10, 0).recall(5, NOW));
      assertEquals(DONE, of(30, 15, 10, 30).recall(5, NOW));
      assertEquals(DONE, of(30, 15, 10, 31).recall(5, NOW));
      // 1 idle unit is half a share
      assertEquals(DONE, of(30, 15, 10, 29).recall(5, NOW));
    }

    /** Lack 5 is 2.5 shares, so 3 shares worth 6; idle 10 is 5 shares; the fund has 10. */
    @Test
    void givesSharesForTheLackRoundedUp() {
      assertEquals(new FundRecalled(3, 6, NOW), only(of(30, 15, 10, 20).recall(5, NOW)));
    }

    @Test
    void isAtMostWhatIsIdleAndWhatTheFundHas() {
      assertEquals(new FundRecalled(5, 10, NOW), only(of(30, 15, 10, 20).recall(25, NOW)));
      assertEquals(new FundRecalled(2, 4, NOW), only(of(30, 15, 2, 20).recall(25, NOW)));
      assertEquals(
          new FundRecalled(10, 20, NOW), only(of(30, 15, 10, 0).recall(Long.MAX_VALUE, NOW)));
    }
  }

  @Nested
  class Fees {
    @Test
    void ofABatchWithoutANumberOrBelowZeroAreRefused() {
      refused(
          PoolRejection.AMOUNT_OUT_OF_RANGE, BOOK.bookFees(owner(9), 1, -1, new TreeMap<>(), NOW));
      refused(
          PoolRejection.AMOUNT_OUT_OF_RANGE, BOOK.bookFees(owner(9), 0, 1, new TreeMap<>(), NOW));
      refused(
          PoolRejection.OVERFLOW, BOOK.bookFees(owner(9), 1, Long.MAX_VALUE, new TreeMap<>(), NOW));
      only(BOOK.bookFees(owner(9), 1, 0, new TreeMap<>(), NOW));
    }

    @Test
    void countOnceForEachVenue() {
      PoolBook one = after(BOOK, BOOK.bookFees(owner(9), 1, 5, new TreeMap<>(), NOW));
      assertEquals(DONE, one.bookFees(owner(9), 1, 5, new TreeMap<>(), NOW));
      PoolBook two = after(one, one.bookFees(owner(8), 1, 6, new TreeMap<>(), NOW));
      assertEquals(60 + 5 + 6, two.lines().feeUnsettled());
    }

    @Test
    void areCutOnlyInAWaterfallAndNoFurtherThanTheyGo() {
      refused(PoolRejection.NO_WATERFALL, BOOK.levyFees(-1, false, NOW));
      refused(PoolRejection.AMOUNT_OUT_OF_RANGE, SHARING.levyFees(-1, false, NOW));
      refused(PoolRejection.AMOUNT_OUT_OF_RANGE, SHARING.levyFees(61, false, NOW));
      assertEquals(DONE, SHARING.levyFees(0, false, NOW));
      assertEquals(DONE, SHARING.levyFees(0, true, NOW));
      assertEquals(
          lines().feeUnsettled(-60).defaulted(60),
          after(SHARING, SHARING.levyFees(60, false, NOW)).lines());
    }

    @Test
    void areCutForADebtOnlyAsFarAsTheClearingAccountHoldsMoney() {
      PoolBook poor = book(lines().clearing(-60), true);
      refused(PoolRejection.CLEARING_EXHAUSTED, poor.levyFees(41, true, NOW));
      assertEquals(
          lines().clearing(-60).feeUnsettled(-40).clearing(-40).recovered(40),
          after(poor, poor.levyFees(40, true, NOW)).lines());
    }
  }

  @Nested
  class ARelease {
    @Test
    void ofTheLinesStaysWithinThemAndWithinTheClearingAccount() {
      PoolRejection range = PoolRejection.AMOUNT_OUT_OF_RANGE;
      refused(range, BOOK.releaseLines(-1, 0, NOW));
      refused(range, BOOK.releaseLines(0, -1, NOW));
      refused(range, BOOK.releaseLines(61, 0, NOW));
      refused(range, BOOK.releaseLines(0, 71, NOW));
      refused(range, SHARING.releaseLines(61, 0, NOW));
      refused(PoolRejection.WATERFALL_OPEN, SHARING.releaseLines(1, 1, NOW));
      refused(PoolRejection.CLEARING_EXHAUSTED, BOOK.releaseLines(31, 70, NOW));
      PoolLines released = after(BOOK, BOOK.releaseLines(30, 70, NOW)).lines();
      assertEquals(
          lines().clearing(-100).feeUnsettled(-30).fee(30).fundUnsettled(-70).fund(70), released);
    }
  }

  @Nested
  class AWaterfall {
    @Test
    void isOfOneAccountAtATime() {
      assertEquals(DONE, SHARING.openWaterfall(TWO, NOW));
      refused(PoolRejection.WATERFALL_OPEN, SHARING.openWaterfall(ONE, NOW));
    }

    @Test
    void closesOnceEverythingLevyIsHandedOn() {
      assertEquals(DONE, BOOK.closeWaterfall(TWO, NOW));
      assertEquals(DONE, SHARING.closeWaterfall(ONE, NOW));
      PoolBook money = book(lines().defaulted(-8), true);
      PoolBook claims = book(lines().recovered(-9), true);
      refused(PoolRejection.LOSS_LINE_OPEN, money.closeWaterfall(TWO, NOW));
      refused(PoolRejection.LOSS_LINE_OPEN, claims.closeWaterfall(TWO, NOW));
      PoolBook none = book(lines().defaulted(-8).recovered(-9), true);
      assertEquals(Optional.empty(), after(none, none.closeWaterfall(TWO, NOW)).waterfall());
    }
  }

  @Nested
  class ASettlement {
    @Test
    void opensOnceAtOnePrice() {
      PoolBook open = after(BOOK, BOOK.openSettlement(BTC_PERP, 3, NOW));
      assertEquals(DONE, open.openSettlement(BTC_PERP, 4, NOW));
      assertEquals(Map.of(BTC_PERP, new PoolBook.Settlement(3, 0, 0)), open.settlements());
    }

    /** Σ ⌊V⌋ of holders whose lots sum to 0 is at most 0; more means that an answer is missing. */
    @Test
    void closesWithoutLotsAndWithDustForTheFundOnly() {
      assertEquals(DONE, BOOK.closeSettlement(BTC_PERP, NOW));
      refused(PoolRejection.SETTLEMENT_OPEN, settled(1, -1).closeSettlement(BTC_PERP, NOW));
      refused(PoolRejection.SETTLEMENT_OPEN, settled(0, 1).closeSettlement(BTC_PERP, NOW));
      assertEquals(
          lines(), after(settled(0, 0), settled(0, 0).closeSettlement(BTC_PERP, NOW)).lines());
      assertEquals(
          lines().fundUnsettled(4),
          after(settled(0, -4), settled(0, -4).closeSettlement(BTC_PERP, NOW)).lines());
    }

    private PoolBook settled(long lots, long cost) {
      PoolBook open = after(BOOK, BOOK.openSettlement(BTC_PERP, 3, NOW));
      PoolBook asked = after(open, open.ask(ONE, new Ask.Settle(BTC_PERP, 3), NOW));
      Answer answer = new Answer(cost, lots, new TreeMap<>(), new Loan(1, 0, 0));
      return after(asked, asked.answer(ONE, 1, answer, NOW));
    }
  }

  @Nested
  class Funding {
    private final FundingRule rule = POOL.funding();
    private final long hours = rule.period().toMillis();

    private PoolBook traded(long paid, long marked) {
      var traded = new TreeMap<>(Map.of(BTC_PERP, new Traded(paid, marked)));
      return after(BOOK, BOOK.bookFees(owner(9), 1, 0, traded, NOW));
    }

    private long cumulative(PoolBook book) {
      return Optional.ofNullable(book.funding().get(BTC_PERP)).orElseThrow().cumulative();
    }

    @Test
    void waitsForAFirstTradeAndAWholePeriod() {
      assertEquals(DONE, BOOK.fund(BTC_PERP, rule, 1_000_000, 0, 3, NOW + hours));
      assertEquals(DONE, traded(1, 1).fund(BTC_PERP, rule, 1_000_000, 0, 3, NOW + hours - 1));
      // the interest of 100 ppm
      assertEquals(
          new FundingSet(BTC_PERP, 100, 3, NOW + hours),
          only(traded(1, 1).fund(BTC_PERP, rule, 1_000_000, 0, 3, NOW + hours)));
    }

    @Test
    void addsUpTheTradesOfItsPeriodAndThenStartsFromNone() {
      PoolBook one = traded(1_001_000, 1_000_000);
      var more = new TreeMap<>(Map.of(BTC_PERP, new Traded(1_003_000, 1_000_000)));
      PoolBook two = after(one, one.bookFees(owner(9), 2, 0, more, NOW + 5));
      // 2,004,000 over 2,000,000: 2,000 ppm and the interest of 100
      PoolBook set = after(two, two.fund(BTC_PERP, rule, 1_000_000, 0, 3, NOW + hours));
      assertEquals(2_100, cumulative(set));
      assertEquals(DONE, set.fund(BTC_PERP, rule, 1_000_000, 0, 4, NOW + 2 * hours - 1));
      PoolBook next = after(set, set.fund(BTC_PERP, rule, 1_000_000, 0, 4, NOW + 2 * hours));
      assertEquals(2_200, cumulative(next));
    }

    /** A cumulative funding is half of the farthest price at most, either way. */
    @Test
    void neverGrowsOutOfItsRange() {
      long half = Instrument.FARTHEST_PRICE / 2;
      PoolBook far = traded(1, 1).apply(new FundingSet(BTC_PERP, half - 99, 2, NOW));
      refused(PoolRejection.OVERFLOW, far.fund(BTC_PERP, rule, 1_000_000, 0, 3, NOW + hours));
      assertEquals(
          new FundingSet(BTC_PERP, half, 3, NOW + hours),
          only(far.fund(BTC_PERP, rule, 990_000, 0, 3, NOW + hours)));
      PoolBook low = traded(1, 1).apply(new FundingSet(BTC_PERP, 99 - half, 2, NOW));
      refused(PoolRejection.OVERFLOW, low.fund(BTC_PERP, rule, -1_000_000, 0, 3, NOW + hours));
      refused(
          PoolRejection.OVERFLOW,
          traded(Long.MAX_VALUE, -1)
              .apply(new FundingSet(BTC_PERP, 0, 2, NOW))
              .fund(BTC_PERP, rule, Long.MIN_VALUE, 0, 3, NOW + hours));
    }
  }

  @Nested
  class Interest {
    /**
     * The rule "interest goes whole to the lending account": at full utilisation a part for anybody
     * else would leave more owed than lent.
     */
    @Test
    void goesWholeToTheLendersSoThatDebtsNeverExceedWhatIsLent() {
      PoolLines full = new PoolLines(0, 0, 0, 0, 0, 100, 100, 100, 0, 0, 0, new TreeMap<>());
      PoolBook book = book(full, false);
      PoolBook granted = after(book, book.ask(ONE, new Ask.Lend(100), NOW));
      PoolBook lent =
          after(
              granted,
              granted.answer(
                  ONE, 1, new Answer(100, 0, new TreeMap<>(), new Loan(1, 100, 0)), NOW));
      assertEquals(0, lent.lines().idle());
      PoolBook grown = after(lent, lent.report(ONE, new Loan(2, 110, 10), NOW));
      assertEquals(110, grown.lines().lending());
      assertEquals(110, grown.lines().lent());
      assertEquals(0, grown.lines().idle());
      assertEquals(0, grown.lines().fund());
      refused(PoolRejection.LENDING_EXHAUSTED, grown.ask(TWO, new Ask.Lend(1), NOW));
      // an older word of the loan changes nothing
      assertEquals(DONE, grown.report(ONE, new Loan(2, 110, 10), NOW));
      assertSame(
          grown.lines(),
          grown.apply(new PoolEvent.LoanReported(ONE, new Loan(1, 5, 0), NOW)).lines());
      // repaid: what was earned is the lenders', none of it the fund's by itself
      PoolBook repaid = after(grown, grown.report(ONE, new Loan(3, 0, 10), NOW));
      assertEquals(110, repaid.lines().idle());
      assertEquals(new FundRecalled(100, 110, NOW), only(repaid.recall(Long.MAX_VALUE, NOW)));
    }
  }

  @Nested
  class SeenNumbers {
    @Test
    void closeTheirGapsAndStaySeen() {
      NumberSet set = NumberSet.EMPTY.with(3).with(1);
      assertEquals(new NumberSet(1, new java.util.TreeSet<>(List.of(3L))), set);
      assertSame(set, set.with(1));
      assertSame(set, set.with(3));
      assertEquals(new NumberSet(3, new java.util.TreeSet<>()), set.with(2));
    }
  }

  @Nested
  class WhatPassesByItself {
    @Test
    void isWhatAnotherEventCanTakeAway() {
      List<PoolRejection> lasting =
          List.of(
              PoolRejection.AMOUNT_OUT_OF_RANGE,
              PoolRejection.UNKNOWN_INSTRUMENT,
              PoolRejection.OTHER_POOL,
              PoolRejection.WOUND_UP,
              PoolRejection.UNKNOWN_STEP,
              PoolRejection.FUND_EXHAUSTED,
              PoolRejection.OVERFLOW);
      for (PoolRejection reason : PoolRejection.values()) {
        assertEquals(!lasting.contains(reason), reason.passing(), reason.name());
      }
    }
  }
}
