package io.crossclear.domain.instrument;

/**
 * What an instrument or an asset is worth in one price set, in 1e-8 of the settlement asset per
 * whole base, each number within 2^59 of 0.
 *
 * @param price the certified price
 * @param funding cumulative since the instrument began; 0 for collateral
 * @param fresh whether the feed is OK
 * @param low lower end of the band that the price lies in
 * @param high upper end
 */
public record Mark(long price, long funding, boolean fresh, long low, long high) {

  private static final long FARTHEST = Instrument.FARTHEST_PRICE / 2;

  /**
   * @throws IllegalArgumentException when a number is out of range or the price outside the band
   */
  public Mark {
    if (low > price || price > high || low < -FARTHEST || high > FARTHEST) {
      throw new IllegalArgumentException("price " + price + " is outside its band");
    }
    if (funding < -FARTHEST || funding > FARTHEST) {
      throw new IllegalArgumentException("funding is out of range: " + funding);
    }
  }

  /** A fresh price. */
  public static Mark fresh(long price, long funding) {
    return new Mark(price, funding, true, price, price);
  }

  /**
   * Whether the price is old and yet leaves no doubt: its instrument is closed, and what is held is
   * about to be settled. Nothing trades in it any more, or legs that never end could keep it open.
   */
  public boolean settling() {
    return !fresh && low == high;
  }

  /** The price for a holding of this sign. */
  public long price(Valuation valuation, long holding) {
    if (fresh) {
      return price;
    }
    return switch (valuation) {
      case CERTIFIED -> price;
      case ADMISSION -> holding >= 0 ? low : high;
      case LIQUIDATION -> holding >= 0 ? high : low;
    };
  }

  /** The star price for a holding of this sign: price − funding. */
  public long star(Valuation valuation, long holding) {
    return price(valuation, holding) - funding;
  }

  /** The certified star price. */
  public long star() {
    return price - funding;
  }

  /**
   * The price at which a requirement is taken: the end of the band farther from 0 unless it favours
   * the account.
   */
  public long requirementPrice(Valuation valuation) {
    if (fresh || valuation == Valuation.CERTIFIED) {
      return price;
    }
    boolean highIsFarther = Math.abs(high) >= Math.abs(low);
    return highIsFarther == (valuation == Valuation.ADMISSION) ? high : low;
  }
}
