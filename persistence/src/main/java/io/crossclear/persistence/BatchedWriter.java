package io.crossclear.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Writes what many callers hand in, one transaction at a time: while one is being flushed the next
 * collects, so a flush serves as many rows as there are callers.
 *
 * <p>Contract: a stage completes after the commit that holds its row. When a transaction fails, the
 * stages of exactly that batch fail, although its rows may still have been committed: callers send
 * again. After {@link #close} nothing is taken, what was taken before is written or failed, and no
 * stage is left hanging.
 *
 * <p>Cost: one virtual thread and at most one connection. The queue has no bound; its callers have,
 * because each waits.
 *
 * @param <W> what a caller hands in
 */
final class BatchedWriter<W> implements AutoCloseable {

  /** Rows of one transaction. */
  static final int MAX_BATCH = 2000;

  /**
   * Writes these, in the order in which they were handed in, within the connection's open
   * transaction.
   */
  @FunctionalInterface
  interface Batch<W> {
    void write(Connection connection, List<W> writes) throws SQLException;
  }

  private record Pending<W>(W write, CompletableFuture<Void> written) {}

  private final DataSource database;
  private final Batch<W> batch;

  /** Empty says that nothing follows. */
  private final BlockingQueue<Optional<Pending<W>>> queue = new LinkedBlockingQueue<>();

  private final ReentrantLock gate = new ReentrantLock();
  private boolean closed;
  private final Thread thread;

  private BatchedWriter(String name, DataSource database, Batch<W> batch) {
    this.database = database;
    this.batch = batch;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  static <W> BatchedWriter<W> start(String name, DataSource database, Batch<W> batch) {
    BatchedWriter<W> writer = new BatchedWriter<>(name, database, batch);
    writer.thread.start();
    return writer;
  }

  /** Hands a row in; completes when it is durable. */
  CompletionStage<Void> submit(W write) {
    Pending<W> pending = new Pending<>(write, new CompletableFuture<>());
    gate.lock();
    try {
      if (closed) {
        pending.written.completeExceptionally(closedException());
      } else {
        queue.add(Optional.of(pending));
      }
    } finally {
      gate.unlock();
    }
    return pending.written;
  }

  private void run() {
    List<Pending<W>> taken = new ArrayList<>(MAX_BATCH);
    try {
      boolean more = true;
      while (more) {
        taken.clear();
        more = take(taken);
        if (!taken.isEmpty()) {
          write(taken);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      abandon(taken);
    }
  }

  /** Waits for one and takes what else is there; false when nothing follows. */
  private boolean take(List<Pending<W>> taken) throws InterruptedException {
    Optional<Pending<W>> next = queue.take();
    while (next.isPresent()) {
      taken.add(next.get());
      if (taken.size() == MAX_BATCH) {
        return true;
      }
      Optional<Pending<W>> following = queue.poll();
      if (following == null) {
        return true;
      }
      next = following;
    }
    return false;
  }

  private void write(List<Pending<W>> taken) {
    // closing without a commit rolls back; an error fails its batch and not the table for ever
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      batch.write(connection, taken.stream().map(Pending::write).toList());
      connection.commit();
    } catch (SQLException | RuntimeException | Error e) {
      taken.forEach(pending -> pending.written.completeExceptionally(e));
      abandonIfClosed();
      return;
    }
    taken.forEach(pending -> pending.written.complete(null));
  }

  /** A database that fails while the node stops is not waited for batch after batch. */
  private void abandonIfClosed() {
    gate.lock();
    try {
      if (closed) {
        failQueued();
        queue.add(Optional.empty());
      }
    } finally {
      gate.unlock();
    }
  }

  private void abandon(List<Pending<W>> taken) {
    gate.lock();
    try {
      closed = true;
      taken.forEach(pending -> pending.written.completeExceptionally(closedException()));
      failQueued();
    } finally {
      gate.unlock();
    }
  }

  private void failQueued() {
    List<Optional<Pending<W>>> left = new ArrayList<>();
    queue.drainTo(left);
    for (Optional<Pending<W>> pending : left) {
      pending.ifPresent(p -> p.written.completeExceptionally(closedException()));
    }
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("the table is closed");
  }

  /** Takes nothing more and waits until everything taken is written or failed. */
  @Override
  public void close() {
    gate.lock();
    try {
      if (!closed) {
        closed = true;
        queue.add(Optional.empty());
      }
    } finally {
      gate.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
