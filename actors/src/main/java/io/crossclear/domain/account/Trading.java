package io.crossclear.domain.account;

import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The part of an account that trades. Its cash is the account's balance of the settlement asset.
 *
 * @param positions by instrument; none has 0 lots
 * @param unsettled above 0 a gain not yet released, below 0 a loss not yet collected
 * @param interestIndex up to which the loan has paid interest
 * @param interest all interest ever charged, units: the pool books what it has not seen yet
 * @param auction the one auction of this account; it is being liquidated when of that kind
 * @param auctions number of auctions so far
 * @param sold round of the newest slice that left each of the last auctions, also when it is over:
 *     a copy of the request is answered by it
 * @param legs reserved by fill batch
 * @param ended fill batches that are over, with the second after which a copy is refused anyway
 * @param orders what is used of each signed order, by digest, until its deadline
 * @param cancelled nonces of orders taken back, until the floor passes them
 * @param nonceFloor no order with a nonce below is taken
 * @param step the newest step of the pool and what it came to
 * @param bids slices that this account may take over, by their key
 * @param trimmed import that vanished because the units were paid to the pool, ever, by asset and
 *     chain: the treasury books what it has not seen yet
 * @param prices that the next event's decision looked at
 */
public record Trading(
    SortedMap<String, Position> positions,
    long unsettled,
    long interestIndex,
    long interest,
    Optional<Auction> auction,
    long auctions,
    SortedMap<Long, Long> sold,
    SortedMap<Hash, Batch> legs,
    SortedMap<Hash, Long> ended,
    SortedMap<Hash, OrderUse> orders,
    SortedMap<Long, Long> cancelled,
    long nonceFloor,
    Step step,
    SortedMap<String, HeldBid> bids,
    SortedMap<Asset, SortedMap<Long, Long>> trimmed,
    Optional<Marks> prices) {

  /** Legs that may be open at once. */
  public static final int MAX_LEGS = 64;

  /** Orders that may be within their deadlines at once. */
  public static final int MAX_ORDERS = 256;

  /** The furthest deadline of a fill batch, in seconds from now. */
  public static final long MAX_BATCH_SECONDS = 120;

  /**
   * Legs of one batch.
   *
   * @param number of the batch at its venue, from 1
   * @param deadline seconds since 1970
   */
  public record Batch(Address venue, long number, List<Leg> legs, long deadline) {
    public Batch {
      legs = List.copyOf(legs);
    }
  }

  /**
   * How much of an order is used, open legs included.
   *
   * @param filled lots, at most the order's size
   * @param fees units, at most the order's maximum
   * @param deadline seconds since 1970
   */
  public record OrderUse(long nonce, long filled, long fees, long deadline) {}

  /**
   * A step of the pool, and what it came to: the answer to a copy of the request.
   *
   * @param number from 1, without gaps
   * @param lots that moved
   * @param collateral that was given up
   */
  public record Step(long number, long units, long lots, SortedMap<Asset, Long> collateral) {
    public Step {
      collateral = Exact.ordered(collateral);
    }
  }

  /** Why an account is auctioned. */
  public enum AuctionKind {
    /** Collateral is sold for what is owed or borrowed; the account goes on trading. */
    CURE,
    /** The account is below its maintenance margin. */
    LIQUIDATION
  }

  /**
   * An auction.
   *
   * @param number from 1, without gaps
   * @param round of the newest slice; 0 before
   * @param slice on offer; any other posting takes it away
   */
  public record Auction(long number, AuctionKind kind, long round, Optional<Slice> slice) {}

  /** Auctions whose newest sale is remembered: more than can be unanswered. */
  static final int SALES = 16;

  /**
   * A slice that this account may take over.
   *
   * @param bid digest of the signed bid
   * @param aside units that left the cash for it
   */
  public record HeldBid(Hash bid, Slice slice, long aside) {}

  /** An account that never traded. */
  public static final Trading NONE =
      new Trading(
          Collections.emptySortedMap(),
          0,
          0,
          0,
          Optional.empty(),
          0,
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          0,
          new Step(0, 0, 0, Collections.emptySortedMap()),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Optional.empty());

  public Trading {
    positions = Exact.ordered(positions);
    sold = Exact.ordered(sold);
    legs = Exact.ordered(legs);
    ended = Exact.ordered(ended);
    orders = Exact.ordered(orders);
    cancelled = Exact.ordered(cancelled);
    bids = Exact.ordered(bids);
    trimmed = Exact.ordered(trimmed);
  }

  /** Whether only auctions may move the positions. */
  public boolean liquidating() {
    return auction.filter(open -> open.kind() == AuctionKind.LIQUIDATION).isPresent();
  }

  /** The same, with no prices looked at. */
  Trading unpriced() {
    return prices.isEmpty()
        ? this
        : new Trading(
            positions,
            unsettled,
            interestIndex,
            interest,
            auction,
            auctions,
            sold,
            legs,
            ended,
            orders,
            cancelled,
            nonceFloor,
            step,
            bids,
            trimmed,
            Optional.empty());
  }

  /** Whether an order within its deadline has the nonce. */
  boolean orderHas(long nonce) {
    return orders.values().stream().anyMatch(use -> use.nonce() == nonce);
  }

  /** Open legs of all batches. */
  public List<Leg> openLegs() {
    return legs.values().stream().flatMap(batch -> batch.legs().stream()).toList();
  }
}
