/**
 * The variation margin cycle: who owes pays, what cannot be paid is borrowed or cured, and what was
 * collected is released pro rata.
 *
 * <p>Reading order: {@code VariationCycle}, {@code CycleEvent}.
 *
 * <p>Invariant: no more is released than the clearing account held when the shares were fixed; what
 * is not released is a delay, not a loss.
 */
@NullMarked
package io.crossclear.domain.variation;

import org.jspecify.annotations.NullMarked;
