package io.crossclear.actors;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One account, its journal and its exposure row, and what it answers when. */
final class MarginAccountActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "MarginAccountActorTest",
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = local
                  pekko.persistence.testkit.events.serialize = off
                  pekko.persistence.testkit.snapshots.serialize = off
                  """)
              .withFallback(PersistenceTestKitPlugin.getInstance().config())
              .withFallback(PersistenceTestKitSnapshotPlugin.config())
              .withFallback(ConfigFactory.load()));
  private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
  private static final AtomicInteger OWNERS = new AtomicInteger();
  private static final long NOW = 1_700_000_000_000L;
  private static final Duration SOON = Duration.ofMillis(300);

  private final int owner = OWNERS.incrementAndGet();
  private final AccountId account = account(owner, 1, 0);
  private final String journalId = MarginAccountActor.persistenceId(account);
  private final Rows rows = new Rows();
  private final TestProbe<MarginAccountActor.Reply> asker = KIT.createTestProbe();
  private ActorRef<MarginAccountActor.Command> actor = spawn();

  /** Exposure rows that a test can hold back or lose. */
  private static final class Rows implements ExposureTable {
    final List<Exposure> written = new CopyOnWriteArrayList<>();
    volatile CompletionStage<Void> disk = CompletableFuture.completedStage(null);

    @Override
    public CompletionStage<Void> upsert(Exposure exposure) {
      return disk.thenAccept(durable -> written.add(exposure));
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(List.copyOf(written));
    }
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<MarginAccountActor.Command> spawn() {
    return KIT.spawn(
        MarginAccountActor.create(
            account,
            new ClearingServices(
                GENESIS,
                VERIFIER,
                new ExposureBook(rows),
                new NoSagas(),
                () -> NOW,
                MarketView.none())));
  }

  private void restart() {
    KIT.stop(actor);
    actor = spawn();
  }

  private MarginAccountActor.Reply ask(MarginAccountActor.Command command) {
    actor.tell(command);
    return asker.receiveMessage();
  }

  private MarginAccountActor.Credit credit(long sequence, long units) {
    return new MarginAccountActor.Credit(
        A, sequence, sequence - 1, USDC, units, deposited(sequence), asker.ref());
  }

  private SignedAction<UserAction.Withdraw> withdraw(long units, long nonce) {
    return sign(
        owner(owner),
        new UserAction.Withdraw(
            account.word(), "USDC", units, A.chainId(), owner(77), nonce, NOW / 1_000 + 600));
  }

  private SignedAction<UserAction.Transfer> transfer(long units, long nonce) {
    return sign(
        owner(owner),
        new UserAction.Transfer(
            account.word(), account(owner, 1, 1).word(), "USDC", units, nonce, NOW / 1_000 + 600));
  }

  private List<Object> journal() {
    return JOURNAL.persistedInStorage(journalId);
  }

  private static MarginAccountActor.Rejected rejected(AccountRejection reason) {
    return new MarginAccountActor.Rejected(reason);
  }

  @Nested
  class ARefusal {

    @Test
    void ofAWithdrawalLastsWhenADepositMakesItAffordable() {
      var reserve = new MarginAccountActor.Reserve(withdraw(100, 1), asker.ref());

      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve));
      assertInstanceOf(MarginAccountActor.Done.class, ask(credit(1, 500)));
      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve));
      restart();
      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve));

      assertEquals(2, journal().size());
      assertEquals(
          new AccountEvent.ActionRefused(
              id(reserve.signed()), AccountRejection.INSUFFICIENT_BALANCE, NOW / 1_000 + 600, NOW),
          journal().getFirst());
    }

    @Test
    void ofATransferLastsWhenADepositMakesItAffordable() {
      var debit = new MarginAccountActor.Debit(transfer(100, 1), asker.ref());

      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(debit));
      assertInstanceOf(MarginAccountActor.Done.class, ask(credit(1, 500)));
      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(debit));
      restart();
      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(debit));

      assertEquals(2, journal().size());
    }

    @Test
    void ofOneActionRefusesNoOther() {
      ask(new MarginAccountActor.Reserve(withdraw(100, 1), asker.ref()));
      ask(credit(1, 500));

      assertInstanceOf(
          MarginAccountActor.Reserved.class,
          ask(new MarginAccountActor.Reserve(withdraw(100, 2), asker.ref())));
    }

    @Test
    void thatLastsByItselfIsNotWritten() {
      SignedAction<UserAction.Withdraw> foreign =
          sign(owner(owner + 100_000), withdraw(100, 1).action());

      assertEquals(
          rejected(AccountRejection.WRONG_SIGNER),
          ask(new MarginAccountActor.Reserve(foreign, asker.ref())));
      assertEquals(List.of(), journal());
      assertEquals(List.of(), rows.written);
    }

    @Test
    void isAnsweredOnlyOnceItsRowIsDurable() {
      var reserve = new MarginAccountActor.Reserve(withdraw(100, 1), asker.ref());
      rows.disk = CompletableFuture.failedStage(new IllegalStateException("disk full"));
      actor.tell(reserve);
      asker.expectNoMessage(SOON);
      assertEquals(1, journal().size());
      rows.disk = CompletableFuture.completedStage(null);

      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve));

      assertEquals(1, journal().size());
      assertEquals(List.of(1L), rows.written.stream().map(row -> row.sequence()).toList());
    }
  }

  @Nested
  class AnAnswer {

    @Test
    void waitsForTheRow() {
      CompletableFuture<Void> disk = new CompletableFuture<>();
      rows.disk = disk;
      actor.tell(credit(1, 500));
      asker.expectNoMessage(SOON);
      assertEquals(1, journal().size());

      disk.complete(null);

      assertEquals(new MarginAccountActor.Done(1), asker.receiveMessage());
      ExposureTable.Exposure row = rows.written.getFirst();
      assertEquals(1, row.sequence());
      assertEquals(500, row.balances().get(USDC));
      assertEquals(Shards.of(account.hex()), row.shard());
      asker.expectNoMessage(SOON);
    }

    @Test
    void isNotGivenWithoutTheRowAndTheRepeatIsAnswered() {
      rows.disk = CompletableFuture.failedStage(new IllegalStateException("disk full"));
      actor.tell(credit(1, 500));
      asker.expectNoMessage(SOON);
      rows.disk = CompletableFuture.completedStage(null);

      assertEquals(new MarginAccountActor.Done(1), ask(credit(1, 500)));

      assertEquals(1, journal().size());
      assertEquals(List.of(1L), rows.written.stream().map(row -> row.sequence()).toList());
    }

    @Test
    void toAReservationWaitsForTheRowToo() {
      ask(credit(1, 500));
      var reserve = new MarginAccountActor.Reserve(withdraw(100, 1), asker.ref());
      rows.disk = CompletableFuture.failedStage(new IllegalStateException("disk full"));
      actor.tell(reserve);
      asker.expectNoMessage(SOON);
      rows.disk = CompletableFuture.completedStage(null);

      MarginAccountActor.Reserved reserved =
          assertInstanceOf(MarginAccountActor.Reserved.class, ask(reserve));

      assertEquals(100, reserved.split().own());
      assertEquals(2, journal().size());
      assertEquals(List.of(id(reserve.signed()).hex()), rows.written.getLast().openReservations());
    }

    @Test
    void isGivenToTheRepeatWhenTheJournalFailed() {
      ask(credit(1, 500));
      JOURNAL.failNextPersisted(journalId);
      actor.tell(credit(2, 500));
      asker.expectNoMessage(SOON);

      assertEquals(new MarginAccountActor.Done(2), ask(credit(2, 500)));
      assertEquals(2, journal().size());
    }
  }

  @Nested
  class AQuestion {

    @Test
    void whetherAWithdrawalWouldBeTakenWritesNothing() {
      ask(credit(1, 500));

      assertEquals(
          new MarginAccountActor.Done(1),
          ask(new MarginAccountActor.TryReserve(withdraw(500, 1), asker.ref())));
      assertEquals(
          rejected(AccountRejection.INSUFFICIENT_BALANCE),
          ask(new MarginAccountActor.TryReserve(withdraw(501, 2), asker.ref())));

      assertEquals(1, journal().size());
      assertEquals(1, rows.written.size());
      // what was only asked is neither taken nor refused
      assertInstanceOf(
          MarginAccountActor.Reserved.class,
          ask(new MarginAccountActor.Reserve(withdraw(500, 1), asker.ref())));
    }

    @Test
    void whetherATransferWouldBeTakenWritesNothing() {
      assertEquals(
          rejected(AccountRejection.INSUFFICIENT_BALANCE),
          ask(new MarginAccountActor.TryDebit(transfer(500, 1), asker.ref())));
      ask(credit(1, 500));
      assertEquals(
          new MarginAccountActor.Done(1),
          ask(new MarginAccountActor.TryDebit(transfer(500, 1), asker.ref())));

      assertEquals(1, journal().size());
      assertInstanceOf(
          MarginAccountActor.Debited.class,
          ask(new MarginAccountActor.Debit(transfer(500, 1), asker.ref())));
    }

    @Test
    void howTheAccountIsShowsItsNewestEvent() {
      TestProbe<MarginAccountActor.View> viewer = KIT.createTestProbe();
      actor.tell(new MarginAccountActor.Get(viewer.ref()));
      assertEquals(0, viewer.receiveMessage().sequence());

      ask(credit(1, 500));
      ask(new MarginAccountActor.Reserve(withdraw(100, 1), asker.ref()));
      restart();
      actor.tell(new MarginAccountActor.Get(viewer.ref()));
      MarginAccountActor.View view = viewer.receiveMessage();

      assertEquals(2, view.sequence());
      assertEquals(400, view.account().balance(USDC));
      assertEquals(2, journal().size());
    }
  }

  @Nested
  class ADeposit {

    @Test
    void thatComesTwiceIsCreditedOnce() {
      assertEquals(new MarginAccountActor.Done(1), ask(credit(1, 500)));
      assertEquals(new MarginAccountActor.Done(1), ask(credit(1, 500)));
      restart();
      assertEquals(new MarginAccountActor.Done(1), ask(credit(1, 500)));

      assertEquals(
          List.of(new AccountEvent.Credited(A, 1, USDC, 500, deposited(1), NOW)), journal());
    }

    @Test
    void thatOvertookAnotherIsToldToWaitAndWritesNothing() {
      assertEquals(rejected(AccountRejection.EARLIER_DEPOSIT_MISSING), ask(credit(2, 500)));

      assertEquals(List.of(), journal());
      assertEquals(List.of(), rows.written);
    }
  }
}
