package io.crossclear.nodes.cli;

import io.crossclear.bridges.ChainException;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.ApiUnreachable;
import io.crossclear.nodes.demo.DemoException;
import io.crossclear.nodes.demo.DemoOptions;
import io.crossclear.nodes.demo.DemoResult;
import io.crossclear.nodes.demo.Progress;
import io.crossclear.nodes.demo.Roundtrip;
import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.LocalNetworkException;
import io.crossclear.persistence.audit.AuditException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
      "  crossclear demo --scenario roundtrip --accounts 12 --chaos --json"
    })
final class Demo implements Callable<Integer> {

  private static final int DELETIONS = 20;
  private static final long PAUSE_MILLIS = 250;

  /** What there is to show. */
  enum Scenario {
    roundtrip
  }

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      defaultValue = "roundtrip",
      description =
          "roundtrip: users deposit on three chains, transfer, and withdraw on another chain"
              + " (default: ${DEFAULT-VALUE}).")
  private Scenario scenario = Scenario.roundtrip;

  @Option(
      names = "--accounts",
      paramLabel = "N",
      defaultValue = "60",
      description = "Number of users, at least 3 (default: ${DEFAULT-VALUE}).")
  private int accounts = 60;

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

  @Option(names = "--keep", description = "Keep the folder of the demo's network.")
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
      description = "Falsify the evidence of this check, to see it fail.")
  private Optional<String> broken = Optional.empty();

  private volatile boolean interrupted;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (accounts < DemoOptions.LEAST_ACCOUNTS) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          "A demo needs at least " + DemoOptions.LEAST_ACCOUNTS + " accounts.");
    }
    DataFolder folder = folder();
    if (Files.exists(folder.genesisFile())) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          folder.root() + " holds a network; a demo needs a folder of its own.");
    }
    Progress progress = new Progress(json ? System.err : System.out);
    Thread cleanUp = new Thread(() -> cleanUp(folder), "clean up");
    Runtime.getRuntime().addShutdownHook(cleanUp); // also on Ctrl-C
    try {
      DemoOptions options = new DemoOptions(folder.root(), accounts, seed, chaos, broken);
      DemoResult result =
          switch (scenario) {
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

  private DataFolder folder() {
    Path usual = Path.of(System.getProperty("crossclear.data", "data"));
    String name =
        "demo-" + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
    return new DataFolder(data.orElse(usual.resolve(name + "-" + ProcessHandle.current().pid())));
  }

  private int finished(boolean good, DataFolder folder) {
    if (!good && data.isEmpty() && broken.isEmpty()) {
      keep = true;
      System.err.println("What is left of it is in " + folder.root() + ".");
    }
    return good ? 0 : 1;
  }

  private void cleanUp(DataFolder folder) {
    interrupted = true; // or through, and then nobody asks
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
