package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Exact;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who pays what of a defaulter's loss, his positions gone and his collateral sold. The loss is what
 * he borrowed and what he owes; the layers pay in their order and sum to it exactly. The sum of all
 * lots is 0, so the gains cover what is owed but while fills or slices are on their way: then the
 * plan is for what can be paid now.
 *
 * @param debt −cash of the defaulter
 * @param owed −unsettled of the defaulter
 * @param fund drawn from the fund: for the debt first, the rest for what is owed
 * @param claimsForOwed of the fund's unreleased claims
 * @param levies by winner, for what is owed
 * @param feeLevy of unreleased fees, for what is owed
 * @param claimsForDebt of the fund's unreleased claims, as far as the clearing account has money
 * @param leviesForDebt by winner, likewise
 * @param feeLevyForDebt of unreleased fees, likewise
 * @param lenders what remains of the debt
 */
public record LossPlan(
    long debt,
    long owed,
    long fund,
    long claimsForOwed,
    SortedMap<AccountId, Long> levies,
    long feeLevy,
    long claimsForDebt,
    SortedMap<AccountId, Long> leviesForDebt,
    long feeLevyForDebt,
    long lenders) {

  public LossPlan {
    levies = Exact.ordered(levies);
    leviesForDebt = Exact.ordered(leviesForDebt);
  }

  /**
   * What the pool has when the loss is shared.
   *
   * @param fund with everything recalled that is idle
   * @param fundUnsettled the fund's claims
   * @param feeUnsettled fees that are not money yet
   * @param clearing before anything is collected from the defaulter
   */
  public record Means(long fund, long fundUnsettled, long feeUnsettled, long clearing) {}

  /**
   * Shares a loss.
   *
   * @param gains g = max(0, unsettled + Σ (⌈value⌉ − cost)) of everybody else: rounded up, since
   *     floors could leave the sum short of what is owed
   * @throws ArithmeticException when a sum does not fit
   */
  public static LossPlan of(long debt, long owed, Means means, SortedMap<AccountId, Long> gains) {
    long fund = Math.min(means.fund(), Math.addExact(debt, owed));
    long debtLeft = Math.max(0, debt - fund);
    long collected = Math.max(0, fund - debt);
    long owedLeft = owed - collected;
    long claimsForOwed = Math.min(owedLeft, means.fundUnsettled());
    owedLeft -= claimsForOwed;
    long gained = Math.addExact(Exact.sum(gains), means.feeUnsettled());
    Levy owedLevy = Levy.of(Math.min(owedLeft, gained), gains, means.feeUnsettled());
    if (owedLeft > gained) {
      // gains are on their way: the layers after them wait for the next plan
      return new LossPlan(
          debt,
          owed,
          fund,
          claimsForOwed,
          owedLevy.shares(),
          owedLevy.fee(),
          0,
          Collections.emptySortedMap(),
          0,
          0);
    }
    long clearing = Math.addExact(means.clearing(), collected);
    long claimsForDebt =
        Math.min(debtLeft, Math.min(clearing, means.fundUnsettled() - claimsForOwed));
    debtLeft -= claimsForDebt;
    clearing -= claimsForDebt;
    SortedMap<AccountId, Long> rest = new TreeMap<>(gains);
    owedLevy.shares().forEach((account, units) -> rest.merge(account, -units, Long::sum));
    long feeRest = means.feeUnsettled() - owedLevy.fee();
    long forDebt = Math.min(debtLeft, Math.min(clearing, Math.addExact(Exact.sum(rest), feeRest)));
    Levy debtLevy = Levy.of(forDebt, rest, feeRest);
    return new LossPlan(
        debt,
        owed,
        fund,
        claimsForOwed,
        owedLevy.shares(),
        owedLevy.fee(),
        claimsForDebt,
        debtLevy.shares(),
        debtLevy.fee(),
        debtLeft - debtLevy.total());
  }

  /** Everything that the layers pay: debt + owed, or less while gains are on their way. */
  public long paid() {
    return fund
        + claimsForOwed
        + Exact.sum(levies)
        + feeLevy
        + claimsForDebt
        + Exact.sum(leviesForDebt)
        + feeLevyForDebt
        + lenders;
  }

  /**
   * Units levied on each account for either purpose: who gets the collateral that nobody bought.
   */
  public SortedMap<AccountId, Long> borne() {
    TreeMap<AccountId, Long> borne = new TreeMap<>(levies);
    leviesForDebt.forEach((account, units) -> borne.merge(account, units, Long::sum));
    return Collections.unmodifiableSortedMap(borne);
  }

  /** A pro-rata cut of gains, with the fees as one of them, last. */
  private record Levy(SortedMap<AccountId, Long> shares, long fee, long total) {
    static Levy of(long units, SortedMap<AccountId, Long> gains, long fees) {
      LinkedHashMap<AccountId, Long> order = new LinkedHashMap<>(gains);
      long[] weights = new long[order.size() + 1];
      int i = 0;
      for (long gain : order.values()) {
        weights[i++] = gain;
      }
      weights[i] = fees;
      long[] cut = Exact.proRata(units, weights);
      TreeMap<AccountId, Long> shares = new TreeMap<>();
      i = 0;
      long total = cut[order.size()];
      for (AccountId account : order.keySet()) {
        total += cut[i];
        if (cut[i] > 0) {
          shares.put(account, cut[i]);
        }
        i++;
      }
      return new Levy(shares, cut[order.size()], total);
    }
  }
}
