package io.crossclear.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MonotonicTimeTest {

  private final AtomicLong clock = new AtomicLong(1_000);
  private final AtomicLong certified = new AtomicLong();
  private final MonotonicTime time =
      new MonotonicTime(
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return Instant.ofEpochMilli(clock.get());
            }
          },
          certified::get);

  @Test
  void withoutAWordFromTheOraclesItIsTheClock() {
    assertEquals(1_000, time.now());
    clock.set(1_500);
    assertEquals(1_500, time.now());
  }

  @Test
  void aSlowClockIsNeverBehindTheOraclesAndAFastOneIsBelieved() {
    certified.set(2_000);
    assertEquals(2_000, time.now());
    clock.set(2_500);
    assertEquals(2_500, time.now());
  }

  @Test
  void itNeverGoesBack() {
    certified.set(2_000);
    assertEquals(2_000, time.now());
    certified.set(0);
    clock.set(900);
    assertEquals(2_000, time.now());
  }
}
