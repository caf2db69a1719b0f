package io.crossclear.domain.account;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.ClearingEvent.AwardedInKind;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.FinalSettled;
import io.crossclear.domain.account.ClearingEvent.Forfeited;
import io.crossclear.domain.account.ClearingEvent.InterestAccrued;
import io.crossclear.domain.account.ClearingEvent.Levied;
import io.crossclear.domain.account.ClearingEvent.LossCovered;
import io.crossclear.domain.account.ClearingEvent.OwedCovered;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ClearingEvent.VariationCollected;
import io.crossclear.domain.account.ClearingEvent.VariationReleased;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the pool asks of an account. The pool has decided and booked its side; the account takes
 * each step once, in order, as far as its own amounts allow, and answers what it came to. Nothing
 * here is refused for what it is: a step of 0 units is a step.
 *
 * @param market the pool of the account
 */
public record PoolDesk(MarginAccount account, Market market) {

  /** Charges interest on a loan up to the index; nothing when there is none. */
  public Decision<AccountEvent, AccountRejection> accrue(Marks marks, long now) {
    List<AccountEvent> events = accrual(marks, now);
    return events.isEmpty() ? Decision.alreadyDone() : Decision.accept(events);
  }

  /**
   * A decision of the account after interest on its loan, so that cash that comes or goes pays
   * interest on what was owed until now. A decision that changes nothing charges nothing.
   */
  public Decision<AccountEvent, AccountRejection> charged(
      Marks marks,
      long now,
      Function<MarginAccount, Decision<AccountEvent, AccountRejection>> decision) {
    List<AccountEvent> events = accrual(marks, now);
    return switch (decision.apply(after(account, events))) {
      case Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> decided) -> {
        events.addAll(decided);
        yield Decision.accept(events);
      }
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done -> done;
      case Decision.Reject<AccountEvent, AccountRejection> refused -> refused;
    };
  }

  /**
   * Marks every position that has a price and collects: x = min(−unsettled, max(0, cash)). Marking
   * alone changes nobody's equity, at any price.
   */
  public Decision<AccountEvent, AccountRejection> collect(long step, Marks marks, long now) {
    return step(
        step,
        () -> {
          List<AccountEvent> events = accrual(marks, now);
          MarginAccount current = after(account, events);
          SortedMap<String, Long> values = values(current, marks);
          long unsettled = unsettledAt(current, values);
          long cash = current.balance(market.settlement());
          long collected = Math.min(Math.max(0, -unsettled), Math.max(0, cash));
          events.add(
              new VariationCollected(
                  step, marks.seq(), values, amount(collected), account.at(now)));
          return events;
        });
  }

  /**
   * Borrows what is owed: y = min(granted, −unsettled, max(0, weighted collateral + cash)), so a
   * loan is covered by collateral after haircuts.
   */
  public Decision<AccountEvent, AccountRejection> borrow(
      long step, long granted, Marks marks, long now) {
    return step(
        step,
        () -> {
          List<AccountEvent> events = accrual(marks, now);
          if (marks.interestIndex() > account.trading().interestIndex() && events.isEmpty()) {
            events.add(new InterestAccrued(marks.interestIndex(), amount(0), account.at(now)));
          }
          MarginAccount current = after(account, events);
          long weighted = 0;
          for (CollateralRule rule : market.rules().collateral()) {
            long price = marks.collateralPrice(rule.asset(), Valuation.ADMISSION);
            long value = rule.valueDown(Math.max(0, current.balance(rule.asset())), price);
            weighted = Math.addExact(weighted, rule.afterHaircutDown(value));
          }
          long cover = Math.max(0, Math.addExact(weighted, current.balance(market.settlement())));
          long owed = Math.max(0, -current.trading().unsettled());
          long borrowed = Math.min(granted, Math.min(owed, cover));
          events.add(new Borrowed(step, amount(borrowed), account.at(now)));
          return events;
        });
  }

  /** Releases a gain: y = min(granted, max(0, unsettled)). */
  public Decision<AccountEvent, AccountRejection> release(
      long step, long granted, Marks marks, long now) {
    return step(
        step,
        () -> {
          List<AccountEvent> events = accrual(marks, now);
          long released = Math.min(granted, Math.max(0, account.trading().unsettled()));
          events.add(new VariationReleased(step, amount(released), account.at(now)));
          return events;
        });
  }

  /**
   * Books one side of a tear-up, as far as there is a position on the other side of it: N = ⌊q ·
   * star / scale⌋, so two accounts that tear up equally many lots at one star price book one
   * number.
   *
   * @param lots to add, signed
   */
  public Decision<AccountEvent, AccountRejection> tearUp(
      long step, String instrument, long lots, long star, long now) {
    return step(
        step,
        () -> {
          long held = account.trading().positions().getOrDefault(instrument, Position.NONE).lots();
          boolean opposite = held != 0 && held > 0 != lots > 0;
          long torn = opposite ? Math.min(Math.absExact(lots), Math.absExact(held)) : 0;
          long sign = Long.signum(lots);
          long notional = sign * market.held(instrument).valueDown(torn, star);
          return List.of(new TornUp(step, instrument, sign * torn, notional, account.at(now)));
        });
  }

  /** Takes money of a loss layer. */
  public Decision<AccountEvent, AccountRejection> cover(
      long step, LossLayer layer, long units, long now) {
    return step(step, new LossCovered(step, layer, amount(units), account.at(now)));
  }

  /** Takes a claim of a loss layer for what is owed. */
  public Decision<AccountEvent, AccountRejection> coverOwed(
      long step, LossLayer layer, long units, long now) {
    return step(step, new OwedCovered(step, layer, units, account.at(now)));
  }

  /**
   * Marks at the certified prices and gives up a part of the unreleased gain: h = min(asked, max(0,
   * unsettled + Σ (⌈value⌉ − cost))).
   */
  public Decision<AccountEvent, AccountRejection> levy(
      long step, long units, Marks marks, long now) {
    return step(
        step,
        () -> {
          long levied = Math.min(units, gainUp(account, marks, market));
          return List.of(
              new Levied(step, marks.seq(), values(account, marks), levied, account.at(now)));
        });
  }

  /** max(0, unsettled + Σ (⌈value⌉ − cost)): an unreleased gain, rounded up. */
  public static long gainUp(MarginAccount account, Marks marks, Market market) {
    long gain = account.trading().unsettled();
    for (Map.Entry<String, Position> held : account.trading().positions().entrySet()) {
      var mark = marks.mark(held.getKey());
      if (mark.isPresent()) {
        long value = market.held(held.getKey()).valueUp(held.getValue().lots(), mark.get().star());
        gain = Math.addExact(gain, Math.subtractExact(value, held.getValue().cost()));
      }
    }
    return Math.max(0, gain);
  }

  /** Gives up what is left of a gain, and collateral, as far as they are there. */
  public Decision<AccountEvent, AccountRejection> forfeit(
      long step, long units, SortedMap<Asset, Long> collateral, long now) {
    return step(
        step,
        () -> {
          TreeMap<Asset, Long> taken = new TreeMap<>();
          for (Map.Entry<Asset, Long> asked : collateral.entrySet()) {
            long there = Math.min(asked.getValue(), Math.max(0, account.balance(asked.getKey())));
            if (there > 0) {
              taken.put(asked.getKey(), there);
            }
          }
          long gain = Math.min(units, Math.max(0, account.trading().unsettled()));
          return List.of(new Forfeited(step, gain, taken, account.at(now)));
        });
  }

  /** Takes collateral that nobody bought. */
  public Decision<AccountEvent, AccountRejection> award(long step, Amount award, long now) {
    return step(step, new AwardedInKind(step, award, account.at(now)));
  }

  /**
   * Closes the position in an instrument at its final price; refused while a leg or a slice in it
   * may still arrive.
   */
  public Decision<AccountEvent, AccountRejection> settle(
      long step, String instrument, long star, long now) {
    boolean arriving =
        account.exposure(market.settlement()).legs().stream()
            .anyMatch(leg -> leg.instrument().equals(instrument));
    if (arriving && step > account.trading().step().number()) {
      return Decision.reject(AccountRejection.NOT_FLAT);
    }
    return step(
        step,
        () -> {
          long lots = account.trading().positions().getOrDefault(instrument, Position.NONE).lots();
          long value = market.held(instrument).valueDown(lots, star);
          return List.of(new FinalSettled(step, instrument, star, lots, value, account.at(now)));
        });
  }

  private Decision<AccountEvent, AccountRejection> step(long number, PoolStep event) {
    return step(number, () -> List.of(event));
  }

  private Decision<AccountEvent, AccountRejection> step(
      long number, Supplier<List<AccountEvent>> decision) {
    long newest = account.trading().step().number();
    if (number <= newest) {
      return Decision.alreadyDone();
    }
    if (number != newest + 1) {
      return Decision.reject(AccountRejection.EARLIER_STEP_MISSING);
    }
    try {
      List<AccountEvent> events = decision.get();
      after(account, events);
      return Decision.accept(events);
    } catch (ArithmeticException e) {
      return Decision.reject(AccountRejection.OVERFLOW);
    }
  }

  /** i = ⌈|cash| · (index − last index) / 10^9⌉ of a negative cash; a new list. */
  List<AccountEvent> accrual(Marks marks, long now) {
    List<AccountEvent> events = new ArrayList<>();
    long cash = account.balance(market.settlement());
    long grown = marks.interestIndex() - account.trading().interestIndex();
    if (cash < 0 && grown > 0) {
      long interest = Exact.mulDivUp(Math.negateExact(cash), grown, InterestCurve.INDEX_SCALE);
      events.add(new InterestAccrued(marks.interestIndex(), amount(interest), account.at(now)));
    }
    return events;
  }

  static MarginAccount after(MarginAccount account, List<AccountEvent> events) {
    MarginAccount next = account;
    for (AccountEvent event : events) {
      next = next.apply(event);
    }
    return next;
  }

  /** V of every position that has a mark. */
  private SortedMap<String, Long> values(MarginAccount current, Marks marks) {
    TreeMap<String, Long> values = new TreeMap<>();
    current
        .trading()
        .positions()
        .forEach(
            (symbol, held) ->
                marks
                    .mark(symbol)
                    .ifPresent(
                        mark ->
                            values.put(
                                symbol, market.held(symbol).valueDown(held.lots(), mark.star()))));
    return values;
  }

  /** unsettled + Σ (value − cost). */
  private static long unsettledAt(MarginAccount current, SortedMap<String, Long> values) {
    long unsettled = current.trading().unsettled();
    for (Map.Entry<String, Long> value : values.entrySet()) {
      Position held = current.trading().positions().getOrDefault(value.getKey(), Position.NONE);
      unsettled = Math.addExact(unsettled, Math.subtractExact(value.getValue(), held.cost()));
    }
    return unsettled;
  }

  private Amount amount(long units) {
    return new Amount(market.settlement(), units);
  }
}
