package io.crossclear.nodes.oracle;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What the oracles of a local network listen to: three tickers for each of them, all on one port,
 * each with a seed of its own. One of the last oracle's tickers lies: it says half as much again.
 */
public final class LocalTickers implements AutoCloseable {

  /** Tickers of one oracle: as few as a feed allows, so that one that is silent is noticed. */
  public static final int PER_ORACLE = 3;

  /** How fast the scenario goes by: an hour of it in a minute. */
  public static final int SPEED = 60;

  /** How far a ticker may be off the truth, either way. */
  public static final int NOISE_PPM = 200;

  private static final Duration LONGEST_DELAY = Duration.ofMillis(30);
  private static final Replay.Lie LIE = new Replay.Lie.Scaled(1_500_000);

  private final ReplayTickerServer server;

  private LocalTickers(ReplayTickerServer server) {
    this.server = server;
  }

  /**
   * Starts serving.
   *
   * @param oracles how many
   * @throws IOException when the port is taken
   */
  public static LocalTickers start(Scenario scenario, int oracles, int port, Clock clock)
      throws IOException {
    Playback playback = scenario.forthAndBack(SPEED);
    return start(scenario, playback, oracles, port, clock, (path, body) -> {});
  }

  /**
   * Starts serving a scenario in another way.
   *
   * @param oracles how many
   * @param witness told the path and the body of every answer
   * @throws IOException when the port is taken
   */
  public static LocalTickers start(
      Scenario scenario,
      Playback playback,
      int oracles,
      int port,
      Clock clock,
      BiConsumer<String, String> witness)
      throws IOException {
    Map<String, Replay> tickers = new HashMap<>();
    for (int oracle = 1; oracle <= oracles; oracle++) {
      for (int source = 1; source <= PER_ORACLE; source++) {
        boolean lies = path(oracle, source).equals(liar(oracles));
        tickers.put(
            path(oracle, source),
            new Replay(
                oracle * 1_000L + source,
                scenario.paths(),
                NOISE_PPM,
                LONGEST_DELAY,
                lies ? LIE : new Replay.Lie.Honest()));
      }
    }
    return new LocalTickers(ReplayTickerServer.start(tickers, port, playback, clock, witness));
  }

  /** The path of the ticker that lies, among those of so many oracles. */
  static String liar(int oracles) {
    return path(oracles, PER_ORACLE);
  }

  private static String path(int oracle, int source) {
    return "/oracle-" + oracle + "/source-" + source;
  }

  /**
   * Where one of them answers.
   *
   * @param oracle from 1
   * @param source from 1
   */
  public static URI uri(int port, int oracle, int source) {
    return URI.create("http://127.0.0.1:" + port + path(oracle, source));
  }

  @Override
  public void close() {
    server.close();
  }
}
