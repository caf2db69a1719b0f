package io.crossclear.bridges;

import io.crossclear.actors.JournalReader;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.PoolActor;
import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountEvent.TransferDebited;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * Two vaults and the journals of their accounts and bridges, written by hand: honestly, through the
 * same decisions as the actors', or not. Hashes and signatures are real.
 */
final class WrittenNetwork implements JournalReader {

  static final long NOW = 1_700_000_000_000L;
  static final long SECOND = NOW / 1_000;
  static final BouncyKeccak KECCAK = new BouncyKeccak();
  static final Asset USDC = new Asset("USDC");
  static final VaultId A = new VaultId(101, address(0xa0));
  static final VaultId B = new VaultId(102, address(0xb0));
  static final List<SigningKey> ATTESTERS =
      LongStream.range(0, 4)
          .mapToObj(i -> SigningKey.derive("attester", i))
          .sorted(Comparator.comparing(SigningKey::address))
          .toList();
  static final Genesis GENESIS =
      new Genesis(
          "written",
          word(0xb1),
          List.of(new AssetConfig(USDC, 6, 5)),
          List.of(new PoolConfig(1, "main", List.of(USDC))),
          List.of(vault(A, "alpha", 0xa1), vault(B, "beta", 0xb1)),
          List.of(
              new Instrument.Perpetual(
                  "BTC-PERP",
                  new Asset("BTC"),
                  "BTC/USDC",
                  5,
                  1,
                  new InstrumentRules(100_000, 65_000, 500, 30_000, InstrumentRules.MOST_LOTS))),
          List.of(
              new PoolRules(
                  1,
                  USDC,
                  List.of(),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  980_000,
                  700_000,
                  10,
                  Duration.ofHours(1),
                  0,
                  500_000,
                  new FundingRule(Duration.ofHours(8), 100, 7_500))));
  static final ActionVerifier VERIFIER =
      new ActionVerifier(
          KECCAK,
          Secp256k1.best(),
          GENESIS.networkId(KECCAK),
          (chain, contract) -> GENESIS.vault(new VaultId(chain, contract)).isPresent());

  final Map<VaultId, WrittenChain> chains;
  private final ActorRef<AttesterActor.Answer> replyTo;
  private final Map<String, List<Object>> journals = new HashMap<>();
  private final Map<AccountId, MarginAccount> accounts = new HashMap<>();
  private long transferNonce = 1_000_000;

  /** Events that anybody read. */
  long eventsRead;

  /**
   * Nothing is written yet.
   *
   * @param replyTo who would be answered
   */
  WrittenNetwork(ActorRef<AttesterActor.Answer> replyTo) {
    this.replyTo = replyTo;
    chains = Map.of(A, new WrittenChain(config(A)), B, new WrittenChain(config(B)));
  }

  private static VaultConfig vault(VaultId id, String name, int token) {
    long cap = 1L << 40;
    return new VaultConfig(
        id,
        name,
        1,
        List.of(new TokenConfig(USDC, address(token), 18, 1, cap, cap, cap)),
        ATTESTERS.stream().map(SigningKey::address).toList(),
        3);
  }

  static VaultConfig config(VaultId vault) {
    return GENESIS.vault(vault).orElseThrow();
  }

  static Address token(VaultId vault) {
    return config(vault).token(USDC).orElseThrow().token();
  }

  static Address address(int number) {
    return new Address("0x" + String.format("%040x", number));
  }

  static Hash word(long number) {
    return Hash.of(ByteBuffer.allocate(32).putLong(24, number).array());
  }

  static SigningKey owner(int number) {
    return SigningKey.derive("owner", number);
  }

  static AccountId account(int owner, int index) {
    return AccountId.of(owner(owner).address(), 1, index);
  }

  WrittenChain chain(VaultId vault) {
    return Optional.ofNullable(chains.get(vault)).orElseThrow();
  }

  /** What an attester sees of all this. */
  AttesterView view() {
    return new AttesterView(
        new BridgeServices(GENESIS, VERIFIER, () -> NOW, this, Map.of(), Map.of()),
        Map.copyOf(chains));
  }

  @Override
  public CompletionStage<List<Entry>> read(String persistenceId, long fromSequence, int limit) {
    List<Object> journal = journals.getOrDefault(persistenceId, List.of());
    List<Entry> page =
        LongStream.rangeClosed(fromSequence, journal.size())
            .limit(limit)
            .mapToObj(sequence -> new Entry(sequence, journal.get((int) sequence - 1)))
            .toList();
    eventsRead += page.size();
    return CompletableFuture.completedStage(page);
  }

  /** Events in all journals. */
  long eventsWritten() {
    return journals.values().stream().mapToLong(List::size).sum();
  }

  MarginAccount state(AccountId id) {
    return accounts.getOrDefault(id, MarginAccount.empty(id));
  }

  /** Writes an event whether it is true or not. */
  void write(AccountId id, AccountEvent event) {
    journal(MarginAccountActor.persistenceId(id)).add(event);
    accounts.put(id, state(id).apply(event));
  }

  private void write(VaultId vault, VaultEvent event) {
    journal(ChainBridgeActor.persistenceId(vault)).add(event);
  }

  /** Writes a pool's fact whether it is true or not. */
  void write(PoolFact fact) {
    journal(PoolActor.persistenceId(1)).add(fact);
  }

  /** Writes an event of another entity whether it is true or not. */
  void write(EntityTypeKey<?> type, String id, Object event) {
    journal(PersistenceId.of(type.name(), id).id()).add(event);
  }

  private List<Object> journal(String persistenceId) {
    return journals.computeIfAbsent(persistenceId, id -> new ArrayList<>());
  }

  static <E, R extends Enum<R>> E only(Decision<E, R> decision) {
    if (decision instanceof Decision.Accept<E, R>(List<E> events) && events.size() == 1) {
      return events.getFirst();
    }
    throw new AssertionError("expected one event: " + decision);
  }

  /** The credit of the newest deposit of a chain, as its bridge would have it written. */
  AccountEvent.Credited credit(AccountId id, VaultId vault, long units) {
    VaultDeposit deposit = chain(vault).deposits.getLast();
    DepositEvidence evidence =
        new DepositEvidence(
            deposit.blockNumber(),
            deposit.blockHash(),
            deposit.transactionHash(),
            deposit.logIndex());
    return new AccountEvent.Credited(vault, deposit.sequence(), USDC, units, evidence, NOW);
  }

  /** A deposit in a final block, and its credit. */
  void fund(AccountId id, VaultId vault, long units) {
    chain(vault).deposit(token(vault), id, units);
    write(id, credit(id, vault, units));
  }

  static <T extends UserAction> SignedAction<T> sign(SigningKey key, T action) {
    Hash digest = VERIFIER.typedData(action, A.chainId(), A.address()).digest(KECCAK);
    return new SignedAction<>(action, A.chainId(), A.address(), key.sign(digest));
  }

  static Hash id(SignedAction<?> signed) {
    return VERIFIER.verify(signed).digest();
  }

  static UserAction.Withdraw withdraw(AccountId id, VaultId vault, long units, long nonce) {
    return new UserAction.Withdraw(
        id.word(), "USDC", units, vault.chainId(), address(0x77), nonce, SECOND + 600);
  }

  /** A withdrawal that the owner signed and the account set aside. */
  SignedAction<UserAction.Withdraw> reserve(
      int owner, AccountId id, VaultId vault, long units, long nonce) {
    SignedAction<UserAction.Withdraw> signed =
        sign(owner(owner), withdraw(id, vault, units, nonce));
    write(id, only(state(id).reserve(signed, VERIFIER.verify(signed), GENESIS, NOW)));
    return signed;
  }

  /** Takes a withdrawal back, with or without the right to. */
  void takeBack(AccountId id, SignedAction<UserAction.Withdraw> signed) {
    write(id, only(state(id).voidWithdrawal(id(signed), true, NOW)));
  }

  SignedAction<UserAction.Transfer> signTransfer(
      int owner, AccountId from, AccountId to, long units, long now) {
    transferNonce++;
    return sign(
        owner(owner),
        new UserAction.Transfer(
            from.word(), to.word(), "USDC", units, transferNonce, now / 1_000 + 1));
  }

  /** A whole transfer: debit, credit, confirmation. */
  void transfer(int owner, AccountId from, AccountId to, long units, long now) {
    SignedAction<UserAction.Transfer> signed = signTransfer(owner, from, to, units, now);
    TransferDebited debit =
        (TransferDebited) only(state(from).debit(signed, VERIFIER.verify(signed), GENESIS, now));
    write(from, debit);
    write(to, arrival(from, debit, units, now));
    write(from, only(state(from).confirm(debit.id(), now)));
  }

  static AccountEvent.TransferCredited arrival(
      AccountId from, TransferDebited debit, long units, long now) {
    return new AccountEvent.TransferCredited(
        debit.id(), from, debit.sequence(), USDC, units, debit.imports(), now);
  }

  /**
   * A proposal of these withdrawals in the bridge's journal, and the request that stands for it.
   */
  AttesterActor.Attest propose(
      VaultId vault, long nonce, List<SignedAction<UserAction.Withdraw>> withdrawals) {
    List<SettlementBatch.Entry> entries = new ArrayList<>();
    for (SignedAction<UserAction.Withdraw> signed : withdrawals) {
      request(vault, id(signed), signed);
      entries.add(
          new SettlementBatch.Entry(id(signed), signed.action().to(), signed.action().amount()));
    }
    return propose(
        vault,
        nonce,
        entries.stream().map(SettlementBatch.Entry::withdrawalId).toList(),
        digest(vault, nonce, entries, SECOND + 300),
        SECOND + 300);
  }

  static Hash digest(
      VaultId vault, long nonce, List<SettlementBatch.Entry> entries, long notAfterSeconds) {
    return new SettlementBatch(vault, 1, nonce, token(vault), entries, notAfterSeconds)
        .digest(KECCAK);
  }

  void request(VaultId vault, Hash id, SignedAction<UserAction.Withdraw> signed) {
    write(vault, new VaultEvent.WithdrawalRequested(id, signed, NOW));
  }

  AttesterActor.Attest propose(
      VaultId vault, long nonce, List<Hash> ids, Hash digest, long notAfterSeconds) {
    write(
        vault,
        new VaultEvent.BatchProposed(nonce, USDC, token(vault), ids, digest, notAfterSeconds, NOW));
    return ask(vault, nonce, ids);
  }

  /** Asks for a signature on a batch of these withdrawals. */
  AttesterActor.Attest ask(VaultId vault, long nonce, List<Hash> ids) {
    return new AttesterActor.Attest(vault, nonce, ids, replyTo);
  }
}
