package io.crossclear.domain.trade;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.SortedMap;

/** What happened to a fill batch. */
public sealed interface FillBatchEvent {

  /** Protocol time in milliseconds since 1970. */
  long time();

  /**
   * A venue submitted it, and the fills that cannot be are out.
   *
   * @param number of the batch at its venue, from 1
   * @param deadline seconds since 1970, at most 120 away; no account reserves after it
   * @param marks at which it is decided
   * @param fills that the accounts are asked for
   */
  record Submitted(
      Hash id,
      Address venue,
      long number,
      long deadline,
      Marks marks,
      List<Fill> fills,
      SortedMap<Integer, FillRefusal> refused,
      long time)
      implements FillBatchEvent {
    public Submitted {
      fills = List.copyOf(fills);
      refused = Exact.ordered(refused);
    }
  }

  /** An account answered with its legs. */
  record LegsTaken(
      AccountId account, List<Leg> legs, SortedMap<Integer, LegRefusal> refused, long time)
      implements FillBatchEvent {
    public LegsTaken {
      legs = List.copyOf(legs);
      refused = Exact.ordered(refused);
    }
  }

  /** An account took no leg of the batch and never will. */
  record AccountRefused(AccountId account, String reason, long time) implements FillBatchEvent {}

  /**
   * From here on the fills with these numbers happen.
   *
   * @param fees of both sides of all of them, units: the pool's fee unsettled += fees
   */
  record Novated(List<Integer> fills, long fees, long time) implements FillBatchEvent {
    public Novated {
      fills = List.copyOf(fills);
    }
  }

  /** An account has booked its novated legs and has the others back. */
  record AccountDone(AccountId account, long time) implements FillBatchEvent {}

  /** The pool has booked the fees. */
  record FeesBooked(long time) implements FillBatchEvent {}
}
