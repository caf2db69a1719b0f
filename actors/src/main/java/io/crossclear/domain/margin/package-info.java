/**
 * What an account must hold: exposure in, requirement out, as pure functions.
 *
 * <p>Reading order: {@code Position}, {@code OpenLeg}, {@code Exposure}, {@code MarginModel},
 * {@code MarginResult}, {@code StandardMargin}; what an auction sells: {@code Fraction}, {@code
 * Slice}.
 *
 * <p>Invariants: initial ≥ maintenance ≥ 0; a requirement is rounded up and a value down; with open
 * legs the requirement is at least that of every subset of them; the order of positions is
 * irrelevant.
 */
@NullMarked
package io.crossclear.domain.margin;

import org.jspecify.annotations.NullMarked;
