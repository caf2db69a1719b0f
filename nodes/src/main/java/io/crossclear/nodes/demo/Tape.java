package io.crossclear.nodes.demo;

import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.ApiUnreachable;
import io.crossclear.nodes.client.PriceCheck;
import io.crossclear.nodes.http.Answers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes down every certified price that the network shows, checked like anybody can from genesis
 * and oracle configuration alone. Any thread.
 */
final class Tape implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /**
   * A certified price.
   *
   * @param seq its round
   * @param price in 1e-8
   * @param observedAt by the oracles' clocks, milliseconds since 1970
   */
  record Row(FeedId feed, long seq, long price, long observedAt) {}

  private final Stage stage;
  private final PriceCheck check;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final Map<FeedId, Row> latest = new TreeMap<>();
  private final Thread reader;
  private volatile boolean closed;

  Tape(Stage stage, PriceCheck check) {
    this.stage = stage;
    this.check = check;
    this.reader = Thread.ofVirtual().name("tape").start(this::read);
  }

  private void read() {
    try {
      while (!closed) {
        try {
          stage.client().prices().prices().forEach(this::take);
        } catch (ApiUnreachable | ApiRefusal notNow) {
          // the node is being killed; its prices go on without us
        }
        Thread.sleep(LOOK_EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      broke(e); // what is not on the tape cannot be checked
    }
  }

  private synchronized void broke(RuntimeException why) {
    faults.add("the tape broke off: " + why);
  }

  private synchronized void take(Answers.PriceLine line) {
    Answers.Certified certified = line.certified().orElse(null);
    Row last = latest.get(line.feed());
    if (certified == null
        || line.status() != FeedStatus.OK
        || last != null && last.seq() >= certified.seq()) {
      return;
    }
    Row row = new Row(line.feed(), certified.seq(), certified.price(), certified.observedAt());
    latest.put(line.feed(), row);
    rows.add(row);
    Optional<String> fault = check.fault(line, System.currentTimeMillis());
    fault.ifPresent(words -> faults.add("round " + row.seq() + ": " + line.feed() + " " + words));
  }

  /** Everything so far. */
  synchronized List<Row> rows() {
    return List.copyOf(rows);
  }

  /** What was not certified as it was shown, a sentence each. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    reader.interrupt();
    reader.join();
  }
}
