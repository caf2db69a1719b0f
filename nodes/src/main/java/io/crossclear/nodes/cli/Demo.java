package io.crossclear.nodes.cli;

import io.crossclear.bridges.ChainException;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.ApiUnreachable;
import io.crossclear.nodes.demo.Crash;
import io.crossclear.nodes.demo.DemoException;
import io.crossclear.nodes.demo.DemoOptions;
import io.crossclear.nodes.demo.DemoResult;
import io.crossclear.nodes.demo.Progress;
import io.crossclear.nodes.demo.Roundtrip;
import io.crossclear.nodes.oracle.PriceFile;
import io.crossclear.nodes.oracle.Scenario;
import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.LocalNetworkException;
import io.crossclear.nodes.supervisor.OracleFile;
import io.crossclear.persistence.audit.AuditException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the network at work, and checks by itself that everything came out right. */
@Command(
    name = "demo",
    description = {
      "Shows the network at work and checks that everything came out right.",
      "It starts a network of its own and never touches another one."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every check holds",
      "1:a check fails, or the demo could not be finished",
      "2:an option or argument is unknown or missing"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  crossclear demo",
      "  crossclear demo --prices BTC=btc-1h.csv --minutes 3 --chaos",
      "  crossclear demo --scenario roundtrip --accounts 12 --json"
    })
final class Demo implements Callable<Integer> {

  private static final Set<String> TRADED = Set.of("BTC", "ETH");
  private static final int DELETIONS = 20;
  private static final long PAUSE_MILLIS = 250;

  /** What there is to show. */
  enum Show {
    crash,
    roundtrip
  }

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      defaultValue = "crash",
      description = {
        "crash: traders on three chains go through 12 and 13 March 2020;",
        "roundtrip: users deposit on three chains, transfer, and withdraw on another chain"
            + " (default: ${DEFAULT-VALUE})."
      })
  private Show show = Show.crash;

  @Option(
      names = "--accounts",
      paramLabel = "N",
      description = {
        "Number of users, at least 3 (default: 200, and 60 for roundtrip);",
        "a crash with fewer than 20 may do too little for its activity_floor."
      })
  private Optional<Integer> accounts = Optional.empty();

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "2",
      description = "How long prices are replayed, 0.5 to 60 (default: ${DEFAULT-VALUE}).")
  private double minutes = 2;

  @Option(
      names = "--prices",
      paramLabel = "ASSET=FILE",
      description = {
        "Replay this file for BTC or ETH, compressed to the run: CSV of Binance klines, or",
        "unix,utc,open,high,low,close. An asset without a file follows the first file's returns."
      })
  private List<String> prices = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides the users' amounts (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--chaos",
      description = "Kill the node three times with SIGKILL while sagas are open.")
  private boolean chaos;

  @Option(names = "--json", description = "Print one JSON object; progress goes to stderr.")
  private boolean json;

  @Option(names = "--keep", description = "Leave the demo's network running.")
  private boolean keep;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder for the demo's own network, which must not hold one yet and is kept (default: a"
              + " fresh folder under the data folder).")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--break",
      paramLabel = "NAME",
      hidden = true,
      description =
          "Falsify the evidence of this check, to see it fail; 'each' shows it of all of them.")
  private Optional<String> broken = Optional.empty();

  private volatile boolean interrupted;
  private volatile boolean running;

  @Override
  public Integer call() throws IOException, InterruptedException {
    DataFolder folder = folder();
    DemoOptions options = options(folder);
    Progress progress = new Progress(json ? System.err : System.out);
    Thread cleanUp = new Thread(() -> cleanUp(folder), "clean up");
    Runtime.getRuntime().addShutdownHook(cleanUp); // also on Ctrl-C
    try {
      DemoResult result =
          switch (show) {
            case crash -> Crash.run(options, progress);
            case roundtrip -> Roundtrip.run(options, progress);
          };
      (json ? System.err : System.out).println("\n" + result.text());
      if (json) {
        System.out.println(result.json());
      }
      return finished(result.holds(), folder);
    } catch (DemoException
        | AuditException
        | ApiRefusal
        | ApiUnreachable
        | ChainException
        | LocalNetworkException failure) {
      if (interrupted) {
        return 1; // its servers are being stopped, whatever it says of them
      }
      String sentence = "The demo could not be finished: " + failure.getMessage();
      System.err.println(sentence);
      if (json) {
        System.out.println(DemoResult.unfinished(sentence));
      }
      return finished(false, folder);
    }
  }

  private DemoOptions options(DataFolder folder) {
    int number = accounts.orElse(show == Show.crash ? 200 : 60);
    if (number < DemoOptions.LEAST_ACCOUNTS) {
      throw refused("A demo needs at least " + DemoOptions.LEAST_ACCOUNTS + " accounts.");
    }
    if (!(minutes >= 0.5 && minutes <= 60)) {
      throw refused("A demo's prices are replayed in 0.5 to 60 minutes.");
    }
    if (show == Show.roundtrip && !prices.isEmpty()) {
      throw refused("Nothing trades in a round trip, so it has no use for prices.");
    }
    Scenario story = story();
    if (Files.exists(folder.root()) && !Files.isDirectory(folder.root())) {
      throw refused(folder.root() + " is no folder.");
    }
    if (Files.exists(folder.genesisFile())) {
      throw refused(folder.root() + " holds a network; a demo needs a folder of its own.");
    }
    Duration run = Duration.ofMillis(Math.round(minutes * 60_000));
    return new DemoOptions(folder.root(), number, seed, chaos, keep, broken, story, run);
  }

  private Scenario story() {
    if (prices.isEmpty()) {
      return Scenario.march2020();
    }
    try {
      LinkedHashMap<FeedId, PriceFile> files = new LinkedHashMap<>();
      for (String given : prices) {
        int equals = given.indexOf('=');
        FeedId feed = feed(given.substring(0, Math.max(0, equals)), given);
        if (files.put(feed, PriceFile.read(Path.of(given.substring(equals + 1)))) != null) {
          throw refused("There are two price files for " + feed + ".");
        }
      }
      Scenario story = Scenario.of(files);
      OracleFile.requireBelievable(story);
      return story;
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private FeedId feed(String asset, String given) {
    if (!TRADED.contains(asset) || given.endsWith("=")) {
      throw refused("--prices is BTC=FILE or ETH=FILE, not " + given + ".");
    }
    return new FeedId(asset + "/USD");
  }

  private CommandLine.ParameterException refused(String sentence) {
    return new CommandLine.ParameterException(command.commandLine(), sentence);
  }

  private DataFolder folder() {
    Path usual = Path.of(System.getProperty("crossclear.data", "data"));
    String name =
        "demo-" + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
    return new DataFolder(data.orElse(usual.resolve(name + "-" + ProcessHandle.current().pid())));
  }

  private int finished(boolean good, DataFolder folder) {
    LocalNetwork network = LocalNetwork.attach(folder.root());
    if (keep && network.supervisor().isPresent()) {
      running = true;
      System.err.println("The network goes on running at " + network.http() + ".");
      System.err.println("Look at it: crossclear status --data " + folder.root());
      System.err.println("Stop it:    crossclear down --data " + folder.root());
    } else if (!good && data.isEmpty() && broken.isEmpty()) {
      keep = true;
      System.err.println("What is left of it is in " + folder.root() + ".");
    }
    return good ? 0 : 1;
  }

  private void cleanUp(DataFolder folder) {
    interrupted = true; // or through, and then nobody asks
    if (running) {
      return;
    }
    try {
      LocalNetwork.attach(folder.root()).stop();
      for (int tries = 1; !keep && data.isEmpty(); tries++) {
        try {
          delete(folder.root());
          return;
        } catch (IOException stillWritten) { // by what was just starting
          if (tries == DELETIONS) {
            throw stillWritten;
          }
          Thread.sleep(PAUSE_MILLIS);
          LocalNetwork.attach(folder.root()).stop();
        }
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      System.err.println("The demo's network was not cleaned up: " + e);
    }
  }

  private static void delete(Path root) throws IOException {
    if (Files.notExists(root)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
