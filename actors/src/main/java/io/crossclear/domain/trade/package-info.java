/**
 * From two signed orders to two positions: the fill batch of a venue as a saga.
 *
 * <p>Reading order: {@code Fill}, {@code FillRefusal}, {@code FillBatch}, {@code FillBatchEvent},
 * {@code VenueBatch}; and for whoever executes accounts again: {@code BatchTrail}.
 *
 * <p>Invariants: a fill happens on both sides or on none, whatever crashes; from {@code Novated} on
 * it happens; both sides book one number.
 */
@NullMarked
package io.crossclear.domain.trade;

import org.jspecify.annotations.NullMarked;
