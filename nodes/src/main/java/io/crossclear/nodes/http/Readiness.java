package io.crossclear.nodes.http;

import java.util.List;

/**
 * Port: whether this node should be sent requests. Asked on every probe, so it answers at once from
 * memory.
 */
@FunctionalInterface
public interface Readiness {

  /**
   * What a node is up to.
   *
   * @param started whether it has ever been ready; never goes back
   * @param missing what is not there right now, for people; empty when it is ready
   */
  record State(boolean started, List<String> missing) {
    public State {
      missing = List.copyOf(missing);
    }

    /** Whether requests should come. */
    public boolean ready() {
      return started && missing.isEmpty();
    }
  }

  /** The state now. */
  State now();
}
