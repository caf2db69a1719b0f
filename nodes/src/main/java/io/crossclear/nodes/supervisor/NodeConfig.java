package io.crossclear.nodes.supervisor;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import io.crossclear.nodes.oracle.LocalTickers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The text of {@code node.conf}: where the node of a local network finds its database, chains, keys
 * and ports. The same keys as {@code deploy/local1.conf}.
 */
final class NodeConfig {

  private NodeConfig() {}

  /** The HTTP port that the last node was given, else the usual one. */
  static int lastHttpPort(DataFolder data) {
    return lastPort(data, "crossclear.http.port", Ports.HTTP);
  }

  /** The cluster port that the last node was given, else the usual one. */
  static int lastClusterPort(DataFolder data) {
    return lastPort(data, "crossclear.cluster.port", Ports.CLUSTER);
  }

  private static int lastPort(DataFolder data, String key, int otherwise) {
    try {
      Config last = ConfigFactory.parseFile(data.nodeConfig().toFile());
      return last.hasPath(key) ? last.getInt(key) : otherwise;
    } catch (ConfigException e) {
      return otherwise; // it is written anew by this start
    }
  }

  static String text(
      DataFolder data,
      Pace pace,
      PostgresServer postgres,
      List<AnvilChain> chains,
      int tickersPort,
      int httpPort,
      int clusterPort) {
    NetworkKeys keys = new NetworkKeys(data);
    return """
        # Written by the supervisor at every start; changes here are lost.
        crossclear {
          genesis = %s
          node {
            name = node-1
            roles = [clearing, bridge, oracle, attester, api]
          }
          http {
            host = 127.0.0.1
            port = %d
            operator-token-file = %s
          }
          cluster {
            host = 127.0.0.1
            port = %d
            seeds = ["127.0.0.1:%d"]
          }
          postgres {
            host = 127.0.0.1
            port = %d
            database = %s
            user = %s
            password-file = %s
          }
          chains = [
        %s
          ]
          attester-key-files = [%s]
          oracle {
            config = %s
            round-every = %d ms
            here = [
        %s
            ]
          }
          faucet-key-file = %s
        }
        """
        .formatted(
            quoted(data.genesisFile()),
            httpPort,
            quoted(keys.operatorTokenFile()),
            clusterPort,
            clusterPort,
            postgres.port(),
            PostgresServer.DATABASE,
            PostgresServer.USER,
            quoted(postgres.passwordFile()),
            chains.stream().map(chain -> chain(chain, keys)).collect(Collectors.joining("\n")),
            keys.attesterFiles().stream().map(NodeConfig::quoted).collect(Collectors.joining(", ")),
            quoted(data.oracleFile()),
            pace.round().toMillis(),
            IntStream.rangeClosed(1, NetworkKeys.ORACLES)
                .mapToObj(oracle -> oracle(keys.oracleFiles().get(oracle - 1), tickersPort, oracle))
                .collect(Collectors.joining("\n")),
            quoted(keys.faucetFile()));
  }

  private static String oracle(Path key, int tickersPort, int oracle) {
    return IntStream.rangeClosed(1, LocalTickers.PER_ORACLE)
        .mapToObj(source -> "\"" + LocalTickers.uri(tickersPort, oracle, source) + "\"")
        .collect(
            Collectors.joining(", ", "      {key-file = " + quoted(key) + ", sources = [", "]}"));
  }

  private static String chain(AnvilChain anvil, NetworkKeys keys) {
    LocalChain chain = anvil.chain();
    return "    {name = %s, chain-id = %d, block-time = %ds, rpc = [\"%s\"], relayer-key-file = %s}"
        .formatted(
            chain.name(),
            chain.chainId(),
            chain.blockSeconds(),
            anvil.url(),
            quoted(keys.relayerFile(chain)));
  }

  private static String quoted(Path path) {
    return ConfigUtil.quoteString(path.toString());
  }
}
