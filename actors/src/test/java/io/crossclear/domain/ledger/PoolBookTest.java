package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class PoolBookTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final AccountId ONE = account(1, 1, 0);
  private static final AccountId TWO = account(2, 1, 0);

  private static PoolBook after(PoolBook book, Decision<PoolEvent, PoolRejection> decision) {
    return book.apply(only(decision));
  }

  private static Answer answer(long units, long sequence, long debt) {
    return new Answer(units, 0, new TreeMap<>(), new Loan(sequence, debt, 0));
  }

  /** A pool whose clearing account holds this. */
  private static PoolBook collected(long units) {
    PoolBook asked = after(PoolBook.EMPTY, PoolBook.EMPTY.ask(ONE, new Ask.Collect(), NOW));
    return after(asked, asked.answer(ONE, 1, answer(units, 1, 0), NOW));
  }

  private static void assertRejected(
      PoolRejection reason, Decision<PoolEvent, PoolRejection> decision) {
    assertEquals(Decision.reject(reason), decision);
  }

  @Nested
  class Grants {
    @Test
    void aReleaseNeverExceedsTheClearingAccount() {
      PoolBook book = collected(100);
      assertRejected(PoolRejection.CLEARING_EXHAUSTED, book.ask(ONE, new Ask.Release(101), NOW));
      PoolBook granted = after(book, book.ask(ONE, new Ask.Release(100), NOW));
      assertEquals(0, granted.lines().clearing());
      assertRejected(PoolRejection.CLEARING_EXHAUSTED, granted.ask(TWO, new Ask.Release(1), NOW));
      PoolBook answered = after(granted, granted.answer(ONE, 2, answer(60, 2, 0), NOW));
      assertEquals(40, answered.lines().clearing());
    }

    @Test
    void aLoanNeverExceedsWhatNobodyBorrowed() {
      PoolBook funded = after(PoolBook.EMPTY, PoolBook.EMPTY.contribute(ONE, 1, 500, NOW));
      PoolBook book = after(funded, funded.lend(300, NOW));
      assertRejected(PoolRejection.FUND_EXHAUSTED, book.lend(201, NOW));
      PoolBook granted = after(book, book.ask(ONE, new Ask.Lend(200), NOW));
      assertRejected(PoolRejection.LENDING_EXHAUSTED, granted.ask(TWO, new Ask.Lend(101), NOW));
      PoolBook answered = after(granted, granted.answer(ONE, 1, answer(150, 1, 150), NOW));
      assertEquals(150, answered.lines().lent());
      assertEquals(150, answered.lines().clearing());
      PoolBook repaid = after(answered, answered.report(ONE, new Loan(5, 100, 7), NOW));
      assertEquals(100, repaid.lines().lent());
      assertEquals(307, repaid.lines().lending());
      assertEquals(Decision.alreadyDone(), repaid.report(ONE, new Loan(4, 900, 7), NOW));
    }

    @Test
    void aDrawNeverExceedsTheFund() {
      PoolBook book = after(PoolBook.EMPTY, PoolBook.EMPTY.contribute(ONE, 1, 50, NOW));
      assertRejected(
          PoolRejection.FUND_EXHAUSTED, book.ask(ONE, new Ask.Cover(LossLayer.FUND, 51), NOW));
      assertEquals(
          0, after(book, book.ask(ONE, new Ask.Cover(LossLayer.FUND, 50), NOW)).lines().fund());
    }

    @Test
    void anAccountHasOneStepAtATimeAndAnswersItOnce() {
      PoolBook asked = after(PoolBook.EMPTY, PoolBook.EMPTY.ask(ONE, new Ask.Collect(), NOW));
      assertRejected(PoolRejection.STEP_OPEN, asked.ask(ONE, new Ask.Collect(), NOW));
      assertRejected(PoolRejection.UNKNOWN_STEP, asked.answer(ONE, 2, answer(1, 1, 0), NOW));
      PoolBook answered = after(asked, asked.answer(ONE, 1, answer(9, 1, 0), NOW));
      assertEquals(Decision.alreadyDone(), answered.answer(ONE, 1, answer(9, 1, 0), NOW));
      assertEquals(9, answered.lines().clearing());
    }

    @Test
    void nothingIsReleasedOrLentDuringAWaterfall() {
      PoolBook book = collected(100);
      PoolBook open = after(book, book.openWaterfall(TWO, NOW));
      assertRejected(PoolRejection.WATERFALL_OPEN, open.ask(ONE, new Ask.Release(1), NOW));
      assertRejected(PoolRejection.WATERFALL_OPEN, open.releaseLines(0, 0, NOW));
      assertRejected(PoolRejection.WATERFALL_OPEN, open.openWaterfall(ONE, NOW));
      PoolBook asked = after(open, open.ask(ONE, new Ask.Levy(5), NOW));
      PoolBook levied = after(asked, asked.answer(ONE, 2, answer(5, 2, 0), NOW));
      assertRejected(PoolRejection.LOSS_LINE_OPEN, levied.closeWaterfall(TWO, NOW));
      PoolBook covered = after(levied, levied.ask(TWO, new Ask.CoverOwed(LossLayer.GAINS, 5), NOW));
      assertEquals(book.lines(), after(covered, covered.closeWaterfall(TWO, NOW)).lines());
    }
  }

  @Nested
  class Books {
    @Test
    void feesOfABatchOnceInWhateverOrder() {
      PoolBook second =
          after(
              PoolBook.EMPTY,
              PoolBook.EMPTY.bookFees(owner(9), 2, 10, new java.util.TreeMap<>(), NOW));
      assertEquals(
          Decision.alreadyDone(), second.bookFees(owner(9), 2, 10, new java.util.TreeMap<>(), NOW));
      PoolBook first =
          after(second, second.bookFees(owner(9), 1, 5, new java.util.TreeMap<>(), NOW));
      assertEquals(15, first.lines().feeUnsettled());
      assertEquals(new NumberSet(2, new java.util.TreeSet<>()), first.batches().get(owner(9)));
    }

    @Test
    void contributionsInTheirOrder() {
      PoolBook one = after(PoolBook.EMPTY, PoolBook.EMPTY.contribute(ONE, 1, 10, NOW));
      assertEquals(Decision.alreadyDone(), one.contribute(ONE, 1, 10, NOW));
      assertRejected(PoolRejection.EARLIER_CONTRIBUTION_MISSING, one.contribute(ONE, 3, 10, NOW));
      assertRejected(PoolRejection.AMOUNT_OUT_OF_RANGE, one.contribute(ONE, 2, 0, NOW));
    }

    @Test
    void interestByTheCurveFromTheFirstTimeOn() {
      PoolBook funded = after(PoolBook.EMPTY, PoolBook.EMPTY.contribute(ONE, 1, 1_000, NOW));
      PoolBook book = after(funded, funded.lend(1_000, NOW));
      PoolBook started = after(book, book.accrue(POOL.interest(), NOW));
      assertEquals(0, started.index());
      PoolBook year = after(started, started.accrue(POOL.interest(), NOW + 365L * 24 * 3_600_000));
      assertEquals(20_000_000, year.index());
      assertEquals(Decision.alreadyDone(), year.accrue(POOL.interest(), NOW));
    }

    @Test
    void theResidueOfASettlementForTheFund() {
      PoolBook open = after(PoolBook.EMPTY, PoolBook.EMPTY.openSettlement("X", 3, NOW));
      PoolBook asked = after(open, open.ask(ONE, new Ask.Settle("X", 3), NOW));
      PoolBook half =
          after(
              asked,
              asked.answer(ONE, 1, new Answer(5, 7, new TreeMap<>(), new Loan(1, 0, 0)), NOW));
      assertRejected(PoolRejection.SETTLEMENT_OPEN, half.closeSettlement("X", NOW));
      PoolBook other = after(half, half.ask(TWO, new Ask.Settle("X", 3), NOW));
      PoolBook all =
          after(
              other,
              other.answer(TWO, 1, new Answer(-6, -7, new TreeMap<>(), new Loan(1, 0, 0)), NOW));
      assertEquals(1, after(all, all.closeSettlement("X", NOW)).lines().fundUnsettled());
    }

    @Test
    void whatTheFundHasLentAndIsIdleComesBack() {
      PoolBook funded = after(PoolBook.EMPTY, PoolBook.EMPTY.contribute(ONE, 1, 1_000, NOW));
      PoolBook book = after(funded, funded.lend(1_000, NOW));
      PoolBook lent = after(book, book.ask(ONE, new Ask.Lend(400), NOW));
      PoolBook recalled = after(lent, lent.recall(900, NOW));
      assertEquals(600, recalled.lines().fund());
      assertEquals(0, recalled.lines().idle());
      assertEquals(Decision.alreadyDone(), recalled.recall(300, NOW));
    }
  }
}
