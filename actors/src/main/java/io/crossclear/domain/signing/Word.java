package io.crossclear.domain.signing;

import java.math.BigInteger;
import java.util.Arrays;

/** Values as 32-byte big-endian words. */
final class Word {

  private Word() {}

  /** A number of at least 0. */
  static byte[] of(long number) {
    return of("uint256", BigInteger.valueOf(number));
  }

  static byte[] of(Address address) {
    byte[] word = new byte[32];
    System.arraycopy(address.bytes(), 0, word, 12, 20);
    return word;
  }

  /**
   * A number in two's complement.
   *
   * @param type {@code uintN} or {@code intN}
   * @throws IllegalArgumentException when the number is outside the type's range
   */
  static byte[] of(String type, BigInteger number) {
    boolean unsigned = type.startsWith("uint");
    int bits = Integer.parseInt(type, unsigned ? 4 : 3, type.length(), 10);
    boolean fits =
        unsigned ? number.signum() >= 0 && number.bitLength() <= bits : number.bitLength() < bits;
    if (!fits) {
      throw new IllegalArgumentException(number + " is outside " + type);
    }
    byte[] word = new byte[32];
    if (number.signum() < 0) {
      Arrays.fill(word, (byte) 0xff);
    }
    byte[] bytes = number.toByteArray();
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, word, 32 - length, length);
    return word;
  }
}
