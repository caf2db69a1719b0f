package io.crossclear.domain.oracle;

/** Why a certificate is none, in order of precedence. */
public enum CertificateRefusal {
  /** It binds another configuration. */
  OTHER_CONFIG,
  /** Its epoch, round or time is below 0. */
  OUT_OF_RANGE,
  /** It has fewer signatures than a quorum. */
  TOO_FEW_SIGNATURES,
  /** It has more signatures than there are oracles. */
  TOO_MANY_SIGNATURES,
  /**
   * A signature is nobody's, or of somebody who is no oracle; signatures for another network or
   * round are such.
   */
  NOT_AN_ORACLE,
  /** The signers do not ascend, or one signed twice. */
  SIGNERS_NOT_ASCENDING,
  /** The rows are not exactly the configuration's feeds. */
  OTHER_FEEDS,
  /** The rows are not those that were certified. */
  OTHER_ROWS
}
