package io.crossclear.domain.oracle;

/** What a round's observations alone say about a feed. Codes are signed and never change. */
public enum RowStatus {
  /** A price within its range. */
  OK(0),
  /** Fewer than 2f + 1 oracles had a price: there is none. */
  STALE(1),
  /** A price that the configuration does not believe. */
  OUT_OF_RANGE(2);

  private final int code;

  RowStatus(int code) {
    this.code = code;
  }

  /** The byte that is hashed. */
  int code() {
    return code;
  }
}
