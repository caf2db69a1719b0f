package io.crossclear.nodes.http;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/** Two chains; the second carries no ETH. */
public final class TestNetwork {

  /** 1e-6 each. */
  public static final Asset USDC = new Asset("USDC");

  /** 1e-8 each. */
  public static final Asset ETH = new Asset("ETH");

  /** Carries both assets. */
  public static final VaultId ASTER = new VaultId(31001, new Address("0x" + "a1".repeat(20)));

  /** Carries USDC only. */
  public static final VaultId BOREA = new VaultId(31002, new Address("0x" + "b2".repeat(20)));

  /** Least withdrawal of USDC. */
  public static final long MIN_USDC = 10_000;

  /** What may leave one vault at once for what came in through the other. */
  public static final long EXPORT_CAP = 2_000_000;

  private static final List<Address> ATTESTERS =
      LongStream.rangeClosed(1, 4)
          .mapToObj(i -> SigningKey.derive("attesters of the test network", i).address())
          .sorted()
          .toList();

  /** The network. */
  public static final Genesis GENESIS = genesis(new Hash("0x" + "5e".repeat(32)));

  /** The same network with trades in pool 1. */
  public static final Genesis TRADING =
      new Genesis(
          GENESIS.name(),
          GENESIS.birth(),
          GENESIS.assets(),
          GENESIS.pools(),
          GENESIS.vaults(),
          List.of(
              new Instrument.Perpetual("ETH-PERP", ETH, "ETH/USD", 4, 1, rules()),
              new Instrument.Perpetual("BTC-PERP", new Asset("BTC"), "BTC/USD", 5, 1, rules())),
          List.of(
              new PoolRules(
                  1,
                  USDC,
                  List.of(new CollateralRule(ETH, 8, "ETH/USD", 200_000)),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  980_000,
                  700_000,
                  10,
                  Duration.ofHours(1),
                  0,
                  500_000,
                  new FundingRule(Duration.ofHours(8), 100, 7_500))));

  private static InstrumentRules rules() {
    return new InstrumentRules(100_000, 65_000, 500, 30_000, InstrumentRules.MOST_LOTS);
  }

  private TestNetwork() {}

  /** The same network after another birth. */
  public static Genesis genesis(Hash birth) {
    return new Genesis(
        "test",
        birth,
        List.of(new AssetConfig(ETH, 8, 1_000), new AssetConfig(USDC, 6, MIN_USDC)),
        List.of(
            new PoolConfig(1, "main", List.of(ETH, USDC)),
            new PoolConfig(2, "dollars", List.of(USDC))),
        List.of(
            vault(ASTER, "aster", List.of(token(USDC, "c1", 6), token(ETH, "c2", 18))),
            vault(BOREA, "borea", List.of(token(USDC, "c3", 6)))));
  }

  private static VaultConfig vault(VaultId id, String name, List<TokenConfig> tokens) {
    return new VaultConfig(id, name, 1, tokens, ATTESTERS, 3);
  }

  private static TokenConfig token(Asset asset, String address, int decimals) {
    return new TokenConfig(
        asset,
        new Address("0x" + address.repeat(20)),
        decimals,
        1,
        1L << 60,
        EXPORT_CAP,
        EXPORT_CAP);
  }
}
