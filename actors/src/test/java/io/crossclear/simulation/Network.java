package io.crossclear.simulation;

import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.VERIFIER;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.VaultBatch;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.settlement.VaultStep;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.testing.StubSignatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * All entities and what each does with a message: decide, append, then answer. Every entity is as
 * thin as its actor. What an entity only has in memory is lost when it crashes.
 */
final class Network {

  /** Ways in which an implementation could be wrong. */
  enum Fault {
    /** An account answers a refusal without writing it down. */
    REFUSAL_IS_FORGOTTEN,
    /** Attesters sign whatever they are asked for. */
    ATTESTERS_SIGN_ANYTHING
  }

  final Map<AccountId, Journal<MarginAccount, AccountEvent>> accounts = new TreeMap<>();
  final Map<VaultId, Journal<VaultBook, VaultEvent>> books = new TreeMap<>();
  final Map<VaultId, List<Journal<AttesterBook, AttesterEvent>>> attesters = new TreeMap<>();
  final Map<Hash, Journal<TransferSaga, TransferEvent>> transfers = new TreeMap<>();
  final Map<VaultId, ChainModel> chains = new TreeMap<>();
  final Journal<Treasury, TreasuryEvent> treasury = new Journal<>(Treasury.EMPTY, Treasury::apply);

  /** Signatures that a bridge has collected, in memory only. */
  final Map<VaultId, TreeMap<Address, Signature>> collected = new TreeMap<>();

  final Checker checker = new Checker(this);
  final List<Fault> faults = new ArrayList<>();
  private final LongSupplier now;
  private final Consumer<Message> send;

  /** Blocks by which each attester's own view of the chain lags. */
  private final int[] lags = {3, 4, 3, 6};

  /** Whether a chain of this network is dishonest, so that its bridge may stop. */
  boolean mayHalt;

  /** One attester, when there is one, signs whatever it is asked for. */
  Optional<Integer> liar = Optional.empty();

  Network(LongSupplier now, Consumer<Message> send) {
    this.now = now;
    this.send = send;
    for (VaultConfig config : GENESIS.vaults()) {
      VaultId vault = config.id();
      books.put(vault, new Journal<>(VaultBook.empty(config), VaultBook::apply));
      chains.put(vault, new ChainModel(config, now.getAsLong() / 1000));
      List<Journal<AttesterBook, AttesterEvent>> set = new ArrayList<>();
      config
          .attesters()
          .forEach(a -> set.add(new Journal<>(AttesterBook.EMPTY, AttesterBook::apply)));
      attesters.put(vault, set);
      collected.put(vault, new TreeMap<>());
    }
  }

  Journal<MarginAccount, AccountEvent> account(AccountId id) {
    return accounts.computeIfAbsent(
        id, key -> new Journal<>(MarginAccount.empty(key), MarginAccount::apply));
  }

  Journal<TransferSaga, TransferEvent> transfer(Hash id) {
    return transfers.computeIfAbsent(
        id, key -> new Journal<>(TransferSaga.EMPTY, TransferSaga::apply));
  }

  Journal<VaultBook, VaultEvent> bookOf(VaultId vault) {
    return Optional.ofNullable(books.get(vault)).orElseThrow();
  }

  VaultBook book(VaultId vault) {
    return bookOf(vault).state();
  }

  ChainModel chain(VaultId vault) {
    return Optional.ofNullable(chains.get(vault)).orElseThrow();
  }

  /** Appends what a decision came to; true when the command is done now or was before. */
  private <S, E, R extends Enum<R>> boolean take(Journal<S, E> journal, Decision<E, R> decision) {
    return switch (decision) {
      case Decision.Accept<E, R>(List<E> events) -> {
        for (E event : events) {
          journal.append(event);
          checker.seen(event);
        }
        // the events of one decision are one write
        checker.check();
        yield true;
      }
      case Decision.AlreadyDone<E, R> done -> true;
      case Decision.Reject<E, R> refused -> false;
    };
  }

  void deliver(Message message) {
    switch (message) {
      case Message.AskPayout m -> {
        Hash id = VERIFIER.verify(m.signed()).digest();
        take(bookOf(m.vault()), book(m.vault()).request(id, m.signed(), time()));
      }
      case Message.AskTransfer m -> {
        Journal<TransferSaga, TransferEvent> saga = transfer(VERIFIER.verify(m.signed()).digest());
        take(saga, saga.state().request(m.signed(), time()));
      }
      case Message.Credit m -> credit(m);
      case Message.CreditDone m ->
          take(bookOf(m.vault()), book(m.vault()).credited(List.of(m.sequence()), time()));
      case Message.Reserve m -> reserve(m);
      case Message.Reserved m ->
          take(bookOf(m.vault()), book(m.vault()).reserved(m.id(), m.split(), 1, time()));
      case Message.ReserveRefused m ->
          take(bookOf(m.vault()), book(m.vault()).refused(m.id(), m.reason(), time()));
      case Message.Return m -> {
        var account = account(m.account());
        take(account, account.state().voidWithdrawal(m.id(), m.restoreImports(), time()));
        send.accept(new Message.ReturnDone(m.vault(), m.id()));
      }
      case Message.ReturnDone m ->
          take(bookOf(m.vault()), book(m.vault()).returned(m.id(), time()));
      case Message.Post m -> {
        var account = account(m.account());
        take(account, account.state().post(m.id(), m.evidence(), time()));
        send.accept(new Message.PostDone(m.vault(), m.id()));
      }
      case Message.PostDone m ->
          take(bookOf(m.vault()), book(m.vault()).posted(List.of(m.id()), time()));
      case Message.Report m -> report(m);
      case Message.Answer m ->
          take(
              bookOf(m.vault()),
              book(m.vault()).answered(m.number(), m.granted(), m.refused(), time()));
      case Message.Attest m -> attest(m);
      case Message.Attested m -> attested(m);
      case Message.Submit m -> chain(m.vault()).submit(m.batch(), m.signatures());
      case Message.AskNext m -> askNext(m.transfer());
      case Message.Debit m -> debit(m);
      case Message.Debited m -> {
        var saga = transfer(m.transfer());
        take(saga, saga.state().debited(m.sequence(), m.imports(), time()));
      }
      case Message.DebitRefused m -> {
        var saga = transfer(m.transfer());
        take(saga, saga.state().refused(m.reason(), time()));
      }
      case Message.CreditTransfer m -> creditTransfer(m);
      case Message.TransferArrived m -> {
        var saga = transfer(m.transfer());
        take(saga, saga.state().credited(time()));
      }
      case Message.Confirm m -> {
        var account = account(m.from());
        take(account, account.state().confirm(m.transfer(), time()));
        send.accept(new Message.Confirmed(m.transfer()));
      }
      case Message.Confirmed m -> {
        var saga = transfer(m.transfer());
        take(saga, saga.state().closed(time()));
      }
    }
  }

  private long time() {
    return now.getAsLong();
  }

  // ---- accounts

  private void credit(Message.Credit m) {
    var deposit = m.deposit();
    var account = account(deposit.account());
    boolean done =
        take(
            account,
            account
                .state()
                .credit(
                    m.vault(),
                    deposit.sequence(),
                    deposit.previousSequence(),
                    deposit.asset(),
                    deposit.units(),
                    deposit.evidence(),
                    time()));
    if (done) {
      send.accept(new Message.CreditDone(m.vault(), deposit.sequence()));
    }
  }

  private void reserve(Message.Reserve m) {
    var account = account(new AccountId(m.signed().action().account().hex()));
    var verified = VERIFIER.verify(m.signed());
    var decision = account.state().reserve(m.signed(), verified, GENESIS, time());
    if (take(account, decision)) {
      var reservation = Optional.ofNullable(account.state().withdrawals().get(verified.digest()));
      send.accept(
          reservation.isPresent()
              ? new Message.Reserved(m.vault(), verified.digest(), reservation.get().split())
              : new Message.ReserveRefused(m.vault(), verified.digest(), "ALREADY_CLOSED"));
    } else if (refused(account, verified.digest(), decision, m.signed().action().deadline())) {
      send.accept(new Message.ReserveRefused(m.vault(), verified.digest(), decision.toString()));
    }
  }

  /** Makes a refusal last; only then may it be answered. */
  private boolean refused(
      Journal<MarginAccount, AccountEvent> account,
      Hash digest,
      Decision<AccountEvent, AccountRejection> decision,
      long deadline) {
    if (faults.contains(Fault.REFUSAL_IS_FORGOTTEN)) {
      return true;
    }
    return decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
        && take(account, account.state().refuse(digest, reason, deadline, time()));
  }

  private void debit(Message.Debit m) {
    var account = account(new AccountId(m.signed().action().from().hex()));
    var verified = VERIFIER.verify(m.signed());
    var decision = account.state().debit(m.signed(), verified, GENESIS, time());
    if (take(account, decision)) {
      var outgoing = Optional.ofNullable(account.state().outgoing().get(m.transfer()));
      send.accept(
          outgoing.isPresent()
              ? new Message.Debited(
                  m.transfer(), outgoing.get().sequence(), outgoing.get().imports())
              : new Message.DebitRefused(m.transfer(), "ALREADY_CLOSED"));
    } else if (refused(account, verified.digest(), decision, m.signed().action().deadline())) {
      send.accept(new Message.DebitRefused(m.transfer(), decision.toString()));
    }
  }

  private void creditTransfer(Message.CreditTransfer m) {
    UserAction.Transfer action = m.saga().signed().orElseThrow().action();
    var account = account(new AccountId(action.to().hex()));
    boolean done =
        take(
            account,
            account
                .state()
                .creditTransfer(
                    m.transfer(),
                    new AccountId(action.from().hex()),
                    m.saga().sequence(),
                    new Asset(action.asset()),
                    action.amount(),
                    m.saga().imports(),
                    time()));
    if (done) {
      send.accept(new Message.TransferArrived(m.transfer()));
    }
  }

  /** Asks the account that the transfer's stage names. */
  void askNext(Hash id) {
    TransferSaga saga = transfer(id).state();
    switch (saga.stage()) {
      case REQUESTED -> send.accept(new Message.Debit(id, saga.signed().orElseThrow()));
      case DEBITED -> send.accept(new Message.CreditTransfer(id, saga));
      case CREDITED ->
          send.accept(
              new Message.Confirm(
                  id, new AccountId(saga.signed().orElseThrow().action().from().hex())));
      case UNKNOWN, CLOSED, REFUSED -> {}
    }
  }

  // ---- bridges

  /** Reads the final blocks after the cursor up to some block. */
  void read(VaultId vault, int lag) {
    ChainModel chain = chain(vault);
    VaultBook book = book(vault);
    var head = chain.finalHead(lag);
    if (head.number() <= book.cursor().block()) {
      return;
    }
    var blocks = chain.between(book.cursor().block(), head.number());
    take(
        bookOf(vault),
        book.read(
            chain.hashOf(book.cursor().block()),
            chain.cursor(head),
            blocks.stream().flatMap(block -> block.deposits().stream()).toList(),
            blocks.stream().flatMap(block -> block.settlements().stream()).toList(),
            GENESIS,
            KECCAK,
            time()));
    VaultBook after = book(vault);
    if (after.cursor().block() == head.number()) {
      after
          .compare(head.depositSequence(), head.accumulator(), head.nonce(), time())
          .ifPresent(halt -> checker.fail("book and vault differ: " + halt));
    }
  }

  /** Reads from a chain that now tells another hash for the block that was final. */
  void readRewritten(VaultId vault) {
    VaultBook book = book(vault);
    VaultBook.Cursor next =
        new VaultBook.Cursor(book.cursor().block() + 1, KECCAK.hash(new byte[1]), 1);
    Hash other = KECCAK.hash(new byte[0]);
    take(bookOf(vault), book.read(other, next, List.of(), List.of(), GENESIS, KECCAK, time()));
  }

  void report(VaultId vault) {
    take(bookOf(vault), book(vault).report(time()));
  }

  void propose(VaultId vault) {
    take(bookOf(vault), book(vault).propose(GENESIS.vault(vault).orElseThrow(), KECCAK, time()));
  }

  /** Sends whatever is pending. */
  void sendPending(VaultId vault) {
    for (VaultStep step : book(vault).pending()) {
      switch (step) {
        case VaultStep.Credit s -> send.accept(new Message.Credit(vault, s.deposit()));
        case VaultStep.Reserve s -> send.accept(new Message.Reserve(vault, s.signed()));
        case VaultStep.Return s ->
            send.accept(new Message.Return(vault, s.id(), owner(s.signed()), s.restoreImports()));
        case VaultStep.Post s ->
            send.accept(new Message.Post(vault, s.id(), owner(s.signed()), s.evidence()));
        case VaultStep.Report s -> send.accept(new Message.Report(vault, s.number(), s.report()));
        case VaultStep.Attest s -> {
          for (int i = 0; i < 4; i++) {
            send.accept(new Message.Attest(vault, i, s.nonce(), s.digest()));
          }
        }
        case VaultStep.Submit s -> submit(vault);
      }
    }
  }

  private static AccountId owner(SignedAction<UserAction.Withdraw> signed) {
    return new AccountId(signed.action().account().hex());
  }

  private void submit(VaultId vault) {
    VaultBatch batch = book(vault).batch().orElseThrow();
    if (batch.submissions().isEmpty()) {
      take(
          bookOf(vault),
          book(vault)
              .submission(
                  new VaultEvent.SubmissionSigned(
                      batch.digest(), 1, batch.digest(), "0x", 1, 1, book(vault).time())));
    }
    send.accept(new Message.Submit(vault, batch.content(), batch.signatures()));
  }

  private void attested(Message.Attested m) {
    VaultBook book = book(m.vault());
    if (book.batch().filter(batch -> batch.digest().equals(m.digest())).isEmpty()) {
      return;
    }
    TreeMap<Address, Signature> signatures =
        Optional.ofNullable(collected.get(m.vault())).orElseThrow();
    signatures
        .values()
        .removeIf(signature -> StubSignatures.INSTANCE.recover(m.digest(), signature).isEmpty());
    signatures.put(m.attester(), m.signature());
    if (signatures.size() >= GENESIS.vault(m.vault()).orElseThrow().threshold()) {
      take(bookOf(m.vault()), book.signed(m.digest(), signatures, time()));
    }
  }

  // ---- treasury

  private void report(Message.Report m) {
    Treasury before = treasury.state();
    if (take(treasury, before.book(m.vault(), m.number(), m.report(), GENESIS, time()))) {
      treasury
          .state()
          .answer(m.vault(), m.number())
          .ifPresent(
              mark ->
                  send.accept(
                      new Message.Answer(m.vault(), m.number(), mark.granted(), mark.refused())));
    }
  }

  // ---- attesters

  private void attest(Message.Attest m) {
    boolean lies =
        liar.equals(Optional.of(m.attester())) || faults.contains(Fault.ATTESTERS_SIGN_ANYTHING);
    if (lies || agrees(m)) {
      Address attester = GENESIS.vault(m.vault()).orElseThrow().attesters().get(m.attester());
      send.accept(
          new Message.Attested(
              m.vault(), m.digest(), attester, StubSignatures.sign(attester, m.digest())));
    }
  }

  private boolean agrees(Message.Attest m) {
    Optional<SettlementBatch> content =
        book(m.vault())
            .batch()
            .filter(batch -> batch.digest().equals(m.digest()))
            .map(VaultBatch::content);
    if (content.isEmpty() || !content.get().digest(KECCAK).equals(m.digest())) {
      return false;
    }
    for (SettlementBatch.Entry entry : content.get().entries()) {
      boolean reserved =
          accounts.values().stream()
              .map(Journal::state)
              .filter(account -> account.withdrawals().containsKey(entry.withdrawalId()))
              .map(
                  account ->
                      Optional.ofNullable(account.withdrawals().get(entry.withdrawalId()))
                          .orElseThrow())
              .anyMatch(
                  reservation ->
                      reservation.units() == entry.units()
                          && reservation.signed().action().to().equals(entry.to()));
      if (!reserved) {
        return false;
      }
    }
    Journal<AttesterBook, AttesterEvent> attester =
        Optional.ofNullable(attesters.get(m.vault())).orElseThrow().get(m.attester());
    var view = chain(m.vault()).view(lags[m.attester()]);
    return take(attester, attester.state().sign(content.get(), m.digest(), view, time() / 1000));
  }

  // ---- crashes

  void crashAll() {
    accounts.values().forEach(Journal::crash);
    books.values().forEach(Journal::crash);
    transfers.values().forEach(Journal::crash);
    attesters.values().forEach(set -> set.forEach(Journal::crash));
    treasury.crash();
    collected.values().forEach(TreeMap::clear);
  }
}
