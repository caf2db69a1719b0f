package io.crossclear.nodes.demo;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.persistence.audit.LedgerReplay;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the journal tells of a crash beside its sums: what every account held when, and how often
 * what happened.
 *
 * @param accounts what each held from when on, in order
 * @param funding changes of each instrument's cumulative funding, in order
 * @param earned units by fills alone, of everybody with a fill who took no part in an auction
 * @param tally how often, or how many units
 */
record History(
    SortedMap<AccountId, List<Holding>> accounts,
    SortedMap<String, List<Funding>> funding,
    SortedMap<AccountId, Long> earned,
    Tally tally) {

  /**
   * What an account held.
   *
   * @param since milliseconds since 1970 by the clock of the node that wrote it
   * @param exposure without legs that may still happen
   * @param liquidating whether only auctions may move it
   */
  record Holding(long since, Exposure exposure, boolean liquidating) {}

  /**
   * Cumulative funding from a round on.
   *
   * @param seq the round
   */
  record Funding(long seq, long cumulative) {}

  /**
   * Numbers.
   *
   * @param batches of fills of which something was novated
   * @param fills that were novated
   * @param fees of them, units
   * @param cycles that finished
   * @param collected units that left losers' cash
   * @param released units that winners got
   * @param loans times that an account borrowed
   * @param lent units of them
   * @param liquidations accounts' auctions because of a breach
   * @param cures auctions of collateral for what is owed
   * @param filled auctions of which a bidder took over a slice or more
   * @param shortfalls auctions of insolvent accounts that the fund paid for
   * @param shortfall units of them
   * @param tornUp positions that were torn up
   * @param haircuts gains that were cut
   * @param cut units of them
   * @param recovered accounts that were in liquidation and came out of it with nothing sold, paid
   *     or torn up
   */
  record Tally(
      long batches,
      long fills,
      long fees,
      long cycles,
      long collected,
      long released,
      long loans,
      long lent,
      long liquidations,
      long cures,
      long filled,
      long shortfalls,
      long shortfall,
      long tornUp,
      long haircuts,
      long cut,
      long recovered) {

    /** Of a network in which nothing was traded. */
    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Of a network in which nothing was traded. */
  static final History NONE = new History(new TreeMap<>(), new TreeMap<>(), Tally.NONE);

  History {
    accounts = Exact.ordered(accounts);
    funding = Exact.ordered(funding);
    earned = Exact.ordered(earned);
  }

  /** Of a network in which nobody earned anything. */
  History(
      SortedMap<AccountId, List<Holding>> accounts,
      SortedMap<String, List<Funding>> funding,
      Tally tally) {
    this(accounts, funding, new TreeMap<>(), tally);
  }

  /** Reads along while a journal is folded. */
  static final class Reader implements LedgerReplay.Witness {
    private final Asset settlement;
    private final int pool;
    private final Earnings earnings;
    private final TreeMap<AccountId, List<Holding>> accounts = new TreeMap<>();
    private final TreeMap<String, List<Funding>> funding = new TreeMap<>();
    private final Set<AccountId> untouched = new HashSet<>();
    private final Set<AccountId> recovered = new HashSet<>();
    private MarginAccount current;
    private long batches;
    private long fills;
    private long fees;
    private long cycles;
    private long collected;
    private long released;
    private long loans;
    private long lent;
    private long liquidations;
    private long cures;
    private final Set<String> filled = new HashSet<>();
    private final Set<String> shortfalls = new HashSet<>();
    private long shortfall;
    private long tornUp;
    private long haircuts;
    private long cut;

    /** Of one pool. */
    Reader(int pool, Market market) {
      this.pool = pool;
      this.settlement = market.settlement();
      this.earnings = new Earnings(market);
      this.current = MarginAccount.empty(AccountId.fund(pool));
    }

    @Override
    public void saw(String entity, Object event, long writtenAt) {
      if (event instanceof AccountEvent of) {
        account(new AccountId(entity.substring(entity.indexOf('|') + 1)), of, writtenAt);
      } else if (event instanceof PoolEvent.FundingSet set) {
        funding
            .computeIfAbsent(set.instrument(), none -> new ArrayList<>())
            .add(new Funding(set.seq(), set.cumulative()));
      } else if (event instanceof PoolEvent.SettlementOpened opened) {
        earnings.saw(opened);
      } else if (event instanceof CycleEvent.Finished) {
        cycles++;
      } else if (event instanceof FillBatchEvent of) {
        earnings.saw(of);
        if (of instanceof FillBatchEvent.Novated novated) {
          batches += novated.fills().isEmpty() ? 0 : 1;
          fills += novated.fills().size();
          fees += novated.fees();
        }
      }
    }

    private void account(AccountId id, AccountEvent event, long writtenAt) {
      if (id.pool() != pool) {
        return;
      }
      earnings.saw(id, event);
      MarginAccount before = current.id().equals(id) ? current : MarginAccount.empty(id);
      current = before.apply(event);
      accounts
          .computeIfAbsent(id, none -> new ArrayList<>())
          .add(
              new Holding(
                  writtenAt, current.holdings(settlement), current.trading().liquidating()));
      if (event instanceof ClearingEvent clearing) {
        count(id, clearing);
      }
    }

    private void count(AccountId id, ClearingEvent event) {
      switch (event) {
        case ClearingEvent.AuctionStarted e -> {
          liquidations += e.kind() == AuctionKind.LIQUIDATION ? 1 : 0;
          cures += e.kind() == AuctionKind.CURE ? 1 : 0;
          if (e.kind() == AuctionKind.LIQUIDATION) {
            untouched.add(id);
          }
        }
        case ClearingEvent.AuctionEnded e -> {
          if (untouched.remove(id)) {
            recovered.add(id);
          }
        }
        case ClearingEvent.SliceTaken e -> {
          untouched.remove(id);
          filled.add(AuctionDesk.auction(id, e.number()));
        }
        case ClearingEvent.LossCovered e -> {
          untouched.remove(id);
          paid(id, e.layer(), e.cover().units());
        }
        case ClearingEvent.OwedCovered e -> {
          untouched.remove(id);
          paid(id, e.layer(), e.units());
        }
        case ClearingEvent.TornUp e -> {
          untouched.remove(id);
          tornUp++;
        }
        case ClearingEvent.Levied e -> {
          haircuts += e.units() == 0 ? 0 : 1;
          cut += e.units();
        }
        case ClearingEvent.VariationCollected e -> collected += e.units();
        case ClearingEvent.VariationReleased e -> released += e.units();
        case ClearingEvent.Borrowed e -> {
          loans += e.units() == 0 ? 0 : 1;
          lent += e.units();
        }
        default -> {
          // moves nothing that is counted here
        }
      }
    }

    private void paid(AccountId id, LossLayer layer, long units) {
      if (layer == LossLayer.FUND && units > 0) {
        shortfalls.add(AuctionDesk.auction(id, current.trading().auctions()));
        shortfall += units;
      }
    }

    History history() {
      return new History(
          accounts,
          funding,
          earnings.units(),
          new Tally(
              batches,
              fills,
              fees,
              cycles,
              collected,
              released,
              loans,
              lent,
              liquidations,
              cures,
              filled.size(),
              shortfalls.size(),
              shortfall,
              tornUp,
              haircuts,
              cut,
              recovered.size()));
    }
  }
}
