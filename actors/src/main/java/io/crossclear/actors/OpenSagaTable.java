package io.crossclear.actors;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: the sagas that have something left to do, so that somebody wakes them after a crash. */
public interface OpenSagaTable {

  /**
   * A saga that is not finished.
   *
   * @param kind the entity type's name
   * @param id the entity's id
   * @param openedAt milliseconds since 1970
   */
  record OpenSaga(int shard, String kind, String id, long openedAt) {}

  /** Notes the saga; does nothing when it is noted. Completes when durable. */
  CompletionStage<Void> open(OpenSaga saga);

  /** Forgets the saga; does nothing when it is not noted. */
  CompletionStage<Void> close(String kind, String id);

  /** Everything open, oldest first. */
  CompletionStage<List<OpenSaga>> all();
}
