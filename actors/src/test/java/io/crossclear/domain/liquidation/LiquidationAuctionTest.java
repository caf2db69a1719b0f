package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.liquidation.LiquidationAuction.Rejection;
import io.crossclear.domain.liquidation.LiquidationAuction.Stage;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Bid;
import java.util.TreeMap;
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

  private static SignedAction<Bid> bid(int bidder, long minPriceSeq) {
    return sign(
        owner(bidder),
        new Bid(account(bidder, 1, 0).word(), NAME, 1_000_000, 10, minPriceSeq, 1, 99));
  }

  private static Slice slice(long seq) {
    return new Slice(Slice.Kind.SOLVENT, seq, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 5, 6);
  }

  @Test
  void itsPriceFallsWithRoundsToItsFloor() {
    assertEquals(980_000, OPEN.discountPpm(POOL, 100));
    assertEquals(952_000, OPEN.discountPpm(POOL, 101));
    assertEquals(700_000, OPEN.discountPpm(POOL, 110));
    assertEquals(700_000, OPEN.discountPpm(POOL, 999));
    assertFalse(OPEN.exhausted(POOL, 110));
    assertTrue(OPEN.exhausted(POOL, 111));
  }

  @Test
  void aBidIsDecidedOnPricesThatItsSenderHadNotSeen() {
    LiquidationAuction queued = after(OPEN, OPEN.bid(bid(2, 0), NAME, 103, 6));
    assertTrue(queued.due(103).isEmpty());
    assertTrue(queued.due(104).isPresent());
    assertEquals(Decision.reject(Rejection.NO_BID_DUE), queued.offered(1, slice(103), 6));
    LiquidationAuction later = after(OPEN, OPEN.bid(bid(2, 110), NAME, 103, 6));
    assertTrue(later.due(109).isEmpty());
    assertTrue(later.due(110).isPresent());
  }

  @Test
  void aSliceGoesFromOfferToDelivery() {
    LiquidationAuction queued = after(OPEN, OPEN.bid(bid(2, 0), NAME, 103, 6));
    LiquidationAuction offered = after(queued, queued.offered(1, slice(104), 7));
    LiquidationAuction reserved = after(offered, offered.completed(8));
    assertEquals(Stage.RESERVED, reserved.stage());
    assertEquals(Decision.reject(Rejection.OUT_OF_TURN), reserved.close(8));
    LiquidationAuction sold = after(reserved, reserved.sold(9));
    LiquidationAuction open = after(sold, sold.delivered(10));
    assertEquals(Stage.OPEN, open.stage());
    assertTrue(open.queue().isEmpty());
    LiquidationAuction closed = after(open, open.close(11));
    assertFalse(closed.open());
    assertEquals(Decision.alreadyDone(), closed.close(12));
    assertEquals(Decision.reject(Rejection.NOT_OPEN), closed.bid(bid(3, 0), NAME, 200, 12));
  }

  @Test
  void aBidThatFailsMakesRoomForTheNext() {
    LiquidationAuction one = after(OPEN, OPEN.bid(bid(2, 0), NAME, 103, 6));
    LiquidationAuction two = after(one, one.bid(bid(3, 0), NAME, 103, 6));
    assertEquals(Decision.alreadyDone(), two.bid(bid(3, 0), NAME, 103, 6));
    LiquidationAuction offered = after(two, two.offered(1, slice(104), 7));
    LiquidationAuction next = after(offered, offered.dropped("INSUFFICIENT_MARGIN", 8));
    assertEquals(bid(3, 0), next.due(104).orElseThrow().bid());
    LiquidationAuction again = after(next, next.offered(2, slice(105), 9));
    LiquidationAuction reserved = after(again, again.completed(9));
    assertEquals(Stage.OPEN, after(reserved, reserved.withdrawn(10)).stage());
  }

  @Test
  void atMost32BidsWaitAndNoneForAnotherAuction() {
    LiquidationAuction auction = OPEN;
    for (int i = 0; i < LiquidationAuction.MAX_BIDS; i++) {
      auction = after(auction, auction.bid(bid(i + 2, 0), NAME, 103, 6));
    }
    assertEquals(Decision.reject(Rejection.TOO_MANY_BIDS), auction.bid(bid(99, 0), NAME, 103, 6));
    assertEquals(
        Decision.reject(Rejection.OTHER_AUCTION), auction.bid(bid(99, 0), "other", 103, 6));
  }
}
