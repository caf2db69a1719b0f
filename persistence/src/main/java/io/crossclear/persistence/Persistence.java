package io.crossclear.persistence;

import com.typesafe.config.Config;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.crossclear.actors.ExposureTable;
import io.crossclear.actors.JournalReader;
import io.crossclear.actors.OpenSagaTable;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * A node's PostgreSQL: open it before the actor system starts, because the journal needs the
 * schema, and close it after the actor system ended, because actors write until then.
 */
public final class Persistence implements AutoCloseable {

  private final HikariDataSource database;
  private final ExecutorService reads;
  private final PostgresExposureTable exposures;
  private final PostgresOpenSagaTable openSagas;

  private Persistence(HikariDataSource database) {
    this.database = database;
    this.reads = Executors.newVirtualThreadPerTaskExecutor();
    this.exposures = new PostgresExposureTable(database, reads);
    this.openSagas = new PostgresOpenSagaTable(database, reads);
  }

  /**
   * Connects, makes sure that the server keeps what it acknowledges, and brings the schema up to
   * date.
   *
   * @param config the node's configuration with {@code crossclear.postgres}
   * @throws DatabaseException when the server does not answer, would lose acknowledged writes, or
   *     holds a schema that this program must not touch
   */
  public static Persistence open(Config config) {
    HikariDataSource database =
        connect(
            PostgresSettings.of(config), config.getDuration("crossclear.postgres.start-timeout"));
    try {
      PostgresSettings.assertDurable(database);
      Schema.migrate(database);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    return new Persistence(database);
  }

  private static HikariDataSource connect(PostgresSettings settings, Duration patience) {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("crossclear-tables");
    pool.setJdbcUrl(settings.url());
    pool.setUsername(settings.user());
    pool.setPassword(settings.password());
    pool.setMaximumPoolSize(6);
    pool.setMinimumIdle(2);
    pool.setConnectionTimeout(10_000);
    pool.setInitializationFailTimeout(patience.toMillis());
    try {
      return new HikariDataSource(pool);
    } catch (PoolInitializationException e) {
      throw new DatabaseException(
          "PostgreSQL does not answer at " + settings + ": " + e.getMessage(), e);
    }
  }

  /** One row per account with what the watch needs. */
  public ExposureTable exposures() {
    return exposures;
  }

  /** The sagas that have something left to do. */
  public OpenSagaTable openSagas() {
    return openSagas;
  }

  /** Reads the journal that the system writes with {@code crossclear-postgres.conf}. */
  public static JournalReader journal(ActorSystem<?> system) {
    return new PekkoJournalReader(system, PekkoJournalReader.POSTGRES);
  }

  /** Writes or fails what was handed in, then lets the connections go. */
  @Override
  public void close() {
    exposures.close();
    openSagas.close();
    reads.close();
    database.close();
  }
}
