package io.crossclear.nodes;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import io.crossclear.actors.oracle.OracleServices;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.nodes.supervisor.GenesisFile;
import io.crossclear.nodes.supervisor.NetworkKeys;
import io.crossclear.nodes.supervisor.OracleFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node's configuration, read once and whole.
 *
 * @param config everything, with the database's password filled in; never printed
 * @param chains the way to each chain of the genesis
 * @param attesters keys of the attesters that run here
 * @param operatorToken who shows it may read any account
 * @param prices who certifies prices; empty in a network without
 */
public record NodeSettings(
    Config config,
    Genesis genesis,
    List<ChainSettings> chains,
    List<SigningKey> attesters,
    Optional<String> operatorToken,
    Optional<PriceSettings> prices) {

  /**
   * The way to one chain.
   *
   * @param rpc providers, at least one
   * @param relayer pays for batches
   */
  public record ChainSettings(long chainId, Duration blockTime, List<URI> rpc, SigningKey relayer) {
    public ChainSettings {
      rpc = List.copyOf(rpc);
    }
  }

  /**
   * The network's oracles.
   *
   * @param here those that run in this node
   */
  public record PriceSettings(
      OracleConfig config, List<LocalOracle> here, OracleServices.Timing timing) {
    public PriceSettings {
      here = List.copyOf(here);
    }
  }

  /**
   * An oracle that runs here.
   *
   * @param sources its tickers, of nobody else's
   */
  public record LocalOracle(SigningKey key, List<URI> sources) {
    public LocalOracle {
      sources = List.copyOf(sources);
    }
  }

  /** A node of a network without prices. */
  public NodeSettings(
      Config config,
      Genesis genesis,
      List<ChainSettings> chains,
      List<SigningKey> attesters,
      Optional<String> operatorToken) {
    this(config, genesis, chains, attesters, operatorToken, Optional.empty());
  }

  /** The same node with prices. */
  public NodeSettings withPrices(PriceSettings certified) {
    return new NodeSettings(
        config, genesis, chains, attesters, operatorToken, Optional.of(certified));
  }

  public NodeSettings {
    chains = List.copyOf(chains);
    attesters = List.copyOf(attesters);
  }

  /**
   * Reads a configuration file over the defaults of {@code crossclear-node.conf}.
   *
   * @throws NodeException when the file or one that it names cannot be read, naming the setting
   */
  public static NodeSettings read(Path file) {
    try {
      Config given =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .resolve();
      return of(given);
    } catch (ConfigException e) {
      throw new NodeException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new NodeException(
          "a file that " + file + " names cannot be read: " + e.getMessage(), e);
    }
  }

  private static NodeSettings of(Config given) throws IOException {
    Config withPassword = given;
    if (given.hasPath("crossclear.postgres.password-file")) {
      String password = text(Path.of(given.getString("crossclear.postgres.password-file")));
      withPassword =
          given.withValue("crossclear.postgres.password", ConfigValueFactory.fromAnyRef(password));
    }
    Config all =
        withSeeds(
            ConfigFactory.defaultOverrides()
                .withFallback(withPassword)
                .withFallback(ConfigFactory.parseResources("crossclear-node.conf"))
                .withFallback(ConfigFactory.defaultReferenceUnresolved())
                .resolve());
    Config crossclear = all.getConfig("crossclear");
    List<ChainSettings> chains = new ArrayList<>();
    for (Config chain : crossclear.getConfigList("chains")) {
      chains.add(
          new ChainSettings(
              chain.getLong("chain-id"),
              chain.getDuration("block-time"),
              chain.getStringList("rpc").stream().map(URI::create).toList(),
              NetworkKeys.read(Path.of(chain.getString("relayer-key-file")))));
    }
    List<SigningKey> attesters = new ArrayList<>();
    for (String key : crossclear.getStringList("attester-key-files")) {
      attesters.add(NetworkKeys.read(Path.of(key)));
    }
    String tokenFile = crossclear.getString("http.operator-token-file");
    return new NodeSettings(
        all,
        GenesisFile.read(Path.of(crossclear.getString("genesis"))),
        chains,
        attesters,
        tokenFile.isEmpty() ? Optional.empty() : Optional.of(text(Path.of(tokenFile))),
        prices(crossclear.getConfig("oracle")));
  }

  private static Optional<PriceSettings> prices(Config oracle) throws IOException {
    String file = oracle.getString("config");
    if (file.isEmpty()) {
      return Optional.empty();
    }
    List<LocalOracle> here = new ArrayList<>();
    for (Config one : oracle.getConfigList("here")) {
      here.add(
          new LocalOracle(
              NetworkKeys.read(Path.of(one.getString("key-file"))),
              one.getStringList("sources").stream().map(URI::create).toList()));
    }
    return Optional.of(new PriceSettings(OracleFile.read(Path.of(file)), here, timing(oracle)));
  }

  /**
   * The configured pace; what an oracle does about failing sources and its vote mark stays as it
   * is.
   */
  public static OracleServices.Timing timing(Config oracle) {
    OracleServices.Timing standard = OracleServices.Timing.STANDARD;
    return new OracleServices.Timing(
        oracle.getDuration("round-every"),
        oracle.getDuration("grace"),
        oracle.getDuration("source-timeout"),
        standard.sourceFailures(),
        standard.sourceReset(),
        standard.reservation());
  }

  private static Config withSeeds(Config config) {
    List<String> seeds =
        config.getStringList("crossclear.cluster.seeds").stream()
            .map(seed -> "pekko://crossclear@" + seed)
            .toList();
    return config.withValue("pekko.cluster.seed-nodes", ConfigValueFactory.fromIterable(seeds));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** How often bridges look at this chain. */
  public Duration pollEvery(ChainSettings chain) {
    Duration most = config.getDuration("crossclear.poll-at-most");
    Duration half = chain.blockTime().dividedBy(2);
    return half.compareTo(most) < 0 ? half : most;
  }
}
