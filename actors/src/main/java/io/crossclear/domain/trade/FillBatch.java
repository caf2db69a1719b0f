package io.crossclear.domain.trade;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.account.OrderDesk;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.FillBatchEvent.AccountDone;
import io.crossclear.domain.trade.FillBatchEvent.AccountRefused;
import io.crossclear.domain.trade.FillBatchEvent.FeesBooked;
import io.crossclear.domain.trade.FillBatchEvent.LegsTaken;
import io.crossclear.domain.trade.FillBatchEvent.Novated;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A fill batch: reserve once at each account with all its legs, drop refused fills one by one, one
 * {@code Novated}, commit once at each account, then the fees. What is left to do follows from the
 * state alone, so a crash anywhere repeats at most an idempotent command.
 *
 * <p>A file of this length is one thought: the whole life of a batch, in its order.
 *
 * @param submitted empty before the first event
 * @param legs of the accounts that have answered
 * @param refused fills that will not happen; once novated, every fill is either here or there
 * @param reasons why an account refused its leg of a fill, its first answer when both did; unknown
 *     when the answer was lost
 * @param novated fills that happen; empty before the decision
 * @param fees of the novated fills
 * @param waiting accounts whose answer the stage waits for
 */
public record FillBatch(
    Optional<Submitted> submitted,
    Stage stage,
    SortedMap<AccountId, List<Leg>> legs,
    SortedMap<Integer, FillRefusal> refused,
    SortedMap<Integer, LegRefusal> reasons,
    List<Integer> novated,
    long fees,
    SortedSet<AccountId> waiting,
    long time) {

  /** How far it is, which is also what to do next. */
  public enum Stage {
    /** Nothing is known of it. */
    UNKNOWN,
    /** To reserve at the waiting accounts. */
    RESERVING,
    /** To decide. */
    RESERVED,
    /** To commit at the waiting accounts. */
    NOVATED,
    /** To book the fees at the pool. */
    COMMITTED,
    /** Done. */
    CLOSED
  }

  /** Why a batch or an answer is not taken, in order of precedence. */
  public enum Rejection {
    /** The batch's number is below 1. */
    NUMBER_OUT_OF_RANGE,
    /** No fills, or more than 500. */
    SIZE_OUT_OF_RANGE,
    /** The deadline is over or more than 120 seconds away. */
    DEADLINE_OUT_OF_RANGE,
    /** The batch is at another stage. */
    OUT_OF_TURN
  }

  /** Fills of one batch. */
  public static final int MAX_FILLS = 500;

  private static final long MAX_SECONDS = 120;

  /** The batch before its first event. */
  public static final FillBatch EMPTY =
      new FillBatch(
          Optional.empty(),
          Stage.UNKNOWN,
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          List.of(),
          0,
          Collections.emptySortedSet(),
          0);

  public FillBatch {
    legs = Exact.ordered(legs);
    refused = Exact.ordered(refused);
    reasons = Exact.ordered(reasons);
    novated = List.copyOf(novated);
    waiting = Collections.unmodifiableSortedSet(new TreeSet<>(waiting));
  }

  /** Whether something is left to do. */
  public boolean open() {
    return stage != Stage.UNKNOWN && stage != Stage.CLOSED;
  }

  /**
   * Takes a batch whose venue's signature was verified, and refuses fills that cannot be by name.
   *
   * @param marks the first price set after the batch arrived
   */
  public Decision<FillBatchEvent, Rejection> submit(
      Hash id,
      Address venue,
      long number,
      long deadline,
      List<Fill> fills,
      ActionVerifier verifier,
      Market market,
      Marks marks,
      long now) {
    if (stage != Stage.UNKNOWN) {
      return Decision.alreadyDone();
    }
    if (number < 1) {
      return Decision.reject(Rejection.NUMBER_OUT_OF_RANGE);
    }
    if (fills.isEmpty() || fills.size() > MAX_FILLS) {
      return Decision.reject(Rejection.SIZE_OUT_OF_RANGE);
    }
    long second = Math.floorDiv(now, 1000L);
    if (deadline < second || deadline - second > MAX_SECONDS) {
      return Decision.reject(Rejection.DEADLINE_OUT_OF_RANGE);
    }
    List<Fill> taken = new ArrayList<>();
    TreeMap<Integer, FillRefusal> out = new TreeMap<>();
    Set<Integer> numbers = new HashSet<>();
    for (Fill fill : fills) {
      Optional<FillRefusal> refusal =
          fill.number() < 1 || !numbers.add(fill.number())
              ? Optional.of(FillRefusal.NUMBER_REUSED)
              : refusal(fill, venue, verifier, market, marks);
      if (refusal.isEmpty()) {
        taken.add(fill);
      } else if (refusal.get() != FillRefusal.NUMBER_REUSED) {
        out.put(fill.number(), refusal.get());
      }
    }
    return Decision.accept(
        new Submitted(id, venue, number, deadline, marks, taken, out, Math.max(now, time)));
  }

  private static Optional<FillRefusal> refusal(
      Fill fill, Address venue, ActionVerifier verifier, Market market, Marks marks) {
    UserAction.Order buy = fill.buy().action();
    UserAction.Order sell = fill.sell().action();
    if (fill.lots() <= 0) {
      return Optional.of(FillRefusal.SIZE_MUST_BE_POSITIVE);
    }
    if (!buy.buy() || sell.buy()) {
      return Optional.of(FillRefusal.SAME_SIDE);
    }
    if (fill.buyer().equals(fill.seller())) {
      return Optional.of(FillRefusal.MAKER_IS_TAKER);
    }
    int pool = market.rules().number();
    if (fill.buyer().pool() != pool || fill.seller().pool() != pool) {
      return Optional.of(FillRefusal.DIFFERENT_POOLS);
    }
    if (!buy.instrument().equals(sell.instrument())) {
      return Optional.of(FillRefusal.DIFFERENT_INSTRUMENTS);
    }
    Optional<Instrument> instrument = market.instrument(buy.instrument());
    Optional<Mark> mark = marks.mark(buy.instrument());
    if (instrument.isEmpty() || mark.isEmpty()) {
      return Optional.of(FillRefusal.UNKNOWN_INSTRUMENT);
    }
    Verified buyer = verifier.verify(fill.buy());
    Verified seller = verifier.verify(fill.sell());
    if (!buyer.knownDomain() || !seller.knownDomain()) {
      return Optional.of(FillRefusal.WRONG_DOMAIN);
    }
    if (!buyer.signer().equals(Optional.of(fill.buyer().owner()))
        || !seller.signer().equals(Optional.of(fill.seller().owner()))) {
      return Optional.of(FillRefusal.BAD_SIGNATURE);
    }
    if (!lets(buy, venue) || !lets(sell, venue)) {
      return Optional.of(FillRefusal.WRONG_VENUE);
    }
    return inBand(instrument.get(), fill.price(), mark.get().price())
        ? Optional.empty()
        : Optional.of(FillRefusal.PRICE_OUTSIDE_BAND);
  }

  /** A price whose distance does not fit is far away. */
  private static boolean inBand(Instrument instrument, long price, long mark) {
    try {
      return instrument.inBand(price, mark);
    } catch (ArithmeticException e) {
      return false;
    }
  }

  private static boolean lets(UserAction.Order order, Address venue) {
    return order.venue().equals(Address.ZERO) || order.venue().equals(venue);
  }

  /**
   * One side of a fill.
   *
   * @param fill its number
   */
  public record Side(int fill, SignedAction<UserAction.Order> order, long lots, long price) {}

  /** The sides of all fills that the accounts are asked for, by account. */
  public SortedMap<AccountId, List<Side>> sides() {
    TreeMap<AccountId, List<Side>> sides = new TreeMap<>();
    for (Fill fill : fills()) {
      sides.computeIfAbsent(fill.buyer(), account -> new ArrayList<>()).add(side(fill, fill.buy()));
      sides
          .computeIfAbsent(fill.seller(), account -> new ArrayList<>())
          .add(side(fill, fill.sell()));
    }
    return sides;
  }

  private static Side side(Fill fill, SignedAction<UserAction.Order> order) {
    return new Side(fill.number(), order, fill.lots(), fill.price());
  }

  private List<Fill> fills() {
    return submitted.map(Submitted::fills).orElse(List.of());
  }

  /** What a waiting account is asked to reserve. */
  public List<OrderDesk.Request> requests(AccountId account, ActionVerifier verifier) {
    return sides().getOrDefault(account, List.of()).stream()
        .map(
            side ->
                new OrderDesk.Request(
                    side.fill(),
                    side.order(),
                    verifier.verify(side.order()),
                    side.lots(),
                    side.price()))
        .toList();
  }

  /** The novated fills that an account has a leg of: what it is asked to commit. */
  public List<Integer> commits(AccountId account) {
    Set<Integer> happen = new HashSet<>(novated);
    return legs.getOrDefault(account, List.of()).stream()
        .map(Leg::fill)
        .filter(happen::contains)
        .toList();
  }

  /**
   * What novated fills in one instrument came to, in settlement units; the difference is what
   * buyers gave above the mark.
   *
   * @param paid Σ ⌊lots · price / scale⌋ at the fills' prices, each at most the funding cap off the
   *     mark
   * @param marked the same at the mark of the batch's price set
   */
  public record Traded(long paid, long marked) {}

  /** What the novated fills came to, by instrument. */
  public SortedMap<String, Traded> traded(Market market) {
    Set<Integer> happen = new HashSet<>(novated);
    TreeMap<String, Traded> traded = new TreeMap<>();
    for (Fill fill : fills()) {
      if (happen.contains(fill.number())) {
        String symbol = fill.buy().action().instrument();
        Instrument instrument = market.held(symbol);
        long mark = submitted.orElseThrow().marks().mark(symbol).orElseThrow().price();
        long marked = instrument.valueDown(fill.lots(), mark);
        long paid = instrument.valueDown(fill.lots(), fill.price());
        traded.merge(
            symbol,
            new Traded(market.rules().funding().paid(paid, marked), marked),
            (a, b) ->
                new Traded(
                    Math.addExact(a.paid(), b.paid()), Math.addExact(a.marked(), b.marked())));
      }
    }
    return traded;
  }

  /** The stable code of a fill that does not happen: why an account refused its leg, if known. */
  public Optional<String> refusal(int fill) {
    return Optional.ofNullable(refused.get(fill))
        .map(
            no ->
                Optional.ofNullable(reasons.get(fill))
                    .filter(why -> no == FillRefusal.LEG_REFUSED)
                    .map(Enum::name)
                    .orElseGet(no::name));
  }

  /** Takes an account's legs. */
  public Decision<FillBatchEvent, Rejection> taken(
      AccountId account, List<Leg> reserved, SortedMap<Integer, LegRefusal> dropped, long now) {
    return in(
        Stage.RESERVING, account, new LegsTaken(account, reserved, dropped, Math.max(now, time)));
  }

  /**
   * Takes an account's no to everything. Only a no that lasts may be taken, which is that its pool
   * has no market; after any other the account is asked again, since a copy of the request that
   * comes late could still be taken.
   */
  public Decision<FillBatchEvent, Rejection> refused(AccountId account, String reason, long now) {
    return in(Stage.RESERVING, account, new AccountRefused(account, reason, Math.max(now, time)));
  }

  /**
   * Decides: a fill happens when both accounts have its leg at one notional with opposite signs.
   */
  public Decision<FillBatchEvent, Rejection> novate(long now) {
    if (stage != Stage.RESERVED) {
      return stage == Stage.UNKNOWN || stage == Stage.RESERVING
          ? Decision.reject(Rejection.OUT_OF_TURN)
          : Decision.alreadyDone();
    }
    Map<Integer, OpenLeg> buys = new HashMap<>();
    Map<Integer, OpenLeg> sells = new HashMap<>();
    for (List<Leg> taken : legs.values()) {
      taken.forEach(leg -> (leg.terms().lots() > 0 ? buys : sells).put(leg.fill(), leg.terms()));
    }
    List<Integer> happen = new ArrayList<>();
    long sum = 0;
    for (Fill fill : fills()) {
      Optional<OpenLeg> buy = Optional.ofNullable(buys.get(fill.number()));
      Optional<OpenLeg> sell = Optional.ofNullable(sells.get(fill.number()));
      if (buy.isPresent()
          && sell.isPresent()
          && buy.get().notional() == -sell.get().notional()
          && buy.get().lots() == -sell.get().lots()) {
        happen.add(fill.number());
        sum = Math.addExact(sum, Math.addExact(buy.get().fee(), sell.get().fee()));
      }
    }
    return Decision.accept(new Novated(happen, sum, Math.max(now, time)));
  }

  /** Takes an account's word that it has committed or released. */
  public Decision<FillBatchEvent, Rejection> done(AccountId account, long now) {
    return in(Stage.NOVATED, account, new AccountDone(account, Math.max(now, time)));
  }

  /** Takes the pool's word that the fees are booked. */
  public Decision<FillBatchEvent, Rejection> booked(long now) {
    if (stage == Stage.COMMITTED) {
      return Decision.accept(new FeesBooked(Math.max(now, time)));
    }
    return stage == Stage.CLOSED ? Decision.alreadyDone() : Decision.reject(Rejection.OUT_OF_TURN);
  }

  private Decision<FillBatchEvent, Rejection> in(
      Stage expected, AccountId account, FillBatchEvent event) {
    if (stage == expected && waiting.contains(account)) {
      return Decision.accept(event);
    }
    return stage.compareTo(expected) < 0
        ? Decision.reject(Rejection.OUT_OF_TURN)
        : Decision.alreadyDone();
  }

  /** The batch after an event; never refuses. */
  public FillBatch apply(FillBatchEvent event) {
    return switch (event) {
      case Submitted e -> {
        TreeSet<AccountId> accounts = new TreeSet<>();
        e.fills().forEach(fill -> accounts.addAll(List.of(fill.buyer(), fill.seller())));
        Stage next = accounts.isEmpty() ? Stage.RESERVED : Stage.RESERVING;
        yield new FillBatch(
            Optional.of(e), next, legs, e.refused(), reasons, List.of(), 0, accounts, e.time());
      }
      case LegsTaken e -> {
        TreeMap<AccountId, List<Leg>> all = new TreeMap<>(legs);
        if (!e.legs().isEmpty()) {
          all.put(e.account(), e.legs());
        }
        TreeMap<Integer, LegRefusal> why = new TreeMap<>(e.refused());
        why.putAll(reasons);
        yield answered(e.account(), all, e.refused().keySet(), why, e.time());
      }
      case AccountRefused e -> {
        Set<Integer> of = new TreeSet<>();
        for (Fill fill : submitted.orElseThrow().fills()) {
          if (fill.buyer().equals(e.account()) || fill.seller().equals(e.account())) {
            of.add(fill.number());
          }
        }
        yield answered(e.account(), legs, of, reasons, e.time());
      }
      case Novated e -> {
        Stage next = legs.isEmpty() ? Stage.COMMITTED : Stage.NOVATED;
        TreeMap<Integer, FillRefusal> out = new TreeMap<>(refused);
        fills().forEach(fill -> out.putIfAbsent(fill.number(), FillRefusal.LEG_REFUSED));
        out.keySet().removeAll(new HashSet<>(e.fills()));
        yield new FillBatch(
            submitted,
            next,
            legs,
            out,
            reasons,
            e.fills(),
            e.fees(),
            new TreeSet<>(legs.keySet()),
            e.time());
      }
      case AccountDone e -> {
        TreeSet<AccountId> left = without(e.account());
        Stage next = left.isEmpty() ? Stage.COMMITTED : Stage.NOVATED;
        yield new FillBatch(submitted, next, legs, refused, reasons, novated, fees, left, e.time());
      }
      case FeesBooked e ->
          new FillBatch(
              submitted, Stage.CLOSED, legs, refused, reasons, novated, fees, waiting, e.time());
    };
  }

  private FillBatch answered(
      AccountId account,
      Map<AccountId, List<Leg>> all,
      Set<Integer> dropped,
      Map<Integer, LegRefusal> why,
      long at) {
    TreeMap<Integer, FillRefusal> out = new TreeMap<>(refused);
    dropped.forEach(number -> out.putIfAbsent(number, FillRefusal.LEG_REFUSED));
    TreeSet<AccountId> left = without(account);
    Stage next = left.isEmpty() ? Stage.RESERVED : Stage.RESERVING;
    return new FillBatch(
        submitted, next, new TreeMap<>(all), out, new TreeMap<>(why), novated, fees, left, at);
  }

  private TreeSet<AccountId> without(AccountId account) {
    TreeSet<AccountId> left = new TreeSet<>(waiting);
    left.remove(account);
    return left;
  }
}
