package io.crossclear.domain.signing;

import java.util.HexFormat;

/** Hexadecimal text with a {@code 0x} prefix, always lower case. */
public final class Hex {

  private static final HexFormat FORMAT = HexFormat.of();

  private Hex() {}

  /** The text of these bytes. */
  public static String encode(byte[] bytes) {
    return "0x" + FORMAT.formatHex(bytes);
  }

  /**
   * The bytes of this text.
   *
   * @throws IllegalArgumentException when the prefix is missing, the length odd or a character no
   *     hexadecimal digit
   */
  public static byte[] decode(String text) {
    if (!text.startsWith("0x")) {
      throw new IllegalArgumentException("hexadecimal text must start with 0x");
    }
    return FORMAT.parseHex(text, 2, text.length());
  }

  /**
   * The same text in lower case, when it stands for exactly this many bytes.
   *
   * @throws IllegalArgumentException otherwise
   */
  static String normal(String what, String text, int bytes) {
    if (text.length() != 2 + 2 * bytes || !text.startsWith("0x")) {
      throw new IllegalArgumentException(
          what + " must be 0x and " + 2 * bytes + " hexadecimal digits");
    }
    char[] normal = text.toCharArray();
    for (int i = 2; i < normal.length; i++) {
      char c = normal[i];
      if (c >= 'A' && c <= 'F') {
        normal[i] = (char) (c + 32);
      } else if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        throw new IllegalArgumentException(
            what + " must be 0x and " + 2 * bytes + " hexadecimal digits");
      }
    }
    return new String(normal);
  }
}
