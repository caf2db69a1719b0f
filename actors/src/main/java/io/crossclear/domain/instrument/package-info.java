/**
 * What is traded and what it is worth: instruments, the rules of a pool, and a set of marks.
 *
 * <p>Words: <i>lot</i> (10^−k of the base, the only unit of size), <i>mark</i> (certified price in
 * 1e-8 of the settlement asset per whole base), <i>funding</i> (cumulative, in units of the mark),
 * <i>star price</i> (mark − funding, what a fill books and a position is valued at). Reading order:
 * {@code Instrument}, {@code InstrumentRules}, {@code CollateralRule}, {@code PoolRules}, {@code
 * Market}, {@code Mark}, {@code Marks}.
 *
 * <p>Invariant: the value of lots is rounded once, down, for longs and shorts alike, so that what
 * two sides of a position are worth never sums to more than 0.
 */
@NullMarked
package io.crossclear.domain.instrument;

import org.jspecify.annotations.NullMarked;
