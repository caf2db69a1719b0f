package io.crossclear.domain.ledger;

import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.SortedMap;

/**
 * What the pool asks one account to post. What an ask takes from a limited line of the pool is set
 * aside when it is asked and booked when it is answered.
 */
public sealed interface Ask {

  /** Mark, and pay what is owed from a positive balance. */
  record Collect() implements Ask {}

  /** Borrow up to this. */
  record Lend(long units) implements Ask {}

  /** Take up to this of an unreleased gain as cash. */
  record Release(long units) implements Ask {}

  /**
   * Book one side of a tear-up, as far as the account has the opposite position.
   *
   * @param lots to add, signed
   */
  record TearUp(String instrument, long lots, long star) implements Ask {}

  /** Take money of a layer. */
  record Cover(LossLayer layer, long units) implements Ask {}

  /** Take a claim of a layer. */
  record CoverOwed(LossLayer layer, long units) implements Ask {}

  /** Give up a part of an unreleased gain, for what somebody owes. */
  record Levy(long units) implements Ask {}

  /** The same for somebody's debt. */
  record LevyForDebt(long units) implements Ask {}

  /** Give up what is left. */
  record Forfeit(long units, SortedMap<Asset, Long> collateral) implements Ask {
    public Forfeit {
      collateral = Exact.ordered(collateral);
    }
  }

  /** Take collateral that nobody bought. */
  record Award(Amount award) implements Ask {}

  /** Take money of the pool itself, when it is wound up. */
  record Pay(Line line, long units) implements Ask {}

  /** Lines of the pool that can be paid out. */
  enum Line {
    /** The insurance fund. */
    FUND,
    /** Earned fees. */
    FEE
  }

  /** Close the position in an instrument at its final star price. */
  record Settle(String instrument, long star) implements Ask {}
}
