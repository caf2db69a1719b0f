package io.crossclear.domain.ledger;

import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedStatus;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A price set out of certified prices: a feed in another currency than the settlement asset is
 * divided by that asset's own price in it.
 */
public final class PriceSet {

  /** 1 in the units of a price. */
  private static final long ONE = 100_000_000;

  private PriceSet() {}

  /**
   * The marks of a market. What has no price or does not fit is left out. An instrument that is
   * closed is worth its price, but never fresh and without a band: nothing trades in it any more.
   *
   * @param seq number of the price set
   * @param time protocol time of the prices
   * @param prices by pair
   */
  public static Marks of(
      Market market,
      PoolTerms terms,
      long seq,
      long time,
      Function<String, Optional<CertifiedPrice>> prices) {
    TreeMap<String, Mark> instruments = new TreeMap<>();
    for (Instrument instrument : market.instruments().values()) {
      boolean closed = terms.closed().contains(instrument.symbol());
      long funding = terms.funding().getOrDefault(instrument.symbol(), 0L);
      mark(instrument.feed(), market.settlement(), funding, prices)
          .map(mark -> closed ? only(mark) : mark)
          .ifPresent(mark -> instruments.put(instrument.symbol(), mark));
    }
    TreeMap<Asset, Mark> collateral = new TreeMap<>();
    for (CollateralRule rule : market.rules().collateral()) {
      mark(rule.feed(), market.settlement(), 0, prices)
          .ifPresent(mark -> collateral.put(rule.asset(), mark));
    }
    return new Marks(seq, time, terms.interestIndex(), instruments, collateral);
  }

  private static Mark only(Mark mark) {
    return new Mark(mark.price(), mark.funding(), false, mark.price(), mark.price());
  }

  private static Optional<Mark> mark(
      String pair,
      Asset settlement,
      long funding,
      Function<String, Optional<CertifiedPrice>> prices) {
    Optional<CertifiedPrice> base = prices.apply(pair);
    String quote = pair.substring(pair.indexOf('/') + 1);
    if (base.isEmpty() || quote.equals(settlement.symbol())) {
      return base.flatMap(price -> mark(price, funding));
    }
    return prices
        .apply(settlement.symbol() + "/" + quote)
        .filter(cash -> cash.low() > 0)
        .flatMap(cash -> mark(base.get(), cash, funding));
  }

  private static Optional<Mark> mark(CertifiedPrice price, long funding) {
    return mark(price.price(), price.low(), price.high(), price.status() == FeedStatus.OK, funding);
  }

  /** price = ⌊base · 1 / cash⌋; the band from the worst pair of ends to the best. */
  private static Optional<Mark> mark(CertifiedPrice base, CertifiedPrice cash, long funding) {
    try {
      long most = base.high() >= 0 ? cash.low() : cash.high();
      long least = base.low() >= 0 ? cash.high() : cash.low();
      return mark(
          Exact.mulDivDown(base.price(), ONE, cash.price()),
          Exact.mulDivDown(base.low(), ONE, least),
          Exact.mulDivUp(base.high(), ONE, most),
          base.status() == FeedStatus.OK && cash.status() == FeedStatus.OK,
          funding);
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Optional<Mark> mark(long price, long low, long high, boolean fresh, long funding) {
    try {
      return Optional.of(new Mark(price, funding, fresh, low, high));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
