package io.crossclear.nodes.demo;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What to show.
 *
 * @param data folder of the demo's own network; there is none in it yet
 * @param accounts number of users, at least 3
 * @param seed decides keys and amounts
 * @param chaos whether the node is killed three times
 * @param broken the check whose evidence is falsified, to show that it can fail
 */
public record DemoOptions(
    Path data, int accounts, long seed, boolean chaos, Optional<String> broken) {

  /** One user per chain, so that somebody is paid across on each. */
  public static final int LEAST_ACCOUNTS = 3;

  /**
   * @throws IllegalArgumentException when there are too few accounts
   */
  public DemoOptions {
    if (accounts < LEAST_ACCOUNTS) {
      throw new IllegalArgumentException("A demo needs at least 3 accounts.");
    }
  }
}
