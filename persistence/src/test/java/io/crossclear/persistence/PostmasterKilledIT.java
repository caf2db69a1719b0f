package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.ExposureTable.Exposure;
import io.crossclear.actors.Shards;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The database dies while rows are written: what was acknowledged is there afterwards, the rest is
 * reported.
 */
final class PostmasterKilledIT {

  private static final int IN_FLIGHT = 4_000;
  private static final int ACKNOWLEDGED_BEFORE = 6_000;

  private final Set<Exposure> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Exposure> reported = ConcurrentHashMap.newKeySet();
  private final Semaphore slots = new Semaphore(IN_FLIGHT);

  @Test
  void everyAcknowledgedRowIsThereAfterKillAndRestart() throws InterruptedException {
    try (PostgresServer server = PostgresServer.start(Map.of());
        Persistence persistence =
            Persistence.open(ConfigFactory.load(PostgresServer.config(server.freshDatabase())))) {
      CompletableFuture<Void> kill = new CompletableFuture<>();
      Thread killer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    kill.join();
                    server.kill();
                  });
      int handedIn = 0;
      while (reported.isEmpty()) {
        if (slots.tryAcquire(100, TimeUnit.MILLISECONDS)) {
          hand(PostgresTablesIT.exposure(PostgresTablesIT.account(handedIn), 1), persistence);
          handedIn++;
        }
        if (acknowledged.size() >= ACKNOWLEDGED_BEFORE) {
          kill.complete(null);
        }
      }
      killer.join();
      server.start();
      int all = handedIn;
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> acknowledged.size() + reported.size() == all);

      Set<Exposure> lost = new HashSet<>(acknowledged);
      lost.removeAll(standing(persistence));
      assertEquals(Set.of(), lost);
      assertFalse(reported.isEmpty());
    }
  }

  private void hand(Exposure exposure, Persistence persistence) {
    var ignored =
        persistence
            .exposures()
            .upsert(exposure)
            .whenComplete(
                (done, failure) -> {
                  (failure == null ? acknowledged : reported).add(exposure);
                  slots.release();
                });
  }

  private static Set<Exposure> standing(Persistence persistence) {
    List<Exposure> rows = new ArrayList<>();
    for (int shard = 0; shard < Shards.COUNT; shard++) {
      rows.addAll(
          persistence
              .exposures()
              .ofShard(shard)
              .toCompletableFuture()
              .orTimeout(30, TimeUnit.SECONDS)
              .join());
    }
    return new HashSet<>(rows);
  }
}
