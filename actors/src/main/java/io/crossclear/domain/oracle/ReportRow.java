package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Hash;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One feed in one report. With at most f liars among the observers, price, low and high each lie
 * between two honest observations. A row that is STALE has the prices 0.
 *
 * @param price sorted[k / 2] of the k observed prices, in 1e-8
 * @param low sorted[f]
 * @param high sorted[k − 1 − f]
 * @param count k, the oracles that had a price
 * @param observedAt sorted[k / 2] of their clocks, in milliseconds since 1970; 0 when STALE
 */
public record ReportRow(
    FeedId feed, long price, long low, long high, int count, long observedAt, RowStatus status) {

  private static final int LEAF = 1 + 32 + 8 + 8 + 8 + 4 + 8 + 1;

  /**
   * The row of what was observed.
   *
   * @param prices the first {@code count}, in any order; sorted here
   * @param times the first {@code count}, in any order; sorted here
   */
  static ReportRow of(
      OracleConfig config, FeedConfig feed, long[] prices, long[] times, int count) {
    if (count < config.observations()) {
      return new ReportRow(feed.feed(), 0, 0, 0, count, 0, RowStatus.STALE);
    }
    Arrays.sort(prices, 0, count);
    Arrays.sort(times, 0, count);
    int f = config.faulty();
    long price = prices[count / 2];
    boolean believed = price >= feed.minPrice() && price <= feed.maxPrice();
    return new ReportRow(
        feed.feed(),
        price,
        prices[f],
        prices[count - 1 - f],
        count,
        times[count / 2],
        believed ? RowStatus.OK : RowStatus.OUT_OF_RANGE);
  }

  /**
   * What is hashed as a leaf, big endian: 0x00 ‖ key (32) ‖ price i64 ‖ low i64 ‖ high i64 ‖ count
   * u32 ‖ observedAt u64 ‖ status u8.
   */
  byte[] leaf(Hash key) {
    return ByteBuffer.allocate(LEAF)
        .put((byte) 0)
        .put(key.bytes())
        .putLong(price)
        .putLong(low)
        .putLong(high)
        .putInt(count)
        .putLong(observedAt)
        .put((byte) status.code())
        .array();
  }
}
