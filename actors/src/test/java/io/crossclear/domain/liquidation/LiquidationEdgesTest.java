package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.OwedCovered;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.liquidation.AuctionEvent.BidCompleted;
import io.crossclear.domain.liquidation.AuctionEvent.BidQueued;
import io.crossclear.domain.liquidation.LiquidationAuction.Rejection;
import io.crossclear.domain.liquidation.LiquidationAuction.Stage;
import io.crossclear.domain.liquidation.WaterfallEvent.AwardsFixed;
import io.crossclear.domain.liquidation.WaterfallEvent.Begun;
import io.crossclear.domain.liquidation.WaterfallEvent.DefaulterCollected;
import io.crossclear.domain.liquidation.WaterfallEvent.FeesCut;
import io.crossclear.domain.liquidation.WaterfallEvent.Forfeited;
import io.crossclear.domain.liquidation.WaterfallEvent.GainLevied;
import io.crossclear.domain.liquidation.WaterfallEvent.LayerPaid;
import io.crossclear.domain.liquidation.WaterfallEvent.LossCovered;
import io.crossclear.domain.liquidation.WaterfallEvent.LossFound;
import io.crossclear.domain.liquidation.WaterfallEvent.LossPlanned;
import io.crossclear.domain.liquidation.WaterfallEvent.TearUpPlanned;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Bid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Auctions and waterfalls at their edges, and every command again after a crash. */
final class LiquidationEdgesTest {

  private static final AccountId ID = account(1, 1, 0);
  private static final AccountId TWO = account(2, 1, 0);
  private static final AccountId THREE = account(3, 1, 0);
  private static final String NAME = AuctionDesk.auction(ID, 1);
  private static final long DOLLAR = 1_000_000;
  private static final Decision<AuctionEvent, Rejection> DONE = Decision.alreadyDone();

  private static LiquidationAuction after(
      LiquidationAuction auction, Decision<AuctionEvent, Rejection> decision) {
    return auction.apply(only(decision));
  }

  private static final LiquidationAuction OPEN =
      after(
          LiquidationAuction.EMPTY,
          LiquidationAuction.EMPTY.open(ID, 1, AuctionKind.LIQUIDATION, 100, 5));

  private static SignedAction<Bid> bid(int bidder, long deadline, long nonce) {
    return sign(
        owner(bidder),
        new Bid(account(bidder, 1, 0).word(), NAME, 1_000_000, 10, 0, nonce, deadline));
  }

  private static LiquidationAuction queued(LiquidationAuction auction, int bidder) {
    return after(auction, auction.bid(bid(bidder, 99, 1), NAME, POOL, 103, 6));
  }

  private static Slice slice() {
    return new Slice(Slice.Kind.SOLVENT, 104, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 5, 6);
  }

  @Nested
  class AnAuction {
    private final LiquidationAuction two = queued(queued(OPEN, 2), 3);
    private final LiquidationAuction offered = after(two, two.offered(1, slice(), 7));
    private final LiquidationAuction won = after(offered, offered.completed(1, 8));
    private final LiquidationAuction sold = after(won, won.sold(9));
    private final LiquidationAuction delivered = after(sold, sold.delivered(10));
    private final LiquidationAuction closed = after(delivered, delivered.close(11));

    @Test
    void takesEveryCommandAgainWhenItIsClosed() {
      assertEquals(DONE, closed.open(ID, 1, AuctionKind.LIQUIDATION, 1, 12));
      assertEquals(DONE, closed.cover(2, 12));
      assertEquals(DONE, closed.fundPaid(2, 12));
      assertEquals(DONE, closed.fundRefused("X", 105, 12));
      assertEquals(DONE, closed.offered(2, slice(), 12));
      assertEquals(DONE, closed.completed(1, 12));
      assertEquals(DONE, closed.dropped(1, "X", 12));
      assertEquals(DONE, closed.sold(12));
      assertEquals(DONE, closed.withdrawn(12));
      assertEquals(DONE, closed.delivered(12));
      assertEquals(DONE, closed.reprice(105, 12));
      assertEquals(DONE, closed.close(12));
      assertEquals(
          Decision.reject(Rejection.NOT_OPEN), closed.bid(bid(4, 99, 1), NAME, POOL, 105, 12));
      assertEquals(
          Decision.reject(Rejection.NOT_OPEN),
          LiquidationAuction.EMPTY.bid(bid(4, 99, 1), NAME, POOL, 105, 12));
      assertEquals(
          Decision.reject(Rejection.OUT_OF_TURN), LiquidationAuction.EMPTY.fundRefused("X", 1, 1));
    }

    @Test
    void isClosedWhileItWaitsForBidsOrForThePoolOnly() {
      LiquidationAuction sharing = after(OPEN, OPEN.share(POOL, 111, 7));
      assertEquals(Stage.CLOSED, after(sharing, sharing.close(8)).stage());
      assertEquals(Stage.CLOSED, after(OPEN, OPEN.close(8)).stage());
      LiquidationAuction covering = after(two, two.cover(1, 8));
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), covering.close(9));
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), sold.close(10));
      assertTrue(OPEN.pending());
    }

    @Test
    void turnsAwayABidByItsDomainSignerDeadlinePoolAndAccount() {
      long month = MarginAccount.MAX_DEADLINE_SECONDS;
      assertEquals(Optional.empty(), refusal(2, 2, ID, 99));
      assertEquals(Optional.empty(), refusal(2, 2, ID, 50 + month));
      assertEquals(Optional.of(AccountRejection.WRONG_SIGNER), refusal(3, 2, ID, 49));
      assertEquals(Optional.of(AccountRejection.EXPIRED), refusal(2, 2, ID, 49));
      assertEquals(Optional.empty(), refusal(2, 2, ID, 50));
      assertEquals(Optional.of(AccountRejection.DEADLINE_TOO_FAR), refusal(2, 2, ID, 51 + month));
      assertEquals(
          Optional.of(AccountRejection.UNKNOWN_AUCTION), refusal(2, 2, account(1, 2, 0), 99));
      assertEquals(Optional.of(AccountRejection.SAME_ACCOUNT), refusal(2, 2, TWO, 99));
    }

    private Optional<AccountRejection> refusal(
        int signer, int bidder, AccountId auctioned, long deadline) {
      Bid action = new Bid(account(bidder, 1, 0).word(), NAME, 1, 1, 0, 1, deadline);
      return LiquidationAuction.refusal(
          action, VERIFIER.verify(sign(owner(signer), action)), auctioned, 50_999);
    }

    @Test
    void takesAYesOnlyOfWhoIsAskedAndOnlyWhileItIsOffered() {
      Decision<AuctionEvent, Rejection> early = Decision.reject(Rejection.OUT_OF_TURN);
      assertEquals(early, two.completed(1, 9));
      assertEquals(early, offered.completed(3, 9));
      assertEquals(early, won.completed(2, 9));
      assertEquals(early, offered.close(9));
      assertEquals(early, won.close(9));
    }

    @Test
    void dropsWhoIsAskedOrWaitsAndNobodyElse() {
      assertEquals(DONE, offered.dropped(3, "X", 9));
      only(two.dropped(1, "X", 9));
      assertEquals(Stage.OFFERED, after(offered, offered.dropped(2, "X", 9)).stage());
      LiquidationAuction third = queued(offered, 4);
      only(third.dropped(3, "X", 9));
    }

    /** One who lost has money aside: he is pending also when all is over, and released once. */
    @Test
    void staysPendingUntilEveryLoserIsReleased() {
      assertEquals(1, closed.losing().size());
      assertFalse(closed.open());
      assertTrue(closed.pending());
      assertEquals(DONE, closed.released(1, 12));
      LiquidationAuction released = after(closed, closed.released(2, 12));
      assertFalse(released.pending());
      assertEquals(DONE, released.released(2, 12));
      assertFalse(LiquidationAuction.EMPTY.pending());
    }

    @Test
    void keepsTheOthersWhenOneLoserIsReleased() {
      LiquidationAuction three = queued(two, 4);
      LiquidationAuction asked = after(three, three.offered(1, slice(), 7));
      LiquidationAuction lost = after(asked, asked.completed(2, 8));
      LiquidationAuction one = after(lost, lost.released(1, 9));
      assertEquals(List.of(3L), one.losing().stream().map(l -> l.bid().ticket()).toList());
    }

    @Test
    void queuesACopyOfABidOnceWhereverItIs() {
      LiquidationAuction withdrawn = after(won, won.withdrawn(9));
      for (LiquidationAuction at : List.of(two, offered, won, sold)) {
        assertEquals(DONE, at.bid(bid(2, 99, 1), NAME, POOL, 105, 9));
        assertEquals(DONE, at.bid(bid(3, 99, 1), NAME, POOL, 105, 9));
      }
      assertEquals(DONE, withdrawn.bid(bid(2, 99, 1), NAME, POOL, 105, 9));
      only(two.bid(bid(2, 99, 2), NAME, POOL, 105, 9));
    }

    @Test
    void dropsBidsWhoseDeadlineIsOver() {
      // both until second 99
      assertEquals(List.of(), two.expired(99_999));
      assertEquals(2, two.expired(100_000).size());
    }

    /** Two failures, and a minute from the last of them. */
    @Test
    void makesABidderWaitAMinuteAfterTwoFailures() {
      LiquidationAuction auction = queued(OPEN, 2);
      for (long nonce = 2; nonce <= 3; nonce++) {
        LiquidationAuction asked = after(auction, auction.offered(nonce, slice(), 1_000));
        LiquidationAuction failed = after(asked, asked.dropped(asked.tickets(), "X", 1_000));
        assertEquals(Stage.OPEN, failed.stage());
        auction =
            nonce == 2
                ? after(failed, failed.bid(bid(2, 99, nonce), NAME, POOL, 103, 1_000))
                : failed;
      }
      assertEquals(
          Decision.reject(Rejection.BIDDER_WAITS),
          auction.bid(bid(2, 99, 9), NAME, POOL, 103, 60_999));
      only(auction.bid(bid(3, 99, 9), NAME, POOL, 103, 60_999));
      LiquidationAuction later =
          after(auction, auction.bid(bid(2, 99, 9), NAME, POOL, 103, 61_000));
      // and what is a minute old is forgotten
      assertEquals(Map.of(), later.failures());
      LiquidationAuction sooner =
          after(auction, auction.bid(bid(3, 99, 9), NAME, POOL, 103, 60_999));
      assertEquals(1, sooner.failures().size());
    }
  }

  @Nested
  class ATrail {
    private final AuctionTrail trail = new AuctionTrail();

    @Test
    void knowsWhoBoughtARound() {
      trail.read(new AuctionEvent.Opened(ID, 1, AuctionKind.LIQUIDATION, 1, 5));
      trail.read(new BidQueued(1, bid(2, 99, 1), 3, 5));
      trail.read(new BidQueued(2, bid(3, 99, 1), 3, 5));
      assertEquals(Optional.empty(), trail.buyer(7));
      trail.read(new BidCompleted(7, 2, 5));
      assertEquals(Optional.of(THREE), trail.buyer(7));
      assertEquals(Optional.empty(), trail.buyer(8));
    }

    @Test
    void believesNoPurchaseByATicketThatNobodyHas() {
      trail.read(new BidQueued(1, bid(2, 99, 1), 3, 5));
      trail.read(new BidCompleted(7, 2, 5));
      assertEquals(Optional.empty(), trail.buyer(7));
    }
  }

  @Nested
  class ACuresTurn {
    private AuctionTurn turn(MarginAccount account) {
      MarginAccount curing =
          account.apply(
              new io.crossclear.domain.account.ClearingEvent.AuctionStarted(
                  1, AuctionKind.CURE, marks(2, 10_000, 2_000), 5));
      LiquidationAuction auction =
          after(
              LiquidationAuction.EMPTY,
              LiquidationAuction.EMPTY.open(ID, 1, AuctionKind.CURE, 2, 5));
      return AuctionTurn.of(auction, curing, marks(3, 10_000, 2_000), MARKET, 6);
    }

    @Test
    void endsWhenNothingIsOwedAndNothingBorrowed() {
      MarginAccount none = MarginAccount.empty(ID);
      assertEquals(new AuctionTurn.End(), turn(none));
      MarginAccount owing = none.apply(new OwedCovered(1, LossLayer.FUND, -1, 5));
      assertEquals(new AuctionTurn.Wait(), turn(owing));
      MarginAccount debtor =
          none.apply(new Borrowed(1, new Amount(USDC, 1), 5))
              .apply(new OwedCovered(2, LossLayer.FUND, -1, 5));
      assertEquals(0, debtor.trading().unsettled());
      assertEquals(new AuctionTurn.Wait(), turn(debtor));
    }
  }

  @Nested
  class AWaterfall {
    private static final Waterfall BEGUN =
        Waterfall.EMPTY.apply(new Begun(ID, 4, marks(9, 10_000, 2_000), 5));

    private static Waterfall after(Waterfall waterfall, WaterfallEvent... events) {
      Waterfall next = waterfall;
      for (WaterfallEvent event : events) {
        next = next.apply(event);
      }
      return next;
    }

    private static Waterfall judging() {
      return after(BEGUN, new TearUpPlanned(List.of(), 6), new DefaulterCollected(0, 7));
    }

    private static MarginAccount long1() {
      return MarginAccount.empty(ID).apply(new TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, 5));
    }

    /** Fees alone can be the only gain there is. */
    @Test
    void leviesFeesWhereNobodyElseHasAGain() {
      LossPlan owed = LossPlan.of(0, 5, new LossPlan.Means(0, 0, 5, 0), new TreeMap<>());
      assertEquals(Map.of(), owed.levies());
      assertEquals(5, owed.feeLevy());
      Waterfall levying = after(judging(), new LossPlanned(owed, 8));
      assertEquals(Waterfall.Stage.LEVYING, levying.stage());
      Waterfall gains = after(levying, new FeesCut(5, 9));
      assertEquals(Waterfall.Stage.GAINS, gains.stage());
      assertEquals(5, after(gains, new LayerPaid(5, 10)).paid());
      LossPlan debt = LossPlan.of(5, 0, new LossPlan.Means(0, 0, 5, 5), new TreeMap<>());
      assertEquals(5, debt.feeLevyForDebt());
      Waterfall forDebt = after(judging(), new LossPlanned(debt, 8));
      assertEquals(Waterfall.Stage.DEBT_LEVYING, forDebt.stage());
      assertEquals(Waterfall.Stage.DEBT_GAINS, after(forDebt, new FeesCut(5, 9)).stage());
    }

    /** Every layer in turn: fund, claims, gains, then the same for the debt, then lenders. */
    @Test
    void goesThroughEveryLayerThatPaysInItsOrder() {
      TreeMap<AccountId, Long> gains = new TreeMap<>(Map.of(TWO, 50L));
      // debt 60, owed 40: fund 10, claims 20 for what is owed and none left, gains 20 + 30
      LossPlan plan = LossPlan.of(60, 40, new LossPlan.Means(10, 25, 0, 35), gains);
      assertEquals(10, plan.fund());
      assertEquals(25, plan.claimsForOwed());
      assertEquals(Map.of(TWO, 15L), plan.levies());
      assertEquals(0, plan.claimsForDebt());
      assertEquals(Map.of(TWO, 35L), plan.leviesForDebt());
      assertEquals(15, plan.lenders());
      assertEquals(100, plan.paid());
      assertEquals(Map.of(TWO, 50L), plan.borne());
      Waterfall at = after(judging(), new LossPlanned(plan, 8));
      java.util.List<Waterfall.Stage> stages = new java.util.ArrayList<>(List.of(at.stage()));
      for (WaterfallEvent event :
          List.of(
              new LayerPaid(10, 8),
              new DefaulterCollected(0, 8),
              new LayerPaid(25, 8),
              new GainLevied(TWO, 15, 8),
              new FeesCut(0, 8),
              new LayerPaid(15, 8),
              new GainLevied(TWO, 35, 8),
              new FeesCut(0, 8),
              new LayerPaid(35, 8),
              new LayerPaid(15, 8))) {
        at = at.apply(event);
        if (at.stage() != stages.getLast()) {
          stages.add(at.stage());
        }
      }
      assertEquals(
          List.of(
              Waterfall.Stage.FUND,
              Waterfall.Stage.FUND_COLLECTING,
              Waterfall.Stage.CLAIMS,
              Waterfall.Stage.LEVYING,
              Waterfall.Stage.GAINS,
              Waterfall.Stage.DEBT_LEVYING,
              Waterfall.Stage.DEBT_GAINS,
              Waterfall.Stage.LENDERS,
              Waterfall.Stage.COLLECTING),
          stages);
      assertEquals(100, at.paid());
      assertEquals(Map.of(TWO, 50L), at.borne());
    }

    @Test
    void turnsClaimsIntoMoneyForADebtAsFarAsThereIsSome() {
      LossPlan plan = LossPlan.of(30, 0, new LossPlan.Means(0, 20, 0, 12), new TreeMap<>());
      assertEquals(12, plan.claimsForDebt());
      assertEquals(18, plan.lenders());
      Waterfall at = after(judging(), new LossPlanned(plan, 8));
      assertEquals(Waterfall.Stage.DEBT_CLAIMS, at.stage());
      assertEquals(Waterfall.Stage.LENDERS, after(at, new LayerPaid(12, 9)).stage());
    }

    @Test
    void choosesNobodyWhosePositionsHaveNoPrice() {
      MarginAccount shorter =
          MarginAccount.empty(TWO).apply(new TornUp(1, BTC_PERP, -100_000, -10_000 * DOLLAR, 5));
      assertTrue(BEGUN.choose(long1(), List.of(shorter), MARKET, 7).isPresent());
      MarginAccount both = shorter.apply(new TornUp(2, "OLD-PERP", 1, 1, 5));
      assertEquals(Optional.empty(), BEGUN.choose(long1(), List.of(both), MARKET, 7));
      assertEquals(Optional.empty(), BEGUN.choose(long1(), List.of(), MARKET, 7));
      MarginAccount other = MarginAccount.empty(TWO).apply(new TornUp(1, ETH_PERP, -5, -5, 5));
      assertEquals(Optional.empty(), BEGUN.choose(long1(), List.of(other), MARKET, 7));
    }

    @Test
    void findsAGainOrCollateralThatIsLeftAndOtherwiseNothing() {
      MarginAccount empty = MarginAccount.empty(ID);
      assertEquals(Optional.of(new LossCovered(0, 8)), judging().judge(empty, MARKET, 8));
      MarginAccount debtor = empty.apply(new Borrowed(1, new Amount(USDC, 9), 5));
      // cash −9, a gain of 9
      assertEquals(
          Optional.of(new LossFound(0, 9, new TreeMap<>(), 8)), judging().judge(debtor, MARKET, 8));
      MarginAccount owing = debtor.apply(new OwedCovered(2, LossLayer.FUND, -10, 5));
      assertEquals(Optional.empty(), judging().judge(owing, MARKET, 8));
    }

    /** 7 of ETH for 3 : 1 of two bearers, and 0 for one whose part is less than the last unit. */
    @Test
    void awardsNobodyAShareOfNothing() {
      Waterfall at =
          after(
              judging(),
              new LossFound(-1, 0, new TreeMap<>(Map.of(ETH, 1L)), 8),
              new Forfeited(new TreeMap<>(Map.of(ETH, 1L)), 8),
              new LossPlanned(
                  LossPlan.of(
                      0,
                      40,
                      new LossPlan.Means(0, 0, 0, 0),
                      new TreeMap<>(Map.of(TWO, 30L, THREE, 10L))),
                  8),
              new GainLevied(TWO, 30, 8),
              new GainLevied(THREE, 10, 8),
              new FeesCut(0, 8),
              new LayerPaid(40, 8),
              new DefaulterCollected(0, 8),
              new LossCovered(0, 8));
      assertEquals(new AwardsFixed(ETH, new TreeMap<>(Map.of(TWO, 1L)), 9), at.award(9));
    }
  }
}
