package io.crossclear.domain.liquidation;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.liquidation.AuctionEvent.BidCompleted;
import io.crossclear.domain.liquidation.AuctionEvent.BidDropped;
import io.crossclear.domain.liquidation.AuctionEvent.BidQueued;
import io.crossclear.domain.liquidation.AuctionEvent.Closed;
import io.crossclear.domain.liquidation.AuctionEvent.Opened;
import io.crossclear.domain.liquidation.AuctionEvent.SliceDelivered;
import io.crossclear.domain.liquidation.AuctionEvent.SliceOffered;
import io.crossclear.domain.liquidation.AuctionEvent.SliceSold;
import io.crossclear.domain.liquidation.AuctionEvent.SliceWithdrawn;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An auction of one account. Its price falls with certified rounds, not with time, so an outage
 * cannot walk it down. Bids queue and are decided one after the other on a price set that their
 * senders had not seen; the first complete reserve takes the slice.
 *
 * @param opened empty before the first event
 * @param queue bids that wait, the one under decision first
 * @param round number of the newest slice, from 1
 * @param slice on offer to the bid at the head, or sold to it
 */
public record LiquidationAuction(
    Optional<Opened> opened,
    Stage stage,
    List<Waiting> queue,
    long round,
    Optional<Slice> slice,
    long time) {

  /** Bids that may wait at once. */
  public static final int MAX_BIDS = 32;

  /** A bid, and the price set at which it came. */
  public record Waiting(SignedAction<UserAction.Bid> bid, long seq) {}

  /** How far it is, which is also what to do next. */
  public enum Stage {
    /** Nothing is known of it. */
    UNKNOWN,
    /** Waits for bids and rounds. */
    OPEN,
    /** To reserve at the bidder at the head. */
    OFFERED,
    /** To take the slice from the account. */
    RESERVED,
    /** To deliver the slice to the bidder. */
    SOLD,
    /** Over. */
    CLOSED
  }

  /** Why something is not taken, in order of precedence. */
  public enum Rejection {
    /** The auction is over or not open yet. */
    NOT_OPEN,
    /** The bid names another auction. */
    OTHER_AUCTION,
    /** 32 bids wait. */
    TOO_MANY_BIDS,
    /** No bid waits for this price set. */
    NO_BID_DUE,
    /** It is at another stage. */
    OUT_OF_TURN
  }

  /** An auction before its first event. */
  public static final LiquidationAuction EMPTY =
      new LiquidationAuction(Optional.empty(), Stage.UNKNOWN, List.of(), 0, Optional.empty(), 0);

  public LiquidationAuction {
    queue = List.copyOf(queue);
  }

  /** Whether something is left to do without a new bid. */
  public boolean open() {
    return stage != Stage.UNKNOWN && stage != Stage.CLOSED;
  }

  /**
   * The price of a step as a part of the slice's value: start − (start − floor) · min(rounds since
   * it opened, rounds) / rounds, rounded up. It never rises.
   */
  public int discountPpm(PoolRules rules, long seq) {
    long since = Math.max(0, seq - opened.orElseThrow().seq());
    long passed = Math.min(since, rules.rounds());
    long fallen = Exact.mulDivDown(rules.startPpm() - rules.floorPpm(), passed, rules.rounds());
    return Math.toIntExact(rules.startPpm() - fallen);
  }

  /** Whether the price has reached its floor: what nobody took by then is torn up. */
  public boolean exhausted(PoolRules rules, long seq) {
    return seq - opened.orElseThrow().seq() > rules.rounds() && queue.isEmpty();
  }

  /** Opens it when the account has. */
  public Decision<AuctionEvent, Rejection> open(
      AccountId account, long number, AuctionKind kind, long seq, long now) {
    return stage == Stage.UNKNOWN
        ? Decision.accept(new Opened(account, number, kind, seq, at(now)))
        : Decision.alreadyDone();
  }

  /**
   * Queues a bid.
   *
   * @param auction id of this auction, as bids name it
   * @param seq the newest price set when the bid came
   */
  public Decision<AuctionEvent, Rejection> bid(
      SignedAction<UserAction.Bid> bid, String auction, long seq, long now) {
    if (!open()) {
      return Decision.reject(Rejection.NOT_OPEN);
    }
    if (!bid.action().auction().equals(auction)) {
      return Decision.reject(Rejection.OTHER_AUCTION);
    }
    if (queue.stream().anyMatch(waiting -> waiting.bid().equals(bid))) {
      return Decision.alreadyDone();
    }
    return queue.size() >= MAX_BIDS
        ? Decision.reject(Rejection.TOO_MANY_BIDS)
        : Decision.accept(
            new BidQueued(bid, Math.max(seq, bid.action().minPriceSeq() - 1), at(now)));
  }

  /** The bid that is decided at this price set: the first whose sender had not seen it. */
  public Optional<Waiting> due(long seq) {
    return queue.stream().findFirst().filter(waiting -> waiting.seq() < seq);
  }

  /** Takes the slice that the account fixed for the bid at the head. */
  public Decision<AuctionEvent, Rejection> offered(long number, Slice offer, long now) {
    if (stage != Stage.OPEN) {
      return late();
    }
    return due(offer.seq()).isEmpty()
        ? Decision.reject(Rejection.NO_BID_DUE)
        : Decision.accept(new SliceOffered(number, offer, at(now)));
  }

  /** Takes the bidder's yes. */
  public Decision<AuctionEvent, Rejection> completed(long now) {
    return in(Stage.OFFERED, new BidCompleted(round, at(now)));
  }

  /** Takes the bidder's no; the next bid is decided. */
  public Decision<AuctionEvent, Rejection> dropped(String reason, long now) {
    return stage == Stage.OPEN && !queue.isEmpty() || stage == Stage.OFFERED
        ? Decision.accept(new BidDropped(reason, at(now)))
        : late();
  }

  /** Takes the account's word that the slice has left. */
  public Decision<AuctionEvent, Rejection> sold(long now) {
    return in(Stage.RESERVED, new SliceSold(round, at(now)));
  }

  /** Takes the account's no: it has changed. The bidder has his money back. */
  public Decision<AuctionEvent, Rejection> withdrawn(long now) {
    return in(Stage.RESERVED, new SliceWithdrawn(round, at(now)));
  }

  /** Takes the bidder's word that the slice has arrived. */
  public Decision<AuctionEvent, Rejection> delivered(long now) {
    return in(Stage.SOLD, new SliceDelivered(round, at(now)));
  }

  /** Closes it when the account has; not while a slice is on its way. */
  public Decision<AuctionEvent, Rejection> close(long now) {
    return in(Stage.OPEN, new Closed(at(now)));
  }

  private Decision<AuctionEvent, Rejection> in(Stage expected, AuctionEvent event) {
    return stage == expected ? Decision.accept(event) : late();
  }

  private Decision<AuctionEvent, Rejection> late() {
    return stage == Stage.CLOSED ? Decision.alreadyDone() : Decision.reject(Rejection.OUT_OF_TURN);
  }

  private long at(long now) {
    return Math.max(now, time);
  }

  /** The auction after an event; never refuses. */
  public LiquidationAuction apply(AuctionEvent event) {
    return switch (event) {
      case Opened e ->
          new LiquidationAuction(
              Optional.of(e), Stage.OPEN, List.of(), 0, Optional.empty(), e.time());
      case BidQueued e -> {
        List<Waiting> next = new ArrayList<>(queue);
        next.add(new Waiting(e.bid(), e.seq()));
        yield new LiquidationAuction(opened, stage, next, round, slice, e.time());
      }
      case SliceOffered e ->
          new LiquidationAuction(
              opened, Stage.OFFERED, queue, e.round(), Optional.of(e.slice()), e.time());
      case BidCompleted e -> at(Stage.RESERVED, queue, slice, e.time());
      case BidDropped e -> at(Stage.OPEN, rest(), Optional.empty(), e.time());
      case SliceSold e -> at(Stage.SOLD, queue, slice, e.time());
      case SliceWithdrawn e -> at(Stage.OPEN, rest(), Optional.empty(), e.time());
      case SliceDelivered e -> at(Stage.OPEN, rest(), Optional.empty(), e.time());
      case Closed e -> at(Stage.CLOSED, List.of(), Optional.empty(), e.time());
    };
  }

  private List<Waiting> rest() {
    return queue.subList(Math.min(1, queue.size()), queue.size());
  }

  private LiquidationAuction at(Stage next, List<Waiting> bids, Optional<Slice> offer, long when) {
    return new LiquidationAuction(opened, next, bids, round, offer, when);
  }
}
