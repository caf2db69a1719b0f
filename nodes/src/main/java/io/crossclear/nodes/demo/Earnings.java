package io.crossclear.nodes.demo;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatchEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What everybody earned by his fills, reckoned from the venue's batches and the final prices, not
 * from accounts:
 *
 * <pre>
 * Σ fills ∓ ⌊lots · (price − funding) / scale⌋ − fee + ⌊Σ lots · final price / scale⌋ − levies − interest
 * </pre>
 *
 * in settlement units. Whoever bought or lost a slice, was torn up or was helped by a layer of the
 * waterfall is left out.
 */
final class Earnings {

  private final Market market;
  private final Map<String, Long> finals = new HashMap<>();
  private final TreeMap<AccountId, TreeMap<String, Long>> lots = new TreeMap<>();
  private final TreeMap<AccountId, Long> units = new TreeMap<>();
  private final Set<AccountId> otherwise = new HashSet<>();
  private Optional<FillBatchEvent.Submitted> batch = Optional.empty();

  Earnings(Market market) {
    this.market = market;
  }

  /** Takes the next event of a batch; those of one batch come together. */
  void saw(FillBatchEvent event) {
    switch (event) {
      case FillBatchEvent.Submitted e -> batch = Optional.of(e);
      case FillBatchEvent.Novated e ->
          batch.stream()
              .flatMap(submitted -> submitted.fills().stream())
              .filter(fill -> e.fills().contains(fill.number()))
              .forEach(this::book);
      case FillBatchEvent.LegsTaken e -> {}
      case FillBatchEvent.AccountRefused e -> {}
      case FillBatchEvent.AccountDone e -> {}
      case FillBatchEvent.FeesBooked e -> {}
    }
  }

  private void book(Fill fill) {
    Instrument instrument = market.instruments().get(fill.buy().action().instrument());
    if (instrument == null || batch.isEmpty()) {
      return;
    }
    long funding = batch.get().marks().mark(instrument.symbol()).orElseThrow().funding();
    long notional = instrument.valueDown(fill.lots(), fill.price() - funding);
    long fee = instrument.shareUp(fill.lots(), fill.price(), instrument.rules().feePpm());
    book(fill.buy(), fill.lots(), -notional - fee);
    book(fill.sell(), -fill.lots(), notional - fee);
  }

  private void book(SignedAction<UserAction.Order> order, long more, long earned) {
    AccountId account = new AccountId(order.action().account().hex());
    lots.computeIfAbsent(account, none -> new TreeMap<>())
        .merge(order.action().instrument(), more, Math::addExact);
    units.merge(account, earned, Math::addExact);
  }

  /** Takes a pool's final price. */
  void saw(PoolEvent.SettlementOpened event) {
    finals.put(event.instrument(), event.star());
  }

  /** Takes what happened to an account beside its fills. */
  void saw(AccountId account, AccountEvent event) {
    switch (event) {
      case ClearingEvent.Levied e -> units.merge(account, -e.units(), Math::addExact);
      case ClearingEvent.InterestAccrued e ->
          units.merge(account, -e.interest().units(), Math::addExact);
      case ClearingEvent.SliceTaken e -> otherwise.add(account);
      case ClearingEvent.SliceCommitted e -> otherwise.add(account);
      case ClearingEvent.TornUp e -> otherwise.add(account);
      case ClearingEvent.LossCovered e -> otherwise.add(account);
      case ClearingEvent.OwedCovered e -> otherwise.add(account);
      case ClearingEvent.Forfeited e -> otherwise.add(account);
      case ClearingEvent.AwardedInKind e -> otherwise.add(account);
      default -> {
        // earns nothing
      }
    }
  }

  /** Of everybody with a fill, whose instruments have all been settled finally. */
  SortedMap<AccountId, Long> units() {
    TreeMap<AccountId, Long> earned = new TreeMap<>();
    lots.forEach(
        (account, held) -> {
          if (!otherwise.contains(account) && finals.keySet().containsAll(held.keySet())) {
            earned.put(account, units.getOrDefault(account, 0L) + settled(held));
          }
        });
    return earned;
  }

  private long settled(SortedMap<String, Long> held) {
    long value = 0;
    for (Map.Entry<String, Long> line : held.entrySet()) {
      Instrument instrument = market.instruments().get(line.getKey());
      Long star = finals.get(line.getKey());
      if (instrument != null && star != null) {
        value = Math.addExact(value, instrument.valueDown(line.getValue(), star));
      }
    }
    return value;
  }
}
