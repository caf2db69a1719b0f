package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Exact;

/**
 * Interest on loans by how much of the lending account is lent: {@code base + slope · utilisation}
 * up to the kink, and {@code steep} for each whole of utilisation beyond it. Ratios in parts per
 * million, per year.
 *
 * @param kinkPpm utilisation at the kink, 1 to 999,999
 */
public record InterestCurve(int basePpm, int slopePpm, int kinkPpm, int steepPpm) {

  /** Growth of the interest index by 10^9 is 100 % of a loan. */
  public static final long INDEX_SCALE = 1_000_000_000;

  private static final long YEAR_MILLIS = 365L * 24 * 3_600_000;

  /**
   * @throws IllegalArgumentException when a number is negative, beyond 10,000 %, or the kink is no
   *     utilisation between 0 and 1
   */
  public InterestCurve {
    for (int ppm : new int[] {basePpm, slopePpm, steepPpm}) {
      if (ppm < 0 || ppm > 100 * Instrument.PPM) {
        throw new IllegalArgumentException("interest rate is out of range: " + ppm);
      }
    }
    if (kinkPpm < 1 || kinkPpm >= Instrument.PPM) {
      throw new IllegalArgumentException("kink is no utilisation: " + kinkPpm);
    }
  }

  /**
   * The rate, in parts per million per year, rounded up.
   *
   * @param lent at most {@code lending}; both at least 0
   */
  public long ratePpm(long lent, long lending) {
    if (lending == 0) {
      return basePpm;
    }
    long used = Exact.mulDivUp(lent, Instrument.PPM, lending);
    long flat = Math.min(used, kinkPpm);
    return basePpm
        + Exact.mulDivUp(slopePpm, flat, Instrument.PPM)
        + Exact.mulDivUp(steepPpm, used - flat, Instrument.PPM);
  }

  /** How much the index grows in a time at a rate, rounded up. */
  public static long growthUp(long ratePpm, long millis) {
    return Exact.mulDivUp(ratePpm, millis, INDEX_SCALE / Instrument.PPM, YEAR_MILLIS);
  }
}
