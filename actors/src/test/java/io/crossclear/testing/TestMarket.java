package io.crossclear.testing;

import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Instrument.Perpetual;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/**
 * Pool 1 of the test network as a market: perpetuals on BTC (lot 10^-5) and ETH (lot 10^-4), both
 * with 10 % initial and 6.5 % maintenance margin, ETH as collateral with a haircut of 20 %.
 */
public final class TestMarket {

  public static final String BTC_PERP = "BTC-PERP";
  public static final String ETH_PERP = "ETH-PERP";

  /** 1e-8 per whole unit of price. */
  public static final long E8 = 100_000_000;

  public static final InstrumentRules RULES =
      new InstrumentRules(100_000, 65_000, 500, 30_000, InstrumentRules.MOST_LOTS);

  public static final Instrument BTC =
      new Perpetual(BTC_PERP, new Asset("BTC"), "BTC/USDC", 5, 1, RULES);
  public static final Instrument ETH =
      new Perpetual(ETH_PERP, new Asset("ETH"), "ETH/USDC", 4, 1, RULES);

  public static final CollateralRule ETH_COLLATERAL =
      new CollateralRule(TestNetwork.ETH, 8, "ETH/USDC", 200_000);

  public static final PoolRules POOL =
      new PoolRules(
          1,
          TestNetwork.USDC,
          List.of(ETH_COLLATERAL),
          new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
          1_150_000,
          50_000,
          980_000,
          700_000,
          10,
          Duration.ofHours(1),
          0,
          500_000,
          new FundingRule(Duration.ofHours(8), 100, 7_500));

  /** The test network with trades in pool 1. */
  public static final Genesis GENESIS =
      new Genesis(
          TestNetwork.GENESIS.name(),
          TestNetwork.GENESIS.birth(),
          TestNetwork.GENESIS.assets(),
          TestNetwork.GENESIS.pools(),
          TestNetwork.GENESIS.vaults(),
          List.of(BTC, ETH),
          List.of(POOL));

  public static final Market MARKET = GENESIS.market(1).orElseThrow();

  private TestMarket() {}

  /** Fresh prices in whole dollars; collateral at the price of ETH. */
  public static Marks marks(long seq, long btc, long eth) {
    return marks(seq, Mark.fresh(btc * E8, 0), Mark.fresh(eth * E8, 0));
  }

  /** A price set; collateral at the price of ETH, without its funding. */
  public static Marks marks(long seq, Mark btc, Mark eth) {
    TreeMap<String, Mark> instruments = new TreeMap<>();
    instruments.put(BTC_PERP, btc);
    instruments.put(ETH_PERP, eth);
    TreeMap<Asset, Mark> collateral = new TreeMap<>();
    collateral.put(TestNetwork.ETH, new Mark(eth.price(), 0, eth.fresh(), eth.low(), eth.high()));
    return new Marks(seq, seq * 1000, 0, instruments, collateral);
  }
}
