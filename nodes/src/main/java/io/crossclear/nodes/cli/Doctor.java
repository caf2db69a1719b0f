package io.crossclear.nodes.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.nodes.supervisor.HostChecks;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says whether this machine can run a local network. */
@Command(
    name = "doctor",
    description =
        "Says whether this machine can run a local network, and what to install where it cannot.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it can",
      "1:something is missing",
      "2:an option or argument is unknown or missing"
    })
final class Doctor implements Callable<Integer> {

  @Mixin private Network network = new Network();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    List<HostChecks.Check> checks = new HostChecks(network.folder(), Network.anvil()).run();
    boolean ok = checks.stream().allMatch(HostChecks.Check::ok);
    if (json) {
      System.out.println(
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(Map.of("ok", ok, "checks", checks)));
    } else {
      for (HostChecks.Check check : checks) {
        System.out.printf(
            "%-7s %-17s %s%n", check.ok() ? "ok" : "MISSING", check.name(), check.found());
        if (!check.advice().isEmpty()) {
          System.out.printf("%-7s %-17s → %s%n", "", "", check.advice());
        }
      }
    }
    return ok ? 0 : 1;
  }
}
