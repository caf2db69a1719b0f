package io.crossclear.domain.oracle;

/** What a price board makes of a feed. */
public enum FeedStatus {
  /** Its price is the newest round's. */
  OK,
  /**
   * No price is young enough, or the board has not followed it for long enough since it started.
   */
  STALE,
  /** The oracles see a price that the configuration does not believe. */
  OUT_OF_RANGE,
  /** The oracles see a price far from the last; it has to hold before it counts. */
  JUMP_PENDING,
  /** It was not OK for too long. */
  HALTED
}
