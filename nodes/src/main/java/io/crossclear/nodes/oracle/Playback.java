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

  /**
   * The whole scenario once, compressed or stretched to a run: its first moment until the run
   * begins, its last one after it.
   *
   * @param length of the scenario
   * @param run how long that takes by the clock, above 0
   * @param began milliseconds since 1970
   */
  static Playback once(Duration length, Duration run, long began) {
    return now -> {
      long passed = Math.clamp(now - began, 0, run.toMillis());
      return Duration.ofMillis(Math.multiplyExact(length.toMillis(), passed) / run.toMillis());
    };
  }
}
