package io.crossclear.domain.account;

import io.crossclear.domain.account.ClearingEvent.AuctionEnded;
import io.crossclear.domain.account.ClearingEvent.AuctionStarted;
import io.crossclear.domain.account.ClearingEvent.AwardedInKind;
import io.crossclear.domain.account.ClearingEvent.BidReleased;
import io.crossclear.domain.account.ClearingEvent.BidReserved;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.FinalSettled;
import io.crossclear.domain.account.ClearingEvent.Forfeited;
import io.crossclear.domain.account.ClearingEvent.InterestAccrued;
import io.crossclear.domain.account.ClearingEvent.LegsCommitted;
import io.crossclear.domain.account.ClearingEvent.LegsReleased;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.Levied;
import io.crossclear.domain.account.ClearingEvent.LossCovered;
import io.crossclear.domain.account.ClearingEvent.MarginChecked;
import io.crossclear.domain.account.ClearingEvent.OrderCancelled;
import io.crossclear.domain.account.ClearingEvent.OrdersCancelledBelow;
import io.crossclear.domain.account.ClearingEvent.OwedCovered;
import io.crossclear.domain.account.ClearingEvent.SliceCommitted;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ClearingEvent.VariationCollected;
import io.crossclear.domain.account.ClearingEvent.VariationReleased;
import io.crossclear.domain.account.MarginAccount.NonceUse;
import io.crossclear.domain.account.Trading.Auction;
import io.crossclear.domain.account.Trading.Batch;
import io.crossclear.domain.account.Trading.HeldBid;
import io.crossclear.domain.account.Trading.OrderUse;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The account after a clearing event: the account's side of the booking table. Never refuses. */
final class ClearingFold {

  private ClearingFold() {}

  static MarginAccount apply(MarginAccount account, ClearingEvent event) {
    ClearingDraft draft = new ClearingDraft(account, event.time());
    switch (event) {
      case MarginChecked e -> draft.prices = Optional.of(e.marks());
      case InterestAccrued e -> {
        draft.move(e.interest().asset(), Math.negateExact(e.interest().units()));
        draft.interest = Math.addExact(draft.interest, e.interest().units());
        draft.interestIndex = e.index();
      }
      case LegsReserved e -> reserve(draft, e);
      case LegsReleased e -> end(draft, e.batch(), List.of());
      case LegsCommitted e -> end(draft, e.batch(), e.fills());
      case OrderCancelled e -> draft.cancelled.put(e.signed().action().nonce(), e.until());
      case OrdersCancelledBelow e ->
          draft.nonceFloor = Math.max(draft.nonceFloor, e.signed().action().nonceFloor());
      case VariationCollected e -> {
        draft.mark(e.values());
        draft.move(e.collected().asset(), Math.negateExact(e.units()));
        draft.unsettle(e.units());
        draft.stepped(e);
      }
      case Borrowed e -> {
        draft.move(e.borrowed().asset(), Math.negateExact(e.units()));
        draft.unsettle(e.units());
        draft.stepped(e);
      }
      case VariationReleased e -> {
        draft.move(e.released());
        draft.unsettle(Math.negateExact(e.units()));
        draft.stepped(e);
      }
      case AuctionStarted e -> {
        draft.auctions = e.number();
        draft.auction = Optional.of(new Auction(e.number(), e.kind(), 0, Optional.empty()));
      }
      case AuctionEnded e -> draft.auction = Optional.empty();
      case SliceReserved e ->
          draft.auction =
              draft.auction.map(
                  open ->
                      new Auction(open.number(), open.kind(), e.round(), Optional.of(e.slice())));
      case SliceTaken e -> take(draft, e);
      case BidReserved e -> {
        draft.move(e.slice().settlement(), Math.negateExact(e.aside()));
        draft.bids.put(e.key(), new HeldBid(e.id(), e.slice(), e.aside()));
      }
      case BidReleased e ->
          Optional.ofNullable(draft.bids.remove(e.key()))
              .ifPresent(bid -> draft.move(bid.slice().settlement(), bid.aside()));
      case SliceCommitted e ->
          Optional.ofNullable(draft.bids.remove(e.key()))
              .ifPresent(bid -> arrive(draft, bid, e.values()));
      case TornUp e -> {
        draft.trade(e.instrument(), e.lots(), e.notional());
        draft.stepped(e);
      }
      case LossCovered e -> {
        draft.move(e.cover());
        draft.stepped(e);
      }
      case OwedCovered e -> {
        draft.unsettle(e.units());
        draft.stepped(e);
      }
      case Levied e -> {
        draft.mark(e.values());
        draft.unsettle(Math.negateExact(e.units()));
        draft.stepped(e);
      }
      case Forfeited e -> {
        draft.unsettle(Math.negateExact(e.units()));
        e.collateral().forEach((asset, units) -> draft.move(asset, Math.negateExact(units)));
        draft.stepped(e);
      }
      case AwardedInKind e -> {
        draft.move(e.award());
        draft.stepped(e);
      }
      case FinalSettled e -> {
        Position held = draft.positions.getOrDefault(e.instrument(), Position.NONE);
        draft.hold(e.instrument(), new Position(0, Math.subtractExact(held.cost(), e.value()), 0));
        draft.stepped(e);
      }
    }
    return event instanceof BidReserved bid
        ? draft
            .done()
            .noted(
                bid.signed().action().nonce(),
                new NonceUse(bid.id(), bid.signed().action().deadline()))
        : draft.done();
  }

  private static void reserve(ClearingDraft draft, LegsReserved event) {
    for (Leg leg : event.legs()) {
      var order = leg.signed().action();
      OrderUse use =
          draft.orders.getOrDefault(
              leg.order(), new OrderUse(order.nonce(), 0, 0, order.deadline()));
      draft.orders.put(
          leg.order(),
          new OrderUse(
              use.nonce(),
              Math.addExact(use.filled(), Math.absExact(leg.terms().lots())),
              Math.addExact(use.fees(), leg.terms().fee()),
              use.deadline()));
    }
    if (event.legs().isEmpty()) {
      draft.ended.put(event.batch(), event.deadline());
    } else {
      draft.legs.put(
          event.batch(), new Batch(event.venue(), event.number(), event.legs(), event.deadline()));
    }
  }

  /** Books the batch's novated legs and gives the others back. */
  private static void end(ClearingDraft draft, Hash batch, List<Integer> novated) {
    Optional<Batch> reserved = Optional.ofNullable(draft.legs.remove(batch));
    List<Leg> legs = reserved.map(Batch::legs).orElse(List.of());
    for (Leg leg : legs) {
      if (novated.contains(leg.fill())) {
        draft.trade(leg.terms().instrument(), leg.terms().lots(), leg.terms().notional());
        draft.unsettle(Math.negateExact(leg.terms().fee()));
      }
    }
    draft.unuse(legs.stream().filter(leg -> !novated.contains(leg.fill())).toList());
    reserved.ifPresent(was -> draft.ended.put(batch, was.deadline()));
  }

  private static void take(ClearingDraft draft, SliceTaken event) {
    Auction open = draft.auction.orElseThrow();
    Slice slice = open.slice().orElseThrow();
    slice.parts().forEach(draft::cut);
    draft.moveSlice(slice, -1);
    draft.move(slice.settlement(), slice.bidderPays());
    draft.auction =
        Optional.of(new Auction(open.number(), open.kind(), open.round(), Optional.empty()));
    draft.sold.put(event.number(), event.round());
    if (draft.sold.size() > Trading.SALES) {
      draft.sold.pollFirstEntry();
    }
  }

  private static void arrive(ClearingDraft draft, HeldBid bid, Map<String, Long> values) {
    Slice slice = bid.slice();
    slice
        .parts()
        .forEach(
            (instrument, part) ->
                draft.receive(instrument, part, values.getOrDefault(instrument, 0L)));
    draft.moveSlice(slice, 1);
    draft.move(slice.settlement(), Math.subtractExact(bid.aside(), slice.bidderPays()));
  }

  /** Imports that no longer fit into the balances vanish. */
  static MarginAccount trimmed(MarginAccount account) {
    boolean fits =
        account.imports().entrySet().stream()
            .allMatch(
                colours ->
                    Exact.sum(colours.getValue())
                        <= Math.max(0, account.balance(colours.getKey())));
    if (fits) {
      return account;
    }
    ClearingDraft draft = new ClearingDraft(account, account.time());
    account.imports().keySet().forEach(draft::trim);
    return draft.done();
  }
}
