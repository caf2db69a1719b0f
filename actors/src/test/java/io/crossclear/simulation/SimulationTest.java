package io.crossclear.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Runs from many seeds. {@code -Dcrossclear.simulation.seeds=5000} runs more of them, {@code
 * -Dcrossclear.simulation.first=N} others.
 */
final class SimulationTest {

  private static final int COMMANDS = 700;

  @Test
  void keepsEveryInvariantAfterEveryEventAndComesToRest() {
    long first = Long.getLong("crossclear.simulation.first", 1);
    long seeds = Long.getLong("crossclear.simulation.seeds", 100);
    long events = 0;
    long payments = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      Network network = new Simulation(seed).run(COMMANDS).network;
      events += network.checker.events();
      payments += network.chains.values().stream().mapToLong(c -> c.payments().size()).sum();
    }
    System.out.printf(
        "simulation: seeds %d to %d, %d commands, %d events, %d payouts%n",
        first, first + seeds - 1, seeds * COMMANDS, events, payments);
    assertTrue(payments > seeds, "the runs must pay somebody: " + payments);
  }
}
