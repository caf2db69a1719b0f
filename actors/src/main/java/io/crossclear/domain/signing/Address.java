package io.crossclear.domain.signing;

/**
 * A 20-byte EVM address.
 *
 * @param hex {@code 0x} and 40 hexadecimal digits, kept in lower case
 */
public record Address(String hex) implements Comparable<Address> {

  /** The address that owns nothing and signs nothing. */
  public static final Address ZERO = new Address("0x" + "0".repeat(40));

  /**
   * @throws IllegalArgumentException when the text is no address
   */
  public Address {
    hex = Hex.normal("address", hex, 20);
  }

  /** The 20 bytes. */
  public byte[] bytes() {
    return Hex.decode(hex);
  }

  @Override
  public int compareTo(Address other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
