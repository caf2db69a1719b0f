package io.crossclear.domain.oracle;

import java.util.List;

/**
 * A report whose certificate was checked; nothing else can make one, so nothing unchecked reaches a
 * {@link PriceBoard}. Immutable; two are equal when they certify the same.
 */
public final class VerifiedReport {

  private final Certificate certificate;
  private final List<ReportRow> rows;
  private final MerkleTree tree;

  VerifiedReport(Certificate certificate, List<ReportRow> rows, MerkleTree tree) {
    this.certificate = certificate;
    this.rows = List.copyOf(rows);
    this.tree = tree;
  }

  /** What certifies it. */
  public Certificate certificate() {
    return certificate;
  }

  /** One row per feed, in the configuration's order. */
  public List<ReportRow> rows() {
    return rows;
  }

  /** The evidence of one row: no hashing, its path is looked up. */
  public RowProof proof(int index) {
    return new RowProof(rows.get(index), index, rows.size(), tree.path(index));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifiedReport report && certificate.equals(report.certificate);
  }

  @Override
  public int hashCode() {
    return certificate.hashCode();
  }

  @Override
  public String toString() {
    return "report of round " + certificate.round();
  }
}
