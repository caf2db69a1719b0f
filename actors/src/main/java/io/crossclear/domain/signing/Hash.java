package io.crossclear.domain.signing;

/**
 * A 32-byte word: a digest, a block hash, a transaction hash.
 *
 * @param hex {@code 0x} and 64 hexadecimal digits, kept in lower case
 */
public record Hash(String hex) implements Comparable<Hash> {

  /** 32 zero bytes, which no digest ever is. */
  public static final Hash ZERO = new Hash("0x" + "0".repeat(64));

  /**
   * @throws IllegalArgumentException when the text is no 32-byte word
   */
  public Hash {
    hex = Hex.normal("hash", hex, 32);
  }

  /** The word with these bytes. */
  public static Hash of(byte[] bytes) {
    return new Hash(Hex.encode(bytes));
  }

  /** The 32 bytes. */
  public byte[] bytes() {
    return Hex.decode(hex);
  }

  @Override
  public int compareTo(Hash other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
