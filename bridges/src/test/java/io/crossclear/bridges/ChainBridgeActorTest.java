package io.crossclear.bridges;

import static io.crossclear.bridges.WrittenNetwork.A;
import static io.crossclear.bridges.WrittenNetwork.ATTESTERS;
import static io.crossclear.bridges.WrittenNetwork.GENESIS;
import static io.crossclear.bridges.WrittenNetwork.NOW;
import static io.crossclear.bridges.WrittenNetwork.USDC;
import static io.crossclear.bridges.WrittenNetwork.VERIFIER;
import static io.crossclear.bridges.WrittenNetwork.account;
import static io.crossclear.bridges.WrittenNetwork.config;
import static io.crossclear.bridges.WrittenNetwork.id;
import static io.crossclear.bridges.WrittenNetwork.owner;
import static io.crossclear.bridges.WrittenNetwork.sign;
import static io.crossclear.bridges.WrittenNetwork.token;
import static io.crossclear.bridges.WrittenNetwork.withdraw;
import static io.crossclear.bridges.WrittenNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.JournalReader;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.settlement.AttesterRejection;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One bridge between a chain written by hand and accounts, treasury and attesters that obey. */
final class ChainBridgeActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "ChainBridgeActorTest",
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
  private static final Others OTHERS = Others.start();
  private static final String JOURNAL_ID = ChainBridgeActor.persistenceId(A);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AccountId X = account(1, 0);

  private final WrittenChain chain = new WrittenChain(config(A));
  private final HandMadeWriter writer = new HandMadeWriter();
  private final TestProbe<ChainBridgeActor.WithdrawalStatus> asker = KIT.createTestProbe();
  private final TestProbe<ChainBridgeActor.BridgeStatus> status = KIT.createTestProbe();
  private final ActorRef<ChainBridgeActor.Command> bridge;

  /** Whom a bridge asks; everybody says yes, and the attesters do what a test says. */
  private static final class Others {
    final List<MarginAccountActor.Command> accounts = new CopyOnWriteArrayList<>();
    final List<TreasuryActor.Book> reports = new CopyOnWriteArrayList<>();
    volatile boolean silentTreasury;
    volatile BiConsumer<String, AttesterActor.Attest> attester = (address, request) -> {};

    static Others start() {
      Cluster cluster = Cluster.get(KIT.system());
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      Others others = new Others();
      others.entity(MarginAccountActor.TYPE_KEY, (account, command) -> others.account(command));
      others.entity(TreasuryActor.TYPE_KEY, (pool, command) -> others.treasury(command));
      others.entity(
          AttesterActor.TYPE_KEY,
          (address, command) -> {
            if (command instanceof AttesterActor.Attest request) {
              others.attester.accept(address, request);
            }
          });
      return others;
    }

    private <M> void entity(EntityTypeKey<M> type, BiConsumer<String, M> answer) {
      ClusterSharding.get(KIT.system())
          .init(
              Entity.of(type, entity -> answering(entity.getEntityId(), answer))
                  .withMessageExtractor(ClearingEntities.extractor()));
    }

    private static <M> Behavior<M> answering(String id, BiConsumer<String, M> answer) {
      return Behaviors.receiveMessage(
          command -> {
            answer.accept(id, command);
            return Behaviors.same();
          });
    }

    private void account(MarginAccountActor.Command command) {
      accounts.add(command);
      if (command instanceof MarginAccountActor.Credit credit) {
        credit.replyTo().tell(new MarginAccountActor.Done(1));
      } else if (command instanceof MarginAccountActor.Reserve reserve) {
        ImportSplit split =
            new ImportSplit(reserve.signed().action().amount(), 0, Collections.emptySortedMap());
        reserve.replyTo().tell(new MarginAccountActor.Reserved(id(reserve.signed()), split, 2));
      } else if (command instanceof MarginAccountActor.Return back) {
        back.replyTo().tell(new MarginAccountActor.Done(3));
      } else if (command instanceof MarginAccountActor.Post post) {
        post.replyTo().tell(new MarginAccountActor.Done(3));
      }
    }

    private void treasury(TreasuryActor.Command command) {
      if (command instanceof TreasuryActor.Book book) {
        reports.add(book);
        if (!silentTreasury) {
          List<Hash> all =
              book.report().requests().stream().map(TreasuryReport.GrantRequest::id).toList();
          book.replyTo()
              .tell(new TreasuryActor.Booked(book.number(), all, Collections.emptySortedMap()));
        }
      }
    }

    private List<Long> credited() {
      return accounts.stream()
          .filter(MarginAccountActor.Credit.class::isInstance)
          .map(command -> ((MarginAccountActor.Credit) command).sequence())
          .toList();
    }
  }

  ChainBridgeActorTest() {
    JOURNAL.clearAll();
    OTHERS.accounts.clear();
    OTHERS.reports.clear();
    OTHERS.silentTreasury = false;
    OTHERS.attester = (address, request) -> {};
    JournalReader noJournals =
        (persistenceId, from, limit) -> CompletableFuture.completedStage(List.of());
    BridgeServices.Chain way =
        new BridgeServices.Chain(
            chain, writer, SigningKey.derive("relayer", 0), Duration.ofMillis(20));
    bridge =
        KIT.spawn(
            ChainBridgeActor.create(
                A,
                new BridgeServices(
                    GENESIS, VERIFIER, () -> NOW, noJournals, Map.of(A, way), Map.of())));
  }

  @AfterEach
  void stopTheBridge() {
    KIT.stop(bridge, PATIENCE);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private void await(Runnable condition) {
    asker.awaitAssert(
        PATIENCE,
        Duration.ofMillis(20),
        () -> {
          condition.run();
          return true;
        });
  }

  private void deposit(AccountId account, long units) {
    chain.pass(1, 1);
    chain.deposit(token(A), account, units);
    chain.pass(1, 1);
  }

  private SignedAction<UserAction.Withdraw> request(AccountId account, long nonce) {
    SignedAction<UserAction.Withdraw> signed = sign(owner(1), withdraw(account, A, 10, nonce));
    bridge.tell(new ChainBridgeActor.RequestWithdrawal(id(signed), signed, asker.ref()));
    return signed;
  }

  private ChainBridgeActor.BridgeStatus status() {
    bridge.tell(new ChainBridgeActor.GetStatus(status.ref()));
    return status.receiveMessage();
  }

  private static List<Object> journal() {
    return JOURNAL.persistedInStorage(JOURNAL_ID);
  }

  private static <E extends VaultEvent> List<E> journal(Class<E> type) {
    return journal().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Signs what the bridge has proposed last. */
  private static void signTheProposal(String address, AttesterActor.Attest request) {
    Hash digest = journal(VaultEvent.BatchProposed.class).getLast().digest();
    SigningKey key =
        ATTESTERS.stream().filter(k -> k.address().hex().equals(address)).findFirst().orElseThrow();
    request.replyTo().tell(new AttesterActor.Attested(key.address(), digest, key.sign(digest)));
  }

  @Test
  void creditsADepositOnceTheTreasuryHasBookedIt() {
    OTHERS.silentTreasury = true;
    deposit(X, 100);
    await(() -> assertEquals(1, OTHERS.reports.size()));
    assertEquals(Map.of(USDC, 100L), OTHERS.reports.getFirst().report().deposited());
    assertEquals(List.of(), OTHERS.credited());

    OTHERS.silentTreasury = false;
    await(() -> assertEquals(1, journal(VaultEvent.DepositsCredited.class).size()));

    assertEquals(List.of(1L), OTHERS.credited());
    assertEquals(0, status().depositsUncredited());
  }

  @Test
  void carriesAWithdrawalToItsPosting() {
    OTHERS.attester = ChainBridgeActorTest::signTheProposal;
    SignedAction<UserAction.Withdraw> signed = request(X, 1);

    Withdrawal granted = asker.receiveMessage(PATIENCE).withdrawal().orElseThrow();
    assertEquals(Optional.empty(), granted.refusal());
    await(() -> assertTrue(writer.sent.size() >= 1));
    VaultEvent.SubmissionSigned submission = journal(VaultEvent.SubmissionSigned.class).getFirst();
    assertEquals(submission.rawTransaction(), writer.sent.getFirst());
    assertEquals(3, journal(VaultEvent.BatchSigned.class).getFirst().signatures().size());
    writer.mine(submission.transactionHash(), true);
    chain.pass(1, 1);
    chain.settle(submission.digest());
    chain.pass(1, 1);

    await(() -> assertEquals(1, journal(VaultEvent.WithdrawalsPosted.class).size()));
    await(
        () ->
            assertTrue(
                OTHERS.reports.stream()
                    .anyMatch(book -> book.report().posted().equals(List.of(id(signed))))));
    assertEquals(1, journal(VaultEvent.SubmissionSigned.class).size());
    assertEquals(Optional.empty(), status().halted());
  }

  @Test
  void countsNoVoteThatItsAttesterDidNotSign() {
    String forger = ATTESTERS.getFirst().address().hex();
    OTHERS.attester =
        (address, request) -> {
          if (address.equals(forger)) {
            Hash digest = journal(VaultEvent.BatchProposed.class).getLast().digest();
            request
                .replyTo()
                .tell(
                    new AttesterActor.Attested(
                        ATTESTERS.getFirst().address(), digest, ATTESTERS.get(1).sign(digest)));
          } else {
            signTheProposal(address, request);
          }
        };
    request(X, 1);

    await(() -> assertEquals(1, journal(VaultEvent.BatchSigned.class).size()));

    assertEquals(
        ATTESTERS.subList(1, 4).stream().map(SigningKey::address).toList(),
        List.copyOf(journal(VaultEvent.BatchSigned.class).getFirst().signatures().keySet()));
  }

  @Test
  void forgetsLateAnswersOfAttestersAndCreditsOn() {
    Map<String, AttesterActor.Attest> held = new HashMap<>();
    OTHERS.attester =
        (address, request) -> {
          // the request for the next batch proves that the one before is over
          synchronized (held) {
            AttesterActor.Attest before = held.put(address, request);
            if (before != null) {
              before
                  .replyTo()
                  .tell(
                      new AttesterActor.Declined(
                          new Address(address), AttesterRejection.WRONG_NONCE, "late"));
            }
          }
        };
    int withdrawals = 70;
    for (int i = 0; i < withdrawals; i++) {
      request(account(1, i), 1);
    }
    await(() -> assertTrue(journal(VaultEvent.BatchProposed.class).size() >= 1));

    // all together, then ten by ten, then one by one, until all are given back
    await(
        () -> {
          if (journal(VaultEvent.BatchProposed.class).size()
              > journal(VaultEvent.BatchExpired.class).size()) {
            chain.pass(1, 301);
          }
          assertEquals(withdrawals, journal(VaultEvent.WithdrawalReturned.class).size());
        });

    assertTrue(4 * journal(VaultEvent.BatchExpired.class).size() > 256);
    deposit(X, 100);
    await(() -> assertEquals(List.of(1L), OTHERS.credited()));
  }

  @Test
  void haltsWithoutCreditingWhenTheVaultContradictsItsLogs() {
    chain.says =
        view ->
            new VaultView(view.nonce(), 1, view.depositSequence(), word(9), view.attesterSetHash());
    chain.deposit(token(A), X, 100);

    await(() -> assertEquals(Optional.of("ACCUMULATOR_MISMATCH"), status().halted()));
    await(() -> assertTrue(OTHERS.reports.size() >= 1));

    assertEquals(List.of(), journal(VaultEvent.BlocksRead.class));
    assertEquals(1, journal(VaultEvent.Halted.class).size());
    TreasuryReport report = OTHERS.reports.getFirst().report();
    assertTrue(report.halted());
    assertEquals(Map.of(), report.deposited());
    assertEquals(0, report.depositsThrough());
    assertEquals(List.of(), OTHERS.accounts);
  }

  @Test
  void haltsWhenTheVaultExecutedWhatItNeverProposed() {
    chain.settle(word(9));

    await(() -> assertEquals(Optional.of("FOREIGN_SETTLEMENT"), status().halted()));
  }

  @Test
  void reportsNoDepositsAndCreditsNoneOnceItHasHalted() {
    OTHERS.silentTreasury = true;
    deposit(X, 100);
    await(() -> assertEquals(1, OTHERS.reports.size()));
    deposit(X, 50);
    await(() -> assertEquals(2, status().depositsRead()));
    chain.settle(word(9));
    chain.pass(1, 1);
    await(() -> assertTrue(status().halted().isPresent()));

    OTHERS.silentTreasury = false;
    await(() -> assertEquals(2, journal(VaultEvent.TreasuryAnswered.class).size()));

    TreasuryReport last = journal(VaultEvent.TreasuryReported.class).getLast().report();
    assertEquals(2, journal(VaultEvent.TreasuryReported.class).size());
    assertTrue(last.halted());
    assertEquals(Map.of(), last.deposited());
    assertEquals(1, last.depositsThrough());
    assertEquals(List.of(), OTHERS.credited());
    assertEquals(2, status().depositsUncredited());
  }

  @Test
  void goesOnReadingItsChainAfterItsJournalFailed() {
    deposit(X, 100);
    await(() -> assertEquals(List.of(1L), OTHERS.credited()));
    await(() -> assertEquals(1, journal(VaultEvent.DepositsCredited.class).size()));
    JOURNAL.failNextPersisted(JOURNAL_ID);

    deposit(X, 50);

    await(() -> assertEquals(2, OTHERS.credited().stream().distinct().count()));
  }
}
