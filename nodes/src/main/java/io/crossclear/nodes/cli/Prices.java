package io.crossclear.nodes.cli;

import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.PriceCheck;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.supervisor.GenesisFile;
import io.crossclear.nodes.supervisor.LocalNetworkException;
import io.crossclear.nodes.supervisor.OracleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the certified prices, each checked here. */
@Command(
    name = "prices",
    description = {
      "Shows the certified prices.",
      "Every price is checked on this machine: that a quorum of the oracles in oracle.json signed it"
          + " for the network of genesis.json. The server is not believed."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every price that is shown is certified",
      "1:one is not, or nobody answered",
      "2:an option or argument is unknown or missing"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  crossclear prices",
      "  crossclear prices --url http://host:8480 --genesis genesis.json --oracles oracle.json --json"
    })
final class Prices implements Callable<Integer> {

  @Mixin private Api api = new Api();

  @Option(
      names = "--genesis",
      paramLabel = "FILE",
      description = "The network's genesis (else the one in the data folder).")
  private Optional<Path> genesis = Optional.empty();

  @Option(
      names = "--oracles",
      paramLabel = "FILE",
      description = "The oracles and their feeds (else the one in the data folder).")
  private Optional<Path> oracles = Optional.empty();

  /**
   * A feed and what checking it came to.
   *
   * @param verified whether its price is certified; absent when it has none
   * @param fault what is wrong with it
   */
  private record Checked(
      FeedId feed, Optional<Boolean> verified, Optional<String> fault, Answers.PriceLine price) {}

  private record Answer(Answers.AsOf asOf, List<Checked> prices) {}

  @Override
  public Integer call() throws Exception {
    return api.run(this::show);
  }

  private int show() throws IOException {
    Genesis network = GenesisFile.read(existing(genesis.orElse(api.folder().genesisFile())));
    OracleConfig config = OracleFile.read(existing(oracles.orElse(api.folder().oracleFile())));
    PriceCheck check = new PriceCheck(network, config);
    Answers.Prices prices;
    try (ApiClient client = api.client()) {
      prices = client.prices();
    }
    long now = System.currentTimeMillis();
    List<Checked> checked =
        prices.prices().stream().map(line -> checked(check, line, now)).toList();
    api.answer(new Answer(prices.asOf(), checked), text(checked));
    return checked.stream().allMatch(feed -> feed.fault().isEmpty()) ? 0 : 1;
  }

  private static Path existing(Path file) {
    if (Files.notExists(file)) {
      throw new LocalNetworkException(
          file + " is missing; prices cannot be checked without --genesis and --oracles.");
    }
    return file;
  }

  private static Checked checked(PriceCheck check, Answers.PriceLine line, long now) {
    Optional<String> fault = check.fault(line, now);
    return new Checked(line.feed(), line.certified().map(price -> fault.isEmpty()), fault, line);
  }

  private static String text(List<Checked> prices) {
    StringBuilder text =
        new StringBuilder(
            String.format(
                "%-9s %14s %27s %-13s %9s  %-20s %s",
                "FEED", "PRICE", "BAND", "STATUS", "ROUND", "OBSERVED", "CHECKED"));
    for (Checked feed : prices) {
      Optional<Answers.Certified> price = feed.price().certified();
      text.append(
          String.format(
              "%n%-9s %14s %27s %-13s %9s  %-20s %s",
              feed.feed(),
              price.map(at -> decimal(at.price())).orElse("-"),
              price.map(at -> decimal(at.low()) + " - " + decimal(at.high())).orElse("-"),
              feed.price().status(),
              price.map(at -> Long.toString(at.seq())).orElse("-"),
              price.map(at -> time(at.observedAt())).orElse("-"),
              feed.fault().orElse(price.isEmpty() ? "-" : "certified")));
    }
    return text.toString();
  }

  /** Four places, towards zero, for people; --json has all. */
  private static String decimal(long price) {
    return Units.format(price / 10_000, FeedId.DECIMALS - 4);
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
