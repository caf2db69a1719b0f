package io.crossclear.domain.instrument;

import static io.crossclear.testing.TestMarket.ETH_COLLATERAL;
import static io.crossclear.testing.TestMarket.POOL;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.money.Asset;
import io.crossclear.testing.TestMarket;
import io.crossclear.testing.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every documented range: its two ends are taken, and one beyond each is not. */
final class RulesRangeTest {

  private static final long FAR = 1L << 59;
  private static final Duration HOUR = Duration.ofHours(1);

  private static void taken(Runnable make) {
    assertDoesNotThrow(make::run);
  }

  private static void refused(String what, Runnable make) {
    String message = assertThrows(IllegalArgumentException.class, make::run).getMessage();
    assertEquals(what, message);
  }

  @Nested
  class AnInstrumentsRules {
    @Test
    void areTakenAtBothEnds() {
      taken(() -> new InstrumentRules(1, 1, 0, 1, 1));
      taken(
          () ->
              new InstrumentRules(
                  1_000_000, 1_000_000, 10_000, 200_000, InstrumentRules.MOST_LOTS));
    }

    @Test
    void areRefusedBeyondEach() {
      refused("initial margin is out of range", () -> new InstrumentRules(0, 1, 0, 1, 1));
      refused("initial margin is out of range", () -> new InstrumentRules(1_000_001, 1, 0, 1, 1));
      refused("maintenance margin is out of range", () -> new InstrumentRules(9, 0, 0, 1, 1));
      refused("maintenance margin is out of range", () -> new InstrumentRules(9, 10, 0, 1, 1));
      refused("fee is out of range", () -> new InstrumentRules(9, 9, -1, 1, 1));
      refused("fee is out of range", () -> new InstrumentRules(9, 9, 10_001, 1, 1));
      refused("price band is out of range", () -> new InstrumentRules(9, 9, 0, 0, 1));
      refused("price band is out of range", () -> new InstrumentRules(9, 9, 0, 200_001, 1));
      refused("largest position is out of range", () -> new InstrumentRules(9, 9, 0, 1, 0));
      refused(
          "largest position is out of range",
          () -> new InstrumentRules(9, 9, 0, 1, (1L << 40) + 1));
    }
  }

  @Nested
  class APoolsRules {
    @Test
    void areTakenAtBothEnds() {
      taken(() -> pool(-1, 1_000_000, 0, 1, 1, 1, Duration.ofNanos(1), 0, 0));
      taken(
          () ->
              pool(
                  1, 3_000_000, 1_000_000, 1_000_000, 1_000_000, 10_000, HOUR, 1L << 62,
                  1_000_000));
    }

    @Test
    void areRefusedBeyondEach() {
      refused("pool number is out of range", () -> pool(0, 1_000_000, 0, 1, 1, 1, HOUR, 0, 0));
      refused("buffer is out of range", () -> pool(1, 999_999, 0, 1, 1, 1, HOUR, 0, 0));
      refused("buffer is out of range", () -> pool(1, 3_000_001, 0, 1, 1, 1, HOUR, 0, 0));
      refused("bounty is out of range", () -> pool(1, 1_000_000, -1, 1, 1, 1, HOUR, 0, 0));
      refused("bounty is out of range", () -> pool(1, 1_000_000, 1_000_001, 1, 1, 1, HOUR, 0, 0));
      refused("auction price is out of range", () -> pool(1, 1_000_000, 0, 1, 0, 1, HOUR, 0, 0));
      refused("auction price is out of range", () -> pool(1, 1_000_000, 0, 8, 9, 1, HOUR, 0, 0));
      refused(
          "auction price is out of range",
          () -> pool(1, 1_000_000, 0, 1_000_001, 9, 1, HOUR, 0, 0));
      refused("auction rounds is out of range", () -> pool(1, 1_000_000, 0, 1, 1, 0, HOUR, 0, 0));
      refused(
          "auction rounds is out of range", () -> pool(1, 1_000_000, 0, 1, 1, 10_001, HOUR, 0, 0));
      refused(
          "variation cycle is out of range",
          () -> pool(1, 1_000_000, 0, 1, 1, 1, Duration.ZERO, 0, 0));
      refused("variation cycle is out of range", () -> pool(1, 1_000_000, 0, 1, 1, 1, HOUR, -1, 0));
      refused(
          "lent part of the fund is out of range",
          () -> pool(1, 1_000_000, 0, 1, 1, 1, HOUR, 0, -1));
      refused(
          "lent part of the fund is out of range",
          () -> pool(1, 1_000_000, 0, 1, 1, 1, HOUR, 0, 1_000_001));
    }

    @Test
    void countNoAssetTwice() {
      CollateralRule cash = new CollateralRule(TestNetwork.USDC, 6, "USDC/USD", 0);
      refused("collateral is out of range", () -> collateral(List.of(cash)));
      refused(
          "collateral is out of range", () -> collateral(List.of(ETH_COLLATERAL, ETH_COLLATERAL)));
      taken(() -> collateral(List.of()));
    }

    private PoolRules pool(
        int number,
        int buffer,
        int bounty,
        int start,
        int floor,
        int rounds,
        Duration period,
        long threshold,
        int lend) {
      return new PoolRules(
          number,
          POOL.settlement(),
          POOL.collateral(),
          POOL.interest(),
          buffer,
          bounty,
          start,
          floor,
          rounds,
          period,
          threshold,
          lend,
          POOL.funding());
    }

    private PoolRules collateral(List<CollateralRule> rules) {
      return new PoolRules(
          1,
          POOL.settlement(),
          rules,
          POOL.interest(),
          POOL.bufferPpm(),
          POOL.bountyPpm(),
          POOL.startPpm(),
          POOL.floorPpm(),
          POOL.rounds(),
          POOL.cyclePeriod(),
          POOL.cycleThreshold(),
          POOL.lendPpm(),
          POOL.funding());
    }
  }

  @Nested
  class Collateral {
    private final Asset ether = new Asset("ETH");

    @Test
    void hasDecimalsAndAHaircutWithinTheirRanges() {
      taken(() -> new CollateralRule(ether, 0, "ETH/USD", 0));
      taken(() -> new CollateralRule(ether, 16, "ETH/USD", 1_000_000));
      refused(
          "decimals of " + ether + " must be 0 to 16",
          () -> new CollateralRule(ether, -1, "ETH/USD", 0));
      refused(
          "decimals of " + ether + " must be 0 to 16",
          () -> new CollateralRule(ether, 17, "ETH/USD", 0));
      refused(
          "haircut of " + ether + " is out of range",
          () -> new CollateralRule(ether, 8, "ETH/USD", -1));
      refused(
          "haircut of " + ether + " is out of range",
          () -> new CollateralRule(ether, 8, "ETH/USD", 1_000_001));
    }

    @Test
    void isWorthOneUnitPerPowerOfTenWhateverItsDecimals() {
      // 10^0 units at 1.00 are one whole: 10^6 units of the settlement asset
      assertEquals(
          1_000_000, new CollateralRule(ether, 0, "ETH/USD", 0).valueDown(1, TestMarket.E8));
      assertEquals(
          1_000_000,
          new CollateralRule(ether, 16, "ETH/USD", 0)
              .valueDown(10_000_000_000_000_000L, TestMarket.E8));
    }

    @Test
    void losesItsHaircutRoundedDown() {
      assertEquals(0, new CollateralRule(ether, 8, "ETH/USD", 1).afterHaircutDown(1));
      assertEquals(79, ETH_COLLATERAL.afterHaircutDown(99));
      assertEquals(
          0, new CollateralRule(ether, 8, "ETH/USD", 1_000_000).afterHaircutDown(1L << 60));
    }
  }

  @Nested
  class Interest {
    @Test
    void hasRatesAndAKinkWithinTheirRanges() {
      taken(() -> new InterestCurve(0, 0, 1, 0));
      taken(() -> new InterestCurve(100_000_000, 100_000_000, 999_999, 100_000_000));
      refused(
          "interest rate is out of range: 100000001",
          () -> new InterestCurve(0, 100_000_001, 1, 0));
      refused("interest rate is out of range: -1", () -> new InterestCurve(0, 0, 1, -1));
      refused("kink is no utilisation: 0", () -> new InterestCurve(0, 0, 0, 0));
      refused("kink is no utilisation: 1000000", () -> new InterestCurve(0, 0, 1_000_000, 0));
    }

    /** One third lent of a slope of 1 ppm: used 333,334 ppm, so the rate is up at 1. */
    @Test
    void isRoundedUpAtEveryStep() {
      assertEquals(1, new InterestCurve(0, 1, 999_999, 0).ratePpm(1, 3));
      // 10^6 of utilisation beyond a kink of 1 ppm
      assertEquals(1 + 1, new InterestCurve(0, 1, 1, 1).ratePpm(3, 3));
    }
  }

  @Nested
  class Funding {
    @Test
    void hasAPeriodAndARateWithinTheirRanges() {
      taken(() -> new FundingRule(Duration.ofNanos(1), 0, 0));
      taken(() -> new FundingRule(HOUR, -100_000, 100_000));
      taken(() -> new FundingRule(HOUR, 100_000, 100_000));
      refused("funding period must be above 0: PT0S", () -> new FundingRule(Duration.ZERO, 0, 0));
      refused("funding rate is out of range", () -> new FundingRule(HOUR, 0, -1));
      refused("funding rate is out of range", () -> new FundingRule(HOUR, 0, 100_001));
      refused("funding rate is out of range", () -> new FundingRule(HOUR, 10, 9));
      refused("funding rate is out of range", () -> new FundingRule(HOUR, -10, 9));
      refused("funding rate is out of range", () -> new FundingRule(HOUR, Integer.MIN_VALUE, 9));
    }

    @Test
    void isTheInterestAloneWithoutTrades() {
      assertEquals(7, new FundingRule(HOUR, 7, 100).ratePpm(0, 0, 0));
    }

    /** (paid − marked) / marked: 1,000,003 over 1,000,000 is 3 ppm; 1 of 3 is 333,333.3 ppm. */
    @Test
    void addsThePremiumEitherWayTowardZeroAndIsClamped() {
      FundingRule rule = new FundingRule(HOUR, 7, 100);
      assertEquals(7 + 3, rule.ratePpm(1_000_003, 1_000_000, 0));
      assertEquals(7 - 3, rule.ratePpm(999_997, 1_000_000, 0));
      assertEquals(100, rule.ratePpm(4, 3, 0));
      assertEquals(-100, rule.ratePpm(2, 3, 0));
      assertEquals(-100, rule.ratePpm(0, 3, 0));
      // below 1 ppm there is none, on either side
      assertEquals(7, rule.ratePpm(2_000_001, 2_000_000, 0));
      assertEquals(7, rule.ratePpm(1_999_999, 2_000_000, 0));
    }

    /** A premium is cut at twice the cap, so that interest of the other sign cannot hide it. */
    @Test
    void isAtTheCapAlsoAgainstInterestOfTheOtherSign() {
      FundingRule rule = new FundingRule(HOUR, -100, 100);
      assertEquals(100, rule.ratePpm(1_001, 1_000, 0));
      assertEquals(0, rule.ratePpm(1_000_100, 1_000_000, 0));
    }

    @Test
    void growsTowardZeroWithTheSignsOfPriceAndRate() {
      assertEquals(1, FundingRule.growth(19, 99_999));
      assertEquals(-1, FundingRule.growth(19, -99_999));
      assertEquals(-1, FundingRule.growth(-19, 99_999));
      assertEquals(1, FundingRule.growth(-19, -99_999));
      assertEquals(0, FundingRule.growth(0, 5));
      assertEquals(0, FundingRule.growth(5, 0));
    }
  }

  @Nested
  class AMark {
    @Test
    void liesInItsBandWithin2To59() {
      taken(() -> new Mark(5, FAR, true, 5, 5));
      taken(() -> new Mark(-FAR, -FAR, false, -FAR, FAR));
      taken(() -> new Mark(FAR, 0, false, -FAR, FAR));
      refused("price 5 is outside its band", () -> new Mark(5, 0, true, 6, 7));
      refused("price 8 is outside its band", () -> new Mark(8, 0, true, 6, 7));
      refused("price 5 is outside its band", () -> new Mark(5, 0, false, -FAR - 1, 5));
      refused("price 5 is outside its band", () -> new Mark(5, 0, false, 5, FAR + 1));
      refused("funding is out of range: " + (FAR + 1), () -> new Mark(5, FAR + 1, true, 5, 5));
      refused("funding is out of range: " + (-FAR - 1), () -> new Mark(5, -FAR - 1, true, 5, 5));
    }

    @Test
    void countsItsBandOnlyWhenItIsNotFresh() {
      Mark fresh = new Mark(100, 7, true, 90, 120);
      assertEquals(100, fresh.price(Valuation.ADMISSION, 1));
      assertEquals(100, fresh.price(Valuation.LIQUIDATION, -1));
      assertEquals(100, fresh.requirementPrice(Valuation.ADMISSION));
      Mark stale = new Mark(100, 7, false, 90, 120);
      assertEquals(100, stale.price(Valuation.CERTIFIED, -1));
      assertEquals(100, stale.requirementPrice(Valuation.CERTIFIED));
      assertEquals(90, stale.price(Valuation.ADMISSION, 0));
      assertEquals(120, stale.price(Valuation.LIQUIDATION, 0));
      assertEquals(83, stale.star(Valuation.ADMISSION, 1));
    }

    /** Below 0 the lower end is the farther one. */
    @Test
    void takesARequirementAtTheFartherEndUnlessThatHarms() {
      Mark negative = new Mark(-100, 0, false, -120, -90);
      assertEquals(-120, negative.requirementPrice(Valuation.ADMISSION));
      assertEquals(-90, negative.requirementPrice(Valuation.LIQUIDATION));
      Mark even = new Mark(0, 0, false, -5, 5);
      assertEquals(5, even.requirementPrice(Valuation.ADMISSION));
      assertEquals(-5, even.requirementPrice(Valuation.LIQUIDATION));
    }
  }

  @Nested
  class CollateralPrices {
    private final TreeMap<Asset, Mark> prices = new TreeMap<>();

    private long price(Valuation valuation) {
      return new Marks(1, 1, 0, new TreeMap<>(), prices)
          .collateralPrice(TestNetwork.ETH, valuation);
    }

    @Test
    void areNothingWhenNobodyKnowsThem() {
      assertEquals(0, price(Valuation.CERTIFIED));
    }

    @Test
    void areNothingForAdmissionWhileNotFreshAndTheUpperEndForLiquidation() {
      prices.put(TestNetwork.ETH, new Mark(100, 0, false, 90, 120));
      assertEquals(0, price(Valuation.ADMISSION));
      assertEquals(100, price(Valuation.CERTIFIED));
      assertEquals(120, price(Valuation.LIQUIDATION));
    }

    @Test
    void areNeverBelowZero() {
      prices.put(TestNetwork.ETH, Mark.fresh(-3, 0));
      assertEquals(0, price(Valuation.CERTIFIED));
      assertEquals(0, price(Valuation.ADMISSION));
    }
  }

  @Nested
  class ABand {
    /** 3 % of 1,000 either side, and of a price below 0 by its size. */
    @Test
    void endsExactlyAtItsPart() {
      assertEquals(List.of(true, true, false, false), inBand(1_000, 1_030, 970, 1_031, 969));
      assertEquals(List.of(true, true, false, false), inBand(-1_000, -1_030, -970, -1_031, -969));
      // ⌊33 · 3 %⌋ = 0
      assertEquals(List.of(true, false, false, false), inBand(33, 33, 34, 32, 0));
    }

    private List<Boolean> inBand(long mark, long... prices) {
      return java.util.Arrays.stream(prices)
          .mapToObj(price -> TestMarket.BTC.inBand(price, mark))
          .toList();
    }
  }
}
