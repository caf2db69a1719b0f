package io.crossclear.domain.signing;

/**
 * A secp256k1 signature in the compact form of EIP-2098: r (32 bytes), then the parity of y in the
 * top bit of s (32 bytes). High s cannot be written in this form, so one message has one signature
 * per nonce of the signer.
 *
 * @param hex {@code 0x} and 128 hexadecimal digits, kept in lower case
 */
public record Signature(String hex) {

  /**
   * @throws IllegalArgumentException when the text is not 64 bytes
   */
  public Signature {
    hex = Hex.normal("signature", hex, 64);
  }

  /**
   * Reads 64 bytes (EIP-2098) or 65 (r, s, v with v of 27, 28, 0 or 1).
   *
   * @throws IllegalArgumentException for any other length, an unknown v, or an s in the upper half
   *     of the group
   */
  public static Signature parse(String text) {
    byte[] bytes = Hex.decode(text);
    if (bytes.length == 64) {
      return new Signature(text);
    }
    if (bytes.length != 65) {
      throw new IllegalArgumentException("signature must have 64 or 65 bytes, has " + bytes.length);
    }
    int v = bytes[64] & 0xff;
    int parity =
        switch (v) {
          case 0, 27 -> 0;
          case 1, 28 -> 1;
          default ->
              throw new IllegalArgumentException(
                  "signature has v of " + v + ", not 27, 28, 0 or 1");
        };
    if (bytes[32] < 0) {
      throw new IllegalArgumentException("signature has a high s; only the lower half is accepted");
    }
    byte[] compact = java.util.Arrays.copyOf(bytes, 64);
    compact[32] |= (byte) (parity << 7);
    return new Signature(Hex.encode(compact));
  }

  /** The 64 bytes. */
  public byte[] bytes() {
    return Hex.decode(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
