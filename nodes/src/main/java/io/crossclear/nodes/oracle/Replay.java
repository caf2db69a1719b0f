package io.crossclear.nodes.oracle;

import io.crossclear.domain.oracle.FeedId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One source's version of a scenario.
 *
 * @param seed of noise and delay; two sources with one seed and one question at one moment answer
 *     alike
 * @param paths what happens to each feed
 * @param noisePpm how far a price may be off, either way
 * @param longestDelay how long an answer may take
 * @param lie what the source makes of the truth
 */
public record Replay(
    long seed, Map<FeedId, PricePath> paths, int noisePpm, Duration longestDelay, Lie lie) {

  /** How a source lies. */
  public sealed interface Lie {
    /** It does not. */
    record Honest() implements Lie {}

    /** It says a price that is this many parts per million of the truth. */
    record Scaled(int ppm) implements Lie {}

    /** It says one price whatever happens. */
    record Frozen(long price) implements Lie {}

    /** It answers at the right time with an old one. */
    record Backdated(Duration by) implements Lie {}

    /** It answers nothing that can be read. */
    record Garbled() implements Lie {}
  }

  /**
   * @throws IllegalArgumentException when noise or delay is below 0, or noise is not below 1
   */
  public Replay {
    paths = Map.copyOf(paths);
    if (noisePpm < 0 || noisePpm >= 1_000_000 || longestDelay.isNegative()) {
      throw new IllegalArgumentException("noise must be 0 to 999999 ppm and delay at least 0");
    }
  }

  /**
   * What the source says.
   *
   * @param delay before it does
   */
  record Answer(Duration delay, String body) {}

  /**
   * The answer at a moment; empty for a feed that is not replayed.
   *
   * @param elapsed since the scenario began
   * @param now in milliseconds since 1970
   */
  Optional<Answer> answer(FeedId feed, Duration elapsed, long now) {
    return Optional.ofNullable(paths.get(feed))
        .map(
            path -> {
              SplittableRandom random =
                  new SplittableRandom(
                      seed * 31 + feed.hashCode() + elapsed.toMillis() * 0x9e3779b9L);
              long truth = path.at(elapsed);
              long noise = noisePpm == 0 ? 0 : random.nextLong(-noisePpm, noisePpm + 1L);
              long price = truth + truth / 1_000_000L * noise;
              long delay = random.nextLong(longestDelay.toMillis() + 1);
              return new Answer(Duration.ofMillis(delay), body(feed, price, now));
            });
  }

  private String body(FeedId feed, long price, long now) {
    return switch (lie) {
      case Lie.Honest honest -> new TickerJson(feed, price, now).write();
      case Lie.Scaled(int ppm) -> new TickerJson(feed, price / 1_000_000L * ppm, now).write();
      case Lie.Frozen(long frozen) -> new TickerJson(feed, frozen, now).write();
      case Lie.Backdated(Duration by) -> new TickerJson(feed, price, now - by.toMillis()).write();
      case Lie.Garbled garbled -> "{\"symbol\":\"" + feed + "\",\"price\":";
    };
  }
}
