package io.crossclear.domain.account;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
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
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent.Credited;
import io.crossclear.domain.account.AccountEvent.WithdrawalPosted;
import io.crossclear.domain.account.ClearingEvent.AuctionEnded;
import io.crossclear.domain.account.ClearingEvent.AuctionStarted;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.InterestAccrued;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.MarginChecked;
import io.crossclear.domain.account.ClearingEvent.OwedCovered;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ClearingEvent.VariationReleased;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Bid;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.domain.signing.UserAction.Transfer;
import io.crossclear.domain.signing.UserAction.Withdraw;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Steps of the pool, auctions and money at the edges of an account that trades. */
final class DeskEdgesTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long DOLLAR = 1_000_000;
  private static final AccountId ID = account(1, 1, 0);
  private static final AccountId KEEPER = account(2, 1, 0);
  private static final Marks MARKS = marks(1, 10_000, 2_000);
  private static final Marks LOW = marks(2, 9_500, 2_000);
  private static final Marks NONE = new Marks(3, 3, 0, new TreeMap<>(), new TreeMap<>());
  private static final Decision<AccountEvent, AccountRejection> DONE = Decision.alreadyDone();

  private static Marks indexed(Marks marks, long index) {
    return new Marks(marks.seq(), marks.time(), index, marks.instruments(), marks.collateral());
  }

  private static MarginAccount rich(AccountId id, long dollars) {
    MarginAccount empty = MarginAccount.empty(id);
    return empty.apply(only(empty.credit(A, 1, 0, USDC, dollars * DOLLAR, deposited(1), NOW)));
  }

  private static MarginAccount holder(long dollars) {
    return rich(ID, dollars).apply(new TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
  }

  private static MarginAccount liquidating(long dollars) {
    MarginAccount account = holder(dollars);
    return account.apply(only(desk(account).start(AuctionKind.LIQUIDATION, LOW, NOW)));
  }

  private static PoolDesk pool(MarginAccount account) {
    return new PoolDesk(account, MARKET);
  }

  private static AuctionDesk desk(MarginAccount account) {
    return new AuctionDesk(account, MARKET);
  }

  private static void refused(
      AccountRejection reason, Decision<AccountEvent, AccountRejection> decision) {
    assertEquals(Decision.reject(reason), decision);
  }

  private static MarginAccount after(
      MarginAccount account, Decision<AccountEvent, AccountRejection> decision) {
    return PoolDesk.after(account, all(decision));
  }

  /** A loan of 1,000 whose owner has passed it on. */
  private static MarginAccount debtor() {
    return MarginAccount.empty(ID)
        .apply(new Borrowed(1, new Amount(USDC, 1_000), NOW))
        .apply(new OwedCovered(2, LossLayer.FUND, -1_000, NOW));
  }

  @Nested
  class ALoan {
    /** ETH of 2,000 at a haircut of 20 % covers 1,600; 100 of cash are nearer. */
    @Test
    void isTheLeastOfTheGrantTheDebtAndTheCover() {
      MarginAccount owing =
          rich(ID, 100).apply(new OwedCovered(1, LossLayer.FUND, -5_000 * DOLLAR, NOW));
      MarginAccount covered = owing.apply(only(owing.credit(A, 2, 1, ETH, E8, deposited(2), NOW)));
      assertEquals(1_700 * DOLLAR, borrowed(covered, 9_000 * DOLLAR));
      assertEquals(70, borrowed(covered, 70));
      MarginAccount less = covered.apply(new OwedCovered(2, LossLayer.FUND, 4_990 * DOLLAR, NOW));
      assertEquals(10 * DOLLAR, borrowed(less, 9_000 * DOLLAR));
      MarginAccount winner = less.apply(new OwedCovered(3, LossLayer.FUND, 20 * DOLLAR, NOW));
      assertEquals(0, borrowed(winner, 9_000 * DOLLAR));
      assertEquals(100 * DOLLAR, borrowedAt(owing, NONE, 9_000 * DOLLAR));
    }

    private long borrowed(MarginAccount account, long granted) {
      return borrowedAt(account, MARKS, granted);
    }

    private long borrowedAt(MarginAccount account, Marks marks, long granted) {
      long step = account.trading().step().number() + 1;
      return after(account, pool(account).borrow(step, granted, marks, NOW))
          .trading()
          .step()
          .units();
    }

    /** Without a debt no interest is due, but the loan that begins now pays from now on. */
    @Test
    void beginsAtTheIndexOfItsPrices() {
      MarginAccount owing = rich(ID, 10).apply(new OwedCovered(1, LossLayer.FUND, -5, NOW));
      List<AccountEvent> events = all(pool(owing).borrow(2, 5, indexed(MARKS, 70), NOW));
      assertEquals(
          List.of(
              new InterestAccrued(70, new Amount(USDC, 0), NOW),
              new Borrowed(2, new Amount(USDC, 5), NOW)),
          events);
      assertEquals(1, all(pool(owing).borrow(2, 5, MARKS, NOW)).size());
      // with a debt there is interest, once: ⌈1,000 · 70 / 10^9⌉ = 1
      List<AccountEvent> charged = all(pool(debtor()).borrow(3, 0, indexed(MARKS, 70), NOW));
      assertEquals(
          List.of(
              new InterestAccrued(70, new Amount(USDC, 1), NOW),
              new Borrowed(3, new Amount(USDC, 0), NOW)),
          charged);
    }

    @Test
    void paysNothingTwiceForTheSameIndex() {
      MarginAccount charged = after(debtor(), pool(debtor()).accrue(indexed(MARKS, 70), NOW));
      assertEquals(DONE, pool(charged).accrue(indexed(MARKS, 70), NOW));
      assertEquals(DONE, pool(charged).accrue(indexed(MARKS, 69), NOW));
      assertEquals(DONE, pool(rich(ID, 1)).accrue(indexed(MARKS, 70), NOW));
    }

    @Test
    void isChargedBeforeADecisionThatChangesSomethingAndNotOtherwise() {
      Marks later = indexed(MARKS, 70);
      List<AccountEvent> events =
          all(pool(debtor()).charged(later, NOW, a -> pool(a).cover(3, LossLayer.FUND, 5, NOW)));
      assertEquals(new InterestAccrued(70, new Amount(USDC, 1), NOW), events.getFirst());
      assertEquals(2, events.size());
      assertEquals(
          DONE, pool(debtor()).charged(later, NOW, a -> pool(a).cover(2, LossLayer.FUND, 5, NOW)));
      refused(
          AccountRejection.EARLIER_STEP_MISSING,
          pool(debtor()).charged(later, NOW, a -> pool(a).cover(4, LossLayer.FUND, 5, NOW)));
    }
  }

  @Nested
  class AStep {
    @Test
    void collectsOnlyFromAPositiveBalanceAndAtMostWhatIsOwed() {
      // 500 of loss at 9,500
      assertEquals(500 * DOLLAR, collected(holder(2_000), LOW));
      assertEquals(300 * DOLLAR, collected(holder(300), LOW));
      assertEquals(0, collected(holder(2_000), marks(2, 10_001, 2_000)));
      assertEquals(0, collected(debtor(), MARKS));
      // what has no price stays as it is
      assertEquals(0, collected(holder(2_000), NONE));
    }

    private long collected(MarginAccount account, Marks marks) {
      long step = account.trading().step().number() + 1;
      return after(account, pool(account).collect(step, marks, NOW)).trading().step().units();
    }

    @Test
    void releasesAtMostTheGain() {
      MarginAccount winner = rich(ID, 1).apply(new OwedCovered(1, LossLayer.FUND, 9, NOW));
      assertEquals(
          new VariationReleased(2, new Amount(USDC, 9), NOW),
          only(pool(winner).release(2, 10, MARKS, NOW)));
      assertEquals(
          new VariationReleased(2, new Amount(USDC, 8), NOW),
          only(pool(winner).release(2, 8, MARKS, NOW)));
      MarginAccount loser = winner.apply(new OwedCovered(2, LossLayer.FUND, -19, NOW));
      assertEquals(
          new VariationReleased(3, new Amount(USDC, 0), NOW),
          only(pool(loser).release(3, 8, MARKS, NOW)));
    }

    @Test
    void tearsUpOnlyWhatIsOnTheOtherSide() {
      long star = 10_000 * E8;
      assertEquals(
          new TornUp(2, BTC_PERP, -7, -700_000, NOW),
          only(pool(holder(1)).tearUp(2, BTC_PERP, -7, star, NOW)));
      assertEquals(
          new TornUp(2, BTC_PERP, -100_000, -10_000 * DOLLAR, NOW),
          only(pool(holder(1)).tearUp(2, BTC_PERP, -100_001, star, NOW)));
      assertEquals(
          new TornUp(2, BTC_PERP, 0, 0, NOW),
          only(pool(holder(1)).tearUp(2, BTC_PERP, 7, star, NOW)));
      assertEquals(
          new TornUp(1, BTC_PERP, 0, 0, NOW),
          only(pool(rich(ID, 1)).tearUp(1, BTC_PERP, 7, star, NOW)));
      MarginAccount shorter = rich(ID, 1).apply(new TornUp(1, BTC_PERP, -5, -500_000, NOW));
      assertEquals(
          new TornUp(2, BTC_PERP, 5, 500_000, NOW),
          only(pool(shorter).tearUp(2, BTC_PERP, 7, star, NOW)));
    }

    @Test
    void leviesAtMostTheGainOfWhatHasAPrice() {
      MarginAccount winner = holder(1).apply(new OwedCovered(2, LossLayer.FUND, 9, NOW));
      assertEquals(9 + 1_000 * DOLLAR, PoolDesk.gainUp(winner, marks(2, 11_000, 2_000), MARKET));
      assertEquals(9, PoolDesk.gainUp(winner, NONE, MARKET));
      assertEquals(0, PoolDesk.gainUp(winner, LOW, MARKET));
      var levied = (ClearingEvent.Levied) only(pool(winner).levy(3, 8, NONE, NOW));
      assertEquals(8, levied.units());
      assertEquals(Map.of(), levied.values());
    }

    @Test
    void forfeitsOnlyWhatIsThere() {
      MarginAccount owner = rich(ID, 1).apply(new OwedCovered(1, LossLayer.FUND, 9, NOW));
      MarginAccount both = owner.apply(only(owner.credit(A, 2, 1, ETH, 5, deposited(2), NOW)));
      TreeMap<io.crossclear.domain.money.Asset, Long> asked = new TreeMap<>(Map.of(ETH, 7L));
      var all = (ClearingEvent.Forfeited) only(pool(both).forfeit(2, 10, asked, NOW));
      assertEquals(9, all.units());
      assertEquals(Map.of(ETH, 5L), all.collateral());
      var none = (ClearingEvent.Forfeited) only(pool(debtor()).forfeit(3, 10, asked, NOW));
      assertEquals(0, none.units());
      assertEquals(Map.of(), none.collateral());
    }

    /** A copy of an answered request is answered also while something new is on its way. */
    @Test
    void settlesNothingWhileALegMayStillArrive() {
      MarginAccount account = holder(5_000);
      MarginAccount leg = account.apply(legs(account));
      refused(AccountRejection.NOT_FLAT, pool(leg).settle(2, BTC_PERP, 1, NOW));
      assertEquals(DONE, pool(leg).settle(1, BTC_PERP, 1, NOW));
      only(pool(leg).settle(2, io.crossclear.testing.TestMarket.ETH_PERP, 1, NOW));
      var settled =
          (ClearingEvent.FinalSettled) only(pool(account).settle(2, BTC_PERP, 99_999_999, NOW));
      assertEquals(100_000, settled.lots());
      assertEquals(999_999, settled.value());
    }

    @Test
    void whoseSumDoesNotFitIsRefused() {
      MarginAccount full =
          rich(ID, 1).apply(new OwedCovered(1, LossLayer.FUND, Long.MAX_VALUE, NOW));
      refused(AccountRejection.OVERFLOW, pool(full).coverOwed(2, LossLayer.FUND, 1, NOW));
    }
  }

  private static LegsReserved legs(MarginAccount account) {
    SignedAction<Order> order = order();
    return (LegsReserved)
        only(
            new OrderDesk(account, MARKET)
                .reserve(
                    word(4),
                    owner(9),
                    4,
                    SECOND + 60,
                    List.of(
                        new OrderDesk.Request(3, order, VERIFIER.verify(order), 5, 10_000 * E8)),
                    MARKS,
                    NOW));
  }

  private static SignedAction<Order> order() {
    return sign(
        owner(1),
        new Order(
            ID.word(),
            Address.ZERO,
            BTC_PERP,
            true,
            5,
            10_000 * E8,
            1_000_000,
            false,
            8,
            SECOND + 600));
  }

  @Nested
  class AnAuction {
    @Test
    void opensOnceForItsKindAndALiquidationInPlaceOfACure() {
      MarginAccount owing = holder(1_000).apply(new OwedCovered(2, LossLayer.FUND, -1, NOW));
      MarginAccount curing = after(owing, desk(owing).start(AuctionKind.CURE, MARKS, NOW));
      assertEquals(DONE, desk(curing).start(AuctionKind.CURE, MARKS, NOW));
      refused(
          AccountRejection.NOTHING_TO_AUCTION,
          desk(curing).start(AuctionKind.LIQUIDATION, MARKS, NOW));
      MarginAccount worse = after(curing, desk(curing).start(AuctionKind.LIQUIDATION, LOW, NOW));
      assertTrue(worse.trading().liquidating());
      assertEquals(DONE, desk(worse).start(AuctionKind.CURE, LOW, NOW));
      assertEquals(DONE, desk(worse).start(AuctionKind.LIQUIDATION, LOW, NOW));
      assertEquals(1, all(desk(debtor()).start(AuctionKind.CURE, MARKS, NOW)).size());
    }

    @Test
    void waitsForPricesAndForSumsThatFit() {
      refused(
          AccountRejection.PRICES_MISSING,
          desk(holder(1)).start(AuctionKind.LIQUIDATION, NONE, NOW));
      MarginAccount full = holder(1).apply(new OwedCovered(2, LossLayer.FUND, Long.MAX_VALUE, NOW));
      refused(
          AccountRejection.OVERFLOW,
          desk(full).start(AuctionKind.LIQUIDATION, marks(2, 11_000, 1), NOW));
    }

    /** A cure ends whatever the margin is; a liquidation at the maintenance margin itself. */
    @Test
    void endsAtItsOwnCondition() {
      MarginAccount owing = holder(1_000).apply(new OwedCovered(2, LossLayer.FUND, -1, NOW));
      MarginAccount curing = after(owing, desk(owing).start(AuctionKind.CURE, MARKS, NOW));
      assertEquals(new AuctionEnded(1, LOW, NOW), only(desk(curing).end(1, LOW, NOW)));
      // 1,000 + (b − 10,000) = 6.5 % of b at 9,625.668…
      refused(
          AccountRejection.INSUFFICIENT_MARGIN,
          desk(liquidating(1_000)).end(1, marks(3, 9_625, 2_000), NOW));
      only(desk(liquidating(1_000)).end(1, marks(3, 9_626, 2_000), NOW));
    }

    /** Without positions nothing is required, and an equity below 0 is still no good end. */
    @Test
    void endsForNobodyWhoOwesMoreThanHeHas() {
      MarginAccount flat =
          liquidating(1_000).apply(new TornUp(2, BTC_PERP, -100_000, -8_999 * DOLLAR, NOW));
      assertEquals(-1_001 * DOLLAR, flat.trading().unsettled());
      refused(AccountRejection.INSUFFICIENT_MARGIN, desk(flat).end(1, LOW, NOW));
      only(desk(flat.apply(new OwedCovered(3, LossLayer.FUND, DOLLAR, NOW))).end(1, LOW, NOW));
    }

    /** Maintenance 617.5 at 9,500; 5 % of it is the bounty. */
    @Test
    void givesEverythingAwayOnlyWithinTheBounty() {
      long bounty = 30_875_000;
      MarginAccount worthless = liquidating(500);
      assertEquals(1, all(insolvent(worthless, 1)).size());
      refused(AccountRejection.NOTHING_TO_AUCTION, insolvent(with(worthless, -1), 1));
      assertEquals(1, all(insolvent(with(worthless, bounty), 1)).size());
      refused(AccountRejection.NOTHING_TO_AUCTION, insolvent(with(worthless, bounty + 1), 1));
    }

    private MarginAccount with(MarginAccount account, long units) {
      return account.apply(new OwedCovered(2, LossLayer.FUND, units, NOW));
    }

    private Decision<AccountEvent, AccountRejection> insolvent(MarginAccount account, long round) {
      return desk(account).reserveSlice(1, round, Slice.Kind.INSOLVENT, 1, 1, LOW, NOW);
    }

    @Test
    void sellsOnlyWhatItsKindSells() {
      MarginAccount open = liquidating(1_000);
      AccountRejection unknown = AccountRejection.UNKNOWN_AUCTION;
      refused(unknown, desk(open).reserveSlice(1, 1, Slice.Kind.CURE, 1, 1, LOW, NOW));
      refused(unknown, desk(open).reserveSlice(2, 1, Slice.Kind.SOLVENT, 1, 1, LOW, NOW));
      MarginAccount owing = holder(1_000).apply(new OwedCovered(2, LossLayer.FUND, -1, NOW));
      MarginAccount curing = after(owing, desk(owing).start(AuctionKind.CURE, MARKS, NOW));
      refused(unknown, desk(curing).reserveSlice(1, 1, Slice.Kind.SOLVENT, 1, 1, LOW, NOW));
      // it owes, and has nothing to sell
      refused(
          AccountRejection.NOTHING_TO_AUCTION,
          desk(curing).reserveSlice(1, 1, Slice.Kind.CURE, 1, 1, LOW, NOW));
    }

    @Test
    void remembersItsNewestSalesOnly() {
      MarginAccount account = liquidating(1_000);
      TreeMap<Long, Long> expected = new TreeMap<>();
      for (long number = 1; number <= 20; number++) {
        MarginAccount offered =
            after(
                account,
                desk(account)
                    .reserveSlice(number, number, Slice.Kind.SOLVENT, 950_000, 1_000, LOW, NOW));
        account = after(offered, desk(offered).takeSlice(number, number, NOW));
        expected.put(number, number);
        account =
            account
                .apply(new AuctionEnded(number, LOW, NOW))
                .apply(new AuctionStarted(number + 1, AuctionKind.LIQUIDATION, LOW, NOW));
      }
      expected.keySet().removeIf(number -> number <= 4);
      assertEquals(expected, account.trading().sold());
    }
  }

  @Nested
  class ABid {
    private final Slice slice =
        liquidating(1_000)
            .apply(
                only(
                    desk(liquidating(1_000))
                        .reserveSlice(1, 1, Slice.Kind.SOLVENT, 950_000, 1_000_000, LOW, NOW)))
            .trading()
            .auction()
            .orElseThrow()
            .slice()
            .orElseThrow();

    private Decision<AccountEvent, AccountRejection> bid(
        MarginAccount keeper, AccountId from, String auction, Slice of) {
      SignedAction<Bid> signed =
          sign(
              keeper.id().owner(),
              new Bid(keeper.id().word(), auction, 1_000_000, Long.MAX_VALUE, 0, 5, SECOND + 60));
      return desk(keeper).bid(signed, VERIFIER.verify(signed), from, 1, 1, of, LOW, NOW);
    }

    private final String name = AuctionDesk.auction(ID, 1);

    @Test
    void isNobodysWhoIsAuctionedHimself() {
      refused(AccountRejection.SAME_ACCOUNT, bid(liquidating(1_000), ID, name, slice));
      MarginAccount other =
          rich(KEEPER, 1_000).apply(new TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
      MarginAccount needy = after(other, desk(other).start(AuctionKind.LIQUIDATION, LOW, NOW));
      refused(AccountRejection.LIQUIDATING, bid(needy, ID, name, slice));
    }

    @Test
    void namesThisAuctionOfThisPool() {
      MarginAccount keeper = rich(KEEPER, 10_000);
      refused(AccountRejection.UNKNOWN_AUCTION, bid(keeper, ID, name + "1", slice));
      AccountId far = account(1, 2, 0);
      refused(
          AccountRejection.UNKNOWN_AUCTION, bid(keeper, far, AuctionDesk.auction(far, 1), slice));
    }

    @Test
    void isOneForASlice() {
      MarginAccount keeper = rich(KEEPER, 10_000);
      MarginAccount held = after(keeper, bid(keeper, ID, name, slice));
      SignedAction<Bid> second =
          sign(
              owner(2), new Bid(KEEPER.word(), name, 1_000_000, Long.MAX_VALUE, 0, 6, SECOND + 60));
      refused(
          AccountRejection.AUCTION_OPEN,
          desk(held).bid(second, VERIFIER.verify(second), ID, 1, 1, slice, LOW, NOW));
    }

    @Test
    void needsTheMoneyThenTheMargin() {
      Slice dear =
          new Slice(
              Slice.Kind.SOLVENT, 2, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 501 * DOLLAR, 0);
      refused(AccountRejection.INSUFFICIENT_BALANCE, bid(rich(KEEPER, 500), ID, name, dear));
      only(bid(rich(KEEPER, 501), ID, name, dear));
      // a slice with a loan in it, paid by the bidder's money that is not there
      Slice debt =
          new Slice(
              Slice.Kind.SOLVENT,
              2,
              new TreeMap<>(),
              new TreeMap<>(),
              0,
              USDC,
              -501 * DOLLAR,
              0,
              0);
      refused(AccountRejection.INSUFFICIENT_BALANCE, bid(rich(KEEPER, 500), ID, name, debt));
      // a loss of 501 beside 500 that are his
      Slice loss =
          new Slice(
              Slice.Kind.SOLVENT,
              2,
              new TreeMap<>(),
              new TreeMap<>(),
              -501 * DOLLAR,
              USDC,
              0,
              0,
              0);
      refused(AccountRejection.INSUFFICIENT_MARGIN, bid(rich(KEEPER, 500), ID, name, loss));
      only(bid(rich(KEEPER, 501), ID, name, loss));
      // who has a loan bids for nothing, whatever his collateral
      MarginAccount loan = MarginAccount.empty(KEEPER);
      loan =
          loan.apply(only(loan.credit(A, 1, 0, ETH, 100 * E8, deposited(1), NOW)))
              .apply(new Borrowed(1, new Amount(USDC, 10), NOW));
      Slice gift =
          new Slice(Slice.Kind.SOLVENT, 2, new TreeMap<>(), new TreeMap<>(), 0, USDC, 5, 0, 0);
      refused(AccountRejection.INSUFFICIENT_BALANCE, bid(loan, ID, name, gift));
    }

    /** Its entry is what it is worth, or its cost when nobody knows or it does not fit. */
    @Test
    void isRankedByItsWorthWhereThatIsKnown() {
      Slice far =
          new Slice(
              Slice.Kind.INSOLVENT,
              2,
              new TreeMap<>(Map.of(BTC_PERP, new Position(1L << 40, 77, 3))),
              new TreeMap<>(),
              0,
              USDC,
              0,
              0,
              0);
      MarginAccount held =
          rich(KEEPER, 1)
              .apply(
                  new ClearingEvent.BidReserved(
                      word(1),
                      sign(owner(2), new Bid(KEEPER.word(), name, 1, 1, 0, 5, SECOND + 60)),
                      "k",
                      far,
                      0,
                      LOW,
                      NOW));
      Marks huge =
          marks(
              3,
              io.crossclear.domain.instrument.Mark.fresh(1L << 59, 0),
              io.crossclear.domain.instrument.Mark.fresh(E8, 0));
      for (Marks unknown : List.of(NONE, huge)) {
        var taken = (ClearingEvent.SliceCommitted) only(desk(held).commitSlice("k", unknown, NOW));
        assertEquals(Map.of(BTC_PERP, 77L), taken.values());
      }
      var known = (ClearingEvent.SliceCommitted) only(desk(held).commitSlice("k", LOW, NOW));
      assertEquals(Map.of(BTC_PERP, (1L << 40) * 95_000), known.values());
      assertEquals(DONE, desk(held).commitSlice("other", LOW, NOW));
      assertEquals(DONE, desk(held).releaseBid("other", NOW));
    }
  }

  @Nested
  class ASliceKey {
    @Test
    void isExactlyItsName() {
      SliceKey key = new SliceKey(ID, 3, 7);
      assertEquals(Optional.of(key), SliceKey.of(ID.hex() + "/3/7"));
      assertEquals(ID.hex() + "/3/7", key.text());
      assertEquals(ID.hex() + "/3", key.auction());
      for (String wrong :
          List.of(
              "",
              ID.hex() + "/3",
              ID.hex() + "/3/7/",
              ID.hex() + "/3/x",
              ID.hex() + "/3/07",
              ID.hex() + "/+3/7",
              "0x12/3/7")) {
        assertEquals(Optional.empty(), SliceKey.of(wrong), wrong);
      }
    }
  }

  @Nested
  class MoneyOfATradingAccount {
    private SignedAction<Withdraw> withdraw(AccountId id, long units) {
      return sign(
          id.owner(), new Withdraw(id.word(), "USDC", units, 101, owner(77), 3, SECOND + 60));
    }

    /** In a pool that clears nothing prices are nobody's business. */
    @Test
    void leavesAnotherPoolWithoutPrices() {
      MarginAccount cash = rich(account(1, 2, 0), 10);
      SignedAction<Withdraw> signed = withdraw(cash.id(), 10);
      assertEquals(
          1, all(cash.reserve(signed, VERIFIER.verify(signed), GENESIS, NONE, NOW)).size());
    }

    @Test
    void isAnsweredAgainWithoutASecondLookAtPrices() {
      MarginAccount account = holder(2_000);
      SignedAction<Withdraw> signed = withdraw(ID, 10);
      MarginAccount reserved =
          after(account, account.reserve(signed, VERIFIER.verify(signed), GENESIS, MARKS, NOW));
      assertEquals(DONE, reserved.reserve(signed, VERIFIER.verify(signed), GENESIS, MARKS, NOW));
    }

    /** What comes back to a debtor repays his loan and has no import. */
    @Test
    void repaysALoanBeforeItIsAnybodysImport() {
      MarginAccount account = rich(ID, 100);
      SignedAction<Withdraw> signed = withdraw(ID, 60 * DOLLAR);
      MarginAccount reserved =
          after(account, account.reserve(signed, VERIFIER.verify(signed), GENESIS, NOW));
      MarginAccount debtor = reserved.apply(new Borrowed(1, new Amount(USDC, 70 * DOLLAR), NOW));
      assertEquals(-30 * DOLLAR, debtor.balance(USDC));
      Hash id = VERIFIER.verify(signed).digest();
      MarginAccount back = debtor.apply(only(debtor.voidWithdrawal(id, true, NOW)));
      assertEquals(30 * DOLLAR, back.balance(USDC));
      assertEquals(30 * DOLLAR, back.imported(USDC, 101));
      // 40 at the loan, 30 of what came back
      assertEquals(Map.of(USDC, Map.of(101L, 70 * DOLLAR)), back.trading().trimmed());
      MarginAccount plain = reserved.apply(only(reserved.voidWithdrawal(id, true, NOW)));
      assertEquals(account.imports(), plain.imports());
      assertEquals(Map.of(), plain.trading().trimmed());
      MarginAccount arrived =
          debtor.apply(
              only(
                  debtor.creditTransfer(
                      word(3),
                      account(1, 2, 0),
                      1,
                      USDC,
                      50 * DOLLAR,
                      new TreeMap<>(Map.of(101L, 50 * DOLLAR)),
                      NOW)));
      assertEquals(20 * DOLLAR, arrived.imported(USDC, 101));
      // another asset repays nothing
      MarginAccount ether = debtor.apply(only(debtor.credit(A, 2, 1, ETH, 5, deposited(2), NOW)));
      assertEquals(5, ether.imported(ETH, 101));
    }

    @Test
    void movesNoNegativeNonceAndNothing() {
      SignedAction<Transfer> none =
          sign(
              owner(1),
              new Transfer(ID.word(), account(1, 2, 0).word(), "USDC", 0, 3, SECOND + 60));
      refused(
          AccountRejection.AMOUNT_MUST_BE_POSITIVE,
          rich(ID, 1).debit(none, VERIFIER.verify(none), GENESIS, NOW));
    }
  }

  /** Everything that an auditor has not seen, or that a decision does not come to, is refused. */
  @Nested
  class AReplay {
    /** Has seen all of it, or nothing. */
    private record Eyes(boolean open) implements AccountReplay.Evidence {
      @Override
      public boolean deposited(AccountId account, Credited event) {
        return open;
      }

      @Override
      public boolean debited(AccountId account, AccountEvent.TransferCredited event) {
        return open;
      }

      @Override
      public boolean paid(MarginAccount.Reservation reservation, WithdrawalPosted event) {
        return open;
      }

      @Override
      public Optional<List<Integer>> novated(AccountId account, Hash batch, Trading.Batch held) {
        return open ? Optional.of(List.of()) : Optional.empty();
      }

      @Override
      public boolean asked(MarginAccount account, ClearingEvent.PoolStep event) {
        return open;
      }

      @Override
      public boolean indexed(AccountId account, long index) {
        return open;
      }

      @Override
      public boolean sliceOffered(SliceKey key, Slice slice) {
        return open;
      }

      @Override
      public boolean sliceBought(SliceKey key, Slice slice) {
        return open;
      }

      @Override
      public boolean sliceTaken(AccountId bidder, SliceKey key, Slice slice) {
        return open;
      }

      @Override
      public boolean sliceKept(AccountId bidder, SliceKey key, Slice slice) {
        return open;
      }
    }

    private final AccountReplay sees = new AccountReplay(GENESIS, VERIFIER, new Eyes(true));
    private final AccountReplay blind = new AccountReplay(GENESIS, VERIFIER, new Eyes(false));

    private void takes(MarginAccount account, AccountEvent event) {
      assertEquals(Optional.of(account.apply(event)), sees.step(account, event));
    }

    private void refuses(MarginAccount account, AccountEvent event) {
      assertEquals(Optional.empty(), sees.step(account, event), event.toString());
    }

    private void needsEyes(MarginAccount account, AccountEvent event) {
      takes(account, event);
      assertEquals(Optional.empty(), blind.step(account, event), event.toString());
    }

    @Test
    void takesPricesOnlyOnceInterestIsCharged() {
      takes(debtor(), new MarginChecked(MARKS, NOW));
      refuses(debtor(), new MarginChecked(indexed(MARKS, 70), NOW));
    }

    @Test
    void takesInterestOfExactlyTheGrownIndex() {
      needsEyes(debtor(), new InterestAccrued(70, new Amount(USDC, 1), NOW));
      refuses(debtor(), new InterestAccrued(70, new Amount(USDC, 2), NOW));
      refuses(debtor(), new InterestAccrued(70, new Amount(USDC, 0), NOW));
      refuses(debtor(), new InterestAccrued(0, new Amount(USDC, 0), NOW));
      takes(rich(ID, 1), new InterestAccrued(70, new Amount(USDC, 0), NOW));
    }

    @Test
    void takesAStepInItsTurn() {
      needsEyes(debtor(), new OwedCovered(3, LossLayer.FUND, 1, NOW));
      refuses(debtor(), new OwedCovered(4, LossLayer.FUND, 1, NOW));
      refuses(debtor(), new OwedCovered(2, LossLayer.FUND, 1, NOW));
    }

    @Test
    void takesAPayoutOfAReservationOnly() {
      refuses(
          rich(ID, 1),
          new WithdrawalPosted(word(1), io.crossclear.testing.TestNetwork.paid(1), NOW));
    }

    @Test
    void takesTheLegsThatTheDecisionComesToAndNoOthers() {
      MarginAccount account = holder(5_000);
      LegsReserved right = legs(account);
      takes(account, right);
      Leg leg = right.legs().getFirst();
      OpenLeg terms = leg.terms();
      Leg cheaper =
          new Leg(
              leg.fill(),
              leg.order(),
              leg.signed(),
              leg.price(),
              new OpenLeg(terms.instrument(), terms.lots(), terms.notional(), terms.fee() - 1));
      Leg otherOrder = new Leg(leg.fill(), word(9), leg.signed(), leg.price(), terms);
      for (Leg wrong : List.of(cheaper, otherOrder)) {
        refuses(account, with(right, List.of(wrong), Map.of()));
      }
      // one fill twice, or taken and refused
      refuses(account, with(right, List.of(leg, leg), Map.of()));
      refuses(account, with(right, List.of(leg), Map.of(3, LegRefusal.EXPIRED)));
      // a refusal beside it moves nothing
      takes(account, with(right, List.of(leg), Map.of(9, LegRefusal.EXPIRED)));
    }

    private LegsReserved with(LegsReserved like, List<Leg> legs, Map<Integer, LegRefusal> refused) {
      return new LegsReserved(
          like.batch(),
          like.venue(),
          like.number(),
          like.deadline(),
          like.marks(),
          legs,
          new TreeMap<>(refused),
          like.time());
    }

    @Test
    void takesTheEndOfABatchAsItsDecisionComesToIt() {
      MarginAccount account = holder(5_000);
      MarginAccount reserved = account.apply(legs(account));
      needsEyes(reserved, new ClearingEvent.LegsCommitted(word(4), List.of(), NOW));
      needsEyes(reserved, new ClearingEvent.LegsReleased(word(4), NOW));
      refuses(reserved, new ClearingEvent.LegsCommitted(word(5), List.of(), NOW));
      // an event that lies about nothing but its time
      refuses(reserved, new ClearingEvent.LegsCommitted(word(4), List.of(), NOW - 1));
    }

    @Test
    void takesAuctionsAndSlicesOfBothSides() {
      MarginAccount account = holder(1_000);
      AccountEvent started = only(desk(account).start(AuctionKind.LIQUIDATION, LOW, NOW));
      takes(account, started);
      refuses(account, new AuctionStarted(1, AuctionKind.LIQUIDATION, MARKS, NOW));
      refuses(account, new AuctionStarted(2, AuctionKind.LIQUIDATION, LOW, NOW));
      MarginAccount open = account.apply(started);
      refuses(open, new AuctionEnded(1, LOW, NOW));
      takes(open, new AuctionEnded(1, MARKS, NOW));
      SliceReserved offered =
          (SliceReserved)
              only(desk(open).reserveSlice(1, 1, Slice.Kind.SOLVENT, 950_000, 1_000_000, LOW, NOW));
      takes(open, offered);
      refuses(open, new SliceReserved(1, 1, 949_999, 1_000_000, LOW, offered.slice(), NOW));
      refuses(open, new SliceTaken(1, 1, NOW));
      MarginAccount offering = open.apply(offered);
      needsEyes(offering, new SliceTaken(1, 1, NOW));
      MarginAccount keeper = rich(KEEPER, 10_000);
      SignedAction<Bid> signed =
          sign(
              owner(2),
              new Bid(
                  KEEPER.word(),
                  AuctionDesk.auction(ID, 1),
                  1_000_000,
                  Long.MAX_VALUE,
                  0,
                  5,
                  SECOND + 60));
      AccountEvent bid =
          only(
              desk(keeper)
                  .bid(signed, VERIFIER.verify(signed), ID, 1, 1, offered.slice(), LOW, NOW));
      needsEyes(keeper, bid);
      MarginAccount bidder = keeper.apply(bid);
      String key = AuctionDesk.key(ID, 1, 1);
      needsEyes(bidder, new ClearingEvent.BidReleased(key, NOW));
      refuses(keeper, new ClearingEvent.BidReleased(key, NOW));
      AccountEvent arrived = only(desk(bidder).commitSlice(key, LOW, NOW));
      needsEyes(bidder, arrived);
      refuses(keeper, arrived);
      refuses(bidder, new ClearingEvent.SliceCommitted(key, new TreeMap<>(), NOW));
      var lie = (ClearingEvent.BidReserved) bid;
      refuses(
          keeper,
          new ClearingEvent.BidReserved(
              lie.id(), lie.signed(), "nonsense", lie.slice(), lie.aside(), lie.marks(), NOW));
      refuses(
          keeper,
          new ClearingEvent.BidReserved(
              lie.id(), lie.signed(), key, lie.slice(), lie.aside() - 1, lie.marks(), NOW));
    }

    @Test
    void takesARefusalThatADecisionCouldGive() {
      AccountEvent.ActionRefused refusal =
          new AccountEvent.ActionRefused(word(5), AccountRejection.OVERFLOW, SECOND + 60, NOW);
      takes(rich(ID, 1), refusal);
      refuses(
          rich(ID, 1),
          new AccountEvent.ActionRefused(word(5), AccountRejection.WRONG_SIGNER, SECOND + 60, NOW));
    }
  }

  @Test
  void anOrderIsKnownByItsNonceWhileItIsThere() {
    MarginAccount account = holder(5_000);
    MarginAccount reserved = account.apply(legs(account));
    assertTrue(reserved.trading().orderHas(8));
    assertFalse(reserved.trading().orderHas(9));
    assertFalse(account.trading().orderHas(8));
  }
}
