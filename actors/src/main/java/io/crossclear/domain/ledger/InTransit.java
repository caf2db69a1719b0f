package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatch.Stage;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is between two entities of one pool: posted by the first and not by the second.
 *
 * <pre>
 * a slice that was bid for      what each of its bidders has set aside
 * a slice that has left         everything in it, less its price: its buyer set that aside
 * a step of the pool            what the pool gave and the account has not, or the reverse
 * a novated leg                 lots, cost and −fee, until its account has it
 * fees of a novated batch       until the pool has them
 * one side of a tear-up         its opposite
 * </pre>
 *
 * @param units by asset
 * @param unsettled claims
 * @param lots by instrument
 * @param costs of the lots
 * @param clearing what the clearing account got, from postings that the pool has not booked
 * @param writtenDown loans that the lenders have given up and their account still owes
 */
record InTransit(
    SortedMap<Asset, Long> units,
    long unsettled,
    SortedMap<String, Long> lots,
    long costs,
    long clearing,
    long writtenDown) {

  InTransit {
    units = Exact.ordered(units);
    lots = Exact.ordered(lots);
  }

  /** Everything in transit in a pool. */
  static InTransit of(Books books, int pool) {
    Draft draft = new Draft(books, books.pool(pool));
    for (MarginAccount account : books.accountsOf(pool)) {
      account.trading().bids().forEach((key, bid) -> draft.bid(account.id(), key, bid));
    }
    for (SortedMap<AccountId, Ask> bucket : draft.pool.book().open().buckets().values()) {
      bucket.forEach(draft::step);
    }
    for (FillBatch batch : books.batches()) {
      if (pool(batch) == pool) {
        draft.batch(batch);
      }
    }
    draft.torn(books.postings().torn(pool));
    return draft.done();
  }

  /** A batch has one pool; one without fills moves nothing. */
  private static int pool(FillBatch batch) {
    List<AccountId> accounts = List.copyOf(batch.legs().keySet());
    return accounts.isEmpty() ? AccountId.UNASSIGNED_POOL : accounts.getFirst().pool();
  }

  /** Whether nothing is. */
  boolean nothing() {
    return units.isEmpty()
        && unsettled == 0
        && lots.isEmpty()
        && costs == 0
        && clearing == 0
        && writtenDown == 0;
  }

  private static final class Draft {
    final Books books;
    final Books.Pool pool;
    SortedMap<Asset, Long> units = new TreeMap<>();
    SortedMap<String, Long> lots = new TreeMap<>();
    long unsettled;
    long costs;
    long clearing;
    long writtenDown;

    Draft(Books books, Books.Pool pool) {
      this.books = books;
      this.pool = pool;
    }

    void money(long amount) {
      units = Exact.plus(units, pool.settlement(), amount);
    }

    void goods(Map<Asset, Long> goods) {
      goods.forEach((asset, amount) -> units = Exact.plus(units, asset, amount));
    }

    void unsettle(long amount) {
      unsettled = Math.addExact(unsettled, amount);
    }

    void clear(long amount) {
      clearing = Math.addExact(clearing, amount);
    }

    void position(String instrument, long size, long cost) {
      lots = Exact.plus(lots, instrument, size);
      costs = Math.addExact(costs, cost);
    }

    void bid(AccountId bidder, String key, Trading.HeldBid bid) {
      money(bid.aside());
      if (books.owns(bidder, key)) {
        Slice slice = bid.slice();
        money(Math.negateExact(slice.bidderPays()));
        slice.parts().forEach((name, part) -> position(name, part.lots(), part.cost()));
        goods(slice.collateral());
        unsettle(slice.unsettled());
      }
    }

    /** An open step that its account has posted is only to be booked by the pool. */
    void step(AccountId id, Ask ask) {
      long number = pool.book().numbers().get(id).orElseThrow();
      Optional<Trading.Step> posted =
          Optional.ofNullable(books.accounts().get(id))
              .map(account -> account.trading().step())
              .filter(step -> step.number() >= number);
      if (posted.isPresent()) {
        posted(ask, posted.get());
      } else {
        asked(ask);
      }
    }

    /** The account has posted it, the pool has not booked it. */
    private void posted(Ask ask, Trading.Step step) {
      switch (ask) {
        case Ask.Collect a -> clear(step.units());
        case Ask.Lend a -> clear(step.units());
        case Ask.Release a -> clear(Math.subtractExact(a.units(), step.units()));
        case Ask.Levy a -> unsettle(step.units());
        case Ask.LevyForDebt a -> {
          clear(Math.subtractExact(a.units(), step.units()));
          money(step.units());
        }
        case Ask.Forfeit a -> {
          unsettle(step.units());
          goods(step.collateral());
        }
        case Ask.Settle a -> position(a.instrument(), step.lots(), step.units());
        case Ask.TearUp a -> {}
        case Ask.Cover a -> {}
        case Ask.CoverOwed a -> {}
        case Ask.Award a -> {}
        case Ask.Pay a -> {}
      }
    }

    /** The pool has set it aside, the account has not posted it. */
    private void asked(Ask ask) {
      switch (ask) {
        case Ask.Release a -> clear(a.units());
        case Ask.LevyForDebt a -> clear(a.units());
        case Ask.Cover a -> {
          money(a.units());
          writtenDown = Math.addExact(writtenDown, a.layer() == LossLayer.LENDERS ? a.units() : 0);
        }
        case Ask.CoverOwed a -> unsettle(a.units());
        case Ask.Award a -> goods(Map.of(a.award().asset(), a.award().units()));
        case Ask.Pay a -> money(a.units());
        case Ask.Collect a -> {}
        case Ask.Lend a -> {}
        case Ask.TearUp a -> {}
        case Ask.Levy a -> {}
        case Ask.Forfeit a -> {}
        case Ask.Settle a -> {}
      }
    }

    void batch(FillBatch batch) {
      if (batch.stage().compareTo(Stage.NOVATED) < 0) {
        return;
      }
      Submitted submitted = batch.submitted().orElseThrow();
      Set<Integer> novated = new HashSet<>(batch.novated());
      batch
          .legs()
          .forEach(
              (account, legs) -> {
                if (holds(account, submitted.id())) {
                  legs.stream().filter(leg -> novated.contains(leg.fill())).forEach(this::leg);
                }
              });
      boolean booked =
          pool.book()
              .batches()
              .getOrDefault(submitted.venue(), NumberSet.EMPTY)
              .has(submitted.number());
      unsettle(booked ? 0 : batch.fees());
    }

    private boolean holds(AccountId account, Hash batch) {
      return Optional.ofNullable(books.accounts().get(account))
          .filter(held -> held.trading().legs().containsKey(batch))
          .isPresent();
    }

    private void leg(Leg leg) {
      position(leg.terms().instrument(), leg.terms().lots(), leg.terms().notional());
      unsettle(Math.negateExact(leg.terms().fee()));
    }

    void torn(SortedMap<String, Postings.Sides> sides) {
      sides.forEach(
          (instrument, sum) ->
              position(instrument, Math.negateExact(sum.lots()), Math.negateExact(sum.notional())));
    }

    InTransit done() {
      return new InTransit(units, unsettled, lots, costs, clearing, writtenDown);
    }
  }
}
