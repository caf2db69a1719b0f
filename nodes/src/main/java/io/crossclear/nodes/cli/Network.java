package io.crossclear.nodes.cli;

import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.LocalNetwork;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which local network a command is about. */
public final class Network {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:crossclear.data:-${env:CROSSCLEAR_DATA:-data}}",
      description = "Folder of the network (default: ${DEFAULT-VALUE}; CROSSCLEAR_DATA sets it).")
  private Path data = Path.of("data");

  /** Its folder. */
  public DataFolder folder() {
    return new DataFolder(data);
  }

  /** The network of that folder. */
  public LocalNetwork network() {
    return LocalNetwork.attach(data);
  }

  /** The program that runs a chain. */
  static Path anvil() {
    return Path.of(
            System.getProperty(
                "crossclear.anvil",
                "bridges/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"))
        .toAbsolutePath();
  }
}
