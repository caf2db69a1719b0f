package io.crossclear.domain.margin;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Rule-based margin: fixed parts of each position's notional.
 *
 * <p>Open legs: the requirement grows with |lots|, so over every subset of legs it is largest with
 * all buys or with all sells; the loss of a subset is at most that of all legs that lose. Both
 * worsts are charged together, which no subset exceeds.
 */
public enum StandardMargin implements MarginModel {
  /** The one model of this layer. */
  INSTANCE;

  @Override
  public MarginResult margin(Exposure exposure, Marks marks, Market market, Valuation valuation) {
    long net = exposure.unsettled();
    long initial = 0;
    long maintenance = 0;
    TreeMap<String, Long> parts = new TreeMap<>();
    Set<String> symbols = new TreeSet<>(exposure.positions().keySet());
    exposure.legs().forEach(leg -> symbols.add(leg.instrument()));
    for (String symbol : symbols) {
      Instrument instrument = market.held(symbol);
      Mark mark =
          marks.mark(symbol).orElseThrow(() -> new IllegalStateException("no mark of " + symbol));
      Position position = exposure.positions().getOrDefault(symbol, Position.NONE);
      // value − cost, V = ⌊lots · star / scale⌋
      long value = instrument.valueDown(position.lots(), mark.star(valuation, position.lots()));
      net = Math.addExact(net, Math.subtractExact(value, position.cost()));
      long buys = position.lots();
      long sells = position.lots();
      for (OpenLeg leg : exposure.legs()) {
        if (leg.instrument().equals(symbol)) {
          if (leg.lots() > 0) {
            buys = Math.addExact(buys, leg.lots());
          } else {
            sells = Math.addExact(sells, leg.lots());
          }
          net = Math.addExact(net, Math.min(0, result(instrument, mark, valuation, leg)));
        }
      }
      long worst = Math.max(Math.absExact(buys), Math.absExact(sells));
      long price = mark.requirementPrice(valuation);
      // ⌈|lots| · price · ratio⌉
      long part = instrument.shareUp(worst, price, instrument.rules().initialPpm());
      parts.put(symbol, part);
      initial = Math.addExact(initial, part);
      maintenance =
          Math.addExact(
              maintenance, instrument.shareUp(worst, price, instrument.rules().maintenancePpm()));
    }
    long collateral = 0;
    long weighted = 0;
    for (var rule : market.rules().collateral()) {
      long units = exposure.collateral().getOrDefault(rule.asset(), 0L);
      long value = rule.valueDown(units, marks.collateralPrice(rule.asset(), valuation));
      collateral = Math.addExact(collateral, value);
      weighted = Math.addExact(weighted, rule.afterHaircutDown(value));
    }
    return new MarginResult(
        exposure.cash(), net, collateral, weighted, initial, maintenance, parts);
  }

  /** What the leg alone would win: V(lots) − N − fee. */
  private static long result(Instrument instrument, Mark mark, Valuation valuation, OpenLeg leg) {
    long value = instrument.valueDown(leg.lots(), mark.star(valuation, leg.lots()));
    return Math.subtractExact(Math.subtractExact(value, leg.notional()), leg.fee());
  }
}
