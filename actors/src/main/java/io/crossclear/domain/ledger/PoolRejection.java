package io.crossclear.domain.ledger;

/** Why a pool refused, in order of precedence. */
public enum PoolRejection {
  /** Less than nothing was asked for. */
  AMOUNT_OUT_OF_RANGE,
  /** No such instrument in this pool. */
  UNKNOWN_INSTRUMENT,
  /** The account is of another pool. */
  OTHER_POOL,
  /** The pool is wound up to another account. */
  WOUND_UP,
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
  /** Instruments trade, or claims and loans are left. */
  NOT_FLAT,
  /** No price of what is held is known. */
  PRICES_MISSING,
  /** A sum does not fit. */
  OVERFLOW;

  /** Whether the same command can be taken later. */
  public boolean passing() {
    return switch (this) {
      case EARLIER_CONTRIBUTION_MISSING,
          STEP_OPEN,
          WATERFALL_OPEN,
          NO_WATERFALL,
          CLEARING_EXHAUSTED,
          LENDING_EXHAUSTED,
          LAYER_EXHAUSTED,
          LOSS_LINE_OPEN,
          SETTLEMENT_OPEN,
          NOT_FLAT,
          PRICES_MISSING ->
          true;
      case AMOUNT_OUT_OF_RANGE,
          UNKNOWN_INSTRUMENT,
          OTHER_POOL,
          WOUND_UP,
          UNKNOWN_STEP,
          FUND_EXHAUSTED,
          OVERFLOW ->
          false;
    };
  }
}
