package io.crossclear.persistence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * The tables, by numbered steps under {@code db/} that are applied once and never changed.
 * Everything happens in one transaction under a lock, so nodes that start together wait for each
 * other and a failing step leaves nothing behind.
 */
public final class Schema {

  /** The steps, in order; the number in a name is its place in this list. */
  static final List<String> STEPS =
      List.of("V001__journal", "V002__exposure_and_open_saga", "V003__exposure_of_trades");

  /** Key of the advisory lock: "crossclr" in ASCII. */
  private static final long LOCK = 0x63726f7373636c72L;

  private Schema() {}

  /** A step of the schema with its SQL. */
  record Step(int version, String name, String sql) {

    /** SHA-256 of the SQL. */
    String checksum() {
      try {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        return HexFormat.of().formatHex(sha256.digest(sql.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JVM has SHA-256", e);
      }
    }
  }

  /**
   * Brings the database to this program's schema; does nothing when it is there.
   *
   * @throws DatabaseException when the database is newer than this program, when a step was changed
   *     after it was applied, or when a step fails
   */
  public static void migrate(DataSource database) {
    migrate(database, steps());
  }

  static void migrate(DataSource database, List<Step> steps) {
    // closing without a commit rolls back
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      lock(connection);
      Map<Integer, String> applied = applied(connection);
      refuseNewer(applied, steps);
      for (Step step : steps) {
        String checksum = applied.get(step.version());
        if (checksum == null) {
          apply(connection, step);
        } else if (!checksum.equals(step.checksum())) {
          throw new DatabaseException(
              "schema step %s was changed after it was applied: restore the file (SHA-256 %s) and add a new step instead"
                  .formatted(step.name(), checksum));
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new DatabaseException("cannot bring the schema up to date: " + e.getMessage(), e);
    }
  }

  static List<Step> steps() {
    return STEPS.stream().map(name -> new Step(STEPS.indexOf(name) + 1, name, sql(name))).toList();
  }

  private static String sql(String name) {
    try (InputStream file = Schema.class.getResourceAsStream("/db/" + name + ".sql")) {
      if (file == null) {
        throw new IllegalStateException("schema step is missing from the program: " + name);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("schema step cannot be read: " + name, e);
    }
  }

  private static void lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS schema_version (
            version    integer     PRIMARY KEY,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
          )""");
    }
  }

  private static Map<Integer, String> applied(Connection connection) throws SQLException {
    Map<Integer, String> applied = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT version, checksum FROM schema_version")) {
      while (rows.next()) {
        applied.put(rows.getInt(1), rows.getString(2));
      }
    }
    return applied;
  }

  private static void refuseNewer(Map<Integer, String> applied, List<Step> steps) {
    int newest = applied.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
    if (newest > steps.size()) {
      throw new DatabaseException(
          "the database has schema %d and this program knows %d: start a newer program"
              .formatted(newest, steps.size()));
    }
  }

  private static void apply(Connection connection, Step step) throws SQLException {
    try (Statement statement = connection.createStatement();
        PreparedStatement note =
            connection.prepareStatement(
                "INSERT INTO schema_version (version, name, checksum) VALUES (?, ?, ?)")) {
      statement.execute(step.sql());
      note.setInt(1, step.version());
      note.setString(2, step.name());
      note.setString(3, step.checksum());
      note.executeUpdate();
    }
  }
}
