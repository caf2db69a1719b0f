package io.crossclear.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL for tests, with the settings that production demands. The binaries come from
 * zonky's jar; its launcher is not used, because it switches durability off. PostgreSQL refuses to
 * run as root, so under root everything of it runs as {@code nobody}.
 *
 * <p>Most tests want {@link #shared} and a {@link #freshDatabase}; who kills the server or changes
 * it starts one.
 */
public final class PostgresServer implements AutoCloseable {

  private static final String USER = "crossclear";
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Path home;
  private final int port;
  private final Map<String, String> settings;
  private @Nullable Process postmaster;

  private PostgresServer(Path home, int port, Map<String, String> settings) {
    this.home = home;
    this.port = port;
    this.settings = settings;
  }

  private static final class Shared {
    static final PostgresServer SERVER = start(Map.of());
  }

  /** The one server of this JVM, started when it is first asked for. */
  public static PostgresServer shared() {
    return Shared.SERVER;
  }

  /**
   * Starts a server of its own.
   *
   * @param settings beyond the durable ones, or instead of them
   */
  public static PostgresServer start(Map<String, String> settings) {
    try {
      Path template = Installation.TEMPLATE;
      Path home = Files.createTempDirectory("crossclear-pg-");
      openTo(home);
      run(List.of("cp", "-r", template.toString(), home.resolve("data").toString()));
      PostgresServer server = new PostgresServer(home, freePort(), Map.copyOf(settings));
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the server on its data, after {@link #kill} too; returns when it answers. */
  public synchronized void start() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!answers()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("PostgreSQL does not start: " + log());
      }
      Process process = postmaster;
      // backends of a killed postmaster hold its memory until they notice, and a new one refuses to
      // start
      if (process == null || !process.isAlive()) {
        postmaster = launch();
      }
      pause();
    }
  }

  /**
   * The server dies with its children when the thread that launched it does, so that thread waits
   * for it.
   */
  private Process launch() {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    } else {
      command.add("setpriv");
    }
    command.addAll(List.of("--pdeathsig=QUIT", "--", bin("postgres"), "-D", data().toString()));
    Map<String, String> all = new TreeMap<>();
    all.put("port", String.valueOf(port));
    all.put("listen_addresses", "127.0.0.1");
    all.put("unix_socket_directories", "");
    all.put("max_connections", "100");
    all.put("fsync", "on");
    all.put("synchronous_commit", "on");
    all.put("full_page_writes", "on");
    all.putAll(settings);
    all.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    CountDownLatch launched = new CountDownLatch(1);
    Process[] process = new Process[1];
    Thread keeper =
        new Thread(
            () -> {
              try {
                process[0] =
                    new ProcessBuilder(command)
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                        .start();
                launched.countDown();
                process[0].waitFor();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                launched.countDown();
              }
            },
            "postgres-keeper");
    keeper.setDaemon(true);
    keeper.start();
    try {
      launched.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (process[0] == null) {
      throw new IllegalStateException("cannot launch " + command);
    }
    return process[0];
  }

  private boolean answers() {
    try {
      connect("postgres").close();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?connectTimeout=5", USER, "");
  }

  private String log() {
    try {
      return Files.readString(home.resolve("log"));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /** An empty database that nobody else uses. */
  public PostgresSettings freshDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    execute("postgres", "CREATE DATABASE " + name);
    return new PostgresSettings("127.0.0.1", port, name, USER, "");
  }

  /** Runs one statement as the owner of everything. */
  public void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /**
   * {@code crossclear-postgres.conf} for this database; to be loaded, with what else a node needs.
   */
  public static Config config(PostgresSettings settings) {
    return ConfigFactory.parseMap(
            Map.of(
                "crossclear.postgres.host", settings.host(),
                "crossclear.postgres.port", settings.port(),
                "crossclear.postgres.database", settings.database(),
                "crossclear.postgres.user", settings.user(),
                "crossclear.postgres.password", settings.password()))
        .withFallback(ConfigFactory.parseResources("crossclear-postgres.conf"));
  }

  /** kill -9 of the postmaster; {@link #start()} brings it back on what it had flushed. */
  public synchronized void kill() {
    Process process = postmaster;
    if (process != null) {
      process.destroyForcibly();
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stops the server and deletes its data. */
  @Override
  public synchronized void close() {
    Process process = postmaster;
    if (process == null) {
      return;
    }
    postmaster = null;
    try {
      // SIGQUIT: at once, without a checkpoint
      new ProcessBuilder("kill", "-QUIT", String.valueOf(process.pid())).start().waitFor();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      run(List.of("rm", "-rf", data().toString()));
      delete(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Path data() {
    return home.resolve("data");
  }

  private static String bin(String program) {
    return Installation.BINARIES.resolve("bin").resolve(program).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL starts", e);
    }
  }

  /** Under root the folder's contents belong to nobody. */
  private static void openTo(Path folder) throws IOException {
    if (ROOT) {
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    }
  }

  private static void run(List<String> command) throws IOException {
    List<String> all = new ArrayList<>();
    if (ROOT) {
      all.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"));
    }
    all.addAll(command);
    Process process =
        new ProcessBuilder(all).directory(new File("/")).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(command + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** The unpacked binaries and an initialised, never started data directory, kept between runs. */
  private static final class Installation {

    static final Path BINARIES;
    static final Path TEMPLATE;

    static {
      try {
        Path folder =
            Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("crossclear-postgres-17.5-" + System.getProperty("user.name"));
        if (!Files.exists(folder)) {
          install(folder);
        }
        BINARIES = folder.resolve("pgsql");
        TEMPLATE = folder.resolve("own/template");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Installation() {}

    /** Whoever renames first wins; the others use what is there. */
    private static void install(Path folder) throws IOException {
      Path draft = Files.createTempDirectory("crossclear-postgres-draft-");
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpack(Files.createDirectory(draft.resolve("pgsql")));
      Path own = Files.createDirectory(draft.resolve("own"));
      openTo(own);
      run(
          List.of(
              draft.resolve("pgsql/bin/initdb").toString(),
              "-D",
              own.resolve("template").toString(),
              "-U",
              USER,
              "-A",
              "trust",
              "-E",
              "UTF8",
              "--locale=C",
              "--no-sync"));
      try {
        Files.move(draft, folder);
      } catch (IOException e) {
        if (!Files.exists(folder)) {
          throw e;
        }
      }
    }

    private static void unpack(Path folder) throws IOException {
      try (InputStream archive = PostgresServer.class.getResourceAsStream(ARCHIVE)) {
        if (archive == null) {
          throw new IOException(ARCHIVE + " is not on the class path: add zonky's binaries");
        }
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(archive));
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          Path path = folder.resolve(entry.getName()).normalize();
          if (entry.isDirectory()) {
            Files.createDirectories(path);
          } else if (entry.isSymbolicLink()) {
            Files.createDirectories(path.getParent());
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          } else {
            Files.createDirectories(path.getParent());
            Files.copy(tar, path);
            Files.setPosixFilePermissions(path, permissions(entry.getMode()));
          }
        }
      }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
      boolean program = (mode & 0100) != 0;
      return PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--");
    }
  }
}
