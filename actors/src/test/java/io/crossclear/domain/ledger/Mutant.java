package io.crossclear.domain.ledger;

/** A rule of the booking table, broken on purpose: the checks must see each of them. */
enum Mutant {
  ROUND_SELLER,
  RELEASE_FIRST,
  NO_LENDER_LIMIT,
  LENT_COUNTS_FREE,
  LITERAL_DUST,
  LAZY_FUNDING,
  RESET_COST,
  HAIRCUT_ENTRY,
  NO_LENDER_LAYER,
  HAIRCUT_FLOOR,
  SLICE_WITHOUT_U,
  WITHDRAW_GAINS,
  HAIRCUT_BEFORE_FUND,
  SETTLE_NO_RESIDUE,
  NO_BAND,
  CURE_NO_WATCH,
  FUND_KEEPS_LENT
}
