package io.crossclear.actors;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.OrderDesk;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatch.Stage;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.trade.FillRefusal;
import io.crossclear.domain.trade.VenueBatch;
import io.crossclear.testing.StubSignatures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One fill batch between accounts and a pool that answer as often as a test says. */
final class FillBatchActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "FillBatchActorTest",
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = cluster
                  pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                  pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                  pekko.persistence.testkit.events.serialize = off
                  pekko.persistence.testkit.snapshots.serialize = off
                  """)
              .withFallback(PersistenceTestKitPlugin.getInstance().config())
              .withFallback(PersistenceTestKitSnapshotPlugin.config())
              .withFallback(ConfigFactory.load()));
  private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
  private static final AtomicInteger OWNERS = new AtomicInteger();
  private static final House HOUSE = House.start();
  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1_000;
  private static final long PRICE = 10_000 * E8;
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int first = OWNERS.getAndAdd(1_000) + 1_000;
  private final Address venue = owner(first);
  private final AccountId buyer = account(first + 1, 1, 0);
  private final AccountId seller = account(first + 2, 1, 0);
  private final AccountId poor = account(first + 3, 1, 0);
  private final Sagas sagas = new Sagas();
  private final Prices prices = new Prices();
  private final TestProbe<FillBatchActor.Status> asker =
      KIT.createTestProbe(FillBatchActor.Status.class);
  private final TestProbe<ClusterSharding.ShardCommand> shard =
      KIT.createTestProbe(ClusterSharding.ShardCommand.class);

  /** Accounts as their domain decides, and a pool; both answer while there is a budget. */
  private static final class House {
    final Map<String, MarginAccount> accounts = new ConcurrentHashMap<>();
    final Map<String, Integer> commits = new ConcurrentHashMap<>();
    final List<PoolActor.BookFees> fees = new CopyOnWriteArrayList<>();
    final AtomicInteger budget = new AtomicInteger();
    volatile Optional<AccountRejection> refusal = Optional.empty();

    static House start() {
      Cluster cluster = Cluster.get(KIT.system());
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      House house = new House();
      ClusterSharding sharding = ClusterSharding.get(KIT.system());
      sharding.init(
          Entity.of(MarginAccountActor.TYPE_KEY, entity -> house.account(entity.getEntityId()))
              .withMessageExtractor(ClearingEntities.extractor()));
      sharding.init(
          Entity.of(PoolActor.TYPE_KEY, entity -> house.pool())
              .withMessageExtractor(ClearingEntities.extractor()));
      return house;
    }

    MarginAccount of(String id) {
      return accounts.getOrDefault(id, MarginAccount.empty(new AccountId(id)));
    }

    private boolean answers() {
      return budget.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    private Behavior<MarginAccountActor.Command> account(String id) {
      return Behaviors.receiveMessage(
          command -> {
            if (command instanceof MarginAccountActor.ReserveLegs c) {
              reserve(id, c);
            } else if (command instanceof MarginAccountActor.CommitLegs c) {
              commit(id, c);
            }
            return Behaviors.same();
          });
    }

    private void reserve(String id, MarginAccountActor.ReserveLegs c) {
      if (!answers()) {
        return;
      }
      if (refusal.isPresent()) {
        c.replyTo().tell(new MarginAccountActor.Rejected(refusal.get()));
        return;
      }
      MarginAccount account = of(id);
      List<OrderDesk.Request> requests =
          c.legs().stream()
              .map(
                  leg ->
                      new OrderDesk.Request(
                          leg.fill(),
                          leg.signed(),
                          VERIFIER.verify(leg.signed()),
                          leg.lots(),
                          leg.price()))
              .toList();
      var decision =
          new OrderDesk(account, MARKET)
              .reserve(c.batch(), c.venue(), c.number(), c.deadline(), requests, c.marks(), NOW);
      if (decision instanceof Decision.Accept<AccountEvent, AccountRejection>(var events)) {
        LegsReserved event = (LegsReserved) events.getLast();
        accounts.put(id, account.apply(event));
        c.replyTo()
            .tell(new MarginAccountActor.LegsTaken(c.batch(), event.legs(), event.refused()));
      } else {
        c.replyTo()
            .tell(
                new MarginAccountActor.LegsTaken(
                    c.batch(), account.trading().openLegs(), new java.util.TreeMap<>()));
      }
    }

    private void commit(String id, MarginAccountActor.CommitLegs c) {
      if (!answers()) {
        return;
      }
      MarginAccount account = of(id);
      var decision = new OrderDesk(account, MARKET).commit(c.batch(), c.fills(), NOW);
      if (decision instanceof Decision.Accept<AccountEvent, AccountRejection>(var events)) {
        commits.merge(id, 1, Integer::sum);
        accounts.put(id, account.apply(events.getFirst()));
      }
      c.replyTo()
          .tell(
              refusal
                  .<MarginAccountActor.Reply>map(MarginAccountActor.Rejected::new)
                  .orElseGet(() -> new MarginAccountActor.Done(1)));
    }

    private Behavior<PoolActor.Command> pool() {
      return Behaviors.receiveMessage(
          command -> {
            if (command instanceof PoolActor.BookFees c && answers()) {
              fees.add(c);
              c.replyTo().tell(new PoolActor.Booked());
            }
            return Behaviors.same();
          });
    }
  }

  /** Price sets whose numbers a test sets; the newest is always later than what a venue saw. */
  private static final class Prices implements MarketView {
    final AtomicLong ahead = new AtomicLong(1);

    @Override
    public Optional<Marks> marks(int pool) {
      return Optional.of(TestMarks.at(5 + ahead.get()));
    }

    @Override
    public long round() {
      return 5;
    }
  }

  private static final class TestMarks {
    static Marks at(long seq) {
      return marks(seq, 10_000, 2_000);
    }
  }

  FillBatchActorTest() {
    HOUSE.refusal = Optional.empty();
    HOUSE.budget.set(1_000_000);
    fund(buyer, 50_000);
    fund(seller, 50_000);
    fund(poor, 1);
  }

  private static void fund(AccountId id, long dollars) {
    MarginAccount empty = MarginAccount.empty(id);
    HOUSE.accounts.put(
        id.hex(),
        empty.apply(only(empty.credit(A, 1, 0, USDC, dollars * 1_000_000, deposited(1), NOW))));
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private SignedAction<Order> order(AccountId id, boolean buy) {
    return sign(
        id.owner(),
        new Order(
            id.word(),
            Address.ZERO,
            BTC_PERP,
            buy,
            1_000,
            PRICE,
            Long.MAX_VALUE,
            false,
            1,
            SECOND + 600));
  }

  private Fill fill(int number, AccountId buys, AccountId sells) {
    return new Fill(number, order(buys, true), order(sells, false), 100, PRICE);
  }

  private VenueBatch batch(Address signer, Fill... fills) {
    var typed =
        VenueBatch.typedData(
            VERIFIER, venue, 1, SECOND + 60, List.of(fills), A.chainId(), A.address());
    return new VenueBatch(
        venue,
        1,
        SECOND + 60,
        List.of(fills),
        A.chainId(),
        A.address(),
        StubSignatures.sign(signer, typed.digest(KECCAK)));
  }

  private VenueBatch batch(Fill... fills) {
    return batch(venue, fills);
  }

  private String id() {
    return FillBatchActor.id(venue, 1);
  }

  private String journalId() {
    return FillBatchActor.TYPE_KEY.name() + "|" + id();
  }

  private List<Object> journal() {
    return JOURNAL.persistedInStorage(journalId());
  }

  private ActorRef<FillBatchActor.Command> spawn() {
    return KIT.spawn(
        FillBatchActor.create(
            id(),
            shard.ref(),
            new ClearingServices(
                GENESIS, VERIFIER, new ExposureBook(new NoRows()), sagas, () -> NOW, prices)));
  }

  private ActorRef<FillBatchActor.Command> submitted(VenueBatch batch) {
    ActorRef<FillBatchActor.Command> actor = spawn();
    actor.tell(new FillBatchActor.Submit(batch, asker.ref()));
    return actor;
  }

  private void await(Runnable condition) {
    asker.awaitAssert(
        PATIENCE,
        () -> {
          condition.run();
          return true;
        });
  }

  private long lots(AccountId id) {
    return HOUSE.of(id.hex()).trading().positions().getOrDefault(BTC_PERP, Position.NONE).lots();
  }

  private List<PoolActor.BookFees> fees() {
    return HOUSE.fees.stream().filter(booked -> booked.venue().equals(venue)).toList();
  }

  private void assertClosed() {
    await(() -> assertTrue(sagas.closed.contains("FillBatch " + id())));
    assertInstanceOf(FillBatchEvent.FeesBooked.class, journal().getLast());
  }

  @Nested
  class AWholeBatch {

    @Test
    void isNovatedCommittedAndPaidFor() {
      submitted(batch(fill(1, buyer, seller)));

      FillBatchActor.Status status = asker.receiveMessage(PATIENCE);
      assertEquals(Optional.empty(), status.refusal());
      assertEquals(List.of(1), status.batch().novated());
      assertTrue(status.batch().stage().compareTo(Stage.NOVATED) >= 0);
      assertClosed();
      assertEquals(100, lots(buyer));
      assertEquals(-100, lots(seller));
      // 100 lots of 10^-5 at 10,000 are 10 dollars; the fee of 500 ppm is paid twice
      assertEquals(
          List.of(Map.of(BTC_PERP, new PoolEvent.Traded(10_000_000, 10_000_000))),
          fees().stream().map(PoolActor.BookFees::traded).toList());
      assertEquals(10_000, fees().getFirst().units());
      asker.expectNoMessage(SOON);
    }

    @Test
    void happensOnceHoweverOftenItIsSubmitted() {
      VenueBatch batch = batch(fill(1, buyer, seller));
      ActorRef<FillBatchActor.Command> actor = submitted(batch);
      actor.tell(new FillBatchActor.Submit(batch, asker.ref()));
      asker.receiveMessage(PATIENCE);
      asker.receiveMessage(PATIENCE);
      assertClosed();
      int written = journal().size();
      actor.tell(new FillBatchActor.Submit(batch, asker.ref()));

      assertEquals(Stage.CLOSED, asker.receiveMessage(PATIENCE).batch().stage());
      assertEquals(written, journal().size());
      assertEquals(100, lots(buyer));
      assertEquals(1, fees().size());
    }

    @Test
    void novatesTheRestWhenOneAccountIsRefused() {
      submitted(batch(fill(1, buyer, seller), fill(2, buyer, poor), fill(3, poor, seller)));

      FillBatch batch = asker.receiveMessage(PATIENCE).batch();
      assertEquals(List.of(1), batch.novated());
      assertEquals(Map.of(2, FillRefusal.LEG_REFUSED, 3, FillRefusal.LEG_REFUSED), batch.refused());
      assertClosed();
      assertEquals(100, lots(buyer));
      assertEquals(-100, lots(seller));
      assertEquals(0, lots(poor));
      assertEquals(List.of(), HOUSE.of(buyer.hex()).trading().openLegs());
      assertEquals(10_000, fees().getFirst().units());
    }

    @Test
    void ofNothingButRefusedFillsAsksNobody() {
      submitted(batch(fill(1, buyer, buyer)));

      FillBatch batch = asker.receiveMessage(PATIENCE).batch();
      assertEquals(Map.of(1, FillRefusal.MAKER_IS_TAKER), batch.refused());
      assertEquals(Stage.CLOSED, batch.stage());
      assertEquals(3, journal().size());
      assertEquals(List.of(), fees());
    }

    @Test
    void ofManyFillsTakesWellUnderASecond() {
      List<Fill> fills = new ArrayList<>();
      for (int i = 1; i <= 50; i++) {
        AccountId buys = account(first + 100 + i % 30, 1, 0);
        AccountId sells = account(first + 200 + i % 30, 1, 0);
        fund(buys, 50_000);
        fund(sells, 50_000);
        fills.add(fill(i, buys, sells));
      }
      submitted(batch(fills.toArray(Fill[]::new)));

      assertEquals(50, asker.receiveMessage(PATIENCE).batch().novated().size());
      assertClosed();
      // answers that come together are written together
      assertTrue(journal().size() >= 123);
    }

    @Test
    void leavesMemoryAfterItsEnd() {
      submitted(batch(fill(1, buyer, seller)));
      assertClosed();

      assertInstanceOf(
          ClusterSharding.Passivate.class, shard.receiveMessage(Duration.ofSeconds(20)));
    }
  }

  @Nested
  class ABatchThatArrives {

    @Test
    void isDecidedOnPricesThatItsVenueHadNotSeen() {
      prices.ahead.set(0);
      submitted(batch(fill(1, buyer, seller)));
      asker.expectNoMessage(SOON);
      assertEquals(List.of(), journal());
      prices.ahead.set(2);

      asker.receiveMessage(PATIENCE);
      assertEquals(7, ((FillBatchEvent.Submitted) journal().getFirst()).marks().seq());
    }

    @Test
    void isGivenUpWithoutThemAndNothingIsWritten() {
      prices.ahead.set(0);
      submitted(batch(fill(1, buyer, seller)));

      assertEquals(
          new FillBatchActor.Status(FillBatch.EMPTY, Optional.of("PRICES_MISSING")),
          asker.receiveMessage(PATIENCE));
      assertEquals(List.of(), journal());
      assertEquals(List.of(), sagas.opened);
    }

    @Test
    void isRefusedWhenAnotherSignedIt() {
      submitted(batch(owner(first + 9), fill(1, buyer, seller)));

      assertEquals(Optional.of("WRONG_SIGNER"), asker.receiveMessage(PATIENCE).refusal());
      assertEquals(List.of(), journal());
      shard.expectMessageClass(ClusterSharding.Passivate.class);
    }

    @Test
    void isRefusedWhenItsDomainIsAnotherNetworks() {
      VenueBatch good = batch(fill(1, buyer, seller));
      var typed =
          VenueBatch.typedData(VERIFIER, venue, 1, SECOND + 60, good.fills(), 999, address(1));
      submitted(
          new VenueBatch(
              venue,
              1,
              SECOND + 60,
              good.fills(),
              999,
              address(1),
              StubSignatures.sign(venue, typed.digest(KECCAK))));

      assertEquals(Optional.of("WRONG_DOMAIN"), asker.receiveMessage(PATIENCE).refusal());
      assertEquals(List.of(), journal());
    }

    @Test
    void isRefusedWhenItsNumberIsTakenByAnother() {
      ActorRef<FillBatchActor.Command> actor = submitted(batch(fill(1, buyer, seller)));
      asker.receiveMessage(PATIENCE);
      assertClosed();
      int written = journal().size();
      actor.tell(new FillBatchActor.Submit(batch(fill(2, buyer, seller)), asker.ref()));

      assertEquals(Optional.of("BATCH_NUMBER_REUSED"), asker.receiveMessage(PATIENCE).refusal());
      assertEquals(written, journal().size());
      assertEquals(100, lots(buyer));
    }

    @Test
    void thatNobodyCanHaveSignedIsRefused() {
      SignedAction<Order> order = order(buyer, true);
      Order action = order.action();
      SignedAction<Order> broken =
          new SignedAction<>(
              new Order(
                  action.account(),
                  action.venue(),
                  action.instrument(),
                  true,
                  -1,
                  PRICE,
                  0,
                  false,
                  1,
                  SECOND),
              order.chainId(),
              order.verifyingContract(),
              order.signature());
      VenueBatch good = batch(fill(1, buyer, seller));
      submitted(
          new VenueBatch(
              venue,
              1,
              SECOND + 60,
              List.of(new Fill(1, broken, order(seller, false), 1, PRICE)),
              A.chainId(),
              A.address(),
              good.signature()));

      assertEquals(Optional.of("WRONG_SIGNER"), asker.receiveMessage(PATIENCE).refusal());
    }
  }

  @Nested
  class ARestart {

    /** Answers before the crash: two reserve, two commit, the pool books. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void betweenAnyTwoWritesChangesNothing(int answers) {
      HOUSE.budget.set(answers);
      ActorRef<FillBatchActor.Command> actor = submitted(batch(fill(1, buyer, seller)));
      int novated = answers >= 2 ? 1 : 0;
      await(() -> assertEquals(1 + answers + novated, journal().size()));
      await(() -> assertTrue(!sagas.opened.isEmpty()));
      KIT.stop(actor);
      HOUSE.budget.set(1_000_000);

      spawn();

      assertClosed();
      assertEquals(7, journal().size());
      assertEquals(100, lots(buyer));
      assertEquals(-100, lots(seller));
      assertEquals(1, HOUSE.commits.get(buyer.hex()));
      assertEquals(1, HOUSE.commits.get(seller.hex()));
      assertEquals(1, fees().size());
    }

    @Test
    void followsAnAnswerThatCouldNotBeWrittenDown() {
      CompletableFuture<Void> disk = new CompletableFuture<>();
      sagas.disk = disk;
      submitted(batch(fill(1, buyer, seller)));
      await(() -> assertEquals(1, journal().size()));
      JOURNAL.failNextPersisted(journalId());
      disk.complete(null);

      asker.receiveMessage(PATIENCE);
      assertClosed();
      assertEquals(100, lots(buyer));
      assertEquals(1, HOUSE.commits.get(buyer.hex()));
    }

    @Test
    void findsNothingToDoWhenNobodySubmittedIt() {
      ActorRef<FillBatchActor.Command> actor = spawn();
      actor.tell(new FillBatchActor.Nudge());
      actor.tell(new FillBatchActor.Get(asker.ref()));

      assertEquals(
          new FillBatchActor.Status(FillBatch.EMPTY, Optional.empty()), asker.receiveMessage());
      shard.expectMessageClass(ClusterSharding.Passivate.class);
      assertEquals(List.of(), journal());
      assertEquals(List.of(), sagas.opened);
    }
  }

  @Nested
  class AnAccount {

    @Test
    void isAskedOnlyOnceTheRowIsDurable() {
      CompletableFuture<Void> disk = new CompletableFuture<>();
      sagas.disk = disk;
      HOUSE.budget.set(2);
      submitted(batch(fill(1, buyer, seller)));
      await(() -> assertEquals(1, journal().size()));
      asker.expectNoMessage(SOON);
      assertEquals(2, HOUSE.budget.get());
      assertEquals(
          new OpenSagaTable.OpenSaga(Shards.of(id()), "FillBatch", id(), NOW),
          sagas.opened.getFirst());
      HOUSE.budget.set(1_000_000);

      disk.complete(null);

      assertClosed();
    }

    @Test
    void whoseNoMayNotLastIsAskedAgain() {
      HOUSE.refusal = Optional.of(AccountRejection.DEADLINE_TOO_FAR);
      submitted(batch(fill(1, buyer, seller)));
      await(() -> assertTrue(HOUSE.budget.get() <= 1_000_000 - 4));
      assertEquals(1, journal().size());
      HOUSE.refusal = Optional.empty();

      assertEquals(List.of(1), asker.receiveMessage(PATIENCE).batch().novated());
      assertClosed();
    }

    @Test
    void thatHasForgottenACommittedBatchHasCommittedIt() {
      HOUSE.budget.set(2);
      submitted(batch(fill(1, buyer, seller)));
      asker.receiveMessage(PATIENCE);
      HOUSE.refusal = Optional.of(AccountRejection.UNKNOWN_BATCH);
      HOUSE.budget.set(1_000_000);

      assertClosed();
      assertEquals(7, journal().size());
    }
  }
}
