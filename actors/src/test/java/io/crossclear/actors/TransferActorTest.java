package io.crossclear.actors;

import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga.Stage;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
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

/** One transfer between accounts that answer, refuse or are silent as a test says. */
final class TransferActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "TransferActorTest",
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
  private static final Accounts ACCOUNTS = Accounts.start();
  private static final long NOW = 1_700_000_000_000L;
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int owner = OWNERS.incrementAndGet();
  private final AccountId from = account(owner, 1, 0);
  private final AccountId to = account(owner, 1, 1);
  private final SignedAction<UserAction.Transfer> signed = transfer(NOW / 1_000 + 600);
  private final Sagas sagas = new Sagas();
  private final TestProbe<TransferActor.Status> asker =
      KIT.createTestProbe(TransferActor.Status.class);

  /** What an account was asked and when, in nanoseconds. */
  private record Asked(String account, MarginAccountActor.Command command, long at) {}

  /** Accounts without a balance. */
  private static final class Accounts {
    final List<Asked> asked = new CopyOnWriteArrayList<>();
    final List<PoolActor.Contribute> contributions = new CopyOnWriteArrayList<>();
    volatile boolean silent;
    volatile Optional<AccountRejection> debitRefusal = Optional.empty();
    volatile Optional<AccountRejection> creditRefusal = Optional.empty();

    static Accounts start() {
      Cluster cluster = Cluster.get(KIT.system());
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      Accounts accounts = new Accounts();
      ClusterSharding.get(KIT.system())
          .init(
              Entity.of(
                      MarginAccountActor.TYPE_KEY, entity -> accounts.account(entity.getEntityId()))
                  .withMessageExtractor(ClearingEntities.extractor()));
      ClusterSharding.get(KIT.system())
          .init(
              Entity.of(PoolActor.TYPE_KEY, entity -> accounts.pool())
                  .withMessageExtractor(ClearingEntities.extractor()));
      return accounts;
    }

    private Behavior<PoolActor.Command> pool() {
      return Behaviors.receiveMessage(
          command -> {
            if (command instanceof PoolActor.Contribute contribution) {
              contributions.add(contribution);
              contribution
                  .replyTo()
                  .tell(
                      contributions.size() == 1
                          ? new PoolActor.Busy("EARLIER_CONTRIBUTION_MISSING")
                          : new PoolActor.Booked());
            }
            return Behaviors.same();
          });
    }

    private Behavior<MarginAccountActor.Command> account(String id) {
      return Behaviors.receiveMessage(
          command -> {
            asked.add(new Asked(id, command, System.nanoTime()));
            if (!silent) {
              answer(command);
            }
            return Behaviors.same();
          });
    }

    private void answer(MarginAccountActor.Command command) {
      if (command instanceof MarginAccountActor.Debit debit) {
        debit
            .replyTo()
            .tell(
                debitRefusal
                    .<MarginAccountActor.Reply>map(MarginAccountActor.Rejected::new)
                    .orElseGet(
                        () ->
                            new MarginAccountActor.Debited(
                                id(debit.signed()), 1, Collections.emptySortedMap())));
      } else if (command instanceof MarginAccountActor.CreditTransfer credit) {
        credit
            .replyTo()
            .tell(
                creditRefusal
                    .<MarginAccountActor.Reply>map(MarginAccountActor.Rejected::new)
                    .orElseGet(() -> new MarginAccountActor.Done(1)));
      } else if (command instanceof MarginAccountActor.Confirm confirm) {
        confirm.replyTo().tell(new MarginAccountActor.Done(2));
      }
    }

    /** What this account was asked, in order. */
    List<Asked> of(AccountId id) {
      return asked.stream().filter(one -> one.account().equals(id.hex())).toList();
    }
  }

  TransferActorTest() {
    ACCOUNTS.silent = false;
    ACCOUNTS.debitRefusal = Optional.empty();
    ACCOUNTS.creditRefusal = Optional.empty();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private SignedAction<UserAction.Transfer> transfer(long deadline) {
    return sign(
        owner(owner), new UserAction.Transfer(from.word(), to.word(), "USDC", 100, 1, deadline));
  }

  private ActorRef<TransferActor.Command> spawn(Hash transfer) {
    return KIT.spawn(
        TransferActor.create(
            transfer,
            new ClearingServices(
                GENESIS,
                VERIFIER,
                new ExposureBook(new NoRows()),
                sagas,
                () -> NOW,
                MarketView.none())));
  }

  private ActorRef<TransferActor.Command> requested() {
    ActorRef<TransferActor.Command> actor = spawn(id(signed));
    actor.tell(new TransferActor.Request(signed, asker.ref()));
    return actor;
  }

  private static List<Object> journal(Hash transfer) {
    return JOURNAL.persistedInStorage(TransferActor.TYPE_KEY.name() + "|" + transfer.hex());
  }

  private String row() {
    return TransferActor.TYPE_KEY.name() + " " + id(signed).hex();
  }

  private void await(Runnable condition) {
    asker.awaitAssert(
        PATIENCE,
        () -> {
          condition.run();
          return true;
        });
  }

  private void assertClosed() {
    await(() -> assertEquals(4, journal(id(signed)).size()));
    assertEquals(
        List.of(
            new TransferEvent.Requested(signed, NOW),
            new TransferEvent.Debited(1, Collections.emptySortedMap(), NOW),
            new TransferEvent.Credited(NOW),
            new TransferEvent.Closed(NOW)),
        journal(id(signed)));
    await(() -> assertTrue(sagas.closed.contains(row())));
  }

  @Nested
  class AWholeTransfer {

    @Test
    void debitsCreditsAndConfirms() {
      requested();

      assertEquals(
          new TransferActor.Status(Stage.CREDITED, Optional.empty()),
          asker.receiveMessage(PATIENCE));
      assertClosed();
      List<Asked> first = ACCOUNTS.of(from);
      assertEquals(2, first.size());
      assertTrue(first.getFirst().command() instanceof MarginAccountActor.Debit);
      assertTrue(first.getLast().command() instanceof MarginAccountActor.Confirm);
      assertEquals(1, ACCOUNTS.of(to).size());
      MarginAccountActor.CreditTransfer credit =
          (MarginAccountActor.CreditTransfer) ACCOUNTS.of(to).getFirst().command();
      assertEquals(id(signed), credit.id());
      assertEquals(from, credit.from());
      assertEquals(USDC, credit.asset());
      assertEquals(100, credit.units());
    }

    @Test
    void isMadeOnceHoweverOftenItIsRequested() {
      ActorRef<TransferActor.Command> actor = requested();
      actor.tell(new TransferActor.Request(signed, asker.ref()));

      asker.receiveMessage(PATIENCE);
      asker.receiveMessage(PATIENCE);
      assertClosed();
      actor.tell(new TransferActor.Request(signed, asker.ref()));

      assertEquals(
          new TransferActor.Status(Stage.CLOSED, Optional.empty()), asker.receiveMessage(PATIENCE));
      assertEquals(4, journal(id(signed)).size());
      assertEquals(1, ACCOUNTS.of(to).size());
    }

    @Test
    void thatTheFirstAccountRefusesMovesNothing() {
      ACCOUNTS.debitRefusal = Optional.of(AccountRejection.INSUFFICIENT_BALANCE);
      requested();

      assertEquals(
          new TransferActor.Status(Stage.REFUSED, Optional.of("INSUFFICIENT_BALANCE")),
          asker.receiveMessage(PATIENCE));
      await(() -> assertTrue(sagas.closed.contains(row())));
      assertEquals(1, ACCOUNTS.of(from).size());
      assertEquals(List.of(), ACCOUNTS.of(to));
    }

    @Test
    void withADeadlineThatNoAccountCouldRememberIsRefusedWithoutAskingAny() {
      SignedAction<UserAction.Transfer> far = transfer(NOW / 1_000 + 30L * 24 * 3_600 + 1);
      spawn(id(far)).tell(new TransferActor.Request(far, asker.ref()));

      assertEquals(
          new TransferActor.Status(Stage.UNKNOWN, Optional.of("DEADLINE_TOO_FAR")),
          asker.receiveMessage(PATIENCE));
      assertEquals(List.of(), journal(id(far)));
      assertEquals(List.of(), ACCOUNTS.of(from));
      assertEquals(List.of(), ACCOUNTS.of(to));
    }
  }

  @Nested
  class ACredit {

    @Test
    void whoseTurnHasNotComeIsAskedAgainAtTheTick() {
      ACCOUNTS.creditRefusal = Optional.of(AccountRejection.EARLIER_TRANSFER_MISSING);
      requested();
      await(() -> assertTrue(ACCOUNTS.of(to).size() >= 3));
      ACCOUNTS.creditRefusal = Optional.empty();

      assertEquals(Stage.CREDITED, asker.receiveMessage(PATIENCE).stage());
      assertClosed();
      List<Asked> credits = ACCOUNTS.of(to);
      for (int i = 1; i < credits.size(); i++) {
        long apart = credits.get(i).at() - credits.get(i - 1).at();
        assertTrue(apart > Duration.ofMillis(700).toNanos(), "asked again after " + apart + " ns");
      }
      assertEquals(2, ACCOUNTS.of(from).size());
    }
  }

  @Nested
  class AContributionToTheFund {

    @Test
    void isAskedOfThePoolUntilItIsBooked() {
      SignedAction<UserAction.Transfer> gift =
          sign(
              owner(owner),
              new UserAction.Transfer(
                  from.word(), AccountId.fund(1).word(), "USDC", 100, 1, NOW / 1_000 + 600));
      spawn(id(gift)).tell(new TransferActor.Request(gift, asker.ref()));

      assertEquals(Stage.CREDITED, asker.receiveMessage(PATIENCE).stage());
      await(() -> assertEquals(2, ACCOUNTS.of(from).size()));
      assertEquals(2, ACCOUNTS.contributions.size());
      PoolActor.Contribute contribution = ACCOUNTS.contributions.getLast();
      assertEquals(from, contribution.from());
      assertEquals(1, contribution.sequence());
      assertEquals(100, contribution.units());
      assertEquals(List.of(), ACCOUNTS.of(AccountId.fund(1)));
    }
  }

  @Nested
  class ARestart {

    @Test
    void resumesWhereTheTransferWas() {
      ACCOUNTS.creditRefusal = Optional.of(AccountRejection.EARLIER_TRANSFER_MISSING);
      ActorRef<TransferActor.Command> actor = requested();
      await(() -> assertEquals(1, ACCOUNTS.of(to).size()));
      KIT.stop(actor);
      assertEquals(2, journal(id(signed)).size());
      ACCOUNTS.creditRefusal = Optional.empty();

      spawn(id(signed));

      assertClosed();
      // the debit was not asked for again
      assertEquals(2, ACCOUNTS.of(from).size());
    }

    @Test
    void ofAClosedTransferOnlyForgetsItsRow() {
      KIT.stop(requestedAndClosed());
      sagas.closed.clear();
      int asked = ACCOUNTS.of(from).size() + ACCOUNTS.of(to).size();

      spawn(id(signed));

      await(() -> assertEquals(List.of(row()), sagas.closed));
      assertEquals(4, journal(id(signed)).size());
      assertEquals(asked, ACCOUNTS.of(from).size() + ACCOUNTS.of(to).size());
    }

    private ActorRef<TransferActor.Command> requestedAndClosed() {
      ActorRef<TransferActor.Command> actor = requested();
      assertClosed();
      return actor;
    }

    @Test
    void followsAnAnswerThatCouldNotBeWrittenDown() {
      ActorRef<TransferActor.Command> actor = spawn(id(signed));
      CompletableFuture<Void> disk = new CompletableFuture<>();
      sagas.disk = disk;
      actor.tell(new TransferActor.Request(signed, asker.ref()));
      await(() -> assertEquals(1, journal(id(signed)).size()));
      JOURNAL.failNextPersisted(TransferActor.TYPE_KEY.name() + "|" + id(signed).hex());

      disk.complete(null);

      assertClosed();
      assertEquals(1, ACCOUNTS.of(to).size());
    }
  }

  @Nested
  class TheRow {

    @Test
    void isDurableBeforeAnybodyIsAsked() {
      CompletableFuture<Void> disk = new CompletableFuture<>();
      sagas.disk = disk;
      requested();
      await(() -> assertTrue(sagas.opened.size() >= 1));
      asker.expectNoMessage(SOON);
      assertEquals(List.of(), ACCOUNTS.of(from));

      disk.complete(null);

      assertClosed();
      assertEquals(
          new OpenSagaTable.OpenSaga(
              Shards.of(id(signed).hex()), TransferActor.TYPE_KEY.name(), id(signed).hex(), NOW),
          sagas.opened.getFirst());
    }

    @Test
    void thatCannotBeWrittenIsWrittenLater() {
      sagas.disk = CompletableFuture.failedStage(new IllegalStateException("disk full"));
      requested();
      await(() -> assertTrue(sagas.opened.size() >= 2));
      assertEquals(List.of(), ACCOUNTS.of(from));
      sagas.disk = CompletableFuture.completedStage(null);

      assertClosed();
    }

    @Test
    void isThereUntilTheEnd() {
      ACCOUNTS.creditRefusal = Optional.of(AccountRejection.EARLIER_TRANSFER_MISSING);
      requested();
      await(() -> assertEquals(1, ACCOUNTS.of(to).size()));
      assertEquals(List.of(), sagas.closed);
      ACCOUNTS.creditRefusal = Optional.empty();

      assertClosed();
    }
  }

  @Nested
  class AnUnknownTransfer {

    @Test
    void isToldAndForgotten() {
      ActorRef<TransferActor.Command> actor = spawn(id(signed));
      actor.tell(new TransferActor.Get(asker.ref()));

      assertEquals(
          new TransferActor.Status(Stage.UNKNOWN, Optional.empty()), asker.receiveMessage());
      asker.expectTerminated(actor, PATIENCE);
      assertEquals(List.of(), journal(id(signed)));
      assertEquals(List.of(), sagas.opened);
      assertEquals(List.of(), sagas.closed);
    }

    @Test
    void staysWhenItIsKnown() {
      ActorRef<TransferActor.Command> actor = requested();
      asker.receiveMessage(PATIENCE);
      assertClosed();
      actor.tell(new TransferActor.Get(asker.ref()));
      actor.tell(new TransferActor.Get(asker.ref()));

      assertEquals(Stage.CLOSED, asker.receiveMessage().stage());
      assertEquals(Stage.CLOSED, asker.receiveMessage().stage());
    }
  }
}
