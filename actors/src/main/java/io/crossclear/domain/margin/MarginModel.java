package io.crossclear.domain.margin;

import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;

/** From an exposure and one price set to what must be held; pure, the same bits everywhere. */
public interface MarginModel {

  /**
   * The account's margin.
   *
   * @throws ArithmeticException when a number does not fit a {@code long}
   * @throws IllegalStateException when a position or leg has no mark
   */
  MarginResult margin(Exposure exposure, Marks marks, Market market, Valuation valuation);
}
