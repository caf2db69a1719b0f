package io.crossclear.persistence;

import com.typesafe.config.Config;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * Where the database is, and what it must promise before a node starts on it.
 *
 * @param port TCP port
 * @param password never part of the text form
 */
public record PostgresSettings(
    String host, int port, String database, String user, String password) {

  /** The settings without which an acknowledged write can be lost, with the values that keep it. */
  private static final Map<String, Set<String>> DURABLE =
      new TreeMap<>(
          Map.of(
              "fsync", Set.of("on"),
              "full_page_writes", Set.of("on"),
              // local and remote_write forget, on a failover, what was acknowledged
              "synchronous_commit", Set.of("on", "remote_apply")));

  /**
   * Reads {@code crossclear.postgres}.
   *
   * @param config the whole configuration
   */
  public static PostgresSettings of(Config config) {
    Config postgres = config.getConfig("crossclear.postgres");
    return new PostgresSettings(
        postgres.getString("host"),
        postgres.getInt("port"),
        postgres.getString("database"),
        postgres.getString("user"),
        postgres.getString("password"));
  }

  /** The driver's address; a silent server is given up after 30 seconds. */
  String url() {
    return "jdbc:postgresql://%s:%d/%s?ApplicationName=crossclear-tables&tcpKeepAlive=true&connectTimeout=5&socketTimeout=30"
        .formatted(host, port, database);
  }

  /**
   * Makes sure that the server keeps what it acknowledges.
   *
   * @param database connected as the user that will write, because a setting can differ by user
   * @throws DatabaseException when {@code fsync}, {@code full_page_writes} or {@code
   *     synchronous_commit} is weaker than {@code on}, naming the setting and its value; or when
   *     the server cannot be asked
   */
  public static void assertDurable(DataSource database) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, Set<String>> setting : DURABLE.entrySet()) {
        String value = show(statement, setting.getKey());
        if (!setting.getValue().contains(value)) {
          throw new DatabaseException(
              "PostgreSQL would lose acknowledged events: %s is %s and must be on; change it in postgresql.conf and start again"
                  .formatted(setting.getKey(), value));
        }
      }
    } catch (SQLException e) {
      throw new DatabaseException("cannot ask PostgreSQL for its settings: " + e.getMessage(), e);
    }
  }

  private static String show(Statement statement, String setting) throws SQLException {
    try (ResultSet result = statement.executeQuery("SHOW " + setting)) {
      result.next();
      return result.getString(1);
    }
  }

  @Override
  public String toString() {
    return user + "@" + host + ":" + port + "/" + database;
  }
}
