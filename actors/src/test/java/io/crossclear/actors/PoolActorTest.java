package io.crossclear.actors;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.ledger.PoolRejection;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Asset;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The pool among accounts that decide as real ones do, and answer unless a test keeps them. */
final class PoolActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "PoolActorTest",
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
  private static final String JOURNALED = PoolActor.persistenceId(1);
  private static final Map<String, Account> ACCOUNTS = new ConcurrentHashMap<>();
  private static final List<TreasuryActor.Trim> TRIMS = new CopyOnWriteArrayList<>();
  private static final AtomicInteger OWNERS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long DOLLAR = 1_000_000;
  private static final long NOW = 1_700_000_000_000L;
  private static final ActorRef<Topic.Command<PoolActor.Terms>> TERMS =
      KIT.spawn(PoolActor.topic());

  static {
    Cluster cluster = Cluster.get(KIT.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    ClusterSharding sharding = ClusterSharding.get(KIT.system());
    sharding.init(
        Entity.of(MarginAccountActor.TYPE_KEY, entity -> accountActor(entity.getEntityId()))
            .withMessageExtractor(ClearingEntities.extractor()));
    sharding.init(
        Entity.of(TreasuryActor.TYPE_KEY, entity -> treasuryActor())
            .withMessageExtractor(ClearingEntities.extractor()));
  }

  private final ExposureBook exposures = new ExposureBook(new NoTable());
  private final TestProbe<PoolActor.Reply> asker = KIT.createTestProbe(PoolActor.Reply.class);
  private final TestProbe<PoolActor.View> viewer = KIT.createTestProbe(PoolActor.View.class);
  private volatile Marks prices = marks(7, 60_000, 2_000);
  private volatile long now = NOW;
  private ActorRef<PoolActor.Command> pool = spawn();

  /** An account in memory, with the row of its newest event. */
  private static final class Account {
    final ExposureBook exposures;
    final List<MarginAccountActor.PoolStep> steps = new CopyOnWriteArrayList<>();
    final List<AuctionKind> auctions = new CopyOnWriteArrayList<>();
    volatile MarginAccount state;
    private long sequence = 1;
    volatile boolean silent;

    Account(MarginAccount state, ExposureBook exposures) {
      this.state = state;
      this.exposures = exposures;
      row();
    }

    private PoolEvent.Loan loan() {
      return new PoolEvent.Loan(
          sequence, Math.max(0, -state.balance(USDC)), state.trading().interest());
    }

    private void row() {
      exposures.upsert(
          new ExposureTable.Exposure(
              Shards.of(state.id().hex()),
              state.id(),
              sequence,
              state.balances(),
              List.of(),
              Optional.of(
                  new ExposureTable.Clearing(
                      state.exposure(USDC),
                      0,
                      0,
                      Optional.empty(),
                      loan(),
                      state.trading().trimmed()))));
    }

    void on(MarginAccountActor.Command command) {
      switch (command) {
        case MarginAccountActor.Get get -> {
          if (!silent) {
            get.replyTo().tell(new MarginAccountActor.View(state, sequence));
          }
        }
        case MarginAccountActor.PoolStep step -> {
          steps.add(step);
          if (!silent) {
            take(step);
          }
        }
        case MarginAccountActor.StartAuction start -> auctions.add(start.kind());
        default -> throw new AssertionError(command);
      }
    }

    private void take(MarginAccountActor.PoolStep step) {
      if (decide(step)
          instanceof Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> events)) {
        for (AccountEvent event : events) {
          state = state.apply(event);
          sequence++;
        }
        row();
      }
      Trading.Step done = state.trading().step();
      step.replyTo()
          .tell(
              new MarginAccountActor.Stepped(
                  done.number(),
                  new PoolEvent.Answer(done.units(), done.lots(), done.collateral(), loan()),
                  state.trading().unsettled()));
    }

    private Decision<AccountEvent, AccountRejection> decide(MarginAccountActor.PoolStep step) {
      PoolDesk desk = new PoolDesk(state, MARKET);
      long number = step.number();
      Marks at = step.marks();
      long time = state.time();
      return switch (step.ask()) {
        case Ask.Collect a -> desk.collect(number, at, time);
        case Ask.Lend a -> desk.borrow(number, a.units(), at, time);
        case Ask.Release a -> desk.release(number, a.units(), at, time);
        case Ask.TearUp a -> desk.tearUp(number, a.instrument(), a.lots(), a.star(), time);
        case Ask.Cover a -> desk.cover(number, a.layer(), a.units(), time);
        case Ask.CoverOwed a -> desk.coverOwed(number, a.layer(), a.units(), time);
        case Ask.Levy a -> desk.levy(number, a.units(), at, time);
        case Ask.LevyForDebt a -> desk.levy(number, a.units(), at, time);
        case Ask.Forfeit a -> desk.forfeit(number, a.units(), a.collateral(), time);
        case Ask.Award a -> desk.award(number, a.award(), time);
        case Ask.Pay a ->
            desk.award(number, new io.crossclear.domain.money.Amount(USDC, a.units()), time);
        case Ask.Settle a -> desk.settle(number, a.instrument(), a.star(), time);
      };
    }
  }

  private static Behavior<MarginAccountActor.Command> accountActor(String id) {
    return Behaviors.receiveMessage(
        command -> {
          Optional.ofNullable(ACCOUNTS.get(id)).orElseThrow().on(command);
          return Behaviors.same();
        });
  }

  private static Behavior<TreasuryActor.Command> treasuryActor() {
    return Behaviors.receiveMessage(
        command -> {
          if (command instanceof TreasuryActor.Trim trim) {
            TRIMS.add(trim);
            trim.replyTo().tell(new TreasuryActor.Trimmed(trim.account()));
          }
          return Behaviors.same();
        });
  }

  /** A table that is empty and takes everything. */
  private static final class NoTable implements ExposureTable {
    @Override
    public CompletionStage<Void> upsert(Exposure exposure) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(List.of());
    }
  }

  private static final class NoSagas implements OpenSagaTable {
    @Override
    public CompletionStage<Void> open(OpenSaga saga) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> close(String kind, String id) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<OpenSaga>> all() {
      return CompletableFuture.completedStage(List.of());
    }
  }

  @AfterEach
  void clear() {
    KIT.stop(pool);
    JOURNAL.clearAll();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<PoolActor.Command> spawn() {
    MarketView market =
        new MarketView() {
          @Override
          public Optional<Marks> marks(int number) {
            return Optional.of(prices);
          }

          @Override
          public long round() {
            return prices.seq();
          }
        };
    return KIT.spawn(
        PoolActor.create(
            1,
            new ClearingServices(GENESIS, VERIFIER, exposures, new NoSagas(), () -> now, market),
            TERMS));
  }

  /** From here on the pool sees its accounts. */
  private void begin() {
    exposures.load();
  }

  private Account open(long cash, long unsettled, Map<String, Position> held) {
    return open(cash, unsettled, held, Optional.empty(), Collections.emptySortedMap());
  }

  private Account open(
      long cash,
      long unsettled,
      Map<String, Position> held,
      Optional<Trading.Auction> auction,
      SortedMap<Asset, SortedMap<Long, Long>> trimmed) {
    Trading none = Trading.NONE;
    Trading trading =
        new Trading(
            new TreeMap<>(held),
            unsettled,
            0,
            0,
            auction,
            auction.map(Trading.Auction::number).orElse(0L),
            none.sold(),
            none.legs(),
            none.ended(),
            none.orders(),
            none.cancelled(),
            0,
            none.step(),
            none.bids(),
            trimmed,
            Optional.empty());
    AccountId id = account(OWNERS.incrementAndGet(), 1, 0);
    MarginAccount empty = MarginAccount.empty(id);
    TreeMap<Asset, Long> balances = new TreeMap<>();
    if (cash != 0) {
      balances.put(USDC, cash);
    }
    Account account =
        new Account(
            new MarginAccount(
                id,
                balances,
                empty.imports(),
                empty.depositMarks(),
                empty.withdrawals(),
                empty.outgoing(),
                empty.outgoingMarks(),
                empty.incomingMarks(),
                empty.nonces(),
                empty.refusals(),
                now,
                trading),
            exposures);
    ACCOUNTS.put(id.hex(), account);
    return account;
  }

  private static Optional<Trading.Auction> liquidation() {
    return Optional.of(new Trading.Auction(1, AuctionKind.LIQUIDATION, 0, Optional.empty()));
  }

  private PoolActor.View view() {
    pool.tell(new PoolActor.Get(viewer.ref()));
    return viewer.receiveMessage(PATIENCE);
  }

  private void await(Runnable condition) {
    asker.awaitAssert(
        PATIENCE,
        () -> {
          condition.run();
          return true;
        });
  }

  private void contribute(long units) {
    pool.tell(new PoolActor.Contribute(word(1), account(900, 1, 0), 1, units, asker.ref()));
    assertEquals(new PoolActor.Booked(), asker.receiveMessage(PATIENCE));
  }

  @Nested
  class Books {

    @Test
    void feesOnceHoweverOftenTheyCome() {
      PoolActor.BookFees fees =
          new PoolActor.BookFees(owner(5), 3, 40, new TreeMap<>(), asker.ref());
      pool.tell(fees);
      pool.tell(fees);

      assertEquals(new PoolActor.Booked(), asker.receiveMessage(PATIENCE));
      assertEquals(new PoolActor.Booked(), asker.receiveMessage(PATIENCE));
      assertEquals(40, view().book().lines().feeUnsettled());
    }

    @Test
    void contributionsInTheirTurn() {
      pool.tell(new PoolActor.Contribute(word(1), account(900, 1, 0), 2, 10, asker.ref()));
      assertEquals(
          new PoolActor.Busy(PoolRejection.EARLIER_CONTRIBUTION_MISSING.name()),
          asker.receiveMessage(PATIENCE));
      contribute(10);
      assertEquals(10, view().book().lines().fund());
      assertEquals(1, JOURNAL.persistedInStorage(JOURNALED).size());
    }
  }

  @Nested
  class ACycle {

    @Test
    void movesWhatIsOwedToWhoHasGained() {
      Account loser = open(100, -60, Map.of());
      Account winner = open(0, 60, Map.of());
      begin();

      await(() -> assertEquals(1, view().cycles()));
      assertEquals(40, loser.state.balance(USDC));
      assertEquals(60, winner.state.balance(USDC));
      assertEquals(0, view().book().lines().clearing());
      assertEquals("IDLE", view().stage());
    }

    @Test
    void asksAgainWhoDoesNotAnswerAndGoesOnAfterARestart() {
      Account loser = open(100, -60, Map.of());
      Account winner = open(0, 60, Map.of());
      loser.silent = true;
      begin();
      await(() -> assertTrue(loser.steps.size() >= 2));
      KIT.stop(pool);
      loser.silent = false;
      pool = spawn();

      await(() -> assertEquals(1, view().cycles()));
      assertTrue(loser.steps.stream().allMatch(step -> step.number() == 1));
      assertEquals(60, winner.state.balance(USDC));
    }

    @Test
    void goesOnAfterAnAnswerThatCouldNotBeWrittenDown() {
      Account loser = open(100, -60, Map.of());
      Account winner = open(0, 60, Map.of());
      winner.silent = true;
      loser.silent = true;
      begin();
      await(() -> assertEquals(2, view().book().open().size()));
      JOURNAL.failNextPersisted(JOURNALED);
      winner.silent = false;
      loser.silent = false;

      await(() -> assertEquals(1, view().cycles()));
      assertEquals(60, winner.state.balance(USDC));
      assertEquals(40, loser.state.balance(USDC));
    }

    @Test
    void asksForTheCollateralOfWhoCannotPay() {
      Account loser = open(10, -60, Map.of());
      Account winner = open(0, 60, Map.of());
      begin();

      await(() -> assertEquals(List.of(AuctionKind.CURE), loser.auctions));
      await(() -> assertEquals(10, winner.state.balance(USDC)));
      assertEquals(List.of(), winner.auctions);
    }
  }

  @Nested
  class TheFund {

    @Test
    void paysOnceForARound() {
      contribute(1_000 * DOLLAR);
      Account insolvent =
          open(-90 * DOLLAR, 0, Map.of(), liquidation(), Collections.emptySortedMap());
      PoolActor.CoverInsolvent cover =
          new PoolActor.CoverInsolvent(insolvent.state.id(), 1, 1, asker.ref());
      pool.tell(cover);
      assertEquals(new PoolActor.Covered(90 * DOLLAR), asker.receiveMessage(PATIENCE));
      pool.tell(cover);

      assertEquals(new PoolActor.Covered(90 * DOLLAR), asker.receiveMessage(PATIENCE));
      assertEquals(910 * DOLLAR, view().book().lines().fund());
      assertEquals(0, insolvent.state.balance(USDC));
      assertEquals(1, insolvent.steps.size());
    }

    @Test
    void refusesWhatItHasNot() {
      Account insolvent =
          open(-90 * DOLLAR, 0, Map.of(), liquidation(), Collections.emptySortedMap());
      pool.tell(new PoolActor.CoverInsolvent(insolvent.state.id(), 1, 1, asker.ref()));

      assertEquals(
          new PoolActor.Rejected(PoolRejection.FUND_EXHAUSTED), asker.receiveMessage(PATIENCE));
      assertEquals(List.of(), insolvent.steps);
    }
  }

  @Nested
  class AWaterfall {

    @Test
    void tearsUpAndSharesTheLossAlsoAcrossARestart() {
      // one bitcoin bought at 70,000 with 4,000 of cash, now worth 60,000
      Position bought = new Position(100_000, 70_000 * DOLLAR, 70_000 * DOLLAR);
      Position sold = new Position(-100_000, -70_000 * DOLLAR, -70_000 * DOLLAR);
      contribute(1_000 * DOLLAR);
      Account defaulter =
          open(
              4_000 * DOLLAR,
              0,
              Map.of(BTC_PERP, bought),
              liquidation(),
              Collections.emptySortedMap());
      Account winner = open(50_000 * DOLLAR, 0, Map.of(BTC_PERP, sold));
      winner.silent = true;
      begin();
      PoolActor.ShareLoss share = new PoolActor.ShareLoss(defaulter.state.id(), 1, asker.ref());
      await(
          () -> {
            pool.tell(share);
            assertTrue(view().stage().startsWith("WATERFALL"), view().stage());
          });
      KIT.stop(pool);
      winner.silent = false;
      pool = spawn();
      TestProbe<PoolActor.Reply> again = KIT.createTestProbe(PoolActor.Reply.class);
      pool.tell(new PoolActor.ShareLoss(defaulter.state.id(), 1, again.ref()));

      assertEquals(new PoolActor.Shared(), again.receiveMessage(PATIENCE));
      assertEquals(Map.of(), defaulter.state.trading().positions());
      assertEquals(Map.of(), defaulter.state.balances());
      assertEquals(0, defaulter.state.trading().unsettled());
      assertEquals(Map.of(), winner.state.trading().positions());
      await(() -> assertEquals(1, view().cycles()));
      // he lost 10,000: 4,000 he had, 1,000 the fund, 5,000 are cut from the gain of 10,000
      assertEquals(0, view().book().lines().fund());
      assertEquals(
          55_000 * DOLLAR, winner.state.balance(USDC) + winner.state.trading().unsettled());
    }

    @Test
    void isNotForWhoIsWell() {
      Account well = open(100, 0, Map.of());
      pool.tell(new PoolActor.ShareLoss(well.state.id(), 1, asker.ref()));
      assertEquals(new PoolActor.Shared(), asker.receiveMessage(PATIENCE));
      assertEquals(List.of(), JOURNAL.persistedInStorage(JOURNALED));
    }
  }

  @Nested
  class TheEnd {

    @Test
    void closesSettlesAndPaysOut() {
      Position bought = new Position(100_000, 60_000 * DOLLAR, 60_000 * DOLLAR);
      Position sold = new Position(-100_000, -60_000 * DOLLAR, -60_000 * DOLLAR);
      Account loser = open(20_000 * DOLLAR, 0, Map.of(BTC_PERP, bought));
      Account winner = open(20_000 * DOLLAR, 0, Map.of(BTC_PERP, sold));
      contribute(70);
      TestProbe<PoolActor.Terms> terms = KIT.createTestProbe(PoolActor.Terms.class);
      TERMS.tell(Topic.subscribe(terms.ref()));
      begin();
      await(() -> assertEquals(1, view().cycles()));
      for (String symbol : MARKET.instruments().keySet()) {
        pool.tell(new PoolActor.Settle(symbol, asker.ref()));
        assertEquals(new PoolActor.Booked(), asker.receiveMessage(PATIENCE));
      }
      pool.tell(new PoolActor.Settle("NO-PERP", asker.ref()));
      assertEquals(
          new PoolActor.Rejected(PoolRejection.UNKNOWN_INSTRUMENT), asker.receiveMessage(PATIENCE));
      terms.fishForMessage(
          PATIENCE,
          word ->
              word.terms().closed().equals(MARKET.instruments().keySet())
                  ? org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                  : org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes
                      .continueAndIgnore());
      assertEquals(List.of(), view().settled());
      prices = marks(8, 50_000, 2_000);
      await(() -> assertEquals(2, view().settled().size()));
      pool.tell(new PoolActor.WindUp(winner.state.id(), asker.ref()));
      assertEquals(
          new PoolActor.Busy(PoolRejection.NOT_FLAT.name()), asker.receiveMessage(PATIENCE));
      now = NOW + 3_600_000;
      await(() -> assertEquals(30_000 * DOLLAR, winner.state.balance(USDC)));
      assertEquals(10_000 * DOLLAR, loser.state.balance(USDC));
      await(
          () -> {
            pool.tell(new PoolActor.WindUp(winner.state.id(), asker.ref()));
            assertEquals(new PoolActor.Booked(), asker.receiveMessage(PATIENCE));
          });
      await(() -> assertEquals(30_000 * DOLLAR + 70, winner.state.balance(USDC)));
      assertEquals(0, view().book().lines().fund());
    }
  }

  @Nested
  class EverySecond {

    @Test
    void theTreasuryHearsOfImportThatVanishedUntilItKnows() {
      SortedMap<Asset, SortedMap<Long, Long>> trimmed =
          new TreeMap<>(Map.of(USDC, new TreeMap<>(Map.of(31337L, 9L))));
      Account account = open(5, 0, Map.of(), Optional.empty(), trimmed);
      begin();
      await(
          () ->
              assertTrue(
                  TRIMS.stream()
                      .anyMatch(
                          trim ->
                              trim.account().equals(account.state.id())
                                  && trim.totals().equals(trimmed))));
    }
  }
}
