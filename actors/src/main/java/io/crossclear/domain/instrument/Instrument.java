package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;

/** What can be traded in a pool. */
public sealed interface Instrument {

  /** Parts of a whole in every ratio. */
  long PPM = 1_000_000;

  /** Decimals of every settlement asset. */
  int SETTLEMENT_DECIMALS = 6;

  /** Decimals of every price. */
  int PRICE_DECIMALS = 8;

  /** The largest |star price|, 2^60, so that no difference of two overflows. */
  long FARTHEST_PRICE = 1L << 60;

  /** The name that orders use, 1 to 24 of A–Z, 0–9 and {@code -}. */
  String symbol();

  /** Number of the pool that clears it. */
  int pool();

  /** Pair of the feed that marks it, base and quote with one slash between them. */
  String feed();

  /** Its margin, fee, band and size. */
  InstrumentRules rules();

  /** 10^k lots are one whole base. */
  int lotExponent();

  /** Money of lots at a price is lots · price / scale, in settlement units. */
  default long scale() {
    long scale = 1;
    for (int i = 0; i < lotExponent() + PRICE_DECIMALS - SETTLEMENT_DECIMALS; i++) {
      scale *= 10;
    }
    return scale;
  }

  /**
   * V = ⌊lots · star / scale⌋, in settlement units.
   *
   * @throws ArithmeticException when it does not fit
   */
  default long valueDown(long lots, long star) {
    return Exact.mulDivDown(lots, star, scale());
  }

  /**
   * ⌈lots · star / scale⌉, in settlement units.
   *
   * @throws ArithmeticException when it does not fit
   */
  default long valueUp(long lots, long star) {
    return Exact.mulDivUp(lots, star, scale());
  }

  /**
   * ⌈|lots| · |price| · ratio / (scale · 10^6)⌉, in settlement units: a requirement or a fee.
   *
   * @throws ArithmeticException when it does not fit
   */
  default long shareUp(long lots, long price, long ratioPpm) {
    return Exact.mulDivUp(
        Math.absExact(lots), Math.absExact(price), ratioPpm, Math.multiplyExact(scale(), PPM));
  }

  /** Whether |price − mark| ≤ |mark| · band. */
  default boolean inBand(long price, long mark) {
    long distance = Math.absExact(Math.subtractExact(price, mark));
    return distance <= Exact.mulDivDown(Math.abs(mark), rules().bandPpm(), PPM);
  }

  /**
   * A future without expiry: funding keeps its price at the base's.
   *
   * @param base what it is about
   * @param lotExponent 0 to 10
   */
  record Perpetual(
      String symbol, Asset base, String feed, int lotExponent, int pool, InstrumentRules rules)
      implements Instrument {

    /**
     * @throws IllegalArgumentException when the symbol or the lot is out of range, or the pool is 0
     */
    public Perpetual {
      if (!symbol.matches("[A-Z0-9-]{1,24}")) {
        throw new IllegalArgumentException("symbol must be 1 to 24 of A-Z, 0-9 and -: " + symbol);
      }
      if (lotExponent < 0 || lotExponent > 10) {
        throw new IllegalArgumentException("lot of " + symbol + " must be 10^-0 to 10^-10");
      }
      if (pool == 0) {
        throw new IllegalArgumentException("nothing trades in pool 0: " + symbol);
      }
    }
  }
}
