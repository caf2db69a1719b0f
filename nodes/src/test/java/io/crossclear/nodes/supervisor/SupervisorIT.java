package io.crossclear.nodes.supervisor;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.bridges.LocalDeployment;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Kills every process of a local network in turn, on real servers (attack A23 among others). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SupervisorIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final Path folder;
  private final LocalNetwork.Options options;
  private final LocalNetwork network;

  SupervisorIT(@TempDir Path temporary) throws IOException {
    Path anvil =
        Path.of("../bridges/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil")
            .toAbsolutePath()
            .normalize();
    assertTrue(Files.isExecutable(anvil), "run npm ci in bridges/contracts: there is no " + anvil);
    System.setProperty("crossclear.anvil", anvil.toString());
    // a folder that everyone can enter, so that root hands PostgreSQL to another user
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    folder = temporary.resolve("network");
    options =
        LocalNetwork.Options.of(folder)
            .withNodeCommand(
                JavaCommand.of(List.of("-Xmx32m"), ReadyServer.class.getName(), List.of()));
    network = LocalNetwork.attach(folder);
  }

  @BeforeAll
  void startsCold() throws Exception {
    LocalNetwork.start(options);
  }

  @BeforeEach
  void isUp() throws Exception {
    LocalNetwork.start(options);
  }

  @AfterAll
  void endsWithoutOrphans() throws Exception {
    network.stop();
    assertEquals(List.of(), processes());
  }

  @Test
  void aColdStartDeploysEveryContractOfTheGenesis() throws Exception {
    Genesis genesis = network.genesis();
    assertEquals(
        List.of(31001L, 31002L, 31003L),
        genesis.vaults().stream().map(vault -> vault.id().chainId()).toList());
    for (VaultConfig vault : genesis.vaults()) {
      assertNotEquals("0x", code(vault, vault.id().address()));
      for (TokenConfig token : vault.tokens()) {
        assertNotEquals("0x", code(vault, token.token()));
      }
    }
  }

  @Test
  void itsKeysAreReadableByTheirOwnerOnly() throws Exception {
    try (Stream<Path> keys = Files.list(network.data().keys())) {
      List<Path> files = keys.toList();
      // attesters, oracles, relayers, faucet, operator token
      assertEquals(NetworkKeys.ATTESTERS + NetworkKeys.ORACLES + 3 + 2, files.size());
      for (Path file : files) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
  }

  @Test
  void theJournalIsDurableAndLocal() throws Exception {
    for (String setting : PostgresServer.DURABLE) {
      assertEquals("on", query("SHOW " + setting), setting);
    }
    assertEquals("on", query("SHOW data_checksums"));
    assertEquals("127.0.0.1", query("SHOW listen_addresses"));
    assertEquals("scram-sha-256", query("SHOW password_encryption"));
    String url = state().postgres().orElseThrow().url();
    SQLException refused =
        assertThrows(
            SQLException.class,
            () -> DriverManager.getConnection(url, PostgresServer.USER, "guess").close());
    assertEquals("28P01", refused.getSQLState());
  }

  @Test
  void aSecondStartOfARunningNetworkChangesNothing() throws Exception {
    Map<String, ProcessId> before = pids();
    ProcessId supervisor = network.supervisor().orElseThrow();
    LocalNetwork.start(options);
    assertEquals(before, pids());
    assertEquals(Optional.of(supervisor), network.supervisor());
  }

  @Test
  void aKilledSupervisorLeavesItsServicesToTheNext() throws Exception {
    execute("CREATE TABLE IF NOT EXISTS kept (what text)", "INSERT INTO kept VALUES ('adopted')");
    Map<String, ProcessId> before = pids();
    ProcessId killed = network.supervisor().orElseThrow();
    kill(killed);
    before.values().forEach(service -> assertTrue(service.alive()));

    LocalNetwork.start(options);

    assertNotEquals(Optional.of(killed), network.supervisor());
    assertEquals(before, pids());
    assertEquals("1", query("SELECT count(*) FROM kept WHERE what = 'adopted'"));
  }

  @Test
  void aKilledPostmasterComesBackWithEveryCommittedRow() throws Exception {
    ServiceState before = state().postgres().orElseThrow();
    execute("CREATE TABLE IF NOT EXISTS kept (what text)", "INSERT INTO kept VALUES ('committed')");
    kill(before.process());

    awaitRestart("postgres", before);

    assertEquals(before.port(), state().postgres().orElseThrow().port());
    assertEquals("1", query("SELECT count(*) FROM kept WHERE what = 'committed'"));
    assertEquals("on", query("SHOW fsync"));
  }

  @Test
  void aKilledNodeTakesNothingAlong() throws Exception {
    Map<String, ProcessId> before = pids();
    ServiceState node = state().node().orElseThrow();
    assertEquals(node.process(), network.killNode());

    awaitRestart("node-1", node);

    Map<String, ProcessId> after = pids();
    assertNotEquals(before.remove("node-1"), after.remove("node-1"));
    assertEquals(before, after);
  }

  @Test
  void killedTickersComeBackOnTheirPort() throws Exception {
    Map<String, ProcessId> before = pids();
    ServiceState tickers = state().service("tickers").orElseThrow();
    kill(tickers.process());

    awaitRestart("tickers", tickers);

    assertEquals(tickers.port(), state().service("tickers").orElseThrow().port());
    Map<String, ProcessId> after = pids();
    assertNotEquals(before.remove("tickers"), after.remove("tickers"));
    assertEquals(before, after);
  }

  @Test
  void aKilledChainComesBackWithItsContracts() throws Exception {
    VaultConfig vault = network.genesis().vaults().getLast();
    ServiceState before = state().service(vault.chainName()).orElseThrow();
    kill(before.process());

    awaitRestart(vault.chainName(), before);

    assertNotEquals("0x", code(vault, vault.id().address()));
  }

  @Test
  void dataSurvivesDownAndUp() throws Exception {
    execute("CREATE TABLE IF NOT EXISTS kept (what text)", "INSERT INTO kept VALUES ('stopped')");
    VaultConfig vault = network.genesis().vaults().getFirst();
    Address token = vault.token(new Asset("USDC")).orElseThrow().token();
    Address holder = network.keys().attesters().getFirst();
    try (LocalDeployment chain =
        LocalDeployment.connect(
            URI.create(state().service(vault.chainName()).orElseThrow().url()))) {
      chain.mint(token, holder, BigInteger.valueOf(12_345_678));
    }
    BigInteger minted = balance(vault, token, holder);
    Map<String, ProcessId> before = pids();
    Genesis genesis = network.genesis();

    List<String> ended = network.stop();

    assertTrue(ended.containsAll(before.keySet()));
    assertEquals(List.of(), processes());
    // the pid of another living program, as after a reboot
    Files.writeString(
        folder.resolve("postgres/data/postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + folder + "\n0\n1\n");
    LocalNetwork.start(options);
    assertEquals(genesis, network.genesis());
    assertTrue(minted.signum() > 0);
    assertEquals(minted, balance(vault, token, holder));
    assertEquals("1", query("SELECT count(*) FROM kept WHERE what = 'stopped'"));
  }

  @Test
  void aNetworkWhoseGenesisIsLostIsNotBornAgainOverItsJournal() throws Exception {
    execute("CREATE TABLE IF NOT EXISTS kept (what text)");
    VaultConfig vault = network.genesis().vaults().getFirst();
    network.stop();
    Path aside = folder.resolve("genesis.aside");
    Files.move(network.data().genesisFile(), aside);

    LocalNetworkException refused =
        assertThrows(LocalNetworkException.class, () -> LocalNetwork.start(options));

    assertTrue(String.valueOf(refused.getMessage()).contains("genesis.json is missing"));
    assertEquals(List.of(), processes());
    Files.move(aside, network.data().genesisFile());
    LocalNetwork.start(options);
    assertNotEquals("0x", code(vault, vault.id().address()));
  }

  @Test
  void itEndsWithItsOwner() throws Exception {
    network.stop();
    Process owner = new ProcessBuilder("sleep", "600").start();
    LocalNetwork.start(
        new LocalNetwork.Options(
            options.data(),
            owner.pid(),
            0,
            options.nodeCommand(),
            options.patience(),
            sentence -> {}));
    assertEquals(owner.pid(), state().owner().pid());
    assertFalse(processes().isEmpty());

    owner.destroyForcibly().waitFor();

    await().atMost(Duration.ofSeconds(20)).until(() -> processes().isEmpty());
    assertEquals(NetworkState.Phase.STOPPED, state().phase());
  }

  @Test
  void whatADeadSupervisorLeftIsEndedByDown() throws Exception {
    Map<String, ProcessId> before = pids();
    kill(network.supervisor().orElseThrow());

    List<String> ended = network.stop();

    assertTrue(ended.containsAll(before.keySet()));
    assertEquals(List.of(), processes());
    assertEquals(List.of(), network.stop());
  }

  private NetworkState state() {
    return network.state().orElseThrow();
  }

  private Map<String, ProcessId> pids() {
    Map<String, ProcessId> pids = new TreeMap<>();
    state().services().forEach(service -> pids.put(service.name(), service.process()));
    return pids;
  }

  /** Everything alive that works in the folder or was told of it. */
  private List<List<String>> processes() {
    return ProcessId.running().stream()
        .filter(ProcessId::alive)
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(
            process ->
                process.workingFolder().filter(at -> at.startsWith(folder)).isPresent()
                    || process.command().stream()
                        .anyMatch(word -> word.startsWith(folder.toString())))
        .map(ProcessId::command)
        .toList();
  }

  private static void kill(ProcessId process) throws InterruptedException {
    process.signal("KILL");
    assertTrue(process.awaitEnd(Duration.ofSeconds(5)));
  }

  private void awaitRestart(String name, ServiceState before) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              ServiceState now = state().service(name).orElseThrow();
              return now.status() == ServiceState.Status.UP
                  && now.restarts() == before.restarts() + 1
                  && !now.process().equals(before.process());
            });
  }

  private String code(VaultConfig vault, Address address) throws Exception {
    return rpc(vault).call("eth_getCode", address.hex(), "latest").asText();
  }

  private BigInteger balance(VaultConfig vault, Address token, Address holder) throws Exception {
    String balanceOf = "0x70a08231" + "0".repeat(24) + holder.hex().substring(2);
    return new BigInteger(rpc(vault).callContract(token, balanceOf).substring(2), 16);
  }

  private ChainRpc rpc(VaultConfig vault) {
    return new ChainRpc(state().service(vault.chainName()).orElseThrow().url());
  }

  private Connection connect() throws SQLException, IOException {
    return DriverManager.getConnection(
        state().postgres().orElseThrow().url(),
        PostgresServer.USER,
        Files.readString(folder.resolve("postgres/password")));
  }

  private void execute(String... statements) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private String query(String sql) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }
}
