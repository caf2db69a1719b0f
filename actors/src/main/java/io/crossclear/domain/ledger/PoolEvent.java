package io.crossclear.domain.ledger;

import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import java.util.SortedMap;

/** What happened to a pool's own lines. */
public sealed interface PoolEvent extends PoolFact {

  /**
   * The insurance fund got units out of an account.
   *
   * @param sequence number of the account's transfer to the fund, without gaps
   */
  record FundContributed(AccountId from, long sequence, long units, long time)
      implements PoolEvent {}

  /** The fund lends: fund −= x, lending += x, shares += x · S / A, rounded down. */
  record FundLent(long units, long shares, long time) implements PoolEvent {}

  /** The fund takes back what nobody borrowed: lending −= x, fund += x, x = ⌊shares · A / S⌋. */
  record FundRecalled(long shares, long units, long time) implements PoolEvent {}

  /** The interest index grew. */
  record InterestIndexed(long index, long time) implements PoolEvent {}

  /**
   * Fees of a venue's batch were novated: fee unsettled += 2φ for every fill.
   *
   * @param traded what its fills say of each instrument's premium
   */
  record FeesBooked(
      Address venue, long batch, long units, SortedMap<String, Traded> traded, long time)
      implements PoolEvent {
    public FeesBooked {
      traded = Exact.ordered(traded);
    }
  }

  /**
   * Trades in one instrument.
   *
   * @param paid Σ notional at the fills' prices, units
   * @param marked Σ notional at the mark, units
   */
  record Traded(long paid, long marked) {}

  /**
   * Funding of an instrument grew.
   *
   * @param cumulative F, in units of the mark, since the instrument began
   */
  record FundingSet(String instrument, long cumulative, long seq, long time) implements PoolEvent {}

  /** An account is asked for its next step; what it may take is set aside. */
  record StepAsked(AccountId account, long number, Ask ask, long time) implements PoolEvent {}

  /** The account answered. */
  record StepAnswered(AccountId account, long number, Answer answer, long time)
      implements PoolEvent {}

  /**
   * What a step came to.
   *
   * @param units of the account's event
   * @param lots of a position that was settled
   * @param collateral that was given up
   * @param loan the account's loan after it
   */
  record Answer(long units, long lots, SortedMap<Asset, Long> collateral, Loan loan) {
    public Answer {
      collateral = Exact.ordered(collateral);
    }
  }

  /**
   * An account's loan.
   *
   * @param sequence number of the account's event that it is of
   * @param debt units, at least 0
   * @param interest all interest ever charged
   */
  record Loan(long sequence, long debt, long interest) {}

  /** A loan changed by itself: a deposit, a slice, interest. */
  record LoanReported(AccountId account, Loan loan, long time) implements PoolEvent {}

  /** Fees and claims of the fund became money: clearing −= both. */
  record LinesReleased(long fee, long fund, long time) implements PoolEvent {}

  /** Unreleased fees were cut for what somebody owes. */
  record FeesLevied(long units, long time) implements PoolEvent {}

  /** Unreleased fees were cut for somebody's debt. */
  record FeesLeviedForDebt(long units, long time) implements PoolEvent {}

  /** A waterfall began; nothing is lent or released until it is over. */
  record WaterfallOpened(AccountId defaulter, long time) implements PoolEvent {}

  /** The waterfall is over. */
  record WaterfallClosed(AccountId defaulter, long time) implements PoolEvent {}

  /** An instrument is being settled away at a final star price. */
  record SettlementOpened(String instrument, long star, long time) implements PoolEvent {}

  /** Every holder is settled: fund unsettled += residue, the only dust there is. */
  record SettlementClosed(String instrument, long residue, long time) implements PoolEvent {}

  /**
   * An instrument is closed for ever; it is settled away at the first price set after this one.
   *
   * @param seq of the newest price set when it was closed, −1 when there was none
   */
  record InstrumentClosed(String instrument, long seq, long time) implements PoolEvent {}

  /**
   * The fund pays what an insolvent account lacks; the step that pays it is asked in the same
   * breath.
   *
   * @param auction of the account
   * @param round of the slice that it is paid for
   */
  record InsolventCovered(AccountId account, long auction, long round, long units, long time)
      implements PoolEvent {}

  /** Nothing trades any more: what the pool has of its own goes to this account. */
  record WoundUp(AccountId to, long time) implements PoolEvent {}
}
