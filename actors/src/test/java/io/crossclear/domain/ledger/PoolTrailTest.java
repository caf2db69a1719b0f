package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.ClearingEvent.InterestAccrued;
import io.crossclear.domain.account.ClearingEvent.LossCovered;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ClearingEvent.VariationReleased;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.FundContributed;
import io.crossclear.domain.ledger.PoolEvent.FundLent;
import io.crossclear.domain.ledger.PoolEvent.InterestIndexed;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.SettlementOpened;
import io.crossclear.domain.ledger.PoolEvent.StepAnswered;
import io.crossclear.domain.ledger.PoolEvent.StepAsked;
import io.crossclear.domain.ledger.PoolEvent.WaterfallClosed;
import io.crossclear.domain.ledger.PoolEvent.WaterfallOpened;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.variation.CycleEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A pool's journal believes a step of an account only when it asked for exactly this. */
final class PoolTrailTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DOLLAR = 1_000_000;
  private static final AccountId ID = account(1, 1, 0);
  private static final AccountId OTHER = account(2, 1, 0);
  private static final Marks CYCLE = marks(5, 9_500, 2_000);
  private static final Marks LOSS = marks(6, 9_000, 2_000);

  private final PoolTrail trail = new PoolTrail(MARKET);

  /** 1 BTC long, bought at 10,000 in a first step, and 2,000 of cash. */
  private static MarginAccount holder() {
    MarginAccount empty = MarginAccount.empty(ID);
    return empty
        .apply(only(empty.credit(A, 1, 0, USDC, 2_000 * DOLLAR, deposited(1), NOW)))
        .apply(new TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
  }

  private static PoolDesk desk(MarginAccount account) {
    return new PoolDesk(account, MARKET);
  }

  private void read(PoolFact... facts) {
    List.of(facts).forEach(trail::read);
  }

  /** The pool's first step is what the holder already posted. */
  private void asks(Ask ask) {
    read(
        new StepAsked(ID, 1, new Ask.TearUp(BTC_PERP, 100_000, 10_000 * E8), NOW),
        new StepAnswered(ID, 1, new Answer(0, 0, new TreeMap<>(), new Loan(1, 0, 0)), NOW),
        new StepAsked(ID, 2, ask, NOW));
  }

  private static PoolStep step(Decision<AccountEvent, AccountRejection> decision) {
    return (PoolStep) all(decision).getLast();
  }

  private void funded() {
    read(
        new FundContributed(OTHER, 1, 1_000 * DOLLAR, NOW),
        new FundLent(500 * DOLLAR, 500 * DOLLAR, NOW));
  }

  @Test
  void knowsWhichStepsWereAskedUntilItForgetsThem() {
    assertFalse(trail.asked(ID, 1));
    trail.forget(ID, 9);
    asks(new Ask.Collect());
    assertTrue(trail.asked(ID, 1));
    assertTrue(trail.asked(ID, 2));
    assertFalse(trail.asked(ID, 3));
    assertFalse(trail.asked(OTHER, 1));
    trail.forget(ID, 1);
    assertFalse(trail.asked(ID, 1));
    assertTrue(trail.asked(ID, 2));
    trail.forget(ID, 2);
    assertFalse(trail.asked(ID, 2));
    trail.forget(ID, 2);
  }

  @Test
  void knowsWhatTheInterestIndexEverWas() {
    read(new InterestIndexed(7, NOW));
    assertTrue(trail.indexed(7));
    assertFalse(trail.indexed(8));
  }

  @Nested
  class Disbelieves {
    @Test
    void anAskBeyondThePoolsLimits() {
      read(new StepAsked(ID, 1, new Ask.Release(1), NOW));
      assertFalse(trail.asked(ID, 1));
    }

    @Test
    void anAskWithAnotherNumber() {
      read(new StepAsked(ID, 2, new Ask.Collect(), NOW));
      assertFalse(trail.asked(ID, 2));
    }

    @Test
    void anAskWhileTheLastOneIsOpen() {
      read(
          new StepAsked(ID, 1, new Ask.Collect(), NOW),
          new StepAsked(ID, 2, new Ask.Collect(), NOW));
      assertTrue(trail.asked(ID, 1));
      assertFalse(trail.asked(ID, 2));
    }

    @Test
    void aSettlementAtAnotherPriceThanItsOwn() {
      read(
          new SettlementOpened(BTC_PERP, 3, NOW),
          new StepAsked(ID, 1, new Ask.Settle(BTC_PERP, 4), NOW),
          new StepAsked(OTHER, 1, new Ask.Settle(BTC_PERP, 3), NOW));
      assertFalse(trail.asked(ID, 1));
      assertTrue(trail.asked(OTHER, 1));
    }

    @Test
    void aStepThatNobodyAskedFor() {
      assertFalse(trail.cameTo(holder(), step(desk(holder()).cover(2, LossLayer.FUND, 5, NOW))));
    }

    @Test
    void anotherStepThanTheOneThatWasAsked() {
      funded();
      asks(new Ask.Cover(LossLayer.FUND, 5));
      PoolDesk desk = desk(holder());
      assertTrue(trail.cameTo(holder(), step(desk.cover(2, LossLayer.FUND, 5, NOW))));
      assertFalse(trail.cameTo(holder(), step(desk.cover(2, LossLayer.FUND, 6, NOW))));
      assertFalse(trail.cameTo(holder(), step(desk.cover(2, LossLayer.LENDERS, 5, NOW))));
      assertFalse(trail.cameTo(holder(), step(desk.award(2, new Amount(USDC, 5), NOW))));
      assertFalse(
          trail.cameTo(holder(), new LossCovered(2, LossLayer.FUND, new Amount(ETH, 5), NOW)));
    }
  }

  @Nested
  class Collects {
    @Test
    void atThePricesOfTheCycleOrOfTheWaterfallAndNoOthers() {
      read(
          new CycleEvent.Started(1, CYCLE, List.of(ID), NOW),
          new WaterfallOpened(OTHER, NOW),
          new WaterfallEvent.Begun(OTHER, 1, LOSS, NOW));
      asks(new Ask.Collect());
      PoolDesk desk = desk(holder());
      assertTrue(trail.cameTo(holder(), step(desk.collect(2, CYCLE, NOW))));
      assertTrue(trail.cameTo(holder(), step(desk.collect(2, LOSS, NOW))));
      assertFalse(trail.cameTo(holder(), step(desk.collect(2, marks(7, 9_900, 2_000), NOW))));
    }

    @Test
    void atThePricesOfNoWaterfallThatIsOver() {
      read(
          new CycleEvent.Started(1, CYCLE, List.of(ID), NOW),
          new CycleEvent.Collected(OTHER, 0, NOW),
          new WaterfallOpened(OTHER, NOW),
          new WaterfallEvent.Begun(OTHER, 1, LOSS, NOW),
          new WaterfallClosed(OTHER, NOW),
          new WaterfallEvent.Finished(NOW));
      asks(new Ask.Collect());
      assertTrue(trail.cameTo(holder(), step(desk(holder()).collect(2, CYCLE, NOW))));
      assertFalse(trail.cameTo(holder(), step(desk(holder()).collect(2, LOSS, NOW))));
    }
  }

  @Nested
  class ComesTo {
    private void same(Ask ask, Decision<AccountEvent, AccountRejection> right) {
      asks(ask);
      assertTrue(trail.cameTo(holder(), step(right)), ask.toString());
    }

    private final PoolDesk desk = desk(holder());

    @Test
    void aLoanAtTheCyclesPrices() {
      funded();
      read(new CycleEvent.Started(1, CYCLE, List.of(ID), NOW));
      same(new Ask.Lend(40), desk.borrow(2, 40, CYCLE, NOW));
    }

    @Test
    void aClaim() {
      read(new SettlementOpened("X", 1, NOW), new PoolEvent.SettlementClosed("X", 9, NOW));
      same(
          new Ask.CoverOwed(LossLayer.FUND_CLAIMS, 9),
          desk.coverOwed(2, LossLayer.FUND_CLAIMS, 9, NOW));
    }

    @Test
    void aTearUpOfAsMuchAsThereIs() {
      same(
          new Ask.TearUp(BTC_PERP, -200_000, 9_000 * E8),
          desk.tearUp(2, BTC_PERP, -200_000, 9_000 * E8, NOW));
      assertFalse(trail.cameTo(holder(), step(desk.tearUp(2, BTC_PERP, -99_999, 9_000 * E8, NOW))));
    }

    @Test
    void aLevyAtTheWaterfallsPrices() {
      Marks high = marks(6, 12_000, 2_000);
      read(new WaterfallOpened(OTHER, NOW), new WaterfallEvent.Begun(OTHER, 1, high, NOW));
      same(new Ask.Levy(70), desk.levy(2, 70, high, NOW));
      assertFalse(trail.cameTo(holder(), step(desk.levy(2, 70, LOSS, NOW))));
      assertFalse(trail.cameTo(holder(), step(desk.levy(2, 69, high, NOW))));
    }

    @Test
    void aForfeit() {
      same(
          new Ask.Forfeit(4, new TreeMap<>(Map.of(ETH, 3L))),
          desk.forfeit(2, 4, new TreeMap<>(Map.of(ETH, 3L)), NOW));
    }

    @Test
    void aPaymentOfThePoolItself() {
      funded();
      same(new Ask.Pay(Ask.Line.FUND, 8), desk.award(2, new Amount(USDC, 8), NOW));
      assertFalse(trail.cameTo(holder(), step(desk.award(2, new Amount(ETH, 8), NOW))));
    }

    @Test
    void aFinalPrice() {
      read(new SettlementOpened(BTC_PERP, 9_000 * E8, NOW));
      same(new Ask.Settle(BTC_PERP, 9_000 * E8), desk.settle(2, BTC_PERP, 9_000 * E8, NOW));
      assertFalse(trail.cameTo(holder(), step(desk.settle(2, BTC_PERP, 9_000 * E8 + 1, NOW))));
    }

    /** Interest is a step of its own before; none of it hides in the release. */
    @Test
    void aReleaseAfterInterest() {
      read(
          new StepAsked(OTHER, 1, new Ask.Collect(), NOW),
          new StepAnswered(OTHER, 1, new Answer(50, 0, new TreeMap<>(), new Loan(1, 0, 0)), NOW));
      asks(new Ask.Release(50));
      MarginAccount winner = holder().apply(new InterestAccrued(7, new Amount(USDC, 0), NOW));
      assertTrue(trail.cameTo(winner, new VariationReleased(2, new Amount(USDC, 0), NOW)));
      assertFalse(trail.cameTo(winner, new VariationReleased(2, new Amount(USDC, 1), NOW)));
    }
  }

  @Test
  void answersForUnsoldCollateral() {
    read(
        new StepAsked(OTHER, 1, new Ask.Forfeit(0, new TreeMap<>()), NOW),
        new StepAnswered(
            OTHER, 1, new Answer(0, 0, new TreeMap<>(Map.of(ETH, 6L)), new Loan(1, 0, 0)), NOW));
    asks(new Ask.Award(new Amount(ETH, 6)));
    assertTrue(trail.cameTo(holder(), step(desk(holder()).award(2, new Amount(ETH, 6), NOW))));
    assertEquals(true, trail.asked(ID, 2));
  }
}
