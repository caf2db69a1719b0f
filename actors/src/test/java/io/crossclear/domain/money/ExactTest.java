package io.crossclear.domain.money;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ExactTest {

  @Property
  void mulDivDownIsTheFloorOfTheExactQuotientOrAnException(
      @ForAll("longs") long a, @ForAll("longs") long b, @ForAll("divisors") long c) {
    BigInteger floor =
        new BigDecimal(BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)))
            .divide(BigDecimal.valueOf(c), 0, RoundingMode.FLOOR)
            .toBigIntegerExact();

    if (floor.bitLength() > 63) {
      assertThrows(ArithmeticException.class, () -> Exact.mulDivDown(a, b, c));
    } else {
      assertEquals(floor.longValueExact(), Exact.mulDivDown(a, b, c));
    }
  }

  @Property
  void mulDivDownGivesBackWhatWasMultiplied(
      @ForAll("longs") long a, @ForAll @LongRange(min = 1) long c) {
    assertEquals(a, Exact.mulDivDown(a, c, c));
  }

  @Provide
  Arbitrary<Long> longs() {
    return Arbitraries.oneOf(
        Arbitraries.longs(),
        Arbitraries.longs().between(-1000, 1000),
        Arbitraries.of(Long.MIN_VALUE, Long.MAX_VALUE, 0L, 1L, -1L, 1L << 32, -(1L << 32)));
  }

  @Provide
  Arbitrary<Long> divisors() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(1, Long.MAX_VALUE), Arbitraries.longs().between(1, 1000));
  }

  @Nested
  class MulDivDown {
    @Test
    void roundsTowardsMinusInfinityOnBothPaths() {
      assertEquals(3, Exact.mulDivDown(7, 1, 2));
      assertEquals(-4, Exact.mulDivDown(-7, 1, 2));
      // through 128 bits: ±(2^62 · 3) / 2^61 exactly, then one more in the product
      assertEquals(6, Exact.mulDivDown(1L << 62, 3, 1L << 61));
      assertEquals(-6, Exact.mulDivDown(-(1L << 62), 3, 1L << 61));
      assertEquals(-7, Exact.mulDivDown(-(1L << 62) - 1, 3, 1L << 61));
    }

    @Test
    void refusesADivisorOfZeroOrLess() {
      assertThrows(ArithmeticException.class, () -> Exact.mulDivDown(1, 1, 0));
      assertThrows(ArithmeticException.class, () -> Exact.mulDivDown(1, 1, -1));
    }

    @Test
    void refusesAResultBeyondALong() {
      assertEquals(
          Long.MAX_VALUE, Exact.mulDivDown(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
      assertThrows(ArithmeticException.class, () -> Exact.mulDivDown(Long.MAX_VALUE, 2, 1));
      assertThrows(ArithmeticException.class, () -> Exact.mulDivDown(Long.MIN_VALUE, 2, 1));
    }
  }

  @Nested
  class Plus {
    @Test
    void addsAndLeavesTheOriginalAlone() {
      Map<String, Long> before = new HashMap<>(Map.of("a", 5L));

      SortedMap<String, Long> after = Exact.plus(before, "a", 2);

      assertEquals(Map.of("a", 7L), after);
      assertEquals(Map.of("a", 5L), before);
    }

    @Test
    void dropsAKeyWhoseValueBecomesZero() {
      assertEquals(Map.of("b", 1L), Exact.plus(Map.of("a", 5L, "b", 1L), "a", -5));
      assertEquals(Map.of(), Exact.plus(Map.of(), "a", 0));
    }

    @Test
    void refusesToWrap() {
      assertThrows(
          ArithmeticException.class, () -> Exact.plus(Map.of("a", Long.MAX_VALUE), "a", 1));
    }

    @Test
    void cannotBeChanged() {
      SortedMap<String, Long> map = Exact.plus(Map.of(), "a", 1);
      assertThrows(UnsupportedOperationException.class, () -> map.put("b", 1L));
    }
  }

  @Nested
  class Ordered {
    @Test
    void iteratesByKeyWhateverTheOriginalDid() {
      TreeMap<String, Integer> backwards = new TreeMap<>(java.util.Comparator.reverseOrder());
      backwards.putAll(Map.of("a", 1, "c", 3, "b", 2));

      assertEquals(List.of("a", "b", "c"), new ArrayList<>(Exact.ordered(backwards).keySet()));
    }

    @Test
    void isACopyThatCannotBeChanged() {
      Map<String, Integer> original = new HashMap<>(Map.of("a", 1));
      SortedMap<String, Integer> copy = Exact.ordered(original);
      original.put("b", 2);

      assertEquals(Map.of("a", 1), copy);
      assertThrows(UnsupportedOperationException.class, copy::clear);
    }
  }

  @Nested
  class Sum {
    @Test
    void addsAllValues() {
      assertEquals(0, Exact.sum(Map.of()));
      assertEquals(6, Exact.sum(Map.of("a", 1L, "b", 2L, "c", 3L)));
    }

    @Test
    void refusesToWrap() {
      assertThrows(
          ArithmeticException.class, () -> Exact.sum(Map.of("a", Long.MAX_VALUE, "b", 1L)));
    }
  }
}
