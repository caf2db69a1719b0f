/**
 * The whole network without actors, clock or chains: the pure domain behind a queue that loses,
 * repeats, delays and reorders, with entities that crash and are rebuilt from their events.
 *
 * <p>Reading order: {@code SimulationTest}, {@code Simulation} (what happens, at random), {@code
 * Network} (who answers what), {@code ChainModel}, {@code Checker} (what must hold after every
 * event), {@code CheckerTest} (that it would notice).
 */
@NullMarked
package io.crossclear.simulation;

import org.jspecify.annotations.NullMarked;
