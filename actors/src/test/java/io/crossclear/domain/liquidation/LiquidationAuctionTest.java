package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
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
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.liquidation.LiquidationAuction.Rejection;
import io.crossclear.domain.liquidation.LiquidationAuction.Stage;
import io.crossclear.domain.liquidation.LiquidationAuction.Waiting;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Bid;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class LiquidationAuctionTest {

  private static final AccountId ID = account(1, 1, 0);
  private static final String NAME = AuctionDesk.auction(ID, 1);
  private static final LiquidationAuction OPEN =
      after(
          LiquidationAuction.EMPTY,
          LiquidationAuction.EMPTY.open(ID, 1, AuctionKind.LIQUIDATION, 100, 5));

  private static LiquidationAuction after(
      LiquidationAuction auction, Decision<AuctionEvent, Rejection> decision) {
    return auction.apply(only(decision));
  }

  private static SignedAction<Bid> bid(int bidder, int portionPpm, long minPriceSeq, long nonce) {
    return sign(
        owner(bidder),
        new Bid(account(bidder, 1, 0).word(), NAME, portionPpm, 10, minPriceSeq, nonce, 99));
  }

  private static SignedAction<Bid> bid(int bidder) {
    return bid(bidder, 1_000_000, 0, 1);
  }

  private static LiquidationAuction queued(LiquidationAuction auction, SignedAction<Bid> bid) {
    return after(auction, auction.bid(bid, NAME, POOL, 103, 6));
  }

  private static LiquidationAuction queued(int... bidders) {
    LiquidationAuction auction = OPEN;
    for (int bidder : bidders) {
      auction = queued(auction, bid(bidder));
    }
    return auction;
  }

  private static Slice slice(long seq) {
    return slice(Slice.Kind.SOLVENT, seq);
  }

  private static Slice slice(Slice.Kind kind, long seq) {
    return new Slice(kind, seq, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 5, 6);
  }

  private static List<Long> tickets(List<Waiting> bids) {
    return bids.stream().map(Waiting::ticket).toList();
  }

  private static List<Long> losing(LiquidationAuction auction) {
    return auction.losing().stream().map(one -> one.bid().ticket()).toList();
  }

  @Nested
  class ThePrice {
    @Test
    void fallsWithRoundsToItsFloor() {
      assertEquals(980_000, OPEN.discountPpm(POOL, 100));
      assertEquals(952_000, OPEN.discountPpm(POOL, 101));
      assertEquals(700_000, OPEN.discountPpm(POOL, 110));
      assertEquals(700_000, OPEN.discountPpm(POOL, 999));
      assertEquals(980_000, OPEN.discountPpm(POOL, -1));
      assertFalse(OPEN.exhausted(POOL, 110));
      assertTrue(OPEN.exhausted(POOL, 111));
    }

    @Test
    void startsAgainWhenThePoolCouldNotHelp() {
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), OPEN.share(POOL, 110, 7));
      LiquidationAuction sharing = after(OPEN, OPEN.share(POOL, 111, 7));
      assertEquals(Stage.SHARING, sharing.stage());
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), sharing.offered(1, slice(112), 8));
      LiquidationAuction again = after(sharing, sharing.reprice(150, 8));
      assertEquals(Stage.OPEN, again.stage());
      assertEquals(980_000, again.discountPpm(POOL, 150));
      assertFalse(again.exhausted(POOL, 160));
      assertTrue(again.exhausted(POOL, 161));
    }

    @Test
    void neverStartsInThePast() {
      LiquidationAuction sharing = after(OPEN, OPEN.share(POOL, 111, 7));
      assertEquals(100, after(sharing, sharing.reprice(-1, 8)).start());
    }

    @Test
    void isNotExhaustedWhileABidIsDue() {
      LiquidationAuction one = queued(2);
      assertFalse(one.exhausted(POOL, 111));
      assertFalse(one.exhausted(POOL, 120));
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), one.share(POOL, 111, 7));
    }
  }

  @Nested
  class AnAuctionThatIsHeldUp {
    @Test
    void isExhaustedInTheEndWhateverIsBid() {
      LiquidationAuction one = queued(2);
      assertTrue(one.exhausted(POOL, 121));
      assertEquals(Stage.SHARING, after(one, one.share(POOL, 121, 7)).stage());
    }

    @Test
    void takesTwoBidsOfOneBidderAtOnce() {
      LiquidationAuction two = queued(queued(2), bid(2, 1, 0, 2));
      Decision<AuctionEvent, Rejection> waits = Decision.reject(Rejection.BIDDER_WAITS);
      assertEquals(waits, two.bid(bid(2, 1, 0, 3), NAME, POOL, 103, 6));
      LiquidationAuction offered = after(two, two.offered(1, slice(104), 7));
      assertEquals(waits, offered.bid(bid(2, 1, 0, 3), NAME, POOL, 103, 6));
      assertEquals(3, queued(two, bid(3)).queue().size());
    }

    @Test
    void goesOnWithoutABidderWhoDoesNotAnswer() {
      LiquidationAuction two = queued(2, 3);
      LiquidationAuction offered = after(two, two.offered(1, slice(104), 7));
      assertEquals(List.of(), two.silent(999, 8));
      assertEquals(List.of(), offered.silent(124, 8));
      LiquidationAuction open = offered;
      for (AuctionEvent event : offered.silent(125, 8)) {
        open = open.apply(event);
      }
      assertEquals(Stage.OPEN, open.stage());
      assertEquals(Optional.empty(), open.slice());
      // what they may have set aside still comes back
      assertEquals(List.of(1L, 2L), losing(open));
      assertEquals(slice(104), open.losing().getFirst().slice());
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), open.completed(1, 9));
      assertEquals(List.of(2L), losing(after(open, open.released(1, 9))));
    }

    @Test
    void takesNoMoreFromABidderWhoOwesTwoAnswers() {
      LiquidationAuction auction = OPEN;
      for (long round = 1; round <= 2; round++) {
        auction = queued(auction, bid(2, 1, 0, round));
        auction = after(auction, auction.offered(round, slice(104), 7));
        auction = auction.apply(auction.silent(125, 8).getFirst());
      }
      Decision<AuctionEvent, Rejection> waits = Decision.reject(Rejection.BIDDER_WAITS);
      assertEquals(waits, auction.bid(bid(2, 1, 0, 3), NAME, POOL, 103, 10));
      LiquidationAuction one = after(auction, auction.released(1, 9));
      assertEquals(1, queued(one, bid(2, 1, 0, 3)).queue().size());
    }
  }

  @Nested
  class ABid {
    @Test
    void isDecidedOnPricesThatItsSenderHadNotSeen() {
      LiquidationAuction one = queued(2);
      assertTrue(one.due(103).isEmpty());
      assertTrue(one.due(104).isPresent());
      assertEquals(Decision.reject(Rejection.NO_BID_DUE), one.offered(1, slice(103), 6));
      LiquidationAuction later = queued(OPEN, bid(2, 1, 110, 1));
      assertTrue(later.due(109).isEmpty());
      assertTrue(later.due(110).isPresent());
    }

    @Test
    void thatWaitsForLaterPricesHoldsNobodyUp() {
      LiquidationAuction two = queued(queued(OPEN, bid(2, 1, 113, 1)), bid(3));
      assertEquals(bid(3), two.due(104).orElseThrow().bid());
      assertEquals(
          Decision.reject(Rejection.PRICES_TOO_FAR),
          two.bid(bid(4, 1, 114, 1), NAME, POOL, 103, 6));
    }

    @Test
    void isQueuedOnce() {
      LiquidationAuction two = queued(2, 3);
      assertEquals(Decision.alreadyDone(), two.bid(bid(3), NAME, POOL, 103, 6));
      LiquidationAuction offered = after(two, two.offered(1, slice(104), 7));
      assertEquals(Decision.alreadyDone(), offered.bid(bid(3), NAME, POOL, 104, 7));
      LiquidationAuction reserved = after(offered, offered.completed(1, 8));
      assertEquals(Decision.alreadyDone(), reserved.bid(bid(2), NAME, POOL, 104, 8));
      assertEquals(Decision.alreadyDone(), reserved.bid(bid(3), NAME, POOL, 104, 8));
    }

    @Test
    void isRefusedByName() {
      assertEquals(
          Decision.reject(Rejection.NOT_OPEN),
          LiquidationAuction.EMPTY.bid(bid(2), NAME, POOL, 103, 6));
      assertEquals(
          Decision.reject(Rejection.OTHER_AUCTION), OPEN.bid(bid(99), "other", POOL, 103, 6));
      assertEquals(
          Decision.reject(Rejection.PORTION_OUT_OF_RANGE),
          OPEN.bid(bid(2, 0, 0, 1), NAME, POOL, 103, 6));
      assertEquals(
          Decision.reject(Rejection.PORTION_OUT_OF_RANGE),
          OPEN.bid(bid(2, 1_000_001, 0, 1), NAME, POOL, 103, 6));
    }

    @Test
    void thatNobodyCouldPayForIsRefusedBeforeItIsQueued() {
      SignedAction<Bid> good = bid(2);
      assertEquals(Optional.empty(), refusal(good, ID, 5));
      assertEquals(Optional.of(AccountRejection.EXPIRED), refusal(good, ID, 100_000));
      assertEquals(Optional.of(AccountRejection.SAME_ACCOUNT), refusal(good, account(2, 1, 0), 5));
      assertEquals(
          Optional.of(AccountRejection.UNKNOWN_AUCTION), refusal(good, account(1, 2, 0), 5));
      SignedAction<Bid> forged =
          new SignedAction<>(
              good.action(), good.chainId(), good.verifyingContract(), bid(3).signature());
      assertEquals(Optional.of(AccountRejection.WRONG_SIGNER), refusal(forged, ID, 5));
      SignedAction<Bid> elsewhere =
          new SignedAction<>(good.action(), 999, good.verifyingContract(), good.signature());
      assertEquals(Optional.of(AccountRejection.WRONG_DOMAIN), refusal(elsewhere, ID, 5));
    }

    private static Optional<AccountRejection> refusal(
        SignedAction<Bid> signed, AccountId auctioned, long now) {
      return LiquidationAuction.refusal(signed.action(), VERIFIER.verify(signed), auctioned, now);
    }

    @Test
    void whoseDeadlineIsOverIsDropped() {
      LiquidationAuction one = queued(2);
      assertEquals(List.of(), one.expired(99_999));
      assertEquals(
          List.of(new AuctionEvent.BidDropped(1, "EXPIRED", 100_000)), one.expired(100_000));
    }
  }

  @Nested
  class ASlice {
    @Test
    void goesFromOfferToDelivery() {
      LiquidationAuction queued = queued(2);
      LiquidationAuction offered = after(queued, queued.offered(1, slice(104), 7));
      assertEquals(Stage.OFFERED, offered.stage());
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), offered.close(8));
      LiquidationAuction reserved = after(offered, offered.completed(1, 8));
      assertEquals(Stage.RESERVED, reserved.stage());
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), reserved.close(8));
      LiquidationAuction sold = after(reserved, reserved.sold(9));
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), sold.withdrawn(9));
      LiquidationAuction open = after(sold, sold.delivered(10));
      assertEquals(Stage.OPEN, open.stage());
      assertEquals(Optional.empty(), open.slice());
      assertEquals(Optional.empty(), open.winner());
      assertTrue(open.queue().isEmpty());
      LiquidationAuction closed = after(open, open.close(11));
      assertFalse(closed.open());
      assertFalse(closed.pending());
      assertEquals(Decision.alreadyDone(), closed.close(12));
      assertEquals(Decision.reject(Rejection.NOT_OPEN), closed.bid(bid(3), NAME, POOL, 200, 12));
    }

    @Test
    void isOfferedToAllWhoWantTheSamePortionAsTheOldest() {
      LiquidationAuction auction =
          queued(
              queued(
                  queued(queued(OPEN, bid(2, 500_000, 0, 1)), bid(3, 400_000, 0, 1)),
                  bid(4, 500_000, 0, 1)),
              bid(5, 500_000, 106, 1));
      assertEquals(List.of(1L, 3L), tickets(auction.offerees(Slice.Kind.SOLVENT, 104)));
      assertEquals(List.of(1L, 2L, 3L), tickets(auction.offerees(Slice.Kind.INSOLVENT, 104)));
      assertEquals(List.of(1L, 2L, 3L, 4L), tickets(auction.offerees(Slice.Kind.CURE, 106)));
      LiquidationAuction offered = after(auction, auction.offered(1, slice(104), 7));
      assertEquals(List.of(1L, 3L), tickets(offered.asked()));
      assertEquals(List.of(2L, 4L), tickets(offered.queue()));
    }

    @Test
    void isOfferedOnceToABidderWithTwoBids() {
      LiquidationAuction auction = queued(queued(2), bid(2, 1_000_000, 0, 2));
      assertEquals(List.of(1L), tickets(auction.offerees(Slice.Kind.SOLVENT, 104)));
    }

    @Test
    void goesToTheFirstCompleteReserve() {
      LiquidationAuction three = queued(2, 3, 4);
      LiquidationAuction offered = after(three, three.offered(1, slice(104), 7));
      LiquidationAuction refused = after(offered, offered.dropped(1, "INSUFFICIENT_MARGIN", 8));
      LiquidationAuction reserved = after(refused, refused.completed(3, 8));
      assertEquals(bid(4), reserved.winner().orElseThrow().bid());
      assertEquals(List.of(2L), losing(reserved));
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), reserved.completed(2, 9));
      LiquidationAuction sold = after(reserved, reserved.sold(9));
      LiquidationAuction closed = after(sold, sold.delivered(10));
      closed = after(closed, closed.close(10));
      // the loser's money comes back whatever else happened
      assertTrue(closed.pending());
      LiquidationAuction over = after(closed, closed.released(2, 11));
      assertFalse(over.pending());
      assertEquals(Decision.alreadyDone(), over.released(2, 12));
    }

    @Test
    void thatNobodyCanPayForLeavesTheAuctionOpen() {
      LiquidationAuction two = queued(queued(2), bid(3, 400_000, 0, 1));
      LiquidationAuction offered = after(two, two.offered(1, slice(104), 7));
      LiquidationAuction next = after(offered, offered.dropped(1, "INSUFFICIENT_MARGIN", 8));
      assertEquals(Stage.OPEN, next.stage());
      assertEquals(bid(3, 400_000, 0, 1), next.due(104).orElseThrow().bid());
      assertEquals(1, next.round());
    }

    @Test
    void thatIsWithdrawnGivesTheWinnerHisMoneyBack() {
      LiquidationAuction two = queued(2, 3);
      LiquidationAuction offered = after(two, two.offered(4, slice(104), 7));
      LiquidationAuction reserved = after(offered, offered.completed(2, 8));
      LiquidationAuction withdrawn = after(reserved, reserved.withdrawn(9));
      assertEquals(Stage.OPEN, withdrawn.stage());
      assertEquals(List.of(1L, 2L), losing(withdrawn));
      assertEquals(4, withdrawn.losing().getLast().round());
      assertEquals(slice(104), withdrawn.losing().getLast().slice());
    }
  }

  @Nested
  class AnInsolventAccount {
    @Test
    void isOfferedOnceTheFundHasPaid() {
      LiquidationAuction one = queued(2);
      LiquidationAuction covering = after(one, one.cover(3, 7));
      assertEquals(Stage.COVERING, covering.stage());
      assertEquals(3, covering.round());
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), covering.close(7));
      LiquidationAuction paid = after(covering, covering.fundPaid(0, 8));
      assertTrue(paid.funded());
      assertEquals(Stage.OPEN, paid.stage());
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), paid.fundPaid(0, 8));
    }

    @Test
    void thatTheFundCannotPayForLosesTheBid() {
      LiquidationAuction two = queued(2, 3);
      LiquidationAuction covering = after(two, two.cover(1, 7));
      LiquidationAuction open = covering;
      for (AuctionEvent event : all(covering.fundRefused("FUND_TOO_SMALL", 104, 8))) {
        open = open.apply(event);
      }
      assertEquals(Stage.OPEN, open.stage());
      assertFalse(open.funded());
      assertEquals(List.of(2L), tickets(open.queue()));
    }
  }
}
