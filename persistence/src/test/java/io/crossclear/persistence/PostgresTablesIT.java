package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.actors.ExposureTable;
import io.crossclear.actors.ExposureTable.Exposure;
import io.crossclear.actors.OpenSagaTable;
import io.crossclear.actors.OpenSagaTable.OpenSaga;
import io.crossclear.actors.Shards;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The tables of failover on a real PostgreSQL. */
final class PostgresTablesIT {

  private final TestDatabase database = TestDatabase.fresh();
  private Persistence persistence;

  @BeforeEach
  void open() {
    persistence = Persistence.open(database.config());
  }

  @AfterEach
  void close() {
    persistence.close();
  }

  static AccountId account(long index) {
    return AccountId.of(WireSamples.address(0xb1), 1, index);
  }

  static Exposure exposure(AccountId account, long sequence) {
    return new Exposure(
        Shards.of(account.hex()),
        account,
        sequence,
        Exact.ordered(Map.of(new Asset("USDC"), sequence * 1_000_000, new Asset("ETH"), -sequence)),
        List.of("withdrawal-" + sequence, "a \"quoted\" \\ one"),
        Optional.of(ClearingSamples.CLEARING));
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static void awaitAll(List<CompletionStage<Void>> stages) {
    stages.forEach(PostgresTablesIT::await);
  }

  @Nested
  class Exposures {

    private final AccountId account = account(1);
    private final int shard = Shards.of(account.hex());

    private ExposureTable table() {
      return persistence.exposures();
    }

    @Test
    void aRowIsReadAsItWasWritten() {
      await(table().upsert(exposure(account, 7)));
      assertEquals(List.of(exposure(account, 7)), await(table().ofShard(shard)));
    }

    @Test
    void extremesAndEmptinessSurvive() {
      Exposure extreme =
          new Exposure(
              shard,
              account,
              Long.MAX_VALUE,
              Exact.ordered(Map.of(new Asset("A"), Long.MIN_VALUE, new Asset("B"), Long.MAX_VALUE)),
              List.of(),
              Optional.empty());
      await(table().upsert(extreme));
      assertEquals(List.of(extreme), await(table().ofShard(shard)));
      Exposure empty =
          new Exposure(
              shard,
              account,
              Long.MAX_VALUE,
              Collections.emptySortedMap(),
              List.of(),
              Optional.empty());
      await(table().upsert(empty));
      assertEquals(List.of(empty), await(table().ofShard(shard)));
    }

    @Test
    void aLowerSequenceNeverReplacesAHigherOne() {
      await(table().upsert(exposure(account, 7)));
      await(table().upsert(exposure(account, 6)));
      assertEquals(List.of(exposure(account, 7)), await(table().ofShard(shard)));
    }

    @Test
    void whateverTheOrderTheNewestOfEachAccountStays() {
      List<Exposure> all = new ArrayList<>();
      Map<AccountId, Exposure> newest = new HashMap<>();
      for (long index = 0; index < 50; index++) {
        for (long sequence = 1; sequence <= 40; sequence++) {
          all.add(exposure(account(index), sequence));
        }
        newest.put(account(index), exposure(account(index), 40));
      }
      Collections.shuffle(all, new Random(23));
      awaitAll(all.stream().map(table()::upsert).toList());
      assertEquals(newest, allRows());
    }

    @Test
    void tenThousandUpsertsCompleteAndStand() {
      List<CompletionStage<Void>> written = new ArrayList<>();
      Map<AccountId, Exposure> expected = new HashMap<>();
      for (long index = 0; index < 10_000; index++) {
        Exposure exposure = exposure(account(index), index + 1);
        expected.put(exposure.account(), exposure);
        written.add(table().upsert(exposure));
      }
      awaitAll(written);
      assertEquals(expected, allRows());
    }

    @Test
    void aShardIsReadByAccount() {
      List<AccountId> ofShard =
          Stream.iterate(0L, index -> index + 1)
              .map(PostgresTablesIT::account)
              .filter(id -> Shards.of(id.hex()) == shard)
              .limit(5)
              .toList();
      awaitAll(ofShard.reversed().stream().map(id -> table().upsert(exposure(id, 1))).toList());
      assertEquals(
          ofShard.stream().sorted().toList(),
          await(table().ofShard(shard)).stream().map(Exposure::account).toList());
    }

    @Test
    void twoNodesMayWriteTheSameAccounts() {
      try (Persistence other = Persistence.open(database.config())) {
        List<CompletionStage<Void>> written = new ArrayList<>();
        for (long sequence = 1; sequence <= 20; sequence++) {
          for (long index = 0; index < 100; index++) {
            written.add(table().upsert(exposure(account(index), sequence)));
            written.add(other.exposures().upsert(exposure(account(99 - index), sequence)));
          }
        }
        awaitAll(written);
      }
      assertEquals(100, allRows().size());
      assertTrue(allRows().values().stream().allMatch(row -> row.sequence() == 20));
    }

    @Test
    void aRefusedRowFailsItsBatchAndNotTheNext() {
      Exposure outside =
          new Exposure(256, account, 1, Collections.emptySortedMap(), List.of(), Optional.empty());
      assertThrows(CompletionException.class, () -> await(table().upsert(outside)));
      await(table().upsert(exposure(account, 1)));
      assertEquals(Map.of(account, exposure(account, 1)), allRows());
    }

    private Map<AccountId, Exposure> allRows() {
      Map<AccountId, Exposure> rows = new HashMap<>();
      for (int each = 0; each < Shards.COUNT; each++) {
        await(table().ofShard(each)).forEach(row -> rows.put(row.account(), row));
      }
      return rows;
    }
  }

  @Nested
  class OpenSagas {

    private final OpenSaga first = new OpenSaga(3, "transfer", "0x01", 100);
    private final OpenSaga second = new OpenSaga(4, "transfer", "0x02", 50);
    private final OpenSaga third = new OpenSaga(5, "vault", "0x01", 70);

    private OpenSagaTable table() {
      return persistence.openSagas();
    }

    @Test
    void openSagasAreReadOldestFirst() {
      awaitAll(List.of(table().open(first), table().open(second), table().open(third)));
      assertEquals(List.of(second, third, first), await(table().all()));
    }

    @Test
    void openingTwiceKeepsTheFirst() {
      await(table().open(first));
      await(table().open(new OpenSaga(3, "transfer", "0x01", 999)));
      assertEquals(List.of(first), await(table().all()));
    }

    @Test
    void closingForgetsOneAndClosingTheUnknownNothing() {
      awaitAll(List.of(table().open(first), table().open(third)));
      awaitAll(List.of(table().close("transfer", "0x01"), table().close("transfer", "0x09")));
      assertEquals(List.of(third), await(table().all()));
    }

    @Test
    void withinOneBatchTheLastChangeDecides() {
      OpenSaga again = new OpenSaga(3, "transfer", "0x01", 300);
      awaitAll(
          List.of(
              table().open(first),
              table().open(second),
              table().close("transfer", "0x01"),
              table().close("transfer", "0x02"),
              table().open(again)));
      assertEquals(List.of(again), await(table().all()));
    }
  }

  @Nested
  class Closing {

    @Test
    void whatWasHandedInBeforeIsWrittenAndNothingHangs() throws SQLException {
      List<CompletionStage<Void>> written = new ArrayList<>();
      for (long index = 0; index < 5_000; index++) {
        written.add(persistence.exposures().upsert(exposure(account(index), 1)));
      }
      persistence.close();
      written.forEach(stage -> assertTrue(stage.toCompletableFuture().isDone()));
      assertEquals(
          written.stream().filter(stage -> !failed(stage)).count(),
          Long.parseLong(database.query("SELECT count(*) FROM exposure").getFirst()));
      assertFalse(written.stream().anyMatch(Closing::failed));
    }

    @Test
    void afterwardsEverythingIsRefused() {
      persistence.close();
      assertTrue(failed(persistence.exposures().upsert(exposure(account(1), 1))));
      assertTrue(failed(persistence.openSagas().close("transfer", "0x01")));
    }

    private static boolean failed(CompletionStage<Void> stage) {
      CompletableFuture<Void> future = stage.toCompletableFuture();
      return future.isCompletedExceptionally();
    }
  }
}
