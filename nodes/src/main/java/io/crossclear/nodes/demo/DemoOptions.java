package io.crossclear.nodes.demo;

import io.crossclear.nodes.oracle.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What to show.
 *
 * @param data folder of the demo's own network; there is none in it yet
 * @param accounts number of users, at least 3
 * @param seed decides keys and amounts
 * @param chaos whether the node is killed three times
 * @param keep whether the network goes on running when the demo is through
 * @param broken the check whose evidence is falsified, to show that it can fail; {@link #EACH} for
 *     one after the other
 * @param prices what happens to prices, where the scenario has any
 * @param run how long that takes, above 0
 */
public record DemoOptions(
    Path data,
    int accounts,
    long seed,
    boolean chaos,
    boolean keep,
    Optional<String> broken,
    Scenario prices,
    Duration run) {

  /** Falsifies the evidence of one check after the other, and shows which of them fail. */
  public static final String EACH = "each";

  /** One user per chain, so that somebody is paid across on each. */
  public static final int LEAST_ACCOUNTS = 3;

  /**
   * @throws IllegalArgumentException when there are too few accounts or the run takes no time
   */
  public DemoOptions {
    if (accounts < LEAST_ACCOUNTS) {
      throw new IllegalArgumentException("A demo needs at least 3 accounts.");
    }
    if (run.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException("A demo takes some time.");
    }
  }

  /** Of March 2020 in two minutes. */
  public static DemoOptions of(Path data, int accounts, long seed) {
    return new DemoOptions(
        data,
        accounts,
        seed,
        false,
        false,
        Optional.empty(),
        Scenario.march2020(),
        Duration.ofMinutes(2));
  }

  /** The same with the node killed three times. */
  public DemoOptions withChaos() {
    return new DemoOptions(data, accounts, seed, true, keep, broken, prices, run);
  }
}
