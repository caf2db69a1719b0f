package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sum of everything in one asset, seen from three sides that must be equal:
 *
 * <pre>
 * Σ account balances + in transit of open transfers + pending payouts
 *   = Σ credited − Σ posted payouts
 *   = Σ vault balances − (observed, not yet credited) + (paid, not yet posted)
 * </pre>
 *
 * The first side is what accounts are owed, the second what the ledger booked in and out, the third
 * what the chains say. All terms are units. Any set of accounts that was read at one moment will
 * do; the chains must be read at blocks not before those that the ledger has seen.
 *
 * @param balances sum over all accounts
 * @param positiveBalances the same without debts
 * @param inTransit debited and not yet credited at the other account
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
   * Adds everything up.
   *
   * @param accounts all of them, each once
   * @throws ArithmeticException when a sum does not fit
   */
  public static Conservation of(Asset asset, Collection<MarginAccount> accounts, Flows flows) {
    Map<AccountId, MarginAccount> byId =
        accounts.stream().collect(Collectors.toMap(MarginAccount::id, Function.identity()));
    long balances = 0;
    long positive = 0;
    long inTransit = 0;
    long pending = 0;
    for (MarginAccount account : accounts) {
      balances = Math.addExact(balances, account.balance(asset));
      positive = Math.addExact(positive, Math.max(0, account.balance(asset)));
      for (MarginAccount.Outgoing outgoing : account.outgoing().values()) {
        if (outgoing.asset().equals(asset)
            && !arrived(account.id(), outgoing, byId.get(outgoing.to()))) {
          inTransit = Math.addExact(inTransit, outgoing.units());
        }
      }
      for (MarginAccount.Reservation reservation : account.withdrawals().values()) {
        if (reservation.asset().equals(asset)) {
          pending = Math.addExact(pending, reservation.units());
        }
      }
    }
    return new Conservation(
        asset,
        balances,
        positive,
        inTransit,
        pending,
        flows.credited(),
        flows.posted(),
        flows.held(),
        flows.uncredited(),
        flows.unposted());
  }

  /** An account forgets a transfer only after it has arrived, so it may be in both for a while. */
  private static boolean arrived(
      AccountId from, MarginAccount.Outgoing outgoing, @Nullable MarginAccount to) {
    return to != null && to.incomingMarks().getOrDefault(from, 0L) >= outgoing.sequence();
  }

  /** What accounts are owed. */
  public long owed() {
    return Math.addExact(Math.addExact(balances, inTransit), pending);
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
   * Σ positive balances + in transit + (pending − paid, not yet posted) ≤ Σ vault balances
   * </pre>
   *
   * Only what is pending can have been paid: the term in brackets counts as 0 where it is negative,
   * so units that were paid and came back to a balance are claimed, which {@link #holds} cannot
   * see.
   */
  public boolean covered() {
    long unpaid = Math.max(0, Math.subtractExact(pending, unposted));
    long claims = Math.addExact(Math.addExact(positiveBalances, inTransit), unpaid);
    return claims <= Exact.sum(held);
  }

  /** Every term, for people. */
  @Override
  public String toString() {
    return ("%s: balances %d + in transit %d + pending %d = %d; credited %d - posted %d = %d; "
            + "vaults %d - uncredited %d + unposted %d = %d")
        .formatted(
            asset,
            balances,
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
