package io.crossclear.domain.oracle;

/**
 * One oracle's price of one feed.
 *
 * @param price in 1e-8; 0 when it abstained
 * @param sources how many sources it is the median of, up to 255; 0 when it abstained
 */
public record ObservedPrice(long price, int sources) {

  /** Too few sources to say anything. */
  public static final ObservedPrice ABSTAINED = new ObservedPrice(0, 0);

  /**
   * @throws IllegalArgumentException when there are not 0 to 255 sources, or none and yet a price
   */
  public ObservedPrice {
    if (sources < 0 || sources > 255 || sources == 0 && price != 0) {
      throw new IllegalArgumentException(price + " of " + sources + " sources is no observation");
    }
  }

  /** Whether it says nothing. */
  public boolean abstained() {
    return sources == 0;
  }
}
