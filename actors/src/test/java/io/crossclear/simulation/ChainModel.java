package io.crossclear.simulation;

import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.AttesterBook.FinalView;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.VaultBook.Cursor;
import io.crossclear.domain.settlement.VaultBook.RawDeposit;
import io.crossclear.domain.settlement.VaultBook.RawSettlement;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Signature;
import io.crossclear.testing.StubSignatures;
import io.crossclear.testing.TestNetwork;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A chain with one vault: blocks with times, of which all but the newest {@link #LAG} are final;
 * deposits, and batches that the vault executes or turns down as its contract does.
 */
final class ChainModel {

  /** Blocks at the head that are not final. */
  static final int LAG = 3;

  /** A block with what the vault said in it and what it knew after it. */
  record Block(
      long number,
      Hash hash,
      long seconds,
      List<RawDeposit> deposits,
      List<RawSettlement> settlements,
      long depositSequence,
      Hash accumulator,
      long nonce) {}

  /** A payout as the chain did it. */
  record Payment(Hash withdrawal, Asset asset, long units, Address to) {}

  private record Waiting(Asset asset, Hash account, long units) {}

  private record Transaction(SettlementBatch batch, SortedMap<Address, Signature> signatures) {}

  private final VaultConfig config;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Waiting> deposits = new ArrayList<>();
  private final List<Transaction> transactions = new ArrayList<>();
  private final List<Payment> payments = new ArrayList<>();
  private final TreeMap<Long, Hash> executed = new TreeMap<>();
  private SortedMap<Asset, Long> balances = new TreeMap<>();
  private long depositSequence;
  private Hash accumulator = Hash.ZERO;

  ChainModel(VaultConfig config, long seconds) {
    this.config = config;
    blocks.add(new Block(1, hash(1), seconds, List.of(), List.of(), 0, Hash.ZERO, 0));
  }

  private Hash hash(long number) {
    return TestNetwork.word(config.id().chainId() * 1_000_000 + number);
  }

  List<Payment> payments() {
    return payments;
  }

  long balance(Asset asset) {
    return balances.getOrDefault(asset, 0L);
  }

  void deposit(Asset asset, Hash account, long units) {
    deposits.add(new Waiting(asset, account, units));
  }

  /** A transaction stays for ever: it may be included late, early or again. */
  void submit(SettlementBatch batch, SortedMap<Address, Signature> signatures) {
    transactions.add(new Transaction(batch, signatures));
  }

  /** Every deposit so far, final or not. */
  List<RawDeposit> allDeposits() {
    return blocks.stream().flatMap(block -> block.deposits().stream()).toList();
  }

  /** Whether everything that was sent to the chain is in a final block. */
  boolean quiet() {
    return deposits.isEmpty() && finalHead(LAG).depositSequence() == depositSequence;
  }

  /**
   * One more block with all waiting deposits and some of the transactions.
   *
   * @param inclusion one in so many transactions is tried; 0 for none
   */
  void mine(long seconds, Random random, int inclusion) {
    long number = blocks.getLast().number() + 1;
    long time = Math.max(blocks.getLast().seconds() + 1, seconds);
    List<RawDeposit> read = new ArrayList<>();
    for (Waiting waiting : deposits) {
      depositSequence++;
      Address token = config.token(waiting.asset()).orElseThrow().token();
      accumulator =
          chained(accumulator, depositSequence, token, waiting.account(), waiting.units());
      balances = Exact.plus(balances, waiting.asset(), waiting.units());
      read.add(
          new RawDeposit(
              depositSequence,
              token,
              waiting.account(),
              BigInteger.valueOf(waiting.units()),
              accumulator,
              new DepositEvidence(number, hash(number), hash(number + 500_000), read.size())));
    }
    deposits.clear();
    List<RawSettlement> settled = new ArrayList<>();
    for (Transaction transaction : transactions) {
      if (inclusion > 0 && random.nextInt(inclusion) == 0) {
        execute(transaction, number, time).ifPresent(settled::add);
      }
    }
    blocks.add(
        new Block(
            number,
            hash(number),
            time,
            List.copyOf(read),
            List.copyOf(settled),
            depositSequence,
            accumulator,
            nonce()));
  }

  private long nonce() {
    return executed.isEmpty() ? 0 : executed.lastKey();
  }

  /**
   * By hand, not through the domain: acc' = keccak(acc ‖ keccak(seq ‖ token ‖ account ‖ units)).
   */
  private static Hash chained(Hash acc, long sequence, Address token, Hash account, long units) {
    String leaf =
        String.format("%016x", sequence)
            + token.hex().substring(2)
            + account.hex().substring(2)
            + String.format("%032x", units);
    Hash leafHash = TestNetwork.KECCAK.hash(Hex.decode("0x" + leaf));
    return TestNetwork.KECCAK.hash(Hex.decode(acc.hex() + leafHash.hex().substring(2)));
  }

  private Optional<RawSettlement> execute(Transaction transaction, long block, long time) {
    SettlementBatch batch = transaction.batch();
    Hash digest = batch.digest(TestNetwork.KECCAK);
    long quorum =
        transaction.signatures().entrySet().stream()
            .filter(entry -> config.attesters().contains(entry.getKey()))
            .filter(entry -> signedBy(digest, entry))
            .count();
    Asset asset = config.tokenAt(batch.token()).orElseThrow().asset();
    boolean taken =
        batch.vault().equals(config.id())
            && batch.nonce() == nonce() + 1
            && batch.notAfterSeconds() >= time
            && quorum >= config.threshold()
            && batch.total() <= balance(asset);
    if (!taken) {
      return Optional.empty();
    }
    executed.put(batch.nonce(), digest);
    balances = Exact.plus(balances, asset, -batch.total());
    for (SettlementBatch.Entry entry : batch.entries()) {
      payments.add(new Payment(entry.withdrawalId(), asset, entry.units(), entry.to()));
    }
    return Optional.of(
        new RawSettlement(batch.nonce(), digest, block, hash(block), hash(block + 700_000)));
  }

  private static boolean signedBy(Hash digest, Map.Entry<Address, Signature> entry) {
    return StubSignatures.INSTANCE
        .recover(digest, entry.getValue())
        .equals(Optional.of(entry.getKey()));
  }

  /** The newest block that is this far from the head. */
  Block finalHead(int lag) {
    return blocks.get(Math.max(0, blocks.size() - 1 - lag));
  }

  Cursor cursor(Block block) {
    return new Cursor(block.number(), block.hash(), block.seconds());
  }

  /** The hash of a block, or zero for the one before the vault's creation. */
  Hash hashOf(long number) {
    return number == 0 ? Hash.ZERO : blocks.get((int) number - 1).hash();
  }

  List<Block> between(long after, long through) {
    return blocks.subList((int) after, (int) through);
  }

  FinalView view(int lag) {
    Block head = finalHead(lag);
    return new FinalView(head.seconds(), head.nonce(), executed.headMap(head.nonce(), true));
  }
}
