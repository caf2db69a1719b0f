package io.crossclear.domain.margin;

import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An exact part of a whole account that changes hands for a price: hedges stay whole, and the sum
 * of everything on both sides is what it was.
 *
 * @param seq of the price set that fixed it
 * @param parts lots, cost and entry by instrument
 * @param collateral units of other assets
 * @param unsettled part of the gain not yet released or the loss not yet collected
 * @param settlement asset of cash and pay
 * @param cash part of the cash, negative when a loan is taken over
 * @param pay what the bidder gives for all of it, at least 0
 * @param value of everything above but pay, rounded down
 */
public record Slice(
    Kind kind,
    long seq,
    SortedMap<String, Position> parts,
    SortedMap<Asset, Long> collateral,
    long unsettled,
    Asset settlement,
    long cash,
    long pay,
    long value) {

  /** Why something is sold. */
  public enum Kind {
    /** Collateral for what is owed or borrowed. */
    CURE,
    /** A fraction of an account below its maintenance margin. */
    SOLVENT,
    /** All of an account that is worth nothing, after the fund has paid what it lacks. */
    INSOLVENT
  }

  public Slice {
    parts = Exact.ordered(parts);
    collateral = Exact.ordered(collateral);
  }

  /** What the bidder pays in cash beyond the cash he receives; what he sets aside, if above 0. */
  public long bidderPays() {
    return Math.subtractExact(pay, cash);
  }

  /**
   * The slice that returns the account to its buffer when sold at {@code discount} of its value: f
   * = |BM| / (|BM| + d · E), BM = E − buffer · MM &lt; 0 &lt; E, so 0 &lt; f &lt; 1. Empty when the
   * account is above its buffer or not solvent, or the slice is worth nothing.
   *
   * @param discountPpm price as a part of the value, 1 to 1,000,000
   * @param portionPpm part of that fraction, 1 to 1,000,000
   */
  public static Optional<Slice> solvent(
      Exposure exposure,
      MarginResult margin,
      Marks marks,
      Market market,
      int discountPpm,
      int portionPpm) {
    BigInteger equity = BigInteger.valueOf(margin.equity());
    // BM and d · E, both in 10^-6 of money
    BigInteger missing =
        BigInteger.valueOf(margin.maintenance())
            .multiply(BigInteger.valueOf(market.rules().bufferPpm()))
            .subtract(equity.multiply(BigInteger.valueOf(Instrument.PPM)));
    if (equity.signum() <= 0 || missing.signum() <= 0) {
      return Optional.empty();
    }
    BigInteger proceeds = equity.multiply(BigInteger.valueOf(discountPpm));
    Fraction fraction = new Fraction(missing, missing.add(proceeds)).times(portionPpm);
    Slice free = of(Kind.SOLVENT, exposure, marks, market, fraction);
    return free.value <= 0
        ? Optional.empty()
        : Optional.of(free.paying(Exact.mulDivUp(free.value, discountPpm, Instrument.PPM)));
  }

  /** Everything, for nothing: the fund has already put in what was missing and the bounty. */
  public static Slice insolvent(Exposure exposure, Marks marks, Market market) {
    return of(Kind.INSOLVENT, exposure, marks, market, Fraction.ALL);
  }

  /**
   * Collateral for what is missing: with unit price {@code max(1, ⌊price · d⌋)}, w = min(held,
   * ⌈missing / unit⌉) and pay = ⌈w · unit⌉. Empty when nothing is missing or no collateral has a
   * fresh price.
   */
  public static Optional<Slice> cure(
      Exposure exposure, Marks marks, Market market, int discountPpm) {
    long missing = Math.addExact(Math.max(0, -exposure.unsettled()), Math.max(0, -exposure.cash()));
    if (missing == 0) {
      return Optional.empty();
    }
    for (CollateralRule rule : market.rules().collateral()) {
      long held = exposure.collateral().getOrDefault(rule.asset(), 0L);
      long price = marks.collateralPrice(rule.asset(), Valuation.ADMISSION);
      if (held > 0 && price > 0) {
        long unit = Math.max(1, Exact.mulDivDown(price, discountPpm, Instrument.PPM));
        long sold = Math.min(held, unitsFor(missing, rule, unit, held));
        SortedMap<Asset, Long> units = new TreeMap<>(Map.of(rule.asset(), sold));
        long value = rule.valueDown(sold, price);
        long pay = Exact.mulDivUp(sold, unit, rule.scale());
        return Optional.of(
            new Slice(
                Kind.CURE,
                marks.seq(),
                Collections.emptySortedMap(),
                units,
                0,
                market.settlement(),
                0,
                pay,
                value));
      }
    }
    return Optional.empty();
  }

  /** ⌈missing · scale / unit⌉, or what is held when that is less or does not fit. */
  private static long unitsFor(long missing, CollateralRule rule, long unit, long held) {
    return Exact.mulDivDown(held, unit, rule.scale()) < missing
        ? held
        : Exact.mulDivUp(missing, rule.scale(), unit);
  }

  /**
   * The part of everything: lots ⌈|lots| · f⌉, cost and entry ⌊· s / lots⌋ (all of it with all
   * lots), unsettled, cash and collateral ⌊· f⌋. Legs whose price is not fresh stay, but not in an
   * insolvent slice, which leaves nothing.
   */
  private static Slice of(
      Kind kind, Exposure exposure, Marks marks, Market market, Fraction fraction) {
    TreeMap<String, Position> parts = new TreeMap<>();
    long value = 0;
    for (Map.Entry<String, Position> held : exposure.positions().entrySet()) {
      Mark mark = marks.mark(held.getKey()).orElseThrow();
      if (mark.fresh() || kind == Kind.INSOLVENT) {
        Position part = part(held.getValue(), fraction);
        parts.put(held.getKey(), part);
        long worth = market.held(held.getKey()).valueDown(part.lots(), mark.star());
        value = Math.addExact(value, Math.subtractExact(worth, part.cost()));
      }
    }
    TreeMap<Asset, Long> collateral = new TreeMap<>();
    for (Map.Entry<Asset, Long> held : exposure.collateral().entrySet()) {
      long units = fraction.ofDown(held.getValue());
      if (units > 0) {
        collateral.put(held.getKey(), units);
      }
    }
    for (CollateralRule rule : market.rules().collateral()) {
      long units = collateral.getOrDefault(rule.asset(), 0L);
      value =
          Math.addExact(
              value,
              rule.valueDown(units, marks.collateralPrice(rule.asset(), Valuation.CERTIFIED)));
    }
    long unsettled = fraction.ofDown(exposure.unsettled());
    long cash = fraction.ofDown(exposure.cash());
    value = Math.addExact(value, Math.addExact(unsettled, cash));
    return new Slice(
        kind, marks.seq(), parts, collateral, unsettled, market.settlement(), cash, 0, value);
  }

  private static Position part(Position held, Fraction fraction) {
    long size = Math.absExact(held.lots());
    long taken = fraction.ofUp(size);
    if (taken == size) {
      return held;
    }
    return new Position(
        Long.signum(held.lots()) * taken,
        Exact.mulDivDown(held.cost(), taken, size),
        Exact.mulDivDown(held.entry(), taken, size));
  }

  private Slice paying(long price) {
    return new Slice(kind, seq, parts, collateral, unsettled, settlement, cash, price, value);
  }
}
