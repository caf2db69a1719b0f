package io.crossclear.bridges;

import io.crossclear.actors.JournalReader;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountReplay;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterBook.FinalView;
import io.crossclear.domain.settlement.AttesterRejection;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What one attester finds out by itself: the proposal in the bridge's journal, every reservation in
 * its account's own journal (executed again from the first event, see {@link AccountReplay}), and
 * the vaults as its own RPC pool tells them. It is used by one thread at a time and blocks it;
 * after a restart of its actor an older look may still be under way.
 *
 * <p>Caveat: in one process with the operator's database this protects from faults and from a
 * bridge that errs, not from an operator who also runs the attesters.
 */
final class AttesterView {

  /** What a look came to. */
  sealed interface Finding {}

  /** The batch is what the accounts' owners signed. */
  record Right(SettlementBatch batch, Hash digest, FinalView view) implements Finding {}

  /** It is not. */
  record Wrong(AttesterRejection reason, String detail) implements Finding {}

  private static final class Contradiction extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Wrong wrong;

    Contradiction(AttesterRejection reason, String detail) {
      super(detail);
      this.wrong = new Wrong(reason, detail);
    }
  }

  private static final int PAGE = 1_000;
  private static final long WAIT_SECONDS = 10;

  private final BridgeServices services;
  private final Map<VaultId, SeenVault> vaults = new HashMap<>();
  private final Map<VaultId, SeenBridge> bridges = new HashMap<>();
  private final Map<AccountId, Replica> replicas = new HashMap<>();
  private final AccountReplay replay;
  private AttesterBook book = AttesterBook.EMPTY;

  AttesterView(BridgeServices services, Map<VaultId, ChainReader> readers) {
    this.services = services;
    readers.forEach(
        (id, reader) ->
            vaults.put(id, new SeenVault(services.genesis().vault(id).orElseThrow(), reader)));
    this.replay = new AccountReplay(services.genesis(), services.verifier(), new OwnEyes());
  }

  /** Reads on wherever there is something new, so that the next look has little to do. */
  synchronized void readAhead(AttesterBook signed) {
    book = signed;
    vaults.values().forEach(SeenVault::catchUp);
    vaults.keySet().forEach(vault -> bridges.computeIfAbsent(vault, SeenBridge::new).catchUp());
  }

  /** Rebuilds the batch that the request stands for. */
  synchronized Finding look(AttesterActor.Attest request, AttesterBook signed) {
    book = signed;
    try {
      return rebuilt(request);
    } catch (Contradiction contradiction) {
      return contradiction.wrong;
    }
  }

  private Finding rebuilt(AttesterActor.Attest request) {
    SeenVault vault = seen(request.vault());
    vault.catchUp();
    SeenBridge bridge = bridges.computeIfAbsent(request.vault(), SeenBridge::new);
    bridge.catchUp();
    VaultEvent.BatchProposed proposal = bridge.proposals.get(request.nonce());
    if (proposal == null || !proposal.withdrawals().equals(request.withdrawals())) {
      return new Wrong(AttesterRejection.NOT_PROPOSED, "nonce " + request.nonce());
    }
    List<SettlementBatch.Entry> entries = new ArrayList<>();
    Set<Address> tokens = new HashSet<>();
    for (Hash id : request.withdrawals()) {
      UserAction.Withdraw action = reserved(bridge, id, vault).action();
      Asset asset = new Asset(action.asset());
      tokens.add(vault.config.token(asset).orElseThrow().token());
      entries.add(new SettlementBatch.Entry(id, action.to(), action.amount()));
    }
    if (tokens.size() > 1) {
      return new Wrong(
          AttesterRejection.DIGEST_DIFFERS, "the withdrawals are of " + tokens.size() + " tokens");
    }
    Address token = tokens.stream().findFirst().orElse(Address.ZERO);
    SettlementBatch batch =
        new SettlementBatch(
            request.vault(),
            vault.setEpoch,
            request.nonce(),
            token,
            entries,
            proposal.notAfterSeconds());
    Hash digest = batch.digest(services.verifier().keccak());
    return digest.equals(proposal.digest())
        ? new Right(batch, digest, vault.finalView())
        : new Wrong(
            AttesterRejection.DIGEST_DIFFERS,
            "rebuilt " + digest + ", proposed " + proposal.digest());
  }

  private SignedAction<UserAction.Withdraw> reserved(SeenBridge bridge, Hash id, SeenVault vault) {
    SignedAction<UserAction.Withdraw> requested =
        Optional.ofNullable(bridge.requests.get(id))
            .orElseThrow(
                () -> new Contradiction(AttesterRejection.NOT_RESERVED, "no request " + id));
    AccountId accountId = new AccountId(requested.action().account().hex());
    Replica replica = executed(accountId);
    MarginAccount.Reservation reservation = replica.account.withdrawals().get(id);
    if (reservation == null || !reservation.signed().equals(requested)) {
      throw new Contradiction(
          AttesterRejection.NOT_RESERVED, "account " + accountId + " holds no " + id);
    }
    if (reservation.signed().action().toChain() != vault.config.id().chainId()) {
      throw new Contradiction(AttesterRejection.NOT_RESERVED, id + " is for another chain");
    }
    if (!services
        .verifier()
        .verify(reservation.signed())
        .signer()
        .equals(Optional.of(accountId.owner()))) {
      throw new Contradiction(AttesterRejection.WRONG_SIGNER, id.hex());
    }
    return reservation.signed();
  }

  /**
   * The account, executed to its newest event. What came from another account needs that one
   * executed first, which may need a third: a list of what is still to do, because an owner can
   * make the chain as long as he likes.
   */
  private Replica executed(AccountId id) {
    Deque<Task> tasks = new ArrayDeque<>();
    Set<AccountId> underWay = new HashSet<>();
    Set<Needed> missing = new HashSet<>();
    tasks.push(new Task(replica(id), Optional.empty()));
    underWay.add(id);
    while (true) {
      Task task = tasks.element();
      Optional<Needed> needed = task.replica().catchUp(task.until(), missing);
      if (needed.isPresent()) {
        if (!underWay.add(needed.get().from())) {
          throw new Contradiction(
              AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
              needed.get().from() + " depends on its own future");
        }
        tasks.push(new Task(replica(needed.get().from()), needed));
        continue;
      }
      tasks.pop();
      underWay.remove(task.replica().id);
      if (tasks.isEmpty()) {
        return task.replica();
      }
      task.until().filter(debit -> !task.replica().debited(debit)).ifPresent(missing::add);
    }
  }

  /** A debit that an event of another account stands on. */
  private record Needed(AccountId from, AccountId to, long sequence) {}

  /** Execute a replica until it has a debit, or to its newest event. */
  private record Task(Replica replica, Optional<Needed> until) {}

  /** Refuses a void while the payout that it takes back may still happen or has happened. */
  private void checkVoid(Hash withdrawal) {
    for (AttesterBook.Signed signed : book.batchesOf().get(withdrawal).orElse(List.of())) {
      SeenVault vault = seen(signed.vault());
      if (!vault.dead(signed)) {
        vault.catchUp();
      }
      if (!vault.dead(signed)) {
        throw new Contradiction(
            AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
            withdrawal + " came back while it can be paid");
      }
    }
  }

  private SeenVault seen(VaultId id) {
    return Objects.requireNonNull(vaults.get(id), () -> "no way to vault " + id);
  }

  private Replica replica(AccountId id) {
    return replicas.computeIfAbsent(id, Replica::new);
  }

  private static <T> T await(CompletionStage<T> answer) {
    try {
      return answer.toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException failure) {
      throw new ChainException(String.valueOf(failure.getCause()), failure);
    } catch (TimeoutException late) {
      throw new ChainException("no answer within " + WAIT_SECONDS + " s", late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new ChainException("stopped", stopped);
    }
  }

  private List<JournalReader.Entry> page(String persistenceId, long after) {
    return await(services.journals().read(persistenceId, after + 1, PAGE));
  }

  /** A vault as this attester's own RPC pool tells it; everything in final blocks. */
  private final class SeenVault {
    final VaultConfig config;
    final ChainReader reader;
    final TreeMap<Long, VaultDeposit> deposits = new TreeMap<>();
    final TreeMap<Long, Hash> executed = new TreeMap<>();
    final TreeMap<Long, VaultDeposit> readDeposits = new TreeMap<>();
    final TreeMap<Long, Hash> readExecuted = new TreeMap<>();
    long through;
    long readThrough;
    long seconds;
    long setEpoch = 1;

    SeenVault(VaultConfig config, ChainReader reader) {
      this.config = config;
      this.reader = reader;
      this.through = config.deployedAt() - 1;
      this.readThrough = through;
    }

    /**
     * Reads on to the newest final block; what was read counts once it adds up to the vault's own
     * view there.
     */
    void catchUp() {
      BlockRef head = await(reader.finalized());
      while (readThrough < head.number()) {
        long to = Math.min(head.number(), readThrough + PAGE);
        VaultLogs logs = await(reader.vaultLogs(readThrough + 1, to));
        logs.deposits().forEach(deposit -> readDeposits.put(deposit.sequence(), deposit));
        logs.settlements()
            .forEach(settlement -> readExecuted.put(settlement.nonce(), settlement.digest()));
        readThrough = to;
      }
      if (readThrough > through) {
        BlockRef last = await(reader.block(readThrough));
        VaultView view = await(reader.vault(readThrough));
        if (!addsUp(view)) {
          readDeposits.clear();
          readExecuted.clear();
          readThrough = through;
          throw new ChainException(
              "logs of " + config.id() + " do not add up to the vault's own view");
        }
        deposits.putAll(readDeposits);
        executed.putAll(readExecuted);
        readDeposits.clear();
        readExecuted.clear();
        through = readThrough;
        seconds = last.timestampSeconds();
        setEpoch = view.setEpoch();
      }
    }

    private boolean addsUp(VaultView view) {
      Optional<VaultDeposit> newest =
          Optional.ofNullable(
                  readDeposits.isEmpty() ? deposits.lastEntry() : readDeposits.lastEntry())
              .map(Map.Entry::getValue);
      return view.nonce() == executed.size() + readExecuted.size()
          && view.depositSequence() == deposits.size() + readDeposits.size()
          && view.depositAccumulator()
              .equals(newest.map(VaultDeposit::accumulator).orElse(Hash.ZERO))
          && view.attesterSetHash()
              .equals(VaultAbi.attesterSetHash(config.attesters(), config.threshold()));
    }

    FinalView finalView() {
      return new FinalView(seconds, executed.size(), executed);
    }

    boolean dead(AttesterBook.Signed signed) {
      Hash executedDigest = executed.get(signed.nonce());
      return executedDigest == null
          ? signed.notAfterSeconds() < seconds
          : !executedDigest.equals(signed.digest());
    }
  }

  /** What a bridge has written down. */
  private final class SeenBridge {
    final VaultId vault;
    final Map<Long, VaultEvent.BatchProposed> proposals = new HashMap<>();
    final Map<Hash, SignedAction<UserAction.Withdraw>> requests = new HashMap<>();
    long sequence;

    SeenBridge(VaultId vault) {
      this.vault = vault;
    }

    void catchUp() {
      List<JournalReader.Entry> entries;
      do {
        entries = page(ChainBridgeActor.persistenceId(vault), sequence);
        for (JournalReader.Entry entry : entries) {
          sequence = entry.sequence();
          if (entry.event() instanceof VaultEvent.BatchProposed proposed) {
            proposals.put(proposed.nonce(), proposed);
          } else if (entry.event() instanceof VaultEvent.WithdrawalRequested requested) {
            requests.put(requested.id(), requested.signed());
          } else if (entry.event() instanceof VaultEvent.WithdrawalsPosted posted) {
            posted.ids().forEach(requests::remove);
          } else if (entry.event() instanceof VaultEvent.WithdrawalReturned returned) {
            requests.remove(returned.id());
          }
        }
      } while (entries.size() == PAGE);
    }
  }

  /** An account, executed again. */
  private final class Replica {
    final AccountId id;
    final Map<AccountId, Map<Long, AccountEvent.TransferDebited>> debits = new HashMap<>();
    final Deque<JournalReader.Entry> unread = new ArrayDeque<>();
    MarginAccount account;
    long sequence;

    Replica(AccountId id) {
      this.id = id;
      this.account = MarginAccount.empty(id);
    }

    boolean debited(Needed debit) {
      return debits.getOrDefault(debit.to(), Map.of()).containsKey(debit.sequence());
    }

    /**
     * Executes events until there are no more, or there is enough: an event depends only on what
     * the other account did before it, so stopping early keeps two accounts from waiting for each
     * other.
     *
     * @param missing debits that are known not to be there
     * @return what another account must be executed for first
     */
    Optional<Needed> catchUp(Optional<Needed> until, Set<Needed> missing) {
      while (until.isEmpty() || !debited(until.get())) {
        if (unread.isEmpty()) {
          unread.addAll(page(MarginAccountActor.persistenceId(id), sequence));
        }
        JournalReader.Entry next = unread.peek();
        if (next == null) {
          return Optional.empty();
        }
        if (next.event() instanceof AccountEvent.TransferCredited credited) {
          Needed debit = new Needed(credited.from(), id, credited.sequence());
          if (!replica(credited.from()).debited(debit) && !missing.contains(debit)) {
            return Optional.of(debit);
          }
        }
        execute(next);
        unread.remove();
      }
      return Optional.empty();
    }

    private void execute(JournalReader.Entry entry) {
      if (entry.sequence() != sequence + 1 || !(entry.event() instanceof AccountEvent event)) {
        throw new Contradiction(
            AttesterRejection.ACCOUNT_DOES_NOT_REPLAY, id + " has no event " + (sequence + 1));
      }
      if (event instanceof AccountEvent.WithdrawalVoided voided) {
        checkVoid(voided.id());
      }
      account =
          replay
              .step(account, event)
              .orElseThrow(
                  () ->
                      new Contradiction(
                          AttesterRejection.ACCOUNT_DOES_NOT_REPLAY,
                          id
                              + " event "
                              + entry.sequence()
                              + " "
                              + event.getClass().getSimpleName()));
      sequence = entry.sequence();
      if (event instanceof AccountEvent.TransferDebited debited) {
        AccountId to = new AccountId(debited.signed().action().to().hex());
        debits.computeIfAbsent(to, account -> new HashMap<>()).put(debited.sequence(), debited);
      }
    }
  }

  /** Evidence for the replay: this attester's own chains and replicas. */
  private final class OwnEyes implements AccountReplay.Evidence {

    @Override
    public boolean deposited(AccountId account, AccountEvent.Credited event) {
      SeenVault vault = seen(event.vault());
      if (!vault.deposits.containsKey(event.sequence())) {
        vault.catchUp();
      }
      VaultDeposit deposit = vault.deposits.get(event.sequence());
      if (deposit == null) {
        throw new ChainException(
            "deposit " + event.sequence() + " of " + event.vault() + " is not final here");
      }
      AccountId named = new AccountId(deposit.accountId().hex());
      return VaultBook.creditedAccount(named, event.asset(), services.genesis()).equals(account)
          && vault
              .config
              .tokenAt(deposit.token())
              .filter(t -> t.asset().equals(event.asset()))
              .isPresent()
          && deposit.quanta().bitLength() < 64
          && deposit.quanta().longValue() == event.units()
          && deposit.blockHash().equals(event.evidence().blockHash())
          && deposit.logIndex() == event.evidence().logIndex();
    }

    @Override
    public boolean debited(AccountId account, AccountEvent.TransferCredited event) {
      Replica source = replica(event.from());
      AccountEvent.TransferDebited debit =
          source.debits.getOrDefault(account, Map.of()).get(event.sequence());
      return debit != null
          && debit.id().equals(event.id())
          && debit.signed().action().asset().equals(event.asset().symbol())
          && debit.signed().action().amount() == event.units()
          && debit.imports().equals(event.imports());
    }

    @Override
    public boolean paid(
        MarginAccount.Reservation reservation, AccountEvent.WithdrawalPosted event) {
      VaultConfig config =
          services.genesis().vaultOn(reservation.signed().action().toChain()).orElseThrow();
      SeenVault vault = seen(config.id());
      if (!vault.executed.containsKey(event.evidence().nonce())) {
        vault.catchUp();
      }
      Hash executed = vault.executed.get(event.evidence().nonce());
      if (executed == null) {
        throw new ChainException(
            "batch " + event.evidence().nonce() + " of " + config.id() + " is not final here");
      }
      return executed.equals(event.evidence().digest());
    }
  }
}
