package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VaultAbiTest {

  private static final Keccak KECCAK = new BouncyKeccak();
  private static final Address TOKEN = new Address("0x5615deb798bb3e4dfa0139dfa1b3d433cc23b72f");
  private static final Address VAULT = new Address("0xe7f1725e7734ce288f8367e1bb143e90bb3f0512");
  private static final Address OWNER = new Address("0xd562edad6d7a405440a4548b009ada531b520166");
  private static final Hash ACCOUNT = new Hash(OWNER.hex() + "000000000000000000000007");
  private static final List<SigningKey> KEYS =
      LongStream.range(0, 5)
          .mapToObj(i -> SigningKey.derive("attester", i))
          .sorted(java.util.Comparator.comparing(SigningKey::address))
          .toList();
  private static final List<Address> SET = KEYS.stream().map(SigningKey::address).toList();

  @Nested
  class Calls {

    /** The selectors that solc wrote into the artifacts are those of what is encoded here. */
    @Test
    void everyCallIsAFunctionOfTheCompiledContracts() {
      Map<String, String> vault = selectors(ContractArtifact.CLEARING_VAULT, "function");
      Map<String, String> token = selectors(ContractArtifact.TEST_TOKEN, "function");
      BigInteger one = BigInteger.ONE;

      assertEquals("deposit", called(vault, VaultAbi.encodeDeposit(TOKEN, one, ACCOUNT)));
      assertEquals("claim", called(vault, VaultAbi.encodeClaim(TOKEN, OWNER)));
      assertEquals("claimable", called(vault, VaultAbi.encodeClaimable(TOKEN, OWNER)));
      assertEquals("settle", called(vault, VaultAbi.encodeSettle(batch(1), SET, new TreeMap<>())));
      for (String view :
          List.of("nonce", "setEpoch", "depositSeq", "depositAcc", "attesterSetHash")) {
        assertEquals(view, called(vault, VaultAbi.encodeView(view)));
      }
      assertEquals("approve", called(token, VaultAbi.encodeApprove(VAULT, one)));
      assertEquals("transfer", called(token, VaultAbi.encodeTransfer(OWNER, one)));
      assertEquals("balanceOf", called(token, VaultAbi.encodeBalanceOf(OWNER)));
      assertEquals("allowance", called(token, VaultAbi.encodeAllowance(OWNER, VAULT)));
      assertEquals("mint", called(token, VaultAbi.encodeMint(OWNER, one)));
    }

    @Test
    void everyLogIsAnEventOfTheCompiledVault() {
      List<Hash> topics =
          ContractArtifact.CLEARING_VAULT.signatures("event").keySet().stream()
              .map(VaultAbi::topic)
              .toList();

      assertTrue(
          topics.containsAll(List.of(VaultAbi.DEPOSIT, VaultAbi.SETTLED, VaultAbi.PUSH_FAILED)));
    }

    /** Word by word, against the layout that the ABI specification gives. */
    @Test
    void aSettlementCarriesStructEntriesSetBitmapAndSignatures() {
      SettlementBatch batch = batch(7);
      Hash digest = batch.digest(KECCAK);
      TreeMap<Address, Signature> signatures = new TreeMap<>();
      for (int signer : List.of(3, 0, 1)) {
        signatures.put(SET.get(signer), KEYS.get(signer).sign(digest));
      }

      List<String> words = words(VaultAbi.encodeSettle(batch, SET, signatures));

      assertEquals(number(1), words.get(0), "set epoch");
      assertEquals(number(7), words.get(1), "nonce");
      assertEquals("0".repeat(24) + TOKEN.hex().substring(2), words.get(2), "token");
      for (int root = 3; root <= 7; root++) {
        assertEquals(number(0), words.get(root), "no state root");
      }
      assertEquals(number(130), words.get(8), "total");
      assertEquals(number(2), words.get(9), "count");
      assertEquals(number(1_900_000_000), words.get(10), "not after");
      assertEquals(number(0b1011), words.get(13), "bitmap");
      assertEquals(hex(batch.packedEntries()), bytesAt(words, 11));
      String set = SET.stream().map(a -> a.hex().substring(2)).collect(Collectors.joining());
      assertEquals(set, bytesAt(words, 12));
      String signed =
          Stream.of(0, 1, 3)
              .map(signer -> signatures.get(SET.get(signer)))
              .map(signature -> java.util.Objects.requireNonNull(signature).hex().substring(2))
              .collect(Collectors.joining());
      assertEquals(signed, bytesAt(words, 14), "in the order of attesters");
    }

    @Test
    void aStrangersSignatureIsRefused() {
      TreeMap<Address, Signature> signatures = new TreeMap<>();
      signatures.put(OWNER, KEYS.getFirst().sign(Hash.ZERO));

      assertThrows(
          IllegalArgumentException.class, () -> VaultAbi.encodeSettle(batch(1), SET, signatures));
    }

    @Test
    void aSetThatDoesNotAscendIsRefused() {
      assertThrows(
          IllegalArgumentException.class,
          () -> VaultAbi.encodeSettle(batch(1), SET.reversed(), new TreeMap<>()));
    }
  }

  @Nested
  class Logs {

    @Test
    void depositsAndBatchesAreReadInLogOrder() {
      List<LogEntry> entries = new ArrayList<>(deposits(2));
      entries.add(settled(4, 50, 2, 10));
      entries.add(pushFailed(4, 30, 11));
      entries.add(settled(5, 0, 0, 12));

      VaultLogs logs = VaultAbi.decode(VAULT, entries);

      assertEquals(List.of(1L, 2L), logs.deposits().stream().map(VaultDeposit::sequence).toList());
      assertEquals(ACCOUNT, logs.deposits().getFirst().accountId());
      assertEquals(BigInteger.valueOf(101), logs.deposits().getFirst().quanta());
      assertEquals(
          List.of(new VaultSettlement.FailedPush(OWNER, BigInteger.valueOf(30))),
          logs.settlements().getFirst().failedPushes());
      assertEquals(BigInteger.ZERO, logs.settlements().get(1).total());
    }

    @Test
    void aRangeMayStartAtAnyDeposit() {
      VaultLogs logs = VaultAbi.decode(VAULT, deposits(5).subList(2, 5));

      assertEquals(3, logs.deposits().getFirst().sequence());
    }

    @Test
    void aDepositIsMissedInTheMiddleAndAtTheStart() {
      List<LogEntry> all = deposits(3);

      assertRefused("right after", List.of(all.get(0), all.get(2)));
      List<LogEntry> twice = List.of(all.get(0), all.get(1), all.get(1));
      assertRefused("right after", twice);
    }

    @Test
    void aDepositThatWasChangedDoesNotFitItsAccumulator() {
      LogEntry first = deposits(1).getFirst();
      String data = first.data().replace(number(101), number(102));

      assertRefused("does not follow", List.of(withData(first, data)));
    }

    /** Data of a deposit: quanta, accumulator. */
    @ParameterizedTest
    @ValueSource(
        strings = {
          "0x",
          "0x00",
          "0x0000000000000000000000000000000000000000000000000000000000000065",
        })
    void dataOfAnotherLengthIsRefused(String data) {
      assertRefused("does not have", List.of(withData(deposits(1).getFirst(), data)));
    }

    @Test
    void aNumberThatNoLedgerHoldsIsRefused() {
      String accumulator = number(1);
      LogEntry first = deposits(1).getFirst();

      assertRefused(
          "above 2^63-1", List.of(withData(first, "0x" + number(1L << 63) + accumulator)));
      assertRefused("above 2^63-1", List.of(withData(first, "0x" + "f".repeat(64) + accumulator)));
      assertRefused("a zero", List.of(withData(first, "0x" + number(0) + accumulator)));
    }

    @Test
    void aTokenOfMoreThanTwentyBytesIsRefused() {
      LogEntry first = deposits(1).getFirst();
      List<Hash> topics = new ArrayList<>(first.topics());
      topics.set(1, new Hash("0x01" + "0".repeat(22) + TOKEN.hex().substring(2)));

      assertRefused("more than 20 bytes", List.of(withTopics(first, topics)));
    }

    @Test
    void anotherContractOrKindIsRefused() {
      LogEntry first = deposits(1).getFirst();
      LogEntry foreign =
          new LogEntry(
              TOKEN,
              first.topics(),
              first.data(),
              first.blockNumber(),
              first.blockHash(),
              first.transactionHash(),
              first.logIndex());

      assertRefused("not by the vault", List.of(foreign));
      assertRefused("unknown kind", List.of(withTopics(first, List.of(ACCOUNT))));
      assertRefused("unknown kind", List.of(withTopics(first, List.of())));
      assertRefused("does not have", List.of(withTopics(first, first.topics().subList(0, 3))));
    }

    @Test
    void aFailedPushBelongsToItsBatch() {
      assertRefused("outside its batch", List.of(pushFailed(4, 30, 1)));
      assertRefused("outside its batch", List.of(settled(4, 50, 2, 1), pushFailed(5, 30, 2)));
      assertRefused("more pushes", List.of(settled(4, 50, 2, 1), pushFailed(4, 51, 2)));
      assertRefused(
          "more pushes", List.of(settled(4, 50, 1, 1), pushFailed(4, 1, 2), pushFailed(4, 1, 3)));
    }

    @Test
    void aBatchIsNotLeftOut() {
      assertRefused("right after", List.of(settled(4, 50, 2, 1), settled(6, 50, 2, 2)));
    }
  }

  @Nested
  class Reverts {

    @ParameterizedTest
    @MethodSource("io.crossclear.bridges.VaultAbiTest#errors")
    void everyErrorOfTheVaultIsKnownByName(String signature, String name) {
      assertEquals(name, VaultAbi.describeRevert(VaultAbi.selector(signature) + number(1)));
    }

    @Test
    void theRestIsDescribed() {
      String text = "0x08c379a0" + number(32) + number(4) + "6f6f7073" + "0".repeat(56);
      assertEquals("oops", VaultAbi.describeRevert(text));
      assertEquals("panic 0x11", VaultAbi.describeRevert("0x4e487b71" + number(0x11)));
      assertEquals("unknown error 0xdeadbeef", VaultAbi.describeRevert("0xdeadbeef"));
      assertEquals("reverted without a reason", VaultAbi.describeRevert("0x"));
    }

    /** A text that claims to be longer than what was sent, by much. */
    @Test
    void aHostileReasonIsCut() {
      assertEquals(
          "oops", VaultAbi.describeRevert("0x08c379a0" + number(32) + "f".repeat(64) + "6f6f7073"));
      assertEquals("reverted without a reason", VaultAbi.describeRevert("0x08c379a0" + number(32)));
      assertEquals(
          301,
          VaultAbi.describeRevert("0x08c379a0" + number(32) + number(5_000) + "61".repeat(5_000))
              .length());
    }
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> errors() {
    return ContractArtifact.CLEARING_VAULT.signatures("error").entrySet().stream()
        .map(e -> org.junit.jupiter.params.provider.Arguments.of(e.getKey(), e.getValue()));
  }

  private static void assertRefused(String because, List<LogEntry> entries) {
    ChainException refused =
        assertThrows(ChainException.class, () -> VaultAbi.decode(VAULT, entries));
    assertTrue(refused.getMessage().contains(because), refused.getMessage());
  }

  /** The first deposits of a vault, one per block, of 101, 102, … units. */
  static List<LogEntry> deposits(int count) {
    List<LogEntry> entries = new ArrayList<>();
    Hash accumulator = Hash.ZERO;
    for (long sequence = 1; sequence <= count; sequence++) {
      Hash block = new Hash("0x" + number(1_000 + sequence));
      VaultDeposit deposit =
          new VaultDeposit(
              sequence,
              TOKEN,
              ACCOUNT,
              BigInteger.valueOf(100 + sequence),
              Hash.ZERO,
              sequence,
              block,
              block,
              0);
      accumulator = DepositChain.next(KECCAK, accumulator, deposit);
      entries.add(
          new LogEntry(
              VAULT,
              List.of(VaultAbi.DEPOSIT, padded(TOKEN), ACCOUNT, new Hash("0x" + number(sequence))),
              "0x" + number(100 + sequence) + accumulator.hex().substring(2),
              sequence,
              block,
              block,
              0));
    }
    return entries;
  }

  private static LogEntry settled(long nonce, long total, long count, long index) {
    return entry(
        List.of(VaultAbi.SETTLED, new Hash("0x" + number(nonce)), padded(TOKEN)),
        "0x" + number(5) + number(total) + number(count),
        index);
  }

  private static LogEntry pushFailed(long nonce, long quanta, long index) {
    return entry(
        List.of(VaultAbi.PUSH_FAILED, new Hash("0x" + number(nonce)), padded(TOKEN), padded(OWNER)),
        "0x" + number(quanta),
        index);
  }

  private static LogEntry entry(List<Hash> topics, String data, long index) {
    Hash block = new Hash("0x" + number(77));
    return new LogEntry(VAULT, topics, data, 77, block, block, index);
  }

  private static LogEntry withData(LogEntry entry, String data) {
    return new LogEntry(
        entry.address(),
        entry.topics(),
        data,
        entry.blockNumber(),
        entry.blockHash(),
        entry.transactionHash(),
        entry.logIndex());
  }

  private static LogEntry withTopics(LogEntry entry, List<Hash> topics) {
    return new LogEntry(
        entry.address(),
        topics,
        entry.data(),
        entry.blockNumber(),
        entry.blockHash(),
        entry.transactionHash(),
        entry.logIndex());
  }

  private static Hash padded(Address address) {
    return new Hash("0x" + "0".repeat(24) + address.hex().substring(2));
  }

  private static SettlementBatch batch(long nonce) {
    return new SettlementBatch(
        new VaultId(31_337, VAULT),
        1,
        nonce,
        TOKEN,
        List.of(
            new SettlementBatch.Entry(Hash.ZERO, OWNER, 100),
            new SettlementBatch.Entry(ACCOUNT, VAULT, 30)),
        1_900_000_000);
  }

  private static Map<String, String> selectors(ContractArtifact artifact, String kind) {
    return artifact.signatures(kind).entrySet().stream()
        .collect(Collectors.toMap(e -> VaultAbi.selector(e.getKey()), Map.Entry::getValue));
  }

  private static String called(Map<String, String> selectors, String data) {
    return selectors.getOrDefault(data.substring(0, 10), "nothing");
  }

  /** The words after the selector. */
  private static List<String> words(String data) {
    List<String> words = new ArrayList<>();
    for (int at = 10; at < data.length(); at += 64) {
      words.add(data.substring(at, at + 64));
    }
    return words;
  }

  /** The bytes whose offset stands in this word, as hexadecimal digits. */
  private static String bytesAt(List<String> words, int offset) {
    int start = Integer.parseInt(words.get(offset), 16) / 32;
    int length = Integer.parseInt(words.get(start), 16);
    return String.join("", words.subList(start + 1, words.size())).substring(0, 2 * length);
  }

  private static String hex(byte[] bytes) {
    return Hex.encode(bytes).substring(2);
  }

  private static String number(long unsigned) {
    return String.format("%064x", new BigInteger(Long.toUnsignedString(unsigned)));
  }
}
