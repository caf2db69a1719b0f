package io.crossclear.nodes.cli;

import io.crossclear.nodes.oracle.LocalTickers;
import io.crossclear.nodes.oracle.Scenario;
import io.crossclear.nodes.supervisor.NetworkKeys;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the price sources of a local network until it is told to stop. */
@Command(
    name = "tickers",
    hidden = true,
    description = "Runs the price sources of a local network: March 2020, an hour in a minute.",
    mixinStandardHelpOptions = true)
final class RunTickers implements Callable<Integer> {

  /** Only named, so that the process is found again. */
  @Mixin private Network network = new Network();

  @Option(names = "--port", required = true, paramLabel = "PORT", description = "Port to serve.")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    try {
      LocalTickers tickers =
          LocalTickers.start(Scenario.march2020(), NetworkKeys.ORACLES, port, Clock.systemUTC());
      Runtime.getRuntime().addShutdownHook(new Thread(tickers::close, "stop"));
      System.out.println(network.folder().root() + ": tickers serve at port " + port);
      new CountDownLatch(1).await();
      return 0;
    } catch (IOException e) {
      System.err.println("Port " + port + " cannot be listened on: " + e.getMessage());
      return 1;
    }
  }
}
