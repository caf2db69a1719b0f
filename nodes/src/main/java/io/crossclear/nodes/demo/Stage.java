package io.crossclear.nodes.demo;

import com.typesafe.config.Config;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.nodes.NodeSettings;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.NetworkKeys;
import io.crossclear.nodes.supervisor.NetworkState;
import io.crossclear.nodes.supervisor.Parallel;
import io.crossclear.nodes.supervisor.ServiceState;
import io.crossclear.persistence.audit.LedgerReplay;
import io.crossclear.persistence.audit.OpenSagaProbe.Kind;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What every scenario plays on: a network of its own, the ways to it, who audits it and who kills
 * it. Closing ends the network, unless it is to be kept and the story came to its end.
 *
 * @param ready seconds from the demo's beginning to the network's readiness
 */
record Stage(
    DemoOptions options,
    Progress progress,
    LocalNetwork network,
    Config config,
    Genesis genesis,
    ApiClient client,
    Chains chains,
    LedgerReplay replay,
    Auditor auditor,
    Chaos chaos,
    double ready)
    implements AutoCloseable {

  /** How long anything may take. */
  static final Duration PATIENCE = Duration.ofSeconds(180);

  /** Between two looks at something that is waited for. */
  static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** What scenarios tell. */
  @FunctionalInterface
  interface Story {
    DemoResult tell(Stage stage) throws IOException, InterruptedException;
  }

  /**
   * Starts a network, lets the story be told on it, and stops it.
   *
   * @param start how the network differs from the usual
   * @param names of the checks, of which one may be broken
   * @throws DemoException when the story does not come to its end in time
   */
  static DemoResult play(
      DemoOptions options,
      Progress progress,
      UnaryOperator<LocalNetwork.Options> start,
      Function<Genesis, List<String>> names,
      Story story)
      throws IOException, InterruptedException {
    progress.say("Starting PostgreSQL, three chains and a node in " + options.data() + ".");
    LocalNetwork.Options usual =
        LocalNetwork.Options.of(options.data()).withProgress(progress::say);
    LocalNetwork network =
        LocalNetwork.start(start.apply(options.keep() ? usual : usual.ownedByThisProcess()));
    boolean told = false;
    try (Stage stage = on(network, options, progress)) {
      if (!Signer.genesis(stage.client()).equals(stage.genesis())) {
        throw new DemoException("The node at " + stage.client().base() + " is another network's.");
      }
      requireKnown(options, names.apply(stage.genesis()));
      DemoResult result = story.tell(stage);
      told = true;
      return result;
    } finally {
      if (!told || !options.keep()) {
        network.stop();
      }
    }
  }

  private static Stage on(LocalNetwork network, DemoOptions options, Progress progress)
      throws IOException {
    Genesis genesis = network.genesis();
    Config config = NodeSettings.read(network.data().nodeConfig()).config();
    Map<String, URI> urls =
        network.state().map(NetworkState::chains).orElse(List.of()).stream()
            .collect(Collectors.toMap(ServiceState::name, chain -> URI.create(chain.url())));
    ApiClient client = new ApiClient(network.http(), PATIENCE);
    Chains chains = new Chains(genesis, urls, NetworkKeys.read(network.keys().faucetFile()));
    LedgerReplay replay = LedgerReplay.open(config, genesis);
    Auditor auditor = new Auditor(replay, chains);
    Chaos chaos = new Chaos(network, config, client, auditor, progress, options.seed());
    return new Stage(
        options,
        progress,
        network,
        config,
        genesis,
        client,
        chains,
        replay,
        auditor,
        chaos,
        progress.seconds());
  }

  private static void requireKnown(DemoOptions options, List<String> names) {
    options
        .broken()
        .filter(name -> !names.contains(name) && !name.equals(DemoOptions.EACH))
        .ifPresent(
            name -> {
              throw new DemoException("There is no check " + name + " in " + names + ".");
            });
  }

  /** Runs a part of the story, and with chaos kills the node once in it. */
  void phase(String moment, Kind kind, Chaos.Phase phase) throws IOException, InterruptedException {
    if (options.chaos()) {
      chaos.during(moment, kind, phase);
    } else {
      phase.run();
    }
  }

  /** What a user does. */
  @FunctionalInterface
  interface Act {
    void by(DemoUser user) throws IOException, InterruptedException;
  }

  /** Everybody at once. */
  static void forEach(List<DemoUser> users, Act act) throws IOException, InterruptedException {
    List<Callable<Object>> tasks = new ArrayList<>();
    for (DemoUser user : users) {
      tasks.add(
          () -> {
            act.by(user);
            return user;
          });
    }
    Parallel.run(tasks);
  }

  /** Waits for what somebody else does. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new DemoException("Gave up waiting for " + what + ".");
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  /** Waits for what bridges do; one that has halted is the end. */
  void awaitBridges(String what, Predicate<List<Answers.Bridge>> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<Answers.VaultState> vaults = client.vaults().vaults();
      vaults.stream()
          .filter(vault -> vault.state().equals("HALTED"))
          .findFirst()
          .ifPresent(
              vault -> {
                throw new DemoException("The bridge of " + vault.chainName() + " has halted.");
              });
      List<Answers.Bridge> bridges =
          vaults.stream().flatMap(vault -> vault.bridge().stream()).toList();
      if (bridges.size() == vaults.size() && condition.test(bridges)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new DemoException("Gave up waiting for " + what + ": " + vaults);
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  static long sum(List<Answers.Bridge> bridges, ToLongFunction<Answers.Bridge> what) {
    return bridges.stream().mapToLong(what).sum();
  }

  @Override
  public void close() {
    client.close();
    chains.close();
    replay.close();
  }
}
