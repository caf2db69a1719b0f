package io.crossclear.domain.variation;

import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.money.Exact;
import java.util.List;
import java.util.SortedMap;

/** What happened in a variation cycle. */
public sealed interface CycleEvent extends PoolFact {

  /**
   * It began.
   *
   * @param number of the cycle of this pool, from 1
   * @param marks the one price set of the cycle
   * @param accounts that it touches: losers beyond the threshold, who asked for cash, and winners
   */
  record Started(long number, Marks marks, List<AccountId> accounts, long time)
      implements CycleEvent {
    public Started {
      accounts = List.copyOf(accounts);
    }
  }

  /**
   * An account was marked and has paid what it could.
   *
   * @param unsettled what is left: below 0 it still owes
   */
  record Collected(AccountId account, long unsettled, long time) implements CycleEvent {}

  /** A loser has borrowed what could be lent. */
  record Borrowed(AccountId account, long unsettled, long time) implements CycleEvent {}

  /**
   * The shares of what the clearing account holds were fixed, pro rata to the gains.
   *
   * @param shares by winner, none of them 0
   * @param fee of unreleased fees
   * @param fund of the fund's claims
   */
  record SharesFixed(SortedMap<AccountId, Long> shares, long fee, long fund, long time)
      implements CycleEvent {
    public SharesFixed {
      shares = Exact.ordered(shares);
    }
  }

  /** A winner has his share, or what of it could still be released. */
  record Released(AccountId account, long units, long time) implements CycleEvent {}

  /** Fees and the fund have theirs; the cycle is over. */
  record Finished(long time) implements CycleEvent {}
}
