package io.crossclear.domain.oracle;

/** What an oracle writes down before it votes. */
public sealed interface OracleEvent {

  /** Milliseconds since 1970, of the oracle's clock. */
  long time();

  /**
   * It may vote once in each round up to this one; one write serves many rounds.
   *
   * @param upTo the last such round
   */
  record VotesReserved(long epoch, long upTo, long time) implements OracleEvent {}
}
