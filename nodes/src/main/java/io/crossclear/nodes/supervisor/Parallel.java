package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work that waits on several processes at once. */
public final class Parallel {

  private Parallel() {}

  /**
   * Runs all tasks; the answers in their order. When one fails or the caller is interrupted, the
   * others are interrupted and waited for.
   */
  public static <T> List<T> run(List<? extends Callable<T>> tasks)
      throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        List<Future<T>> futures = new ArrayList<>();
        tasks.forEach(task -> futures.add(threads.submit(task)));
        List<T> answers = new ArrayList<>();
        for (Future<T> future : futures) {
          answers.add(future.get());
        }
        return answers;
      } catch (ExecutionException | InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException sentence -> throw sentence;
        case IOException outside -> throw outside;
        case null, default -> throw new IOException(e.getCause());
      }
    }
  }
}
