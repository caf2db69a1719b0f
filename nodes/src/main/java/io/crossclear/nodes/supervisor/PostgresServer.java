package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * The journal's database: PostgreSQL on a data directory that is never deleted, listening on the
 * loopback interface only, durable or not at all.
 *
 * <p>The password of its one user is random per network. A postmaster that a dead supervisor left
 * is adopted; what it was killed in the middle of is recovered by its next start.
 */
final class PostgresServer implements Service {

  static final String USER = "crossclear";
  static final String DATABASE = "crossclear";

  /** What must be on before anyone may rely on a commit. */
  static final List<String> DURABLE = List.of("fsync", "synchronous_commit", "full_page_writes");

  private static final Duration RECOVERY = Duration.ofMinutes(5);

  private final DataFolder data;
  private final Path directory;
  private volatile ProcessId process = ProcessId.NONE;
  private volatile int port;

  /**
   * @param preferredPort the port to listen on when it is free; 0 for any
   */
  PostgresServer(DataFolder data, int preferredPort) {
    this.data = data;
    this.directory = data.postgres().resolve("data");
    this.port = preferredPort;
  }

  @Override
  public void start() throws IOException, InterruptedException {
    Path programs = PostgresBinaries.unpack(data.postgres());
    PostgresAccount account = PostgresAccount.choose(programs);
    if (Files.notExists(directory)) {
      initialise(programs, account);
    }
    if (!adopt()) {
      clearTraces();
      account.own(directory);
      launch(programs, account);
    }
    try {
      awaitAnswer();
      requireDurable();
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private void initialise(Path programs, PostgresAccount account)
      throws IOException, InterruptedException {
    byte[] secret = new byte[24];
    new SecureRandom().nextBytes(secret);
    String password = HexFormat.of().formatHex(secret);
    DataFolder.replace(passwordFile(), password, "rw-------");
    // never used before the rename, so an interrupted initdb leaves nothing that could be taken for
    // a database
    Path fresh =
        data.postgres().resolve("initdb-" + ProcessId.self().pid() + "-" + System.nanoTime());
    Files.createDirectory(fresh);
    Path handedOver = data.postgres().resolve("initdb-password");
    DataFolder.replace(handedOver, password, "rw-------");
    account.own(fresh);
    account.own(handedOver);
    Process initdb =
        new ProcessBuilder(
                account.command(
                    List.of(
                        programs.resolve("bin/initdb").toString(),
                        "--pgdata=" + fresh,
                        "--username=" + USER,
                        "--pwfile=" + handedOver,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--data-checksums")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name()).toFile()))
            .start();
    int code;
    try {
      code = initdb.waitFor();
    } catch (InterruptedException e) {
      initdb.destroy();
      throw e;
    } finally {
      Files.deleteIfExists(handedOver);
    }
    if (code != 0) {
      throw new LocalNetworkException("initdb failed; see " + data.log(name()) + ".");
    }
    Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public boolean adopt() throws IOException {
    Optional<Postmaster> found = postmaster();
    found.ifPresent(
        living -> {
          process = living.process();
          port = living.port();
        });
    return found.isPresent();
  }

  private record Postmaster(ProcessId process, int port) {}

  /**
   * The living postmaster of this data directory. A reused pid is told apart by its working folder.
   */
  private Optional<Postmaster> postmaster() throws IOException {
    try {
      List<String> lines = Files.readAllLines(directory.resolve("postmaster.pid"));
      if (lines.size() < 4) {
        return Optional.empty();
      }
      int listening = Integer.parseInt(lines.get(3).strip());
      return ProcessId.of(Long.parseLong(lines.get(0).strip()))
          .filter(ProcessId::alive)
          .filter(this::worksHere)
          .map(living -> new Postmaster(living, listening));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private boolean worksHere(ProcessId candidate) {
    return candidate.workingFolder().filter(directory::equals).isPresent();
  }

  /**
   * Waits for the last backends of a killed postmaster, then removes its pid file: after a reboot
   * the pid in it may be another program's, for which PostgreSQL would refuse to start.
   */
  private void clearTraces() throws IOException, InterruptedException {
    for (ProcessId backend : ProcessId.running().stream().filter(this::worksHere).toList()) {
      if (!backend.awaitEnd(Duration.ofSeconds(5))) {
        backend.signal("QUIT");
        if (!backend.awaitEnd(Duration.ofSeconds(5))) {
          throw new LocalNetworkException(
              "Process " + backend.pid() + " of an ended PostgreSQL still uses " + directory + ".");
        }
      }
    }
    Files.deleteIfExists(directory.resolve("postmaster.pid"));
  }

  private void launch(Path programs, PostgresAccount account) throws IOException {
    port = Ports.choose(port);
    List<String> command =
        new ArrayList<>(
            List.of(programs.resolve("bin/postgres").toString(), "-D", directory.toString()));
    for (String setting :
        List.of(
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "listen_addresses=127.0.0.1",
            "port=" + port,
            // no socket file: its path may be at most 107 bytes, and nothing here needs one
            "unix_socket_directories=",
            "password_encryption=scram-sha-256",
            "max_connections=100",
            "shared_buffers=128MB",
            "max_wal_size=1GB",
            "log_destination=stderr",
            "logging_collector=off",
            "log_timezone=UTC",
            "timezone=UTC")) {
      command.add("-c");
      command.add(setting);
    }
    ProcessBuilder builder =
        new ProcessBuilder(account.command(command))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name()).toFile()));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
    process = ProcessId.of(builder.start().pid()).orElse(ProcessId.NONE);
  }

  private void awaitAnswer() throws InterruptedException, SQLException, IOException {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    while (true) {
      try (Connection connection = connect("postgres");
          Statement statement = connection.createStatement()) {
        if (!hasDatabase(statement)) {
          statement.execute("CREATE DATABASE " + DATABASE);
        }
        return;
      } catch (SQLException e) {
        // 28: the password is wrong, and will stay so
        String state = String.valueOf(e.getSQLState());
        if (!process.alive() || state.startsWith("28") || System.nanoTime() > deadline) {
          throw new LocalNetworkException(
              "PostgreSQL does not answer (" + e.getMessage() + "); see " + data.log(name()) + ".",
              e);
        }
        Thread.sleep(50);
      }
    }
  }

  private static boolean hasDatabase(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
      return rows.next();
    }
  }

  private void requireDurable() throws SQLException, IOException {
    try (Connection connection = connect(DATABASE);
        Statement statement = connection.createStatement()) {
      for (String setting : DURABLE) {
        try (ResultSet rows = statement.executeQuery("SHOW " + setting)) {
          rows.next();
          if (!rows.getString(1).equals("on")) {
            throw new LocalNetworkException(
                "PostgreSQL runs with "
                    + setting
                    + " = "
                    + rows.getString(1)
                    + "; only on is durable.");
          }
        }
      }
    }
  }

  /** A connection as the network's user. */
  Connection connect(String database) throws SQLException, IOException {
    Properties login = new Properties();
    login.setProperty("user", USER);
    login.setProperty("password", Files.readString(passwordFile()));
    login.setProperty("connectTimeout", "5");
    login.setProperty("loginTimeout", "5");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, login);
  }

  /** Whether the network's database holds no table yet. */
  boolean empty() throws IOException {
    try (Connection connection = connect(DATABASE);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")) {
      return !rows.next();
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  Path passwordFile() {
    return data.postgres().resolve("password");
  }

  @Override
  public void stop(Duration patience) throws InterruptedException {
    process.signal("INT"); // fast shutdown: ends sessions, writes a checkpoint
    if (!process.awaitEnd(patience)) {
      process.signal("QUIT"); // immediate: the next start recovers from the log
      if (!process.awaitEnd(Duration.ofSeconds(2))) {
        process.signal("KILL");
        process.awaitEnd(Duration.ofSeconds(2));
      }
    }
  }

  @Override
  public boolean serving() {
    return process.alive();
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public ServiceState.Kind kind() {
    return ServiceState.Kind.POSTGRES;
  }

  @Override
  public ProcessId running() {
    return process;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String url() {
    return port == 0 ? "" : "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
  }
}
