package io.crossclear.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.ClearingServices;
import io.crossclear.actors.ExposureBook;
import io.crossclear.actors.FillBatchActor;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.MarketView;
import io.crossclear.actors.OpenSagaWatch;
import io.crossclear.actors.PoolActor;
import io.crossclear.actors.TransferActor;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.ledger.ClearingCheck;
import io.crossclear.domain.ledger.Conservation;
import io.crossclear.domain.ledger.PoolTerms;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.VenueBatch;
import io.crossclear.persistence.KillPoints;
import io.crossclear.persistence.KillPoints.Side;
import io.crossclear.persistence.Persistence;
import io.crossclear.persistence.PostgresServer;
import io.crossclear.persistence.PostgresSettings;
import io.crossclear.persistence.audit.Ledger;
import io.crossclear.persistence.audit.LedgerReplay;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A gift to the fund, a trade, a variation cycle and an auction, while the node dies before and
 * after the writes of one entity: each time the next node goes on; at every death, and whenever
 * somebody looks, the journal alone shows that nothing was made and nothing was lost.
 */
final class TradingKillPointIT {

  private static final Asset USDC = new Asset("USDC");
  private static final String BTC_PERP = "BTC-PERP";
  private static final VaultId VAULT = new VaultId(31_001, address(0xa1));
  private static final long DOLLAR = 1_000_000;
  private static final long E8 = 100_000_000;
  private static final long BITCOIN = 100_000;
  private static final Duration ASK = Duration.ofSeconds(1);
  private static final int MOST_KILLS = 24;

  private static final Genesis GENESIS =
      new Genesis(
          "killed trades",
          new Hash("0x" + "07".repeat(32)),
          List.of(new AssetConfig(USDC, 6, 1)),
          List.of(new PoolConfig(1, "main", List.of(USDC))),
          List.of(
              new VaultConfig(
                  VAULT,
                  "chain",
                  1,
                  List.of(new TokenConfig(USDC, address(0xa2), 6, 1, 1L << 58, 0, 0)),
                  IntStream.range(1, 5).mapToObj(TradingKillPointIT::address).toList(),
                  3)),
          List.of(
              new Instrument.Perpetual(
                  BTC_PERP,
                  new Asset("BTC"),
                  "BTC/USD",
                  5,
                  1,
                  new InstrumentRules(100_000, 65_000, 500, 100_000, 1L << 40))),
          List.of(
              new PoolRules(
                  1,
                  USDC,
                  List.of(),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  980_000,
                  700_000,
                  1_000,
                  Duration.ofSeconds(2),
                  0,
                  500_000,
                  new FundingRule(Duration.ofHours(8), 100, 7_500))));

  private static final BouncyKeccak KECCAK = new BouncyKeccak();
  private static final ActionVerifier VERIFIER =
      new ActionVerifier(
          KECCAK,
          Secp256k1.best(),
          GENESIS.networkId(KECCAK),
          (chain, address) -> VAULT.equals(new VaultId(chain, address)));

  private static final SigningKey VENUE = SigningKey.derive("killed venue", 1);
  private static final SigningKey MAKER = SigningKey.derive("killed maker", 1);
  private static final SigningKey TRADER = SigningKey.derive("killed trader", 1);
  private static final SigningKey KEEPER = SigningKey.derive("killed keeper", 1);

  private final PostgresSettings database = PostgresServer.shared().freshDatabase();
  private final SignedAction<UserAction.Transfer> gift =
      sign(
          MAKER,
          new UserAction.Transfer(
              account(MAKER).word(),
              AccountId.fund(1).word(),
              "USDC",
              10_000 * DOLLAR,
              1,
              LocalStack.deadline()));

  private final Map<Long, VenueBatch> batches = new TreeMap<>();

  private volatile long price = 60_000 * E8;
  private long nonce = 100;
  private long batch = 1;
  private long bidAt;
  private Optional<Ledger> last = Optional.empty();
  private Node node = new Node(database, () -> price);

  private static Address address(int number) {
    return new Address("0x" + String.format("%040x", number));
  }

  private static AccountId account(SigningKey owner) {
    return AccountId.of(owner.address(), 1, 0);
  }

  private static <A extends UserAction> SignedAction<A> sign(SigningKey signer, A action) {
    Hash digest = VERIFIER.typedData(action, VAULT.chainId(), VAULT.address()).digest(KECCAK);
    return new SignedAction<>(action, VAULT.chainId(), VAULT.address(), signer.sign(digest));
  }

  /** A node without chains: what clears, on a real journal, at a price that the test sets. */
  private static final class Node implements AutoCloseable {
    final Persistence persistence;
    final ActorSystem<Void> system;
    final ClearingEntities entities;
    private final AtomicReference<Optional<PoolTerms>> terms =
        new AtomicReference<>(Optional.empty());

    Node(PostgresSettings database, LongSupplier price) {
      int port = LocalStack.freePort();
      Config config =
          KillPoints.config()
              .withFallback(
                  ConfigFactory.parseString(
                      """
                      pekko.coordinated-shutdown.run-by-actor-system-terminate = off
                      pekko.cluster {
                        periodic-tasks-initial-delay = 50ms
                        leader-actions-interval = 100ms
                        gossip-interval = 100ms
                        unreachable-nodes-reaper-interval = 100ms
                        sharding.retry-interval = 100ms
                        singleton.hand-over-retry-interval = 100ms
                      }
                      """))
              .withFallback(PostgresServer.config(database))
              .withFallback(
                  ConfigFactory.parseMap(
                      Map.of(
                          "crossclear.cluster.port",
                          port,
                          "pekko.cluster.seed-nodes",
                          List.of("pekko://crossclear@127.0.0.1:" + port))))
              .withFallback(ConfigFactory.parseResources("crossclear-node.conf"))
              .withFallback(ConfigFactory.defaultReferenceUnresolved())
              .resolve();
      persistence = Persistence.open(config);
      system = ActorSystem.create(Behaviors.empty(), "crossclear", config);
      ExposureBook exposures = new ExposureBook(persistence.exposures());
      MarketView market =
          new MarketView() {
            @Override
            public Optional<Marks> marks(int pool) {
              return terms.get().map(word -> marksAt(word, price.getAsLong()));
            }

            @Override
            public long round() {
              return roundNow();
            }
          };
      ClearingServices services =
          new ClearingServices(
              GENESIS,
              VERIFIER,
              exposures,
              persistence.openSagas(),
              System::currentTimeMillis,
              market);
      entities = ClearingEntities.start(system, services);
      entities.hearTerms(word -> terms.set(Optional.of(word)));
      LocalStack.join(exposures.load());
      system.systemActorOf(
          OpenSagaWatch.create(persistence.openSagas(), entities.nudges(), Duration.ofMillis(500)),
          "open-sagas",
          Props.empty());
      system.systemActorOf(entities.watch(services), "margin-watch", Props.empty());
    }

    private static long roundNow() {
      return System.currentTimeMillis() / 200;
    }

    private static Marks marksAt(PoolTerms word, long price) {
      TreeMap<String, Mark> instruments = new TreeMap<>();
      instruments.put(BTC_PERP, Mark.fresh(price, word.funding().getOrDefault(BTC_PERP, 0L)));
      return new Marks(
          roundNow(),
          System.currentTimeMillis(),
          word.interestIndex(),
          instruments,
          new TreeMap<>());
    }

    MarginAccount account(AccountId id) {
      return LocalStack.join(
              entities.account(id).<MarginAccountActor.View>ask(MarginAccountActor.Get::new, ASK))
          .account();
    }

    @Override
    public void close() {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
      persistence.close();
    }
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static String prefix(String entity) {
    return switch (entity) {
      case "fill batch" -> FillBatchActor.TYPE_KEY.name() + "|";
      case "pool" -> PoolActor.TYPE_KEY.name() + "|";
      case "auction" -> AuctionActor.TYPE_KEY.name() + "|";
      case "trader" -> MarginAccountActor.persistenceId(account(TRADER));
      case "keeper" -> MarginAccountActor.persistenceId(account(KEEPER));
      default -> throw new IllegalArgumentException(entity);
    };
  }

  @ParameterizedTest(name = "{0}, {1} kills")
  @CsvSource({"fill batch, 11", "pool, 14", "auction, 9", "trader, 11", "keeper, 5"})
  void clearsEverythingOnceThoughTheNodeDiesBeforeAndAfterEveryWrite(String entity, int least) {
    int kills = 0;
    KillPoints points = arm(entity, Side.BEFORE);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    while (!done()) {
      int sofar = kills;
      assertTrue(
          System.nanoTime() < end,
          () -> "stuck after " + sofar + " kills of " + entity + ": " + ledger().open());
      if (points.killed().toCompletableFuture().isDone()) {
        kills++;
        audit(ledger());
        node.close();
        node = new Node(database, () -> price);
        if (kills < MOST_KILLS) {
          points = arm(entity, kills % 2 == 0 ? Side.BEFORE : Side.AFTER);
        } else {
          points = KillPoints.of(node.system);
        }
      }
      LocalStack.pause();
    }
    assertTrue(kills >= least, entity + " was killed only " + kills + " times");
    Ledger ledger = audit(last.orElseThrow());
    assertTrue(ClearingCheck.of(ledger.books(), 1).quiet());
    long lots = 0;
    for (SigningKey owner : List.of(MAKER, TRADER, KEEPER)) {
      lots += Math.abs(lots(ledger, owner));
    }
    assertEquals(2 * BITCOIN, lots);
    assertEquals(-BITCOIN, lots(ledger, MAKER));
    assertTrue(lots(ledger, KEEPER) > 0);
  }

  private KillPoints arm(String entity, Side side) {
    KillPoints points = KillPoints.of(node.system);
    points.arm(prefix(entity), 1, side);
    return points;
  }

  private Ledger ledger() {
    try (LedgerReplay replay = LedgerReplay.open(PostgresServer.config(database), GENESIS)) {
      return replay.read();
    }
  }

  /** What must be true of the books at any moment. */
  private static Ledger audit(Ledger ledger) {
    long credited = ledger.credited(USDC);
    Conservation sum =
        Conservation.of(
            USDC,
            ledger.books(),
            new Conservation.Flows(credited, 0, new TreeMap<>(Map.of(VAULT, credited)), 0, 0));
    assertTrue(sum.holds() && sum.covered(), () -> sum + " while open: " + ledger.open());
    assertEquals(
        List.of(),
        ClearingCheck.of(ledger.books(), 1).violations(),
        () -> "while open: " + ledger.open());
    return ledger;
  }

  private static long lots(Ledger ledger, SigningKey owner) {
    return Optional.ofNullable(ledger.accounts().get(account(owner)))
        .map(of -> of.trading().positions().getOrDefault(BTC_PERP, Position.NONE).lots())
        .orElse(0L);
  }

  /** Pushes the walk on by one question; whether it has come to its end. */
  private boolean done() {
    try {
      if (!credited(MAKER, 1_000_000) || !credited(TRADER, 7_000) || !credited(KEEPER, 500_000)) {
        return false;
      }
      if (LocalStack.join(
                  node.entities
                      .transfer(VERIFIER.verify(gift).digest())
                      .<TransferActor.Status>ask(
                          replyTo -> new TransferActor.Request(gift, replyTo), ASK))
              .stage()
          != TransferSaga.Stage.CLOSED) {
        return false;
      }
      MarginAccount trader = node.account(account(TRADER));
      Trading trading = trader.trading();
      if (trading.positions().isEmpty()) {
        trade();
        return false;
      }
      // a loss that he can pay, collected by a cycle
      if (price == 60_000 * E8) {
        price = 58_000 * E8;
      }
      if (trader.balance(USDC) > 5_500 * DOLLAR) {
        return false;
      }
      // and one that leaves him below his maintenance margin
      if (trading.sold().isEmpty()) {
        price = 55_000 * E8;
        trading.auction().ifPresent(this::bid);
        return false;
      }
      Ledger now = ledger();
      last = Optional.of(now);
      return trading.auction().isEmpty() && audit(now).open().isEmpty();
    } catch (CompletionException unanswered) {
      return false;
    }
  }

  private boolean credited(SigningKey owner, long dollars) {
    AccountId id = account(owner);
    if (!node.account(id).depositMarks().isEmpty()) {
      return true;
    }
    DepositEvidence evidence = new DepositEvidence(1, word(1), word(2), 0);
    return LocalStack.join(
            node.entities
                .account(id)
                .<MarginAccountActor.Reply>ask(
                    replyTo ->
                        new MarginAccountActor.Credit(
                            VAULT, 1, 0, USDC, dollars * DOLLAR, evidence, replyTo),
                    ASK))
        instanceof MarginAccountActor.Done;
  }

  private static Hash word(int number) {
    return new Hash("0x" + String.format("%064x", number));
  }

  /** Hands the batch in, again and again; a new one when the last came to nothing. */
  private void trade() {
    FillBatchActor.Status status =
        LocalStack.join(
            node.entities
                .fillBatch(VENUE.address(), batch)
                .<FillBatchActor.Status>ask(
                    replyTo -> new FillBatchActor.Submit(venueBatch(batch), replyTo), ASK));
    boolean over =
        status.batch().stage() == FillBatch.Stage.CLOSED && status.batch().novated().isEmpty();
    if (over || status.refusal().isPresent()) {
      batch++;
    }
  }

  private VenueBatch venueBatch(long number) {
    return batches.computeIfAbsent(
        number,
        none -> {
          long deadline = System.currentTimeMillis() / 1000 + 110;
          Fill fill = new Fill(1, order(TRADER, true), order(MAKER, false), BITCOIN, 60_000 * E8);
          Hash digest =
              VenueBatch.typedData(
                      VERIFIER,
                      VENUE.address(),
                      number,
                      deadline,
                      List.of(fill),
                      VAULT.chainId(),
                      VAULT.address())
                  .digest(KECCAK);
          return new VenueBatch(
              VENUE.address(),
              number,
              deadline,
              List.of(fill),
              VAULT.chainId(),
              VAULT.address(),
              VENUE.sign(digest));
        });
  }

  private SignedAction<UserAction.Order> order(SigningKey owner, boolean buy) {
    return sign(
        owner,
        new UserAction.Order(
            account(owner).word(),
            Address.ZERO,
            BTC_PERP,
            buy,
            BITCOIN,
            60_000 * E8,
            Long.MAX_VALUE,
            false,
            ++nonce,
            LocalStack.deadline()));
  }

  /** A bid every two seconds, since a node's death may have lost the last. */
  private void bid(Trading.Auction auction) {
    if (System.nanoTime() - bidAt < TimeUnit.SECONDS.toNanos(2)) {
      return;
    }
    bidAt = System.nanoTime();
    String id = AuctionDesk.auction(account(TRADER), auction.number());
    UserAction.Bid action =
        new UserAction.Bid(
            account(KEEPER).word(),
            id,
            1_000_000,
            Long.MAX_VALUE,
            0,
            ++nonce,
            LocalStack.deadline());
    CompletionStage<AuctionActor.Status> asked =
        node.entities
            .auction(id)
            .ask(replyTo -> new AuctionActor.Bid(sign(KEEPER, action), replyTo), ASK);
    LocalStack.join(asked);
  }
}
