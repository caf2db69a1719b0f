package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.money.Exact;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What accounts posted and no account's state says any more: which slices left, and what tear-ups
 * moved. A fold of the accounts' events, in any order of the accounts.
 *
 * @param taken rounds whose slice left the account, by auction
 * @param torn sums of both sides of all tear-ups, by pool and instrument: not 0 only while a side
 *     is missing
 */
public record Postings(
    BucketMap<String, SortedSet<Long>> taken, SortedMap<Integer, SortedMap<String, Sides>> torn) {

  /** A sum of sides of tear-ups. */
  public record Sides(long lots, long notional) {
    private Sides plus(TornUp side) {
      return new Sides(Math.addExact(lots, side.lots()), Math.addExact(notional, side.notional()));
    }
  }

  /** Before the first event. */
  public static final Postings NONE = new Postings(BucketMap.empty(), Collections.emptySortedMap());

  public Postings {
    torn = Exact.ordered(torn);
  }

  /** After an event of an account. */
  public Postings apply(AccountId account, AccountEvent event) {
    if (event instanceof SliceTaken slice) {
      String auction = AuctionDesk.auction(account, slice.number());
      TreeSet<Long> rounds = new TreeSet<>(taken.get(auction).orElse(new TreeSet<>()));
      rounds.add(slice.round());
      return new Postings(taken.with(auction, Collections.unmodifiableSortedSet(rounds)), torn);
    }
    if (event instanceof TornUp side) {
      TreeMap<String, Sides> sums = new TreeMap<>(torn(account.pool()));
      sums.put(side.instrument(), sums.getOrDefault(side.instrument(), new Sides(0, 0)).plus(side));
      TreeMap<Integer, SortedMap<String, Sides>> next = new TreeMap<>(torn);
      next.put(account.pool(), Exact.ordered(sums));
      return new Postings(taken, next);
    }
    return this;
  }

  /**
   * Whether a slice has left the account in auction.
   *
   * @param key of the slice: account, auction and round
   */
  boolean taken(String key) {
    int slash = key.lastIndexOf('/');
    return taken
        .get(key.substring(0, slash))
        .filter(rounds -> rounds.contains(Long.parseLong(key.substring(slash + 1))))
        .isPresent();
  }

  /** Instruments of a pool in which a side of a tear-up is missing. */
  SortedSet<String> halves(int pool) {
    TreeSet<String> missing = new TreeSet<>();
    torn(pool)
        .forEach(
            (instrument, sides) -> {
              if (sides.lots() != 0 || sides.notional() != 0) {
                missing.add(instrument);
              }
            });
    return missing;
  }

  SortedMap<String, Sides> torn(int pool) {
    return torn.getOrDefault(pool, Collections.emptySortedMap());
  }
}
