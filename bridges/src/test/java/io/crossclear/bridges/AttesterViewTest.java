package io.crossclear.bridges;

import static io.crossclear.bridges.WrittenNetwork.A;
import static io.crossclear.bridges.WrittenNetwork.B;
import static io.crossclear.bridges.WrittenNetwork.GENESIS;
import static io.crossclear.bridges.WrittenNetwork.NOW;
import static io.crossclear.bridges.WrittenNetwork.SECOND;
import static io.crossclear.bridges.WrittenNetwork.USDC;
import static io.crossclear.bridges.WrittenNetwork.VERIFIER;
import static io.crossclear.bridges.WrittenNetwork.account;
import static io.crossclear.bridges.WrittenNetwork.address;
import static io.crossclear.bridges.WrittenNetwork.arrival;
import static io.crossclear.bridges.WrittenNetwork.id;
import static io.crossclear.bridges.WrittenNetwork.only;
import static io.crossclear.bridges.WrittenNetwork.owner;
import static io.crossclear.bridges.WrittenNetwork.sign;
import static io.crossclear.bridges.WrittenNetwork.token;
import static io.crossclear.bridges.WrittenNetwork.withdraw;
import static io.crossclear.bridges.WrittenNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountEvent.TransferDebited;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterEvent.DigestSigned;
import io.crossclear.domain.settlement.AttesterRejection;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attester finds in journals that are honest, and in journals that are not. */
final class AttesterViewTest {

  private static final ActorTestKit KIT = ActorTestKit.create("AttesterViewTest");
  private static final AccountId X = account(1, 0);
  private static final AccountId Y = account(1, 1);
  private static final AttesterBook NOTHING_SIGNED = AttesterBook.EMPTY;

  private final WrittenNetwork network = new WrittenNetwork(KIT.system().ignoreRef());
  private final AttesterView view = network.view();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private void assertRight(AttesterActor.Attest request) {
    AttesterView.Right right =
        assertInstanceOf(AttesterView.Right.class, view.look(request, NOTHING_SIGNED));
    assertEquals(
        request.withdrawals(),
        right.batch().entries().stream().map(SettlementBatch.Entry::withdrawalId).toList());
    assertEquals(right.batch().digest(WrittenNetwork.KECCAK), right.digest());
  }

  private void assertWrong(AttesterRejection reason, AttesterActor.Attest request) {
    assertWrong(reason, request, NOTHING_SIGNED);
  }

  private void assertWrong(
      AttesterRejection reason, AttesterActor.Attest request, AttesterBook signed) {
    AttesterView.Finding finding = view.look(request, signed);
    assertEquals(reason, assertInstanceOf(AttesterView.Wrong.class, finding).reason());
    // and it stays wrong however often somebody asks
    assertEquals(finding, view.look(request, signed));
  }

  private static AttesterBook signed(
      VaultId vault, Hash digest, SignedAction<UserAction.Withdraw> withdrawal) {
    return NOTHING_SIGNED.apply(
        new DigestSigned(vault, 1, 1, digest, SECOND + 300, List.of(id(withdrawal)), NOW));
  }

  @Nested
  class TransfersBetweenAccounts {

    @Test
    void twoThousandInARowAreFollowedToTheirDepositOnALittleStack() throws Exception {
      network.fund(account(1, 0), A, 100);
      for (int i = 0; i < 2_000; i++) {
        network.transfer(1, account(1, i), account(1, i + 1), 100, NOW);
      }
      AttesterActor.Attest request =
          network.propose(A, 1, List.of(network.reserve(1, account(1, 2_000), A, 100, 1)));
      FutureTask<AttesterView.Finding> look =
          new FutureTask<>(() -> view.look(request, NOTHING_SIGNED));

      new Thread(null, look, "little stack", 256 * 1_024).start();

      assertInstanceOf(AttesterView.Right.class, look.get());
    }

    @Test
    void theirJournalsAreReadOnce() {
      network.fund(X, A, 100);
      long now = NOW;
      for (int i = 0; i < 125; i++) {
        network.transfer(1, X, Y, 100, now);
        network.transfer(1, Y, X, 100, now + 1_000);
        now += 2_000;
      }
      SignedAction<UserAction.Withdraw> withdrawal =
          sign(
              owner(1),
              new UserAction.Withdraw(
                  X.word(), "USDC", 100, A.chainId(), address(0x77), 1, now / 1_000 + 600));
      network.write(
          X, only(network.state(X).reserve(withdrawal, VERIFIER.verify(withdrawal), GENESIS, now)));
      AttesterActor.Attest request = network.propose(A, 1, List.of(withdrawal));

      assertRight(request);
      assertRight(request);
      view.readAhead(NOTHING_SIGNED);
      assertRight(request);

      assertEquals(750 + 2 + 2, network.eventsWritten());
      assertEquals(network.eventsWritten(), network.eventsRead);
    }

    @Test
    void whatWasReadIsNotReadAgainWhenMoreIsWritten() {
      network.fund(X, A, 100);
      network.transfer(1, X, Y, 100, NOW);
      assertRight(network.propose(A, 1, List.of(network.reserve(1, Y, A, 40, 1))));

      assertRight(network.propose(A, 1, List.of(network.reserve(1, Y, A, 60, 2))));

      assertEquals(network.eventsWritten(), network.eventsRead);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1_000})
    void thatFeedThemselvesInARingAreRefused(int accounts) {
      SignedAction<UserAction.Transfer> last =
          network.signTransfer(1, account(1, accounts - 1), account(1, 0), 100, NOW);
      network.write(
          account(1, 0),
          new AccountEvent.TransferCredited(
              id(last), account(1, accounts - 1), 1, USDC, 100, Collections.emptySortedMap(), NOW));
      for (int i = 0; i < accounts - 1; i++) {
        network.transfer(1, account(1, i), account(1, i + 1), 100, NOW);
      }
      AccountId end = account(1, accounts - 1);
      network.write(end, only(network.state(end).debit(last, VERIFIER.verify(last), GENESIS, NOW)));
      network.fund(account(1, 0), A, 100);

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, account(1, 0), A, 100, 1))));
    }

    @Test
    void thatNobodySentAreRefused() {
      SignedAction<UserAction.Transfer> never = network.signTransfer(1, Y, X, 100, NOW);
      network.write(
          X,
          new AccountEvent.TransferCredited(
              id(never), Y, 1, USDC, 100, Collections.emptySortedMap(), NOW));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 1))));
    }

    @Test
    void thatArriveAsMoreThanWasSentAreRefused() {
      network.fund(Y, A, 100);
      network.write(X, arrival(Y, debit(Y, X, 100), 101, NOW));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 101, 1))));
    }

    @Test
    void thatArriveWithOtherImportsThanTheyLeftAreRefused() {
      network.fund(Y, A, 100);
      TransferDebited debit = debit(Y, X, 100);
      network.write(
          X,
          new AccountEvent.TransferCredited(
              debit.id(), Y, 1, USDC, 100, new TreeMap<>(Map.of(B.chainId(), 100L)), NOW));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 1))));
    }

    private TransferDebited debit(AccountId from, AccountId to, long units) {
      SignedAction<UserAction.Transfer> signed = network.signTransfer(1, from, to, units, NOW);
      AccountEvent event =
          only(network.state(from).debit(signed, VERIFIER.verify(signed), GENESIS, NOW));
      network.write(from, event);
      return (TransferDebited) event;
    }
  }

  @Nested
  class Deposits {

    @Test
    void areEvidenceForOneAccountOnly() {
      network.fund(X, A, 100);
      network.write(X.unassigned(), network.credit(X.unassigned(), A, 100));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(
              A,
              1,
              List.of(
                  network.reserve(1, X, A, 100, 1),
                  network.reserve(1, X.unassigned(), A, 100, 1))));
    }

    @Test
    void toAPoolThatTakesThemNotAreEvidenceForTheUnassignedAccount() {
      AccountId named = AccountId.of(owner(1).address(), 9, 0);
      network.chain(A).deposit(token(A), named, 100);
      network.write(named.unassigned(), network.credit(named.unassigned(), A, 100));

      assertRight(
          network.propose(A, 1, List.of(network.reserve(1, named.unassigned(), A, 100, 1))));
    }

    @Test
    void toAPoolThatTakesThemNotAreNoEvidenceForTheNamedAccount() {
      AccountId named = AccountId.of(owner(1).address(), 9, 0);
      network.chain(A).deposit(token(A), named, 100);
      network.write(named, network.credit(named, A, 100));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, named, A, 100, 1))));
    }

    @Test
    void thatAreInNoFinalBlockAreWaitedFor() {
      network.fund(X, A, 100);
      network.write(
          X,
          new AccountEvent.Credited(
              A, 2, USDC, 50, new DepositEvidence(101, word(101), word(1), 0), NOW));
      AttesterActor.Attest request =
          network.propose(A, 1, List.of(network.reserve(1, X, A, 150, 1)));

      assertThrows(ChainException.class, () -> view.look(request, NOTHING_SIGNED));
      assertThrows(ChainException.class, () -> view.look(request, NOTHING_SIGNED));
    }

    @Test
    void ofOtherUnitsAreRefused() {
      network.chain(A).deposit(token(A), X, 100);
      network.write(X, network.credit(X, A, 101));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 101, 1))));
    }

    @Test
    void ofAnotherAccountAreRefused() {
      network.chain(A).deposit(token(A), account(2, 0), 100);
      network.write(X, network.credit(X, A, 100));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 1))));
    }

    @Test
    void countOnce() {
      network.fund(X, A, 100);
      network.write(X, network.credit(X, A, 100));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 200, 1))));
    }
  }

  @Nested
  class Voids {

    private final Hash signedDigest = word(501);

    private AttesterActor.Attest afterAForgedVoid(boolean sibling) {
      return again(network.reserve(1, X, A, 100, 1), sibling);
    }

    private AttesterActor.Attest again(SignedAction<UserAction.Withdraw> first, boolean sibling) {
      long nonce = network.chain(A).settlements.size() + 1;
      network.takeBack(X, first);
      if (sibling) {
        network.transfer(1, X, Y, 100, NOW);
      }
      return network.propose(A, nonce, List.of(network.reserve(1, sibling ? Y : X, A, 100, 2)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofAPaidWithdrawalAreRefusedWhereverTheUnitsGo(boolean sibling) {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> paid = network.reserve(1, X, A, 100, 1);
      network.chain(A).settle(signedDigest);

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          again(paid, sibling),
          signed(A, signedDigest, paid));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofAWithdrawalThatCanStillBePaidAreRefusedWhereverTheUnitsGo(boolean sibling) {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> live = network.reserve(1, X, A, 100, 1);

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          again(live, sibling),
          signed(A, signedDigest, live));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofAWithdrawalThatThisAttesterNeverSignedAreTaken(boolean sibling) {
      network.fund(X, A, 100);

      assertRight(afterAForgedVoid(sibling));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofAPayoutThatRanOutOfTimeAtAnotherVaultAreTaken(boolean readBefore) {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> expired = network.reserve(1, X, B, 60, 1);
      AttesterBook book = signed(B, signedDigest, expired);
      if (readBefore) {
        view.readAhead(book);
      }
      network.chain(B).pass(1, 301);
      network.takeBack(X, expired);
      AttesterActor.Attest request =
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 2)));

      assertInstanceOf(AttesterView.Right.class, view.look(request, book));
    }

    @Test
    void atTheLastSecondOfThePayoutAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> live = network.reserve(1, X, B, 60, 1);
      network.chain(B).pass(1, 300);
      network.takeBack(X, live);

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 2))),
          signed(B, signedDigest, live));
    }
  }

  @Nested
  class Vaults {

    /** Ways in which a vault's own view can differ from its logs or from the genesis. */
    enum Contradiction {
      ACCUMULATOR(v -> new VaultView(v.nonce(), 1, v.depositSequence(), word(9), set(v))),
      ONE_DEPOSIT_MORE(
          v ->
              new VaultView(v.nonce(), 1, v.depositSequence() + 1, v.depositAccumulator(), set(v))),
      ONE_BATCH_MORE(
          v ->
              new VaultView(v.nonce() + 1, 1, v.depositSequence(), v.depositAccumulator(), set(v))),
      OTHER_ATTESTERS(
          v -> new VaultView(v.nonce(), 1, v.depositSequence(), v.depositAccumulator(), word(9)));

      private final UnaryOperator<VaultView> says;

      Contradiction(UnaryOperator<VaultView> says) {
        this.says = says;
      }

      private static Hash set(VaultView view) {
        return view.attesterSetHash();
      }
    }

    @ParameterizedTest
    @EnumSource
    void thatContradictThemselvesGetNoSignature(Contradiction contradiction) {
      network.fund(X, A, 100);
      AttesterActor.Attest request =
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 1)));
      network.chain(A).says = contradiction.says;

      assertThrows(ChainException.class, () -> view.look(request, NOTHING_SIGNED));
      assertThrows(ChainException.class, () -> view.look(request, NOTHING_SIGNED));

      network.chain(A).says = UnaryOperator.identity();
      assertRight(request);
    }

    @ParameterizedTest
    @EnumSource
    void thatContradictThemselvesAreNoEvidenceForAnotherVault(Contradiction contradiction) {
      network.fund(X, B, 100);
      AttesterActor.Attest request =
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 1)));
      network.chain(B).says = contradiction.says;

      assertThrows(ChainException.class, () -> view.look(request, NOTHING_SIGNED));
      assertThrows(ChainException.class, () -> view.look(request, NOTHING_SIGNED));
    }

    @Test
    void thatHideAPayoutDoNotMakeItsVoidTrue() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> paid = network.reserve(1, X, B, 60, 1);
      network.chain(B).says = Contradiction.ONE_BATCH_MORE.says;
      network.chain(B).pass(1, 301);
      network.takeBack(X, paid);
      AttesterActor.Attest request =
          network.propose(A, 1, List.of(network.reserve(1, X, A, 100, 2)));
      AttesterBook book = signed(B, word(501), paid);

      assertThrows(ChainException.class, () -> view.look(request, book));
      assertThrows(ChainException.class, () -> view.look(request, book));
    }

    @Test
    void postPayoutsOnlyOfBatchesThatTheyExecuted() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> paid = network.reserve(1, X, A, 40, 1);
      network.chain(A).settle(word(501));
      network.write(
          X,
          new AccountEvent.WithdrawalPosted(
              id(paid), new PayoutEvidence(1, word(502), 100, word(100), word(1)), NOW));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(A, 2, List.of(network.reserve(1, X, A, 60, 2))));
    }
  }

  @Nested
  class Reservations {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void forMoreOrAnotherThanTheOwnerSignedAreRefused(boolean anotherRecipient) {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> honest = sign(owner(1), withdraw(X, A, 50, 1));
      UserAction.Withdraw was = honest.action();
      SignedAction<UserAction.Withdraw> altered =
          new SignedAction<>(
              new UserAction.Withdraw(
                  was.account(),
                  was.asset(),
                  anotherRecipient ? was.amount() : 100,
                  was.toChain(),
                  anotherRecipient ? address(0x78) : was.to(),
                  was.nonce(),
                  was.deadline()),
              honest.chainId(),
              honest.verifyingContract(),
              honest.signature());
      AccountEvent.WithdrawalReserved event =
          (AccountEvent.WithdrawalReserved)
              only(network.state(X).reserve(honest, VERIFIER.verify(honest), GENESIS, NOW));
      network.write(
          X, new AccountEvent.WithdrawalReserved(event.id(), altered, event.split(), NOW));

      network.request(A, event.id(), altered);
      SettlementBatch.Entry entry =
          new SettlementBatch.Entry(event.id(), altered.action().to(), altered.action().amount());
      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
          network.propose(
              A,
              1,
              List.of(event.id()),
              WrittenNetwork.digest(A, 1, List.of(entry), SECOND + 300),
              SECOND + 300));
    }

    @Test
    void signedBySomebodyElseAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> foreign = sign(owner(2), withdraw(X, A, 50, 1));
      ImportSplit split = new ImportSplit(50, 0, Collections.emptySortedMap());
      network.write(X, new AccountEvent.WithdrawalReserved(id(foreign), foreign, split, NOW));

      assertWrong(
          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY, network.propose(A, 1, List.of(foreign)));
    }

    @Test
    void thatTheAccountDoesNotHoldAreRefused() {
      network.fund(X, A, 100);

      assertWrong(
          AttesterRejection.NOT_RESERVED,
          network.propose(A, 1, List.of(sign(owner(1), withdraw(X, A, 50, 1)))));
    }

    @Test
    void takenBackAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> returned = network.reserve(1, X, A, 50, 1);
      network.takeBack(X, returned);

      assertWrong(AttesterRejection.NOT_RESERVED, network.propose(A, 1, List.of(returned)));
    }

    @Test
    void forAnotherChainAreRefused() {
      network.fund(X, A, 100);

      assertWrong(
          AttesterRejection.NOT_RESERVED,
          network.propose(A, 1, List.of(network.reserve(1, X, B, 50, 1))));
    }

    @Test
    void thatTheRequestTellsDifferentlyAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> reserved = network.reserve(1, X, A, 50, 1);
      Hash id = id(reserved);
      network.request(A, id, sign(owner(1), withdraw(X, A, 60, 1)));

      assertWrong(
          AttesterRejection.NOT_RESERVED,
          network.propose(A, 1, List.of(id), word(1), SECOND + 300));
    }
  }

  @Nested
  class Proposals {

    private List<SettlementBatch.Entry> entries(SignedAction<UserAction.Withdraw> signed) {
      return List.of(
          new SettlementBatch.Entry(id(signed), signed.action().to(), signed.action().amount()));
    }

    @Test
    void thatAreNotInTheJournalAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> reserved = network.reserve(1, X, A, 50, 1);

      assertWrong(AttesterRejection.NOT_PROPOSED, network.ask(A, 1, List.of(id(reserved))));
    }

    @Test
    void ofOtherWithdrawalsAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> one = network.reserve(1, X, A, 50, 1);
      SignedAction<UserAction.Withdraw> two = network.reserve(1, X, A, 50, 2);
      network.propose(A, 1, List.of(one));

      assertWrong(AttesterRejection.NOT_PROPOSED, network.ask(A, 1, List.of(id(one), id(two))));
      assertWrong(AttesterRejection.NOT_PROPOSED, network.ask(A, 1, List.of(id(two))));
      assertWrong(AttesterRejection.NOT_PROPOSED, network.ask(A, 2, List.of(id(one))));
      assertRight(network.ask(A, 1, List.of(id(one))));
    }

    @Test
    void withAnotherDigestAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> reserved = network.reserve(1, X, A, 50, 1);
      network.request(A, id(reserved), reserved);

      assertWrong(
          AttesterRejection.DIGEST_DIFFERS,
          network.propose(A, 1, List.of(id(reserved)), word(1), SECOND + 300));
    }

    @Test
    void withAnotherEndThanTheirDigestAreRefused() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> reserved = network.reserve(1, X, A, 50, 1);
      network.request(A, id(reserved), reserved);
      Hash digest = WrittenNetwork.digest(A, 1, entries(reserved), SECOND + 300);

      assertWrong(
          AttesterRejection.DIGEST_DIFFERS,
          network.propose(A, 1, List.of(id(reserved)), digest, SECOND + 301));
    }

    @Test
    void thatReplaceAnotherAreTheOnesThatCount() {
      network.fund(X, A, 100);
      SignedAction<UserAction.Withdraw> reserved = network.reserve(1, X, A, 50, 1);
      network.propose(A, 1, List.of(reserved));
      Hash later = WrittenNetwork.digest(A, 1, entries(reserved), SECOND + 600);
      network.propose(A, 1, List.of(id(reserved)), later, SECOND + 600);

      AttesterView.Right right =
          assertInstanceOf(
              AttesterView.Right.class,
              view.look(network.ask(A, 1, List.of(id(reserved))), NOTHING_SIGNED));
      assertEquals(later, right.digest());
    }
  }
}
