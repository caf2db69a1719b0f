package io.crossclear.nodes.cli;

import io.crossclear.nodes.supervisor.JavaCommand;
import io.crossclear.nodes.supervisor.Supervisor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the supervisor in the foreground; {@code up} starts it detached. */
@Command(
    name = "supervisor",
    hidden = true,
    description = "Runs the supervisor of the local network in the foreground.",
    mixinStandardHelpOptions = true)
final class RunSupervisor implements Callable<Integer> {

  private static final List<String> NODE_JVM =
      List.of("-Xms128m", "-Xmx1g", "-XX:+ExitOnOutOfMemoryError");

  @Mixin private Network network = new Network();

  @Option(
      names = "--owner-pid",
      paramLabel = "PID",
      description = "Stop when this process has ended.")
  private long ownerPid;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Preferred port of the HTTP API.")
  private int httpPort;

  @Option(
      names = "--node-command",
      paramLabel = "WORD",
      description = "One word of the command that starts the node; repeat it for every word.")
  private List<String> nodeCommand = List.of();

  @Override
  public Integer call() throws IOException {
    return Supervisor.run(
        new Supervisor.Options(
            network.folder(),
            Network.anvil(),
            nodeCommand.isEmpty() ? JavaCommand.crossclear(NODE_JVM, List.of("node")) : nodeCommand,
            ownerPid,
            httpPort));
  }
}
