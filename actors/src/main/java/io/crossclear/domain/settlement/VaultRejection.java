package io.crossclear.domain.settlement;

/** Why a bridge refused, in order of precedence. */
public enum VaultRejection {
  /** The withdrawal names another chain. */
  WRONG_CHAIN,
  /** The bridge has stopped trusting its chain. */
  HALTED,
  /** Nothing is known of this. */
  UNKNOWN,
  /** It came out of turn: it happened already or cannot happen yet. */
  OUT_OF_TURN
}
