/**
 * What belongs to nobody alone: the treasury of a pool and the sum of everything.
 *
 * <p>Reading order: {@code Treasury}, {@code TreasuryEvent}; what a pool owns: {@code PoolLines},
 * {@code Ask}, {@code PoolBook}, {@code PoolEvent}; the pool with all that it has under way: {@code
 * ClearingPool}, {@code PoolRow}, {@code PoolTerms}, {@code PriceSet}, and for whoever executes
 * accounts again {@code PoolTrail}; then what an auditor adds up at any moment: {@code Books},
 * {@code Postings}, {@code InTransit}, {@code Conservation}, {@code ClearingCheck}.
 *
 * <p>Invariants: the clearing account is never negative, no more is lent than lenders have put in;
 * per asset, account balances + lines of the pools + clearing accounts + in transit + pending
 * payouts = credited − posted payouts = vault balances − observed but not credited + paid but not
 * posted.
 */
@NullMarked
package io.crossclear.domain.ledger;

import org.jspecify.annotations.NullMarked;
