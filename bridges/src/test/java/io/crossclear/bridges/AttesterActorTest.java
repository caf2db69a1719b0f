package io.crossclear.bridges;

import static io.crossclear.bridges.WrittenNetwork.A;
import static io.crossclear.bridges.WrittenNetwork.ATTESTERS;
import static io.crossclear.bridges.WrittenNetwork.GENESIS;
import static io.crossclear.bridges.WrittenNetwork.NOW;
import static io.crossclear.bridges.WrittenNetwork.SECOND;
import static io.crossclear.bridges.WrittenNetwork.VERIFIER;
import static io.crossclear.bridges.WrittenNetwork.account;
import static io.crossclear.bridges.WrittenNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.AttesterRejection;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One attester with its key and its memory. */
final class AttesterActorTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "AttesterActorTest",
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
  private static final SigningKey KEY = ATTESTERS.getFirst();
  private static final String JOURNAL_ID =
      AttesterActor.TYPE_KEY.name() + "|" + KEY.address().hex();
  private static final AccountId X = account(1, 0);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TestProbe<AttesterActor.Answer> asker = KIT.createTestProbe();
  private final WrittenNetwork network = new WrittenNetwork(asker.ref());
  private ActorRef<AttesterActor.Command> attester = spawn();

  @AfterEach
  void forget() {
    KIT.stop(attester);
    JOURNAL.clearAll();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<AttesterActor.Command> spawn() {
    BridgeServices.Attester own = new BridgeServices.Attester(KEY, Map.copyOf(network.chains));
    return KIT.spawn(
        AttesterActor.create(
            KEY.address(),
            new BridgeServices(
                GENESIS, VERIFIER, () -> NOW, network, Map.of(), Map.of(KEY.address(), own))));
  }

  private AttesterActor.Answer ask(AttesterActor.Attest request) {
    attester.tell(request);
    return asker.receiveMessage(PATIENCE);
  }

  private void assertSigned(AttesterActor.Answer answer) {
    AttesterActor.Attested attested = assertInstanceOf(AttesterActor.Attested.class, answer);
    assertEquals(KEY.address(), attested.attester());
    assertEquals(
        Optional.of(KEY.address()),
        VERIFIER.recovery().recover(attested.digest(), attested.signature()));
  }

  private static void assertDeclined(AttesterRejection reason, AttesterActor.Answer answer) {
    assertEquals(reason, assertInstanceOf(AttesterActor.Declined.class, answer).reason());
  }

  private static List<Object> journal() {
    return JOURNAL.persistedInStorage(JOURNAL_ID);
  }

  private AttesterActor.Attest proposed() {
    network.fund(X, A, 100);
    return network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 1)));
  }

  @Test
  void writesDownWhatItSignsAndSaysTheSameAgain() {
    AttesterActor.Attest request = proposed();

    AttesterActor.Answer answer = ask(request);

    assertSigned(answer);
    assertEquals(answer, ask(request));
    KIT.stop(attester);
    attester = spawn();
    assertEquals(answer, ask(request));
    assertEquals(1, journal().size());
    AttesterEvent.DigestSigned event =
        assertInstanceOf(AttesterEvent.DigestSigned.class, journal().getFirst());
    assertEquals(request.withdrawals(), event.withdrawals());
  }

  @Test
  void signsNothingElseForTheNonceWhileTheFirstBatchLives() {
    network.fund(X, A, 100);
    SignedAction<UserAction.Withdraw> withdrawal = network.reserve(1, X, A, 100, 1);
    AttesterActor.Attest request = network.propose(A, 1, List.of(withdrawal));
    assertSigned(ask(request));
    List<SettlementBatch.Entry> entries =
        List.of(
            new SettlementBatch.Entry(
                request.withdrawals().getFirst(), withdrawal.action().to(), 100));
    Hash other = WrittenNetwork.digest(A, 1, entries, SECOND + 299);

    AttesterActor.Answer second =
        ask(network.propose(A, 1, request.withdrawals(), other, SECOND + 299));

    assertDeclined(AttesterRejection.EARLIER_BATCH_LIVES, second);
    assertEquals(1, journal().size());
  }

  @Test
  void declinesWhileItsChainContradictsItself() {
    AttesterActor.Attest request = proposed();
    network.chain(A).says =
        view ->
            new VaultView(
                view.nonce(), 1, view.depositSequence(), view.depositAccumulator(), word(9));

    assertDeclined(AttesterRejection.CHAIN_UNREACHABLE, ask(request));
    assertEquals(List.of(), journal());
    network.chain(A).says = UnaryOperator.identity();

    assertSigned(ask(request));
  }

  @Test
  void keepsASignatureToItselfThatItCouldNotWriteDownAndSignsWhenAskedAgain() {
    AttesterActor.Attest request = proposed();
    JOURNAL.failNextPersisted(JOURNAL_ID);
    attester.tell(request);
    asker.expectNoMessage(Duration.ofMillis(500));
    assertEquals(List.of(), journal());

    assertSigned(ask(request));
    assertEquals(1, journal().size());
  }

  @Test
  void readsAheadWhenWokenAndAnswersAfterwards() {
    AttesterActor.Attest request = proposed();
    attester.tell(new AttesterActor.Wake());
    attester.tell(new AttesterActor.Wake());

    assertSigned(ask(request));
  }
}
