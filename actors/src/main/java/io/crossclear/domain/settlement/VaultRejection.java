package io.crossclear.domain.settlement;

/** Why a bridge refused, in order of precedence. */
public enum VaultRejection {
  /** The bridge has stopped trusting its chain. */
  HALTED,
  /** The withdrawal names another chain. */
  WRONG_CHAIN,
  /** Nothing is known of this. */
  UNKNOWN,
  /** It came out of turn: it happened already or cannot happen yet. */
  OUT_OF_TURN
}
