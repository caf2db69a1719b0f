package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A pool with everything that trades in it.
 *
 * @param instruments by symbol; all of this pool
 */
public record Market(PoolRules rules, SortedMap<String, Instrument> instruments) {

  public Market {
    instruments = Exact.ordered(instruments);
  }

  /** The asset that positions are paid in. */
  public Asset settlement() {
    return rules.settlement();
  }

  /** The instrument with this name. */
  public Optional<Instrument> instrument(String symbol) {
    return Optional.ofNullable(instruments.get(symbol));
  }

  /**
   * The instrument that a position is in.
   *
   * @throws IllegalStateException when the pool does not know it: a journal of another genesis
   */
  public Instrument held(String symbol) {
    return instrument(symbol)
        .orElseThrow(() -> new IllegalStateException("no instrument " + symbol));
  }
}
