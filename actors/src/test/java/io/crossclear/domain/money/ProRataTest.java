package io.crossclear.domain.money;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class ProRataTest {

  @Test
  void givesTheRestToTheLargestRemaindersFirstComeFirst() {
    assertArrayEquals(new long[] {4, 3, 3}, Exact.proRata(10, new long[] {5, 5, 5}));
    assertArrayEquals(new long[] {1, 9}, Exact.proRata(10, new long[] {10, 91}));
    assertArrayEquals(new long[] {0, 0}, Exact.proRata(10, new long[] {0, 0}));
    assertArrayEquals(new long[] {}, Exact.proRata(10, new long[] {}));
  }

  @Property(tries = 300)
  void sharesSumToTheTotalAndNoneExceedsItsWeight(@ForAll long seed) {
    Random random = new Random(seed);
    long[] weights = random.longs(random.nextInt(1, 9), 0, 1L << 59).toArray();
    long sum = Arrays.stream(weights).sum();
    long total = sum == 0 ? 0 : random.nextLong(sum + 1);
    long[] shares = Exact.proRata(total, weights);
    assertEquals(total, Arrays.stream(shares).sum());
    for (int i = 0; i < weights.length; i++) {
      assertTrue(shares[i] >= 0 && shares[i] <= weights[i]);
    }
  }

  @Property(tries = 500)
  void mulDivUpIsTheCeiling(
      @ForAll @LongRange(min = -(1L << 62), max = 1L << 62) long a,
      @ForAll @LongRange(min = -1_000_000, max = 1_000_000) long b,
      @ForAll @LongRange(min = 1_000_000, max = 1L << 60) long c) {
    BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
    BigInteger[] quotient = product.divideAndRemainder(BigInteger.valueOf(c));
    BigInteger ceiling = quotient[1].signum() > 0 ? quotient[0].add(BigInteger.ONE) : quotient[0];
    assertEquals(ceiling.longValueExact(), Exact.mulDivUp(a, b, c));
    assertEquals(ceiling.longValueExact(), Exact.mulDivUp(a, b, 1, c));
  }

  @Test
  void multipliesThreeFactorsBeforeItRounds() {
    assertEquals(1, Exact.mulDivUp(1, 1L << 40, 1L << 40, Long.MAX_VALUE) - (1L << 17));
    assertEquals(7, Exact.mulDivUp(7, 1L << 40, 1L << 22, 1L << 62));
  }

  @Test
  void doesNotWrap() {
    assertThrows(ArithmeticException.class, () -> Exact.mulDivUp(Long.MAX_VALUE, 2, 1));
    assertThrows(
        ArithmeticException.class, () -> Exact.mulDivUp(Long.MAX_VALUE, Long.MAX_VALUE, 4, 1));
    assertThrows(
        ArithmeticException.class,
        () -> Exact.mulDivUp(Long.MAX_VALUE, Long.MAX_VALUE, 4, Long.MAX_VALUE));
  }
}
