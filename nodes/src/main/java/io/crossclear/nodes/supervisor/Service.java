package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.time.Duration;

/**
 * One process that the supervisor owns. Everything but {@code running} is called from one thread.
 */
sealed interface Service permits PostgresServer, AnvilChain, TickersProcess, NodeProcess {

  /** Unique in the network; also the name of its log. */
  String name();

  /** What kind of process it is. */
  ServiceState.Kind kind();

  /**
   * Adopts what a dead supervisor left, or starts a new process; returns when it serves, except for
   * the node, which is waited for by its users.
   */
  void start() throws IOException, InterruptedException;

  /** Takes over a living process without starting one; whether there is one. */
  boolean adopt() throws IOException, InterruptedException;

  /** Asks it to end, waits, and kills it when the patience is over. */
  default void stop(Duration patience) throws InterruptedException {
    running().signal("TERM");
    if (!running().awaitEnd(patience)) {
      running().signal("KILL");
      running().awaitEnd(Duration.ofSeconds(2));
    }
  }

  /** Its process, dead or alive; {@link ProcessId#NONE} before the first. */
  ProcessId running();

  /** The port it listens on, 0 before it has one. */
  int port();

  /** Where it answers. */
  String url();

  /** Whether it serves now. */
  boolean serving();
}
