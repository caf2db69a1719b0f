package io.crossclear.domain.ledger;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.Collections;
import java.util.SortedMap;
import java.util.function.Consumer;

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
    return changed(draft -> draft.clearing = Math.addExact(clearing, units));
  }

  PoolLines fund(long units) {
    return changed(draft -> draft.fund = Math.addExact(fund, units));
  }

  PoolLines fundUnsettled(long units) {
    return changed(draft -> draft.fundUnsettled = Math.addExact(fundUnsettled, units));
  }

  PoolLines fee(long units) {
    return changed(draft -> draft.fee = Math.addExact(fee, units));
  }

  PoolLines feeUnsettled(long units) {
    return changed(draft -> draft.feeUnsettled = Math.addExact(feeUnsettled, units));
  }

  PoolLines lending(long units) {
    return changed(draft -> draft.lending = Math.addExact(lending, units));
  }

  PoolLines defaulted(long units) {
    return changed(draft -> draft.defaulted = Math.addExact(defaulted, units));
  }

  PoolLines recovered(long units) {
    return changed(draft -> draft.recovered = Math.addExact(recovered, units));
  }

  PoolLines debt(long units) {
    return changed(draft -> draft.lent = Math.addExact(lent, units));
  }

  PoolLines lent(long units, long newShares) {
    return changed(
        draft -> {
          draft.fund = Math.subtractExact(fund, units);
          draft.lending = Math.addExact(lending, units);
          draft.shares = Math.addExact(shares, newShares);
          draft.fundShares = Math.addExact(fundShares, newShares);
        });
  }

  PoolLines recalled(long units, long gone) {
    return changed(
        draft -> {
          draft.fund = Math.addExact(fund, units);
          draft.lending = Math.subtractExact(lending, units);
          draft.shares = Math.subtractExact(shares, gone);
          draft.fundShares = Math.subtractExact(fundShares, gone);
        });
  }

  PoolLines collateral(Asset asset, long units) {
    return changed(draft -> draft.collateral = Exact.plus(collateral, asset, units));
  }

  private PoolLines changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** The lines while one of them changes. */
  private static final class Draft {
    long clearing;
    long fund;
    long fundUnsettled;
    long fee;
    long feeUnsettled;
    long lending;
    long shares;
    long fundShares;
    long lent;
    long defaulted;
    long recovered;
    SortedMap<Asset, Long> collateral;

    Draft(PoolLines before) {
      clearing = before.clearing;
      fund = before.fund;
      fundUnsettled = before.fundUnsettled;
      fee = before.fee;
      feeUnsettled = before.feeUnsettled;
      lending = before.lending;
      shares = before.shares;
      fundShares = before.fundShares;
      lent = before.lent;
      defaulted = before.defaulted;
      recovered = before.recovered;
      collateral = before.collateral;
    }

    PoolLines done() {
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
          collateral);
    }
  }
}
