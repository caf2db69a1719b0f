package io.crossclear.nodes.cli;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.http.Answers;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows a pool. */
@Command(
    name = "pool",
    description = "Shows a pool: its clearing account, its insurance fund, its fees and its loans.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it is shown",
      "1:no such pool clears trades, or nobody answered",
      "2:an option or argument is unknown or missing"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  crossclear pool", "  crossclear pool 2 --json"})
final class Pool implements Callable<Integer> {

  @Mixin private Api api = new Api();

  @Parameters(
      paramLabel = "NUMBER",
      arity = "0..1",
      defaultValue = "1",
      description = "Number of the pool (default: ${DEFAULT-VALUE}).")
  private int number;

  @Override
  public Integer call() throws Exception {
    return api.run(
        () -> {
          try (ApiClient client = api.client()) {
            Answers.Pool pool = client.pool(number);
            api.answer(pool, text(pool));
            return 0;
          }
        });
  }

  private static String text(Answers.Pool pool) {
    StringBuilder text =
        new StringBuilder(String.format("pool      %d, %s%n", pool.number(), pool.name()));
    text.append(String.format("clearing  %s%n", money(pool, pool.clearing())));
    text.append(
        String.format(
            "fund      %s, unsettled %s%n",
            money(pool, pool.fund()), money(pool, pool.fundUnsettled())));
    text.append(
        String.format(
            "fees      %s, unsettled %s%n",
            money(pool, pool.fee()), money(pool, pool.feeUnsettled())));
    text.append(
        String.format(
            "lending   %s, lent %s%n", money(pool, pool.lending()), money(pool, pool.lent())));
    text.append(String.format("cycles    %d, now %s", pool.cycles(), pool.stage()));
    if (!pool.settling().isEmpty()) {
      text.append(String.format("%nsettling  %s", String.join(", ", pool.settling())));
    }
    if (!pool.settled().isEmpty()) {
      text.append(String.format("%nsettled   %s", String.join(", ", pool.settled())));
    }
    return text.toString();
  }

  private static String money(Answers.Pool pool, long units) {
    return Units.format(units, Instrument.SETTLEMENT_DECIMALS) + " " + pool.settlement();
  }
}
