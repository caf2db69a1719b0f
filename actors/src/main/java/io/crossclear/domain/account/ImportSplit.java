package io.crossclear.domain.account;

import io.crossclear.domain.money.Exact;
import java.util.SortedMap;

/**
 * Which units a withdrawal takes, by the vault that they came in through.
 *
 * @param own units that came in through the vault that pays; they need nobody's permission
 * @param uncoloured units that no import claims
 * @param foreign units that came in through other vaults, by chain id
 */
public record ImportSplit(long own, long uncoloured, SortedMap<Long, Long> foreign) {

  public ImportSplit {
    foreign = Exact.ordered(foreign);
  }

  /** All units. */
  public long units() {
    return Math.addExact(Math.addExact(own, uncoloured), Exact.sum(foreign));
  }
}
