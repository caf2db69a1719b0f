package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that owns the services of one data folder: starts or adopts them, starts again what
 * ends, and ends them in order when it is asked to or when its owner is gone.
 *
 * <p>Killed, it leaves its services alive for the next supervisor. Everything runs on the thread
 * that calls {@link #run}; a signal interrupts it.
 */
public final class Supervisor {

  /** What {@link #run} returns when another supervisor has the data folder. */
  public static final int TAKEN = 3;

  private static final Duration LOCK = Duration.ofSeconds(3);
  private static final Duration WHOLE_STOP = Duration.ofSeconds(20);
  private static final Duration NODE_STOP = Duration.ofSeconds(6);
  private static final Duration CHAIN_STOP = Duration.ofSeconds(5);
  private static final Duration POSTGRES_STOP = Duration.ofSeconds(5);

  /**
   * How to run.
   *
   * @param anvil the program that runs a chain
   * @param nodeCommand starts a node when {@code --config FILE} is appended
   * @param ownerPid the process whose end ends the network; 0 for nobody's
   * @param httpPort preferred port of the node's HTTP API; 0 for the one of last time
   */
  public record Options(
      DataFolder data, Path anvil, List<String> nodeCommand, long ownerPid, int httpPort) {

    public Options {
      nodeCommand = List.copyOf(nodeCommand);
    }
  }

  private final DataFolder data;
  private final PostgresServer postgres;
  private final List<AnvilChain> chains = new ArrayList<>();
  private final TickersProcess tickers;
  private final NodeProcess node;
  private final List<Supervised> all = new ArrayList<>();
  private final Birth birth;
  private final ProcessId owner;
  private final int clusterPort;
  private final String startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  private final Thread thread = Thread.currentThread();
  private final CountDownLatch finished = new CountDownLatch(1);
  private String published = "";
  private boolean stopping;
  private volatile boolean stopAsked;

  private Supervisor(Options options, ProcessId owner) {
    this.data = options.data();
    this.owner = owner;
    Optional<NetworkState> last = NetworkState.read(data);
    postgres = new PostgresServer(data, lastPort(last, "postgres", Ports.POSTGRES));
    all.add(new Supervised(postgres));
    for (LocalChain chain : LocalChain.ALL) {
      int preferred = lastPort(last, chain.name(), Ports.FIRST_CHAIN + chains.size());
      AnvilChain anvil = new AnvilChain(data, options.anvil(), chain, preferred);
      chains.add(anvil);
      all.add(new Supervised(anvil));
    }
    tickers = new TickersProcess(data, lastPort(last, "tickers", Ports.TICKERS));
    all.add(new Supervised(tickers));
    int http = options.httpPort() > 0 ? options.httpPort() : NodeConfig.lastHttpPort(data);
    int cluster = NodeConfig.lastClusterPort(data);
    // a node to adopt keeps its ports, which therefore are not free
    boolean nodeLives = new NodeProcess(data, List.of(), http).adopt();
    node = new NodeProcess(data, options.nodeCommand(), nodeLives ? http : Ports.choose(http));
    clusterPort = nodeLives ? cluster : Ports.choose(cluster);
    all.add(new Supervised(node));
    birth = new Birth(data);
  }

  private static int lastPort(Optional<NetworkState> last, String service, int otherwise) {
    return last.flatMap(state -> state.service(service))
        .map(ServiceState::port)
        .filter(port -> port > 0)
        .orElse(otherwise);
  }

  /**
   * Runs until the network has ended.
   *
   * @return 0 after a stop that was asked for, {@link #TAKEN} when another supervisor runs, else 1
   */
  public static int run(Options options) throws IOException {
    options.data().create();
    try (FileChannel file =
        FileChannel.open(
            options.data().lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!locked(file)) {
        SupervisorLog.say("another supervisor runs this network");
        return TAKEN;
      }
      ProcessId owner = ProcessId.of(options.ownerPid()).orElse(ProcessId.NONE);
      if (options.ownerPid() > 0 && !owner.alive()) {
        SupervisorLog.say("the owner has ended already");
        return 0;
      }
      return new Supervisor(options, owner).supervise();
    }
  }

  /** Takes the lock; a killed supervisor holds it until the last of its threads is gone. */
  private static boolean locked(FileChannel file) throws IOException {
    long deadline = System.nanoTime() + LOCK.toNanos();
    while (file.tryLock() == null) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return true;
  }

  private int supervise() throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopRequested, "stop"));
    String failure = "";
    try {
      startAll();
      watch();
    } catch (InterruptedException e) {
      SupervisorLog.say("asked to stop");
    } catch (IOException | RuntimeException e) {
      if (stopAsked) {
        SupervisorLog.say("asked to stop"); // the signal interrupted a file or a connection
      } else {
        failure = sentence(e);
      }
    }
    try {
      stopAll();
      publish(
          failure.isEmpty() ? NetworkState.Phase.STOPPED : NetworkState.Phase.FAILED,
          failure.isEmpty() ? "Stopped." : failure);
      SupervisorLog.say(failure.isEmpty() ? "stopped" : failure);
      return failure.isEmpty() ? 0 : 1;
    } finally {
      finished.countDown();
    }
  }

  private String sentence(Exception failure) {
    if (failure instanceof LocalNetworkException) {
      return String.valueOf(failure.getMessage());
    }
    failure.printStackTrace(System.out);
    return "The network does not start: " + failure + "; see " + data.log("supervisor") + ".";
  }

  /** On the thread of a shutdown hook: the JVM ends when this returns. */
  private void stopRequested() {
    stopAsked = true;
    synchronized (finished) {
      if (!stopping) {
        thread.interrupt();
      }
    }
    try {
      finished.await(WHOLE_STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void startAll() throws IOException, InterruptedException {
    publish(NetworkState.Phase.STARTING, "Starting PostgreSQL, the chains and the tickers.");
    boolean born = birth.happened();
    List<Callable<Boolean>> starts = new ArrayList<>();
    if (born) {
      starts.add(() -> started(postgres));
    } else {
      started(postgres);
      requireNoJournal();
    }
    for (AnvilChain chain : chains) {
      starts.add(
          () -> {
            if (!born) {
              chain.discard();
            }
            return started(chain);
          });
    }
    starts.add(() -> started(tickers));
    Parallel.run(starts);
    if (!born) {
      publish(NetworkState.Phase.STARTING, "Deploying tokens and vaults.");
      birth.deliver(chains);
      SupervisorLog.say("tokens and vaults deployed");
    }
    OracleFile.create(data, data.pace());
    configureNode();
    publish(NetworkState.Phase.STARTING, "Starting the node.");
    supervised(node).start();
  }

  private boolean started(Service service) throws IOException, InterruptedException {
    supervised(service).start();
    SupervisorLog.say(service.name() + " serves at " + service.url());
    return true;
  }

  /** A journal without its genesis belongs to a network that must not be born over. */
  private void requireNoJournal() throws IOException {
    if (!postgres.empty()) {
      throw new LocalNetworkException(
          data.genesisFile()
              + " is missing although the database holds a network; restore it or choose another folder with --data.");
    }
  }

  private Supervised supervised(Service service) {
    return all.stream().filter(one -> one.service() == service).findFirst().orElseThrow();
  }

  /** Writes the node's configuration; a living node that was started with another one is ended. */
  private void configureNode() throws IOException, InterruptedException {
    String text =
        NodeConfig.text(
            data, data.pace(), postgres, chains, tickers.port(), node.port(), clusterPort);
    if (Files.exists(data.nodeConfig()) && Files.readString(data.nodeConfig()).equals(text)) {
      return;
    }
    if (node.adopt()) {
      node.stop(NODE_STOP);
    }
    DataFolder.replace(data.nodeConfig(), text, "rw-r--r--");
  }

  private void watch() throws InterruptedException {
    while (owner.equals(ProcessId.NONE) || owner.alive()) {
      try {
        lookAround();
        Thread.sleep(100);
      } catch (IOException e) {
        // a full disk, for example: no reason to end what still serves
        SupervisorLog.say("cannot write: " + e);
        Thread.sleep(1_000);
      }
    }
    SupervisorLog.say("the owner, process " + owner.pid() + ", has ended");
  }

  private void lookAround() throws IOException, InterruptedException {
    for (Supervised service : all) {
      if (service.look() && service.service() != node) {
        configureNode();
      }
    }
    for (AnvilChain chain : chains) {
      chain.keepState(Duration.ofSeconds(15));
    }
    List<String> missing =
        all.stream()
            .map(Supervised::state)
            .filter(state -> state.status() != ServiceState.Status.UP)
            .map(ServiceState::name)
            .toList();
    if (missing.isEmpty()) {
      publish(NetworkState.Phase.READY, "Ready.");
    } else {
      publish(NetworkState.Phase.STARTING, "Waiting for " + String.join(", ", missing) + ".");
    }
  }

  private void stopAll() throws IOException {
    synchronized (finished) {
      stopping = true;
      Thread.interrupted(); // from here on nothing interrupts
    }
    publish(NetworkState.Phase.STOPPING, "Stopping.");
    try {
      supervised(node).stop(NODE_STOP);
      List<Callable<Boolean>> stops = new ArrayList<>();
      for (AnvilChain chain : chains) {
        stops.add(
            () -> {
              supervised(chain).stop(CHAIN_STOP);
              return true;
            });
      }
      stops.add(
          () -> {
            supervised(tickers).stop(CHAIN_STOP);
            return true;
          });
      Parallel.run(stops);
      supervised(postgres).stop(POSTGRES_STOP);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void publish(NetworkState.Phase phase, String message) throws IOException {
    NetworkState state =
        new NetworkState(
            phase,
            message,
            ProcessId.self(),
            owner,
            startedAt,
            all.stream().map(Supervised::state).toList());
    String text = state.json();
    if (!text.equals(published)) {
      state.write(data);
      published = text;
    }
  }

  /**
   * Ends what a dead supervisor left.
   *
   * @return the names of what was ended; empty when nothing lived
   * @throws LocalNetworkException when a supervisor lives
   */
  static List<String> sweep(DataFolder data) throws IOException, InterruptedException {
    try (FileChannel file =
        FileChannel.open(data.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!locked(file)) {
        throw new LocalNetworkException("A supervisor of " + data.root() + " still runs.");
      }
      List<String> ended = new ArrayList<>();
      List<Service> services = new ArrayList<>(List.of(new NodeProcess(data, List.of(), 0)));
      LocalChain.ALL.forEach(chain -> services.add(new AnvilChain(data, Path.of(""), chain, 0)));
      services.add(new TickersProcess(data, 0));
      services.add(new PostgresServer(data, 0));
      for (Service service : services) {
        if (service.adopt()) {
          service.stop(NODE_STOP);
          ended.add(service.name());
        }
      }
      return ended;
    }
  }
}
