package io.crossclear.nodes.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.ChainException;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.ApiUnreachable;
import io.crossclear.nodes.http.ApiJson;
import io.crossclear.nodes.http.TypedDataJson;
import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.LocalNetworkException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which node a command talks to, and how it answers: people on two streams, programs with one JSON
 * object.
 */
final class Api {

  @Mixin Network network = new Network();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Address of the API (else CROSSCLEAR_URL, else the network in the data folder).")
  private Optional<URI> url = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  /** A client of the node; the caller closes it. */
  ApiClient client() {
    return new ApiClient(
        url.or(() -> Optional.ofNullable(System.getenv("CROSSCLEAR_URL")).map(URI::create))
            .orElseGet(() -> network.network().http()));
  }

  DataFolder folder() {
    return network.folder();
  }

  /** What the command is about to do, or how far it is; never on the stream of the answer. */
  void say(String sentence) {
    System.err.println(sentence);
  }

  /** The answer: as JSON, or as text. */
  void answer(Object answer, String text) throws JsonProcessingException {
    System.out.println(
        json ? ApiJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(answer) : text);
  }

  /** Everything that is about to be signed. */
  void show(TypedData data, String meaning) {
    TypedData.Domain domain = data.domain();
    StringBuilder text =
        new StringBuilder("Signing ")
            .append(data.primaryType())
            .append(": ")
            .append(meaning)
            .append('\n');
    TypedDataJson.message(data.fields())
        .fields()
        .forEachRemaining(
            field ->
                text.append(
                    String.format("  %-9s %s%n", field.getKey(), field.getValue().asText())));
    text.append(String.format("  %-9s %s %s%n", "domain", domain.name(), domain.version()));
    text.append(
        String.format(
            "  %-9s %s on chain %d%n", "vault", domain.verifyingContract(), domain.chainId()));
    domain.salt().ifPresent(salt -> text.append(String.format("  %-9s %s%n", "network", salt)));
    text.append(String.format("  %-9s %s", "digest", data.digest(new BouncyKeccak())));
    say(text.toString());
  }

  /**
   * Sends what was signed. Without an answer it may have been taken all the same, and signing it
   * anew would ask for it twice.
   *
   * @param deadline seconds since 1970
   */
  <T> T sent(Hash id, long deadline, Supplier<T> request) {
    try {
      return request.get();
    } catch (ApiUnreachable unanswered) {
      throw new ApiUnreachable(
          unanswered.getMessage()
              + " It may have been taken as "
              + id
              + ", and can be until "
              + Instant.ofEpochSecond(deadline)
              + ": look at the account before you ask again.",
          unanswered);
    }
  }

  /** Runs the command; a refusal is an answer and exit code 1, not a fault. */
  int run(Callable<Integer> command) throws Exception {
    try {
      return command.call();
    } catch (ApiRefusal refusal) {
      answer(refusal.problem(), "Refused, " + refusal.getMessage());
      return 1;
    } catch (ApiUnreachable
        | ChainException
        | IllegalArgumentException
        | LocalNetworkException failure) {
      String sentence = Optional.ofNullable(failure.getMessage()).orElse("It failed.");
      if (json) {
        answer(Map.of("error", sentence), "");
      } else {
        System.err.println(sentence);
      }
      return 1;
    }
  }
}
