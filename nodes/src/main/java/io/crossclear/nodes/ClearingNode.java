package io.crossclear.nodes;

import com.typesafe.config.Config;
import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.ClearingServices;
import io.crossclear.actors.ExposureBook;
import io.crossclear.actors.LatestMarks;
import io.crossclear.actors.MarketView;
import io.crossclear.actors.OpenSagaWatch;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.BridgeEntities;
import io.crossclear.bridges.BridgeServices;
import io.crossclear.bridges.ChainReader;
import io.crossclear.bridges.RpcPool;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.http.ApiSettings;
import io.crossclear.nodes.http.HttpApi;
import io.crossclear.persistence.Persistence;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * One node: its guardian is the architecture on one screen.
 *
 * <pre>
 * PostgreSQL ── Persistence ─┐
 * tickers ───── NodePrices ──┼─ OracleEntities (one oracle per key, this node's price board)
 * chains ────── RpcPool ─────┼─ ClearingEntities (accounts, transfers, treasury, fills, pools, auctions)
 * keys ─────────────────────-┼─ BridgeEntities (one bridge per vault, one attester per key)
 *                            └─ MarginWatch, OpenSagaWatch, HttpApi
 * </pre>
 */
public final class ClearingNode implements AutoCloseable {

  private final ActorSystem<Void> system;
  private final Persistence persistence;
  private final List<RpcPool> pools;
  private final NodeSettings settings;
  private final Hash networkId;
  private final ActionVerifier verifier;
  private final ClearingEntities entities;
  private final BridgeEntities bridges;
  private final NodeReadiness readiness;
  private final Optional<NodePrices> prices;
  private final ExposureBook exposures;
  private final MarketView market;

  private ClearingNode(NodeSettings settings, Persistence persistence) {
    this.settings = settings;
    this.persistence = persistence;
    Genesis genesis = settings.genesis();
    BouncyKeccak keccak = new BouncyKeccak();
    this.networkId = genesis.networkId(keccak);
    this.verifier =
        new ActionVerifier(
            keccak,
            Secp256k1.best(),
            networkId,
            (chainId, address) ->
                genesis
                    .vaultOn(chainId)
                    .filter(vault -> vault.id().address().equals(address))
                    .isPresent());
    this.system = ActorSystem.create(Behaviors.empty(), "crossclear", settings.config());
    this.pools = new ArrayList<>();
    Clock clock = Clock.systemUTC();
    this.prices =
        settings
            .prices()
            .map(
                certified ->
                    new NodePrices(
                        system,
                        certified,
                        new OracleVerifier(certified.config(), networkId, keccak, Secp256k1.best()),
                        clock));
    MonotonicTime time =
        new MonotonicTime(clock, () -> prices.map(of -> of.entities().prices().now()).orElse(0L));
    this.exposures = new ExposureBook(persistence.exposures());
    Optional<LatestMarks> marks =
        prices.map(of -> new LatestMarks(genesis, of.entities().prices()));
    this.market = marks.<MarketView>map(latest -> latest).orElseGet(MarketView::none);
    ClearingServices services =
        new ClearingServices(genesis, verifier, exposures, persistence.openSagas(), time, market);
    this.entities = ClearingEntities.start(system, services);
    marks.ifPresent(latest -> entities.hearTerms(latest::hear));
    exposures.load().toCompletableFuture().join(); // before anybody watches
    this.bridges =
        BridgeEntities.start(
            system,
            new BridgeServices(
                genesis, verifier, time, Persistence.journal(system), chains(), attesters()));
    List<VaultId> vaults = genesis.vaults().stream().map(VaultConfig::id).toList();
    this.readiness = new NodeReadiness(system, entities, bridges, vaults);
    Duration nudge = settings.config().getDuration("crossclear.nudge-every");
    spawn("open-sagas", OpenSagaWatch.create(persistence.openSagas(), entities.nudges(), nudge));
    spawn("bridge-waker", bridges.waker(vaults, nudge));
    spawn("margin-watch", entities.watch(services));
    prices.ifPresent(of -> spawn("oracle-waker", of.entities().waker(nudge)));
  }

  /**
   * Starts a node.
   *
   * @throws NodeException when the configuration does not fit the genesis
   * @throws io.crossclear.persistence.DatabaseException when the database does not answer or would
   *     lose what it acknowledges
   */
  public static ClearingNode start(NodeSettings settings) {
    Persistence persistence = Persistence.open(settings.config());
    try {
      return new ClearingNode(settings, persistence);
    } catch (RuntimeException e) {
      persistence.close();
      throw e;
    }
  }

  private Map<VaultId, BridgeServices.Chain> chains() {
    Map<VaultId, BridgeServices.Chain> chains = new HashMap<>();
    for (VaultConfig vault : settings.genesis().vaults()) {
      NodeSettings.ChainSettings chain = chain(vault);
      RpcPool pool = pool(vault, chain);
      chains.put(
          vault.id(),
          new BridgeServices.Chain(pool, pool, chain.relayer(), settings.pollEvery(chain)));
    }
    return chains;
  }

  /**
   * Each attester here with providers of its own, so that one's connection trouble is not
   * another's.
   */
  private Map<Address, BridgeServices.Attester> attesters() {
    Map<Address, BridgeServices.Attester> attesters = new HashMap<>();
    for (SigningKey key : settings.attesters()) {
      Map<VaultId, ChainReader> readers = new HashMap<>();
      settings
          .genesis()
          .vaults()
          .forEach(vault -> readers.put(vault.id(), pool(vault, chain(vault))));
      attesters.put(key.address(), new BridgeServices.Attester(key, readers));
    }
    return attesters;
  }

  private NodeSettings.ChainSettings chain(VaultConfig vault) {
    return settings.chains().stream()
        .filter(chain -> chain.chainId() == vault.id().chainId())
        .findFirst()
        .orElseThrow(
            () ->
                new NodeException(
                    "crossclear.chains names no way to chain " + vault.id().chainId()));
  }

  private RpcPool pool(VaultConfig vault, NodeSettings.ChainSettings chain) {
    RpcPool pool = new RpcPool(vault.id(), chain.rpc());
    pools.add(pool);
    return pool;
  }

  private <T> void spawn(String name, Behavior<T> behavior) {
    system.systemActorOf(behavior, name, org.apache.pekko.actor.typed.Props.empty());
  }

  /**
   * Opens the HTTP API.
   *
   * @throws NodeException when the port is taken
   */
  public void serve() {
    Config http = settings.config().getConfig("crossclear.http");
    ApiSettings api = ApiSettings.local(http.getInt("port")).withHost(http.getString("host"));
    ApiSettings whole = settings.operatorToken().map(api::withOperatorToken).orElse(api);
    Route routes =
        HttpApi.create(
            system,
            entities,
            bridges::bridge,
            settings.genesis(),
            networkId,
            verifier,
            readiness,
            prices.map(NodePrices::desk),
            market,
            exposures,
            whole);
    try {
      HttpApi.bind(system, routes, whole).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new NodeException("cannot listen on " + whole + ": " + e.getCause(), e);
    }
  }

  /** The actor system. */
  public ActorSystem<Void> system() {
    return system;
  }

  /** Accounts, transfers, treasury. */
  public ClearingEntities entities() {
    return entities;
  }

  /** Bridges and attesters. */
  public BridgeEntities bridges() {
    return bridges;
  }

  /** Recomputes what signatures say on this network. */
  public ActionVerifier verifier() {
    return verifier;
  }

  /** Salt of every user's signature. */
  public Hash networkId() {
    return networkId;
  }

  /** Stops actors first, then what they use. */
  @Override
  public void close() {
    readiness.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    prices.ifPresent(NodePrices::close);
    pools.forEach(RpcPool::close);
    persistence.close();
  }
}
