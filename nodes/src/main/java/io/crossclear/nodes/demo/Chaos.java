package io.crossclear.nodes.demo;

import com.typesafe.config.Config;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.demo.Evidence.Kill;
import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.NetworkState;
import io.crossclear.nodes.supervisor.ServiceState;
import io.crossclear.persistence.audit.Ledger;
import io.crossclear.persistence.audit.OpenSagaProbe;
import io.crossclear.persistence.audit.OpenSagaProbe.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Kills the node with SIGKILL while something is unfinished.
 *
 * <p>A saga may last only milliseconds, so the node is first stopped where it stands (SIGSTOP) and
 * its journal read: if what was hoped for is open, it is killed, and never runs another
 * instruction; if not, it goes on (SIGCONT) and the hunt too. Afterwards the journal is read again,
 * so the report says what was open at the kill and not what was seen before it.
 */
final class Chaos {

  private static final Duration LOOK_EVERY = Duration.ofMillis(3);

  /** A batch takes seconds, most of them on the chain, so the kill can come at any point of it. */
  private static final int LATEST_IN_BATCH_MILLIS = 3_000;

  private static final Duration READY_WITHIN = Duration.ofSeconds(120);

  private final LocalNetwork network;
  private final Config config;
  private final ApiClient client;
  private final Auditor auditor;
  private final Progress progress;
  private final SplittableRandom random;
  private final List<Kill> kills = new ArrayList<>();
  private volatile boolean hunting;
  private volatile boolean ending;

  Chaos(
      LocalNetwork network,
      Config config,
      ApiClient client,
      Auditor auditor,
      Progress progress,
      long seed) {
    this.network = network;
    this.config = config;
    this.client = client;
    this.auditor = auditor;
    this.progress = progress;
    this.random = new SplittableRandom(seed);
  }

  /** What happened so far. */
  List<Kill> kills() {
    return List.copyOf(kills);
  }

  /**
   * Whether a kill is still to come: a phase that is through too early gives it something more to
   * find.
   */
  boolean hunting() {
    return hunting;
  }

  /** Work that may fail in the usual ways. */
  @FunctionalInterface
  interface Phase {
    void run() throws IOException, InterruptedException;
  }

  /** Runs a phase and kills the node once while this kind of thing is open in it. */
  void during(String moment, Kind kind, Phase phase) throws IOException, InterruptedException {
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    hunting = true;
    Thread hunt =
        Thread.ofVirtual()
            .name("chaos")
            .start(
                () -> {
                  try {
                    hunt(moment, kind);
                  } catch (InterruptedException over) {
                    Thread.currentThread().interrupt();
                  } catch (IOException | RuntimeException e) {
                    failure.set(new DemoException("Chaos failed: " + e.getMessage(), e));
                  } finally {
                    hunting = false;
                  }
                });
    boolean through = false;
    try {
      phase.run();
      through = true;
    } finally {
      if (!through) {
        hunt.interrupt();
      }
      // a hunt that found nothing ends with its phase; a kill under way is waited for
      ending = true;
      hunt.join();
      ending = false;
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  private void hunt(String moment, Kind kind) throws IOException, InterruptedException {
    int patience = kind == Kind.BATCH ? random.nextInt(LATEST_IN_BATCH_MILLIS) : 0;
    try (OpenSagaProbe probe = OpenSagaProbe.open(config)) {
      while (!ending) {
        boolean seen = probe.any(kind);
        if (seen && patience > 0) {
          Thread.sleep(patience);
          patience = 0;
        } else if (seen && stopped(kind)) {
          hunting = false;
          kill(moment);
          return;
        }
        Thread.sleep(LOOK_EVERY);
      }
      progress.say("Nothing was open to kill the node at, during " + moment + ".");
    }
  }

  /** Stops the node; whether something of this kind is open, else it runs again. */
  private boolean stopped(Kind kind) throws IOException, InterruptedException {
    long pid = node();
    signal("STOP", pid);
    String wanted = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    boolean open = false;
    try {
      open = auditor.ledger().open().stream().anyMatch(saga -> saga.kind().equals(wanted));
    } finally {
      if (!open) {
        signal("CONT", pid);
      }
    }
    return open;
  }

  private long node() {
    return network
        .state()
        .flatMap(NetworkState::node)
        .map(ServiceState::process)
        .orElseThrow(() -> new DemoException("No node runs."))
        .pid();
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + pid)
        .inheritIO()
        .start()
        .waitFor();
  }

  private void kill(String moment) throws InterruptedException {
    long began = System.nanoTime();
    long at = System.currentTimeMillis();
    long pid = network.killNode().pid();
    List<Ledger.OpenSaga> open = auditor.ledger().open();
    progress.say(
        "Killed the node (process %d, SIGKILL) during %s with %s open, such as %s."
            .formatted(pid, moment, summary(open), open.isEmpty() ? "nothing" : open.getFirst()));
    auditor.take("node killed during " + moment);
    client.awaitReady(READY_WITHIN);
    Duration recovery = Duration.ofNanos(System.nanoTime() - began);
    progress.say("The node is ready again after %.1f s.".formatted(recovery.toMillis() / 1e3));
    kills.add(new Kill(moment, open, at, recovery));
  }

  /** Such as {@code 3 deposits, 1 batch}. */
  static String summary(List<Ledger.OpenSaga> open) {
    Map<String, Integer> kinds = new TreeMap<>();
    open.forEach(saga -> kinds.merge(saga.kind(), 1, Integer::sum));
    List<String> words = new ArrayList<>();
    kinds.forEach(
        (kind, number) ->
            words.add(number + " " + kind + (number == 1 ? "" : kind.endsWith("ch") ? "es" : "s")));
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }
}
