package io.crossclear.domain.money;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
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

  /**
   * ⌈a·b / c⌉ through 128 bits, rounded towards plus infinity.
   *
   * @param c above 0
   * @throws ArithmeticException when the result does not fit a {@code long}
   */
  public static long mulDivUp(long a, long b, long c) {
    return Math.negateExact(mulDivDown(Math.negateExact(a), b, c));
  }

  /**
   * ⌈a·b·c / d⌉, rounded once, towards plus infinity.
   *
   * @param d above 0
   * @throws ArithmeticException when the result does not fit a {@code long}
   */
  public static long mulDivUp(long a, long b, long c, long d) {
    long high = Math.multiplyHigh(b, c);
    long low = b * c;
    if (high == low >> 63) {
      return mulDivUp(a, low, d);
    }
    BigInteger product =
        BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).multiply(BigInteger.valueOf(c));
    return divideUp(product, BigInteger.valueOf(d));
  }

  private static long divideUp(BigInteger product, BigInteger divisor) {
    BigInteger[] quotient = product.divideAndRemainder(divisor);
    BigInteger ceiling = quotient[1].signum() > 0 ? quotient[0].add(BigInteger.ONE) : quotient[0];
    return ceiling.longValueExact();
  }

  /**
   * Splits a total by weights: ⌊total·w / Σw⌋ each, and one unit more for the largest remainders,
   * the earlier first where they are equal. The shares sum to the total exactly, and none exceeds
   * its weight while the total does not exceed the sum.
   *
   * @param total at least 0
   * @param weights at least 0 each; when all are 0 nobody gets anything
   */
  public static long[] proRata(long total, long[] weights) {
    BigInteger sum = BigInteger.ZERO;
    for (long weight : weights) {
      sum = sum.add(BigInteger.valueOf(weight));
    }
    long[] shares = new long[weights.length];
    if (total == 0 || sum.signum() == 0) {
      return shares;
    }
    record Rest(BigInteger remainder, int index) {}

    List<Rest> rests = new ArrayList<>();
    long left = total;
    for (int i = 0; i < weights.length; i++) {
      BigInteger[] quotient =
          BigInteger.valueOf(total)
              .multiply(BigInteger.valueOf(weights[i]))
              .divideAndRemainder(sum);
      shares[i] = quotient[0].longValueExact();
      left -= shares[i];
      if (quotient[1].signum() > 0) {
        rests.add(new Rest(quotient[1], i));
      }
    }
    rests.sort(Comparator.comparing(Rest::remainder).reversed().thenComparing(Rest::index));
    for (int i = 0; i < left; i++) {
      shares[rests.get(i).index()]++;
    }
    return shares;
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
