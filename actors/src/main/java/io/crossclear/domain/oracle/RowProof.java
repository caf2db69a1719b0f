package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.util.List;

/**
 * One row and the way from it to a certificate's report hash: what an event carries as evidence of
 * a price. Checked by {@link OracleVerifier#proves}.
 *
 * @param index of the row
 * @param rows how many the report has
 * @param path siblings from below
 */
public record RowProof(ReportRow row, int index, int rows, List<Hash> path) {

  public RowProof {
    path = List.copyOf(path);
  }

  /**
   * The report hash to which it leads.
   *
   * @throws IllegalArgumentException when the path cannot belong to a report of so many rows
   */
  Hash reportHash(Keccak keccak) {
    Hash leaf = keccak.hash(row.leaf(row.feed().key(keccak)));
    return MerkleTree.root(leaf, index, rows, path, keccak);
  }
}
