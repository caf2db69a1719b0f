package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.trade.FillBatch;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that is money in a network's journals, at any one moment at which they are read
 * together: no effect in it lacks its cause.
 *
 * @param accounts all of them
 * @param pools that clear trades, by number
 * @param batches of fills; those that are over add nothing
 * @param buyers who gets a slice that several may have bid for, by the slice's key; known before it
 *     leaves its account
 * @param postings of the accounts' events
 */
public record Books(
    SortedMap<AccountId, MarginAccount> accounts,
    SortedMap<Integer, Pool> pools,
    List<FillBatch> batches,
    SortedMap<String, AccountId> buyers,
    Postings postings) {

  /** A pool, and the asset that its lines are in. */
  public record Pool(PoolBook book, Asset settlement) {}

  public Books {
    accounts = Exact.ordered(accounts);
    pools = Exact.ordered(pools);
    batches = List.copyOf(batches);
    buyers = Exact.ordered(buyers);
  }

  /**
   * Books in which nothing was ever traded.
   *
   * @throws IllegalStateException when an account is there twice
   */
  public static Books of(Collection<MarginAccount> accounts) {
    TreeMap<AccountId, MarginAccount> byId = new TreeMap<>();
    for (MarginAccount account : accounts) {
      if (byId.put(account.id(), account) != null) {
        throw new IllegalStateException("twice: " + account.id());
      }
    }
    return new Books(
        byId, Collections.emptySortedMap(), List.of(), Collections.emptySortedMap(), Postings.NONE);
  }

  /**
   * A pool.
   *
   * @throws IllegalArgumentException when no such pool clears trades
   */
  Pool pool(int number) {
    return Optional.ofNullable(pools.get(number))
        .orElseThrow(() -> new IllegalArgumentException("no pool " + number));
  }

  /** The accounts of a pool. */
  List<MarginAccount> accountsOf(int pool) {
    return accounts.values().stream().filter(account -> account.id().pool() == pool).toList();
  }

  /** Whether a slice has left its account for this bidder. */
  boolean owns(AccountId bidder, String key) {
    return bidder.equals(buyers.get(key)) && postings.taken(key);
  }

  /** Whether a debt of the account in this asset is a loan of its pool. */
  boolean lends(AccountId account, Asset asset) {
    return Optional.ofNullable(pools.get(account.pool()))
        .filter(pool -> pool.settlement().equals(asset))
        .isPresent();
  }

  /** Interest that accounts of a pool have paid and the pool has not heard of. */
  long unreportedInterest(int pool) {
    long units = 0;
    for (MarginAccount account : accountsOf(pool)) {
      units = Math.addExact(units, account.trading().interest());
    }
    for (var bucket : pool(pool).book().loans().buckets().values()) {
      for (PoolEvent.Loan loan : bucket.values()) {
        units = Math.subtractExact(units, loan.interest());
      }
    }
    return units;
  }
}
