package io.crossclear.actors;

/** Port: protocol time, the only time that decisions know. */
@FunctionalInterface
public interface ProtocolTime {

  /** Milliseconds since 1970; may stand still, and an entity never takes it backwards. */
  long now();
}
