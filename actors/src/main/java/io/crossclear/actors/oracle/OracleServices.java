package io.crossclear.actors.oracle;

import io.crossclear.domain.oracle.OracleSigner;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.PriceNotice;
import io.crossclear.domain.signing.Address;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What oracles and boards need from outside.
 *
 * @param verifier the network's oracle rules
 * @param oracles the oracles whose keys are here, by address
 * @param clock of the oracles
 * @param notices told of every notice of this node's board, on the board's thread: it must not
 *     block
 */
public record OracleServices(
    OracleVerifier verifier,
    Map<Address, Oracle> oracles,
    Timing timing,
    Clock clock,
    Consumer<PriceNotice> notices) {

  /**
   * An oracle that runs here.
   *
   * @param sources by name; independent of each other
   */
  public record Oracle(OracleSigner signer, Map<String, PriceSource> sources) {
    public Oracle {
      sources = Map.copyOf(sources);
    }
  }

  /**
   * The pace of rounds.
   *
   * @param roundEvery how often the leader starts a round
   * @param grace how long it waits for the last oracles once it has enough
   * @param sourceTimeout how long a source may take
   * @param sourceFailures failures in a row after which a source is left alone
   * @param sourceReset how long it is left alone
   * @param reservation rounds that one write of a vote mark serves
   */
  public record Timing(
      Duration roundEvery,
      Duration grace,
      Duration sourceTimeout,
      int sourceFailures,
      Duration sourceReset,
      int reservation) {

    /** Two rounds a second; sources have 200 ms, the last oracles 50 ms. */
    public static final Timing STANDARD =
        new Timing(
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofMillis(200),
            5,
            Duration.ofSeconds(2),
            20);
  }

  public OracleServices {
    oracles = Map.copyOf(oracles);
  }
}
