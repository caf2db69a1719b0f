package io.crossclear.bridges;

import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.StaticStruct;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.abi.datatypes.generated.Uint128;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;
import org.web3j.abi.datatypes.generated.Uint8;

/**
 * The calls, logs and errors of {@code IClearingVault} and of the tokens it holds. Encoding refuses
 * nothing that the vault would refuse; decoding refuses whatever the vault cannot have logged.
 *
 * <p>This file is the vault's interface written once more, so it is as long as that is.
 */
public final class VaultAbi {

  private static final Keccak KECCAK = new BouncyKeccak();
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  static final Hash DEPOSIT = topic("Deposit(address,bytes32,uint64,uint128,bytes32)");
  static final Hash SETTLED = topic("Settled(uint64,address,bytes32,uint128,uint32)");
  static final Hash PUSH_FAILED = topic("PushFailed(uint64,address,address,uint96)");

  /** Selector, 0x and 8 digits, to the error's name. */
  private static final Map<String, String> ERRORS = errors();

  private static final String ERROR_TEXT = "0x08c379a0";
  private static final String PANIC = "0x4e487b71";

  private VaultAbi() {}

  // calls of the vault

  /**
   * {@code deposit(address,uint256,bytes32)}.
   *
   * @param amount base units of the token, at least 0
   */
  public static String encodeDeposit(Address token, BigInteger amount, Hash accountId) {
    return call("deposit", address(token), new Uint256(amount), word(accountId));
  }

  /** {@code claim(address,address)}. */
  public static String encodeClaim(Address token, Address to) {
    return call("claim", address(token), address(to));
  }

  /**
   * {@code settle(Batch,bytes,bytes,uint256,bytes)}. The vault wants exactly its threshold of
   * signatures.
   *
   * @param attesters the whole set, ascending, as the vault was built with it
   * @param signatures of some of them, in the natural order of addresses
   * @throws IllegalArgumentException when the set does not ascend or a signer is not in it
   */
  public static String encodeSettle(
      SettlementBatch batch, List<Address> attesters, SortedMap<Address, Signature> signatures) {
    BigInteger bitmap = BigInteger.ZERO;
    ByteArrayOutputStream signed = new ByteArrayOutputStream(64 * signatures.size());
    for (int i = 0; i < attesters.size(); i++) {
      Signature signature = signatures.get(attesters.get(i));
      if (signature != null) {
        bitmap = bitmap.setBit(i);
        signed.writeBytes(signature.bytes());
      }
    }
    if (bitmap.bitCount() != signatures.size()) {
      throw new IllegalArgumentException(
          "a signature is by nobody of the attester set " + attesters);
    }
    return call(
        "settle",
        struct(batch),
        new DynamicBytes(batch.packedEntries()),
        new DynamicBytes(packedSet(attesters)),
        new Uint256(bitmap),
        new DynamicBytes(signed.toByteArray()));
  }

  private static StaticStruct struct(SettlementBatch batch) {
    Uint64 noNumber = new Uint64(0);
    Bytes32 noHash = word(Hash.ZERO);
    return new StaticStruct(
        new Uint64(batch.setEpoch()),
        new Uint64(batch.nonce()),
        address(batch.token()),
        noNumber,
        noHash,
        new Uint128(0),
        noNumber,
        noHash,
        new Uint128(batch.total()),
        new Uint32(batch.entries().size()),
        new Uint64(batch.notAfterSeconds()));
  }

  /**
   * The set as the vault hashes it: 20 bytes each.
   *
   * @throws IllegalArgumentException when it does not ascend
   */
  static byte[] packedSet(List<Address> attesters) {
    ByteArrayOutputStream set = new ByteArrayOutputStream(20 * attesters.size());
    for (int i = 0; i < attesters.size(); i++) {
      if (i > 0 && attesters.get(i - 1).compareTo(attesters.get(i)) >= 0) {
        throw new IllegalArgumentException("attesters must ascend: " + attesters);
      }
      set.writeBytes(attesters.get(i).bytes());
    }
    return set.toByteArray();
  }

  /** What the vault's {@code attesterSetHash} is for this set: keccak256(uint8 threshold ‖ set). */
  public static Hash attesterSetHash(List<Address> attesters, int threshold) {
    ByteArrayOutputStream preimage = new ByteArrayOutputStream(1 + 20 * attesters.size());
    preimage.write(threshold);
    preimage.writeBytes(packedSet(attesters));
    return KECCAK.hash(preimage.toByteArray());
  }

  // views and construction

  /** A view without arguments. */
  static String encodeView(String name) {
    return call(name);
  }

  /** {@code claimable(address,address)}. */
  static String encodeClaimable(Address token, Address owner) {
    return call("claimable", address(token), address(owner));
  }

  /**
   * A token as the vault's constructor takes it: quantum in base units, the rest in ledger units.
   */
  record Listing(Address token, BigInteger quantum, long minDeposit, long cap) {}

  /** Creation code of a vault. */
  static String encodeVaultCreation(
      List<Address> attesters, int threshold, List<Listing> listings) {
    List<StaticStruct> structs =
        listings.stream()
            .map(
                listing ->
                    new StaticStruct(
                        address(listing.token()),
                        new Uint128(listing.quantum()),
                        new Uint128(listing.minDeposit()),
                        new Uint128(listing.cap())))
            .toList();
    return ContractArtifact.CLEARING_VAULT.bytecode()
        + FunctionEncoder.encodeConstructor(
            List.of(
                new DynamicBytes(packedSet(attesters)),
                new Uint8(threshold),
                new DynamicArray<>(StaticStruct.class, structs)));
  }

  /** Creation code of a token that anyone can mint. */
  static String encodeTestTokenCreation(String name, String symbol, int decimals) {
    return ContractArtifact.TEST_TOKEN.bytecode()
        + FunctionEncoder.encodeConstructor(
            List.of(new Utf8String(name), new Utf8String(symbol), new Uint8(decimals)));
  }

  // calls of tokens, amounts in base units

  /** {@code approve(address,uint256)}. */
  public static String encodeApprove(Address spender, BigInteger amount) {
    return call("approve", address(spender), new Uint256(amount));
  }

  /** {@code transfer(address,uint256)}. */
  public static String encodeTransfer(Address to, BigInteger amount) {
    return call("transfer", address(to), new Uint256(amount));
  }

  /** {@code balanceOf(address)}. */
  public static String encodeBalanceOf(Address holder) {
    return call("balanceOf", address(holder));
  }

  /** {@code allowance(address,address)}. */
  static String encodeAllowance(Address owner, Address spender) {
    return call("allowance", address(owner), address(spender));
  }

  /** {@code mint(address,uint256)} of a test token. */
  public static String encodeMint(Address to, BigInteger amount) {
    return call("mint", address(to), new Uint256(amount));
  }

  // logs

  /**
   * What these logs of one vault say.
   *
   * @param entries in log order
   * @throws ChainException when a log is none of the vault's three, carries a number the vault
   *     cannot have, stands in the wrong place, or deposits or batches do not follow from one
   *     another
   */
  static VaultLogs decode(Address vault, List<LogEntry> entries) {
    List<VaultDeposit> deposits = new ArrayList<>();
    List<VaultSettlement> settlements = new ArrayList<>();
    for (LogEntry entry : entries) {
      if (!entry.address().equals(vault)) {
        throw new ChainException("a log is by " + entry.address() + ", not by the vault " + vault);
      }
      Hash kind = entry.topics().isEmpty() ? Hash.ZERO : entry.topics().getFirst();
      if (kind.equals(DEPOSIT)) {
        deposits.add(deposit(entry));
      } else if (kind.equals(SETTLED)) {
        addSettlement(settlements, entry);
      } else if (kind.equals(PUSH_FAILED)) {
        addFailedPush(settlements, entry);
      } else {
        throw new ChainException("a log of the vault has an unknown kind, " + kind);
      }
    }
    DepositChain.requireLinked(KECCAK, deposits);
    return new VaultLogs(deposits, settlements);
  }

  private static VaultDeposit deposit(LogEntry entry) {
    Words words = new Words(entry, 4, 2);
    return new VaultDeposit(
        words.positive(words.topic(3)),
        words.address(words.topic(1)),
        words.topic(2),
        BigInteger.valueOf(words.positive(words.data(0))),
        words.data(1),
        entry.blockNumber(),
        entry.blockHash(),
        entry.transactionHash(),
        entry.logIndex());
  }

  private static void addSettlement(List<VaultSettlement> settlements, LogEntry entry) {
    Words words = new Words(entry, 3, 3);
    long nonce = words.positive(words.topic(1));
    if (!settlements.isEmpty() && nonce - 1 != settlements.getLast().nonce()) {
      throw new ChainException(
          "batch " + nonce + " is logged right after batch " + settlements.getLast().nonce());
    }
    settlements.add(
        new VaultSettlement(
            nonce,
            words.address(words.topic(2)),
            words.data(0),
            BigInteger.valueOf(words.number(words.data(1))),
            words.number(words.data(2)),
            entry.blockNumber(),
            entry.blockHash(),
            entry.transactionHash(),
            entry.logIndex(),
            List.of()));
  }

  /** Failed pushes follow the batch that they belong to, in the same transaction. */
  private static void addFailedPush(List<VaultSettlement> settlements, LogEntry entry) {
    Words words = new Words(entry, 4, 1);
    VaultSettlement batch = settlements.isEmpty() ? null : settlements.getLast();
    if (batch == null
        || batch.nonce() != words.positive(words.topic(1))
        || !batch.token().equals(words.address(words.topic(2)))
        || !batch.transactionHash().equals(entry.transactionHash())) {
      throw new ChainException(
          "a failed push is logged outside its batch, in " + entry.transactionHash());
    }
    List<VaultSettlement.FailedPush> failed = new ArrayList<>(batch.failedPushes());
    failed.add(
        new VaultSettlement.FailedPush(
            words.address(words.topic(3)), BigInteger.valueOf(words.positive(words.data(0)))));
    BigInteger sum =
        failed.stream()
            .map(VaultSettlement.FailedPush::quanta)
            .reduce(BigInteger.ZERO, BigInteger::add);
    if (failed.size() > batch.count() || sum.compareTo(batch.total()) > 0) {
      throw new ChainException("more pushes of batch " + batch.nonce() + " failed than it has");
    }
    settlements.set(
        settlements.size() - 1,
        new VaultSettlement(
            batch.nonce(),
            batch.token(),
            batch.digest(),
            batch.total(),
            batch.count(),
            batch.blockNumber(),
            batch.blockHash(),
            batch.transactionHash(),
            batch.logIndex(),
            failed));
  }

  /** The words of a log that has exactly so many topics and words of data. */
  private record Words(LogEntry entry) {

    Words(LogEntry entry, int topics, int words) {
      this(entry);
      if (entry.topics().size() != topics || entry.data().length() != 2 + 64 * words) {
        throw refused("does not have " + topics + " topics and " + words + " words");
      }
    }

    Hash topic(int index) {
      return entry.topics().get(index);
    }

    Hash data(int index) {
      return new Hash("0x" + entry.data().substring(2 + 64 * index, 2 + 64 * (index + 1)));
    }

    Address address(Hash word) {
      if (!word.hex().startsWith("0x" + "0".repeat(24))) {
        throw refused("has an address of more than 20 bytes, " + word);
      }
      return new Address("0x" + word.hex().substring(2 + 24));
    }

    long number(Hash word) {
      BigInteger number = new BigInteger(word.hex().substring(2), 16);
      if (number.compareTo(MAX_LONG) > 0) {
        throw refused("has a number above 2^63-1, " + word);
      }
      return number.longValue();
    }

    long positive(Hash word) {
      long number = number(word);
      if (number == 0) {
        throw refused("has a zero where none can be");
      }
      return number;
    }

    private ChainException refused(String why) {
      return new ChainException(
          "log " + entry.logIndex() + " of block " + entry.blockNumber() + " " + why);
    }
  }

  // errors

  /**
   * What a revert says: the error's name where the vault or its tokens have one, the text of a
   * plain revert, the code of a panic, else the selector.
   *
   * @param data what the contract returned, {@code 0x} and hexadecimal digits
   */
  public static String describeRevert(String data) {
    if (data.length() < 10) {
      return "reverted without a reason";
    }
    String selector = data.substring(0, 10).toLowerCase(java.util.Locale.ROOT);
    if (selector.equals(ERROR_TEXT)) {
      return revertText(data);
    }
    if (selector.equals(PANIC)) {
      return "panic " + RpcRefusal.shortened(data.substring(10).replaceFirst("^0+", "0x"));
    }
    return ERRORS.getOrDefault(selector, "unknown error " + selector);
  }

  /** {@code Error(string)}: offset, length, text. */
  private static String revertText(String data) {
    byte[] bytes = Hex.decode(data);
    int start = 4 + 64;
    if (bytes.length < start) {
      return "reverted without a reason";
    }
    BigInteger length = new BigInteger(1, Arrays.copyOfRange(bytes, 4 + 32, start));
    int end = length.min(BigInteger.valueOf(bytes.length - start)).intValue() + start;
    return RpcRefusal.shortened(new String(bytes, start, end - start, StandardCharsets.UTF_8));
  }

  /** What a provider's refusal of a call says. */
  static String describe(RpcRefusal refusal) {
    Optional<String> data = refusal.revertData();
    return data.isPresent() && data.get().length() >= 10
        ? describeRevert(data.get())
        : String.valueOf(refusal.getMessage());
  }

  private static Map<String, String> errors() {
    Map<String, String> names = new HashMap<>();
    for (ContractArtifact artifact :
        List.of(ContractArtifact.TEST_TOKEN, ContractArtifact.CLEARING_VAULT)) {
      artifact
          .signatures("error")
          .forEach((signature, name) -> names.put(selector(signature), name));
    }
    return Map.copyOf(names);
  }

  // words

  /** First four bytes of a signature's hash, {@code 0x} and 8 digits. */
  static String selector(String signature) {
    return topic(signature).hex().substring(0, 10);
  }

  /** A signature's hash, the first topic of an event's log. */
  static Hash topic(String signature) {
    return KECCAK.hash(signature.getBytes(StandardCharsets.US_ASCII));
  }

  @SuppressWarnings("rawtypes") // web3j's own signature
  private static String call(String name, Type... arguments) {
    return FunctionEncoder.encode(new Function(name, List.of(arguments), List.of()));
  }

  private static org.web3j.abi.datatypes.Address address(Address address) {
    return new org.web3j.abi.datatypes.Address(address.hex());
  }

  private static Bytes32 word(Hash hash) {
    return new Bytes32(hash.bytes());
  }
}
