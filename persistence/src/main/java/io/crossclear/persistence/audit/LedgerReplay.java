package io.crossclear.persistence.audit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.Postings;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.OracleEvent;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.persistence.PostgresSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * Reads the whole journal and folds it through the domain's own {@code apply}, in a process that
 * wrote none of it.
 *
 * <p>One read-only transaction sees all entities at one moment, also while nodes write: an event is
 * durable before anything that follows from it is asked of another entity, so what is read never
 * holds an effect without its cause.
 *
 * <p>Cost: proportional to the journal; everything is held in memory. Its actor system is only
 * Pekko's way to the serializers: it has no cluster, no journal and no actors of ours. One thread
 * at a time.
 */
public final class LedgerReplay implements AutoCloseable {

  private static final String EVENTS =
      """
      SELECT persistence_id, sequence_number,
             event_ser_id, event_ser_manifest, event_payload, write_timestamp
      FROM event_journal ORDER BY persistence_id, sequence_number
      """;

  private static final String OPEN_ROWS =
      "SELECT kind || ' ' || id FROM open_saga ORDER BY kind, id";

  private static final String SERIALIZERS_ONLY =
      """
      pekko {
        actor.provider = local
        loglevel = WARNING
        stdout-loglevel = OFF
        loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
        logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
        coordinated-shutdown.run-by-jvm-shutdown-hook = off
      }
      """;

  private final PostgresSettings database;
  private final Genesis genesis;
  private final ActorSystem system;
  private final Serialization serialization;

  private LedgerReplay(PostgresSettings database, Genesis genesis) {
    this.database = database;
    this.genesis = genesis;
    this.system =
        ActorSystem.create(
            "audit",
            ConfigFactory.load(
                ConfigFactory.parseString(SERIALIZERS_ONLY)
                    .withFallback(ConfigFactory.parseResources("crossclear-serialization.conf"))));
    this.serialization = SerializationExtension.get(system);
  }

  /**
   * Connects to nothing yet.
   *
   * @param config with {@code crossclear.postgres}
   */
  public static LedgerReplay open(Config config, Genesis genesis) {
    return new LedgerReplay(PostgresSettings.of(config), genesis);
  }

  /** Is shown every event while the journal is folded: entity by entity, each in its order. */
  @FunctionalInterface
  public interface Witness {

    /**
     * Takes the next event.
     *
     * @param entity persistence id
     * @param writtenAt milliseconds since 1970 by the clock of the node that wrote it
     */
    void saw(String entity, Object event, long writtenAt);
  }

  /** Folds everything that is in the journal now, with nobody reading along. */
  public Ledger read() {
    return read((entity, event, writtenAt) -> {});
  }

  /**
   * Folds everything that is in the journal now.
   *
   * @param witness shown every event before it is folded
   * @throws AuditException when the journal has a hole, an event that is none of its entity's
   *     family, or an entity of a family that this replay does not know; or cannot be read
   */
  public Ledger read(Witness witness) {
    Fold fold = new Fold(genesis);
    try (Connection connection = connect(database)) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (PreparedStatement statement = connection.prepareStatement(EVENTS)) {
        statement.setFetchSize(1_000);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            Object event = event(rows);
            witness.saw(rows.getString(1), event, rows.getLong(6));
            fold.take(rows.getString(1), rows.getLong(2), event, rows.getLong(6));
          }
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(OPEN_ROWS);
          ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          fold.openRows.add(rows.getString(1));
        }
      }
      connection.rollback();
    } catch (SQLException e) {
      throw new AuditException("The journal cannot be read: " + e.getMessage(), e);
    }
    return fold.done();
  }

  static Connection connect(PostgresSettings database) throws SQLException {
    return DriverManager.getConnection(
        ("jdbc:postgresql://%s:%d/%s"
                + "?ApplicationName=crossclear-audit&connectTimeout=5&socketTimeout=60")
            .formatted(database.host(), database.port(), database.database()),
        database.user(),
        database.password());
  }

  private Object event(ResultSet row) throws SQLException {
    try {
      return serialization.deserialize(row.getBytes(5), row.getInt(3), row.getString(4)).get();
    } catch (SQLException e) {
      throw e;
    } catch (Exception e) { // Scala throws what Java would have to declare
      throw unreadable(row, e);
    }
  }

  private static AuditException unreadable(ResultSet row, Exception cause) throws SQLException {
    return new AuditException(
        "Event %d of %s cannot be read: %s"
            .formatted(row.getLong(2), row.getString(1), cause.getMessage()),
        cause);
  }

  /** Ends the actor system. */
  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  /** The states while the journal goes by, one entity after the other. */
  private static final class Fold {
    final Genesis genesis;
    final TreeMap<AccountId, MarginAccount> accounts = new TreeMap<>();
    final TreeMap<VaultId, VaultBook> vaults = new TreeMap<>();
    final TreeMap<Hash, TransferSaga> transfers = new TreeMap<>();
    final TreeMap<Address, AttesterBook> attesters = new TreeMap<>();
    final List<Ledger.Credit> credits = new ArrayList<>();
    final List<Ledger.Payout> payouts = new ArrayList<>();
    final List<String> openRows = new ArrayList<>();
    final Set<String> treasuries = new HashSet<>();
    final TreeMap<Integer, ClearingPool> pools = new TreeMap<>();
    final TreeMap<String, FillBatch> fillBatches = new TreeMap<>();
    final TreeMap<String, LiquidationAuction> auctions = new TreeMap<>();
    Postings postings = Postings.NONE;
    Treasury treasury = Treasury.EMPTY;
    String current = "";
    long sequence;
    long events;

    Fold(Genesis genesis) {
      this.genesis = genesis;
      genesis.rules().forEach(rule -> pools.put(rule.number(), ClearingPool.EMPTY));
    }

    void take(String persistenceId, long number, Object event, long writtenAt) {
      sequence = persistenceId.equals(current) ? sequence + 1 : 1;
      current = persistenceId;
      if (number != sequence) {
        throw new AuditException(
            "The journal of %s has event %d where %d must be."
                .formatted(persistenceId, number, sequence));
      }
      String id = persistenceId.substring(persistenceId.indexOf('|') + 1);
      switch (event) {
        case AccountEvent e -> account(new AccountId(id), e, writtenAt);
        case VaultEvent e ->
            vaults.compute(
                VaultId.parse(id), (vault, book) -> (book == null ? empty(vault) : book).apply(e));
        case TransferEvent e ->
            transfers.compute(
                new Hash(id), (hash, saga) -> (saga == null ? TransferSaga.EMPTY : saga).apply(e));
        case AttesterEvent e ->
            attesters.compute(
                new Address(id),
                (address, book) -> (book == null ? AttesterBook.EMPTY : book).apply(e));
        case TreasuryEvent e -> {
          treasuries.add(id);
          if (treasuries.size() > 1) {
            throw new AuditException("There are two treasuries: " + treasuries + ".");
          }
          treasury = treasury.apply(e);
        }
        case PoolFact e -> pool(id, e);
        case FillBatchEvent e ->
            fillBatches.compute(
                id, (key, batch) -> (batch == null ? FillBatch.EMPTY : batch).apply(e));
        case AuctionEvent e ->
            auctions.compute(
                id,
                (key, auction) -> (auction == null ? LiquidationAuction.EMPTY : auction).apply(e));
        case OracleEvent e -> {
          // how far an oracle may have voted moves no money
        }
        default ->
            throw new AuditException(
                "No rule to audit "
                    + event.getClass().getSimpleName()
                    + " of "
                    + persistenceId
                    + ".");
      }
      events++;
    }

    private VaultBook empty(VaultId vault) {
      return VaultBook.empty(
          genesis
              .vault(vault)
              .orElseThrow(() -> new AuditException("The genesis has no vault " + vault + ".")));
    }

    private void pool(String id, PoolFact fact) {
      int number = Integer.parseInt(id);
      if (pools.computeIfPresent(number, (key, pool) -> pool.apply(fact)) == null) {
        throw new AuditException("The genesis has no rules of pool " + id + ".");
      }
    }

    private void account(AccountId id, AccountEvent event, long writtenAt) {
      MarginAccount before = accounts.getOrDefault(id, MarginAccount.empty(id));
      if (event instanceof AccountEvent.Credited credited) {
        credits.add(new Ledger.Credit(id, credited, writtenAt));
      } else if (event instanceof AccountEvent.WithdrawalPosted posted) {
        MarginAccount.Reservation reservation =
            Optional.ofNullable(before.withdrawals().get(posted.id()))
                .orElseThrow(
                    () ->
                        new AuditException(
                            "Account "
                                + id
                                + " posted "
                                + posted.id()
                                + ", which it never reserved."));
        payouts.add(new Ledger.Payout(id, reservation, posted));
      }
      accounts.put(id, before.apply(event));
      postings = postings.apply(id, event);
    }

    Ledger done() {
      TreeMap<Integer, Asset> settlements = new TreeMap<>();
      genesis.rules().forEach(rule -> settlements.put(rule.number(), rule.settlement()));
      return new Ledger(
          accounts,
          treasury,
          vaults,
          transfers,
          attesters,
          new Ledger.Trades(pools, settlements, fillBatches, auctions, postings),
          credits,
          payouts,
          openRows,
          events);
    }
  }
}
