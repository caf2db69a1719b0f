package io.crossclear.nodes.supervisor;

/**
 * What the supervisor knows of one of its processes.
 *
 * @param process {@link ProcessId#NONE} while none runs
 * @param port 0 while none is open
 * @param url where it answers
 * @param restarts starts after an end that nobody asked for
 */
public record ServiceState(
    String name, Kind kind, Status status, ProcessId process, int port, String url, int restarts) {

  /** What kind of process it is. */
  public enum Kind {
    POSTGRES,
    CHAIN,
    TICKERS,
    NODE
  }

  /** Whether it serves. */
  public enum Status {
    /** Not started yet, stopped, or dead and about to be started again. */
    DOWN,
    /** Its process runs and does not serve yet. */
    STARTING,
    /** It serves. */
    UP
  }
}
