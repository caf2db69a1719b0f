package io.crossclear.domain.settlement;

import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.SortedMap;

/**
 * Everything that a vault's bridge has to tell the treasury at once. Reports of one vault are
 * numbered without gaps, so each is booked exactly once.
 *
 * @param depositsThrough the newest deposit that is included
 * @param deposited units of the new deposits by asset
 * @param requests withdrawals that are reserved at their accounts and need a grant
 * @param releases granted withdrawals that will not be paid
 * @param posted granted withdrawals that are paid and final
 * @param halted whether the bridge has stopped trusting its chain
 */
public record TreasuryReport(
    long depositsThrough,
    SortedMap<Asset, Long> deposited,
    List<GrantRequest> requests,
    List<Hash> releases,
    List<Hash> posted,
    boolean halted) {

  /** A withdrawal that wants to leave through this vault. */
  public record GrantRequest(Hash id, Asset asset, ImportSplit split) {}

  public TreasuryReport {
    deposited = Exact.ordered(deposited);
    requests = List.copyOf(requests);
    releases = List.copyOf(releases);
    posted = List.copyOf(posted);
  }
}
