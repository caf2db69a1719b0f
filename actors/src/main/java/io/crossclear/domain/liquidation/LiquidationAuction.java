package io.crossclear.domain.liquidation;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.liquidation.AuctionEvent.BidCompleted;
import io.crossclear.domain.liquidation.AuctionEvent.BidDropped;
import io.crossclear.domain.liquidation.AuctionEvent.BidLost;
import io.crossclear.domain.liquidation.AuctionEvent.BidQueued;
import io.crossclear.domain.liquidation.AuctionEvent.BidReleased;
import io.crossclear.domain.liquidation.AuctionEvent.Closed;
import io.crossclear.domain.liquidation.AuctionEvent.CoverBegun;
import io.crossclear.domain.liquidation.AuctionEvent.FundPaid;
import io.crossclear.domain.liquidation.AuctionEvent.FundRefused;
import io.crossclear.domain.liquidation.AuctionEvent.Opened;
import io.crossclear.domain.liquidation.AuctionEvent.Repriced;
import io.crossclear.domain.liquidation.AuctionEvent.SharingBegun;
import io.crossclear.domain.liquidation.AuctionEvent.SliceDelivered;
import io.crossclear.domain.liquidation.AuctionEvent.SliceOffered;
import io.crossclear.domain.liquidation.AuctionEvent.SliceSold;
import io.crossclear.domain.liquidation.AuctionEvent.SliceWithdrawn;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An auction of one account. Its price falls with certified rounds, not with time, so an outage
 * cannot walk it down. Bids wait for a price set that their senders had not seen. Then one slice is
 * offered to all bids that are due and want the same portion as the oldest of them; the first
 * complete reserve takes it, and the others get back what they set aside, whatever else happens.
 *
 * @param opened empty before the first event
 * @param start price set of the first step
 * @param tickets number of bids so far
 * @param queue bids that wait, the oldest first
 * @param round the newest number given to a slice or to what the fund pays for one
 * @param slice on offer or sold
 * @param asked bids that the slice is on offer to and that have not answered
 * @param winner who takes it
 * @param losing bids that lost a slice and may have money set aside for it
 * @param funded whether the fund has paid for the account
 * @param failures bidders whose reserves failed within the last minute
 */
public record LiquidationAuction(
    Optional<Opened> opened,
    Stage stage,
    long start,
    long tickets,
    List<Waiting> queue,
    long round,
    Optional<Slice> slice,
    List<Waiting> asked,
    Optional<Waiting> winner,
    List<Losing> losing,
    boolean funded,
    SortedMap<AccountId, Failures> failures,
    long time) {

  /** Bids that may wait or be asked at once. */
  public static final int MAX_BIDS = 32;

  /** Reserves of one bidder that may fail before he has to wait. */
  public static final int MAX_FAILURES = 2;

  /** Bids of one bidder that may wait, be asked or owe their answer at once. */
  public static final int MAX_BIDS_EACH = 2;

  /** Price sets after which a bidder who has not answered has lost the slice. */
  public static final long SILENT_ROUNDS = 20;

  /** How long he waits, in milliseconds. */
  public static final long WAIT = 60_000;

  /** A bid, and the price set at which it came. */
  public record Waiting(long ticket, SignedAction<UserAction.Bid> bid, long seq) {
    /** Who bids. */
    public AccountId bidder() {
      return new AccountId(bid.action().account().hex());
    }
  }

  /** A bid that lost this round's slice. */
  public record Losing(Waiting bid, long round, Slice slice) {}

  /**
   * Reserves of one bidder that failed.
   *
   * @param last when, milliseconds since 1970
   */
  public record Failures(int count, long last) {}

  /** How far it is, which is also what to do next. */
  public enum Stage {
    /** Nothing is known of it. */
    UNKNOWN,
    /** Waits for bids and rounds. */
    OPEN,
    /** To have the pool's fund pay what the account lacks. */
    COVERING,
    /** To reserve at the bidders that are asked. */
    OFFERED,
    /** To take the slice from the account. */
    RESERVED,
    /** To deliver the slice to the winner. */
    SOLD,
    /** To share the loss at the pool. */
    SHARING,
    /** Over. */
    CLOSED
  }

  /** Why something is not taken, in order of precedence. */
  public enum Rejection {
    /** The auction is over or not open yet. */
    NOT_OPEN,
    /** The bid names another auction. */
    OTHER_AUCTION,
    /** The portion is not 1 to 1,000,000. */
    PORTION_OUT_OF_RANGE,
    /** The bid wants to wait until the price has long reached its floor. */
    PRICES_TOO_FAR,
    /** Two reserves of this bidder have failed, and he waits a minute; or two bids of his wait. */
    BIDDER_WAITS,
    /** 32 bids wait. */
    TOO_MANY_BIDS,
    /** No bid waits for this price set. */
    NO_BID_DUE,
    /** It is at another stage. */
    OUT_OF_TURN
  }

  /** An auction before its first event. */
  public static final LiquidationAuction EMPTY =
      new LiquidationAuction(
          Optional.empty(),
          Stage.UNKNOWN,
          0,
          0,
          List.of(),
          0,
          Optional.empty(),
          List.of(),
          Optional.empty(),
          List.of(),
          false,
          new TreeMap<>(),
          0);

  public LiquidationAuction {
    queue = List.copyOf(queue);
    asked = List.copyOf(asked);
    losing = List.copyOf(losing);
    failures = Exact.ordered(failures);
  }

  /** Whether bids are taken. */
  public boolean open() {
    return stage != Stage.UNKNOWN && stage != Stage.CLOSED;
  }

  /** Whether something is left to do; a closed auction still gives losers their money back. */
  public boolean pending() {
    return open() || !losing.isEmpty();
  }

  /**
   * The price of a step as a part of the slice's value: start − (start − floor) · min(rounds since
   * the first step, rounds) / rounds, rounded up. It never rises until the price starts again.
   */
  public int discountPpm(PoolRules rules, long seq) {
    long passed = Math.min(Math.max(0, seq - start), rules.rounds());
    long fallen = Exact.mulDivDown(rules.startPpm() - rules.floorPpm(), passed, rules.rounds());
    return Math.toIntExact(rules.startPpm() - fallen);
  }

  /**
   * Whether what is left is torn up: the price has reached its floor and nobody bids, or it has
   * been there for as long as it fell, since bids that take next to nothing or that nobody pays for
   * would hold the auction open for ever.
   */
  public boolean exhausted(PoolRules rules, long seq) {
    long passed = seq - start;
    return passed > 2L * rules.rounds() || passed > rules.rounds() && due(seq).isEmpty();
  }

  /** Opens it when the account has. */
  public Decision<AuctionEvent, Rejection> open(
      AccountId account, long number, AuctionKind kind, long seq, long now) {
    return stage == Stage.UNKNOWN
        ? Decision.accept(new Opened(account, number, kind, seq, at(now)))
        : Decision.alreadyDone();
  }

  /**
   * Why a bid is nobody's who could pay for it: what its account would answer whatever it holds.
   *
   * @param verified what the signature says
   */
  public static Optional<AccountRejection> refusal(
      UserAction.Bid bid, Verified verified, AccountId auctioned, long now) {
    AccountId bidder = new AccountId(bid.account().hex());
    long second = Math.floorDiv(now, 1000L);
    if (!verified.knownDomain()) {
      return Optional.of(AccountRejection.WRONG_DOMAIN);
    }
    if (!verified.signer().equals(Optional.of(bidder.owner()))) {
      return Optional.of(AccountRejection.WRONG_SIGNER);
    }
    if (bid.deadline() < second) {
      return Optional.of(AccountRejection.EXPIRED);
    }
    if (bid.deadline() - second > MarginAccount.MAX_DEADLINE_SECONDS) {
      return Optional.of(AccountRejection.DEADLINE_TOO_FAR);
    }
    if (bidder.pool() != auctioned.pool()) {
      return Optional.of(AccountRejection.UNKNOWN_AUCTION);
    }
    return bidder.equals(auctioned) ? Optional.of(AccountRejection.SAME_ACCOUNT) : Optional.empty();
  }

  /**
   * Queues a bid.
   *
   * @param auction id of this auction, as bids name it
   * @param seq the newest price set when the bid came
   */
  public Decision<AuctionEvent, Rejection> bid(
      SignedAction<UserAction.Bid> bid, String auction, PoolRules rules, long seq, long now) {
    UserAction.Bid action = bid.action();
    if (!open()) {
      return Decision.reject(Rejection.NOT_OPEN);
    }
    if (!action.auction().equals(auction)) {
      return Decision.reject(Rejection.OTHER_AUCTION);
    }
    if (action.portionPpm() <= 0 || action.portionPpm() > Instrument.PPM) {
      return Decision.reject(Rejection.PORTION_OUT_OF_RANGE);
    }
    if (action.minPriceSeq() - Math.max(0, seq) > rules.rounds()) {
      return Decision.reject(Rejection.PRICES_TOO_FAR);
    }
    if (knows(bid)) {
      return Decision.alreadyDone();
    }
    AccountId bidder = new AccountId(action.account().hex());
    Failures failed = failures.getOrDefault(bidder, new Failures(0, 0));
    if (failed.count() >= MAX_FAILURES && at(now) - failed.last() < WAIT
        || bidsOf(bidder) >= MAX_BIDS_EACH) {
      return Decision.reject(Rejection.BIDDER_WAITS);
    }
    return queue.size() + asked.size() >= MAX_BIDS
        ? Decision.reject(Rejection.TOO_MANY_BIDS)
        : Decision.accept(
            new BidQueued(tickets + 1, bid, Math.max(seq, action.minPriceSeq() - 1), at(now)));
  }

  private long bidsOf(AccountId bidder) {
    return Stream.of(queue.stream(), asked.stream(), losing.stream().map(Losing::bid))
        .flatMap(bids -> bids)
        .filter(waiting -> waiting.bidder().equals(bidder))
        .count();
  }

  private boolean knows(SignedAction<UserAction.Bid> bid) {
    return queue.stream().anyMatch(waiting -> waiting.bid().equals(bid))
        || asked.stream().anyMatch(waiting -> waiting.bid().equals(bid))
        || winner.filter(waiting -> waiting.bid().equals(bid)).isPresent()
        || losing.stream().anyMatch(one -> one.bid().bid().equals(bid));
  }

  /** The bid that a slice is cut for at this price set: the oldest whose sender had not seen it. */
  public Optional<Waiting> due(long seq) {
    return queue.stream().filter(waiting -> waiting.seq() < seq).findFirst();
  }

  /**
   * The bids that the slice cut for the due one is offered to: all that are due and want the same
   * portion, the oldest of each bidder. In a sale without portions all that are due.
   */
  public List<Waiting> offerees(Slice.Kind kind, long seq) {
    Optional<Waiting> head = due(seq);
    List<Waiting> all = new ArrayList<>();
    Set<AccountId> bidders = new HashSet<>();
    for (Waiting waiting : queue) {
      boolean fits =
          kind != Slice.Kind.SOLVENT
              || head.orElse(waiting).bid().action().portionPpm()
                  == waiting.bid().action().portionPpm();
      if (waiting.seq() < seq && fits && bidders.add(waiting.bidder())) {
        all.add(waiting);
      }
    }
    return all;
  }

  /** Waiting bids whose deadline is over; they are dropped. */
  public List<AuctionEvent> expired(long now) {
    long second = Math.floorDiv(at(now), 1000L);
    List<AuctionEvent> dropped = new ArrayList<>();
    for (Waiting waiting : queue) {
      if (waiting.bid().action().deadline() < second) {
        dropped.add(new BidDropped(waiting.ticket(), AccountRejection.EXPIRED.name(), at(now)));
      }
    }
    return dropped;
  }

  /**
   * Bidders who have had the offer for too many price sets: they have lost the slice, so nobody
   * keeps it at an old price, and are asked on until what they may have set aside is back.
   *
   * @param seq the newest price set
   */
  public List<AuctionEvent> silent(long seq, long now) {
    boolean over =
        stage == Stage.OFFERED
            && slice.filter(offer -> seq - offer.seq() > SILENT_ROUNDS).isPresent();
    return over
        ? asked.stream()
            .<AuctionEvent>map(waiting -> new BidLost(waiting.ticket(), at(now)))
            .toList()
        : List.of();
  }

  /** Turns to the pool's fund when the account is worth nothing and somebody bids. */
  public Decision<AuctionEvent, Rejection> cover(long number, long now) {
    return in(Stage.OPEN, new CoverBegun(number, at(now)));
  }

  /** Takes the fund's word that the account has what it lacked. */
  public Decision<AuctionEvent, Rejection> fundPaid(long units, long now) {
    return in(Stage.COVERING, new FundPaid(units, at(now)));
  }

  /** Takes the fund's no; the bid that it was asked for is out. */
  public Decision<AuctionEvent, Rejection> fundRefused(String reason, long seq, long now) {
    if (stage != Stage.COVERING) {
      return late();
    }
    List<AuctionEvent> events = new ArrayList<>();
    events.add(new FundRefused(reason, at(now)));
    due(seq).ifPresent(bid -> events.add(new BidDropped(bid.ticket(), reason, at(now))));
    return Decision.accept(events);
  }

  /** Takes the slice that the account fixed and offers it. */
  public Decision<AuctionEvent, Rejection> offered(long number, Slice offer, long now) {
    if (stage != Stage.OPEN) {
      return late();
    }
    List<Long> bids = offerees(offer.kind(), offer.seq()).stream().map(Waiting::ticket).toList();
    return bids.isEmpty()
        ? Decision.reject(Rejection.NO_BID_DUE)
        : Decision.accept(new SliceOffered(number, offer, bids, at(now)));
  }

  /** Takes a bidder's yes: the first takes the slice, any other has lost it. */
  public Decision<AuctionEvent, Rejection> completed(long ticket, long now) {
    return stage == Stage.OFFERED && has(asked, ticket)
        ? Decision.accept(new BidCompleted(round, ticket, at(now)))
        : late();
  }

  /** Takes a bidder's no, or takes a waiting bid out. */
  public Decision<AuctionEvent, Rejection> dropped(long ticket, String reason, long now) {
    return has(asked, ticket) || has(queue, ticket)
        ? Decision.accept(new BidDropped(ticket, reason, at(now)))
        : Decision.alreadyDone();
  }

  /** Takes the word of a bidder who lost that nothing of his is set aside any more. */
  public Decision<AuctionEvent, Rejection> released(long ticket, long now) {
    return losing.stream().anyMatch(one -> one.bid().ticket() == ticket)
        ? Decision.accept(new BidReleased(ticket, at(now)))
        : Decision.alreadyDone();
  }

  private static boolean has(List<Waiting> bids, long ticket) {
    return bids.stream().anyMatch(waiting -> waiting.ticket() == ticket);
  }

  /** Takes the account's word that the slice has left. */
  public Decision<AuctionEvent, Rejection> sold(long now) {
    return in(Stage.RESERVED, new SliceSold(round, at(now)));
  }

  /** Takes the account's no: it has changed. The winner gets his money back. */
  public Decision<AuctionEvent, Rejection> withdrawn(long now) {
    return in(Stage.RESERVED, new SliceWithdrawn(round, at(now)));
  }

  /** Takes the winner's word that the slice has arrived. */
  public Decision<AuctionEvent, Rejection> delivered(long now) {
    return in(Stage.SOLD, new SliceDelivered(round, at(now)));
  }

  /** Turns to the pool when the price is at its floor and nobody bids. */
  public Decision<AuctionEvent, Rejection> share(PoolRules rules, long seq, long now) {
    return exhausted(rules, seq)
        ? in(Stage.OPEN, new SharingBegun(at(now)))
        : Decision.reject(Rejection.OUT_OF_TURN);
  }

  /** Starts the price again when the pool is through and the account is still in need. */
  public Decision<AuctionEvent, Rejection> reprice(long seq, long now) {
    return in(Stage.SHARING, new Repriced(Math.max(seq, start), at(now)));
  }

  /** Closes it when the account has; not while a slice is on its way. */
  public Decision<AuctionEvent, Rejection> close(long now) {
    return stage == Stage.OPEN || stage == Stage.SHARING
        ? Decision.accept(new Closed(at(now)))
        : late();
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
    Draft next = new Draft(this, event.time());
    switch (event) {
      case Opened e -> {
        next.opened = Optional.of(e);
        next.start = e.seq();
        next.stage = Stage.OPEN;
      }
      case BidQueued e -> {
        next.tickets = e.ticket();
        next.queue.add(new Waiting(e.ticket(), e.bid(), e.seq()));
      }
      case CoverBegun e -> {
        next.round = e.round();
        next.stage = Stage.COVERING;
      }
      case FundPaid e -> {
        next.funded = true;
        next.stage = Stage.OPEN;
      }
      case FundRefused e -> next.stage = Stage.OPEN;
      case SliceOffered e -> next.offer(e);
      case BidCompleted e -> next.complete(e);
      case BidDropped e -> next.drop(e);
      case BidLost e -> next.late(e);
      case BidReleased e -> next.losing.removeIf(one -> one.bid().ticket() == e.ticket());
      case SliceSold e -> next.stage = Stage.SOLD;
      case SliceWithdrawn e -> {
        next.winner.ifPresent(next::lose);
        next.reopen();
      }
      case SliceDelivered e -> next.reopen();
      case SharingBegun e -> next.stage = Stage.SHARING;
      case Repriced e -> {
        next.start = e.seq();
        next.stage = Stage.OPEN;
      }
      case Closed e -> {
        next.stage = Stage.CLOSED;
        next.queue.clear();
      }
    }
    return next.done();
  }

  /** The auction while one event changes it. */
  private static final class Draft {
    private final long time;
    private final List<Waiting> queue;
    private final List<Waiting> asked;
    private final List<Losing> losing;
    private final TreeMap<AccountId, Failures> failures;
    private Optional<Opened> opened;
    private Stage stage;
    private long start;
    private long tickets;
    private long round;
    private Optional<Slice> slice;
    private Optional<Waiting> winner;
    private boolean funded;

    Draft(LiquidationAuction before, long time) {
      this.time = time;
      queue = new ArrayList<>(before.queue);
      asked = new ArrayList<>(before.asked);
      losing = new ArrayList<>(before.losing);
      failures = new TreeMap<>(before.failures);
      opened = before.opened;
      stage = before.stage;
      start = before.start;
      tickets = before.tickets;
      round = before.round;
      slice = before.slice;
      winner = before.winner;
      funded = before.funded;
    }

    void offer(SliceOffered event) {
      stage = Stage.OFFERED;
      round = event.round();
      slice = Optional.of(event.slice());
      for (Waiting waiting : List.copyOf(queue)) {
        if (event.tickets().contains(waiting.ticket())) {
          queue.remove(waiting);
          asked.add(waiting);
        }
      }
    }

    void complete(BidCompleted event) {
      stage = Stage.RESERVED;
      for (Waiting waiting : asked) {
        if (waiting.ticket() == event.ticket()) {
          winner = Optional.of(waiting);
          failures.remove(waiting.bidder());
        } else {
          lose(waiting);
        }
      }
      asked.clear();
    }

    void lose(Waiting bid) {
      slice.ifPresent(lost -> losing.add(new Losing(bid, round, lost)));
    }

    void late(BidLost event) {
      for (Waiting waiting : List.copyOf(asked)) {
        if (waiting.ticket() == event.ticket()) {
          asked.remove(waiting);
          lose(waiting);
        }
      }
      if (stage == Stage.OFFERED && asked.isEmpty()) {
        reopen();
      }
    }

    void drop(BidDropped event) {
      queue.removeIf(waiting -> waiting.ticket() == event.ticket());
      for (Waiting waiting : List.copyOf(asked)) {
        if (waiting.ticket() == event.ticket()) {
          asked.remove(waiting);
          Failures before = failures.getOrDefault(waiting.bidder(), new Failures(0, 0));
          failures.put(waiting.bidder(), new Failures(before.count() + 1, time));
        }
      }
      if (stage == Stage.OFFERED && asked.isEmpty()) {
        reopen();
      }
    }

    void reopen() {
      stage = Stage.OPEN;
      slice = Optional.empty();
      winner = Optional.empty();
    }

    LiquidationAuction done() {
      failures.values().removeIf(failed -> time - failed.last() >= WAIT);
      return new LiquidationAuction(
          opened, stage, start, tickets, queue, round, slice, asked, winner, losing, funded,
          failures, time);
    }
  }
}
