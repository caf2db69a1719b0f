package io.crossclear.nodes.cli;

import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.NetworkState;
import io.crossclear.nodes.supervisor.ServiceState;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the processes of the local network. */
@Command(
    name = "status",
    description = "Shows the processes of the local network.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the network is ready",
      "1:it runs and is not ready",
      "2:an option or argument is unknown or missing",
      "3:it does not run"
    })
final class Status implements Callable<Integer> {

  private static final int NOT_RUNNING = 3;

  @Mixin private Network network = new Network();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    LocalNetwork local = network.network();
    boolean supervised = local.supervisor().isPresent();
    Optional<NetworkState> last = local.state();
    if (last.isEmpty()) {
      System.out.println(
          json
              ? "{\"phase\":\"STOPPED\",\"services\":[]}"
              : "No network ever ran in " + local.data().root() + ".");
      return NOT_RUNNING;
    }
    NetworkState state = supervised ? last.get() : last.get().unsupervised();
    if (json) {
      System.out.print(state.json());
    } else {
      System.out.println(state.phase() + "  " + state.message());
      System.out.printf("%-9s %-9s %8s %9s  %s%n", "SERVICE", "STATUS", "PID", "RESTARTS", "URL");
      for (ServiceState service : state.services()) {
        System.out.printf(
            "%-9s %-9s %8s %9d  %s%n",
            service.name(),
            service.status(),
            service.process().pid() == 0 ? "-" : Long.toString(service.process().pid()),
            service.restarts(),
            service.url());
      }
    }
    if (!supervised) {
      return NOT_RUNNING;
    }
    return state.phase() == NetworkState.Phase.READY ? 0 : 1;
  }
}
