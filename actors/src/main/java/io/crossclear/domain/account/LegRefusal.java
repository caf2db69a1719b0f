package io.crossclear.domain.account;

/** Why an account refused one leg of a fill batch, in order of precedence. */
public enum LegRefusal {
  /** The order is of another account than the one it reached. */
  WRONG_ACCOUNT,
  /** The signature's domain names no vault of this network. */
  WRONG_DOMAIN,
  /** Somebody else than the owner signed, or nobody can have. */
  WRONG_SIGNER,
  /** The order lets only another venue match it. */
  WRONG_VENUE,
  /** No such instrument in the account's pool, or something the account holds has no price. */
  UNKNOWN_INSTRUMENT,
  /** The order's deadline is over. */
  EXPIRED,
  /** The order's deadline is more than 30 days away. */
  DEADLINE_TOO_FAR,
  /** Its owner took it back. */
  CANCELLED,
  /** Another order or action of this account has the nonce. */
  NONCE_REUSED,
  /** A fill of no lots, or an order of none. */
  SIZE_MUST_BE_POSITIVE,
  /** The order has fewer lots left. */
  ORDER_FILLED,
  /** Worse than the order's limit. */
  PRICE_BEYOND_LIMIT,
  /** The fees of all fills would exceed what the order allows. */
  FEE_ABOVE_MAXIMUM,
  /** Outside the pool's band around the certified mark. */
  PRICE_OUTSIDE_BAND,
  /** The account is being liquidated: only auctions move its positions. */
  LIQUIDATING,
  /** The account is below its maintenance margin: only auctions move its positions. */
  BELOW_MAINTENANCE,
  /** It would open or enlarge a position although the order may only reduce. */
  NOT_REDUCING,
  /** The mark is not fresh and the fill does not only reduce, or the instrument is closed. */
  PRICE_NOT_FRESH,
  /** The position would be too large. */
  POSITION_TOO_LARGE,
  /** 64 legs are open. */
  TOO_MANY_LEGS,
  /** 256 orders are within their deadlines. */
  TOO_MANY_ORDERS,
  /** The margin does not cover every subset of the open legs with this one. */
  INSUFFICIENT_MARGIN,
  /** A sum does not fit. */
  OVERFLOW
}
