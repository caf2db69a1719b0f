package io.crossclear.domain.settlement;

/** Why an attester does not sign, in order of precedence. */
public enum AttesterRejection {
  /** The bridge's journal has no such proposal: it must be durable before anybody is asked. */
  NOT_PROPOSED,
  /** The batch rebuilt from the accounts' own journals has another digest. */
  DIGEST_DIFFERS,
  /** An account's journal has no such reservation, or has taken it back or closed it. */
  NOT_RESERVED,
  /** A reservation's signature is not its owner's. */
  WRONG_SIGNER,
  /** A reservation's deposits, transfers or arithmetic do not hold when they are executed again. */
  ACCOUNT_DOES_NOT_REPLAY,
  /** The attester's own view of the vault is not at the nonce before this one. */
  WRONG_NONCE,
  /** The batch would live longer than 15 minutes. */
  LIVES_TOO_LONG,
  /** Another batch that this attester signed for the nonce can still execute. */
  EARLIER_BATCH_LIVES,
  /** A withdrawal is twice in the batch. */
  WITHDRAWAL_TWICE,
  /** A withdrawal is in another batch that executed or still can. */
  WITHDRAWAL_SIGNED_BEFORE,
  /** The attester's own view of the chain cannot be had right now. */
  CHAIN_UNREACHABLE
}
