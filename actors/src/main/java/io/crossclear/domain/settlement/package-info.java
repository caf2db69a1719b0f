/**
 * Collateral on its way: deposits in, withdrawal batches out, transfers between own accounts.
 *
 * <p>Reading order: {@code VaultBook} with {@code VaultEvent} and {@code VaultStep}, {@code
 * SettlementBatch}, {@code AttesterBook}, {@code TransferSaga}.
 *
 * <p>Invariants: one batch at a time holds the vault's next nonce; a withdrawal is in at most one
 * batch that can still execute; what a finalised block says is never taken back.
 */
@NullMarked
package io.crossclear.domain.settlement;

import org.jspecify.annotations.NullMarked;
