package io.crossclear.domain.settlement;

import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.util.List;
import java.util.SortedMap;

/**
 * The batch that holds the vault's next nonce.
 *
 * @param signatures empty until a quorum has signed
 * @param submissions transactions that carry it, oldest first
 */
public record VaultBatch(
    SettlementBatch content,
    Hash digest,
    SortedMap<Address, Signature> signatures,
    List<VaultEvent.SubmissionSigned> submissions) {

  public VaultBatch {
    signatures = Exact.ordered(signatures);
    submissions = List.copyOf(submissions);
  }

  /** The withdrawals that it pays. */
  public List<Hash> withdrawals() {
    return content.entries().stream().map(SettlementBatch.Entry::withdrawalId).toList();
  }
}
