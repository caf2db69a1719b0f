package io.crossclear.nodes.cli;

import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.NetworkState;
import io.crossclear.nodes.supervisor.ProcessId;
import io.crossclear.nodes.supervisor.ServiceState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the local network and returns when it is ready. */
@Command(
    name = "up",
    description = "Starts the local network: PostgreSQL, three chains and a node.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the network is ready",
      "1:it is not; one sentence says why",
      "2:an option or argument is unknown or missing"
    })
final class Up implements Callable<Integer> {

  @Mixin private Network network = new Network();

  @Option(
      names = "--foreground",
      description = "Stay, and stop the network on Ctrl-C or whenever this command ends.")
  private boolean foreground;

  @Option(names = "--json", description = "Print the network as one JSON object.")
  private boolean json;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Preferred port of the HTTP API (default: the one of last time, else 8480).")
  private int httpPort;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "How long to wait until it is ready (default: ${DEFAULT-VALUE}).")
  private int timeout = 180;

  @Option(
      names = "--node-command",
      paramLabel = "WORD",
      hidden = true,
      description = "One word of the command that starts the node; repeat it for every word.")
  private List<String> nodeCommand = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    LocalNetwork.Options options =
        new LocalNetwork.Options(
            network.folder(),
            foreground ? ProcessHandle.current().pid() : 0,
            httpPort,
            nodeCommand,
            Duration.ofSeconds(timeout),
            json ? sentence -> {} : System.err::println);
    boolean ran = network.network().supervisor().isPresent();
    LocalNetwork running = LocalNetwork.start(options);
    NetworkState state = running.state().orElseThrow();
    if (json) {
      System.out.print(state.json());
    } else {
      System.out.println(ran ? "The network was up already." : "The network is up.");
      for (ServiceState service : state.services()) {
        System.out.printf("  %-9s %s%n", service.name(), service.url());
      }
      System.out.println("  data      " + running.data().root());
    }
    if (foreground) {
      stay(running);
    }
    return 0;
  }

  /**
   * Until Ctrl-C, which the hook turns into an orderly stop, or until the network is stopped from
   * elsewhere.
   */
  private void stay(LocalNetwork running) throws InterruptedException {
    Optional<ProcessId> supervisor = running.supervisor();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    running.stop();
                  } catch (IOException | InterruptedException | RuntimeException e) {
                    System.err.println("The network was not stopped: " + e.getMessage());
                  }
                },
                "stop network"));
    while (supervisor.filter(ProcessId::alive).isPresent()) {
      Thread.sleep(200);
    }
  }
}
