package io.crossclear.domain.margin;

import java.math.BigInteger;

/**
 * An exact part of something, 0 &lt; f ≤ 1.
 *
 * @param numerator above 0, at most the denominator
 */
public record Fraction(BigInteger numerator, BigInteger denominator) {

  /** All of it. */
  public static final Fraction ALL = new Fraction(BigInteger.ONE, BigInteger.ONE);

  /**
   * @throws IllegalArgumentException when it is not above 0 and at most 1
   */
  public Fraction {
    if (numerator.signum() <= 0 || numerator.compareTo(denominator) > 0) {
      throw new IllegalArgumentException("no fraction: " + numerator + "/" + denominator);
    }
  }

  /** ⌊x · f⌋, towards minus infinity; never larger than x in size but by rounding down. */
  public long ofDown(long x) {
    BigInteger[] quotient =
        BigInteger.valueOf(x).multiply(numerator).divideAndRemainder(denominator);
    BigInteger floor =
        quotient[1].signum() < 0 ? quotient[0].subtract(BigInteger.ONE) : quotient[0];
    return floor.longValueExact();
  }

  /** ⌈x · f⌉ of x ≥ 0. */
  public long ofUp(long x) {
    return -ofDown(-x);
  }

  /** This fraction of a part of the whole. */
  public Fraction times(long partPpm) {
    return new Fraction(
        numerator.multiply(BigInteger.valueOf(partPpm)),
        denominator.multiply(BigInteger.valueOf(1_000_000)));
  }
}
