package io.crossclear.nodes.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.nodes.oracle.PricePath.Point;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PricePathTest {

  private static final PricePath CRASH =
      new PricePath(
          List.of(
              new Point(Duration.ofSeconds(10), 1_000),
              new Point(Duration.ofSeconds(20), 500),
              new Point(Duration.ofSeconds(21), 501)));

  @Test
  void aPriceMovesOnStraightLinesAndStandsStillOutside() {
    assertEquals(1_000, CRASH.at(Duration.ZERO));
    assertEquals(1_000, CRASH.at(Duration.ofSeconds(10)));
    assertEquals(750, CRASH.at(Duration.ofSeconds(15)));
    assertEquals(500, CRASH.at(Duration.ofSeconds(20)));
    assertEquals(501, CRASH.at(Duration.ofDays(1)));
    assertEquals(7, PricePath.constant(7).at(Duration.ofHours(1)));
  }

  @Test
  void aPathWithoutPointsOrOutOfOrderIsRefused() {
    Point now = new Point(Duration.ZERO, 1);

    assertThrows(IllegalArgumentException.class, () -> new PricePath(List.of()));
    assertThrows(IllegalArgumentException.class, () -> new PricePath(List.of(now, now)));
  }
}
