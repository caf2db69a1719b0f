package io.crossclear.domain.liquidation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Exact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which opposite holders a defaulter's positions are torn up against, at the certified mark. Every
 * pair books one notional; positions move, money does not, and no house account keeps one.
 *
 * @param pairs in the order of instruments, then of rank
 */
public record TearUpPlan(List<Pair> pairs) {

  public TearUpPlan {
    pairs = List.copyOf(pairs);
  }

  /**
   * One part of a position.
   *
   * @param holder of the opposite side
   * @param lots that the defaulter adds, signed; the holder adds the opposite
   * @param notional with the sign of the lots
   */
  public record Pair(AccountId holder, String instrument, long lots, long notional) {}

  /**
   * Plans it. Holders in profit since opening come first, then the more initial margin they use of
   * their equity, then by id. The sum of all lots is 0, so opposite holders are missing only while
   * fills or slices are on their way: then the plan is for what can be torn up now.
   *
   * @param others every other account of the pool
   */
  public static TearUpPlan of(
      MarginAccount defaulter, List<MarginAccount> others, Marks marks, Market market) {
    List<Pair> pairs = new ArrayList<>();
    for (Map.Entry<String, Position> held : defaulter.trading().positions().entrySet()) {
      Instrument instrument = market.held(held.getKey());
      long star = marks.mark(held.getKey()).orElseThrow().star();
      long lots = held.getValue().lots();
      long left = Math.abs(lots);
      for (Holder holder : ranked(held.getKey(), lots, others, marks, market, instrument, star)) {
        long torn = Math.min(left, Math.abs(holder.lots()));
        if (torn > 0) {
          long sign = -Long.signum(lots);
          // N = ⌊q · star / scale⌋, one number for both
          long notional = instrument.valueDown(torn, star);
          pairs.add(new Pair(holder.id(), held.getKey(), sign * torn, sign * notional));
          left -= torn;
        }
      }
    }
    return new TearUpPlan(pairs);
  }

  /** used = ⌊IM · 1000 / max(1, equity)⌋. */
  private record Holder(AccountId id, long lots, boolean profit, long used) {}

  private static List<Holder> ranked(
      String symbol,
      long lots,
      List<MarginAccount> others,
      Marks marks,
      Market market,
      Instrument instrument,
      long star) {
    List<Holder> holders = new ArrayList<>();
    for (MarginAccount other : others) {
      Position opposite = other.trading().positions().getOrDefault(symbol, Position.NONE);
      if (opposite.lots() != 0 && opposite.lots() > 0 != lots > 0) {
        MarginResult margin =
            StandardMargin.INSTANCE.margin(
                other.holdings(market.settlement()), marks, market, Valuation.CERTIFIED);
        long used =
            Exact.mulDivDown(
                Math.min(margin.initial(), Long.MAX_VALUE / 1000),
                1000,
                Math.max(1, margin.equity()));
        boolean profit = instrument.valueDown(opposite.lots(), star) > opposite.entry();
        holders.add(new Holder(other.id(), opposite.lots(), profit, used));
      }
    }
    holders.sort(
        Comparator.comparing(Holder::profit)
            .reversed()
            .thenComparing(Comparator.comparing(Holder::used).reversed())
            .thenComparing(Holder::id));
    return holders;
  }
}
