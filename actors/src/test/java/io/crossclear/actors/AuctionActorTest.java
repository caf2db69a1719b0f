package io.crossclear.actors;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolRejection;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.liquidation.LiquidationAuction.Stage;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.testing.TestMarket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Auctions among accounts that decide as real ones do and are silent when a test says so. */
final class AuctionActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "AuctionActorTest",
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
  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long DOLLAR = 1_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Board BOARD = new Board();
  private static final World WORLD = World.start();

  private final AccountId debtor = account(OWNERS.incrementAndGet(), 1, 0);
  private final AccountId keeper = account(OWNERS.incrementAndGet(), 1, 0);
  private final AccountId rival = account(OWNERS.incrementAndGet(), 1, 0);
  private final String id = AuctionDesk.auction(debtor, 1);
  private final Sagas sagas = new Sagas();
  private final TestProbe<AuctionActor.Status> asker =
      KIT.createTestProbe(AuctionActor.Status.class);
  private ActorRef<AuctionActor.Command> auction = spawn();

  private static final class Board implements MarketView {
    volatile Marks marks = TestMarket.marks(1, 10_000, 2_000);

    @Override
    public Optional<Marks> marks(int pool) {
      return Optional.of(marks);
    }

    @Override
    public long round() {
      return marks.seq();
    }

    /** The next round, with this price of BTC. */
    void next(long btc) {
      marks = TestMarket.marks(marks.seq() + 1, btc, 2_000);
    }
  }

  private record Asked(String account, MarginAccountActor.Command command) {}

  /** Accounts that decide as real ones do, and a pool whose fund is endless. */
  private static final class World {
    final Map<String, MarginAccount> accounts = new ConcurrentHashMap<>();
    final List<Asked> asked = new CopyOnWriteArrayList<>();
    final List<PoolActor.Command> pool = new CopyOnWriteArrayList<>();

    /** Simple name of commands that are taken and not answered. */
    volatile String silent = "";

    volatile Optional<PoolRejection> fundRefuses = Optional.empty();

    static World start() {
      Cluster cluster = Cluster.get(KIT.system());
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      World world = new World();
      ClusterSharding sharding = ClusterSharding.get(KIT.system());
      sharding.init(
          Entity.of(MarginAccountActor.TYPE_KEY, entity -> world.account(entity.getEntityId()))
              .withMessageExtractor(ClearingEntities.extractor()));
      sharding.init(
          Entity.of(PoolActor.TYPE_KEY, entity -> world.pool())
              .withMessageExtractor(ClearingEntities.extractor()));
      return world;
    }

    private Behavior<MarginAccountActor.Command> account(String account) {
      return Behaviors.receiveMessage(
          command -> {
            answer(account, command);
            asked.add(new Asked(account, command));
            return Behaviors.same();
          });
    }

    MarginAccount at(AccountId account) {
      return accounts.getOrDefault(account.hex(), MarginAccount.empty(account));
    }

    void put(MarginAccount account) {
      accounts.put(account.id().hex(), account);
    }

    private void answer(String account, MarginAccountActor.Command command) {
      AuctionDesk desk = new AuctionDesk(at(new AccountId(account)), MARKET);
      switch (command) {
        case MarginAccountActor.Get c ->
            c.replyTo().tell(new MarginAccountActor.View(desk.account(), 1));
        case MarginAccountActor.EndAuction c ->
            take(command, desk.account(), desk.end(c.number(), BOARD.marks, NOW), c.replyTo());
        case MarginAccountActor.ReserveSlice c ->
            take(
                command,
                desk.account(),
                desk.reserveSlice(
                    c.number(),
                    c.round(),
                    c.kind(),
                    c.discountPpm(),
                    c.portionPpm(),
                    BOARD.marks,
                    NOW),
                c.replyTo(),
                after ->
                    new MarginAccountActor.SliceOffered(
                        c.round(), after.trading().auction().orElseThrow().slice().orElseThrow()));
        case MarginAccountActor.TakeSlice c ->
            take(command, desk.account(), desk.takeSlice(c.number(), c.round(), NOW), c.replyTo());
        case MarginAccountActor.ReserveBid c ->
            take(
                command,
                desk.account(),
                desk.bid(
                    c.signed(),
                    VERIFIER.verify(c.signed()),
                    c.from(),
                    c.number(),
                    c.round(),
                    c.slice(),
                    BOARD.marks,
                    NOW),
                c.replyTo());
        case MarginAccountActor.ReleaseBid c ->
            take(command, desk.account(), desk.releaseBid(c.key(), NOW), c.replyTo());
        case MarginAccountActor.CommitSlice c ->
            take(command, desk.account(), desk.commitSlice(c.key(), BOARD.marks, NOW), c.replyTo());
        default -> throw new AssertionError(command);
      }
    }

    private void take(
        MarginAccountActor.Command command,
        MarginAccount account,
        Decision<AccountEvent, AccountRejection> decision,
        ActorRef<MarginAccountActor.Reply> replyTo) {
      take(command, account, decision, replyTo, after -> new MarginAccountActor.Done(1));
    }

    private void take(
        MarginAccountActor.Command command,
        MarginAccount account,
        Decision<AccountEvent, AccountRejection> decision,
        ActorRef<MarginAccountActor.Reply> replyTo,
        Function<MarginAccount, MarginAccountActor.Reply> reply) {
      MarginAccount after = account;
      if (decision instanceof Decision.Accept<AccountEvent, AccountRejection>(var events)) {
        for (AccountEvent event : events) {
          after = after.apply(event);
        }
        put(after);
      }
      if (command.getClass().getSimpleName().equals(silent)) {
        return;
      }
      replyTo.tell(
          decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
              ? new MarginAccountActor.Rejected(reason)
              : reply.apply(after));
    }

    private Behavior<PoolActor.Command> pool() {
      return Behaviors.receiveMessage(
          command -> {
            pool.add(command);
            switch (command) {
              case PoolActor.CoverInsolvent c -> cover(c);
              case PoolActor.ShareLoss c -> share(c);
              default -> throw new AssertionError(command);
            }
            return Behaviors.same();
          });
    }

    private void cover(PoolActor.CoverInsolvent c) {
      if (fundRefuses.isPresent()) {
        c.replyTo().tell(new PoolActor.Rejected(fundRefuses.get()));
        return;
      }
      MarginAccount account = at(c.account());
      Slice all = Slice.insolvent(account.holdings(USDC), BOARD.marks, MARKET);
      long units = Math.max(0, -all.value());
      if (units > 0) {
        put(account.apply(only(desk(account).cover(step(account), LossLayer.FUND, units, NOW))));
      }
      if (!silent.equals("CoverInsolvent")) {
        c.replyTo().tell(new PoolActor.Covered(units));
      }
    }

    /** Everything is torn up at the mark, and the loss is gone. */
    private void share(PoolActor.ShareLoss c) {
      MarginAccount account = at(c.account());
      Position position = account.trading().positions().get(BTC_PERP);
      if (position != null) {
        account =
            account.apply(
                only(
                    desk(account)
                        .tearUp(step(account), BTC_PERP, -position.lots(), btc().star(), NOW)));
        put(account);
      }
      if (!silent.equals("ShareLoss")) {
        c.replyTo().tell(new PoolActor.Shared());
      }
    }

    private static io.crossclear.domain.instrument.Mark btc() {
      return BOARD.marks.mark(BTC_PERP).orElseThrow();
    }

    private static PoolDesk desk(MarginAccount account) {
      return new PoolDesk(account, MARKET);
    }

    private static long step(MarginAccount account) {
      return account.trading().step().number() + 1;
    }

    long count(AccountId account, Class<?> command) {
      return asked.stream()
          .filter(one -> one.account().equals(account.hex()) && command.isInstance(one.command()))
          .count();
    }

    boolean saw(AccountId account, String command) {
      return asked.stream()
          .anyMatch(
              one ->
                  one.account().equals(account.hex())
                      && one.command().getClass().getSimpleName().equals(command));
    }
  }

  private static final class Sagas implements OpenSagaTable {
    final List<OpenSaga> opened = new CopyOnWriteArrayList<>();
    final List<String> closed = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Void> open(OpenSaga saga) {
      opened.add(saga);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> close(String kind, String saga) {
      closed.add(saga);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<OpenSaga>> all() {
      return CompletableFuture.completedStage(List.copyOf(opened));
    }
  }

  AuctionActorTest() {
    WORLD.silent = "";
    WORLD.fundRefuses = Optional.empty();
  }

  @AfterEach
  void stopAuction() {
    KIT.stop(auction);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<AuctionActor.Command> spawn() {
    return KIT.spawn(
        AuctionActor.create(
            id,
            new ClearingServices(
                GENESIS, VERIFIER, new ExposureBook(new NoRows()), sagas, () -> NOW, BOARD)));
  }

  private static MarginAccount rich(AccountId account, long dollars) {
    MarginAccount empty = MarginAccount.empty(account);
    MarginAccount rich =
        empty.apply(only(empty.credit(A, 1, 0, USDC, dollars * DOLLAR, deposited(1), NOW)));
    WORLD.put(rich);
    return rich;
  }

  /** 1 BTC long at 10,000 with 1,000 in cash, and then this price: below 9,626 is a breach. */
  private void breached(long btc) {
    BOARD.next(10_000);
    MarginAccount account = rich(debtor, 1_000);
    account = account.apply(new ClearingEvent.TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
    BOARD.next(btc);
    account =
        account.apply(
            only(
                new AuctionDesk(account, MARKET).start(AuctionKind.LIQUIDATION, BOARD.marks, NOW)));
    WORLD.put(account);
    auction.tell(new AuctionActor.Open(debtor, 1, AuctionKind.LIQUIDATION, BOARD.round()));
    await(() -> assertEquals(1, journal().size()));
  }

  private SignedAction<UserAction.Bid> bid(AccountId bidder, long nonce) {
    return sign(
        bidder.owner(),
        new UserAction.Bid(bidder.word(), id, 1_000_000, Long.MAX_VALUE, 0, nonce, SECOND + 60));
  }

  private AuctionActor.Status send(SignedAction<UserAction.Bid> signed) {
    auction.tell(new AuctionActor.Bid(signed, asker.ref()));
    return asker.receiveMessage(PATIENCE);
  }

  private List<Object> journal() {
    return JOURNAL.persistedInStorage(AuctionActor.TYPE_KEY.name() + "|" + id);
  }

  private boolean has(Class<? extends AuctionEvent> type) {
    return journal().stream().anyMatch(type::isInstance);
  }

  private void await(Runnable condition) {
    asker.awaitAssert(
        PATIENCE,
        () -> {
          condition.run();
          return true;
        });
  }

  private void awaitOver() {
    await(() -> assertTrue(sagas.closed.contains(id), () -> journal().toString()));
    assertTrue(has(AuctionEvent.Closed.class), () -> journal().toString());
    assertTrue(WORLD.at(debtor).trading().auction().isEmpty());
    for (AccountId bidder : List.of(keeper, rival)) {
      assertEquals(Map.of(), WORLD.at(bidder).trading().bids());
    }
  }

  /** Nothing came out of nothing: what the three own is what they brought, and 1 BTC long. */
  private void assertConserved(long dollars) {
    long cash = 0;
    long lots = 0;
    long cost = 0;
    for (AccountId one : List.of(debtor, keeper, rival)) {
      MarginAccount account = WORLD.at(one);
      Position position = account.trading().positions().getOrDefault(BTC_PERP, Position.NONE);
      cash += account.balance(USDC);
      lots += position.lots();
      cost += position.cost() - account.trading().unsettled();
    }
    assertEquals(dollars * DOLLAR, cash);
    assertEquals(100_000, lots);
    assertEquals(10_000 * DOLLAR, cost);
  }

  private static long lots(AccountId id) {
    return WORLD.at(id).trading().positions().getOrDefault(BTC_PERP, Position.NONE).lots();
  }

  @Nested
  class ASolventAccount {
    @Test
    void isSoldInPartUntilItIsWell() {
      rich(keeper, 10_000);
      breached(9_500);
      assertEquals(Optional.empty(), send(bid(keeper, 1)).refusal());
      assertEquals(
          new OpenSagaTable.OpenSaga(Shards.of(id), AuctionActor.TYPE_KEY.name(), id, NOW),
          sagas.opened.getFirst());
      assertEquals(0, WORLD.count(debtor, MarginAccountActor.ReserveSlice.class));

      BOARD.next(9_500);

      awaitOver();
      assertConserved(11_000);
      assertTrue(has(AuctionEvent.SliceDelivered.class));
      assertTrue(lots(keeper) > 0 && lots(keeper) < 100_000);
    }

    @Test
    void goesToOneOfTwoAndTheOtherGetsHisMoneyBack() {
      rich(keeper, 10_000);
      rich(rival, 10_000);
      breached(9_500);
      send(bid(keeper, 1));
      send(bid(rival, 1));

      BOARD.next(9_500);

      awaitOver();
      assertConserved(21_000);
      await(() -> assertTrue(has(AuctionEvent.BidReleased.class)));
      assertEquals(1, journal().stream().filter(AuctionEvent.SliceSold.class::isInstance).count());
    }

    @Test
    void isNotHeldUpByWhoCannotPay() {
      rich(rival, 1);
      rich(keeper, 10_000);
      breached(9_500);
      send(bid(rival, 1));
      send(bid(keeper, 1));

      BOARD.next(9_500);

      awaitOver();
      assertConserved(11_001);
      assertEquals(1 * DOLLAR, WORLD.at(rival).balance(USDC));
    }

    @Test
    void isNotHeldUpByWhoDoesNotAnswer() {
      rich(keeper, 10_000);
      breached(9_500);
      WORLD.silent = "ReserveBid";
      send(bid(keeper, 1));
      BOARD.next(9_500);
      await(() -> assertTrue(has(AuctionEvent.SliceOffered.class)));
      await(() -> assertTrue(WORLD.saw(keeper, "ReserveBid")));

      for (int round = 0; round <= LiquidationAuction.SILENT_ROUNDS; round++) {
        BOARD.next(9_500);
      }

      await(() -> assertTrue(has(AuctionEvent.BidLost.class)));
      WORLD.silent = "";
      awaitOver();
      assertTrue(has(AuctionEvent.BidReleased.class));
      assertEquals(10_000 * DOLLAR, WORLD.at(keeper).balance(USDC));
    }

    @Test
    void thatRecoversUnaidedIsLeftAlone() {
      breached(9_500);

      BOARD.next(10_000);

      awaitOver();
      assertConserved(1_000);
      assertEquals(2, journal().size());
    }

    @Test
    void thatNobodyWantsIsHandedToThePool() {
      breached(9_500);
      for (int i = 0; i < 11; i++) {
        assertEquals(0, WORLD.pool.stream().filter(this::mine).count());
        BOARD.next(9_500);
      }

      awaitOver();
      assertTrue(has(AuctionEvent.SharingBegun.class));
      assertEquals(Map.of(), WORLD.at(debtor).trading().positions());
    }

    private boolean mine(PoolActor.Command command) {
      return command instanceof PoolActor.ShareLoss share && share.account().equals(debtor);
    }
  }

  @Nested
  class AnInsolventAccount {
    @Test
    void goesAsAWholeOnceTheFundHasPaid() {
      rich(keeper, 10_000);
      breached(8_900);
      send(bid(keeper, 1));

      BOARD.next(8_900);

      awaitOver();
      // the fund has put in what was missing
      assertConserved(11_100);
      assertEquals(Map.of(), WORLD.at(debtor).trading().positions());
      assertEquals(0, WORLD.at(debtor).balance(USDC));
      assertEquals(100_000, lots(keeper));
    }

    @Test
    void thatTheFundCannotPayForIsHandedToThePool() {
      WORLD.fundRefuses = Optional.of(PoolRejection.FUND_EXHAUSTED);
      rich(keeper, 10_000);
      breached(8_900);
      send(bid(keeper, 1));
      BOARD.next(8_900);
      await(() -> assertTrue(has(AuctionEvent.BidDropped.class)));
      for (int i = 0; i < 11; i++) {
        BOARD.next(8_900);
      }

      await(() -> assertTrue(has(AuctionEvent.SharingBegun.class)));
      // this pool leaves the debt behind, so the price starts again
      await(() -> assertTrue(has(AuctionEvent.Repriced.class)));
      assertEquals(10_000 * DOLLAR, WORLD.at(keeper).balance(USDC));
    }
  }

  @Nested
  class ACrash {
    @ParameterizedTest
    @ValueSource(strings = {"ReserveSlice", "ReserveBid", "TakeSlice", "CommitSlice", "EndAuction"})
    void afterAnUnheardAnswerChangesNothing(String command) {
      rich(keeper, 10_000);
      breached(9_500);
      send(bid(keeper, 1));
      WORLD.silent = command;
      BOARD.next(9_500);
      await(() -> assertTrue(WORLD.saw(debtor, command) || WORLD.saw(keeper, command)));

      restart();

      awaitOver();
      assertConserved(11_000);
      // what the fund and the pool do is not needed
      assertTrue(!has(AuctionEvent.CoverBegun.class) && !has(AuctionEvent.SharingBegun.class));
    }

    @Test
    void leavesNoLoserWithMoneyAside() {
      rich(keeper, 10_000);
      rich(rival, 10_000);
      breached(9_500);
      send(bid(keeper, 1));
      send(bid(rival, 1));
      WORLD.silent = "ReleaseBid";
      BOARD.next(9_500);
      await(() -> assertTrue(WORLD.saw(rival, "ReleaseBid") || WORLD.saw(keeper, "ReleaseBid")));

      restart();

      awaitOver();
      assertConserved(21_000);
    }

    @Test
    void whileTheFundPaysAsksItAgain() {
      rich(keeper, 10_000);
      breached(8_900);
      send(bid(keeper, 1));
      WORLD.silent = "CoverInsolvent";
      BOARD.next(8_900);
      await(() -> assertTrue(pool(PoolActor.CoverInsolvent.class)));

      restart();

      awaitOver();
      assertConserved(11_100);
    }

    @Test
    void whileThePoolSharesTheLossAsksItAgain() {
      breached(9_500);
      WORLD.silent = "ShareLoss";
      for (int i = 0; i < 12; i++) {
        BOARD.next(9_500);
      }
      await(() -> assertTrue(pool(PoolActor.ShareLoss.class)));

      restart();

      awaitOver();
      assertEquals(Map.of(), WORLD.at(debtor).trading().positions());
    }

    private boolean pool(Class<?> command) {
      return WORLD.pool.stream()
          .anyMatch(one -> command.isInstance(one) && one.toString().contains(debtor.hex()));
    }

    private void restart() {
      KIT.stop(auction);
      WORLD.silent = "";
      auction = spawn();
      auction.tell(new AuctionActor.Nudge());
    }

    @Test
    void ofTheJournalIsFollowedByWhatTheStateSays() {
      rich(keeper, 10_000);
      breached(9_500);
      send(bid(keeper, 1));
      JOURNAL.failNextPersisted(AuctionActor.TYPE_KEY.name() + "|" + id);

      BOARD.next(9_500);

      awaitOver();
      assertConserved(11_000);
    }
  }

  @Nested
  class AWithdrawnSlice {
    @Test
    void givesTheWinnerHisMoneyBack() {
      rich(keeper, 10_000);
      breached(9_500);
      send(bid(keeper, 1));
      WORLD.silent = "ReserveBid";
      BOARD.next(9_500);
      await(() -> assertTrue(WORLD.saw(keeper, "ReserveBid")));
      // any other posting takes the offer away
      MarginAccount moved = WORLD.at(debtor);
      WORLD.put(moved.apply(only(new PoolDesk(moved, MARKET).collect(2, BOARD.marks, NOW))));
      KIT.stop(auction);
      WORLD.silent = "";
      auction = spawn();

      await(() -> assertTrue(has(AuctionEvent.SliceWithdrawn.class)));
      await(() -> assertTrue(has(AuctionEvent.BidReleased.class)));
      assertEquals(10_000 * DOLLAR, WORLD.at(keeper).balance(USDC));
      assertEquals(Stage.OPEN, status().auction().stage());
    }
  }

  private AuctionActor.Status status() {
    auction.tell(new AuctionActor.Get(asker.ref()));
    return asker.receiveMessage(PATIENCE);
  }

  @Nested
  class ABid {
    @Test
    void ofNobodyWhoCouldPayIsRefused() {
      breached(9_500);
      SignedAction<UserAction.Bid> good = bid(keeper, 1);
      SignedAction<UserAction.Bid> forged =
          new SignedAction<>(
              good.action(), good.chainId(), good.verifyingContract(), bid(rival, 1).signature());
      assertEquals(Optional.of("WRONG_SIGNER"), send(forged).refusal());
      assertEquals(Optional.of("SAME_ACCOUNT"), send(bid(debtor, 1)).refusal());
      assertEquals(1, journal().size());
    }

    @Test
    void forAnAuctionThatNobodyOpenedIsRefusedAndForgotten() {
      assertEquals(Optional.of("NOT_OPEN"), send(bid(keeper, 1)).refusal());
      asker.expectTerminated(auction, PATIENCE);
      assertEquals(List.of(), journal());
      assertEquals(List.of(), sagas.opened);
    }

    @Test
    void isToldThePriceNow() {
      breached(9_500);
      assertEquals(980_000, status().discountPpm());
      BOARD.next(9_500);
      AuctionActor.Status status = send(bid(keeper, 1));
      assertEquals(952_000, status.discountPpm());
      assertEquals(1, status.auction().queue().size());
    }
  }

  @Nested
  class AnOpening {
    @Test
    void isTakenOnce() {
      breached(9_500);
      auction.tell(new AuctionActor.Open(debtor, 1, AuctionKind.LIQUIDATION, 999));
      asker.expectNoMessage(SOON);
      assertEquals(1, journal().size());
    }

    @Test
    void ofAnotherAuctionIsNotTaken() {
      auction.tell(new AuctionActor.Open(debtor, 2, AuctionKind.LIQUIDATION, 1));
      asker.expectNoMessage(SOON);
      assertEquals(List.of(), journal());
    }
  }
}
