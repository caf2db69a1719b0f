package io.crossclear.nodes;

import io.crossclear.actors.ProtocolTime;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Protocol time while decisions do not need prices: the node's clock, never behind what the oracles
 * certify, never going back while the node runs. So a clock that is slow ends no deadline late, and
 * silent oracles stop nothing.
 */
final class MonotonicTime implements ProtocolTime {

  private final Clock clock;
  private final LongSupplier certified;
  private final AtomicLong newest = new AtomicLong();

  /**
   * @param certified the board's time, 0 where there is none
   */
  MonotonicTime(Clock clock, LongSupplier certified) {
    this.clock = clock;
    this.certified = certified;
  }

  @Override
  public long now() {
    return newest.accumulateAndGet(Math.max(clock.millis(), certified.getAsLong()), Math::max);
  }
}
