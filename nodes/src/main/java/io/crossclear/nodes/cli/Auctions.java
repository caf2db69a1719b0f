package io.crossclear.nodes.cli;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.http.Answers;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows open auctions. */
@Command(
    name = "auctions",
    description = "Shows open auctions, with what a bidder has to know of each account.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:they are shown, or none is open",
      "1:nobody answered",
      "2:an option or argument is unknown or missing"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  crossclear auctions", "  crossclear auctions --json"})
final class Auctions implements Callable<Integer> {

  @Mixin private Api api = new Api();

  @Override
  public Integer call() throws Exception {
    return api.run(
        () -> {
          try (ApiClient client = api.client()) {
            Answers.Auctions auctions = client.auctions();
            api.answer(auctions, text(auctions));
            return 0;
          }
        });
  }

  private static String text(Answers.Auctions auctions) {
    if (auctions.open() == 0) {
      return "No auction is open.";
    }
    String listed = auctions.auctions().stream().map(Auctions::text).collect(Collectors.joining());
    int more = auctions.open() - auctions.auctions().size();
    return listed.stripTrailing() + (more > 0 ? String.format("%nand %d more", more) : "");
  }

  private static String text(Answers.AuctionLine line) {
    StringBuilder text = new StringBuilder(String.format("auction   %s%n", line.auction()));
    text.append(
        String.format(
            "kind      %s%s%n",
            line.kind(),
            line.discountPpm()
                .map(ppm -> ", a slice costs " + Markets.percent(ppm) + " of its value")
                .orElse("")));
    for (Answers.PositionLine position : line.positions()) {
      text.append(
          String.format(
              "position  %s %d lots, cost %s%n",
              position.instrument(), position.lots(), money(position.cost())));
    }
    text.append(
        String.format("cash      %s, unsettled %s%n", money(line.cash()), money(line.unsettled())));
    line.margin()
        .map(Answers.Margin::liquidation)
        .ifPresent(
            margin ->
                text.append(
                    String.format(
                        "equity    %s, maintenance %s%n",
                        money(margin.equity()), money(margin.maintenance()))));
    return text.append(String.format("%n")).toString();
  }

  private static String money(long units) {
    return Units.format(units, Instrument.SETTLEMENT_DECIMALS);
  }
}
