package io.crossclear.nodes.demo;

import io.crossclear.nodes.oracle.QuoteLog.Quoted;
import java.util.List;

/**
 * What checks of a crash look at beside the audits.
 *
 * @param history what the journal tells
 * @param tape certified prices as the network showed them, in the order in which they came
 * @param faults what of the tape was not certified as it was shown
 * @param quotes everything that tickers said
 * @param outages when no node ran
 */
record Crisis(
    History history,
    List<Tape.Row> tape,
    List<String> faults,
    List<Quoted> quotes,
    List<Outage> outages) {

  /**
   * A time without a node.
   *
   * @param from milliseconds since 1970
   * @param to when it was ready again
   */
  record Outage(long from, long to) {}

  /** Of a scenario without prices. */
  static final Crisis NONE = new Crisis(History.NONE, List.of(), List.of(), List.of(), List.of());

  Crisis {
    tape = List.copyOf(tape);
    faults = List.copyOf(faults);
    quotes = List.copyOf(quotes);
    outages = List.copyOf(outages);
  }

  Crisis withHistory(History other) {
    return new Crisis(other, tape, faults, quotes, outages);
  }

  Crisis withTape(List<Tape.Row> other) {
    return new Crisis(history, other, faults, quotes, outages);
  }
}
