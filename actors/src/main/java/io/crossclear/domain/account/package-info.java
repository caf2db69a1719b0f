/**
 * One margin account: balances, imports, reservations, and every decision on them.
 *
 * <p>Reading order: {@code AccountId}, {@code AccountEvent}, {@code AccountRejection}, {@code
 * MarginAccount}; then the part that trades: {@code Trading}, {@code ClearingEvent}, {@code
 * OrderDesk}, {@code PoolDesk}, {@code AuctionDesk}, {@code ClearingFold}; and whoever executes it
 * again: {@code AccountReplay}.
 *
 * <p>Invariants: no balance is negative but that of the settlement asset, which then is a loan; the
 * imports of an asset never exceed its balance; a deposit, a transfer and a withdrawal are each
 * booked once, however often they are relayed; deduplication never depends on time alone.
 */
@NullMarked
package io.crossclear.domain.account;

import org.jspecify.annotations.NullMarked;
