package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.account.Trading.Auction;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.account.Trading.HeldBid;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.Traded;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.domain.variation.VariationCycle;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ClearingPoolTest {

  private static final AccountId ONE = account(1, 1, 0);
  private static final AccountId TWO = account(2, 1, 0);
  private static final long NOW = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;
  private static final Marks MARKS = marks(5, 60_000, 2_000);

  private static ClearingPool after(ClearingPool pool, List<PoolFact> facts) {
    ClearingPool next = pool;
    for (PoolFact fact : facts) {
      next = next.apply(fact);
    }
    return next;
  }

  private static ClearingPool tick(ClearingPool pool, List<PoolRow> rows, Marks marks, long now) {
    return after(pool, pool.tick(rows, Optional.of(marks), MARKET, now));
  }

  private static ClearingPool next(ClearingPool pool, long now) {
    return after(pool, pool.next(MARKET, now));
  }

  private static PoolRow row(AccountId id, long cash, long unsettled, long debt) {
    return new PoolRow(
        id,
        new Exposure(cash, unsettled, new TreeMap<>(), new TreeMap<>(), List.of()),
        new Loan(debt, debt, 0));
  }

  private static PoolRow holder(AccountId id, String instrument, long lots) {
    return new PoolRow(
        id,
        new Exposure(
            0,
            0,
            new TreeMap<>(),
            new TreeMap<>(Map.of(instrument, new Position(lots, 0, 0))),
            List.of()),
        new Loan(0, 0, 0));
  }

  private static Answer answer(long units, long lots) {
    return new Answer(units, lots, Collections.emptySortedMap(), new Loan(1, 0, 0));
  }

  private static ClearingPool funded(long units) {
    return after(ClearingPool.EMPTY, all(ClearingPool.EMPTY.contribute(ONE, 1, units, NOW)));
  }

  private static ClearingPool stepped(
      ClearingPool pool, AccountId id, long number, long units, long unsettled) {
    return after(pool, all(pool.stepped(id, number, answer(units, 0), unsettled, NOW)));
  }

  /** Loans pay for their time, also when they are paid back before the next cycle. */
  @Nested
  class Interest {
    @Test
    void growsBetweenCyclesWhileSomebodyBorrows() {
      ClearingPool pool = tick(funded(1_000), List.of(), MARKS, NOW);
      pool = next(pool, NOW);
      long begun = pool.book().index();
      assertEquals(begun, tick(pool, List.of(), MARKS, NOW + 60_000).book().index());
      List<PoolRow> rows = List.of(row(ONE, -100, 0, 100));
      pool = tick(pool, rows, MARKS, NOW + 1);
      assertEquals(100, pool.book().lines().lent());
      assertEquals(begun, tick(pool, rows, MARKS, NOW + 59_999).book().index());
      assertTrue(tick(pool, rows, MARKS, NOW + 60_000).book().index() > begun);
    }
  }

  @Nested
  class AnInsolventAccount {
    @Test
    void isNotPaidForWhileItsMoneyIsAsideForASlice() {
      Slice slice =
          new Slice(Slice.Kind.CURE, 5, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 40, 50);
      TreeMap<String, HeldBid> bids =
          new TreeMap<>(Map.of("0x/1/1", new HeldBid(word(1), slice, 40)));
      MarginAccount poor = liquidating(-30, new TreeMap<>());
      assertTrue(
          funded(1_000).coverInsolvent(poor, 1, 1, MARKS, MARKET, NOW)
              instanceof Decision.Accept<PoolFact, PoolRejection>);
      assertEquals(
          Decision.reject(PoolRejection.NOT_FLAT),
          funded(1_000).coverInsolvent(liquidating(-30, bids), 1, 1, MARKS, MARKET, NOW));
    }

    private static MarginAccount liquidating(long cash, TreeMap<String, HeldBid> bids) {
      Trading none = Trading.NONE;
      Trading trading =
          new Trading(
              none.positions(),
              0,
              0,
              0,
              Optional.of(new Auction(1, AuctionKind.LIQUIDATION, 0, Optional.empty())),
              1,
              none.sold(),
              none.legs(),
              none.ended(),
              none.orders(),
              none.cancelled(),
              0,
              none.step(),
              bids,
              none.trimmed(),
              Optional.empty());
      return new MarginAccount(
          ONE,
          new TreeMap<>(Map.of(USDC, cash)),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          NOW,
          trading);
    }
  }

  @Nested
  class Terms {

    @Test
    void growWithEveryFact() {
      assertEquals(0, ClearingPool.EMPTY.terms(1).number());
      assertEquals(1, funded(10).terms(1).number());
    }

    @Test
    void carryFundingOnceItsPeriodIsOver() {
      TreeMap<String, Traded> traded = new TreeMap<>(Map.of(BTC_PERP, new Traded(101, 100)));
      ClearingPool pool =
          after(ClearingPool.EMPTY, all(ClearingPool.EMPTY.bookFees(owner(5), 1, 0, traded, NOW)));
      pool = tick(pool, List.of(), MARKS, NOW + 8 * HOUR - 1);
      assertEquals(Map.of(BTC_PERP, 0L), pool.terms(1).funding());
      Marks stale =
          marks(
              6,
              new Mark(60_000 * E8, 0, false, 59_000 * E8, 61_000 * E8),
              Mark.fresh(2_000 * E8, 0));
      pool = tick(pool, List.of(), stale, NOW + 8 * HOUR);
      assertEquals(Map.of(BTC_PERP, 0L), pool.terms(1).funding());
      pool = tick(pool, List.of(), MARKS, NOW + 8 * HOUR);
      // the premium of 1 % is capped at 0.75 %
      assertEquals(Map.of(BTC_PERP, 450 * E8), pool.terms(1).funding());
    }

    @Test
    void carryLittleFundingWhenLittleOfWhatIsHeldWasTraded() {
      // a venue's two accounts trade one lot with each other while others hold a thousand
      TreeMap<String, Traded> traded =
          new TreeMap<>(Map.of(BTC_PERP, new Traded(603_000, 600_000)));
      ClearingPool pool =
          after(ClearingPool.EMPTY, all(ClearingPool.EMPTY.bookFees(owner(5), 1, 0, traded, NOW)));
      List<PoolRow> rows = List.of(holder(ONE, BTC_PERP, 1_000), holder(TWO, BTC_PERP, -1_000));
      pool = tick(pool, rows, MARKS, NOW + 8 * HOUR);
      // 5 ppm of premium and 100 of interest
      assertEquals(Map.of(BTC_PERP, 60_000 * E8 * 105 / 1_000_000), pool.terms(1).funding());
    }

    @Test
    void sayForEverWhatIsClosed() {
      ClearingPool pool =
          after(ClearingPool.EMPTY, all(ClearingPool.EMPTY.settle(BTC_PERP, 5, MARKET, NOW)));
      assertEquals(Set.of(BTC_PERP), pool.terms(1).closed());
      assertEquals(Decision.alreadyDone(), pool.settle(BTC_PERP, 6, MARKET, NOW));
      assertEquals(
          Decision.reject(PoolRejection.UNKNOWN_INSTRUMENT), pool.settle("X-PERP", 6, MARKET, NOW));
    }
  }

  @Nested
  class ACycle {

    @Test
    void beginsAtOnceAndThenAfterItsPeriod() {
      ClearingPool pool = tick(ClearingPool.EMPTY, List.of(), MARKS, NOW);
      assertEquals(1, pool.cycle().number());
      pool = next(pool, NOW);
      assertEquals(1, pool.cycles());
      pool = tick(pool, List.of(), MARKS, NOW + HOUR - 1);
      assertEquals(1, pool.cycle().number());
      pool = tick(pool, List.of(), MARKS, NOW + HOUR);
      assertEquals(2, pool.cycle().number());
    }

    @Test
    void touchesGainsAndLossesBeyondTheThreshold() {
      PoolRules rules =
          new PoolRules(
              1,
              POOL.settlement(),
              POOL.collateral(),
              POOL.interest(),
              POOL.bufferPpm(),
              POOL.bountyPpm(),
              POOL.startPpm(),
              POOL.floorPpm(),
              POOL.rounds(),
              POOL.cyclePeriod(),
              50,
              POOL.lendPpm(),
              POOL.funding());
      List<PoolRow> rows =
          List.of(
              row(ONE, 0, 1, 0),
              row(TWO, 100, -50, 0),
              row(account(3, 1, 0), 100, -51, 0),
              row(account(4, 1, 0), 100, 0, 0));
      List<PoolFact> facts =
          ClearingPool.EMPTY.tick(
              rows, Optional.of(MARKS), new Market(rules, MARKET.instruments()), NOW);
      CycleEvent.Started started = (CycleEvent.Started) facts.getLast();
      assertEquals(List.of(ONE, account(3, 1, 0)), started.accounts());
    }

    @Test
    void lendsOnlyWhatIsIdleAndGoesOnWithoutTheRest() {
      ClearingPool pool = funded(100);
      pool = tick(pool, List.of(row(ONE, 0, -80, 0), row(TWO, 0, 80, 0)), MARKS, NOW);
      assertEquals(50, pool.book().lines().lending());
      pool = next(pool, NOW);
      assertEquals(2, pool.steps().size());
      pool = stepped(pool, ONE, 1, 0, -80);
      pool = next(stepped(pool, TWO, 1, 0, 80), NOW);
      assertEquals(Optional.of(new Ask.Lend(50)), pool.book().open().get(ONE));
      pool = next(stepped(pool, ONE, 2, 50, -30), NOW);
      assertEquals(List.of(ONE), pool.cures(List.of(), MARKET));
      assertEquals(Optional.of(new Ask.Release(50)), pool.book().open().get(TWO));
      pool = next(stepped(pool, TWO, 2, 50, 30), NOW);
      assertEquals(1, pool.cycles());
      assertEquals(0, pool.book().lines().clearing());
    }

    @Test
    void fixesSharesWithoutAskingWhenNothingCanBeLent() {
      ClearingPool pool = tick(ClearingPool.EMPTY, List.of(row(ONE, 0, -80, 0)), MARKS, NOW);
      pool = next(pool, NOW);
      pool = next(stepped(pool, ONE, 1, 0, -80), NOW);
      assertEquals(VariationCycle.Stage.FINISHED, pool.cycle().stage());
      assertEquals(0, pool.book().open().size());
    }

    @Test
    void takesACopyOfAnAnswerOnce() {
      ClearingPool pool = tick(ClearingPool.EMPTY, List.of(row(ONE, 50, -20, 0)), MARKS, NOW);
      pool = next(pool, NOW);
      ClearingPool answered = stepped(pool, ONE, 1, 20, 0);
      assertEquals(20, answered.book().lines().clearing());
      assertEquals(Decision.alreadyDone(), answered.stepped(ONE, 1, answer(20, 0), 0, NOW));
      assertEquals(
          Decision.reject(PoolRejection.UNKNOWN_STEP),
          answered.stepped(ONE, 2, answer(20, 0), 0, NOW));
    }
  }

  @Nested
  class TheFundsLending {

    @Test
    void isItsPartAndComesBackWhenThatIsLess() {
      ClearingPool pool = next(tick(funded(1_000), List.of(), MARKS, NOW), NOW);
      assertEquals(500, pool.book().lines().lending());
      assertEquals(500, pool.book().lines().fund());
      pool =
          after(
              pool,
              List.<PoolFact>of(
                  new PoolEvent.StepAsked(
                      ONE,
                      1,
                      new Ask.Cover(io.crossclear.domain.account.LossLayer.FUND, 300),
                      NOW)));
      pool = tick(pool, List.of(), MARKS, NOW + HOUR);
      assertEquals(350, pool.book().lines().lending());
      assertEquals(350, pool.book().lines().fund());
    }

    @Test
    void isReportedOnlyWhereALoanChanged() {
      ClearingPool pool = ClearingPool.EMPTY;
      assertEquals(List.of(), pool.tick(List.of(row(ONE, 5, 0, 0)), Optional.empty(), MARKET, NOW));
      List<PoolFact> facts =
          pool.tick(List.of(row(ONE, 5, 0, 0), row(TWO, -7, 0, 7)), Optional.empty(), MARKET, NOW);
      assertEquals(List.of(new PoolEvent.LoanReported(TWO, new Loan(7, 7, 0), NOW)), facts);
      assertEquals(
          List.of(),
          after(pool, facts).tick(List.of(row(TWO, -7, 0, 7)), Optional.empty(), MARKET, NOW));
    }
  }

  @Nested
  class ASettlement {

    private final List<PoolRow> rows = List.of(holder(ONE, ETH_PERP, 3), holder(TWO, ETH_PERP, -3));

    private ClearingPool closed() {
      // a cycle that waits for its accounts does not hold it up
      ClearingPool pool = next(tick(ClearingPool.EMPTY, List.of(), MARKS, NOW), NOW);
      return after(pool, all(pool.settle(ETH_PERP, 5, MARKET, NOW)));
    }

    @Test
    void isAtTheFirstPriceSetAfterTheClosure() {
      ClearingPool pool = closed();
      assertEquals(List.of(), pool.tick(rows, Optional.of(MARKS), MARKET, NOW));
      pool = tick(pool, rows, marks(6, 60_000, 2_500), NOW);
      pool = tick(pool, rows, marks(7, 60_000, 3_000), NOW);
      assertEquals(Optional.of(new Ask.Settle(ETH_PERP, 2_500 * E8)), pool.book().open().get(ONE));
      assertEquals(Optional.of(new Ask.Settle(ETH_PERP, 2_500 * E8)), pool.book().open().get(TWO));
    }

    @Test
    void isOverWhenNobodyHoldsAnything() {
      ClearingPool pool = tick(closed(), rows, marks(6, 60_000, 2_500), NOW);
      pool = after(pool, all(pool.stepped(ONE, 1, answer(10, 3), 0, NOW)));
      List<PoolRow> half = List.of(holder(TWO, ETH_PERP, -3));
      pool = tick(pool, half, marks(7, 60_000, 2_500), NOW);
      assertEquals(Set.of(), pool.settled());
      pool = after(pool, all(pool.stepped(TWO, 1, answer(-11, -3), 0, NOW)));
      pool = tick(pool, List.of(), marks(7, 60_000, 2_500), NOW);
      assertEquals(Set.of(ETH_PERP), pool.settled());
      assertEquals(1, pool.book().lines().fundUnsettled());
      assertEquals(Set.of(ETH_PERP), pool.terms(1).closed());
    }
  }

  @Nested
  class TheEnd {

    @Test
    void waitsForEverythingElse() {
      ClearingPool pool = funded(10);
      assertEquals(
          Decision.reject(PoolRejection.NOT_FLAT), pool.windUp(ONE, List.of(), MARKET, NOW));
      assertEquals(
          Decision.reject(PoolRejection.OTHER_POOL),
          pool.windUp(account(1, 2, 0), List.of(), MARKET, NOW));
    }

    @Test
    void paysFundAndFeesWithWhatWasLent() {
      ClearingPool pool = next(tick(funded(10), List.of(), MARKS, NOW), NOW);
      for (String symbol : MARKET.instruments().keySet()) {
        pool = after(pool, all(pool.settle(symbol, 5, MARKET, NOW)));
      }
      pool = tick(pool, List.of(), marks(6, 60_000, 2_000), NOW);
      assertTrue(pool.nothingTrades(MARKET));
      assertEquals(
          Decision.reject(PoolRejection.NOT_FLAT),
          pool.windUp(ONE, List.of(row(TWO, 0, 3, 0)), MARKET, NOW));
      pool = pool.apply(only(pool.windUp(ONE, List.of(), MARKET, NOW)));
      assertEquals(Decision.alreadyDone(), pool.windUp(ONE, List.of(), MARKET, NOW));
      assertEquals(
          Decision.reject(PoolRejection.WOUND_UP), pool.windUp(TWO, List.of(), MARKET, NOW));
      pool = next(pool, NOW);
      assertEquals(Optional.of(new Ask.Pay(Ask.Line.FUND, 10)), pool.book().open().get(ONE));
      pool = next(stepped(pool, ONE, 1, 10, 0), NOW);
      assertEquals(PoolLines.EMPTY, pool.book().lines());
      assertEquals(List.of(), pool.tick(List.of(), Optional.of(MARKS), MARKET, NOW + HOUR));
    }
  }
}
