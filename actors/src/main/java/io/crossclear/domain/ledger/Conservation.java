package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The sum of everything in one asset, seen from three sides that must be equal:
 *
 * <pre>
 * Σ account balances + lines of the pools + clearing accounts + in transit + pending payouts
 *   = Σ credited − Σ posted payouts
 *   = Σ vault balances − (observed, not yet credited) + (paid, not yet posted)
 * </pre>
 *
 * The first side is what accounts and pools are owed, the second what the ledger booked in and out,
 * the third what the chains say. A balance below 0 is a loan, and counts as such. All terms are
 * units. The books must be read at one moment; the chains at blocks not before those that the
 * ledger has seen.
 *
 * @param balances sum over all accounts
 * @param positiveBalances the same without debts
 * @param loans debts in the asset that their pool settles in
 * @param pools funds, earned fees, what lenders put in, what was levied for a debt and not handed
 *     on, and collateral that a defaulter left
 * @param clearing money collected and not released
 * @param inTransit between accounts, pools and sagas: posted by the first and not by the second
 * @param pending reserved for payouts that are not posted
 * @param credited deposits in the journal so far
 * @param posted payouts in the journal so far
 * @param held by each vault for the ledger
 * @param uncredited deposits on the chains that the journal does not have
 * @param unposted payouts on the chains that the journal does not have
 */
public record Conservation(
    Asset asset,
    long balances,
    long positiveBalances,
    long loans,
    long pools,
    long clearing,
    long inTransit,
    long pending,
    long credited,
    long posted,
    SortedMap<VaultId, Long> held,
    long uncredited,
    long unposted) {

  /**
   * What moved in and out of one asset.
   *
   * @param credited deposits in the journal so far
   * @param posted payouts in the journal so far
   * @param held by each vault for the ledger, at the blocks to which the next two refer
   * @param uncredited deposits on the chains that the journal does not have
   * @param unposted payouts on the chains that the journal does not have
   */
  public record Flows(
      long credited, long posted, SortedMap<VaultId, Long> held, long uncredited, long unposted) {
    public Flows {
      held = Exact.ordered(held);
    }
  }

  public Conservation {
    held = Exact.ordered(held);
  }

  /**
   * Adds everything up in a network that never traded.
   *
   * @param accounts all of them, each once
   * @throws ArithmeticException when a sum does not fit
   */
  public static Conservation of(Asset asset, Collection<MarginAccount> accounts, Flows flows) {
    return of(asset, Books.of(accounts), flows);
  }

  /**
   * Adds everything up.
   *
   * @throws ArithmeticException when a sum does not fit
   */
  public static Conservation of(Asset asset, Books books, Flows flows) {
    Sum balances = new Sum();
    Sum positive = new Sum();
    Sum loans = new Sum();
    Sum pools = new Sum();
    Sum clearing = new Sum();
    Sum inTransit = new Sum();
    Sum pending = new Sum();
    for (MarginAccount account : books.accounts().values()) {
      long balance = account.balance(asset);
      balances.add(balance);
      positive.add(Math.max(0, balance));
      loans.add(books.lends(account.id(), asset) ? Math.max(0, Math.negateExact(balance)) : 0);
      for (MarginAccount.Outgoing outgoing : account.outgoing().values()) {
        boolean under = outgoing.asset().equals(asset) && !arrived(books, account.id(), outgoing);
        inTransit.add(under ? outgoing.units() : 0);
      }
      for (MarginAccount.Reservation reservation : account.withdrawals().values()) {
        pending.add(reservation.asset().equals(asset) ? reservation.units() : 0);
      }
    }
    books
        .pools()
        .forEach(
            (number, pool) -> {
              PoolLines lines = pool.book().lines();
              InTransit transit = InTransit.of(books, number);
              pools.add(lines.collateral().getOrDefault(asset, 0L));
              inTransit.add(transit.units().getOrDefault(asset, 0L));
              if (pool.settlement().equals(asset)) {
                pools.add(lines.fund());
                pools.add(lines.fee());
                pools.add(lines.lending());
                pools.add(books.unreportedInterest(number));
                pools.add(lines.recovered());
                clearing.add(lines.clearing());
                clearing.add(transit.clearing());
              }
            });
    return new Conservation(
        asset,
        balances.units,
        positive.units,
        loans.units,
        pools.units,
        clearing.units,
        inTransit.units,
        pending.units,
        flows.credited(),
        flows.posted(),
        flows.held(),
        flows.uncredited(),
        flows.unposted());
  }

  private static final class Sum {
    long units;

    void add(long more) {
      units = Math.addExact(units, more);
    }
  }

  /**
   * An account forgets a transfer only after it has arrived, so it may be in both for a while. One
   * to an insurance fund arrives at its pool.
   */
  private static boolean arrived(Books books, AccountId from, MarginAccount.Outgoing outgoing) {
    AccountId to = outgoing.to();
    Optional<SortedMap<AccountId, Long>> marks =
        to.isFund()
            ? Optional.ofNullable(books.pools().get(to.pool()))
                .map(pool -> pool.book().contributions())
            : Optional.ofNullable(books.accounts().get(to)).map(MarginAccount::incomingMarks);
    return marks.map(mark -> mark.getOrDefault(from, 0L)).orElse(0L) >= outgoing.sequence();
  }

  /** What accounts and pools are owed. */
  public long owed() {
    return Math.addExact(
        Math.addExact(Math.addExact(balances, pools), Math.addExact(clearing, inTransit)), pending);
  }

  /** What the ledger booked in and not out again. */
  public long booked() {
    return Math.subtractExact(credited, posted);
  }

  /** What the chains hold against it. */
  public long kept() {
    return Math.addExact(Math.subtractExact(Exact.sum(held), uncredited), unposted);
  }

  /** Whether the three sides are equal. */
  public boolean holds() {
    return owed() == booked() && booked() == kept();
  }

  /**
   * Whether the vaults could pay everybody, whatever the ledger booked:
   *
   * <pre>
   * Σ positive balances + (lines of the pools − loans) + in transit
   *   + (pending − paid, not yet posted) ≤ Σ vault balances
   * </pre>
   *
   * Money that is lent is somebody's balance already. Only what is pending can have been paid: the
   * last term in brackets counts as 0 where it is negative, so units that were paid and came back
   * to a balance are claimed, which {@link #holds} cannot see.
   */
  public boolean covered() {
    long unpaid = Math.max(0, Math.subtractExact(pending, unposted));
    long unlent = Math.subtractExact(pools, loans);
    long claims =
        Math.addExact(Math.addExact(positiveBalances, unlent), Math.addExact(inTransit, unpaid));
    return claims <= Exact.sum(held);
  }

  /** Every term, for people. */
  @Override
  public String toString() {
    return ("%s: balances %d + pools %d + clearing %d + in transit %d + pending %d = %d; "
            + "credited %d - posted %d = %d; vaults %d - uncredited %d + unposted %d = %d")
        .formatted(
            asset,
            balances,
            pools,
            clearing,
            inTransit,
            pending,
            owed(),
            credited,
            posted,
            booked(),
            Exact.sum(held),
            uncredited,
            unposted,
            kept());
  }
}
