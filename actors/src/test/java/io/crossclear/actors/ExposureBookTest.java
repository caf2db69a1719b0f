package io.crossclear.actors;

import static io.crossclear.testing.TestNetwork.account;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

final class ExposureBookTest {

  private static final AccountId ID = account(1, 1, 0);

  /** What two nodes share. */
  private static final class Table implements ExposureTable {
    final Map<AccountId, Exposure> rows = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Void> upsert(Exposure row) {
      rows.put(row.account(), row);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(
          rows.values().stream().filter(row -> row.shard() == shard).toList());
    }
  }

  private static ExposureTable.Exposure row(long sequence) {
    return new ExposureTable.Exposure(
        Shards.of(ID.hex()), ID, sequence, new TreeMap<>(), List.of(), Optional.empty());
  }

  private static long sequence(ExposureBook book) {
    return book.of(ID).map(ExposureTable.Exposure::sequence).orElse(0L);
  }

  @Test
  void learnsWhatAnotherNodeHasWritten() {
    Table table = new Table();
    ExposureBook here = new ExposureBook(table);
    here.refresh();
    assertEquals(0, sequence(here), "not before it was loaded");
    here.load().toCompletableFuture().join();
    assertTrue(here.loaded());
    ExposureBook there = new ExposureBook(table);
    there.upsert(row(1)).toCompletableFuture().join();
    assertEquals(0, sequence(here));
    here.refresh();
    assertEquals(1, sequence(here));
    there.upsert(row(2)).toCompletableFuture().join();
    here.refresh();
    assertEquals(2, sequence(here));
  }

  @Test
  void keepsTheNewerOfTwoRows() {
    Table table = new Table();
    ExposureBook here = new ExposureBook(table);
    here.load().toCompletableFuture().join();
    here.upsert(row(7)).toCompletableFuture().join();
    table.upsert(row(6));
    here.refresh();
    assertEquals(7, sequence(here));
  }
}
