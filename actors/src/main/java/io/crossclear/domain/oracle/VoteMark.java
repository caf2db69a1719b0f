package io.crossclear.domain.oracle;

/**
 * How far an oracle may have voted: the only thing it must remember for ever.
 *
 * @param round it never votes in this round or an earlier one after a restart, in whatever epoch
 */
public record VoteMark(long epoch, long round) {

  /** Of an oracle that never voted. */
  public static final VoteMark NONE = new VoteMark(0, 0);

  /** The mark after an event; never refuses, never goes back. */
  public VoteMark apply(OracleEvent event) {
    return switch (event) {
      case OracleEvent.VotesReserved e ->
          new VoteMark(Math.max(epoch, e.epoch()), Math.max(round, e.upTo()));
    };
  }
}
