package io.crossclear.nodes.oracle;

import java.time.Duration;

/** Which moment of a scenario a moment of the clock is. */
@FunctionalInterface
public interface Playback {

  /**
   * The time since the scenario's beginning.
   *
   * @param now in milliseconds since 1970
   */
  Duration at(long now);

  /** As fast as the clock, once. */
  static Playback from(long began) {
    return now -> Duration.ofMillis(now - began);
  }
}
