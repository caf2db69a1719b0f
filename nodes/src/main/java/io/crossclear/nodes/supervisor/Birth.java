package io.crossclear.nodes.supervisor;

import io.crossclear.bridges.ChainException;
import io.crossclear.bridges.LocalDeployment;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Instrument.Perpetual;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The first start: keys, funded accounts, test tokens and a vault on every chain, and last of all
 * {@code genesis.json}. Interrupted before that, the next start discards the chains and begins
 * again.
 */
final class Birth {

  private static final BigInteger ETHER = BigInteger.TEN.pow(18);

  private static final AssetConfig ETH = new AssetConfig(new Asset("ETH"), 8, 1_000);
  private static final AssetConfig USDC = new AssetConfig(new Asset("USDC"), 6, 10_000);

  /**
   * A token before it has an address.
   *
   * @param cap whole coins that a vault holds at most; a tenth of it may leave for what came in
   *     elsewhere, per hour
   */
  private record TestToken(
      String symbol, String name, AssetConfig asset, int decimals, long minDeposit, long cap) {

    TokenConfig at(Address address) {
      long units = Math.multiplyExact(cap, BigInteger.TEN.pow(asset.decimals()).longValueExact());
      return new TokenConfig(
          asset.asset(), address, decimals, minDeposit, units, units / 10, units / 10);
    }
  }

  private static final List<TestToken> TOKENS =
      List.of(
          new TestToken("USDC", "Test USD Coin", USDC, 6, 1_000, 1_000_000_000),
          new TestToken("WETH", "Test Wrapped Ether", ETH, 18, 100, 1_000_000));

  /** Number of the one pool that clears. */
  static final int POOL = 1;

  private static final List<Instrument> INSTRUMENTS =
      List.of(
          new Perpetual(
              "BTC-PERP",
              new Asset("BTC"),
              "BTC/USD",
              5,
              POOL,
              new InstrumentRules(100_000, 50_000, 500, 30_000, 200_000_000)),
          new Perpetual(
              "ETH-PERP",
              new Asset("ETH"),
              "ETH/USD",
              4,
              POOL,
              new InstrumentRules(100_000, 65_000, 500, 30_000, 1_000_000_000)));

  private final DataFolder data;

  Birth(DataFolder data) {
    this.data = data;
  }

  /** Whether this data folder holds a network already. */
  boolean happened() {
    return Files.exists(data.genesisFile());
  }

  /** Deploys everything on fresh chains, then writes the genesis. */
  void deliver(List<AnvilChain> chains) throws IOException, InterruptedException {
    NetworkKeys keys = new NetworkKeys(data);
    keys.create();
    SigningKey faucet = NetworkKeys.read(keys.faucetFile());
    List<Address> attesters = keys.attesters();
    List<Callable<VaultConfig>> deployments = new ArrayList<>();
    for (AnvilChain chain : chains) {
      deployments.add(
          () -> {
            Address relayer = NetworkKeys.read(keys.relayerFile(chain.chain())).address();
            chain.rpc().setBalance(faucet.address(), ETHER.multiply(BigInteger.valueOf(1_000_000)));
            chain.rpc().setBalance(relayer, ETHER.multiply(BigInteger.valueOf(10_000)));
            VaultConfig vault = deploy(chain, faucet, attesters);
            chain.awaitSaved();
            return vault;
          });
    }
    List<VaultConfig> vaults = Parallel.run(deployments);
    byte[] birth = new byte[32];
    new SecureRandom().nextBytes(birth);
    PoolConfig main = new PoolConfig(POOL, "main", List.of(ETH.asset(), USDC.asset()));
    GenesisFile.write(
        data.genesisFile(),
        new Genesis(
            "local",
            Hash.of(birth),
            List.of(ETH, USDC),
            List.of(main),
            vaults,
            INSTRUMENTS,
            List.of(rules(data.pace()))));
  }

  /**
   * Ether counts for 80 % of its price; a loan costs 2 % a year, 10 % at 80 % of use and 30 % at
   * full use; an auction falls from 99 % of a slice's value to 90 % and restores 1.15 times the
   * maintenance margin; half of the fund is lent; funding is at most 0.1 % a period.
   */
  static PoolRules rules(Pace pace) {
    return new PoolRules(
        POOL,
        USDC.asset(),
        List.of(new CollateralRule(ETH.asset(), ETH.decimals(), "ETH/USD", 200_000)),
        new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
        1_150_000,
        50_000,
        990_000,
        900_000,
        pace.auctionRounds(),
        pace.cycle(),
        0,
        500_000,
        new FundingRule(pace.funding(), 100, 1_000));
  }

  private static VaultConfig deploy(AnvilChain chain, SigningKey faucet, List<Address> attesters) {
    try (LocalDeployment deployment = LocalDeployment.connect(URI.create(chain.url()), faucet)) {
      // one after the other: a token has the same address on every chain
      List<TokenConfig> tokens = new ArrayList<>();
      for (TestToken token : TOKENS) {
        tokens.add(
            token.at(deployment.deployToken(token.name(), token.symbol(), token.decimals())));
      }
      return deployment.deployVault(
          chain.name(), tokens, List.of(ETH, USDC), attesters, NetworkKeys.THRESHOLD);
    } catch (ChainException e) {
      throw new LocalNetworkException(
          "Deployment on chain " + chain.name() + " failed: " + e.getMessage(), e);
    }
  }
}
