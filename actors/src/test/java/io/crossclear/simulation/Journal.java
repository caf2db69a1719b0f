package io.crossclear.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** An entity as its events and the state that they lead to. */
final class Journal<S, E> {

  private final S empty;
  private final BiFunction<S, E, S> apply;
  private final List<E> events = new ArrayList<>();
  private S state;

  Journal(S empty, BiFunction<S, E, S> apply) {
    this.empty = empty;
    this.apply = apply;
    this.state = empty;
  }

  S state() {
    return state;
  }

  List<E> events() {
    return events;
  }

  void append(E event) {
    events.add(event);
    state = apply.apply(state, event);
  }

  /** What a node that starts finds: the events, and nothing that was only in memory. */
  void crash() {
    S replayed = empty;
    for (E event : events) {
      replayed = apply.apply(replayed, event);
    }
    if (!replayed.equals(state)) {
      throw new AssertionError("replay differs:\n" + replayed + "\n" + state);
    }
    state = replayed;
  }
}
