/**
 * What belongs to nobody alone: the treasury of a pool and the sum of everything.
 *
 * <p>Reading order: {@code Treasury}, {@code TreasuryEvent}, {@code Conservation}.
 *
 * <p>Invariant: per asset, account balances + in transit + pending payouts = credited − posted
 * payouts = vault balances − observed but not credited + paid but not posted.
 */
@NullMarked
package io.crossclear.domain.ledger;

import org.jspecify.annotations.NullMarked;
