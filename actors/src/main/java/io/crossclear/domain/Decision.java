package io.crossclear.domain;

import java.util.List;

/**
 * What a decision came to: events to write, nothing left to do, or a refusal.
 *
 * @param <E> the entity's event
 * @param <R> the entity's reasons, an enum in order of precedence
 */
public sealed interface Decision<E, R extends Enum<R>> {

  /** The command is taken; its effects are these events, in this order. */
  record Accept<E, R extends Enum<R>>(List<E> events) implements Decision<E, R> {
    public Accept {
      events = List.copyOf(events);
    }
  }

  /** The command was taken before; nothing is written. */
  record AlreadyDone<E, R extends Enum<R>>() implements Decision<E, R> {}

  /** The command is refused; nothing is written. */
  record Reject<E, R extends Enum<R>>(R reason) implements Decision<E, R> {}

  /** Takes the command with one event. */
  static <E, R extends Enum<R>> Decision<E, R> accept(E event) {
    return new Accept<>(List.of(event));
  }

  /** Takes the command with these events. */
  static <E, R extends Enum<R>> Decision<E, R> accept(List<E> events) {
    return new Accept<>(events);
  }

  /** Says that it was taken before. */
  static <E, R extends Enum<R>> Decision<E, R> alreadyDone() {
    return new AlreadyDone<>();
  }

  /** Refuses for this reason. */
  static <E, R extends Enum<R>> Decision<E, R> reject(R reason) {
    return new Reject<>(reason);
  }
}
