package io.crossclear.nodes.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hex;
import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.LocalNetworkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Wallet;
import org.web3j.crypto.WalletFile;
import org.web3j.crypto.exception.CipherException;

/**
 * Users' keys at rest: one keystore file (version 3, scrypt) per name, encrypted with a passphrase,
 * readable by its owner only, in {@code keys/users} of the data folder. Any Ethereum wallet reads
 * these files.
 */
final class UserKeys {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,40}";

  private final Path folder;

  UserKeys(DataFolder data) {
    this.folder = data.keys().resolve("users");
  }

  /** A key by its name and address. */
  record Entry(String name, Address address) {}

  /**
   * Makes a key.
   *
   * @throws LocalNetworkException when the name is taken or no name
   */
  Entry create(String name, String passphrase) throws IOException {
    SigningKey key = SigningKey.random();
    Path file = file(name);
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      WalletFile wallet =
          Wallet.createStandard(passphrase, ECKeyPair.create(Hex.decode(key.revealHex())));
      store(file, JSON.writeValueAsString(wallet) + "\n");
    } catch (FileAlreadyExistsException taken) {
      throw new LocalNetworkException(
          "There is a key " + name + " already; keys are never overwritten.", taken);
    } catch (CipherException impossible) {
      throw new IllegalStateException(impossible);
    }
    return new Entry(name, key.address());
  }

  /** Durable before anybody is told the address, because units may be sent to it at once. */
  private static void store(Path file, String text) throws IOException {
    Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel =
        FileChannel.open(
            file,
            fresh,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
  }

  /**
   * The key's name and address, without its passphrase.
   *
   * @throws LocalNetworkException when there is no such key
   */
  Entry show(String name) throws IOException {
    return new Entry(
        name, new Address("0x" + json(name).path("address").asText().replaceFirst("^0x", "")));
  }

  /** All keys by name. */
  List<Entry> list() throws IOException {
    if (Files.notExists(folder)) {
      return List.of();
    }
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".json"))
              .map(file -> file.substring(0, file.length() - ".json".length()))
              .sorted()
              .toList();
    }
    List<Entry> entries = new ArrayList<>();
    for (String name : names) {
      entries.add(show(name));
    }
    return entries;
  }

  /**
   * Unlocks a key.
   *
   * @throws LocalNetworkException when there is no such key or the passphrase is another
   */
  SigningKey unlock(String name, String passphrase) throws IOException {
    try {
      WalletFile wallet = JSON.treeToValue(json(name), WalletFile.class);
      String secret = Wallet.decrypt(passphrase, wallet).getPrivateKey().toString(16);
      return SigningKey.ofHex("0x" + "0".repeat(64 - secret.length()) + secret);
    } catch (CipherException wrong) {
      throw new LocalNetworkException("The passphrase of " + name + " is another one.", wrong);
    }
  }

  private JsonNode json(String name) throws IOException {
    try {
      return JSON.readTree(Files.readString(file(name)));
    } catch (NoSuchFileException missing) {
      throw new LocalNetworkException(
          "There is no key "
              + name
              + " in "
              + folder
              + "; make one with: crossclear keys new "
              + name,
          missing);
    }
  }

  private Path file(String name) {
    if (!name.matches(NAME)) {
      throw new LocalNetworkException("A key's name has 1 to 41 of A-Z, a-z, 0-9, - and _.");
    }
    return folder.resolve(name + ".json");
  }
}
