package io.crossclear.domain.trade;

/** Why a fill was not novated, in order of precedence; the rest of its batch goes on. */
public enum FillRefusal {
  /** Another fill of the batch has the number, or it is below 1. */
  NUMBER_REUSED,
  /** No lots. */
  SIZE_MUST_BE_POSITIVE,
  /** The buy order sells or the sell order buys. */
  SAME_SIDE,
  /** The two orders are of one account: a trade with oneself. */
  MAKER_IS_TAKER,
  /** The two accounts are in different pools, or in another than the batch's. */
  DIFFERENT_POOLS,
  /** The two orders name different instruments. */
  DIFFERENT_INSTRUMENTS,
  /** No such instrument in the pool, or it has no price. */
  UNKNOWN_INSTRUMENT,
  /** A signature's domain names no vault of this network. */
  WRONG_DOMAIN,
  /** An order was not signed by its account's owner. */
  BAD_SIGNATURE,
  /** An order lets only another venue match it. */
  WRONG_VENUE,
  /** Outside the pool's band around the certified mark. */
  PRICE_OUTSIDE_BAND,
  /** An account refused its leg. */
  LEG_REFUSED
}
