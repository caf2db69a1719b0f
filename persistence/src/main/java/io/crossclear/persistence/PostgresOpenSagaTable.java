package io.crossclear.persistence;

import io.crossclear.actors.OpenSagaTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** Open sagas in the table {@code open_saga}; thousands of opens and closes share a transaction. */
final class PostgresOpenSagaTable implements OpenSagaTable, AutoCloseable {

  private static final String OPEN =
      """
      INSERT INTO open_saga (shard, kind, id, opened_at)
      SELECT * FROM unnest(?::smallint[], ?::text[], ?::text[], ?::bigint[])
      ON CONFLICT (kind, id) DO NOTHING
      """;

  private static final String CLOSE =
      """
      DELETE FROM open_saga
      USING unnest(?::text[], ?::text[]) AS closed (kind, id)
      WHERE open_saga.kind = closed.kind AND open_saga.id = closed.id
      """;

  private static final String ALL =
      "SELECT shard, kind, id, opened_at FROM open_saga ORDER BY opened_at, kind, id";

  private record Key(String kind, String id) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::kind).thenComparing(Key::id);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private sealed interface Change {}

  private record Open(OpenSaga saga) implements Change {
    Key key() {
      return new Key(saga.kind(), saga.id());
    }
  }

  private record Close(Key key) implements Change {}

  private final DataSource database;
  private final Executor reads;
  private final BatchedWriter<Change> writer;

  /**
   * @param reads runs blocking reads
   */
  PostgresOpenSagaTable(DataSource database, Executor reads) {
    this.database = database;
    this.reads = reads;
    this.writer = BatchedWriter.start("open-saga-writer", database, PostgresOpenSagaTable::write);
  }

  @Override
  public CompletionStage<Void> open(OpenSaga saga) {
    return writer.submit(new Open(saga));
  }

  @Override
  public CompletionStage<Void> close(String kind, String id) {
    return writer.submit(new Close(new Key(kind, id)));
  }

  /** A saga's last change decides; whatever was closed on the way goes first. */
  private static void write(Connection connection, List<Change> changes) throws SQLException {
    TreeMap<Key, Boolean> closed = new TreeMap<>();
    TreeMap<Key, OpenSaga> opened = new TreeMap<>();
    for (Change change : changes) {
      switch (change) {
        case Open open -> opened.putIfAbsent(open.key(), open.saga());
        case Close close -> {
          closed.put(close.key(), true);
          opened.remove(close.key());
        }
      }
    }
    delete(connection, List.copyOf(closed.keySet()));
    insert(connection, List.copyOf(opened.values()));
  }

  private static void delete(Connection connection, List<Key> keys) throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(CLOSE)) {
      statement.setArray(
          1, connection.createArrayOf("text", keys.stream().map(Key::kind).toArray()));
      statement.setArray(2, connection.createArrayOf("text", keys.stream().map(Key::id).toArray()));
      statement.executeUpdate();
    }
  }

  private static void insert(Connection connection, List<OpenSaga> sagas) throws SQLException {
    if (sagas.isEmpty()) {
      return;
    }
    Object[] shards = sagas.stream().map(OpenSaga::shard).toArray();
    Object[] kinds = sagas.stream().map(OpenSaga::kind).toArray();
    Object[] ids = sagas.stream().map(OpenSaga::id).toArray();
    Object[] times = sagas.stream().map(OpenSaga::openedAt).toArray();
    try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
      statement.setArray(1, connection.createArrayOf("smallint", shards));
      statement.setArray(2, connection.createArrayOf("text", kinds));
      statement.setArray(3, connection.createArrayOf("text", ids));
      statement.setArray(4, connection.createArrayOf("bigint", times));
      statement.executeUpdate();
    }
  }

  @Override
  public CompletionStage<List<OpenSaga>> all() {
    return CompletableFuture.supplyAsync(this::read, reads);
  }

  private List<OpenSaga> read() {
    List<OpenSaga> sagas = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(ALL);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        sagas.add(
            new OpenSaga(rows.getInt(1), rows.getString(2), rows.getString(3), rows.getLong(4)));
      }
    } catch (SQLException e) {
      throw new DatabaseException("cannot load the open sagas: " + e.getMessage(), e);
    }
    return List.copyOf(sagas);
  }

  @Override
  public void close() {
    writer.close();
  }
}
