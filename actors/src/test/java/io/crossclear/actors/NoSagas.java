package io.crossclear.actors;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** For who opens no sagas. */
final class NoSagas implements OpenSagaTable {
  @Override
  public CompletionStage<Void> open(OpenSaga saga) {
    return CompletableFuture.failedStage(new AssertionError(saga));
  }

  @Override
  public CompletionStage<Void> close(String kind, String id) {
    return CompletableFuture.failedStage(new AssertionError(id));
  }

  @Override
  public CompletionStage<List<OpenSaga>> all() {
    return CompletableFuture.completedStage(List.of());
  }
}
