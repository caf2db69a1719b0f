package io.crossclear.actors;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: reads an entity's own events by persistence id, which is immediate, unlike tags. */
public interface JournalReader {

  /**
   * One event.
   *
   * @param sequence from 1, without gaps
   */
  record Entry(long sequence, Object event) {}

  /** The events from this sequence number on, at most {@code limit}, in order. */
  CompletionStage<List<Entry>> read(String persistenceId, long fromSequence, int limit);
}
