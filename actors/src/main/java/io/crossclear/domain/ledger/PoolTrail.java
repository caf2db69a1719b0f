package io.crossclear.domain.ledger;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent.InterestIndexed;
import io.crossclear.domain.ledger.PoolEvent.SettlementOpened;
import io.crossclear.domain.ledger.PoolEvent.StepAsked;
import io.crossclear.domain.ledger.PoolEvent.WaterfallClosed;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.variation.CycleEvent;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A pool's journal as evidence for whoever executes accounts again: what was asked of whom, at
 * which prices, and whether a step that an account posted is what the ask comes to. The limits of
 * every ask are decided again; what accounts answered, what was contributed and what the pool's
 * prices were is believed. Used by one thread at a time.
 */
public final class PoolTrail {

  /** An ask with every price set that it may have been sent with. */
  private record Asked(Ask ask, List<Marks> prices) {}

  private final Market market;
  private final Map<AccountId, Map<Long, Asked>> asks = new HashMap<>();
  private final Map<String, Long> finalStars = new HashMap<>();
  private final Set<Long> indices = new HashSet<>();
  private Optional<Marks> cycle = Optional.empty();
  private Optional<Marks> waterfall = Optional.empty();
  private PoolBook book = PoolBook.EMPTY;

  /** Nothing was read yet. */
  public PoolTrail(Market market) {
    this.market = market;
  }

  /** Reads the pool's next fact. */
  public void read(PoolFact fact) {
    if (fact instanceof CycleEvent.Started started) {
      cycle = Optional.of(started.marks());
    } else if (fact instanceof WaterfallEvent.Begun begun) {
      waterfall = Optional.of(begun.marks());
    } else if (fact instanceof PoolEvent event) {
      read(event);
    }
  }

  private void read(PoolEvent event) {
    if (event instanceof StepAsked asked && granted(asked)) {
      asks.computeIfAbsent(asked.account(), account -> new HashMap<>())
          .put(
              asked.number(),
              new Asked(asked.ask(), Stream.concat(cycle.stream(), waterfall.stream()).toList()));
    } else if (event instanceof SettlementOpened opened) {
      finalStars.put(opened.instrument(), opened.star());
    } else if (event instanceof InterestIndexed indexed) {
      indices.add(indexed.index());
    } else if (event instanceof WaterfallClosed) {
      waterfall = Optional.empty();
    }
    book = book.apply(event);
  }

  private boolean granted(StepAsked asked) {
    return book.ask(asked.account(), asked.ask(), asked.time())
            .equals(Decision.<PoolEvent, PoolRejection>accept(asked))
        && right(asked.ask());
  }

  private boolean right(Ask ask) {
    return !(ask instanceof Ask.Settle settle)
        || Long.valueOf(settle.star()).equals(finalStars.get(settle.instrument()));
  }

  /** Whether the pool's interest index ever was this. */
  public boolean indexed(long index) {
    return indices.contains(index);
  }

  /** Whether the account was asked for a step with this number, within the pool's limits. */
  public boolean asked(AccountId account, long number) {
    return asks.getOrDefault(account, Map.of()).containsKey(number);
  }

  /** Forgets the steps of an account up to this one, which need no evidence any more. */
  public void forget(AccountId account, long number) {
    Map<Long, Asked> of = asks.get(account);
    if (of != null) {
      of.keySet().removeIf(step -> step <= number);
      if (of.isEmpty()) {
        asks.remove(account);
      }
    }
  }

  /**
   * Whether the pool asked for this step, and it comes to exactly this.
   *
   * @param account before the step, with interest charged
   */
  public boolean cameTo(MarginAccount account, PoolStep event) {
    Asked asked = asks.getOrDefault(account.id(), Map.of()).get(event.step());
    if (asked == null) {
      return false;
    }
    PoolDesk desk = new PoolDesk(account, market);
    long step = event.step();
    long now = event.time();
    return switch (asked.ask()) {
      case Ask.Collect a -> at(asked, prices -> desk.collect(step, prices, now), event);
      case Ask.Lend a -> at(asked, prices -> desk.borrow(step, a.units(), prices, now), event);
      case Ask.Release a -> is(desk.release(step, a.units(), unpriced(account), now), event);
      case Ask.TearUp a -> is(desk.tearUp(step, a.instrument(), a.lots(), a.star(), now), event);
      case Ask.Cover a -> is(desk.cover(step, a.layer(), a.units(), now), event);
      case Ask.CoverOwed a -> is(desk.coverOwed(step, a.layer(), a.units(), now), event);
      case Ask.Levy a -> at(asked, prices -> desk.levy(step, a.units(), prices, now), event);
      case Ask.LevyForDebt a -> at(asked, prices -> desk.levy(step, a.units(), prices, now), event);
      case Ask.Forfeit a -> is(desk.forfeit(step, a.units(), a.collateral(), now), event);
      case Ask.Award a -> is(desk.award(step, a.award(), now), event);
      case Ask.Pay a ->
          is(desk.award(step, new Amount(market.settlement(), a.units()), now), event);
      case Ask.Settle a -> is(desk.settle(step, a.instrument(), a.star(), now), event);
    };
  }

  private static boolean at(
      Asked asked,
      Function<Marks, Decision<AccountEvent, AccountRejection>> decision,
      PoolStep event) {
    return asked.prices().stream().anyMatch(prices -> is(decision.apply(prices), event));
  }

  private static boolean is(Decision<AccountEvent, AccountRejection> decision, PoolStep event) {
    return decision.equals(Decision.accept(List.of(event)));
  }

  /** No prices, and no interest beyond what is charged. */
  private static Marks unpriced(MarginAccount account) {
    return new Marks(
        0,
        account.time(),
        account.trading().interestIndex(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap());
  }
}
