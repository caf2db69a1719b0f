package io.crossclear.bridges;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The fixed providers of a chain and how many of them must agree. Every question goes to all of
 * them at once, each in its own virtual thread; one that fails has not voted.
 *
 * @param size at least 1 and more than half of the providers, so that two values never both win
 * @param grace how long a question without a single right value waits for the rest once a quorum
 *     has answered
 */
record Quorum(List<RpcProvider> providers, int size, Duration grace, Executor executor) {

  Quorum {
    providers = List.copyOf(providers);
  }

  /**
   * The value that a quorum gives, as soon as it does. Providers that gave another are counted,
   * late ones too.
   */
  <T> CompletableFuture<T> agreed(String question, Function<RpcProvider, T> ask) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Tally<T> tally = new Tally<>(question, providers.size());
    poll(
        ask,
        tally,
        () -> {
          // before the votes are counted: the last vote may arrive in between
          boolean complete = tally.isComplete();
          Optional<T> winner = tally.winner(size);
          if (winner.isPresent()) {
            result.complete(winner.get());
          } else if (complete) {
            result.completeExceptionally(
                tally.failure(size + " of " + providers.size() + " must say the same"));
          }
        });
    return result;
  }

  /** What at least a quorum answered, in no order. */
  <T> CompletableFuture<List<T>> gathered(String question, Function<RpcProvider, T> ask) {
    CompletableFuture<List<T>> result = new CompletableFuture<>();
    Tally<T> tally = new Tally<>(question, providers.size());
    AtomicBoolean graceBegan = new AtomicBoolean();
    Executor later =
        CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS, executor);
    poll(
        ask,
        tally,
        () -> {
          boolean complete = tally.isComplete();
          List<T> values = tally.values();
          if (complete && values.size() >= size) {
            result.complete(values);
          } else if (complete) {
            result.completeExceptionally(
                tally.failure(size + " of " + providers.size() + " must answer"));
          } else if (values.size() >= size && graceBegan.compareAndSet(false, true)) {
            later.execute(() -> result.complete(tally.values()));
          }
        });
    return result;
  }

  /** The first answer of any provider: only for what proves itself. */
  <T> CompletableFuture<T> any(String question, Function<RpcProvider, T> ask) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Tally<T> tally = new Tally<>(question, providers.size());
    poll(
        ask,
        tally,
        () -> {
          boolean complete = tally.isComplete();
          List<T> values = tally.values();
          if (!values.isEmpty()) {
            result.complete(values.getFirst());
          } else if (complete) {
            result.completeExceptionally(tally.failure("no provider accepts"));
          }
        });
    return result;
  }

  private <T> void poll(Function<RpcProvider, T> ask, Tally<T> tally, Runnable decide) {
    for (RpcProvider provider : providers) {
      try {
        executor.execute(
            () -> {
              tally.add(provider, ask);
              decide.run();
            });
      } catch (RejectedExecutionException closed) {
        tally.fail(provider, "the pool is closed");
        decide.run();
      }
    }
  }

  /** The votes on one question, in order of arrival. */
  private static final class Tally<T> {

    private record Vote<T>(RpcProvider provider, Optional<T> value, String said) {}

    private final String question;
    private final int voters;
    private final List<Vote<T>> votes = new ArrayList<>();
    private Optional<T> winner = Optional.empty();

    Tally(String question, int voters) {
      this.question = question;
      this.voters = voters;
    }

    void add(RpcProvider provider, Function<RpcProvider, T> ask) {
      T value;
      try {
        value = ask.apply(provider);
      } catch (RuntimeException | Error failure) {
        fail(provider, Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
        return;
      }
      provider.countAnswer();
      synchronized (this) {
        if (winner.isPresent() && !winner.get().equals(value)) {
          provider.countOutvoted();
        }
        votes.add(new Vote<>(provider, Optional.of(value), RpcRefusal.shortened(value.toString())));
      }
    }

    void fail(RpcProvider provider, String reason) {
      provider.countFailure();
      synchronized (this) {
        votes.add(new Vote<>(provider, Optional.empty(), reason));
      }
    }

    synchronized boolean isComplete() {
      return votes.size() == voters;
    }

    synchronized List<T> values() {
      return votes.stream().flatMap(vote -> vote.value().stream()).toList();
    }

    synchronized Optional<T> winner(int quorum) {
      if (winner.isPresent()) {
        return winner;
      }
      Map<T, Integer> counts = new HashMap<>();
      for (T value : values()) {
        if (counts.merge(value, 1, Integer::sum) == quorum) {
          winner = Optional.of(value);
        }
      }
      if (winner.isPresent()) {
        T right = winner.get();
        for (Vote<T> vote : votes) {
          if (vote.value().isPresent() && !vote.value().get().equals(right)) {
            vote.provider().countOutvoted();
          }
        }
      }
      return winner;
    }

    synchronized ChainException failure(String rule) {
      StringBuilder message = new StringBuilder(question).append(": ").append(rule).append("; ");
      for (int i = 0; i < votes.size(); i++) {
        Vote<T> vote = votes.get(i);
        message.append(i == 0 ? "" : ", ").append(vote.provider().name());
        message.append(vote.value().isPresent() ? " says " : " failed: ").append(vote.said());
      }
      return new ChainException(message.toString());
    }
  }
}
