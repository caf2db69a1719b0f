package io.crossclear.domain.oracle;

/** Why an oracle does not vote for a proposal, in order of precedence. */
public enum ProposalRefusal {
  /** Fewer than 2f + 1 observations. */
  TOO_FEW_OBSERVATIONS,
  /** More observations than oracles. */
  TOO_MANY_OBSERVATIONS,
  /** An observation of another round or epoch. */
  OTHER_ROUND,
  /** An observation that does not cover exactly the configuration's feeds. */
  OTHER_FEEDS,
  /** The observers do not ascend, or one is there twice. */
  OBSERVERS_NOT_ASCENDING,
  /** An observation that its oracle did not sign, or of somebody who is no oracle. */
  NOT_AN_ORACLE,
  /** The proposed report hash is not that of these observations. */
  OTHER_ROWS,
  /** The epoch's leader did not sign this report. */
  NOT_THE_LEADER
}
