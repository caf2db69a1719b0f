package io.crossclear.domain;

/**
 * Something that happened to a pool: an event of its lines, of its variation cycle or of its
 * waterfall. Facts that only mean something together are written in one go.
 */
public interface PoolFact {

  /** Protocol time in milliseconds since 1970. */
  long time();
}
