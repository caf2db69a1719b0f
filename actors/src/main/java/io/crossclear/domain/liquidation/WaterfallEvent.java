package io.crossclear.domain.liquidation;

import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.List;
import java.util.SortedMap;

/** What happened in a waterfall. Plans are written down, so a crash goes on with the same plan. */
public sealed interface WaterfallEvent extends PoolFact {

  /**
   * It began.
   *
   * @param auction of the defaulter that nobody bid in
   * @param marks the one price set of the waterfall
   */
  record Begun(AccountId defaulter, long auction, Marks marks, long time)
      implements WaterfallEvent {}

  /**
   * Opposite holders were chosen.
   *
   * @param pairs none when the defaulter has no lots
   */
  record TearUpPlanned(List<TearUpPlan.Pair> pairs, long time) implements WaterfallEvent {
    public TearUpPlanned {
      pairs = List.copyOf(pairs);
    }
  }

  /**
   * The holder of the first pair has booked his side.
   *
   * @param lots that he added, signed; 0 when his position was gone
   */
  record HolderTorn(long lots, long time) implements WaterfallEvent {}

  /** The defaulter has booked the other side. */
  record DefaulterTorn(long time) implements WaterfallEvent {}

  /**
   * The defaulter was marked and has paid what he could.
   *
   * @param unsettled what is left
   */
  record DefaulterCollected(long unsettled, long time) implements WaterfallEvent {}

  /**
   * He is insolvent, and is to give up what is left.
   *
   * @param equity at the waterfall's prices
   * @param units of an unreleased gain
   */
  record LossFound(long equity, long units, SortedMap<Asset, Long> collateral, long time)
      implements WaterfallEvent {
    public LossFound {
      collateral = Exact.ordered(collateral);
    }
  }

  /** He has given it up. */
  record Forfeited(SortedMap<Asset, Long> collateral, long time) implements WaterfallEvent {
    public Forfeited {
      collateral = Exact.ordered(collateral);
    }
  }

  /** Who pays what was decided. */
  record LossPlanned(LossPlan plan, long time) implements WaterfallEvent {}

  /** A layer has paid the defaulter, or had nothing any more. */
  record LayerPaid(long units, long time) implements WaterfallEvent {}

  /** A winner has given up a part of his gain. */
  record GainLevied(AccountId account, long units, long time) implements WaterfallEvent {}

  /** Unreleased fees were cut like the gains; the levy is over. */
  record FeesCut(long units, long time) implements WaterfallEvent {}

  /**
   * Nothing is missing any more.
   *
   * @param equity of the defaulter
   */
  record LossCovered(long equity, long time) implements WaterfallEvent {}

  /**
   * Collateral that nobody bought goes to those who paid; what is left stays with the pool.
   *
   * @param shares by account, none of them 0
   */
  record AwardsFixed(Asset asset, SortedMap<AccountId, Long> shares, long time)
      implements WaterfallEvent {
    public AwardsFixed {
      shares = Exact.ordered(shares);
    }
  }

  /** One of them has his share. */
  record Awarded(AccountId account, long time) implements WaterfallEvent {}

  /** It is over. */
  record Finished(long time) implements WaterfallEvent {}
}
