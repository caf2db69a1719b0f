package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestMarket.RULES;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.Certificate;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.ReportRow;
import io.crossclear.domain.oracle.RowProof;
import io.crossclear.domain.oracle.RowStatus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A pool that settles in USDC, on feeds in USD but for one that is in USDC already. */
final class PriceSetTest {

  private static final String IN_USD = "X-USD";
  private static final String IN_USDC = "X-USDC";
  private static final long FAR = 1L << 59;

  private static final Market MARKET =
      new Market(
          new PoolRules(
              1,
              USDC,
              List.of(new CollateralRule(ETH, 8, "ETH/USD", 200_000)),
              POOL.interest(),
              POOL.bufferPpm(),
              POOL.bountyPpm(),
              POOL.startPpm(),
              POOL.floorPpm(),
              POOL.rounds(),
              POOL.cyclePeriod(),
              POOL.cycleThreshold(),
              POOL.lendPpm(),
              POOL.funding()),
          new TreeMap<>(
              Map.of(
                  IN_USD, new Instrument.Perpetual(IN_USD, new Asset("X"), "X/USD", 4, 1, RULES),
                  IN_USDC,
                      new Instrument.Perpetual(IN_USDC, new Asset("X"), "X/USDC", 4, 1, RULES))));

  private final Map<String, CertifiedPrice> prices = new TreeMap<>();
  private final TreeMap<String, Long> funding = new TreeMap<>();
  private final TreeSet<String> closed = new TreeSet<>();

  private void certify(String pair, FeedStatus status, long low, long price, long high) {
    ReportRow row = new ReportRow(new FeedId(pair), price, low, high, 4, 1, RowStatus.OK);
    prices.put(
        pair,
        new CertifiedPrice(
            status,
            new RowProof(row, 0, 1, List.of()),
            new Certificate(0, 9, word(1), 1, word(2), List.of()),
            low,
            high));
  }

  private void certify(String pair, long price) {
    certify(pair, FeedStatus.OK, price, price, price);
  }

  private Marks marks() {
    return PriceSet.of(
        MARKET,
        new PoolTerms(1, 3, 55, funding, closed),
        9,
        1_234,
        pair -> Optional.ofNullable(prices.get(pair)));
  }

  private Optional<Mark> mark(String symbol) {
    return marks().mark(symbol);
  }

  /** price / cash, by decimals. */
  private static long divided(long price, long cash, RoundingMode rounding) {
    return BigDecimal.valueOf(price, 8)
        .divide(BigDecimal.valueOf(cash, 8), 8, rounding)
        .unscaledValue()
        .longValueExact();
  }

  @Test
  void carriesItsNumberItsTimeAndThePoolsInterest() {
    Marks marks = marks();
    assertEquals(9, marks.seq());
    assertEquals(1_234, marks.time());
    assertEquals(55, marks.interestIndex());
    assertEquals(Map.of(), marks.instruments());
    assertEquals(Map.of(), marks.collateral());
  }

  @Nested
  class AFeedInTheSettlementAsset {
    @Test
    void isTakenAsItIs() {
      certify("X/USDC", FeedStatus.STALE, 90, 100, 120);
      funding.put(IN_USDC, -7L);
      assertEquals(Optional.of(new Mark(100, -7, false, 90, 120)), mark(IN_USDC));
      assertEquals(Optional.empty(), mark(IN_USD));
    }

    @Test
    void isFreshOnlyWhenItsStatusIsOk() {
      certify("X/USDC", 100);
      assertEquals(Optional.of(Mark.fresh(100, 0)), mark(IN_USDC));
      certify("X/USDC", FeedStatus.JUMP_PENDING, 100, 100, 100);
      assertEquals(Optional.of(new Mark(100, 0, false, 100, 100)), mark(IN_USDC));
    }

    @Test
    void isLeftOutWhenItOrItsFundingIsFarAway() {
      certify("X/USDC", FAR + 1);
      assertEquals(Optional.empty(), mark(IN_USDC));
      certify("X/USDC", FAR);
      assertEquals(Optional.of(Mark.fresh(FAR, 0)), mark(IN_USDC));
      funding.put(IN_USDC, FAR + 1);
      assertEquals(Optional.empty(), mark(IN_USDC));
    }
  }

  @Nested
  class AFeedInAnotherCurrency {
    private final long price = 60_001 * E8 + 1;
    private final long cash = 99_999_999;

    @Test
    void isDividedByTheSettlementAssetsOwnPriceRoundedDown() {
      certify("X/USD", price);
      certify("ETH/USD", 2_000 * E8);
      certify("USDC/USD", cash);
      Mark expected =
          new Mark(
              divided(price, cash, RoundingMode.FLOOR),
              0,
              true,
              divided(price, cash, RoundingMode.FLOOR),
              divided(price, cash, RoundingMode.CEILING));
      assertEquals(Optional.of(expected), mark(IN_USD));
      assertEquals(
          Optional.of(divided(2_000 * E8, cash, RoundingMode.FLOOR)),
          Optional.ofNullable(marks().collateral().get(ETH)).map(Mark::price));
    }

    @Test
    void isNothingWithoutEitherPrice() {
      certify("X/USD", price);
      assertEquals(Optional.empty(), mark(IN_USD));
      prices.clear();
      certify("USDC/USD", cash);
      assertEquals(Optional.empty(), mark(IN_USD));
    }

    @Test
    void isNothingWhileTheSettlementAssetMayBeWorthNothing() {
      certify("X/USD", price);
      certify("USDC/USD", FeedStatus.OK, 0, cash, cash);
      assertEquals(Optional.empty(), mark(IN_USD));
      certify("USDC/USD", FeedStatus.OK, 1, cash, cash);
      certify("X/USD", 5);
      assertEquals(Optional.of(5 * E8), mark(IN_USD).map(Mark::high));
    }

    @Test
    void isFreshOnlyWhenBothAre() {
      certify("X/USD", price);
      certify("USDC/USD", FeedStatus.STALE, cash, cash, cash);
      assertEquals(Optional.of(false), mark(IN_USD).map(Mark::fresh));
      certify("X/USD", FeedStatus.HALTED, price, price, price);
      certify("USDC/USD", cash);
      assertEquals(Optional.of(false), mark(IN_USD).map(Mark::fresh));
    }

    /** Of all four quotients of ends the band goes from the least to the most. */
    @Test
    void hasTheWidestBandOfBothBandsWhateverTheSigns() {
      long[][] bases = {{90, 100, 120}, {-120, -100, -90}, {-30, 1, 40}};
      certify("USDC/USD", FeedStatus.STALE, 95_000_000, 100_000_000, 110_000_000);
      for (long[] base : bases) {
        certify("X/USD", FeedStatus.STALE, base[0] * E8, base[1] * E8, base[2] * E8);
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long end : new long[] {base[0] * E8, base[2] * E8}) {
          for (long by : new long[] {95_000_000, 110_000_000}) {
            least = Math.min(least, divided(end, by, RoundingMode.FLOOR));
            most = Math.max(most, divided(end, by, RoundingMode.CEILING));
          }
        }
        assertEquals(Optional.of(new Mark(base[1] * E8, 0, false, least, most)), mark(IN_USD));
      }
    }

    @Test
    void isLeftOutWhenTheQuotientDoesNotFit() {
      certify("X/USD", Long.MAX_VALUE);
      certify("USDC/USD", 1);
      assertEquals(Optional.empty(), mark(IN_USD));
      certify("X/USD", FAR);
      certify("USDC/USD", 99_999_999);
      assertEquals(Optional.empty(), mark(IN_USD));
    }
  }

  @Nested
  class AClosedInstrument {
    @Test
    void isWorthItsPriceAndNeverFresh() {
      certify("X/USDC", FeedStatus.OK, 90, 100, 120);
      funding.put(IN_USDC, 7L);
      closed.add(IN_USDC);
      assertEquals(Optional.of(new Mark(100, 7, false, 100, 100)), mark(IN_USDC));
    }

    @Test
    void isWorthItsPriceWithoutABandAlsoWhenThatIsNotFresh() {
      certify("X/USDC", FeedStatus.STALE, 90, 100, 120);
      closed.add(IN_USDC);
      assertEquals(Optional.of(new Mark(100, 0, false, 100, 100)), mark(IN_USDC));
    }

    @Test
    void leavesTheOthersAsTheyAre() {
      certify("X/USDC", 100);
      closed.add(IN_USD);
      assertEquals(Optional.of(Mark.fresh(100, 0)), mark(IN_USDC));
    }
  }
}
