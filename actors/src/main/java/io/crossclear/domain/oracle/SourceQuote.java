package io.crossclear.domain.oracle;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one source says a feed is worth.
 *
 * @param source whose word it is; one source has one word
 * @param price in 1e-8
 * @param time of the source, in milliseconds since 1970
 */
public record SourceQuote(String source, FeedId feed, long price, long time) {

  /**
   * An oracle's own view: the upper median of the quotes that are young enough, one per source, or
   * an abstention when there are too few. Never an average.
   *
   * @param now of the oracle, in milliseconds since 1970
   */
  public static ObservedPrice observe(FeedConfig config, List<SourceQuote> quotes, long now) {
    long age = config.quoteAge().toMillis();
    SortedMap<String, Long> prices = new TreeMap<>();
    for (SourceQuote quote : quotes) {
      if (quote.feed().equals(config.feed())
          && quote.time() >= now - age
          && quote.time() <= now + age) {
        prices.putIfAbsent(quote.source(), quote.price());
      }
    }
    if (prices.size() < config.minSources()) {
      return ObservedPrice.ABSTAINED;
    }
    long[] sorted = prices.values().stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return new ObservedPrice(sorted[sorted.length / 2], Math.min(sorted.length, 255));
  }
}
