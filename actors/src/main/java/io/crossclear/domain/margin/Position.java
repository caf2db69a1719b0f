package io.crossclear.domain.margin;

import io.crossclear.domain.money.Exact;

/**
 * Lots of one instrument and what was paid for them, in settlement units.
 *
 * @param lots signed, long above 0
 * @param cost what was paid for the lots since they were last marked; the result so far is value −
 *     cost
 * @param entry what was paid for them when they were opened; it only ranks holders, no money
 *     depends on it
 */
public record Position(long lots, long cost, long entry) {

  /** No lots. */
  public static final Position NONE = new Position(0, 0, 0);

  /**
   * After a fill.
   *
   * @param fill signed lots, not 0
   * @param notional with the sign of a purchase: what a buyer pays is above 0
   */
  public Position traded(long fill, long notional) {
    long nextLots = Math.addExact(lots, fill);
    return new Position(nextLots, Math.addExact(cost, notional), entryAfter(fill, notional));
  }

  /**
   * The entry after a fill. Opening or adding: entry + N. Reducing by q: entry − ⌊entry · q /
   * |lots|⌋. Turning: N · |new lots| / q towards 0.
   */
  public long entryAfter(long fill, long notional) {
    if (lots == 0 || lots > 0 == fill > 0) {
      return Math.addExact(entry, notional);
    }
    long size = Math.absExact(fill);
    long held = Math.absExact(lots);
    if (size <= held) {
      return entry - Exact.mulDivDown(entry, size, held);
    }
    long opened = size - held;
    return notional >= 0
        ? Exact.mulDivDown(notional, opened, size)
        : -Exact.mulDivDown(-notional, opened, size);
  }

  /** Marked: the cost becomes the value, and the difference is the holder's unsettled amount. */
  public Position marked(long value) {
    return new Position(lots, value, entry);
  }
}
