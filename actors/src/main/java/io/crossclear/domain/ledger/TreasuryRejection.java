package io.crossclear.domain.ledger;

/** Why the treasury refused a report, in order of precedence. */
public enum TreasuryRejection {
  /** No such vault in this network. */
  UNKNOWN_VAULT,
  /** A report before it is missing. */
  EARLIER_REPORT_MISSING
}
