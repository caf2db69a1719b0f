package io.crossclear.domain.settlement;

/** Why the treasury grants no payout, in order of precedence. */
public enum GrantRefusal {
  /** The vault holds less than what is asked for and not yet promised. */
  VAULT_LIQUIDITY,
  /** A chain whose units would leave, or the chain that would pay, is not in its normal state. */
  CHAIN_NOT_NORMAL,
  /** The export limit of the vault is used up for now; take the money where it lies or wait. */
  EXPORT_LIMIT
}
