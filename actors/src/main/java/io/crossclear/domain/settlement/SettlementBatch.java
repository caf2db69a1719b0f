package io.crossclear.domain.settlement;

import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.TypedData.Field;
import io.crossclear.domain.signing.TypedData.Value;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What a quorum of attesters signs for one vault: the EIP-712 type {@code Batch} of the vault's
 * interface, without a state root ({@code stateSeq} 0).
 *
 * @param setEpoch of the attester set
 * @param nonce the vault's executed nonce plus one
 * @param token all entries are paid in; zero when there are none
 * @param entries at most {@link #MAX_ENTRIES}
 * @param notAfterSeconds the last block time at which it can execute, seconds since 1970
 */
public record SettlementBatch(
    VaultId vault,
    long setEpoch,
    long nonce,
    Address token,
    List<Entry> entries,
    long notAfterSeconds) {

  /** The vault's own limit, so that a batch always fits a block. */
  public static final int MAX_ENTRIES = 400;

  /**
   * One payout.
   *
   * @param units of the ledger, above 0
   */
  public record Entry(Hash withdrawalId, Address to, long units) {}

  public SettlementBatch {
    entries = List.copyOf(entries);
  }

  /** Units of all entries. */
  public long total() {
    return entries.stream().mapToLong(Entry::units).reduce(0L, Math::addExact);
  }

  /** Recipient (20 bytes) ‖ units (12 bytes, big endian), entry by entry. */
  public byte[] packedEntries() {
    ByteBuffer packed = ByteBuffer.allocate(32 * entries.size());
    for (Entry entry : entries) {
      packed.put(entry.to().bytes()).putInt(0).putLong(entry.units());
    }
    return packed.array();
  }

  /** The typed data under the vault's own domain. */
  public TypedData typedData(Keccak keccak) {
    TypedData.Domain domain =
        new TypedData.Domain(
            "CrossclearVault", "1", vault.chainId(), vault.address(), Optional.empty());
    Value zero = Value.Number.of(0);
    Value noHash = new Value.Word32(Hash.ZERO);
    return new TypedData(
        domain,
        "Batch",
        List.of(
            new Field("uint64", "setEpoch", Value.Number.of(setEpoch)),
            new Field("uint64", "nonce", Value.Number.of(nonce)),
            new Field("address", "token", new Value.Account(token)),
            new Field("uint64", "stateSeq", zero),
            new Field("bytes32", "stateRoot", noHash),
            new Field("uint128", "stateSum", zero),
            new Field("uint64", "depositSeq", zero),
            new Field("bytes32", "depositAcc", noHash),
            new Field("uint128", "total", new Value.Number(BigInteger.valueOf(total()))),
            new Field("uint32", "count", Value.Number.of(entries.size())),
            new Field("uint64", "notAfter", Value.Number.of(notAfterSeconds)),
            new Field("bytes32", "entries", new Value.Word32(keccak.hash(packedEntries())))));
  }

  /** What attesters sign. */
  public Hash digest(Keccak keccak) {
    return typedData(keccak).digest(keccak);
  }
}
