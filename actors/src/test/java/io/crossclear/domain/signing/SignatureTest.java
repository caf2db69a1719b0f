package io.crossclear.domain.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignatureTest {

  private static final String R =
      "68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90";
  private static final String S =
      "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064";

  /** The first published example of EIP-2098. */
  @Test
  void readsThePublishedExampleWithEvenParity() {
    assertEquals("0x" + R + S, Signature.parse("0x" + R + S + "1b").hex());
  }

  /** The second published example of EIP-2098: v = 28 sets the top bit of s. */
  @Test
  void readsThePublishedExampleWithOddParity() {
    String r = "9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76";
    String s = "139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793";
    assertEquals(
        "0x" + r + "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
        Signature.parse("0x" + r + s + "1c").hex());
  }

  @ParameterizedTest
  @CsvSource({"00,7e", "1b,7e", "01,fe", "1c,fe"})
  void putsTheParityIntoTheTopBitOfS(String v, String firstByte) {
    assertEquals("0x" + R + firstByte + S.substring(2), Signature.parse("0x" + R + S + v).hex());
  }

  @Test
  void takesAnSThatStartsWithZero() {
    String s = "00" + S.substring(2);
    assertEquals("0x" + R + s, Signature.parse("0x" + R + s + "1b").hex());
  }

  @Test
  void takes64BytesAsTheyAre() {
    String text = "0x" + R + "FF" + S.substring(2);
    assertEquals("0x" + R + "ff" + S.substring(2), Signature.parse(text).toString());
    assertEquals(64, Signature.parse(text).bytes().length);
  }

  @Nested
  class Refuses {
    @ParameterizedTest
    @ValueSource(strings = {"02", "1a", "1d", "7f", "80", "ff"})
    void anUnknownV(String v) {
      assertThrows(IllegalArgumentException.class, () -> Signature.parse("0x" + R + S + v));
    }

    @Test
    void aHighS() {
      assertThrows(
          IllegalArgumentException.class,
          () -> Signature.parse("0x" + R + "80" + S.substring(2) + "1b"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 66, 128})
    void anotherLength(int bytes) {
      assertThrows(
          IllegalArgumentException.class, () -> Signature.parse("0x" + "00".repeat(bytes)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0x0", "zz", "0xzz"})
    void whatIsNoHexadecimalText(String text) {
      assertThrows(IllegalArgumentException.class, () -> Signature.parse(text));
      assertThrows(IllegalArgumentException.class, () -> new Signature(text));
    }
  }
}
