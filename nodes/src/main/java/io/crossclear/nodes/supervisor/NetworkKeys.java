package io.crossclear.nodes.supervisor;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.signing.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The private keys of one local network, random at its birth: attesters, oracles, one relayer per
 * chain, and the faucet that may mint test tokens. A key file holds {@code 0x} and 64 hexadecimal
 * digits and is readable by its owner only.
 */
public final class NetworkKeys {

  /** Attesters of every vault: the least number with a Byzantine quorum. */
  public static final int ATTESTERS = 4;

  /** Signatures that move a vault: ⌊(n+f)/2⌋+1 with n = 4 and f = 1. */
  public static final int THRESHOLD = 3;

  /** Oracles: the least number of which one may lie. */
  public static final int ORACLES = 4;

  private final DataFolder data;

  NetworkKeys(DataFolder data) {
    this.data = data;
  }

  /** Files of the attesters' keys. */
  public List<Path> attesterFiles() {
    return files("attester-", ATTESTERS);
  }

  /** Files of the oracles' keys. */
  public List<Path> oracleFiles() {
    return files("oracle-", ORACLES);
  }

  private List<Path> files(String name, int count) {
    List<Path> files = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      files.add(data.keys().resolve(name + i));
    }
    return files;
  }

  /** File of the key that pays for and sends the batches of a chain. */
  public Path relayerFile(LocalChain chain) {
    return data.keys().resolve("relayer-" + chain.name());
  }

  /**
   * File of the key that deployed everything, owns the test tokens and holds gas for test users.
   */
  public Path faucetFile() {
    return data.keys().resolve("faucet");
  }

  /** File of the word that lets an operator read any account over HTTP. */
  public Path operatorTokenFile() {
    return data.keys().resolve("operator-token");
  }

  /** Makes every key that does not exist yet. */
  void create() throws IOException {
    List<Path> files = new ArrayList<>(attesterFiles());
    files.addAll(oracleFiles());
    LocalChain.ALL.forEach(chain -> files.add(relayerFile(chain)));
    files.add(faucetFile());
    for (Path file : files) {
      if (Files.notExists(file)) {
        DataFolder.replace(file, SigningKey.random().revealHex() + "\n", "rw-------");
      }
    }
    if (Files.notExists(operatorTokenFile())) {
      byte[] token = new byte[24];
      new SecureRandom().nextBytes(token);
      DataFolder.replace(operatorTokenFile(), HexFormat.of().formatHex(token) + "\n", "rw-------");
    }
  }

  /** Addresses of the attesters, ascending as the vault wants them. */
  List<Address> attesters() throws IOException {
    return addresses(attesterFiles());
  }

  /** Addresses of the oracles, ascending as their configuration wants them. */
  List<Address> oracles() throws IOException {
    return addresses(oracleFiles());
  }

  private static List<Address> addresses(List<Path> files) throws IOException {
    List<Address> addresses = new ArrayList<>();
    for (Path file : files) {
      addresses.add(read(file).address());
    }
    return addresses.stream().sorted().toList();
  }

  /** The key in a file. */
  public static SigningKey read(Path file) throws IOException {
    return SigningKey.ofHex(Files.readString(file).strip());
  }
}
