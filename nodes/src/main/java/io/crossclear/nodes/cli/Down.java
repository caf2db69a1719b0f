package io.crossclear.nodes.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stops the local network; its data stays. */
@Command(
    name = "down",
    description = "Stops the local network, or what a dead one left; its data stays.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing of it runs any more",
      "1:something still runs",
      "2:an option or argument is unknown or missing"
    })
final class Down implements Callable<Integer> {

  @Mixin private Network network = new Network();

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> ended = network.network().stop();
    System.out.println(
        ended.isEmpty() ? "Nothing was running." : "Stopped " + String.join(", ", ended) + ".");
    return 0;
  }
}
