package io.crossclear.nodes;

import io.crossclear.actors.oracle.OracleEntities;
import io.crossclear.actors.oracle.OracleServices;
import io.crossclear.actors.oracle.PriceSource;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.PriceNotice;
import io.crossclear.domain.signing.Address;
import io.crossclear.nodes.http.PriceDesk;
import io.crossclear.nodes.oracle.HttpPriceSource;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The prices of a node: its board, the oracles that run here, and the tickers they listen to. */
final class NodePrices implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodePrices.class);

  private final NodeSettings.PriceSettings settings;
  private final Clock clock;
  private final HttpClient client;
  private final OracleEntities entities;

  /**
   * @throws NodeException when a key is no oracle's, or an oracle has too few sources for a feed
   */
  NodePrices(
      ActorSystem<?> system,
      NodeSettings.PriceSettings settings,
      OracleVerifier verifier,
      Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.timing().sourceTimeout())
            .build();
    this.entities =
        OracleEntities.start(
            system,
            new OracleServices(verifier, oracles(), settings.timing(), clock, NodePrices::report));
  }

  private Map<Address, OracleServices.Oracle> oracles() {
    Map<Address, OracleServices.Oracle> oracles = new HashMap<>();
    for (NodeSettings.LocalOracle oracle : settings.here()) {
      Address address = oracle.key().address();
      if (!settings.config().oracles().contains(address)) {
        throw new NodeException("crossclear.oracle.here has a key of " + address + ", no oracle");
      }
      for (FeedConfig feed : settings.config().feeds()) {
        if (oracle.sources().size() < feed.minSources()) {
          throw new NodeException(
              "oracle " + address + " needs " + feed.minSources() + " sources for " + feed.feed());
        }
      }
      oracles.put(address, new OracleServices.Oracle(oracle.key()::sign, sources(oracle)));
    }
    return oracles;
  }

  private Map<String, PriceSource> sources(NodeSettings.LocalOracle oracle) {
    Duration oldest =
        settings.config().feeds().stream()
            .map(FeedConfig::quoteAge)
            .max(Duration::compareTo)
            .orElseThrow();
    Map<String, PriceSource> sources = new HashMap<>();
    for (URI uri : oracle.sources()) {
      sources.put(
          uri.toString(),
          new HttpPriceSource(
              uri.toString(), uri, client, settings.timing().sourceTimeout(), oldest, clock));
    }
    return sources;
  }

  private static void report(PriceNotice notice) {
    if (notice.cause() == PriceNotice.Cause.STATUS) {
      LOG.info("{} is {} since round {}", notice.feed(), notice.status(), notice.round());
    }
  }

  OracleEntities entities() {
    return entities;
  }

  /** What the API shows of it. */
  PriceDesk desk() {
    return new PriceDesk(settings.config(), entities.prices());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
