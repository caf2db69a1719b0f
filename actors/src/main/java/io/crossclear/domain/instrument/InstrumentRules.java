package io.crossclear.domain.instrument;

/**
 * The rules of one instrument; every ratio in parts per million of the notional.
 *
 * @param initialPpm initial margin, 1 to 1,000,000
 * @param maintenancePpm maintenance margin, 1 to {@code initialPpm}
 * @param feePpm fee of each side of a fill, 0 to 10,000
 * @param bandPpm how far a fill's price may lie from the mark, 1 to 200,000
 * @param maxLots lots of one position, open legs included, 1 to 2^40
 */
public record InstrumentRules(
    int initialPpm, int maintenancePpm, int feePpm, int bandPpm, long maxLots) {

  /** No rule allows more lots. */
  public static final long MOST_LOTS = 1L << 40;

  /**
   * @throws IllegalArgumentException when a number is out of its range
   */
  public InstrumentRules {
    require(initialPpm >= 1 && initialPpm <= Instrument.PPM, "initial margin");
    require(maintenancePpm >= 1 && maintenancePpm <= initialPpm, "maintenance margin");
    require(feePpm >= 0 && feePpm <= 10_000, "fee");
    require(bandPpm >= 1 && bandPpm <= 200_000, "price band");
    require(maxLots >= 1 && maxLots <= MOST_LOTS, "largest position");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is out of range");
    }
  }
}
