package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** Attack 21, as far as bids go: bids of empty accounts neither block an auction nor oversell. */
final class A21BidSpamTest {

  private static final AccountId ID = account(1, 1, 0);
  private static final String NAME = AuctionDesk.auction(ID, 1);
  private static final LiquidationAuction OPEN =
      LiquidationAuction.EMPTY.apply(
          only(LiquidationAuction.EMPTY.open(ID, 1, AuctionKind.LIQUIDATION, 100, 5)));

  private static SignedAction<Bid> bid(int bidder, long nonce) {
    return sign(
        owner(bidder),
        new Bid(account(bidder, 1, 0).word(), NAME, 1_000_000, 10, 0, nonce, 999_999));
  }

  private static Decision<AuctionEvent, Rejection> queue(
      LiquidationAuction auction, SignedAction<Bid> bid, long now) {
    return auction.bid(bid, NAME, POOL, 103, now);
  }

  private static LiquidationAuction offered(LiquidationAuction auction, long round, long now) {
    Slice slice =
        new Slice(Slice.Kind.SOLVENT, 104, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 5, 6);
    return auction.apply(only(auction.offered(round, slice, now)));
  }

  @Test
  void thirtyOneEmptyAccountsDoNotHoldUpOneThatPays() {
    LiquidationAuction auction = OPEN;
    for (int i = 0; i < LiquidationAuction.MAX_BIDS; i++) {
      auction = auction.apply(only(queue(auction, bid(i + 2, 1), 6)));
    }
    assertEquals(Decision.reject(Rejection.TOO_MANY_BIDS), queue(auction, bid(99, 1), 6));
    auction = offered(auction, 1, 7);
    assertEquals(LiquidationAuction.MAX_BIDS, auction.asked().size());
    for (long ticket = 1; ticket < LiquidationAuction.MAX_BIDS; ticket++) {
      auction = auction.apply(only(auction.dropped(ticket, "INSUFFICIENT_BALANCE", 8)));
      assertEquals(Stage.OFFERED, auction.stage());
    }
    auction = auction.apply(only(auction.completed(LiquidationAuction.MAX_BIDS, 8)));
    assertEquals(Stage.RESERVED, auction.stage());
    assertEquals(0, auction.losing().size());
  }

  @Test
  void onlyOneReserveTakesTheSlice() {
    LiquidationAuction auction = OPEN;
    for (int i = 0; i < LiquidationAuction.MAX_BIDS; i++) {
      auction = auction.apply(only(queue(auction, bid(i + 2, 1), 6)));
    }
    auction = offered(auction, 1, 7);
    auction = auction.apply(only(auction.completed(7, 8)));
    for (long ticket = 1; ticket <= LiquidationAuction.MAX_BIDS; ticket++) {
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), auction.completed(ticket, 8));
    }
    assertEquals(LiquidationAuction.MAX_BIDS - 1, auction.losing().size());
  }

  @Test
  void aBidderWhoseReserveFailsTwiceWaitsAMinute() {
    LiquidationAuction auction = failed(failed(OPEN, 1, 1_000), 2, 2_000);
    assertEquals(Decision.reject(Rejection.BIDDER_WAITS), queue(auction, bid(2, 3), 61_999));
    // others do not
    only(queue(auction, bid(3, 1), 2_000));
    only(queue(auction, bid(2, 3), 62_000));
  }

  @Test
  void aBidderWhoseReserveFailedOnceDoesNotWait() {
    only(queue(failed(OPEN, 1, 1_000), bid(2, 2), 1_000));
  }

  private static LiquidationAuction failed(LiquidationAuction auction, long nonce, long now) {
    LiquidationAuction offered =
        offered(auction.apply(only(queue(auction, bid(2, nonce), now))), nonce, now);
    long ticket = offered.asked().getFirst().ticket();
    return offered.apply(only(offered.dropped(ticket, "INSUFFICIENT_MARGIN", now)));
  }
}
