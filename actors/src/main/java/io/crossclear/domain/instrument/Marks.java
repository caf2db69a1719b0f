package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything outside the account that a decision about money looks at: one certified price set.
 *
 * @param seq number of the price set; later ones have higher numbers
 * @param time protocol time of the prices, milliseconds since 1970
 * @param interestIndex of the pool's loans, never falling
 * @param instruments by symbol; an instrument that is missing has no price
 * @param collateral by asset
 */
public record Marks(
    long seq,
    long time,
    long interestIndex,
    SortedMap<String, Mark> instruments,
    SortedMap<Asset, Mark> collateral) {

  public Marks {
    instruments = Exact.ordered(instruments);
    collateral = Exact.ordered(collateral);
  }

  /** The instrument's mark. */
  public Optional<Mark> mark(String symbol) {
    return Optional.ofNullable(instruments.get(symbol));
  }

  /** The price of collateral; 0 when nobody knows it, and 0 for admission when it is not fresh. */
  public long collateralPrice(Asset asset, Valuation valuation) {
    Mark mark = collateral.get(asset);
    if (mark == null || !mark.fresh() && valuation == Valuation.ADMISSION) {
      return 0;
    }
    return Math.max(0, mark.price(valuation, 1));
  }
}
