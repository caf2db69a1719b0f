package io.crossclear.nodes.cli;

import io.crossclear.nodes.oracle.LocalTickers;
import io.crossclear.nodes.oracle.Playback;
import io.crossclear.nodes.oracle.QuoteLog;
import io.crossclear.nodes.oracle.Scenario;
import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.NetworkKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
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

  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  /** Names the process, so that it is found again, and may hold a scenario of its own. */
  @Mixin private Network network = new Network();

  @Option(names = "--port", required = true, paramLabel = "PORT", description = "Port to serve.")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    DataFolder data = network.folder();
    try {
      LocalTickers tickers = Files.exists(data.scenarioFile()) ? once(data) : forEver();
      Runtime.getRuntime().addShutdownHook(new Thread(tickers::close, "stop"));
      System.out.println(data.root() + ": tickers serve at port " + port);
      new CountDownLatch(1).await();
      return 0;
    } catch (IOException e) {
      System.err.println("Port " + port + " cannot be listened on: " + e.getMessage());
      return 1;
    }
  }

  private LocalTickers forEver() throws IOException {
    return LocalTickers.start(Scenario.march2020(), NetworkKeys.ORACLES, port, Clock.systemUTC());
  }

  /** The folder's scenario once, whenever its run begins, with everything written down. */
  private LocalTickers once(DataFolder data) throws IOException {
    Scenario scenario = Scenario.read(data.scenarioFile());
    QuoteLog log = new QuoteLog(data.quotesFile());
    AtomicReference<Playback> playback = new AtomicReference<>(now -> Duration.ZERO);
    Thread.ofVirtual().start(() -> playback.set(awaitRun(data, scenario)));
    return LocalTickers.start(
        scenario,
        now -> playback.get().at(now),
        NetworkKeys.ORACLES,
        port,
        Clock.systemUTC(),
        log::add);
  }

  private static Playback awaitRun(DataFolder data, Scenario scenario) {
    try {
      while (Files.notExists(data.runFile())) {
        Thread.sleep(LOOK_EVERY);
      }
      List<Long> run =
          Stream.of(Files.readString(data.runFile()).strip().split(" "))
              .map(Long::valueOf)
              .toList();
      return Playback.once(scenario.length(), Duration.ofMillis(run.getLast()), run.getFirst());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return now -> Duration.ZERO;
    }
  }
}
