package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The rows of the exposure table in memory, newest first come: what the margin watch and the pools
 * look at instead of waking accounts. A row is here once it is durable. All methods may be called
 * from any thread.
 *
 * <p>Caveat: with several nodes it knows what another one has written since only once {@link
 * #refresh} has read it again.
 */
public final class ExposureBook implements ExposureTable {

  private final ExposureTable table;
  private final ConcurrentSkipListMap<AccountId, Exposure> rows = new ConcurrentSkipListMap<>();
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile boolean loaded;

  /** An empty book over a table. */
  public ExposureBook(ExposureTable table) {
    this.table = table;
  }

  /** Loads every shard; until it completes {@link #loaded} is false. */
  public CompletionStage<Void> load() {
    List<CompletableFuture<Void>> shards = new ArrayList<>();
    for (int shard = 0; shard < Shards.COUNT; shard++) {
      shards.add(
          table
              .ofShard(shard)
              .thenAccept(exposures -> exposures.forEach(this::keep))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(shards.toArray(CompletableFuture[]::new))
        .thenRun(() -> loaded = true);
  }

  /** Reads again what other nodes have written since; nothing while it is at it. */
  public void refresh() {
    if (loaded && refreshing.compareAndSet(false, true)) {
      load().whenComplete((done, failure) -> refreshing.set(false));
    }
  }

  /** Whether every row that was there at start is here. */
  public boolean loaded() {
    return loaded;
  }

  private void keep(Exposure row) {
    rows.merge(row.account(), row, (a, b) -> b.sequence() >= a.sequence() ? b : a);
  }

  /** All rows, by account; a moment's view that goes on changing. */
  public Collection<Exposure> all() {
    return rows.values();
  }

  /** One row. */
  public Optional<Exposure> of(AccountId account) {
    return Optional.ofNullable(rows.get(account));
  }

  @Override
  public CompletionStage<Void> upsert(Exposure exposure) {
    return table.upsert(exposure).thenRun(() -> keep(exposure));
  }

  @Override
  public CompletionStage<List<Exposure>> ofShard(int shard) {
    return table.ofShard(shard);
  }
}
