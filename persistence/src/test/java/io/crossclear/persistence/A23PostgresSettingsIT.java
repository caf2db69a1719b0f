package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Attack 23: a database that loses what it acknowledged is refused by name, before a node writes to
 * it.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class A23PostgresSettingsIT {

  private static DataSource dataSource(PostgresSettings settings, String options) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(settings.url() + options);
    database.setUser(settings.user());
    return database;
  }

  @Test
  void durableSettingsAreTaken() {
    PostgresSettings settings = PostgresServer.shared().freshDatabase();
    assertDoesNotThrow(() -> PostgresSettings.assertDurable(dataSource(settings, "")));
  }

  @Test
  void waitingForAReplicaToApplyIsTakenToo() {
    PostgresSettings settings = PostgresServer.shared().freshDatabase();
    DataSource stronger = dataSource(settings, "&options=-c%20synchronous_commit=remote_apply");
    assertDoesNotThrow(() -> PostgresSettings.assertDurable(stronger));
  }

  @ParameterizedTest
  @CsvSource({"fsync,off", "full_page_writes,off"})
  void aServerThatDoesNotFlushIsRefusedByName(String setting, String value) throws SQLException {
    try (PostgresServer server = PostgresServer.start(Map.of(setting, value))) {
      PostgresSettings settings = server.freshDatabase();
      assertRefused(settings, setting, value);
      assertEquals(0, tables(settings), "nothing may have been written");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "synchronous_commit,off",
    "synchronous_commit,local",
    "synchronous_commit,remote_write"
  })
  void aDatabaseThatDoesNotWaitIsRefusedByName(String setting, String value) throws SQLException {
    PostgresSettings settings = PostgresServer.shared().freshDatabase();
    PostgresServer.shared()
        .execute(
            "postgres",
            "ALTER DATABASE %s SET %s = %s".formatted(settings.database(), setting, value));
    assertRefused(settings, setting, value);
    assertEquals(0, tables(settings), "nothing may have been written");
  }

  private static void assertRefused(PostgresSettings settings, String setting, String value) {
    DatabaseException refused =
        assertThrows(
            DatabaseException.class,
            () -> Persistence.open(ConfigFactory.load(PostgresServer.config(settings))).close());
    assertEquals(
        "PostgreSQL would lose acknowledged events: "
            + setting
            + " is "
            + value
            + " and must be on; change it in postgresql.conf and start again",
        refused.getMessage());
  }

  private static int tables(PostgresSettings settings) throws SQLException {
    try (Connection connection = dataSource(settings, "").getConnection();
        Statement statement = connection.createStatement();
        ResultSet count =
            statement.executeQuery("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) {
      count.next();
      return count.getInt(1);
    }
  }
}
