package io.crossclear.nodes.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.ClearingServices;
import io.crossclear.actors.ExposureBook;
import io.crossclear.actors.ExposureTable;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.OpenSagaTable;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.ChainBridgeActor;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.Signer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.sharding.typed.testkit.javadsl.TestEntityRef;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.http.javadsl.ServerBinding;

/**
 * The real routes on a port, over real entities of one node; its clock stands still until a test
 * moves it.
 */
public final class ApiFixture implements AutoCloseable {

  static final String TOKEN = "operator-token-of-the-test-network";
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Hash BLOCK = new Hash("0x" + "b1".repeat(32));

  final Genesis genesis;
  final AtomicLong millis = new AtomicLong(1_800_000_000_000L);
  final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
  final AtomicReference<Readiness.State> readiness =
      new AtomicReference<>(new Readiness.State(true, List.of()));
  final StandInPrices prices;
  final ExposureBook exposures = new ExposureBook(new NoExposures());
  final TradeStandIns trades;
  final Map<VaultId, BridgeStandIn> bridges = new HashMap<>();
  final ActionVerifier verifier;
  final URI url;
  final ApiClient client;

  private final ActorTestKit kit;
  private final ClearingEntities entities;
  private final ServerBinding binding;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicLong deposits = new AtomicLong();
  private final AtomicLong reports = new AtomicLong();

  /**
   * An answer.
   *
   * @param type of its content
   */
  record Answer(int status, String type, JsonNode body, HttpResponse<byte[]> raw) {
    String code() {
      return body.path("code").asText();
    }
  }

  /** Serves a network without trades. */
  public ApiFixture() {
    this(TestNetwork.GENESIS);
  }

  /** Serves a network whose pool and marks are stand-ins. */
  public ApiFixture(Genesis genesis) {
    this.genesis = genesis;
    prices = new StandInPrices(genesis);
    BouncyKeccak keccak = new BouncyKeccak();
    verifier =
        new ActionVerifier(
            keccak,
            Secp256k1.best(),
            genesis.networkId(keccak),
            (chain, address) ->
                genesis.vault(new VaultId(Math.max(1, chain), address)).isPresent());
    kit = ActorTestKit.create("api-test", config());
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    trades = new TradeStandIns(millis::get);
    trades.start(kit.system());
    entities =
        ClearingEntities.start(
            kit.system(),
            new ClearingServices(genesis, verifier, exposures, new NoSagas(), millis::get, trades));
    Map<VaultId, EntityRef<ChainBridgeActor.Command>> refs = new HashMap<>();
    for (VaultConfig vault : genesis.vaults()) {
      BridgeStandIn bridge = new BridgeStandIn(vault.id(), entities);
      bridges.put(vault.id(), bridge);
      refs.put(
          vault.id(),
          TestEntityRef.of(
              ChainBridgeActor.TYPE_KEY, vault.id().toString(), kit.spawn(bridge.behavior())));
    }
    ApiSettings settings =
        ApiSettings.local(0)
            .withOperatorToken(TOKEN)
            .withAnswerWithin(Duration.ofSeconds(2))
            .withClock(clock);
    binding =
        joined(
            HttpApi.bind(
                kit.system(),
                HttpApi.create(
                    kit.system(),
                    entities,
                    vault -> Optional.ofNullable(refs.get(vault)).orElseThrow(),
                    genesis,
                    verifier.networkId(),
                    verifier,
                    readiness::get,
                    Optional.of(new PriceDesk(prices.config(), prices)),
                    trades,
                    exposures,
                    settings),
                settings));
    url = URI.create("http://127.0.0.1:" + binding.localAddress().getPort());
    client = new ApiClient(url, PATIENCE);
  }

  private static Config config() {
    return ConfigFactory.load(
        ConfigFactory.parseString(
                """
                pekko.actor.provider = cluster
                pekko.loglevel = WARNING
                pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                pekko.coordinated-shutdown.run-by-actor-system-terminate = off
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.persistence.journal.plugin = "pekko.persistence.journal.inmem"
                pekko.persistence.snapshot-store.plugin = "pekko.persistence.snapshot-store.local"
                pekko.persistence.snapshot-store.local.dir = "target/snapshots/%s"
                """
                    .formatted(UUID.randomUUID()))
            .withFallback(ConfigFactory.parseResources("crossclear-serialization.conf")));
  }

  /** A signed action as a request. */
  static ObjectNode body(SignedAction<?> signed) {
    ObjectNode body = ApiJson.MAPPER.createObjectNode();
    body.set("action", TypedDataJson.message(signed.action().fields()));
    body.putObject("domain")
        .put("chainId", Long.toString(signed.chainId()))
        .put("verifyingContract", signed.verifyingContract().hex());
    body.put("signature", signed.signature().hex());
    return body;
  }

  /** That this is the reason, in the form of every problem, and that nothing inside shows. */
  static void assertProblem(ApiCode code, Answer answer) {
    assertEquals(code.name(), answer.code(), answer.body()::toString);
    assertEquals(code.status(), answer.status());
    assertEquals("application/problem+json", answer.type());
    assertEquals(code.status(), answer.body().path("status").asInt());
    assertEquals(code.title(), answer.body().path("title").asText());
    assertTrue(answer.body().path("type").asText().startsWith("urn:crossclear:problem:"));
    assertFalse(answer.body().path("detail").asText().isEmpty());
    String text = answer.body().toString();
    for (String inside : List.of("Exception", "io.crossclear", "at java", "pekko", "jackson")) {
      assertFalse(text.contains(inside), text);
    }
  }

  static <T> T joined(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  /** Where it serves. */
  public URI url() {
    return url;
  }

  /** Its network. */
  public Genesis genesis() {
    return genesis;
  }

  /** Its prices. */
  public StandInPrices prices() {
    return prices;
  }

  /** Moves protocol time. */
  public void setTime(long newMillis) {
    millis.set(newMillis);
  }

  /** Somebody new. */
  Signer somebody() {
    return new Signer(genesis, SigningKey.random(), clock);
  }

  BridgeStandIn bridge(VaultId vault) {
    return Optional.ofNullable(bridges.get(vault)).orElseThrow();
  }

  /**
   * Puts units into an account, and into the treasury's book, as a deposit through this vault
   * would.
   */
  public void deposit(AccountId account, VaultId vault, Asset asset, long units) {
    long number = deposits.incrementAndGet();
    MarginAccountActor.View before =
        joined(entities.account(account).ask(MarginAccountActor.Get::new, PATIENCE));
    long previous = before.account().depositMarks().getOrDefault(vault, 0L);
    MarginAccountActor.Reply reply =
        joined(
            entities
                .account(account)
                .ask(
                    replyTo ->
                        new MarginAccountActor.Credit(
                            vault,
                            number,
                            previous,
                            asset,
                            units,
                            new DepositEvidence(number, BLOCK, BLOCK, 0),
                            replyTo),
                    PATIENCE));
    if (!(reply instanceof MarginAccountActor.Done)) {
      throw new IllegalStateException("not credited: " + reply);
    }
    report(vault, asset, units);
  }

  private synchronized void report(VaultId vault, Asset asset, long units) {
    TreasuryActor.View view = joined(entities.treasury().ask(TreasuryActor.Get::new, PATIENCE));
    long number =
        Optional.ofNullable(view.treasury().marks().get(vault))
                .map(mark -> mark.number())
                .orElse(0L)
            + 1;
    TreasuryReport report =
        new TreasuryReport(
            reports.incrementAndGet(),
            new TreeMap<>(Map.of(asset, units)),
            List.of(),
            List.of(),
            List.of(),
            false);
    joined(
        entities
            .treasury()
            .<TreasuryActor.Reply>ask(
                replyTo -> new TreasuryActor.Book(vault, number, report, replyTo), PATIENCE));
  }

  /** Sets prices, in whole dollars. */
  public void settle(long seq, long btc, long eth) {
    trades.settle(seq, btc, eth);
  }

  /** A batch of one fill: 10 lots of BTC-PERP at 50,000 from one of these accounts to the other. */
  void trade(Signer buyer, Signer seller) {
    trades.settle(40, 50_000, 2_000);
    trades.run();
    long price = 50_000L * 100_000_000;
    var fill =
        new Fill(
            1,
            buyer.order(
                buyer.account(1, 0), Address.ZERO, "BTC-PERP", true, 10, price, 2_500, false),
            seller.order(
                seller.account(1, 0), Address.ZERO, "BTC-PERP", false, 10, price, 2_500, false),
            10,
            price);
    Signer venue = somebody();
    client.submit(venue.batch(1, Math.floorDiv(millis.get(), 1000L) + 60, List.of(fill)));
    await(() -> client.fillBatch(venue.address(), 1).stage().equals("CLOSED"));
  }

  /**
   * Somebody who bought 10 lots at 50,000 with a dollar, and is in auction at 41,000, price set 41;
   * the auction's id.
   */
  public String auction() {
    Signer broke = somebody();
    Signer seller = somebody();
    deposit(broke.account(1, 0), TestNetwork.ASTER, TestNetwork.USDC, 1_000_000);
    deposit(seller.account(1, 0), TestNetwork.ASTER, TestNetwork.USDC, 100_000_000);
    trade(broke, seller);
    trades.settle(41, 41_000, 2_000);
    AccountId account = broke.account(1, 0);
    MarginAccountActor.Reply reply =
        joined(
            entities
                .account(account)
                .ask(
                    replyTo ->
                        new MarginAccountActor.StartAuction(AuctionKind.LIQUIDATION, replyTo),
                    PATIENCE));
    if (!(reply instanceof MarginAccountActor.AuctionIsOpen(long number, var kind, long seq))) {
      throw new IllegalStateException("no auction: " + reply);
    }
    String id = account + "/" + number;
    entities.auction(id).tell(new AuctionActor.Open(account, number, kind, seq));
    await(() -> get("/v1/auctions/" + id).status() == 200);
    return id;
  }

  /** Waits until it holds. */
  void await(BooleanSupplier holds) {
    TestProbe.create(kit.system())
        .awaitAssert(
            PATIENCE,
            () -> {
              assertTrue(holds.getAsBoolean());
              return true;
            });
  }

  /** The account as it is. */
  public MarginAccountActor.View account(AccountId account) {
    return joined(entities.account(account).ask(MarginAccountActor.Get::new, PATIENCE));
  }

  Answer get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  Answer post(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .setHeader("Content-Type", headers.length == 0 ? "application/json" : headers[1])
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path)).timeout(PATIENCE);
    return headers.length == 0 ? request : request.headers(headers);
  }

  /**
   * The answer to a request. The server ends a connection whose body it refused; a request that
   * meets one just then has not been heard, and is sent once more.
   */
  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response;
      try {
        response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      } catch (IOException unheard) {
        response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      }
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          ApiJson.MAPPER.readTree(response.body()),
          response);
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    client.close();
    joined(binding.unbind());
    kit.shutdownTestKit();
  }

  private static final class NoExposures implements ExposureTable {
    @Override
    public CompletionStage<Void> upsert(Exposure exposure) {
      return CompletableFuture.allOf();
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(List.of());
    }
  }

  private static final class NoSagas implements OpenSagaTable {
    @Override
    public CompletionStage<Void> open(OpenSaga saga) {
      return CompletableFuture.allOf();
    }

    @Override
    public CompletionStage<Void> close(String kind, String id) {
      return CompletableFuture.allOf();
    }

    @Override
    public CompletionStage<List<OpenSaga>> all() {
      return CompletableFuture.completedStage(List.of());
    }
  }
}
