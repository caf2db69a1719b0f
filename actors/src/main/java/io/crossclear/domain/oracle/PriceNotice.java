package io.crossclear.domain.oracle;

/**
 * What deserves to be written down or shown of the stream of prices.
 *
 * @param price the accepted price, in 1e-8; 0 while there is none
 * @param observedAt the round's time, in milliseconds since 1970
 */
public record PriceNotice(
    FeedId feed, long round, FeedStatus status, long price, long observedAt, Cause cause) {

  /** Why, in order of precedence. */
  public enum Cause {
    /** The status changed. */
    STATUS,
    /** The price moved by at least the feed's deviation since the last notice. */
    DEVIATION,
    /** The last notice is as old as the feed's heartbeat. */
    HEARTBEAT
  }
}
