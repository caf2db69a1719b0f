package io.crossclear.domain.margin;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.List;
import java.util.SortedMap;

/**
 * All that a margin model looks at of an account, in units.
 *
 * @param cash of the settlement asset; negative is a loan
 * @param unsettled gains not yet released, or losses not yet collected
 * @param collateral of other assets, at least 0 each
 * @param positions by instrument, none of them empty
 * @param legs fills that may still happen
 */
public record Exposure(
    long cash,
    long unsettled,
    SortedMap<Asset, Long> collateral,
    SortedMap<String, Position> positions,
    List<OpenLeg> legs) {

  public Exposure {
    collateral = Exact.ordered(collateral);
    positions = Exact.ordered(positions);
    legs = List.copyOf(legs);
  }

  /** Whether prices and rules change nothing about what can be taken out. */
  public boolean flat() {
    return positions.isEmpty() && legs.isEmpty() && unsettled >= 0 && cash >= 0;
  }
}
