package io.crossclear.nodes.cli;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.http.Answers;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows everything that trades. */
@Command(
    name = "markets",
    description = {
      "Shows everything that trades, with its marks.",
      "Marks are what the server says; \"crossclear prices\" checks the prices they are made of."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it is shown",
      "1:nothing trades, or nobody answered",
      "2:an option or argument is unknown or missing"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  crossclear markets", "  crossclear markets --json"})
final class Markets implements Callable<Integer> {

  @Mixin private Api api = new Api();

  @Override
  public Integer call() throws Exception {
    return api.run(
        () -> {
          try (ApiClient client = api.client()) {
            Answers.Markets markets = client.markets();
            api.answer(markets, text(markets));
            return 0;
          }
        });
  }

  private static String text(Answers.Markets markets) {
    StringBuilder text =
        new StringBuilder(
            String.format(
                "%-12s %14s %14s %12s %-6s %8s %8s %6s",
                "MARKET", "MARK", "STAR", "LOT", "FRESH", "INITIAL", "MAINT.", "POOL"));
    for (Answers.MarketLine line : markets.markets()) {
      Optional<Answers.MarkLine> mark = line.mark();
      text.append(
          String.format(
              "%n%-12s %14s %14s %12s %-6s %8s %8s %6d",
              line.symbol(),
              mark.map(at -> price(at.price())).orElse("-"),
              mark.map(at -> price(at.star())).orElse("-"),
              Units.format(1, line.lotExponent()) + " " + line.base(),
              mark.map(at -> at.fresh() ? "yes" : "no").orElse("-"),
              percent(line.rules().initialPpm()),
              percent(line.rules().maintenancePpm()),
              line.pool()));
    }
    return text.toString();
  }

  /** Four places, towards zero, for people; --json has all. */
  private static String price(long price) {
    return Units.format(price / 10_000, Instrument.PRICE_DECIMALS - 4);
  }

  static String percent(int ppm) {
    return Units.format(ppm, 4) + " %";
  }
}
