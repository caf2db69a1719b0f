package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.util.List;

/** What oracles tell each other. Each message is signed; a forged one changes nothing. */
public sealed interface OracleMessage {

  /** Whose leader, or whose followers, speak. */
  long epoch();

  /** The round it is about. */
  long round();

  /** The leader asks every oracle for its observation. */
  record RoundStarted(long epoch, long round, Signature signature) implements OracleMessage {}

  /**
   * An oracle takes no part in rounds up to this one: it is past them, or may have voted in them
   * before a crash.
   *
   * @param round the last such
   */
  record PassedBy(long epoch, long round, Address oracle, Signature signature)
      implements OracleMessage {}

  /** An oracle tells the leader what it saw. */
  record Observed(SignedObservation signed) implements OracleMessage {
    @Override
    public long epoch() {
      return signed.observation().epoch();
    }

    @Override
    public long round() {
      return signed.observation().round();
    }
  }

  /**
   * The leader shows what it collected and votes for what follows from it.
   *
   * @param observations of at least 2f + 1 oracles, ascending
   * @param reportHash of the report that the leader computed
   * @param vote the leader's
   */
  record Proposed(
      long epoch, long round, List<SignedObservation> observations, Hash reportHash, Signature vote)
      implements OracleMessage {
    public Proposed {
      observations = List.copyOf(observations);
    }
  }

  /** An oracle computed the same report and votes for it. */
  record Voted(long epoch, long round, Hash reportHash, Address oracle, Signature vote)
      implements OracleMessage {}
}
