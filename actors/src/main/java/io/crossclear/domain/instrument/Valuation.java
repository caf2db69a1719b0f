package io.crossclear.domain.instrument;

/** Which end of a price that is not fresh counts. */
public enum Valuation {
  /** The last accepted price: what a variation cycle marks with, which is neutral at any price. */
  CERTIFIED,
  /** New risk and withdrawals: the end that is worse for the holder, and nothing for collateral. */
  ADMISSION,
  /** Liquidation: the end that favours the holder. */
  LIQUIDATION
}
