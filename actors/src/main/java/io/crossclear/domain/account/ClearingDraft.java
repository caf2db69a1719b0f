package io.crossclear.domain.account;

import io.crossclear.domain.account.Trading.Auction;
import io.crossclear.domain.account.Trading.Batch;
import io.crossclear.domain.account.Trading.HeldBid;
import io.crossclear.domain.account.Trading.OrderUse;
import io.crossclear.domain.account.Trading.Step;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Hash;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The account while one clearing event changes it. Every movement of money is one of these. */
final class ClearingDraft {
  private final MarginAccount before;
  private final long time;
  private final TreeMap<Asset, Long> balances;
  private final TreeMap<Asset, SortedMap<Long, Long>> imports;
  private final TreeMap<Asset, SortedMap<Long, Long>> trimmed;
  final TreeMap<String, Position> positions;
  final TreeMap<Hash, Batch> legs;
  final TreeMap<Hash, Long> ended;
  final TreeMap<Hash, OrderUse> orders;
  final TreeMap<Long, Long> cancelled;
  final TreeMap<String, HeldBid> bids;
  long unsettled;
  long interestIndex;
  long interest;
  Optional<Auction> auction;
  long auctions;
  final TreeMap<Long, Long> sold;
  long nonceFloor;
  Step step;
  Optional<Marks> prices = Optional.empty();

  ClearingDraft(MarginAccount before, long time) {
    Trading trading = before.trading();
    this.before = before;
    this.time = time;
    balances = new TreeMap<>(before.balances());
    imports = new TreeMap<>(before.imports());
    trimmed = new TreeMap<>(trading.trimmed());
    positions = new TreeMap<>(trading.positions());
    legs = new TreeMap<>(trading.legs());
    ended = new TreeMap<>(trading.ended());
    orders = new TreeMap<>(trading.orders());
    cancelled = new TreeMap<>(trading.cancelled());
    bids = new TreeMap<>(trading.bids());
    unsettled = trading.unsettled();
    interestIndex = trading.interestIndex();
    interest = trading.interest();
    auction = trading.auction();
    auctions = trading.auctions();
    sold = new TreeMap<>(trading.sold());
    nonceFloor = trading.nonceFloor();
    step = trading.step();
  }

  void move(Amount amount) {
    move(amount.asset(), amount.units());
  }

  /** The balance changes; import above what remains vanishes, the largest chain first. */
  void move(Asset asset, long units) {
    long next = Math.addExact(balances.getOrDefault(asset, 0L), units);
    if (next == 0) {
      balances.remove(asset);
    } else {
      balances.put(asset, next);
    }
    trim(asset);
    offerVanishes();
  }

  void trim(Asset asset) {
    SortedMap<Long, Long> colours = imports.getOrDefault(asset, Collections.emptySortedMap());
    long above = Exact.sum(colours) - Math.max(0, balances.getOrDefault(asset, 0L));
    SortedMap<Long, Long> gone = ImportSplit.largestFirst(colours, Math.max(0, above));
    for (Map.Entry<Long, Long> chain : gone.entrySet()) {
      put(imports, asset, chain.getKey(), -chain.getValue());
      put(trimmed, asset, chain.getKey(), chain.getValue());
    }
  }

  private static void put(
      TreeMap<Asset, SortedMap<Long, Long>> all, Asset asset, long chain, long units) {
    SortedMap<Long, Long> next =
        Exact.plus(all.getOrDefault(asset, Collections.emptySortedMap()), chain, units);
    if (next.isEmpty()) {
      all.remove(asset);
    } else {
      all.put(asset, next);
    }
  }

  void unsettle(long units) {
    unsettled = Math.addExact(unsettled, units);
    offerVanishes();
  }

  /** A fill, or a torn up position. A position that closes leaves its −cost unsettled. */
  void trade(String instrument, long lots, long notional) {
    hold(instrument, positions.getOrDefault(instrument, Position.NONE).traded(lots, notional));
  }

  /** The position becomes this one. */
  void hold(String instrument, Position position) {
    if (position.lots() == 0) {
      positions.remove(instrument);
      unsettle(Math.negateExact(position.cost()));
    } else {
      positions.put(instrument, position);
      offerVanishes();
    }
  }

  /** The part of a position leaves at its own cost. */
  void cut(String instrument, Position part) {
    Position held = positions.getOrDefault(instrument, Position.NONE);
    hold(
        instrument,
        new Position(
            Math.subtractExact(held.lots(), part.lots()),
            Math.subtractExact(held.cost(), part.cost()),
            Math.subtractExact(held.entry(), part.entry())));
  }

  /** The part of a position arrives at its cost; its entry is what it is worth. */
  void receive(String instrument, Position part, long value) {
    Position held = positions.getOrDefault(instrument, Position.NONE);
    hold(
        instrument,
        new Position(
            Math.addExact(held.lots(), part.lots()),
            Math.addExact(held.cost(), part.cost()),
            held.entryAfter(part.lots(), value)));
  }

  /** unsettled += value − cost; cost = value. */
  void mark(SortedMap<String, Long> values) {
    for (Map.Entry<String, Long> marked : values.entrySet()) {
      Position held = positions.getOrDefault(marked.getKey(), Position.NONE);
      unsettle(Math.subtractExact(marked.getValue(), held.cost()));
      positions.put(marked.getKey(), held.marked(marked.getValue()));
    }
  }

  /** Everything but cash and price goes out or comes in. */
  void moveSlice(Slice slice, int sign) {
    unsettle(Math.multiplyExact(sign, slice.unsettled()));
    slice.collateral().forEach((asset, units) -> move(asset, Math.multiplyExact(sign, units)));
  }

  /** An offered slice is of the account as it was. */
  private void offerVanishes() {
    auction =
        auction.map(
            open -> new Auction(open.number(), open.kind(), open.round(), Optional.empty()));
  }

  void stepped(ClearingEvent.PoolStep event) {
    step = new Step(event.step(), event.units(), event.lots(), event.collateral());
  }

  /** Orders get back what these legs used. */
  void unuse(Iterable<Leg> released) {
    for (Leg leg : released) {
      orders.computeIfPresent(
          leg.order(),
          (digest, use) ->
              new OrderUse(
                  use.nonce(),
                  use.filled() - Math.abs(leg.terms().lots()),
                  use.fees() - leg.terms().fee(),
                  use.deadline()));
    }
  }

  MarginAccount done() {
    long second = Math.floorDiv(time, 1000L) - MarginAccount.SKEW_SECONDS;
    ended.values().removeIf(until -> until < second);
    cancelled.values().removeIf(until -> until < second);
    cancelled.keySet().removeIf(nonce -> nonce < nonceFloor);
    orders.values().removeIf(use -> use.deadline() < second);
    Trading trading =
        new Trading(
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
            prices);
    return before.traded(balances, imports, trading, time);
  }
}
