package io.crossclear.persistence.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.ledger.ClearingCheck;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.Conservation;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.persistence.PostgresServer;
import io.crossclear.persistence.PostgresSettings;
import io.crossclear.persistence.Schema;
import io.crossclear.persistence.audit.OpenSagaProbe.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A journal written row by row on a real PostgreSQL. */
final class LedgerReplayIT {

  private static final Asset USDC = new Asset("USDC");
  private static final VaultId VAULT = new VaultId(31337, address(0xa1));
  private static final Address OWNER = address(0xb1);
  private static final AccountId FIRST = AccountId.of(OWNER, 1, 0);
  private static final AccountId SECOND = AccountId.of(OWNER, 1, 1);
  private static final Hash TRANSFER = word(7);
  private static final Hash WITHDRAWAL = word(8);
  private static final DepositEvidence DEPOSITED = new DepositEvidence(5, word(1), word(2), 0);
  private static final Signature UNSIGNED = new Signature("0x" + "0".repeat(128));

  private static final Genesis GENESIS =
      new Genesis(
          "test",
          word(9),
          List.of(new AssetConfig(USDC, 6, 1)),
          List.of(new PoolConfig(1, "main", List.of(USDC))),
          List.of(
              new VaultConfig(
                  VAULT,
                  "chain",
                  1,
                  List.of(new TokenConfig(USDC, address(0xa2), 6, 1, 1L << 40, 0, 0)),
                  IntStream.range(1, 5).mapToObj(LedgerReplayIT::address).toList(),
                  3)),
          List.of(),
          List.of(
              new PoolRules(
                  1,
                  USDC,
                  List.of(),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  980_000,
                  700_000,
                  10,
                  Duration.ofHours(1),
                  5,
                  500_000,
                  new FundingRule(Duration.ofHours(8), 100, 7_500))));

  private static final SignedAction<UserAction.Transfer> SIGNED_TRANSFER =
      new SignedAction<>(
          new UserAction.Transfer(FIRST.word(), SECOND.word(), "USDC", 40, 1, 99),
          VAULT.chainId(),
          VAULT.address(),
          UNSIGNED);

  private static final SignedAction<UserAction.Withdraw> SIGNED_WITHDRAWAL =
      new SignedAction<>(
          new UserAction.Withdraw(FIRST.word(), "USDC", 30, VAULT.chainId(), OWNER, 2, 99),
          VAULT.chainId(),
          VAULT.address(),
          UNSIGNED);

  private static ActorSystem writer;

  private final PostgresSettings database = PostgresServer.shared().freshDatabase();
  private final Config config = PostgresServer.config(database);

  private static Address address(int number) {
    return new Address("0x" + String.format("%040x", number));
  }

  private static Hash word(int number) {
    return new Hash("0x" + String.format("%064x", number));
  }

  @BeforeAll
  static void startWriter() {
    writer =
        ActorSystem.create(
            "writer",
            ConfigFactory.load(
                ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.parseResources("crossclear-serialization.conf"))));
  }

  @AfterAll
  static void stopWriter() {
    writer.terminate();
    writer.getWhenTerminated().toCompletableFuture().join();
  }

  @BeforeEach
  void migrate() {
    try (HikariDataSource source = new HikariDataSource()) {
      source.setJdbcUrl(url());
      source.setUsername(database.user());
      source.setMaximumPoolSize(1);
      Schema.migrate(source);
    }
  }

  private String url() {
    return "jdbc:postgresql://%s:%d/%s"
        .formatted(database.host(), database.port(), database.database());
  }

  private void write(String persistenceId, long sequence, Object event) throws Exception {
    Serialization serialization = SerializationExtension.get(writer);
    var serializer = serialization.findSerializerFor(event);
    write(
        persistenceId,
        sequence,
        serializer.identifier(),
        Serializers.manifestFor(serializer, event),
        serializer.toBinary(event));
  }

  private void write(
      String persistenceId, long sequence, int serializer, String manifest, byte[] bytes)
      throws Exception {
    try (Connection connection = DriverManager.getConnection(url(), database.user(), "");
        PreparedStatement row =
            connection.prepareStatement(
                """
                INSERT INTO event_journal (persistence_id, sequence_number, writer,
                  write_timestamp, event_ser_id, event_ser_manifest, event_payload)
                VALUES (?, ?, 'test', 1234, ?, ?, ?)
                """)) {
      row.setString(1, persistenceId);
      row.setLong(2, sequence);
      row.setInt(3, serializer);
      row.setString(4, manifest);
      row.setBytes(5, bytes);
      row.executeUpdate();
    }
  }

  private void writeAccount(AccountId id, AccountEvent... events) throws Exception {
    for (int i = 0; i < events.length; i++) {
      write("MarginAccount|" + id, i + 1, events[i]);
    }
  }

  private Ledger read() {
    try (LedgerReplay replay = LedgerReplay.open(config, GENESIS)) {
      return replay.read();
    }
  }

  private static AccountEvent.Credited credited(long sequence, long units) {
    return new AccountEvent.Credited(VAULT, sequence, USDC, units, DEPOSITED, sequence);
  }

  private static VaultEvent.BlocksRead blocks(long sequence, long units) {
    VaultEvent.Deposit deposit =
        new VaultEvent.Deposit(
            sequence, FIRST.word(), FIRST, sequence - 1, USDC, units, word(3), DEPOSITED);
    return new VaultEvent.BlocksRead(4 + sequence, word(4), 60, List.of(deposit), sequence);
  }

  @Test
  void anEmptyJournalIsAnEmptyLedger() {
    Ledger ledger = read();
    assertEquals(0, ledger.events());
    assertTrue(ledger.accounts().isEmpty());
    assertEquals(Treasury.EMPTY, ledger.treasury());
    assertTrue(ledger.open().isEmpty());
  }

  @Test
  void everyFamilyIsFoldedAsItsEntityFoldsIt() throws Exception {
    PayoutEvidence paid = new PayoutEvidence(1, word(5), 9, word(6), word(7));
    AccountEvent[] first = {
      credited(1, 100),
      new AccountEvent.TransferDebited(TRANSFER, SIGNED_TRANSFER, 1, new TreeMap<>(), 2),
      new AccountEvent.WithdrawalReserved(
          WITHDRAWAL, SIGNED_WITHDRAWAL, new ImportSplit(30, 0, new TreeMap<>()), 3),
      new AccountEvent.WithdrawalPosted(WITHDRAWAL, paid, 4)
    };
    writeAccount(FIRST, first);
    write("Transfer|" + TRANSFER, 1, new TransferEvent.Requested(SIGNED_TRANSFER, 1));
    write("Transfer|" + TRANSFER, 2, new TransferEvent.Debited(1, new TreeMap<>(), 2));
    write("ChainBridge|" + VAULT, 1, blocks(1, 100));
    write("ChainBridge|" + VAULT, 2, blocks(2, 5));
    write("ChainBridge|" + VAULT, 3, new VaultEvent.DepositsCredited(List.of(1L), 3));
    TreasuryReport report =
        new TreasuryReport(
            1, new TreeMap<>(Map.of(USDC, 100L)), List.of(), List.of(), List.of(), false);
    write(
        "Treasury|main",
        1,
        new TreasuryEvent.ReportBooked(VAULT, 1, report, List.of(), new TreeMap<>(), 1));
    write(
        "Attester|" + address(1),
        1,
        new AttesterEvent.DigestSigned(VAULT, 1, 1, word(5), 99, List.of(WITHDRAWAL), 1));

    Ledger ledger = read();

    MarginAccount expected = MarginAccount.empty(FIRST);
    for (AccountEvent event : first) {
      expected = expected.apply(event);
    }
    assertEquals(Map.of(FIRST, expected), ledger.accounts());
    assertEquals(100, ledger.treasury().line(USDC, VAULT.chainId()).netImport());
    assertEquals(1, ledger.attesters().size());
    assertEquals(11, ledger.events());
    assertEquals(List.of(new Ledger.Credit(FIRST, credited(1, 100), 1234)), ledger.credits());
    assertEquals(100, ledger.credited(USDC));
    assertEquals(30, ledger.posted(USDC));
    assertEquals(SIGNED_WITHDRAWAL, ledger.payouts().getFirst().reservation().signed());
    assertEquals(
        List.of("deposit " + VAULT + "#2 UNCREDITED", "transfer " + TRANSFER + " DEBITED"),
        ledger.open().stream().map(Ledger.OpenSaga::toString).toList());
  }

  @Test
  void aHoleIsRefused() throws Exception {
    write("MarginAccount|" + FIRST, 1, credited(1, 100));
    write("MarginAccount|" + FIRST, 3, credited(2, 100));
    AuditException refused = assertThrows(AuditException.class, this::read);
    assertEquals(
        "The journal of MarginAccount|" + FIRST + " has event 3 where 2 must be.",
        refused.getMessage());
  }

  @Test
  void anEventOfNoKnownFamilyIsRefused() throws Exception {
    write("Oven|1", 1, 7301, "oven.baked", new byte[] {1});
    AuditException refused = assertThrows(AuditException.class, this::read);
    assertTrue(refused.toString().contains("Event 1 of Oven|1 cannot be read"));
  }

  @Test
  void aStateAmongEventsIsRefusedByName() throws Exception {
    write("MarginAccount|" + FIRST, 1, MarginAccount.empty(FIRST));
    AuditException refused = assertThrows(AuditException.class, this::read);
    assertEquals(
        "No rule to audit MarginAccount of MarginAccount|" + FIRST + ".", refused.getMessage());
  }

  @Test
  void aPoolThatTheGenesisDoesNotKnowIsRefused() throws Exception {
    write("Pool|9", 1, new PoolEvent.FundContributed(FIRST, 1, 40, 3));
    AuditException refused = assertThrows(AuditException.class, this::read);
    assertEquals("The genesis has no rules of pool 9.", refused.getMessage());
  }

  @Test
  void aPoolIsFoldedWithItsCycleItsWaterfallItsBatchesAndItsAuctions() throws Exception {
    Marks marks = new Marks(4, 1, 0, new TreeMap<>(), new TreeMap<>());
    SignedAction<UserAction.Transfer> gift =
        new SignedAction<>(
            new UserAction.Transfer(FIRST.word(), AccountId.fund(1).word(), "USDC", 40, 1, 99),
            VAULT.chainId(),
            VAULT.address(),
            UNSIGNED);
    writeAccount(
        FIRST,
        credited(1, 100),
        new AccountEvent.TransferDebited(TRANSFER, gift, 1, new TreeMap<>(), 2),
        new ClearingEvent.TornUp(1, "BTC-PERP", 3, 90, 2),
        new ClearingEvent.TornUp(2, "BTC-PERP", -3, -90, 2));
    PoolFact[] facts = {
      new PoolEvent.FundContributed(FIRST, 1, 40, 3),
      new CycleEvent.Started(1, marks, List.of(FIRST), 4),
      new PoolEvent.StepAsked(FIRST, 3, new Ask.Collect(), 4),
      new WaterfallEvent.Begun(SECOND, 1, marks, 5),
      new PoolEvent.WaterfallOpened(SECOND, 5),
      new PoolEvent.SettlementOpened("BTC-PERP", 30, 6)
    };
    ClearingPool pool = ClearingPool.EMPTY;
    for (int i = 0; i < facts.length; i++) {
      write("Pool|1", i + 1, facts[i]);
      pool = pool.apply(facts[i]);
    }
    String batch = OWNER.hex() + "/7";
    write(
        "FillBatch|" + batch,
        1,
        new FillBatchEvent.Submitted(word(11), OWNER, 7, 99, marks, List.of(), new TreeMap<>(), 1));
    String auction = SECOND.hex() + "/1";
    write(
        "Auction|" + auction, 1, new AuctionEvent.Opened(SECOND, 1, AuctionKind.LIQUIDATION, 4, 5));

    Ledger ledger = read();

    assertEquals(Map.of(1, pool), ledger.trades().pools());
    assertEquals(
        List.of(
            "fill-batch " + batch + " RESERVED",
            "auction " + auction + " OPEN",
            "cycle 1#1 COLLECTING",
            "waterfall 1#" + SECOND + " CHOOSING",
            "settlement 1#BTC-PERP OPEN",
            "step " + FIRST + "#3 Collect"),
        ledger.open().stream().map(Ledger.OpenSaga::toString).toList());
    Conservation sum =
        Conservation.of(
            USDC,
            ledger.books(),
            new Conservation.Flows(100, 0, new TreeMap<>(Map.of(VAULT, 100L)), 0, 0));
    assertTrue(sum.holds() && sum.covered(), sum::toString);
    assertEquals(40, sum.pools());
    assertEquals(List.of(), ClearingCheck.of(ledger.books(), 1).violations());
  }

  @Test
  void aPostedPayoutThatWasNeverReservedIsRefused() throws Exception {
    PayoutEvidence paid = new PayoutEvidence(1, word(5), 9, word(6), word(7));
    writeAccount(FIRST, new AccountEvent.WithdrawalPosted(WITHDRAWAL, paid, 4));
    AuditException refused = assertThrows(AuditException.class, this::read);
    assertTrue(refused.toString().contains("never reserved"), refused.toString());
  }

  @Test
  void aProbeSeesADepositUntilItIsCredited() throws Exception {
    try (OpenSagaProbe probe = OpenSagaProbe.open(config)) {
      assertFalse(probe.any(Kind.DEPOSIT));
      write("ChainBridge|" + VAULT, 1, blocks(1, 100));
      assertTrue(probe.any(Kind.DEPOSIT));
      assertFalse(probe.any(Kind.TRANSFER));
      assertFalse(probe.any(Kind.BATCH));
      write("ChainBridge|" + VAULT, 2, new VaultEvent.DepositsCredited(List.of(1L), 3));
      assertFalse(probe.any(Kind.DEPOSIT));
    }
  }

  @Test
  void aProbeSeesWhatAPoolHasUnderWay() throws Exception {
    Marks marks = new Marks(4, 1, 0, new TreeMap<>(), new TreeMap<>());
    try (OpenSagaProbe probe = OpenSagaProbe.open(config)) {
      for (Kind kind : Kind.values()) {
        assertFalse(probe.any(kind), kind::name);
      }
      write("Pool|1", 1, new CycleEvent.Started(1, marks, List.of(), 4));
      assertTrue(probe.any(Kind.CYCLE));
      assertFalse(probe.any(Kind.WATERFALL));
      write("Pool|1", 2, new CycleEvent.Finished(5));
      assertFalse(probe.any(Kind.CYCLE));
      write("Pool|1", 3, new WaterfallEvent.Begun(SECOND, 1, marks, 5));
      assertTrue(probe.any(Kind.WATERFALL));
      write(
          "Auction|" + SECOND + "/1",
          1,
          new AuctionEvent.Opened(SECOND, 1, AuctionKind.LIQUIDATION, 4, 5));
      assertTrue(probe.any(Kind.AUCTION));
      write("Auction|" + SECOND + "/1", 2, new AuctionEvent.Closed(6));
      assertFalse(probe.any(Kind.AUCTION));
      assertFalse(probe.any(Kind.FILL_BATCH));
    }
  }
}
