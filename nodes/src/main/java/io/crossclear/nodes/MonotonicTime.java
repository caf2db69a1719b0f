package io.crossclear.nodes;

import io.crossclear.actors.ProtocolTime;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Protocol time before there are certificates: the node's clock, never going back while the node
 * runs.
 */
final class MonotonicTime implements ProtocolTime {

  private final Clock clock;
  private final AtomicLong newest = new AtomicLong();

  MonotonicTime(Clock clock) {
    this.clock = clock;
  }

  @Override
  public long now() {
    return newest.accumulateAndGet(clock.millis(), Math::max);
  }
}
