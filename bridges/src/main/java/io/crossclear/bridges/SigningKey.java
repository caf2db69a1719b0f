package io.crossclear.bridges;

import io.crossclear.bridges.Secp256k1.SecretScalar;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * A private key of secp256k1. It lives in this process's memory; its text is its address. Safe for
 * any thread.
 */
public final class SigningKey {

  private static final Keccak KECCAK = new BouncyKeccak();

  private final SecretScalar secret;
  private final Address address;

  private SigningKey(SecretScalar secret) {
    this.secret = secret;
    this.address = Secp256k1.best().address(secret);
  }

  /**
   * The key with this secret.
   *
   * @param hex {@code 0x} and 64 hexadecimal digits
   * @throws IllegalArgumentException for any other text, and for 0 or what is not below the order
   *     of the curve; the message does not repeat the text
   */
  public static SigningKey ofHex(String hex) {
    byte[] bytes;
    try {
      bytes = Hex.decode(hex);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("a private key must be 0x and 64 hexadecimal digits");
    }
    if (bytes.length != 32) {
      throw new IllegalArgumentException("a private key must be 0x and 64 hexadecimal digits");
    }
    return new SigningKey(new SecretScalar(new BigInteger(1, bytes)));
  }

  /**
   * A key for development: keccak256(seed as UTF-8 ‖ index as uint64) mod (order − 1) + 1. Whoever
   * knows the seed knows the key.
   *
   * @param index at least 0
   */
  public static SigningKey derive(String seed, long index) {
    byte[] text = seed.getBytes(StandardCharsets.UTF_8);
    byte[] preimage = ByteBuffer.allocate(text.length + 8).put(text).putLong(index).array();
    BigInteger number = new BigInteger(1, KECCAK.hash(preimage).bytes());
    return new SigningKey(
        new SecretScalar(number.mod(Secp256k1.ORDER.subtract(BigInteger.ONE)).add(BigInteger.ONE)));
  }

  /** A new key from the system's secure randomness. */
  public static SigningKey random() {
    SecureRandom random = new SecureRandom();
    while (true) {
      BigInteger number = new BigInteger(256, random);
      if (number.signum() > 0 && number.compareTo(Secp256k1.ORDER) < 0) {
        return new SigningKey(new SecretScalar(number));
      }
    }
  }

  /** The address whose signatures these are. */
  public Address address() {
    return address;
  }

  /** The EIP-2098 signature over a digest: deterministic (RFC 6979), low s. */
  public Signature sign(Hash digest) {
    return Secp256k1.best().sign(digest, secret);
  }

  /**
   * The secret itself, as {@link #ofHex} reads it: for the one place that stores a key, never for a
   * log.
   */
  public String revealHex() {
    return secret.hex();
  }

  @Override
  public String toString() {
    return "key of " + address;
  }
}
