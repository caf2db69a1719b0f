package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** A node's start on its database. */
final class PersistenceIT {

  @Test
  void aServerThatDoesNotAnswerIsReportedWithItsPlaceAndWithoutThePassword() throws IOException {
    int silent;
    try (ServerSocket socket = new ServerSocket(0)) {
      silent = socket.getLocalPort();
    }
    PostgresSettings nowhere =
        new PostgresSettings("127.0.0.1", silent, "none", "crossclear", "secret");
    Config config =
        ConfigFactory.load(
            ConfigFactory.parseString("crossclear.postgres.start-timeout = 300ms")
                .withFallback(PostgresServer.config(nowhere)));
    DatabaseException refused =
        assertThrows(DatabaseException.class, () -> Persistence.open(config).close());
    String message = String.valueOf(refused.getMessage());
    assertTrue(
        message.startsWith(
            "PostgreSQL does not answer at crossclear@127.0.0.1:" + silent + "/none: "),
        message);
    assertFalse(message.contains("secret"), message);
  }

  @Test
  void theSettingsAreReadFromTheConfiguration() {
    PostgresSettings settings =
        new PostgresSettings("db.example", 6543, "clearing", "node", "secret");
    assertEquals(
        settings, PostgresSettings.of(ConfigFactory.load(PostgresServer.config(settings))));
    assertEquals("node@db.example:6543/clearing", settings.toString());
  }

  @Test
  void openingTwiceIsWhatNodesDo() {
    TestDatabase database = TestDatabase.fresh();
    try (Persistence first = Persistence.open(database.config());
        Persistence second = Persistence.open(database.config())) {
      first
          .exposures()
          .upsert(PostgresTablesIT.exposure(WireSamples.ACCOUNT, 1))
          .toCompletableFuture()
          .join();
      assertEquals(
          1,
          second
              .exposures()
              .ofShard(io.crossclear.actors.Shards.of(WireSamples.ACCOUNT.hex()))
              .toCompletableFuture()
              .join()
              .size());
    }
  }
}
