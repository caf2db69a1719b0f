package io.crossclear.persistence;

import io.crossclear.actors.JournalReader;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Reads an entity's events through any read journal that knows them by persistence id. A gap is a
 * failed stage: whoever reads these events signs or reports on them, and must not do so past a
 * hole.
 */
public final class PekkoJournalReader implements JournalReader {

  /** Plugin id of the PostgreSQL read journal. */
  public static final String POSTGRES = "jdbc-read-journal";

  private final ActorSystem<?> system;
  private final CurrentEventsByPersistenceIdQuery events;

  /**
   * @param readJournal plugin id in the system's configuration, for example {@link #POSTGRES}
   */
  public PekkoJournalReader(ActorSystem<?> system, String readJournal) {
    this.system = system;
    this.events =
        PersistenceQuery.get(system)
            .getReadJournalFor(CurrentEventsByPersistenceIdQuery.class, readJournal);
  }

  /**
   * @throws IllegalArgumentException when the first sequence or the limit is below 1
   */
  @Override
  public CompletionStage<List<Entry>> read(String persistenceId, long fromSequence, int limit) {
    if (fromSequence < 1 || limit < 1) {
      throw new IllegalArgumentException(
          "first sequence and limit must be at least 1: " + fromSequence + ", " + limit);
    }
    long last = fromSequence > Long.MAX_VALUE - limit ? Long.MAX_VALUE : fromSequence + limit - 1;
    return events
        .currentEventsByPersistenceId(persistenceId, fromSequence, last)
        .take(limit)
        .runWith(Sink.seq(), system)
        .thenApply(envelopes -> gapless(persistenceId, fromSequence, envelopes));
  }

  private static List<Entry> gapless(
      String persistenceId, long fromSequence, List<EventEnvelope> envelopes) {
    for (int i = 0; i < envelopes.size(); i++) {
      long found = envelopes.get(i).sequenceNr();
      if (found != fromSequence + i) {
        throw new IllegalStateException(
            "journal of %s has event %d where %d must be"
                .formatted(persistenceId, found, fromSequence + i));
      }
    }
    return envelopes.stream()
        .map(envelope -> new Entry(envelope.sequenceNr(), envelope.event()))
        .toList();
  }
}
