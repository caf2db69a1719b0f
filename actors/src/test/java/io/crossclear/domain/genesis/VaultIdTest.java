package io.crossclear.domain.genesis;

import static io.crossclear.testing.TestNetwork.address;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VaultIdTest {

  private static final String ADDRESS = "0x00000000000000000000000000000000000000a0";

  @Test
  void readsWhatItWrites() {
    VaultId vault = new VaultId(101, address(0xa0));
    assertEquals("101:" + ADDRESS, vault.toString());
    assertEquals(vault, VaultId.parse(vault.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "101",
        ADDRESS,
        "101" + ADDRESS,
        ":" + ADDRESS,
        "0:" + ADDRESS,
        "-1:" + ADDRESS,
        "+101:" + ADDRESS,
        "0101:" + ADDRESS,
        " 101:" + ADDRESS,
        "101 :" + ADDRESS,
        "1e2:" + ADDRESS,
        "0x65:" + ADDRESS,
        "１:" + ADDRESS,
        "101:" + ADDRESS + "0",
        "101:" + ADDRESS + ":1",
        "9223372036854775808:" + ADDRESS
      })
  void refusesAnyOtherText(String text) {
    assertThrows(IllegalArgumentException.class, () -> VaultId.parse(text));
  }

  @Test
  void ordersByChainThenByAddress() {
    VaultId first = new VaultId(2, address(9));
    VaultId second = new VaultId(10, address(1));
    VaultId third = new VaultId(10, address(2));
    assertEquals(List.of(first, second, third), Stream.of(third, second, first).sorted().toList());
  }

  @Test
  void needsAChainAboveZero() {
    assertThrows(IllegalArgumentException.class, () -> new VaultId(0, address(1)));
    assertEquals(1, new VaultId(1, address(1)).chainId());
  }
}
