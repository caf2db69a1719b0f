package io.crossclear.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.actors.ExposureTable;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Exposures in the table {@code exposure}. Thousands of upserts share a transaction; within one the
 * newest sequence of an account wins, and against the table a lower sequence changes nothing.
 */
final class PostgresExposureTable implements ExposureTable, AutoCloseable {

  private static final String UPSERT =
      """
      INSERT INTO exposure (shard, account, sequence, balances, reservations, clearing)
      SELECT * FROM unnest(?::smallint[], ?::text[], ?::bigint[], ?::jsonb[], ?::jsonb[], ?::jsonb[])
      ON CONFLICT (shard, account) DO UPDATE
        SET sequence = excluded.sequence,
            balances = excluded.balances,
            reservations = excluded.reservations,
            clearing = excluded.clearing
        WHERE exposure.sequence <= excluded.sequence
      """;

  private static final String OF_SHARD =
      "SELECT account, sequence, balances, reservations, clearing FROM exposure WHERE shard = ? ORDER BY account";

  private static final TypeReference<TreeMap<Asset, Long>> BALANCES = new TypeReference<>() {};
  private static final TypeReference<List<String>> RESERVATIONS = new TypeReference<>() {};

  private final DataSource database;
  private final Executor reads;
  private final ObjectMapper json = CrossclearModule.json();
  private final BatchedWriter<Exposure> writer;

  /**
   * @param reads runs blocking reads
   */
  PostgresExposureTable(DataSource database, Executor reads) {
    this.database = database;
    this.reads = reads;
    this.writer = BatchedWriter.start("exposure-writer", database, this::write);
  }

  @Override
  public CompletionStage<Void> upsert(Exposure exposure) {
    return writer.submit(exposure);
  }

  private void write(Connection connection, List<Exposure> exposures) throws SQLException {
    // by account, so that two nodes that write the same accounts never wait for each other in a
    // circle
    TreeMap<AccountId, Exposure> newest = new TreeMap<>();
    for (Exposure exposure : exposures) {
      newest.merge(exposure.account(), exposure, (a, b) -> b.sequence() >= a.sequence() ? b : a);
    }
    List<Exposure> rows = List.copyOf(newest.values());
    try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
      setArray(statement, 1, "smallint", rows, Exposure::shard);
      setArray(statement, 2, "text", rows, row -> row.account().hex());
      setArray(statement, 3, "bigint", rows, Exposure::sequence);
      setArray(statement, 4, "jsonb", rows, row -> write(row.balances()));
      setArray(statement, 5, "jsonb", rows, row -> write(row.openReservations()));
      setArray(statement, 6, "jsonb", rows, row -> row.clearing().map(this::write).orElse(null));
      statement.executeUpdate();
    }
  }

  private static void setArray(
      PreparedStatement statement,
      int parameter,
      String type,
      List<Exposure> rows,
      Function<Exposure, @Nullable Object> column)
      throws SQLException {
    Object[] values = rows.stream().map(column).toArray();
    statement.setArray(parameter, statement.getConnection().createArrayOf(type, values));
  }

  private String write(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write an exposure", e);
    }
  }

  @Override
  public CompletionStage<List<Exposure>> ofShard(int shard) {
    return CompletableFuture.supplyAsync(() -> read(shard), reads);
  }

  private List<Exposure> read(int shard) {
    List<Exposure> exposures = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(OF_SHARD)) {
      statement.setInt(1, shard);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          SortedMap<Asset, Long> balances = json.readValue(rows.getString(3), BALANCES);
          exposures.add(
              new Exposure(
                  shard,
                  new AccountId(rows.getString(1)),
                  rows.getLong(2),
                  Exact.ordered(balances),
                  json.readValue(rows.getString(4), RESERVATIONS),
                  clearing(rows.getString(5))));
        }
      }
    } catch (SQLException | JsonProcessingException e) {
      throw new DatabaseException(
          "cannot load the exposures of shard " + shard + ": " + e.getMessage(), e);
    }
    return List.copyOf(exposures);
  }

  private Optional<Clearing> clearing(@Nullable String text) throws JsonProcessingException {
    return text == null ? Optional.empty() : Optional.of(json.readValue(text, Clearing.class));
  }

  @Override
  public void close() {
    writer.close();
  }
}
