package io.crossclear.actors;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Open sagas; rows that a test can hold back or lose. */
final class Sagas implements OpenSagaTable {
  final List<OpenSaga> opened = new CopyOnWriteArrayList<>();
  final List<String> closed = new CopyOnWriteArrayList<>();
  volatile CompletionStage<Void> disk = CompletableFuture.completedStage(null);

  @Override
  public CompletionStage<Void> open(OpenSaga saga) {
    opened.add(saga);
    return disk;
  }

  @Override
  public CompletionStage<Void> close(String kind, String id) {
    closed.add(kind + " " + id);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<List<OpenSaga>> all() {
    return CompletableFuture.completedStage(List.copyOf(opened));
  }
}
