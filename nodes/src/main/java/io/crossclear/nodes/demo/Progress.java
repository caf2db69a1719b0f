package io.crossclear.nodes.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a demo says while it runs: whole lines with the seconds since it began. Any thread. */
public final class Progress {

  private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(1);

  private final PrintStream out;
  private final long began = System.nanoTime();

  /** Speaks to a stream. */
  public Progress(PrintStream out) {
    this.out = out;
  }

  /** One sentence. */
  public void say(String sentence) {
    out.printf("[%6.1f s] %s%n", seconds(), sentence);
  }

  /** Seconds since the demo began. */
  double seconds() {
    return (System.nanoTime() - began) / 1e9;
  }

  /** A count that speaks when it has changed, at most once a second, and when it is complete. */
  Count count(String what, int total) {
    return new Count(what, total);
  }

  /** How many of a known number are done. */
  final class Count {
    private final String what;
    private final int total;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger spoken = new AtomicInteger();
    private final AtomicLong spokeAt = new AtomicLong(System.nanoTime());

    private Count(String what, int total) {
      this.what = what;
      this.total = total;
    }

    void one() {
      reached(done.incrementAndGet());
    }

    /** Speaks of a number that was counted elsewhere. */
    void reached(int number) {
      long now = System.nanoTime();
      long last = spokeAt.get();
      boolean due =
          number == total
              || now - last > BETWEEN_COUNTS.toNanos() && spokeAt.compareAndSet(last, now);
      if (due && spoken.getAndSet(number) != number) {
        say("%s: %d of %d".formatted(what, number, total));
      }
    }
  }
}
