package io.crossclear.domain.ledger;

/** Why a pool refused, in order of precedence. */
public enum PoolRejection {
  /** Less than nothing was asked for. */
  AMOUNT_OUT_OF_RANGE,
  /** An earlier contribution is missing. */
  EARLIER_CONTRIBUTION_MISSING,
  /** The account has not answered its last step. */
  STEP_OPEN,
  /** No such step was asked for. */
  UNKNOWN_STEP,
  /** A waterfall is under way. */
  WATERFALL_OPEN,
  /** No waterfall is under way for this account. */
  NO_WATERFALL,
  /** The clearing account holds less. */
  CLEARING_EXHAUSTED,
  /** The lending account has less that nobody borrowed. */
  LENDING_EXHAUSTED,
  /** The fund has less. */
  FUND_EXHAUSTED,
  /** The layer has less. */
  LAYER_EXHAUSTED,
  /** Something levied is not handed on yet. */
  LOSS_LINE_OPEN,
  /** No such settlement, or holders are left. */
  SETTLEMENT_OPEN,
  /** A sum does not fit. */
  OVERFLOW
}
