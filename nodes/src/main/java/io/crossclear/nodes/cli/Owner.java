package io.crossclear.nodes.cli;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.signing.Address;
import io.crossclear.nodes.client.DevUsers;
import io.crossclear.nodes.supervisor.DataFolder;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whose key signs. */
final class Owner {

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--key",
      paramLabel = "NAME",
      description = "A key that \"crossclear keys new\" made.")
  private Optional<String> key = Optional.empty();

  @Option(
      names = "--dev",
      paramLabel = "N",
      description = "User N of a local network, whose key anybody can know: for play only.")
  private Optional<Integer> dev = Optional.empty();

  @Mixin private Passphrase passphrase = new Passphrase();

  /** The key. */
  SigningKey unlock(DataFolder data, Genesis genesis) throws IOException {
    if (key.isPresent() == dev.isPresent() || dev.filter(number -> number < 0).isPresent()) {
      throw new CommandLine.ParameterException(
          command.commandLine(), "Say whose key signs: --key NAME or --dev N");
    }
    return dev.isPresent()
        ? DevUsers.key(genesis, dev.get())
        : new UserKeys(data).unlock(key.orElseThrow(), passphrase.get());
  }

  /** Whether the key is one of a local network's users. */
  boolean playing() {
    return dev.isPresent();
  }

  /** An account of this owner from {@code POOL/INDEX}, or a whole account id. */
  static AccountId account(String text, Address owner) {
    if (text.startsWith("0x")) {
      return new AccountId(text);
    }
    if (!text.matches("[0-9]{1,10}/[0-9]{1,20}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no account; write POOL/INDEX such as 1/0, or its 32 bytes");
    }
    int slash = text.indexOf('/');
    return AccountId.of(
        owner,
        Integer.parseUnsignedInt(text.substring(0, slash)),
        Long.parseUnsignedLong(text.substring(slash + 1)));
  }

  /** The vault on a chain given by name or number. */
  static VaultConfig vault(Genesis genesis, String chain) {
    return genesis.vaults().stream()
        .filter(
            vault ->
                vault.chainName().equals(chain)
                    || Long.toString(vault.id().chainId()).equals(chain))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no chain "
                        + chain
                        + "; there are "
                        + genesis.vaults().stream()
                            .map(vault -> vault.chainName() + " (" + vault.id().chainId() + ")")
                            .collect(Collectors.joining(", "))));
  }

  /** The asset with this symbol. */
  static AssetConfig asset(Genesis genesis, String symbol) {
    return genesis.assets().stream()
        .filter(asset -> asset.asset().symbol().equals(symbol))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no asset "
                        + symbol
                        + "; there are "
                        + genesis.assets().stream()
                            .map(asset -> asset.asset().symbol())
                            .collect(Collectors.joining(", "))));
  }
}
