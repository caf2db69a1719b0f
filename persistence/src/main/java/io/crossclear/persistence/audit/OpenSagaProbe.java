package io.crossclear.persistence.audit;

import com.typesafe.config.Config;
import io.crossclear.persistence.PostgresSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Cheap looks at whether something is unfinished right now, for whoever wants to disturb a node at
 * that moment. A look says maybe; {@link LedgerReplay} says for sure. Holds one connection; one
 * thread at a time.
 */
public final class OpenSagaProbe implements AutoCloseable {

  /** What to look for. */
  public enum Kind {
    /** A deposit that a bridge has read and no account has yet. */
    DEPOSIT(later("vault.blocks-read", "vault.deposits-credited")),
    /** A transfer. */
    TRANSFER("SELECT EXISTS (SELECT FROM open_saga WHERE kind = 'Transfer')"),
    /** A batch that holds a vault's next nonce. */
    BATCH(later("vault.batch-proposed", "vault.batch-paid")),
    /** A venue's fill batch. */
    FILL_BATCH("SELECT EXISTS (SELECT FROM open_saga WHERE kind = 'FillBatch')"),
    /** A pool's variation cycle. */
    CYCLE(later("cycle.started", "cycle.finished")),
    /** A waterfall of a pool. */
    WATERFALL(later("waterfall.begun", "waterfall.finished")),
    /** An auction of an account. */
    AUCTION(later("auction.opened", "auction.closed"));

    private final String sql;

    Kind(String sql) {
      this.sql = sql;
    }

    private static String later(String opens, String closes) {
      return """
      SELECT EXISTS (
        SELECT FROM event_journal o
        WHERE o.event_ser_manifest = '%s' AND NOT EXISTS (
          SELECT FROM event_journal c
          WHERE c.persistence_id = o.persistence_id
            AND c.sequence_number > o.sequence_number
            AND c.event_ser_manifest = '%s'))
      """
          .formatted(opens, closes);
    }
  }

  private final Connection connection;

  private OpenSagaProbe(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects.
   *
   * @param config with {@code crossclear.postgres}
   * @throws AuditException when the database does not answer
   */
  public static OpenSagaProbe open(Config config) {
    try {
      Connection connection = LedgerReplay.connect(PostgresSettings.of(config));
      connection.setReadOnly(true);
      return new OpenSagaProbe(connection);
    } catch (SQLException e) {
      throw new AuditException("The database does not answer: " + e.getMessage(), e);
    }
  }

  /** Whether there seems to be one. */
  public boolean any(Kind kind) {
    try (PreparedStatement statement = connection.prepareStatement(kind.sql);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    } catch (SQLException e) {
      throw new AuditException("The journal cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new AuditException("The connection was not closed: " + e.getMessage(), e);
    }
  }
}
