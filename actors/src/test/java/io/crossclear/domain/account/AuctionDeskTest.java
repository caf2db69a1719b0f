package io.crossclear.domain.account;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Bid;
import io.crossclear.domain.signing.UserAction.Withdraw;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The account's side of pool steps, auctions and withdrawals while it trades. */
final class AuctionDeskTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long DOLLAR = 1_000_000;
  private static final AccountId ID = account(1, 1, 0);
  private static final AccountId KEEPER = account(2, 1, 0);
  private static final Marks MARKS = marks(1, 10_000, 2_000);
  private static final Marks LOW = marks(2, 9_500, 2_000);

  private static MarginAccount rich(AccountId id, long dollars) {
    MarginAccount empty = MarginAccount.empty(id);
    return empty.apply(only(empty.credit(A, 1, 0, USDC, dollars * DOLLAR, deposited(1), NOW)));
  }

  /** 1 BTC long at 10,000, booked by a step of the pool. */
  private static MarginAccount holder(long dollars) {
    MarginAccount account = rich(ID, dollars);
    return account.apply(new ClearingEvent.TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
  }

  private static PoolDesk pool(MarginAccount account) {
    return new PoolDesk(account, MARKET);
  }

  private static AuctionDesk desk(MarginAccount account) {
    return new AuctionDesk(account, MARKET);
  }

  private static MarginAccount liquidating(long dollars) {
    MarginAccount account = holder(dollars);
    return account.apply(only(desk(account).start(AuctionKind.LIQUIDATION, LOW, NOW)));
  }

  private static Decision<AccountEvent, AccountRejection> offer(MarginAccount account, long round) {
    return desk(account).reserveSlice(1, round, Slice.Kind.SOLVENT, 950_000, 1_000_000, LOW, NOW);
  }

  private static Decision<AccountEvent, AccountRejection> bid(
      MarginAccount keeper, Slice slice, long maxPay, long minPriceSeq) {
    SignedAction<Bid> signed =
        sign(
            keeper.id().owner(),
            new Bid(
                keeper.id().word(),
                AuctionDesk.auction(ID, 1),
                1_000_000,
                maxPay,
                minPriceSeq,
                5,
                SECOND + 60));
    return desk(keeper).bid(signed, VERIFIER.verify(signed), ID, 1, 1, slice, LOW, NOW);
  }

  @Nested
  class PoolSteps {
    @Test
    void areTakenOnceAndInOrder() {
      MarginAccount account = holder(2_000);
      assertEquals(
          Decision.reject(AccountRejection.EARLIER_STEP_MISSING),
          pool(account).collect(3, LOW, NOW));
      MarginAccount after = account.apply(only(pool(account).collect(2, LOW, NOW)));
      assertEquals(Decision.alreadyDone(), pool(after).collect(2, LOW, NOW));
      assertEquals(
          new Trading.Step(2, 500 * DOLLAR, 0, new java.util.TreeMap<>()), after.trading().step());
    }

    @Test
    void collectTakesFromAPositiveBalanceAndTrimsItsImport() {
      MarginAccount account = holder(2_000);
      MarginAccount after = account.apply(only(pool(account).collect(2, LOW, NOW)));
      assertEquals(1_500 * DOLLAR, after.balance(USDC));
      assertEquals(0, after.trading().unsettled());
      assertEquals(
          new Position(100_000, 9_500 * DOLLAR, 10_000 * DOLLAR),
          after.trading().positions().get(BTC_PERP));
      assertEquals(1_500 * DOLLAR, after.imported(USDC, 101));
      assertEquals(Map.of(USDC, Map.of(101L, 500 * DOLLAR)), after.trading().trimmed());
    }

    @Test
    void aLoanIsCoveredByCollateralOnly() {
      MarginAccount account = holder(100);
      MarginAccount poor = account.apply(only(pool(account).collect(2, LOW, NOW)));
      assertEquals(-400 * DOLLAR, poor.trading().unsettled());
      MarginAccount after = poor.apply(only(pool(poor).borrow(3, 400 * DOLLAR, LOW, NOW)));
      assertEquals(0, after.trading().step().units());
      assertEquals(0, after.balance(USDC));
    }

    @Test
    void interestGrowsALoanAndADepositRepaysItWithoutImport() {
      MarginAccount empty = MarginAccount.empty(ID);
      MarginAccount debtor =
          empty.apply(new ClearingEvent.Borrowed(1, new Amount(USDC, 1_000), NOW));
      Marks later = new Marks(9, NOW, 100_000_001, MARKS.instruments(), MARKS.collateral());
      List<AccountEvent> events = all(pool(debtor).accrue(later, NOW));
      MarginAccount grown = debtor.apply(events.getFirst());
      assertEquals(-1_101, grown.balance(USDC));
      assertEquals(101, grown.trading().interest());
      MarginAccount repaid =
          grown.apply(only(grown.credit(A, 1, 0, USDC, 1_500, deposited(1), NOW)));
      assertEquals(399, repaid.balance(USDC));
      assertEquals(399, repaid.imported(USDC, 101));
    }
  }

  @Nested
  class Auctions {
    @Test
    void openOnABreachOnly() {
      MarginAccount account = holder(2_000);
      assertEquals(
          Decision.reject(AccountRejection.NOTHING_TO_AUCTION),
          desk(account).start(AuctionKind.LIQUIDATION, LOW, NOW));
      assertEquals(
          Decision.reject(AccountRejection.NOTHING_TO_AUCTION),
          desk(account).start(AuctionKind.CURE, MARKS, NOW));
      MarginAccount open = liquidating(1_000);
      assertTrue(open.trading().liquidating());
      assertEquals(Decision.alreadyDone(), desk(open).start(AuctionKind.LIQUIDATION, LOW, NOW));
      assertEquals(
          Decision.reject(AccountRejection.INSUFFICIENT_MARGIN), desk(open).end(1, LOW, NOW));
      MarginAccount closed = open.apply(only(desk(open).end(1, MARKS, NOW)));
      assertTrue(closed.trading().auction().isEmpty());
      assertEquals(Decision.alreadyDone(), desk(closed).end(1, MARKS, NOW));
      assertEquals(
          Decision.reject(AccountRejection.UNKNOWN_AUCTION), desk(closed).end(2, MARKS, NOW));
    }

    @Test
    void doNotOpenForMoneyThatIsAsideForASlice() {
      Slice slice =
          new Slice(
              Slice.Kind.CURE,
              2,
              new java.util.TreeMap<>(),
              new java.util.TreeMap<>(Map.of(ETH, 30_000_000L)),
              0,
              USDC,
              0,
              500 * DOLLAR,
              600 * DOLLAR);
      SignedAction<Bid> signed =
          sign(ID.owner(), new Bid(ID.word(), "0x/1", 1_000_000, 500 * DOLLAR, 0, 5, SECOND + 60));
      MarginAccount bidder =
          holder(1_200)
              .apply(
                  new ClearingEvent.BidReserved(
                      VERIFIER.verify(signed).digest(),
                      signed,
                      "0x/1/1",
                      slice,
                      500 * DOLLAR,
                      LOW,
                      NOW));
      assertEquals(700 * DOLLAR, bidder.balance(USDC));
      assertEquals(
          Decision.reject(AccountRejection.NOTHING_TO_AUCTION),
          desk(bidder).start(AuctionKind.LIQUIDATION, LOW, NOW));
      assertEquals(
          1, all(desk(bidder).start(AuctionKind.LIQUIDATION, marks(3, 9_300, 2_000), NOW)).size());
    }

    @Test
    void aSliceMovesOnceAndSumsToWhatWasThere() {
      MarginAccount open = liquidating(1_000);
      MarginAccount offered = open.apply(only(offer(open, 1)));
      assertEquals(Decision.alreadyDone(), offer(offered, 1));
      Slice slice = offered.trading().auction().orElseThrow().slice().orElseThrow();
      MarginAccount keeper = rich(KEEPER, 10_000);
      MarginAccount bidder = keeper.apply(only(bid(keeper, slice, Long.MAX_VALUE, 0)));
      assertEquals(keeper.balance(USDC) - Math.max(0, slice.bidderPays()), bidder.balance(USDC));
      MarginAccount sold = offered.apply(only(desk(offered).takeSlice(1, 1, NOW)));
      assertEquals(Decision.alreadyDone(), desk(sold).takeSlice(1, 1, NOW));
      String key = AuctionDesk.key(ID, 1, 1);
      MarginAccount owner = bidder.apply(only(desk(bidder).commitSlice(key, LOW, NOW)));
      assertEquals(Decision.alreadyDone(), desk(owner).commitSlice(key, LOW, NOW));
      assertEquals(11_000 * DOLLAR, sold.balance(USDC) + owner.balance(USDC));
      Position left = sold.trading().positions().getOrDefault(BTC_PERP, Position.NONE);
      Position got = owner.trading().positions().getOrDefault(BTC_PERP, Position.NONE);
      assertEquals(100_000, left.lots() + got.lots());
      assertEquals(10_000 * DOLLAR, left.cost() + got.cost());
      assertEquals(0, sold.trading().unsettled() + owner.trading().unsettled());
      assertTrue(sold.apply(only(desk(sold).end(1, LOW, NOW))).trading().auction().isEmpty());
    }

    @Test
    void anOfferVanishesWithAnyOtherPosting() {
      MarginAccount open = liquidating(1_000);
      MarginAccount offered = open.apply(only(offer(open, 1)));
      MarginAccount collected = offered.apply(only(pool(offered).collect(2, LOW, NOW)));
      assertEquals(
          Decision.reject(AccountRejection.SLICE_CHANGED), desk(collected).takeSlice(1, 1, NOW));
    }

    @Test
    void bidsAreRefusedByName() {
      MarginAccount open = liquidating(1_000);
      Slice slice =
          open.apply(only(offer(open, 1))).trading().auction().orElseThrow().slice().orElseThrow();
      MarginAccount keeper = rich(KEEPER, 10_000);
      assertEquals(
          Decision.reject(AccountRejection.PAY_ABOVE_MAXIMUM),
          bid(keeper, slice, slice.pay() - 1, 0));
      assertEquals(
          Decision.reject(AccountRejection.PRICES_TOO_OLD), bid(keeper, slice, Long.MAX_VALUE, 3));
      assertEquals(
          Decision.reject(AccountRejection.INSUFFICIENT_MARGIN),
          bid(rich(KEEPER, 1), slice, Long.MAX_VALUE, 0));
      MarginAccount bidder = keeper.apply(only(bid(keeper, slice, Long.MAX_VALUE, 0)));
      assertEquals(Decision.alreadyDone(), bid(bidder, slice, Long.MAX_VALUE, 0));
      MarginAccount back =
          bidder.apply(only(desk(bidder).releaseBid(AuctionDesk.key(ID, 1, 1), NOW)));
      assertEquals(keeper.balances(), back.balances());
      assertEquals(
          Decision.reject(AccountRejection.NONCE_REUSED), bid(back, slice, Long.MAX_VALUE, 0));
    }

    @Test
    void aBidThatWasDeliveredIsUsedUp() {
      MarginAccount open = liquidating(1_000);
      Slice slice =
          open.apply(only(offer(open, 1))).trading().auction().orElseThrow().slice().orElseThrow();
      MarginAccount keeper = rich(KEEPER, 10_000);
      MarginAccount bidder = keeper.apply(only(bid(keeper, slice, Long.MAX_VALUE, 0)));
      String key = AuctionDesk.key(ID, 1, 1);
      MarginAccount owner = bidder.apply(only(desk(bidder).commitSlice(key, LOW, NOW)));
      assertEquals(
          Decision.reject(AccountRejection.NONCE_REUSED), bid(owner, slice, Long.MAX_VALUE, 0));
    }

    @Test
    void aCopyOfTheTakingIsAnsweredWhenTheAuctionIsOver() {
      MarginAccount open = liquidating(1_000);
      MarginAccount offered = open.apply(only(offer(open, 1)));
      MarginAccount sold = offered.apply(only(desk(offered).takeSlice(1, 1, NOW)));
      MarginAccount ended = sold.apply(only(desk(sold).end(1, LOW, NOW)));
      assertEquals(Decision.alreadyDone(), desk(ended).takeSlice(1, 1, NOW));
      assertEquals(
          Decision.reject(AccountRejection.UNKNOWN_AUCTION), desk(ended).takeSlice(1, 2, NOW));
    }

    @Test
    void roundsNeverComeBack() {
      MarginAccount open = liquidating(1_000);
      MarginAccount offered = open.apply(only(offer(open, 2)));
      MarginAccount collected = offered.apply(only(pool(offered).collect(2, LOW, NOW)));
      assertEquals(Decision.reject(AccountRejection.SLICE_CHANGED), offer(collected, 2));
      assertEquals(Decision.reject(AccountRejection.SLICE_CHANGED), offer(collected, 1));
      assertEquals(1, all(offer(collected, 3)).size());
    }
  }

  @Nested
  class Withdrawals {
    private Decision<AccountEvent, AccountRejection> withdraw(
        MarginAccount account, long dollars, Marks marks) {
      SignedAction<Withdraw> signed = signed(dollars);
      return account.reserve(signed, VERIFIER.verify(signed), GENESIS, marks, NOW);
    }

    private SignedAction<Withdraw> signed(long dollars) {
      return sign(
          owner(1),
          new Withdraw(ID.word(), "USDC", dollars * DOLLAR, 101, owner(77), 3, SECOND + 60));
    }

    @Test
    void leaveInitialMarginWithLossesCountedAndGainsNot() {
      MarginAccount account = holder(2_000);
      assertEquals(2, all(withdraw(account, 1_000, MARKS)).size());
      assertEquals(
          Decision.reject(AccountRejection.INSUFFICIENT_MARGIN), withdraw(account, 1_001, MARKS));
      Marks high = marks(2, 11_000, 2_000);
      assertEquals(
          Decision.reject(AccountRejection.INSUFFICIENT_MARGIN), withdraw(account, 901, high));
      assertEquals(2, all(withdraw(account, 900, high)).size());
      assertEquals(
          Decision.reject(AccountRejection.INSUFFICIENT_MARGIN), withdraw(account, 551, LOW));
      assertEquals(2, all(withdraw(account, 550, LOW)).size());
    }

    @Test
    void needPricesAndAnAccountThatIsNotLiquidated() {
      SignedAction<Withdraw> signed = signed(10);
      MarginAccount account = holder(2_000);
      assertEquals(
          Decision.reject(AccountRejection.PRICES_MISSING),
          account.reserve(signed, VERIFIER.verify(signed), GENESIS, NOW));
      assertEquals(
          Decision.reject(AccountRejection.LIQUIDATING), withdraw(liquidating(1_000), 10, MARKS));
      MarginAccount flat = rich(ID, 50);
      assertEquals(1, all(flat.reserve(signed, VERIFIER.verify(signed), GENESIS, NOW)).size());
    }

    @Test
    void areReExecutedFromTheirEvents() {
      MarginAccount account = holder(2_000);
      List<AccountEvent> events = all(withdraw(account, 1_000, MARKS));
      SignedAction<Withdraw> signed = signed(1_000);
      MarginAccount checked = account.apply(events.getFirst());
      assertEquals(
          Decision.accept(events.getLast()),
          checked.reserve(signed, VERIFIER.verify(signed), GENESIS, NOW));
      MarginAccount moved = checked.apply(only(pool(checked).cover(2, LossLayer.FUND, 5, NOW)));
      assertEquals(
          Decision.reject(AccountRejection.PRICES_MISSING),
          moved.reserve(signed, VERIFIER.verify(signed), GENESIS, NOW));
    }
  }
}
