package io.crossclear.domain.margin;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.money.Exact;
import java.util.SortedMap;

/**
 * An account's margin at one price set, in settlement units.
 *
 * @param cash negative is a loan
 * @param net unsettled + Σ (value − cost) − losses and fees of open legs
 * @param collateral value of other assets
 * @param weighted the same after haircuts
 * @param initial at least {@code maintenance}
 * @param maintenance at least 0
 * @param parts initial margin by instrument
 */
public record MarginResult(
    long cash,
    long net,
    long collateral,
    long weighted,
    long initial,
    long maintenance,
    SortedMap<String, Long> parts) {

  public MarginResult {
    parts = Exact.ordered(parts);
  }

  /** cash + net + collateral. */
  public long equity() {
    return Math.addExact(Math.addExact(cash, net), collateral);
  }

  /** For new trades: cash + net + weighted collateral ≥ initial. */
  public boolean admitsTrade() {
    return Math.addExact(Math.addExact(cash, net), weighted) >= initial;
  }

  /** For withdrawals and bids: losses count, gains never. */
  public boolean admitsWithdrawal() {
    return Math.addExact(Math.addExact(cash, Math.min(0, net)), weighted) >= initial;
  }

  /** equity &lt; maintenance. */
  public boolean breached() {
    return equity() < maintenance;
  }

  /**
   * BM = equity · 10^6 − buffer · maintenance, by its sign: whether equity has reached the buffer.
   */
  public boolean buffered(long bufferPpm) {
    return equity() >= Exact.mulDivUp(maintenance, bufferPpm, Instrument.PPM);
  }
}
