package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.persistence.Schema.Step;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Schema steps are applied once, in order, by one node at a time. */
final class SchemaIT {

  private static final String VERSIONS =
      "SELECT version || ' ' || name || ' ' || checksum || ' ' || applied_at FROM schema_version ORDER BY version";

  private final TestDatabase database = TestDatabase.fresh();

  @Test
  void theSecondTimeChangesNothing() throws SQLException {
    Schema.migrate(database.dataSource());
    List<String> before = database.query(VERSIONS);
    Schema.migrate(database.dataSource());
    assertEquals(Schema.STEPS.size(), before.size());
    assertEquals(before, database.query(VERSIONS));
  }

  @Test
  void nodesThatStartTogetherApplyEachStepOnce() throws SQLException {
    try (ExecutorService nodes = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> starts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        starts.add(CompletableFuture.runAsync(() -> Schema.migrate(database.dataSource()), nodes));
      }
      starts.forEach(CompletableFuture::join);
    }
    assertEquals(Schema.STEPS.size(), database.query(VERSIONS).size());
  }

  @Test
  void aStepIsAddedToWhatIsThere() throws SQLException {
    Schema.migrate(database.dataSource(), Schema.steps().subList(0, 1));
    Schema.migrate(database.dataSource());
    assertEquals(List.of("0"), database.query("SELECT count(*) FROM exposure"));
  }

  @Test
  void aChangedStepIsRefusedByName() {
    Schema.migrate(database.dataSource());
    Step first = Schema.steps().getFirst();
    List<Step> changed =
        List.of(
            new Step(1, first.name(), first.sql() + " "),
            Schema.steps().get(1),
            Schema.steps().get(2));
    DatabaseException refused =
        assertThrows(DatabaseException.class, () -> Schema.migrate(database.dataSource(), changed));
    assertEquals(
        "schema step V001__journal was changed after it was applied: restore the file (SHA-256 "
            + first.checksum()
            + ") and add a new step instead",
        refused.getMessage());
  }

  @Test
  void aDatabaseOfANewerProgramIsRefused() throws SQLException {
    Schema.migrate(database.dataSource());
    database.execute(
        "INSERT INTO schema_version (version, name, checksum) VALUES (9, 'later', '')");
    DatabaseException refused =
        assertThrows(DatabaseException.class, () -> Schema.migrate(database.dataSource()));
    assertEquals(
        "the database has schema 9 and this program knows 3: start a newer program",
        refused.getMessage());
  }

  @Test
  void aFailingStepLeavesNothingBehind() throws SQLException {
    List<Step> steps =
        List.of(
            new Step(1, "V001__good", "CREATE TABLE good (id int)"),
            new Step(2, "V002__bad", "CREATE TABEL bad (id int)"));
    assertThrows(DatabaseException.class, () -> Schema.migrate(database.dataSource(), steps));
    assertEquals(
        List.of("0"), database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
  }
}
