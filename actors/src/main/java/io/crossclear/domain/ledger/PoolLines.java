package io.crossclear.domain.ledger;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Collections;
import java.util.SortedMap;

/**
 * The lines of a pool, in settlement units, each at least 0 but for the moment in which a
 * write-down of the lenders waits for its answer.
 *
 * @param clearing money collected and not yet released, never below 0
 * @param fund the insurance fund's money
 * @param fundUnsettled the fund's claims that are not money yet
 * @param fee earned fees
 * @param feeUnsettled fees that are not money yet
 * @param lending what lenders have put in, lent or not
 * @param shares of all lenders
 * @param fundShares those of the fund
 * @param lent Σ loans, and what is granted and not answered
 * @param defaulted claims levied for what a defaulter owes, not handed on yet
 * @param recovered money levied for a defaulter's debt, not handed on yet
 * @param collateral that a defaulter left and nobody bought, units by asset
 */
public record PoolLines(
    long clearing,
    long fund,
    long fundUnsettled,
    long fee,
    long feeUnsettled,
    long lending,
    long shares,
    long fundShares,
    long lent,
    long defaulted,
    long recovered,
    SortedMap<Asset, Long> collateral) {

  /** A pool without anything. */
  public static final PoolLines EMPTY =
      new PoolLines(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Collections.emptySortedMap());

  public PoolLines {
    collateral = Exact.ordered(collateral);
  }

  /** What can still be lent, below 0 only while a write-down waits. */
  public long idle() {
    return Math.subtractExact(lending, lent);
  }

  PoolLines clearing(long units) {
    return new PoolLines(
        Math.addExact(clearing, units),
        fund,
        fundUnsettled,
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines fund(long units) {
    return new PoolLines(
        clearing,
        Math.addExact(fund, units),
        fundUnsettled,
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines fundUnsettled(long units) {
    return new PoolLines(
        clearing,
        fund,
        Math.addExact(fundUnsettled, units),
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines fee(long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        Math.addExact(fee, units),
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines feeUnsettled(long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        fee,
        Math.addExact(feeUnsettled, units),
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines lending(long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        fee,
        feeUnsettled,
        Math.addExact(lending, units),
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines defaulted(long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        Math.addExact(defaulted, units),
        recovered,
        collateral);
  }

  PoolLines recovered(long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        Math.addExact(recovered, units),
        collateral);
  }

  PoolLines debt(long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        Math.addExact(lent, units),
        defaulted,
        recovered,
        collateral);
  }

  PoolLines lent(long units, long newShares) {
    return new PoolLines(
        clearing,
        Math.subtractExact(fund, units),
        fundUnsettled,
        fee,
        feeUnsettled,
        Math.addExact(lending, units),
        Math.addExact(shares, newShares),
        Math.addExact(fundShares, newShares),
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines recalled(long units, long gone) {
    return new PoolLines(
        clearing,
        Math.addExact(fund, units),
        fundUnsettled,
        fee,
        feeUnsettled,
        Math.subtractExact(lending, units),
        Math.subtractExact(shares, gone),
        Math.subtractExact(fundShares, gone),
        lent,
        defaulted,
        recovered,
        collateral);
  }

  PoolLines collateral(Asset asset, long units) {
    return new PoolLines(
        clearing,
        fund,
        fundUnsettled,
        fee,
        feeUnsettled,
        lending,
        shares,
        fundShares,
        lent,
        defaulted,
        recovered,
        Exact.plus(collateral, asset, units));
  }
}
