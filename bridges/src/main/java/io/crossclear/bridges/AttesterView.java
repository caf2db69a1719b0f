package io.crossclear.bridges;

import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.FillBatchActor;
import io.crossclear.actors.JournalReader;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.PoolActor;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountReplay;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.SliceKey;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.PoolTrail;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.AuctionTrail;
import io.crossclear.domain.margin.Slice;
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
import io.crossclear.domain.trade.BatchTrail;
import io.crossclear.domain.trade.FillBatchEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * What one attester finds out by itself: the proposal in the bridge's journal, every reservation in
 * its account's own journal (executed again from the first event, see {@link AccountReplay}), and
 * the vaults as its own RPC pool tells them. It is used by one thread at a time and blocks it;
 * after a restart of its actor an older look may still be under way.
 *
 * <p>Trades, steps of a pool and auctions are executed again like the rest: every order and bid by
 * its signature and limits, every margin at the prices in its event, a novation from its batch's
 * journal, a step from the pool's ask at the prices that the pool wrote down, a slice from the
 * other account's own journal. Not proved is: that prices and funding in events are the certified
 * ones and that a price set was the newest; that the other side of a fill, which its batch's
 * journal has, is also in that account's; what accounts of which nobody asks answered the pool, so
 * that the pool's limits are those of its own journal; that interest was charged as soon as it
 * could be, or at a rate that the curve gives; that fund contributions came from their accounts; a
 * venue's own signature; which losses the pool shared, and in which order.
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
  private static final int KEPT_JOURNALS = 256;
  private static final long WAIT_SECONDS = 10;

  private final BridgeServices services;
  private final Map<VaultId, SeenVault> vaults = new HashMap<>();
  private final Map<VaultId, SeenBridge> bridges = new HashMap<>();
  private final Map<AccountId, Replica> replicas = new HashMap<>();
  private final Map<Integer, SeenPool> pools = new HashMap<>();
  private final Map<String, SeenBatch> batches = newest();
  private final Map<String, SeenAuction> auctions = newest();
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
    services.genesis().rules().forEach(rules -> pool(rules.number()).catchUp());
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
   * make the chain as long as he likes. An account on the list waits at one event; if another one
   * needs something of it that it has not done by then, it would be its own cause.
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
      task.until().filter(need -> !task.replica().did(need.fact())).ifPresent(missing::add);
    }
  }

  /** What an account did that an event of another account stands on. */
  private sealed interface Fact {}

  /** It let units go to this account. */
  private record Debited(AccountId to, long sequence) implements Fact {}

  /** It offered this slice. */
  private record Offered(SliceKey key, Slice slice) implements Fact {}

  /** It let the slice go. */
  private record Taken(SliceKey key, Slice slice) implements Fact {}

  /** The slice is on offer no more: taken, or the account has changed since. */
  private record OfferOver(SliceKey key, Slice slice) implements Fact {}

  /** It set aside what the slice costs. */
  private record Held(SliceKey key, Slice slice) implements Fact {}

  /** It took that back. */
  private record Released(SliceKey key, Slice slice) implements Fact {}

  private record Needed(AccountId from, Fact fact) {}

  /** Execute a replica until it did something, or to its newest event. */
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

  private SeenPool pool(int number) {
    return pools.computeIfAbsent(number, SeenPool::new);
  }

  private SeenAuction auction(SliceKey key) {
    return auctions.computeIfAbsent(key.auction(), SeenAuction::new);
  }

  /** The buyer of a slice, as the auction's journal has it by now. */
  private Optional<AccountId> buyer(SliceKey key) {
    SeenAuction auction = auction(key);
    auction.catchUp();
    return auction.trail.buyer(key.round());
  }

  /** A map that forgets what was used longest ago; it can be read again. */
  private static <V> Map<String, V> newest() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > KEPT_JOURNALS;
      }
    };
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

  /** A journal that is read on, page by page. */
  private abstract class Seen {
    private final String persistenceId;
    private long sequence;

    Seen(String persistenceId) {
      this.persistenceId = persistenceId;
    }

    final void catchUp() {
      List<JournalReader.Entry> entries;
      do {
        entries = page(persistenceId, sequence);
        for (JournalReader.Entry entry : entries) {
          sequence = entry.sequence();
          read(entry.event());
        }
      } while (entries.size() == PAGE);
    }

    abstract void read(Object event);
  }

  /** What a pool has written down. */
  private final class SeenPool extends Seen {
    final PoolTrail trail;

    SeenPool(int number) {
      super(PoolActor.persistenceId(number));
      trail = new PoolTrail(services.genesis().market(number).orElseThrow());
    }

    @Override
    void read(Object event) {
      if (event instanceof PoolFact fact) {
        trail.read(fact);
      }
    }
  }

  /** What a fill batch has written down. */
  private final class SeenBatch extends Seen {
    final BatchTrail trail = new BatchTrail();

    SeenBatch(String id) {
      super(PersistenceId.of(FillBatchActor.TYPE_KEY.name(), id).id());
    }

    @Override
    void read(Object event) {
      if (event instanceof FillBatchEvent step) {
        trail.read(step);
      }
    }
  }

  /** What an auction has written down. */
  private final class SeenAuction extends Seen {
    final AuctionTrail trail = new AuctionTrail();

    SeenAuction(String id) {
      super(PersistenceId.of(AuctionActor.TYPE_KEY.name(), id).id());
    }

    @Override
    void read(Object event) {
      if (event instanceof AuctionEvent step) {
        trail.read(step);
      }
    }
  }

  /** An account, executed again. */
  private final class Replica {
    final AccountId id;
    final Map<Debited, AccountEvent.TransferDebited> debits = new HashMap<>();
    final Set<Fact> facts = new HashSet<>();
    final Deque<JournalReader.Entry> unread = new ArrayDeque<>();
    MarginAccount account;
    long sequence;

    Replica(AccountId id) {
      this.id = id;
      this.account = MarginAccount.empty(id);
    }

    boolean did(Fact fact) {
      return fact instanceof Debited debit ? debits.containsKey(debit) : facts.contains(fact);
    }

    /**
     * Executes events until there are no more, or there is enough: an event depends only on what
     * the other account did before it, so stopping early keeps two accounts from waiting for each
     * other.
     *
     * @param missing what is known not to have happened
     * @return what another account must be executed for first
     */
    Optional<Needed> catchUp(Optional<Needed> until, Set<Needed> missing) {
      while (until.isEmpty() || !did(until.get().fact())) {
        if (unread.isEmpty()) {
          unread.addAll(page(MarginAccountActor.persistenceId(id), sequence));
        }
        JournalReader.Entry next = unread.peek();
        if (next == null) {
          return Optional.empty();
        }
        Optional<Needed> needed =
            needed(next.event())
                .filter(need -> !replica(need.from()).did(need.fact()) && !missing.contains(need));
        if (needed.isPresent()) {
          return needed;
        }
        execute(next);
        unread.remove();
      }
      return Optional.empty();
    }

    /** What an event stands on that another account did. */
    private Optional<Needed> needed(Object event) {
      if (event instanceof AccountEvent.TransferCredited e) {
        return Optional.of(new Needed(e.from(), new Debited(id, e.sequence())));
      }
      if (event instanceof ClearingEvent.BidReserved e) {
        return SliceKey.of(e.key())
            .map(key -> new Needed(key.account(), new Offered(key, e.slice())));
      }
      if (event instanceof ClearingEvent.SliceCommitted e) {
        return bid(e.key())
            .map(bid -> new Needed(bid.key().account(), new Taken(bid.key(), bid.slice())));
      }
      if (event instanceof ClearingEvent.BidReleased e) {
        return bid(e.key())
            .filter(bid -> buyer(bid.key()).equals(Optional.of(id)))
            .map(bid -> new Needed(bid.key().account(), new OfferOver(bid.key(), bid.slice())));
      }
      if (event instanceof ClearingEvent.SliceTaken) {
        return offer()
            .flatMap(
                of ->
                    buyer(of.key())
                        .map(bidder -> new Needed(bidder, new Held(of.key(), of.slice()))));
      }
      return Optional.empty();
    }

    /** The slice on offer now. */
    private Optional<Offered> offer() {
      return account
          .trading()
          .auction()
          .flatMap(
              open ->
                  open.slice()
                      .map(
                          slice ->
                              new Offered(new SliceKey(id, open.number(), open.round()), slice)));
    }

    private Optional<Held> bid(String key) {
      return SliceKey.of(key)
          .flatMap(
              name ->
                  Optional.ofNullable(account.trading().bids().get(key))
                      .map(bid -> new Held(name, bid.slice())));
    }

    private void execute(JournalReader.Entry entry) {
      if (entry.sequence() != sequence + 1 || !(entry.event() instanceof AccountEvent event)) {
        throw new Contradiction(
            AttesterRejection.ACCOUNT_DOES_NOT_REPLAY, id + " has no event " + (sequence + 1));
      }
      if (event instanceof AccountEvent.WithdrawalVoided voided) {
        checkVoid(voided.id());
      }
      Optional<Offered> offered = offer();
      Optional<Held> released =
          event instanceof ClearingEvent.BidReleased e ? bid(e.key()) : Optional.empty();
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
      if (event instanceof AccountEvent.TransferDebited e) {
        AccountId to = new AccountId(e.signed().action().to().hex());
        debits.put(new Debited(to, e.sequence()), e);
      } else if (event instanceof ClearingEvent.PoolStep e) {
        pool(id.pool()).trail.forget(id, e.step());
      } else if (event instanceof ClearingEvent.SliceTaken) {
        offered.ifPresent(of -> facts.add(new Taken(of.key(), of.slice())));
      } else if (event instanceof ClearingEvent.BidReserved e) {
        Held held = bid(e.key()).orElseThrow();
        facts.add(held);
        facts.remove(new Released(held.key(), held.slice()));
      }
      released.ifPresent(held -> facts.add(new Released(held.key(), held.slice())));
      Optional<Offered> offer = offer();
      offer.ifPresent(facts::add);
      offered
          .filter(was -> !offer.equals(Optional.of(was)))
          .ifPresent(was -> facts.add(new OfferOver(was.key(), was.slice())));
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
      AccountEvent.TransferDebited debit =
          replica(event.from()).debits.get(new Debited(account, event.sequence()));
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

    @Override
    public Optional<List<Integer>> novated(AccountId account, Hash batch, Trading.Batch reserved) {
      SeenBatch seen =
          batches.computeIfAbsent(
              FillBatchActor.id(reserved.venue(), reserved.number()), SeenBatch::new);
      Optional<List<Integer>> novated = seen.trail.novated(account, batch, reserved);
      if (novated.isEmpty()) {
        seen.catchUp();
        novated = seen.trail.novated(account, batch, reserved);
      }
      return novated;
    }

    @Override
    public boolean asked(MarginAccount account, ClearingEvent.PoolStep event) {
      SeenPool pool = pool(account.id().pool());
      if (!pool.trail.asked(account.id(), event.step())) {
        pool.catchUp();
      }
      return pool.trail.cameTo(account, event);
    }

    @Override
    public boolean indexed(AccountId account, long index) {
      SeenPool pool = pool(account.pool());
      if (!pool.trail.indexed(index)) {
        pool.catchUp();
      }
      return pool.trail.indexed(index);
    }

    @Override
    public boolean sliceOffered(SliceKey key, Slice slice) {
      return replica(key.account()).did(new Offered(key, slice));
    }

    @Override
    public boolean sliceBought(SliceKey key, Slice slice) {
      return buyer(key)
          .map(AttesterView.this::replica)
          .filter(bidder -> bidder.did(new Held(key, slice)))
          .filter(bidder -> !bidder.did(new Released(key, slice)))
          .isPresent();
    }

    @Override
    public boolean sliceTaken(AccountId bidder, SliceKey key, Slice slice) {
      return replica(key.account()).did(new Taken(key, slice))
          && buyer(key).equals(Optional.of(bidder));
    }

    @Override
    public boolean sliceKept(AccountId bidder, SliceKey key, Slice slice) {
      Replica seller = replica(key.account());
      return !buyer(key).equals(Optional.of(bidder))
          || seller.did(new OfferOver(key, slice)) && !seller.did(new Taken(key, slice));
    }
  }
}
