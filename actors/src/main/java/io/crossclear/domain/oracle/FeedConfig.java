package io.crossclear.domain.oracle;

import java.time.Duration;

/**
 * The rules of one feed.
 *
 * @param minSources sources that an oracle needs for an observation; with fewer it abstains; at
 *     least 3
 * @param quoteAge how far a source's own time may lie from the oracle's
 * @param deviationPpm a move of at least this is noted in its very round
 * @param heartbeat a price at least this old is noted again though it did not move
 * @param jumpPpm a move beyond this has to hold before it is accepted
 * @param minPrice lowest price that is believed, in 1e-8
 * @param maxPrice highest price that is believed, in 1e-8
 * @param maxAge a price received longer ago is stale
 * @param widenPpmPerSecond how fast the band of a price that is not OK widens with its age
 */
public record FeedConfig(
    FeedId feed,
    int minSources,
    Duration quoteAge,
    int deviationPpm,
    Duration heartbeat,
    int jumpPpm,
    long minPrice,
    long maxPrice,
    Duration maxAge,
    int widenPpmPerSecond) {

  /** Prices beyond this, either way, are outside every range, so that no difference overflows. */
  public static final long FARTHEST_PRICE = 1L << 60;

  private static final int MOST_SOURCES = 255;

  /**
   * @throws IllegalArgumentException when a limit is out of range
   */
  public FeedConfig {
    require(minSources >= 3 && minSources <= MOST_SOURCES, feed, "needs 3 to 255 sources");
    require(
        positive(quoteAge) && positive(heartbeat) && positive(maxAge), feed, "needs ages above 0");
    require(
        deviationPpm > 0 && jumpPpm > deviationPpm && widenPpmPerSecond >= 0,
        feed,
        "needs 0 < deviation < jump and a widening of at least 0");
    require(
        minPrice < maxPrice && minPrice >= -FARTHEST_PRICE && maxPrice <= FARTHEST_PRICE,
        feed,
        "needs a range within 2^60 of 0");
  }

  private static void require(boolean holds, FeedId feed, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("feed " + feed + " " + rule);
    }
  }

  private static boolean positive(Duration duration) {
    return duration.compareTo(Duration.ZERO) > 0 && duration.compareTo(Duration.ofDays(30)) < 0;
  }

  /**
   * A liquid spot feed: 3 sources no older than 5 s; 0.1 % or 60 s are noted; 5 % is a jump; stale
   * after 5 s; the band of a stale price widens by 0.02 % a second.
   *
   * @param minPrice in 1e-8
   * @param maxPrice in 1e-8
   */
  public static FeedConfig liquid(FeedId feed, long minPrice, long maxPrice) {
    return new FeedConfig(
        feed,
        3,
        Duration.ofSeconds(5),
        1_000,
        Duration.ofSeconds(60),
        50_000,
        minPrice,
        maxPrice,
        Duration.ofSeconds(5),
        200);
  }

  /**
   * Whether |to − from| is more than {@code ppm} of |from|; any move from 0 is. Prices within 2^60.
   */
  static boolean movesBeyond(long from, long to, int ppm) {
    return compareMove(from, to, ppm) > 0;
  }

  /** Whether |to − from| is at least {@code ppm} of |from| and not 0. Prices within 2^60. */
  static boolean movesAtLeast(long from, long to, int ppm) {
    return from != to && compareMove(from, to, ppm) >= 0;
  }

  /** |to − from| · 10^6 against |from| · ppm, through 128 bits. */
  private static int compareMove(long from, long to, int ppm) {
    long move = Math.abs(Math.subtractExact(to, from));
    long base = Math.abs(from);
    int high = Long.compare(Math.multiplyHigh(move, 1_000_000L), Math.multiplyHigh(base, ppm));
    return high != 0 ? high : Long.compareUnsigned(move * 1_000_000L, base * ppm);
  }
}
