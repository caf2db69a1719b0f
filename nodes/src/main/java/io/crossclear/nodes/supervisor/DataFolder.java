package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where everything of one local network lives.
 *
 * <pre>
 * network.json  genesis.json  oracle.json  node.conf  supervisor.lock
 * pace  scenario.csv  scenario.run  scenario.quotes      (where they differ from the usual)
 * postgres/  bin-17.5/ data/ password
 * chains/    aster/ borea/ cygna/    each: state.json state.good.json
 * keys/      attester-1..4 oracle-1..4 relayer-CHAIN faucet operator-token
 * logs/      supervisor postgres CHAIN tickers node-1
 * </pre>
 *
 * @param root absolute and normal
 */
public record DataFolder(Path root) {

  public DataFolder {
    root = root.toAbsolutePath().normalize();
  }

  Path networkFile() {
    return root.resolve("network.json");
  }

  /** The birth certificate of the network. */
  public Path genesisFile() {
    return root.resolve("genesis.json");
  }

  /** Who the oracles are and what they observe. */
  public Path oracleFile() {
    return root.resolve("oracle.json");
  }

  /** What the supervised node is started with. */
  public Path nodeConfig() {
    return root.resolve("node.conf");
  }

  /** Name of the {@link Pace}. */
  Path paceFile() {
    return root.resolve("pace");
  }

  /** What the tickers replay once instead of the usual scenario for ever. */
  public Path scenarioFile() {
    return root.resolve("scenario.csv");
  }

  /** When that began and how long it takes. */
  public Path runFile() {
    return root.resolve("scenario.run");
  }

  /** Everything that the tickers said meanwhile. */
  public Path quotesFile() {
    return root.resolve("scenario.quotes");
  }

  Path lockFile() {
    return root.resolve("supervisor.lock");
  }

  Path postgres() {
    return root.resolve("postgres");
  }

  Path chain(String name) {
    return root.resolve("chains").resolve(name);
  }

  /** Private keys, readable by their owner only. */
  public Path keys() {
    return root.resolve("keys");
  }

  /** The log of one service. */
  public Path log(String service) {
    return root.resolve("logs").resolve(service + ".log");
  }

  /** How fast the network of this folder clears. */
  Pace pace() throws IOException {
    return Files.exists(paceFile())
        ? Pace.valueOf(Files.readString(paceFile()).strip())
        : Pace.CALM;
  }

  /**
   * Makes the folders that every start needs.
   *
   * @throws LocalNetworkException when the folder cannot be written
   */
  DataFolder create() {
    try {
      Files.createDirectories(root.resolve("logs"));
      Files.createDirectories(root.resolve("chains"));
      Files.createDirectories(postgres());
      Files.createDirectories(keys());
      Files.setPosixFilePermissions(keys(), PosixFilePermissions.fromString("rwx------"));
      return this;
    } catch (IOException e) {
      throw new LocalNetworkException(
          "The data folder " + root + " cannot be written; choose another one with --data.", e);
    }
  }

  /**
   * Replaces a file so that a reader, or a start after a power failure, sees the old or the new
   * text whole.
   */
  static void replace(Path file, String text, String permissions) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
