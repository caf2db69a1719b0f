package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.List;

/** What happened in an auction. A bid is named by its ticket, from 1 in the order of arrival. */
public sealed interface AuctionEvent {

  /** Protocol time in milliseconds since 1970. */
  long time();

  /**
   * It opened.
   *
   * @param number of the account's auction
   * @param seq price set at which it opened: the first step
   */
  record Opened(AccountId account, long number, AuctionKind kind, long seq, long time)
      implements AuctionEvent {}

  /** Somebody wants a slice; decided on the first price set after {@code seq}. */
  record BidQueued(long ticket, SignedAction<UserAction.Bid> bid, long seq, long time)
      implements AuctionEvent {}

  /** The account is worth nothing: the fund is to pay what it lacks, under this round. */
  record CoverBegun(long round, long time) implements AuctionEvent {}

  /** The fund has paid, with a bounty: the account may go for nothing now. */
  record FundPaid(long units, long time) implements AuctionEvent {}

  /** The fund does not pay. */
  record FundRefused(String reason, long time) implements AuctionEvent {}

  /**
   * The account has fixed a slice.
   *
   * @param tickets of the bids that it is offered to, all at once
   */
  record SliceOffered(long round, Slice slice, List<Long> tickets, long time)
      implements AuctionEvent {
    public SliceOffered {
      tickets = List.copyOf(tickets);
    }
  }

  /** A bidder was the first to set aside what it costs; the others get back what they set aside. */
  record BidCompleted(long round, long ticket, long time) implements AuctionEvent {}

  /** A bid is out, and nothing of its bidder's is set aside. */
  record BidDropped(long ticket, String reason, long time) implements AuctionEvent {}

  /** A bidder did not answer in time and has lost; he may have money set aside. */
  record BidLost(long ticket, long time) implements AuctionEvent {}

  /** A bid that lost is out: its bidder has back what was set aside, if anything was. */
  record BidReleased(long ticket, long time) implements AuctionEvent {}

  /** The slice has left the account. */
  record SliceSold(long round, long time) implements AuctionEvent {}

  /** The account changed before the slice could leave; the bidder gets his money back. */
  record SliceWithdrawn(long round, long time) implements AuctionEvent {}

  /** The slice has arrived at the bidder. */
  record SliceDelivered(long round, long time) implements AuctionEvent {}

  /** The price is at its floor and nobody bids: the pool is to share the loss. */
  record SharingBegun(long time) implements AuctionEvent {}

  /**
   * The pool has done what it could and the account is still in need: the price starts again.
   *
   * @param seq price set of the first step
   */
  record Repriced(long seq, long time) implements AuctionEvent {}

  /** The account is above its maintenance margin, or its loss has been shared. */
  record Closed(long time) implements AuctionEvent {}
}
