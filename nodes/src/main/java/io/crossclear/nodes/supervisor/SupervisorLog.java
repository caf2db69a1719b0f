package io.crossclear.nodes.supervisor;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The supervisor's own lines; its standard output is {@code logs/supervisor.log}. */
final class SupervisorLog {

  private SupervisorLog() {}

  static void say(String line) {
    System.out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
  }
}
