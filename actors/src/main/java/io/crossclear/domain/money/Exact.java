package io.crossclear.domain.money;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Arithmetic on whole units; every result is exact or an {@link ArithmeticException}. */
public final class Exact {

  private Exact() {}

  /**
   * ⌊a·b / c⌋ through 128 bits, rounded towards minus infinity.
   *
   * @param c above 0
   * @throws ArithmeticException when the result does not fit a {@code long}
   */
  public static long mulDivDown(long a, long b, long c) {
    if (c <= 0) {
      throw new ArithmeticException("divisor must be positive: " + c);
    }
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    if (high == low >> 63) {
      return Math.floorDiv(low, c);
    }
    BigInteger[] quotient =
        BigInteger.valueOf(a)
            .multiply(BigInteger.valueOf(b))
            .divideAndRemainder(BigInteger.valueOf(c));
    BigInteger floor =
        quotient[1].signum() < 0 ? quotient[0].subtract(BigInteger.ONE) : quotient[0];
    return floor.longValueExact();
  }

  /** An unmodifiable copy in key order, so that whatever iterates it does so in a fixed order. */
  public static <K extends Comparable<K>, V> SortedMap<K, V> ordered(Map<K, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /**
   * A copy in which {@code delta} is added to the key's value; a key whose value becomes 0
   * disappears.
   */
  public static <K extends Comparable<K>> SortedMap<K, Long> plus(
      Map<K, Long> map, K key, long delta) {
    TreeMap<K, Long> next = new TreeMap<>(map);
    long value = Math.addExact(next.getOrDefault(key, 0L), delta);
    if (value == 0) {
      next.remove(key);
    } else {
      next.put(key, value);
    }
    return Collections.unmodifiableSortedMap(next);
  }

  /** The sum of all values. */
  public static long sum(Map<?, Long> map) {
    long total = 0;
    for (long value : map.values()) {
      total = Math.addExact(total, value);
    }
    return total;
  }
}
