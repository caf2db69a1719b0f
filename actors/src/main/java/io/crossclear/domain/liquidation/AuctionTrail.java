package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.liquidation.AuctionEvent.BidCompleted;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An auction's journal as evidence for whoever executes accounts again: who had set aside what the
 * slice of a round costs when it was taken. Used by one thread at a time.
 */
public final class AuctionTrail {

  private final Map<Long, AccountId> buyers = new HashMap<>();
  private LiquidationAuction auction = LiquidationAuction.EMPTY;

  /** Reads the auction's next event. */
  public void read(AuctionEvent event) {
    if (event instanceof BidCompleted completed && !auction.queue().isEmpty()) {
      var bid = auction.queue().getFirst().bid().action();
      buyers.put(completed.round(), new AccountId(bid.account().hex()));
    }
    auction = auction.apply(event);
  }

  /** The bidder for whom the slice of this round is taken, if it is. */
  public Optional<AccountId> buyer(long round) {
    return Optional.ofNullable(buyers.get(round));
  }
}
