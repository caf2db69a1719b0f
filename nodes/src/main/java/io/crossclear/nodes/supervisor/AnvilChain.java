package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One anvil, listening on the loopback interface only. It writes its state every second and when it
 * is asked to end.
 *
 * <p>Caveats: a killed anvil loses the blocks of its last second, which no chain here calls final
 * yet. Its state file grows by about 1.8 kB per block and is written whole, so a network that stays
 * up for days slows down.
 */
final class AnvilChain implements Service {

  private static final Duration START = Duration.ofSeconds(60);

  private final DataFolder data;
  private final Path anvil;
  private final LocalChain chain;
  private volatile ProcessId process = ProcessId.NONE;
  private volatile int port;
  private long keptAt = System.nanoTime();

  AnvilChain(DataFolder data, Path anvil, LocalChain chain, int preferredPort) {
    this.data = data;
    this.anvil = anvil;
    this.chain = chain;
    this.port = preferredPort;
  }

  LocalChain chain() {
    return chain;
  }

  ChainRpc rpc() {
    return new ChainRpc(url());
  }

  private Path folder() {
    return data.chain(chain.name());
  }

  private Path state() {
    return folder().resolve("state.json");
  }

  /** The last copy of the state that was known to be whole. */
  private Path kept() {
    return folder().resolve("state.good.json");
  }

  @Override
  public void start() throws IOException, InterruptedException {
    Files.createDirectories(folder());
    if (adopt()) {
      return;
    }
    if (Files.exists(state()) && !whole(state())) {
      Files.move(state(), folder().resolve("state.broken-" + System.currentTimeMillis() + ".json"));
      if (Files.exists(kept())) {
        Files.copy(kept(), state());
      }
    }
    launch();
    long deadline = System.nanoTime() + START.toNanos();
    while (!serving()) {
      if (!process.alive() || System.nanoTime() > deadline) {
        throw new LocalNetworkException(
            "Chain " + name() + " does not answer; see " + data.log(name()) + ".");
      }
      Thread.sleep(50);
    }
  }

  /**
   * The anvil that writes our state file and answers with our chain id; any other that writes it is
   * ended.
   */
  @Override
  public boolean adopt() throws InterruptedException {
    boolean adopted = false;
    for (ProcessId candidate : ProcessId.running()) {
      Optional<String> file = option(candidate, "--state");
      Optional<String> listening = option(candidate, "--port");
      if (file.isEmpty() || !file.get().equals(state().toString()) || listening.isEmpty()) {
        continue;
      }
      process = candidate;
      port = Integer.parseInt(listening.get());
      if (adopted || !serving()) {
        stop(Duration.ofSeconds(5));
        continue;
      }
      adopted = true;
    }
    return adopted;
  }

  private static Optional<String> option(ProcessId candidate, String option) {
    List<String> command = candidate.command();
    int at = command.indexOf(option);
    return command.isEmpty()
            || !command.getFirst().endsWith("anvil")
            || at < 0
            || at + 1 >= command.size()
        ? Optional.empty()
        : Optional.of(command.get(at + 1));
  }

  private void launch() throws IOException {
    if (!Files.isExecutable(anvil)) {
      throw new LocalNetworkException(anvil + " is missing; run npm ci in bridges/contracts.");
    }
    port = Ports.choose(port);
    process =
        ProcessId.of(
                new ProcessBuilder(
                        anvil.toString(),
                        "--silent",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--chain-id",
                        Long.toString(chain.chainId()),
                        "--block-time",
                        Integer.toString(chain.blockSeconds()),
                        "--slots-in-an-epoch",
                        Integer.toString(chain.slotsInAnEpoch()),
                        "--state",
                        state().toString(),
                        "--state-interval",
                        "1")
                    .directory(folder().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name()).toFile()))
                    .start()
                    .pid())
            .orElse(ProcessId.NONE);
  }

  /** Whether a state file was written to its end. */
  private static boolean whole(Path file) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  /** Waits until what is on the chain now is in the state file. */
  void awaitSaved() throws IOException, InterruptedException {
    long now = System.currentTimeMillis();
    long deadline = System.nanoTime() + START.toNanos();
    // a write that began before now may have missed the last block, so two writes must end after it
    for (int writes = 0; writes < 2; writes++) {
      while (Files.notExists(state())
          || Files.getLastModifiedTime(state()).toMillis() <= now
          || !whole(state())) {
        if (!process.alive() || System.nanoTime() > deadline) {
          throw new LocalNetworkException(
              "Chain " + name() + " does not save its state; see " + data.log(name()) + ".");
        }
        Thread.sleep(50);
      }
      now = Files.getLastModifiedTime(state()).toMillis();
    }
  }

  /**
   * Keeps a whole copy of the state every now and then: an anvil killed while it writes leaves half
   * a file.
   */
  void keepState(Duration every) throws IOException {
    if (System.nanoTime() - keptAt < every.toNanos() || Files.notExists(state())) {
      return;
    }
    keptAt = System.nanoTime();
    Path fresh = folder().resolve("state.good.json.new");
    Files.copy(state(), fresh, StandardCopyOption.REPLACE_EXISTING);
    if (whole(fresh)) {
      Files.move(
          fresh, kept(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } else {
      keptAt = System.nanoTime() - every.toNanos() + Duration.ofSeconds(1).toNanos();
    }
  }

  /** Forgets a chain of a network that was never born; its state is kept aside. */
  void discard() throws IOException, InterruptedException {
    if (adopt()) {
      stop(Duration.ofSeconds(5));
    }
    Files.deleteIfExists(kept());
    if (Files.exists(state())) {
      Files.move(
          state(), folder().resolve("state.unborn.json"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public boolean serving() {
    try {
      return process.alive() && rpc().chainId().orElse(0) == chain.chainId();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String name() {
    return chain.name();
  }

  @Override
  public ServiceState.Kind kind() {
    return ServiceState.Kind.CHAIN;
  }

  @Override
  public ProcessId running() {
    return process;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String url() {
    return port == 0 ? "" : "http://127.0.0.1:" + port;
  }
}
