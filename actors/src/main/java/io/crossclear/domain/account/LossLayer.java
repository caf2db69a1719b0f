package io.crossclear.domain.account;

/** Who pays a defaulter's loss, in order. */
public enum LossLayer {
  /** The pool's insurance fund, with what it has lent and nobody borrowed. */
  FUND,
  /** Gains of the fund that are not released yet. */
  FUND_CLAIMS,
  /** Unreleased gains of others, for what is owed. */
  GAINS,
  /** Unreleased gains of others, for a debt, as far as the clearing account holds money. */
  GAINS_FOR_DEBT,
  /** The lenders of a debt. */
  LENDERS
}
