package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;

/**
 * What an asset beside the settlement asset weighs as collateral.
 *
 * @param decimals of the asset, 0 to 16
 * @param feed pair of the feed that prices it in the settlement asset
 * @param haircutPpm part of its value that does not count, 0 to 1,000,000
 */
public record CollateralRule(Asset asset, int decimals, String feed, int haircutPpm) {

  /**
   * @throws IllegalArgumentException when a number is out of its range
   */
  public CollateralRule {
    if (decimals < 0 || decimals > 16) {
      throw new IllegalArgumentException("decimals of " + asset + " must be 0 to 16");
    }
    if (haircutPpm < 0 || haircutPpm > Instrument.PPM) {
      throw new IllegalArgumentException("haircut of " + asset + " is out of range");
    }
  }

  /** Units · price / scale is money, in settlement units. */
  public long scale() {
    long scale = 1;
    for (int i = 0;
        i < decimals + Instrument.PRICE_DECIMALS - Instrument.SETTLEMENT_DECIMALS;
        i++) {
      scale *= 10;
    }
    return scale;
  }

  /**
   * ⌊units · price / scale⌋.
   *
   * @throws ArithmeticException when it does not fit
   */
  public long valueDown(long units, long price) {
    return Exact.mulDivDown(units, price, scale());
  }

  /** ⌊value · (1 − haircut)⌋ of a value of at least 0. */
  public long afterHaircutDown(long value) {
    return Exact.mulDivDown(value, Instrument.PPM - haircutPpm, Instrument.PPM);
  }
}
