package io.crossclear.nodes.http;

import io.crossclear.bridges.ChainBridgeActor;
import io.crossclear.bridges.ChainBridgeActor.BridgeStatus;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Exact;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;

/**
 * The final block that each bridge has read, at most a second old while its bridge answers. A
 * bridge that does not answer costs a request 300 ms once a second and keeps its last height.
 */
final class ChainHeights {

  private static final Duration WAIT = Duration.ofMillis(300);
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final List<VaultId> vaults;
  private final Function<VaultId, EntityRef<ChainBridgeActor.Command>> bridges;
  private final ConcurrentSkipListMap<Long, Long> known = new ConcurrentSkipListMap<>();
  private CompletableFuture<SortedMap<Long, Long>> latest =
      CompletableFuture.completedFuture(Exact.ordered(known));
  private long startedAt = System.nanoTime() - FRESH_NANOS;

  ChainHeights(
      List<VaultId> vaults, Function<VaultId, EntityRef<ChainBridgeActor.Command>> bridges) {
    this.vaults = vaults;
    this.bridges = bridges;
  }

  /** Heights by chain id; a chain that was never heard of is missing. Never fails. */
  synchronized CompletionStage<SortedMap<Long, Long>> current() {
    if (latest.isDone() && System.nanoTime() - startedAt >= FRESH_NANOS) {
      startedAt = System.nanoTime();
      CompletableFuture<?>[] asked =
          vaults.stream().map(this::ask).toArray(CompletableFuture<?>[]::new);
      latest = CompletableFuture.allOf(asked).handle((all, failed) -> Exact.ordered(known));
    }
    return latest;
  }

  private CompletableFuture<Void> ask(VaultId vault) {
    CompletionStage<BridgeStatus> status =
        bridges.apply(vault).ask(ChainBridgeActor.GetStatus::new, WAIT);
    return status.thenAccept(this::saw).toCompletableFuture();
  }

  /** Takes a status that was asked for something else. */
  void saw(BridgeStatus status) {
    known.merge(status.vault().chainId(), status.finalBlock(), Math::max);
  }
}
