package io.crossclear.domain.account;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.ClearingEvent.LegsCommitted;
import io.crossclear.domain.account.ClearingEvent.LegsReleased;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.OrderCancelled;
import io.crossclear.domain.account.ClearingEvent.OrdersCancelledBelow;
import io.crossclear.domain.account.Trading.OrderUse;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An account's decisions about orders and the legs of fill batches: reserve once with all legs,
 * commit or release once. A leg is admitted against the worst subset of all open legs, so no
 * failure of another leg can leave the account with less margin than it was admitted with.
 *
 * <p>A file of this length is one thought: one leg against everything that can refuse it, in the
 * order of {@code LegRefusal}.
 *
 * @param market the pool of the account
 */
public record OrderDesk(MarginAccount account, Market market) {

  /**
   * One side of a fill that a venue proposes.
   *
   * @param fill its number in the batch
   * @param verified what the order's signature says, recomputed
   * @param lots size of the fill
   * @param price in 1e-8
   */
  public record Request(
      int fill, SignedAction<UserAction.Order> signed, Verified verified, long lots, long price) {}

  /**
   * Decides all legs that a batch has for this account, in their order; legs that are refused drop
   * out one by one. A batch without one good leg is written down too, also one whose deadline is
   * over, so that a copy that comes late, perhaps to a node whose time is behind, finds it over.
   *
   * @param number of the batch at its venue, from 1
   * @param deadline of the batch in seconds since 1970, at most 120 s away
   */
  public Decision<AccountEvent, AccountRejection> reserve(
      Hash batch,
      Address venue,
      long number,
      long deadline,
      List<Request> requests,
      Marks marks,
      long now) {
    if (trading().legs().containsKey(batch) || trading().ended().containsKey(batch)) {
      return Decision.alreadyDone();
    }
    long second = Math.floorDiv(account.at(now), 1000L);
    if (deadline < second) {
      TreeMap<Integer, LegRefusal> all = new TreeMap<>();
      requests.forEach(request -> all.put(request.fill(), LegRefusal.EXPIRED));
      return Decision.accept(
          new LegsReserved(batch, venue, number, deadline, marks, List.of(), all, account.at(now)));
    }
    if (deadline - second > Trading.MAX_BATCH_SECONDS) {
      return Decision.reject(AccountRejection.DEADLINE_TOO_FAR);
    }
    List<AccountEvent> events = new PoolDesk(account, market).accrual(marks, now);
    MarginAccount current = PoolDesk.after(account, events);
    List<Leg> legs = new ArrayList<>();
    TreeMap<Integer, LegRefusal> refused = new TreeMap<>();
    for (Request request : requests) {
      Draft draft = new Draft(current, market, venue, legs, marks, second);
      Optional<LegRefusal> refusal = draft.refusal(request);
      if (refusal.isPresent()) {
        refused.put(request.fill(), refusal.get());
      } else {
        legs.add(leg(request, marks));
      }
    }
    events.add(
        new LegsReserved(batch, venue, number, deadline, marks, legs, refused, account.at(now)));
    return Decision.accept(events);
  }

  /**
   * The leg as both sides book it: N = ⌊q · (price − funding) / scale⌋, one number with opposite
   * signs; fee = ⌈q · price · rate⌉.
   */
  private Leg leg(Request request, Marks marks) {
    UserAction.Order order = request.signed().action();
    Instrument instrument = market.held(order.instrument());
    Mark mark = marks.mark(order.instrument()).orElseThrow();
    long sign = order.buy() ? 1 : -1;
    long notional =
        instrument.valueDown(request.lots(), Math.subtractExact(request.price(), mark.funding()));
    long fee = instrument.shareUp(request.lots(), request.price(), instrument.rules().feePpm());
    OpenLeg terms =
        new OpenLeg(
            instrument.symbol(), sign * request.lots(), Math.multiplyExact(sign, notional), fee);
    return new Leg(
        request.fill(), request.verified().digest(), request.signed(), request.price(), terms);
  }

  /** Books the batch's novated legs; the others come back. Never refused once they are reserved. */
  public Decision<AccountEvent, AccountRejection> commit(
      Hash batch, List<Integer> fills, long now) {
    if (trading().legs().containsKey(batch)) {
      return Decision.accept(new LegsCommitted(batch, fills, account.at(now)));
    }
    return over(batch);
  }

  /** Gives all legs of a batch back. */
  public Decision<AccountEvent, AccountRejection> release(Hash batch, long now) {
    if (trading().legs().containsKey(batch)) {
      return Decision.accept(new LegsReleased(batch, account.at(now)));
    }
    return over(batch);
  }

  private Decision<AccountEvent, AccountRejection> over(Hash batch) {
    return trading().ended().containsKey(batch)
        ? Decision.alreadyDone()
        : Decision.reject(AccountRejection.UNKNOWN_BATCH);
  }

  /**
   * Takes one order back; legs that are reserved already go on. The nonce is remembered until the
   * floor passes it: the order's own deadline is not known here, and an order whose deadline was
   * too far away once would come back when the cancellation is forgotten.
   */
  public Decision<AccountEvent, AccountRejection> cancel(
      SignedAction<UserAction.Cancel> signed, Verified verified, long now) {
    UserAction.Cancel action = signed.action();
    Optional<AccountRejection> refusal = unsigned(action, verified, action.nonce());
    if (refusal.isPresent()) {
      return Decision.reject(refusal.get());
    }
    if (action.nonce() < trading().nonceFloor()
        || trading().cancelled().containsKey(action.nonce())) {
      return Decision.alreadyDone();
    }
    if (trading().cancelled().size() >= Trading.MAX_ORDERS) {
      return Decision.reject(AccountRejection.TOO_MANY_OPEN_ACTIONS);
    }
    return Decision.accept(new OrderCancelled(signed, Long.MAX_VALUE, account.at(now)));
  }

  /** Takes every order below a nonce back, for ever. */
  public Decision<AccountEvent, AccountRejection> cancelBelow(
      SignedAction<UserAction.CancelBelow> signed, Verified verified, long now) {
    UserAction.CancelBelow action = signed.action();
    Optional<AccountRejection> refusal = unsigned(action, verified, action.nonceFloor());
    if (refusal.isPresent()) {
      return Decision.reject(refusal.get());
    }
    return action.nonceFloor() <= trading().nonceFloor()
        ? Decision.alreadyDone()
        : Decision.accept(new OrdersCancelledBelow(signed, account.at(now)));
  }

  private Optional<AccountRejection> unsigned(UserAction action, Verified verified, long nonce) {
    if (nonce < 0) {
      return Optional.of(AccountRejection.AMOUNT_MUST_BE_POSITIVE);
    }
    if (!action.account().equals(account.id().word())) {
      return Optional.of(AccountRejection.WRONG_ACCOUNT);
    }
    if (!verified.knownDomain()) {
      return Optional.of(AccountRejection.WRONG_DOMAIN);
    }
    return verified.signer().equals(Optional.of(account.id().owner()))
        ? Optional.empty()
        : Optional.of(AccountRejection.WRONG_SIGNER);
  }

  private Trading trading() {
    return account.trading();
  }

  /** One leg against the account and the legs of the same batch before it. */
  private record Draft(
      MarginAccount account,
      Market market,
      Address venue,
      List<Leg> accepted,
      Marks marks,
      long second) {

    Optional<LegRefusal> refusal(Request request) {
      UserAction.Order order = request.signed().action();
      if (!order.account().equals(account.id().word())) {
        return Optional.of(LegRefusal.WRONG_ACCOUNT);
      }
      if (!request.verified().knownDomain()) {
        return Optional.of(LegRefusal.WRONG_DOMAIN);
      }
      if (!request.verified().signer().equals(Optional.of(account.id().owner()))) {
        return Optional.of(LegRefusal.WRONG_SIGNER);
      }
      if (!order.venue().equals(Address.ZERO) && !order.venue().equals(venue)) {
        return Optional.of(LegRefusal.WRONG_VENUE);
      }
      Optional<Instrument> instrument = market.instrument(order.instrument());
      Optional<Mark> mark = marks.mark(order.instrument());
      if (instrument.isEmpty() || mark.isEmpty()) {
        return Optional.of(LegRefusal.UNKNOWN_INSTRUMENT);
      }
      try {
        return orderRefusal(request, instrument.get())
            .or(() -> riskRefusal(request, instrument.get(), mark.get()));
      } catch (IllegalStateException e) {
        return Optional.of(LegRefusal.UNKNOWN_INSTRUMENT);
      } catch (ArithmeticException e) {
        return Optional.of(LegRefusal.OVERFLOW);
      }
    }

    private Optional<LegRefusal> orderRefusal(Request request, Instrument instrument) {
      UserAction.Order order = request.signed().action();
      Trading trading = account.trading();
      if (order.deadline() < second) {
        return Optional.of(LegRefusal.EXPIRED);
      }
      if (order.deadline() - second > MarginAccount.MAX_DEADLINE_SECONDS) {
        return Optional.of(LegRefusal.DEADLINE_TOO_FAR);
      }
      if (order.nonce() < trading.nonceFloor() || trading.cancelled().containsKey(order.nonce())) {
        return Optional.of(LegRefusal.CANCELLED);
      }
      Hash digest = request.verified().digest();
      if (account.nonces().containsKey(order.nonce()) || otherOrderHas(order.nonce(), digest)) {
        return Optional.of(LegRefusal.NONCE_REUSED);
      }
      if (request.lots() <= 0 || order.size() <= 0) {
        return Optional.of(LegRefusal.SIZE_MUST_BE_POSITIVE);
      }
      OrderUse use = use(digest, order);
      if (request.lots() > order.size() - use.filled()) {
        return Optional.of(LegRefusal.ORDER_FILLED);
      }
      boolean beyond =
          order.buy() ? request.price() > order.limitPrice() : request.price() < order.limitPrice();
      if (beyond) {
        return Optional.of(LegRefusal.PRICE_BEYOND_LIMIT);
      }
      long fee = instrument.shareUp(request.lots(), request.price(), instrument.rules().feePpm());
      if (Math.addExact(use.fees(), fee) > order.maxFee()) {
        return Optional.of(LegRefusal.FEE_ABOVE_MAXIMUM);
      }
      return Optional.empty();
    }

    private Optional<LegRefusal> riskRefusal(Request request, Instrument instrument, Mark mark) {
      if (!instrument.inBand(request.price(), mark.price())) {
        return Optional.of(LegRefusal.PRICE_OUTSIDE_BAND);
      }
      if (account.trading().liquidating()) {
        return Optional.of(LegRefusal.LIQUIDATING);
      }
      Exposure before = account.exposure(market.settlement());
      if (StandardMargin.INSTANCE.margin(before, marks, market, Valuation.LIQUIDATION).breached()) {
        return Optional.of(LegRefusal.BELOW_MAINTENANCE);
      }
      boolean reducing = reducing(request, instrument);
      if (request.signed().action().reduceOnly() && !reducing) {
        return Optional.of(LegRefusal.NOT_REDUCING);
      }
      if (!mark.fresh() && (!reducing || mark.settling())) {
        return Optional.of(LegRefusal.PRICE_NOT_FRESH);
      }
      if (Math.addExact(Math.abs(side(request, instrument)), request.lots())
              > instrument.rules().maxLots()
          && !reducing) {
        return Optional.of(LegRefusal.POSITION_TOO_LARGE);
      }
      if (account.trading().openLegs().size() + accepted.size() >= Trading.MAX_LEGS) {
        return Optional.of(LegRefusal.TOO_MANY_LEGS);
      }
      long orders =
          account.trading().orders().size()
              + accepted.stream()
                  .map(Leg::order)
                  .filter(order -> !account.trading().orders().containsKey(order))
                  .distinct()
                  .count();
      if (!known(request.verified().digest()) && orders >= Trading.MAX_ORDERS) {
        return Optional.of(LegRefusal.TOO_MANY_ORDERS);
      }
      List<OpenLeg> legs = new ArrayList<>(before.legs());
      accepted.forEach(leg -> legs.add(leg.terms()));
      legs.add(new OrderDesk(account, market).leg(request, marks).terms());
      Exposure after =
          new Exposure(
              before.cash(), before.unsettled(), before.collateral(), before.positions(), legs);
      bounded(after);
      MarginResult margin =
          StandardMargin.INSTANCE.margin(after, marks, market, Valuation.ADMISSION);
      return margin.equity() >= 0 && (margin.admitsTrade() || reducing)
          ? Optional.empty()
          : Optional.of(LegRefusal.INSUFFICIENT_MARGIN);
    }

    /**
     * A commit is never refused, so whatever subset of the legs it books has to fit, and also after
     * variation has moved the account's amounts: nothing may use more than a quarter of the range.
     *
     * @throws ArithmeticException when it would not fit
     */
    private static void bounded(Exposure exposure) {
      long bound = Math.absExact(exposure.unsettled());
      for (Position held : exposure.positions().values()) {
        long most = Math.max(Math.absExact(held.cost()), Math.absExact(held.entry()));
        bound = Math.addExact(bound, most);
      }
      for (OpenLeg leg : exposure.legs()) {
        bound = Math.addExact(bound, Math.addExact(Math.absExact(leg.notional()), leg.fee()));
      }
      Math.multiplyExact(bound, 4L);
    }

    /** Whether the fill makes the position smaller whichever open legs happen. */
    private boolean reducing(Request request, Instrument instrument) {
      long least = side(request, instrument);
      return request.signed().action().buy()
          ? least + request.lots() <= 0
          : least - request.lots() >= 0;
    }

    /** The position after every open leg of the fill's own side. */
    private long side(Request request, Instrument instrument) {
      boolean buy = request.signed().action().buy();
      long lots =
          account.trading().positions().getOrDefault(instrument.symbol(), Position.NONE).lots();
      List<OpenLeg> legs = new ArrayList<>(account.exposure(market.settlement()).legs());
      accepted.forEach(leg -> legs.add(leg.terms()));
      for (OpenLeg leg : legs) {
        if (leg.instrument().equals(instrument.symbol()) && leg.lots() > 0 == buy) {
          lots = Math.addExact(lots, leg.lots());
        }
      }
      return lots;
    }

    private boolean known(Hash digest) {
      return account.trading().orders().containsKey(digest)
          || accepted.stream().anyMatch(leg -> leg.order().equals(digest));
    }

    private boolean otherOrderHas(long nonce, Hash digest) {
      return account.trading().orders().entrySet().stream()
              .anyMatch(use -> use.getValue().nonce() == nonce && !use.getKey().equals(digest))
          || accepted.stream()
              .anyMatch(
                  leg -> leg.signed().action().nonce() == nonce && !leg.order().equals(digest));
    }

    private OrderUse use(Hash digest, UserAction.Order order) {
      OrderUse use =
          account
              .trading()
              .orders()
              .getOrDefault(digest, new OrderUse(order.nonce(), 0, 0, order.deadline()));
      long filled = use.filled();
      long fees = use.fees();
      for (Leg leg : accepted) {
        if (leg.order().equals(digest)) {
          filled = Math.addExact(filled, Math.abs(leg.terms().lots()));
          fees = Math.addExact(fees, leg.terms().fee());
        }
      }
      return new OrderUse(order.nonce(), filled, fees, order.deadline());
    }
  }
}
