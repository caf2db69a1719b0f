package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.liquidation.AuctionEvent.BidCompleted;
import io.crossclear.domain.liquidation.AuctionEvent.BidQueued;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An auction's journal as evidence for whoever executes accounts again: who had set aside what the
 * slice of a round costs when it was taken. Used by one thread at a time.
 */
public final class AuctionTrail {

  private final Map<Long, AccountId> bidders = new HashMap<>();
  private final Map<Long, AccountId> buyers = new HashMap<>();

  /** Reads the auction's next event. */
  public void read(AuctionEvent event) {
    if (event instanceof BidQueued queued) {
      bidders.put(queued.ticket(), new AccountId(queued.bid().action().account().hex()));
    } else if (event instanceof BidCompleted completed) {
      Optional.ofNullable(bidders.get(completed.ticket()))
          .ifPresent(bidder -> buyers.put(completed.round(), bidder));
    }
  }

  /** The bidder for whom the slice of this round is taken, if it is. */
  public Optional<AccountId> buyer(long round) {
    return Optional.ofNullable(buyers.get(round));
  }
}
