package io.crossclear.nodes.oracle;

import java.time.Duration;
import java.util.List;

/**
 * How a price moves in a scenario: straight lines between points, in whole units, so that every
 * server replays the same.
 *
 * @param points at least one, in order of time
 */
public record PricePath(List<Point> points) {

  /**
   * A price at a moment of the scenario.
   *
   * @param price in 1e-8
   */
  public record Point(Duration at, long price) {}

  /**
   * @throws IllegalArgumentException when there is no point, or they are not in order
   */
  public PricePath {
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("a path needs a point");
    }
    for (int i = 1; i < points.size(); i++) {
      if (points.get(i - 1).at().compareTo(points.get(i).at()) >= 0) {
        throw new IllegalArgumentException("the points of a path must be in order of time");
      }
    }
  }

  /** One price for ever. */
  public static PricePath constant(long price) {
    return new PricePath(List.of(new Point(Duration.ZERO, price)));
  }

  /** The price at a moment, in 1e-8; before the first point and after the last it stands still. */
  public long at(Duration elapsed) {
    int low = 0; // points before it are not after that moment
    int high = points.size();
    while (low < high) {
      int middle = (low + high) / 2;
      if (points.get(middle).at().compareTo(elapsed) > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (low == points.size()) {
      return points.getLast().price();
    }
    return between(points.get(Math.max(0, low - 1)), points.get(low), elapsed);
  }

  private static long between(Point from, Point to, Duration elapsed) {
    long whole = to.at().minus(from.at()).toMillis();
    long part = Math.clamp(elapsed.minus(from.at()).toMillis(), 0, whole);
    return whole == 0 ? to.price() : from.price() + scaled(to.price() - from.price(), part, whole);
  }

  /**
   * Towards zero; the quotient and the rest apart, so that nothing overflows for paths of up to 100
   * days.
   */
  private static long scaled(long move, long part, long whole) {
    return move / whole * part + move % whole * part / whole;
  }
}
