package io.crossclear.domain.account;

/** Why an account refused a command, in order of precedence. */
public enum AccountRejection {
  /** Nothing or less than nothing was asked for. */
  AMOUNT_MUST_BE_POSITIVE,
  /** The command names another account than the one it reached. */
  WRONG_ACCOUNT,
  /** The signature's domain names no vault of this network: wrong chain, contract or network. */
  WRONG_DOMAIN,
  /** Somebody else than the owner signed, or nobody can have. */
  WRONG_SIGNER,
  /** The deadline is over. */
  EXPIRED,
  /** The deadline is more than 30 days away. */
  DEADLINE_TOO_FAR,
  /** Another action of this account used the nonce. */
  NONCE_REUSED,
  /** 256 signed actions are within their deadlines; let some expire. */
  TOO_MANY_OPEN_ACTIONS,
  /** No such asset in this network. */
  UNKNOWN_ASSET,
  /** No vault on this chain, or it does not hold the asset. */
  UNKNOWN_CHAIN,
  /** No such pool, or it does not accept the asset. */
  UNKNOWN_POOL,
  /** Below the asset's least withdrawal. */
  BELOW_MINIMUM,
  /** The address cannot be paid: nobody's, a vault's or a token's. */
  RECIPIENT_REFUSED,
  /** From and to are the same account. */
  SAME_ACCOUNT,
  /** From and to have different owners. */
  DIFFERENT_OWNER,
  /** The balance is smaller. */
  INSUFFICIENT_BALANCE,
  /** The account is being liquidated: only auctions move anything. */
  LIQUIDATING,
  /** The account trades, and no price of what it holds is known. */
  PRICES_MISSING,
  /** Losses counted and gains not, too little would be left. */
  INSUFFICIENT_MARGIN,
  /** The fill batch is not here. */
  UNKNOWN_BATCH,
  /** No such auction, or it is over. */
  UNKNOWN_AUCTION,
  /** An auction of this account is open. */
  AUCTION_OPEN,
  /** Nothing is missing and no margin is breached. */
  NOTHING_TO_AUCTION,
  /** The account changed since the slice was offered. */
  SLICE_CHANGED,
  /** The slice costs more than the bid allows. */
  PAY_ABOVE_MAXIMUM,
  /** The bid wants a later price set. */
  PRICES_TOO_OLD,
  /** A leg or a slice may still arrive. */
  NOT_FLAT,
  /** An earlier step of the pool has not come yet. */
  EARLIER_STEP_MISSING,
  /** An earlier deposit of this vault to this account has not come yet. */
  EARLIER_DEPOSIT_MISSING,
  /** An earlier transfer from that account has not come yet. */
  EARLIER_TRANSFER_MISSING,
  /** The sum does not fit. */
  OVERFLOW
}
