package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LeavingTest {

  @ParameterizedTest
  @CsvSource({
    "1000, 2000, 2000, 1000", // everything
    "1000,  900,  900,  900", // all that the vault has
    "1000,  995,  995,  990", // so that the account keeps enough for another withdrawal
    "1000, 1005, 1005,  990", // so that the vault does, and the account
    "1000, 1200, 1005,  990",
    "1000,  500, 2000,  500", // an export limit
    "  15,   12,   12,    0", // 3 would be left in the account
    "  15,   20,   20,    0", // 5 in the vault, or in the account
    "1000,    9, 2000,    0", // less than the least
    "   5,    9,    9,    0"
  })
  void neitherAccountNorVaultIsLeftWithTooLittle(
      long balance, long withdrawable, long held, long asked) {
    assertEquals(asked, Leaving.part(balance, withdrawable, held, 10));
  }
}
