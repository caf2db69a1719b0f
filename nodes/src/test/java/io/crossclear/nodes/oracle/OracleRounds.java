package io.crossclear.nodes.oracle;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.oracle.CertifiedReport;
import io.crossclear.domain.oracle.ObservedPrice;
import io.crossclear.domain.oracle.OracleAction;
import io.crossclear.domain.oracle.OracleMessage;
import io.crossclear.domain.oracle.OracleNode;
import io.crossclear.domain.oracle.OracleSeat;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.VoteMark;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Oracles with real keys, run round after round without actors; nothing gets lost. */
public final class OracleRounds {

  /** What was said in a round, and the report that came of it. */
  public record Said(List<OracleMessage> messages, CertifiedReport report) {}

  private record Due(int oracle, OracleAction action) {}

  private final OracleVerifier verifier;
  private final List<SigningKey> keys;
  private final List<OracleNode> nodes = new ArrayList<>();

  /**
   * Oracles that have not spoken yet.
   *
   * @param keys of the configuration's oracles, in its order
   */
  public OracleRounds(OracleVerifier verifier, List<SigningKey> keys) {
    this.verifier = verifier;
    this.keys = List.copyOf(keys);
    keys.forEach(key -> nodes.add(OracleNode.recovered(VoteMark.NONE)));
  }

  private OracleSeat seat(int oracle) {
    SigningKey key = keys.get(oracle);
    return new OracleSeat(verifier, key.address(), key::sign, 10, Duration.ofSeconds(10));
  }

  /**
   * The next round, led by the first oracle.
   *
   * @param prices what each oracle sees of every feed
   * @param now of all clocks, in milliseconds since 1970
   */
  public Said next(IntFunction<List<ObservedPrice>> prices, long now) {
    List<OracleMessage> messages = new ArrayList<>();
    List<CertifiedReport> published = new ArrayList<>();
    Deque<Due> due = new ArrayDeque<>();
    take(0, nodes.get(0).tick(seat(0)), due);
    while (!due.isEmpty()) {
      Due next = due.remove();
      switch (next.action()) {
        case OracleAction.ToAll(OracleMessage message) -> {
          messages.add(message);
          IntStream.range(0, nodes.size()).forEach(oracle -> hear(oracle, message, now, due));
        }
        case OracleAction.ToLeader(OracleMessage message) -> {
          messages.add(message);
          hear(0, message, now, due);
        }
        case OracleAction.AskSources(long round) -> {
          int oracle = next.oracle();
          take(
              oracle,
              nodes.get(oracle).quoted(round, prices.apply(oracle), seat(oracle), now),
              due);
        }
        case OracleAction.Publish(CertifiedReport report) -> published.add(report);
        case OracleAction.AwaitStragglers wait -> {}
        case OracleAction.Complain complain -> throw new AssertionError(complain.toString());
      }
    }
    if (published.size() != 1) {
      throw new AssertionError("certified " + published.size() + " reports in one round");
    }
    return new Said(messages, published.getFirst());
  }

  private void hear(int oracle, OracleMessage message, long now, Deque<Due> due) {
    take(oracle, nodes.get(oracle).receive(message, seat(oracle), now), due);
  }

  private void take(int oracle, OracleNode.Step step, Deque<Due> due) {
    nodes.set(oracle, step.next());
    step.actions().forEach(action -> due.add(new Due(oracle, action)));
  }
}
