package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.SortedMap;

/** What the treasury of a pool decided. */
public sealed interface TreasuryEvent {

  /** Protocol time in milliseconds since 1970. */
  long time();

  /**
   * A promise.
   *
   * @param export units of the payout that used the export limit
   * @param level what the export limit has left
   * @param levelTime protocol time of {@code level}, milliseconds since 1970; before now by the
   *     fraction of a unit that has flowed back but is not whole yet
   */
  record Granted(Hash id, long export, long level, long levelTime) {}

  /**
   * A bridge's report was booked and its requests decided.
   *
   * @param number the vault's number of the report, without gaps
   * @param granted the requests that are promised, in the order of the report
   */
  record ReportBooked(
      VaultId vault,
      long number,
      TreasuryReport report,
      List<Granted> granted,
      SortedMap<Hash, GrantRefusal> refused,
      long time)
      implements TreasuryEvent {
    public ReportBooked {
      granted = List.copyOf(granted);
      refused = Exact.ordered(refused);
    }
  }

  /**
   * Imports of an account vanished because their units were paid to the pool: nobody's import
   * claims them any more.
   *
   * @param totals ever, by asset and chain id
   */
  record ImportsTrimmed(
      AccountId account, SortedMap<Asset, SortedMap<Long, Long>> totals, long time)
      implements TreasuryEvent {
    public ImportsTrimmed {
      totals = Exact.ordered(totals);
    }
  }
}
