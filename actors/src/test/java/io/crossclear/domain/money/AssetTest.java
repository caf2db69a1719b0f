package io.crossclear.domain.money;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AssetTest {

  @ParameterizedTest
  @ValueSource(strings = {"A", "Z", "0", "9", "USDC", "A1B2C3D4E5F6"})
  void takesOneToTwelveCapitalsAndDigits(String symbol) {
    assertEquals(symbol, new Asset(symbol).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ABCDEFGHIJKLM",
        "usdc",
        "US C",
        "US-C",
        "ÜSD",
        "USD\0",
        "@",
        "[",
        "/",
        ":",
        "U５"
      })
  void refusesEverythingElse(String symbol) {
    assertThrows(IllegalArgumentException.class, () -> new Asset(symbol));
  }

  @Test
  void ordersBySymbol() {
    assertEquals(
        List.of(new Asset("BTC"), new Asset("ETH"), new Asset("USDC")),
        List.of(new Asset("USDC"), new Asset("BTC"), new Asset("ETH")).stream().sorted().toList());
  }
}
