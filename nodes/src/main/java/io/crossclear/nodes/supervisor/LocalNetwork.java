package io.crossclear.nodes.supervisor;

import io.crossclear.domain.genesis.Genesis;
import io.crossclear.nodes.oracle.Scenario;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A local network as its users see it: started if it does not run, waited for, and ended. The
 * network itself is other processes; this holds none of them.
 */
public final class LocalNetwork {

  private static final Duration APPEAR = Duration.ofSeconds(30);
  private static final String ENDED = "The supervisor ended; see ";
  private static final Duration STOP = Duration.ofSeconds(25);

  /** Restarts without having served once, after which a node is called broken. */
  private static final int BROKEN = 4;

  /**
   * How to start.
   *
   * @param data folder of the network
   * @param ownerPid the process whose end ends the network; 0 for one that stays until it is
   *     stopped
   * @param httpPort preferred port of the HTTP API; 0 for the one of last time
   * @param nodeCommand starts a node; empty for {@code crossclear node} in a JVM of its own
   * @param patience how long to wait until the network is ready
   * @param progress told in one sentence whenever something else is waited for
   * @param pace of a network that is born by this start
   * @param scenario what its tickers replay once, from {@link #play} on; empty for the usual one
   *     for ever
   */
  public record Options(
      DataFolder data,
      long ownerPid,
      int httpPort,
      List<String> nodeCommand,
      Duration patience,
      Consumer<String> progress,
      Pace pace,
      Optional<Scenario> scenario) {

    public Options {
      nodeCommand = List.copyOf(nodeCommand);
    }

    /** A network that stays. */
    public static Options of(Path data) {
      return new Options(
          new DataFolder(data), 0, 0, List.of(), Duration.ofMinutes(3), sentence -> {});
    }

    /** A calm network with the usual scenario. */
    public Options(
        DataFolder data,
        long ownerPid,
        int httpPort,
        List<String> nodeCommand,
        Duration patience,
        Consumer<String> progress) {
      this(data, ownerPid, httpPort, nodeCommand, patience, progress, Pace.CALM, Optional.empty());
    }

    /** The same at another pace, with a scenario to be replayed once. */
    public Options replaying(Pace at, Scenario story) {
      return new Options(
          data, ownerPid, httpPort, nodeCommand, patience, progress, at, Optional.of(story));
    }

    /** The same network, ended when this process ends, however it ends. */
    public Options ownedByThisProcess() {
      return new Options(
          data,
          ProcessHandle.current().pid(),
          httpPort,
          nodeCommand,
          patience,
          progress,
          pace,
          scenario);
    }

    /** The same with a listener for progress. */
    public Options withProgress(Consumer<String> listener) {
      return new Options(data, ownerPid, httpPort, nodeCommand, patience, listener, pace, scenario);
    }

    /** The same with a preferred HTTP port. */
    public Options withHttpPort(int port) {
      return new Options(data, ownerPid, port, nodeCommand, patience, progress, pace, scenario);
    }

    /** The same with another node. */
    public Options withNodeCommand(List<String> command) {
      return new Options(data, ownerPid, httpPort, command, patience, progress, pace, scenario);
    }
  }

  private final DataFolder data;

  private LocalNetwork(DataFolder data) {
    this.data = data;
  }

  /**
   * Returns when the network is ready: a running one at once, else after starting it. What this
   * call started and cannot get ready, it ends.
   *
   * @throws LocalNetworkException why it does not become ready
   */
  public static LocalNetwork start(Options options) throws IOException, InterruptedException {
    LocalNetwork network = new LocalNetwork(options.data());
    options.data().create();
    network.awaitStopped(options);
    if (network.supervisor().isPresent()) {
      network.awaitReady(options.patience(), options.progress());
      return network;
    }
    network.stage(options);
    Process spawned = network.spawn(options);
    Thread undo = new Thread(() -> network.undo(spawned), "stop network");
    Runtime.getRuntime().addShutdownHook(undo); // Ctrl-C while it starts
    try {
      network.awaitSupervisor(spawned);
      network.awaitReady(options.patience(), options.progress());
    } catch (LocalNetworkException | InterruptedException e) {
      network.stop();
      throw e;
    } finally {
      forget(undo);
    }
    return network;
  }

  /** Before its birth a network gets its pace and its scenario; afterwards it keeps them. */
  private void stage(Options options) throws IOException {
    if (Files.exists(data.genesisFile())) {
      return;
    }
    DataFolder.replace(data.paceFile(), options.pace().name() + "\n", "rw-r--r--");
    if (options.scenario().isPresent()) {
      DataFolder.replace(data.scenarioFile(), options.scenario().get().text(), "rw-r--r--");
    }
  }

  /**
   * Lets the tickers' scenario begin now.
   *
   * @param run how long it takes
   * @return when, milliseconds since 1970
   */
  public long play(Duration run) throws IOException {
    long now = System.currentTimeMillis();
    DataFolder.replace(data.runFile(), now + " " + run.toMillis() + "\n", "rw-r--r--");
    return now;
  }

  private void undo(Process spawned) {
    try {
      spawned.destroy();
      spawned.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
      stop();
    } catch (IOException | InterruptedException | LocalNetworkException e) {
      System.err.println("The network was not stopped: " + e.getMessage());
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // the hook runs
    }
  }

  /** The network of this folder, running or not. */
  public static LocalNetwork attach(Path data) {
    return new LocalNetwork(new DataFolder(data));
  }

  /** A network that is on its way down is let go first. */
  private void awaitStopped(Options options) throws InterruptedException {
    Optional<NetworkState> state = state();
    if (state.isPresent()
        && state.get().phase() == NetworkState.Phase.STOPPING
        && supervisor().isPresent()) {
      options.progress().accept("Waiting for the last network to stop.");
      state.get().supervisor().awaitEnd(STOP);
    }
  }

  private Process spawn(Options options) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("supervisor", "--data", data.root().toString()));
    if (options.ownerPid() > 0) {
      arguments.addAll(List.of("--owner-pid", Long.toString(options.ownerPid())));
    }
    if (options.httpPort() > 0) {
      arguments.addAll(List.of("--http-port", Integer.toString(options.httpPort())));
    }
    options.nodeCommand().forEach(word -> arguments.add("--node-command=" + word));
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(
        JavaCommand.crossclear(List.of("-Xmx192m", "-XX:TieredStopAtLevel=1"), arguments));
    return new ProcessBuilder(command)
        .directory(data.root().toFile())
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log("supervisor").toFile()))
        .start();
  }

  private void awaitSupervisor(Process process) throws InterruptedException {
    long deadline = System.nanoTime() + APPEAR.toNanos();
    while (supervisor().isEmpty()) {
      if (!process.isAlive() && supervisor().isEmpty() && process.exitValue() != Supervisor.TAKEN) {
        // what an earlier supervisor wrote is no answer
        boolean told = state().filter(s -> s.supervisor().pid() == process.pid()).isPresent();
        throw new LocalNetworkException(told ? failure() : ENDED + data.log("supervisor") + ".");
      }
      if (System.nanoTime() > deadline) {
        throw new LocalNetworkException(
            "The supervisor does not start; see " + data.log("supervisor") + ".");
      }
      Thread.sleep(30);
    }
  }

  private String failure() {
    return state()
        .map(
            state ->
                switch (state.phase()) {
                  case FAILED -> state.message();
                  case STOPPED -> "The network was stopped.";
                  case STARTING, READY, STOPPING -> "";
                })
        .filter(sentence -> !sentence.isEmpty())
        .orElse(ENDED + data.log("supervisor") + ".");
  }

  /**
   * Waits until the node says that it is ready.
   *
   * @throws LocalNetworkException why it does not
   */
  public void awaitReady(Duration patience, Consumer<String> progress) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    String said = "";
    while (true) {
      Optional<NetworkState> state = state();
      if (supervisor().isEmpty()) {
        throw new LocalNetworkException(failure());
      }
      if (state.isPresent()) {
        if (state.get().phase() == NetworkState.Phase.READY) {
          return;
        }
        if (!state.get().message().equals(said)) {
          said = state.get().message();
          progress.accept(said);
        }
        if (state.get().node().filter(LocalNetwork::broken).isPresent()) {
          throw new LocalNetworkException(
              "The node ends again and again; see " + data.log("node-1") + ".");
        }
      }
      if (System.nanoTime() > deadline) {
        throw new LocalNetworkException(
            "The network is not ready after "
                + patience.toSeconds()
                + " s; see "
                + data.root().resolve("logs")
                + ".");
      }
      Thread.sleep(50);
    }
  }

  private static boolean broken(ServiceState node) {
    return node.status() != ServiceState.Status.UP && node.restarts() >= BROKEN;
  }

  /** Its folder. */
  public DataFolder data() {
    return data;
  }

  /** The supervisor's latest view; empty when no network ever ran here. */
  public Optional<NetworkState> state() {
    return NetworkState.read(data);
  }

  /** The living supervisor, if any. */
  public Optional<ProcessId> supervisor() {
    return state().map(NetworkState::supervisor).filter(this::isOurs);
  }

  private boolean isOurs(ProcessId candidate) {
    List<String> command = candidate.command();
    return candidate.alive()
        && command.contains("supervisor")
        && command.contains(data.root().toString());
  }

  /** Address of the node's HTTP API. */
  public URI http() {
    return URI.create(
        state()
            .flatMap(NetworkState::node)
            .map(ServiceState::url)
            .orElseThrow(
                () -> new LocalNetworkException("No network ever ran in " + data.root() + ".")));
  }

  /** What the network was born with. */
  public Genesis genesis() throws IOException {
    if (Files.notExists(data.genesisFile())) {
      throw new LocalNetworkException("No network was ever ready in " + data.root() + ".");
    }
    return GenesisFile.read(data.genesisFile());
  }

  /** Its private keys. */
  public NetworkKeys keys() {
    return new NetworkKeys(data);
  }

  /**
   * Kills the node as a power failure would; the supervisor starts it again.
   *
   * @return the process that was killed
   * @throws LocalNetworkException when no node runs
   */
  public ProcessId killNode() throws InterruptedException {
    ProcessId node =
        state()
            .flatMap(NetworkState::node)
            .map(ServiceState::process)
            .filter(ProcessId::alive)
            .orElseThrow(() -> new LocalNetworkException("No node runs in " + data.root() + "."));
    node.signal("KILL");
    node.awaitEnd(Duration.ofSeconds(5));
    // until the supervisor has seen it, the network would still call itself ready
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (supervisor().isPresent()
        && state().flatMap(NetworkState::node).filter(n -> n.process().equals(node)).isPresent()
        && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    return node;
  }

  /**
   * Ends the network in order; its data stays.
   *
   * @return what was ended: everything through its supervisor, or what a dead one left; empty when
   *     nothing ran
   */
  public List<String> stop() throws IOException, InterruptedException {
    synchronized (LocalNetwork.class) { // Ctrl-C may come while a failed start is being undone
      return stopped();
    }
  }

  private List<String> stopped() throws IOException, InterruptedException {
    if (Files.notExists(data.root())) {
      return List.of();
    }
    Optional<ProcessId> supervisor = supervisor();
    List<String> ended = new ArrayList<>();
    if (supervisor.isPresent()) {
      state()
          .map(NetworkState::services)
          .orElse(List.of())
          .forEach(
              service -> {
                if (service.process().alive()) {
                  ended.add(service.name());
                }
              });
      ended.add("supervisor");
      supervisor.get().signal("TERM");
      if (!supervisor.get().awaitEnd(STOP)) {
        supervisor.get().signal("KILL");
        supervisor.get().awaitEnd(Duration.ofSeconds(2));
      }
    }
    ended.addAll(Supervisor.sweep(data));
    return ended;
  }
}
