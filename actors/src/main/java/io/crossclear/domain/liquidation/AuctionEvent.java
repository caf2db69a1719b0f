package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;

/** What happened in an auction. */
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
  record BidQueued(SignedAction<UserAction.Bid> bid, long seq, long time) implements AuctionEvent {}

  /** The account has fixed the slice for the bid at the head of the queue. */
  record SliceOffered(long round, Slice slice, long time) implements AuctionEvent {}

  /** The bidder at the head has set aside what it costs. */
  record BidCompleted(long round, long time) implements AuctionEvent {}

  /** The bid at the head is out. */
  record BidDropped(String reason, long time) implements AuctionEvent {}

  /** The slice has left the account. */
  record SliceSold(long round, long time) implements AuctionEvent {}

  /** The account changed before the slice could leave; the bidder has his money back. */
  record SliceWithdrawn(long round, long time) implements AuctionEvent {}

  /** The slice has arrived at the bidder. */
  record SliceDelivered(long round, long time) implements AuctionEvent {}

  /** The account is above its maintenance margin, or its loss has been shared. */
  record Closed(long time) implements AuctionEvent {}
}
