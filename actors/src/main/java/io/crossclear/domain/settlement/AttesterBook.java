package io.crossclear.domain.settlement;

import io.crossclear.domain.Decision;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.settlement.AttesterEvent.DigestSigned;
import io.crossclear.domain.signing.Hash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Pure memory of one attester: it signs a second digest for a nonce only when every earlier one is
 * dead, and a withdrawal a second time only when no batch with it has executed or still can.
 *
 * @param signed everything signed, by vault and nonce
 * @param batchesOf the batches that each withdrawal was signed in
 */
public record AttesterBook(
    BucketMap<Slot, List<Signed>> signed, BucketMap<Hash, List<Signed>> batchesOf) {

  /** How long a batch may live at most when it is signed, in seconds. */
  public static final long MAX_LIFE_SECONDS = 15L * 60;

  /**
   * A batch that was signed; without its withdrawals, which stand where they lead here.
   *
   * @param notAfterSeconds the last block time at which it can execute
   */
  public record Signed(VaultId vault, long nonce, Hash digest, long notAfterSeconds) {}

  /** A vault's nonce. */
  public record Slot(VaultId vault, long nonce) implements Comparable<Slot> {
    @Override
    public int compareTo(Slot other) {
      int byVault = vault.compareTo(other.vault);
      return byVault != 0 ? byVault : Long.compare(nonce, other.nonce);
    }

    @Override
    public String toString() {
      return nonce + "@" + vault;
    }

    /** Reads {@code nonce@vault}. */
    public static Slot parse(String text) {
      int at = text.indexOf('@');
      return new Slot(VaultId.parse(text.substring(at + 1)), Long.parseLong(text, 0, at, 10));
    }
  }

  /**
   * What the attester's own RPC pool says of the vault at a final block.
   *
   * @param seconds the block's time
   * @param nonce executed there
   * @param executed digest by nonce of every batch executed up to there
   */
  public record FinalView(long seconds, long nonce, SortedMap<Long, Hash> executed) {}

  /** An attester that has signed nothing. */
  public static final AttesterBook EMPTY = new AttesterBook(BucketMap.empty(), BucketMap.empty());

  /**
   * Decides on a batch whose content is already known to be right.
   *
   * @param nowSeconds the attester's own clock
   */
  public Decision<AttesterEvent, AttesterRejection> sign(
      SettlementBatch batch, Hash digest, FinalView view, long nowSeconds) {
    List<Hash> ids = batch.entries().stream().map(SettlementBatch.Entry::withdrawalId).toList();
    List<Signed> before = signed.get(new Slot(batch.vault(), batch.nonce())).orElse(List.of());
    if (batch.nonce() != view.nonce() + 1) {
      return Decision.reject(AttesterRejection.WRONG_NONCE);
    }
    if (before.stream().anyMatch(earlier -> earlier.digest().equals(digest))) {
      return Decision.alreadyDone();
    }
    if (batch.notAfterSeconds() > Math.max(nowSeconds, view.seconds()) + MAX_LIFE_SECONDS) {
      return Decision.reject(AttesterRejection.LIVES_TOO_LONG);
    }
    if (before.stream().anyMatch(earlier -> earlier.notAfterSeconds() >= view.seconds())) {
      return Decision.reject(AttesterRejection.EARLIER_BATCH_LIVES);
    }
    if (new HashSet<>(ids).size() != ids.size()) {
      return Decision.reject(AttesterRejection.WITHDRAWAL_TWICE);
    }
    for (Hash id : ids) {
      if (batchesOf.get(id).orElse(List.of()).stream()
          .anyMatch(earlier -> !dead(earlier, batch, view))) {
        return Decision.reject(AttesterRejection.WITHDRAWAL_SIGNED_BEFORE);
      }
    }
    return Decision.accept(
        new DigestSigned(
            batch.vault(),
            batch.setEpoch(),
            batch.nonce(),
            digest,
            batch.notAfterSeconds(),
            ids,
            Math.multiplyExact(nowSeconds, 1000L)));
  }

  /**
   * Whether an earlier batch neither executed nor ever can, as the same vault's final blocks prove.
   */
  private static boolean dead(Signed earlier, SettlementBatch batch, FinalView view) {
    if (!earlier.vault().equals(batch.vault())) {
      return false;
    }
    if (earlier.nonce() > view.nonce()) {
      return earlier.notAfterSeconds() < view.seconds();
    }
    return Optional.ofNullable(view.executed().get(earlier.nonce()))
        .filter(digest -> !digest.equals(earlier.digest()))
        .isPresent();
  }

  /** The memory after an event; never refuses. */
  public AttesterBook apply(AttesterEvent event) {
    return switch (event) {
      case DigestSigned e -> {
        Signed batch = new Signed(e.vault(), e.nonce(), e.digest(), e.notAfterSeconds());
        BucketMap<Hash, List<Signed>> batches = batchesOf;
        for (Hash id : e.withdrawals()) {
          batches = batches.with(id, appended(batches.get(id), batch));
        }
        Slot slot = new Slot(e.vault(), e.nonce());
        yield new AttesterBook(signed.with(slot, appended(signed.get(slot), batch)), batches);
      }
    };
  }

  private static List<Signed> appended(Optional<List<Signed>> list, Signed batch) {
    List<Signed> next = new ArrayList<>(list.orElse(List.of()));
    next.add(batch);
    return List.copyOf(next);
  }
}
