package io.crossclear.domain.account;

import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * What happened to an account's trades, variation and auctions. Each is one balanced posting: what
 * the account gains or loses, the pool's lines or the saga in between lose or gain.
 */
public sealed interface ClearingEvent extends AccountEvent {

  /** A step that the pool asked for, in its order. */
  sealed interface PoolStep extends ClearingEvent {
    /** The pool's number of the step for this account, from 1, without gaps. */
    long step();

    /** What it came to, in units, which is also the answer to a copy of the request. */
    long units();

    /** Lots that moved, signed. */
    default long lots() {
      return 0;
    }

    /** Collateral that was given up. */
    default SortedMap<Asset, Long> collateral() {
      return Collections.emptySortedMap();
    }
  }

  /** The next event's decision looked at these prices. */
  record MarginChecked(Marks marks, long time) implements ClearingEvent {}

  /**
   * A loan grew: i = ⌈|cash| · (index − last index) / 10^9⌉, cash −= i; all of it belongs to the
   * lending account.
   */
  record InterestAccrued(long index, Amount interest, long time) implements ClearingEvent {}

  /**
   * Legs of a fill batch were set aside; no money moves.
   *
   * @param venue of the batch
   * @param number of the batch at its venue, from 1
   * @param deadline of the batch, seconds since 1970
   * @param refused by fill number
   */
  record LegsReserved(
      Hash batch,
      Address venue,
      long number,
      long deadline,
      Marks marks,
      List<Leg> legs,
      SortedMap<Integer, LegRefusal> refused,
      long time)
      implements ClearingEvent {
    public LegsReserved {
      legs = List.copyOf(legs);
      refused = Exact.ordered(refused);
    }
  }

  /** The legs of a batch came back. */
  record LegsReleased(Hash batch, long time) implements ClearingEvent {}

  /**
   * Novated legs were booked: lots ± q, cost ± N, unsettled −= fee; the batch's other legs came
   * back.
   */
  record LegsCommitted(Hash batch, List<Integer> fills, long time) implements ClearingEvent {
    public LegsCommitted {
      fills = List.copyOf(fills);
    }
  }

  /**
   * The owner took an order back.
   *
   * @param until second after which no order has the nonce; the largest number when that is not
   *     known
   */
  record OrderCancelled(SignedAction<UserAction.Cancel> signed, long until, long time)
      implements ClearingEvent {}

  /** The owner took every order below a nonce back. */
  record OrdersCancelledBelow(SignedAction<UserAction.CancelBelow> signed, long time)
      implements ClearingEvent {}

  /**
   * Marked and collected: unsettled += Σ (value − cost), cost = value; then x units leave a
   * positive balance: cash −= x, unsettled += x, clearing account += x.
   *
   * @param seq of the price set
   * @param values of the positions, by instrument
   */
  record VariationCollected(
      long step, long seq, SortedMap<String, Long> values, Amount collected, long time)
      implements PoolStep {
    public VariationCollected {
      values = Exact.ordered(values);
    }

    @Override
    public long units() {
      return collected.units();
    }
  }

  /** Borrowed what is owed: cash −= y, unsettled += y, clearing account += y. */
  record Borrowed(long step, Amount borrowed, long time) implements PoolStep {
    @Override
    public long units() {
      return borrowed.units();
    }
  }

  /** Released a gain: cash += y, unsettled −= y, clearing account −= y. */
  record VariationReleased(long step, Amount released, long time) implements PoolStep {
    @Override
    public long units() {
      return released.units();
    }
  }

  /** An auction opened; of the kind LIQUIDATION it stops trades, bids and withdrawals. */
  record AuctionStarted(long number, AuctionKind kind, Marks marks, long time)
      implements ClearingEvent {}

  /** The auction is over. */
  record AuctionEnded(long number, Marks marks, long time) implements ClearingEvent {}

  /** A slice is on offer; nothing has moved. */
  record SliceReserved(
      long number, long round, int discountPpm, int portionPpm, Marks marks, Slice slice, long time)
      implements ClearingEvent {}

  /** The slice left for its price: everything in it −, cash += pay. */
  record SliceTaken(long number, long round, long time) implements ClearingEvent {}

  /**
   * The bidder set aside what the slice costs.
   *
   * @param key of the slice: account, auction and round
   * @param aside units that left the cash
   */
  record BidReserved(
      Hash id,
      SignedAction<UserAction.Bid> signed,
      String key,
      Slice slice,
      long aside,
      Marks marks,
      long time)
      implements ClearingEvent {}

  /** What was set aside came back. */
  record BidReleased(String key, long time) implements ClearingEvent {}

  /** The slice arrived: everything in it +, and the cash that it holds beyond its price. */
  record SliceCommitted(String key, SortedMap<String, Long> values, long time)
      implements ClearingEvent {
    public SliceCommitted {
      values = Exact.ordered(values);
    }
  }

  /**
   * A position was torn up against an opposite holder at the certified mark; positions only.
   *
   * @param lots added, signed
   * @param notional with the sign of the lots; the other holder books its opposite
   */
  record TornUp(long step, String instrument, long lots, long notional, long time)
      implements PoolStep {
    @Override
    public long units() {
      return notional;
    }
  }

  /** Money for a debt or what is owed: cash += x. */
  record LossCovered(long step, LossLayer layer, Amount cover, long time) implements PoolStep {
    @Override
    public long units() {
      return cover.units();
    }
  }

  /** A claim for what is owed: unsettled += x. */
  record OwedCovered(long step, LossLayer layer, long units, long time) implements PoolStep {}

  /**
   * An unreleased gain was cut: marked, then unsettled −= h.
   *
   * @param values of the positions, by instrument
   */
  record Levied(long step, long seq, SortedMap<String, Long> values, long units, long time)
      implements PoolStep {
    public Levied {
      values = Exact.ordered(values);
    }
  }

  /**
   * What an account in the waterfall has left goes to those who paid: unsettled −= units, and all
   * collateral.
   */
  record Forfeited(long step, long units, SortedMap<Asset, Long> collateral, long time)
      implements PoolStep {
    public Forfeited {
      collateral = Exact.ordered(collateral);
    }
  }

  /** Collateral that nobody bought, to one who bore the loss. */
  record AwardedInKind(long step, Amount award, long time) implements PoolStep {
    @Override
    public long units() {
      return award.units();
    }
  }

  /**
   * An instrument's end: v = V(lots), unsettled += v − cost, and the position is gone.
   *
   * @param lots that it had
   * @param value v
   */
  record FinalSettled(long step, String instrument, long star, long lots, long value, long time)
      implements PoolStep {
    @Override
    public long units() {
      return value;
    }
  }
}
