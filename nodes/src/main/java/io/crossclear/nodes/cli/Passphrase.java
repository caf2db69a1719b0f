package io.crossclear.nodes.cli;

import io.crossclear.nodes.supervisor.LocalNetworkException;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a passphrase comes from: a file, the environment, or whoever sits at the terminal. */
final class Passphrase {

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "File whose first line is the passphrase (else CROSSCLEAR_PASSPHRASE, else a question).")
  private Optional<Path> file = Optional.empty();

  /** The passphrase of a key that exists. */
  String get() {
    Optional<String> given = given();
    return given.isPresent() ? given.get() : ask("Passphrase: ");
  }

  /** The passphrase of a new key: asked for twice when a person answers. */
  String choose() {
    Optional<String> given = given();
    if (given.isPresent()) {
      return given.get();
    }
    String first = ask("New passphrase: ");
    if (!first.equals(ask("Again: "))) {
      throw new LocalNetworkException("The two passphrases differ; nothing was made.");
    }
    return first;
  }

  private Optional<String> given() {
    Optional<String> given =
        file.isPresent()
            ? Optional.of(firstLine(file.get()))
            : Optional.ofNullable(System.getenv("CROSSCLEAR_PASSPHRASE"));
    if (given.filter(String::isEmpty).isPresent()) {
      throw new LocalNetworkException("The passphrase is empty.");
    }
    return given;
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new LocalNetworkException("The passphrase file " + file + " cannot be read.", e);
    }
  }

  // null without a terminal on JDK 21, never on later ones, which answer null to the question
  // instead
  @SuppressWarnings("SystemConsoleNull")
  private static String ask(String prompt) {
    Console console = System.console();
    char[] typed = console == null ? null : console.readPassword(prompt);
    if (typed == null || typed.length == 0) {
      throw new LocalNetworkException(
          "A passphrase is needed: --passphrase-file FILE or CROSSCLEAR_PASSPHRASE.");
    }
    String passphrase = new String(typed);
    Arrays.fill(typed, ' ');
    return passphrase;
  }
}
