package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Exact;
import java.time.Duration;

/**
 * What holds a perpetual's price at its mark: each period its cumulative funding grows by the mark
 * times a rate, which longs lose and shorts gain.
 *
 * <pre>
 * rate = clamp(interest + premium, −cap, cap)
 * premium = (Σ notional at traded prices − Σ notional at marks)
 *           / max(Σ notional at marks, notional of all that is held)
 * </pre>
 *
 * <p>Two accounts of one owner may trade with each other at any price of the band. So each fill
 * says at most the cap, and trades weigh as much as they turn over of what is held: to move the
 * rate by r costs twice the fee on r / cap of what everybody holds, and brings r on what the owner
 * holds. Nobody gains by it while the cap is at most twice the fee.
 *
 * <p>Source: the premium and clamp of BitMEX and Binance; here the premium is volume weighted over
 * the period's own novated fills, so it needs no order book.
 *
 * @param period from one change to the next
 * @param interestPpm part of the rate that does not depend on trades, per period
 * @param capPpm largest rate, either way, 0 to 100,000
 */
public record FundingRule(Duration period, int interestPpm, int capPpm) {

  /**
   * @throws IllegalArgumentException when a number is out of its range
   */
  public FundingRule {
    if (period.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException("funding period must be above 0: " + period);
    }
    if (capPpm < 0 || capPpm > 100_000 || Math.abs((long) interestPpm) > capPpm) {
      throw new IllegalArgumentException("funding rate is out of range");
    }
  }

  /**
   * The rate of a period, in parts per million, toward 0.
   *
   * @param paid Σ notional at traded prices
   * @param marked Σ notional at marks, at least 0; without trades there is no premium
   * @param held notional of the longs, at least 0
   */
  public long ratePpm(long paid, long marked, long held) {
    long most = 2L * capPpm;
    long premium = 0;
    if (marked > 0) {
      long whole = Math.max(marked, held);
      long apart = Math.subtractExact(paid, marked);
      long size = Exact.mulDivDown(Math.min(Math.absExact(apart), whole), Instrument.PPM, whole);
      premium = Long.signum(apart) * Math.min(most, size);
    }
    return Math.clamp(interestPpm + premium, -capPpm, capPpm);
  }

  /**
   * What a fill says of the premium: its notional at its price, but at most the cap off the mark.
   */
  public long paid(long traded, long marked) {
    long most = Exact.mulDivDown(Math.absExact(marked), capPpm, Instrument.PPM);
    return Math.addExact(marked, Math.clamp(Math.subtractExact(traded, marked), -most, most));
  }

  /** What the cumulative funding grows by: |mark| · |rate| / 10^6 toward 0, with their sign. */
  public static long growth(long mark, long ratePpm) {
    long size = Exact.mulDivDown(Math.absExact(mark), Math.absExact(ratePpm), Instrument.PPM);
    return Long.signum(mark) * Long.signum(ratePpm) * size;
  }
}
