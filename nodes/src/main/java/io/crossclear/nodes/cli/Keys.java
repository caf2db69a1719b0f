package io.crossclear.nodes.cli;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.signing.Address;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Users' keys. */
@Command(
    name = "keys",
    description =
        "Makes and shows users' keys; they are encrypted in the data folder and never printed.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {Keys.New.class, Keys.Show.class, Keys.ListAll.class},
    footerHeading = "%nExamples:%n",
    footer = {"  crossclear keys new alice", "  crossclear keys list --json"})
final class Keys implements Callable<Integer> {

  @Override
  public Integer call() {
    picocli.CommandLine.usage(this, System.out);
    return 2;
  }

  private static Map<String, Object> object(UserKeys.Entry entry) {
    return Map.of(
        "name",
        entry.name(),
        "address",
        entry.address(),
        "account",
        AccountId.of(entry.address(), 1, 0));
  }

  private static String line(String name, Address address) {
    return String.format("%-20s %s", name, address);
  }

  /** Makes a key. */
  @Command(
      name = "new",
      description = "Makes a key, encrypted with a passphrase.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {"  crossclear keys new alice --passphrase-file ~/.passphrase"})
  static final class New implements Callable<Integer> {
    @Mixin private Api api = new Api();
    @Mixin private Passphrase passphrase = new Passphrase();

    @Parameters(paramLabel = "NAME", description = "Name of the key.")
    private String name = "";

    @Override
    public Integer call() throws Exception {
      return api.run(
          () -> {
            UserKeys.Entry entry = new UserKeys(api.folder()).create(name, passphrase.choose());
            api.answer(object(entry), line(entry.name(), entry.address()));
            return 0;
          });
    }
  }

  /** Shows a key's address. */
  @Command(
      name = "show",
      description = "Shows a key's address and its first account; needs no passphrase.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {"  crossclear keys show alice"})
  static final class Show implements Callable<Integer> {
    @Mixin private Api api = new Api();

    @Parameters(paramLabel = "NAME", description = "Name of the key.")
    private String name = "";

    @Override
    public Integer call() throws Exception {
      return api.run(
          () -> {
            UserKeys.Entry entry = new UserKeys(api.folder()).show(name);
            api.answer(
                object(entry),
                line(entry.name(), entry.address())
                    + System.lineSeparator()
                    + String.format(
                        "%-20s %s", "account 1/0", AccountId.of(entry.address(), 1, 0)));
            return 0;
          });
    }
  }

  /** Lists all keys. */
  @Command(
      name = "list",
      description = "Lists the keys of the data folder.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {"  crossclear keys list"})
  static final class ListAll implements Callable<Integer> {
    @Mixin private Api api = new Api();

    @Override
    public Integer call() throws Exception {
      return api.run(
          () -> {
            List<UserKeys.Entry> entries = new UserKeys(api.folder()).list();
            api.answer(
                Map.of("keys", entries.stream().map(Keys::object).toList()),
                entries.isEmpty()
                    ? "No keys; make one with: crossclear keys new NAME"
                    : entries.stream()
                        .map(entry -> line(entry.name(), entry.address()))
                        .collect(Collectors.joining(System.lineSeparator())));
            return 0;
          });
    }
  }
}
