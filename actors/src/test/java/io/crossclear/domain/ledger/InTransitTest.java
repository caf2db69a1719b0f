package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.StepAnswered;
import io.crossclear.domain.ledger.PoolEvent.StepAsked;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Money, claims and lots between the asking of a step, its posting by the account and its booking
 * by the pool. The second way: no step changes what account, pool and transit have together, the
 * money that a clearing account gives or takes included, at any of the three moments.
 */
final class InTransitTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final AccountId ID = account(1, 1, 0);

  /** Everything there is, in one place. */
  private record Whole(
      long money, long ether, long unsettled, long lots, long costs, long clearing) {}

  private static final PoolLines LINES =
      new PoolLines(100, 50, 70, 40, 60, 30, 30, 10, 20, 80, 90, new TreeMap<>(Map.of(ETH, 5L)));

  private static PoolBook book() {
    PoolBook empty = PoolBook.EMPTY;
    return new PoolBook(
            LINES,
            empty.loans(),
            empty.numbers(),
            empty.open(),
            empty.contributions(),
            empty.batches(),
            empty.settlements(),
            empty.funding(),
            Optional.empty(),
            0,
            0,
            0)
        .apply(new PoolEvent.SettlementOpened(BTC_PERP, 1, NOW));
  }

  private static MarginAccount holder() {
    return MarginAccount.empty(ID)
        .apply(new ClearingEvent.TornUp(0, BTC_PERP, 10, 300, NOW))
        .apply(new ClearingEvent.LossCovered(0, LossLayer.FUND, new Amount(USDC, 1_000), NOW))
        .apply(new ClearingEvent.AwardedInKind(0, new Amount(ETH, 50), NOW))
        .apply(new ClearingEvent.OwedCovered(0, LossLayer.FUND, 7, NOW));
  }

  private static Books books(PoolBook book, MarginAccount account) {
    return new Books(
        new TreeMap<>(Map.of(ID, account)),
        new TreeMap<>(Map.of(1, new Books.Pool(book, USDC))),
        List.of(),
        new TreeMap<>(),
        Postings.NONE);
  }

  private static Whole whole(PoolBook book, MarginAccount account) {
    InTransit transit = InTransit.of(books(book, account), 1);
    PoolLines lines = book.lines();
    PoolBook.Settlement line = Optional.ofNullable(book.settlements().get(BTC_PERP)).orElseThrow();
    long lots =
        account.trading().positions().values().stream().mapToLong(p -> p.lots()).sum()
            + line.lots()
            + transit.lots().values().stream().mapToLong(Long::longValue).sum();
    long costs =
        account.trading().positions().values().stream().mapToLong(p -> p.cost()).sum()
            + line.cost()
            + transit.costs();
    long clearing = lines.clearing() + transit.clearing();
    return new Whole(
        account.balance(USDC)
            + lines.fund()
            + lines.fee()
            + lines.lending()
            + lines.recovered()
            + clearing
            + transit.units().getOrDefault(USDC, 0L),
        account.balance(ETH)
            + lines.collateral().getOrDefault(ETH, 0L)
            + transit.units().getOrDefault(ETH, 0L),
        account.trading().unsettled()
            + lines.feeUnsettled()
            + lines.fundUnsettled()
            + lines.defaulted()
            + transit.unsettled(),
        lots,
        costs,
        clearing);
  }

  /** clearing = Σ unsettled − Σ cost, up to what it was before. */
  private static long identity(Whole whole) {
    return whole.clearing() - whole.unsettled() + whole.costs();
  }

  private static void conserves(Ask ask, PoolStep event) {
    PoolBook book = book();
    MarginAccount account = holder();
    Whole before = whole(book, account);
    assertTrue(InTransit.of(books(book, account), 1).nothing());
    PoolBook asked = book.apply(new StepAsked(ID, 1, ask, NOW));
    MarginAccount posted = account.apply(event);
    Loan loan = new Loan(-1, 0, 0);
    PoolBook booked =
        asked.apply(
            new StepAnswered(
                ID, 1, new Answer(event.units(), event.lots(), event.collateral(), loan), NOW));
    for (Whole at : List.of(whole(asked, account), whole(asked, posted), whole(booked, posted))) {
      assertEquals(before.money(), at.money(), ask + " money");
      assertEquals(before.ether(), at.ether(), ask + " collateral");
      assertEquals(before.lots(), at.lots(), ask + " lots");
      assertEquals(identity(before), identity(at), ask + " identity");
    }
    assertTrue(InTransit.of(books(booked, posted), 1).nothing(), ask + " rest");
  }

  private static Amount cash(long units) {
    return new Amount(USDC, units);
  }

  @Nested
  class AStep {
    @Test
    void conservesMoneyThatIsCollectedReleasedOrLent() {
      conserves(
          new Ask.Collect(),
          new ClearingEvent.VariationCollected(1, 1, new TreeMap<>(), cash(9), NOW));
      conserves(new Ask.Release(9), new ClearingEvent.VariationReleased(1, cash(6), NOW));
      conserves(new Ask.Release(9), new ClearingEvent.VariationReleased(1, cash(9), NOW));
      conserves(new Ask.Lend(9), new ClearingEvent.Borrowed(1, cash(6), NOW));
    }

    @Test
    void conservesEveryLayerOfALoss() {
      for (LossLayer layer : List.of(LossLayer.FUND, LossLayer.GAINS_FOR_DEBT, LossLayer.LENDERS)) {
        conserves(new Ask.Cover(layer, 9), new ClearingEvent.LossCovered(1, layer, cash(9), NOW));
      }
      // a claim becomes money that the clearing account gives
      conserves(
          new Ask.Cover(LossLayer.FUND_CLAIMS, 9),
          new ClearingEvent.LossCovered(1, LossLayer.FUND_CLAIMS, cash(9), NOW));
      for (LossLayer layer : List.of(LossLayer.FUND_CLAIMS, LossLayer.GAINS)) {
        conserves(new Ask.CoverOwed(layer, 9), new ClearingEvent.OwedCovered(1, layer, 9, NOW));
      }
      conserves(new Ask.Levy(9), new ClearingEvent.Levied(1, 1, new TreeMap<>(), 6, NOW));
      conserves(new Ask.LevyForDebt(9), new ClearingEvent.Levied(1, 1, new TreeMap<>(), 6, NOW));
    }

    @Test
    void conservesCollateralAndWhatIsLeft() {
      TreeMap<Asset, Long> ether = new TreeMap<>(Map.of(ETH, 4L));
      conserves(new Ask.Forfeit(9, ether), new ClearingEvent.Forfeited(1, 6, ether, NOW));
      conserves(
          new Ask.Award(new Amount(ETH, 5)),
          new ClearingEvent.AwardedInKind(1, new Amount(ETH, 5), NOW));
      for (Ask.Line line : Ask.Line.values()) {
        conserves(new Ask.Pay(line, 9), new ClearingEvent.AwardedInKind(1, cash(9), NOW));
      }
    }

    @Test
    void conservesLotsThatAreSettledAway() {
      conserves(
          new Ask.Settle(BTC_PERP, 1),
          new ClearingEvent.FinalSettled(1, BTC_PERP, 1, 10, 288, NOW));
    }
  }

  /** The lenders have given it up, and its debtor still owes it. */
  @Test
  void countsAWriteDownUntilItsAccountHasPostedIt() {
    PoolBook asked = book().apply(new StepAsked(ID, 1, new Ask.Cover(LossLayer.LENDERS, 9), NOW));
    assertEquals(9, InTransit.of(books(asked, holder()), 1).writtenDown());
    PoolBook fund = book().apply(new StepAsked(ID, 1, new Ask.Cover(LossLayer.FUND, 9), NOW));
    assertEquals(0, InTransit.of(books(fund, holder()), 1).writtenDown());
    MarginAccount posted =
        holder().apply(new ClearingEvent.LossCovered(1, LossLayer.LENDERS, cash(9), NOW));
    assertEquals(0, InTransit.of(books(asked, posted), 1).writtenDown());
  }

  @Test
  void isSomethingWithAnyOfItsParts() {
    TreeMap<Asset, Long> money = new TreeMap<>(Map.of(USDC, 1L));
    TreeMap<String, Long> lots = new TreeMap<>(Map.of(BTC_PERP, 1L));
    TreeMap<Asset, Long> none = new TreeMap<>();
    TreeMap<String, Long> flat = new TreeMap<>();
    assertTrue(new InTransit(none, 0, flat, 0, 0, 0).nothing());
    assertFalse(new InTransit(money, 0, flat, 0, 0, 0).nothing());
    assertFalse(new InTransit(none, 1, flat, 0, 0, 0).nothing());
    assertFalse(new InTransit(none, 0, lots, 0, 0, 0).nothing());
    assertFalse(new InTransit(none, 0, flat, 1, 0, 0).nothing());
    assertFalse(new InTransit(none, 0, flat, 0, 1, 0).nothing());
    assertFalse(new InTransit(none, 0, flat, 0, 0, 1).nothing());
  }

  @Test
  void isOfOnePoolOnly() {
    AccountId far = account(1, 2, 0);
    Books books =
        new Books(
            new TreeMap<>(Map.of(ID, holder(), far, MarginAccount.empty(far))),
            new TreeMap<>(Map.of(1, new Books.Pool(book(), USDC))),
            List.of(),
            new TreeMap<>(),
            Postings.NONE);
    assertEquals(List.of(holder()), books.accountsOf(1));
    assertTrue(books.lends(ID, USDC));
    assertFalse(books.lends(ID, ETH));
    assertFalse(books.lends(far, USDC));
  }
}
