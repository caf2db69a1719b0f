package io.crossclear.nodes.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({
    "1, 6, 1000000",
    "1250.5, 6, 1250500000",
    "0.000001, 6, 1",
    "0.10, 1, 1",
    "1.000000000, 6, 1000000",
    "007, 0, 7",
    "9223372036854.775807, 6, 9223372036854775807"
  })
  void anAmountIsReadExactly(String text, int decimals, long units) {
    assertEquals(units, Units.parse(text, decimals));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0.0",
        "-1",
        "+1",
        "1.",
        ".5",
        "1e3",
        "1,5",
        "1_000",
        " 1",
        "0x1",
        "0.0000001",
        "9223372036854.775808",
        "99999999999999999999999"
      })
  void whatIsNoAmountIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Units.parse(text, 6));
  }

  @Property
  void whatIsWrittenIsReadBack(
      @ForAll @LongRange(min = 1) long units, @ForAll @IntRange(max = 18) int decimals) {
    assertEquals(units, Units.parse(Units.format(units, decimals), decimals));
  }
}
