package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignatureRecovery;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * Signing and recovery on the curve secp256k1, over libsecp256k1 where its native library loads and
 * over Bouncy Castle elsewhere. Both give the same answers; the native one is about three times as
 * fast at recovery and twenty times at signing ({@code research/chains.md} 6).
 *
 * <p>Signatures are deterministic (RFC 6979) with the low s of the two. Caveat: for a digest that
 * is no smaller than the group's order, which no hash ever is in practice, the two libraries derive
 * different nonces, both valid.
 */
public final class Secp256k1 implements SignatureRecovery {

  /** Order of the group. */
  static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

  private final Curve curve;
  private final Keccak keccak = new BouncyKeccak();

  private Secp256k1(Curve curve) {
    this.curve = curve;
  }

  /**
   * What a library has to offer. Points are 64 bytes, x then y; scalars are 32 bytes, big endian.
   */
  interface Curve {

    /** Name for people. */
    String name();

    /** The public point of a secret in 1 to the order less 1. */
    byte[] publicPoint(byte[] secret);

    /** r and low s, 32 bytes each. */
    byte[] sign(byte[] digest, byte[] secret);

    /**
     * The point that signed, if any.
     *
     * @param rs r and s, both in range
     * @param parity 0 or 1, of the y of the nonce's point
     */
    Optional<byte[]> recover(byte[] digest, byte[] rs, int parity);
  }

  /** The fastest that works here, chosen once in the life of the process. */
  public static Secp256k1 best() {
    return Best.CHOICE;
  }

  private static final class Best {
    static final Secp256k1 CHOICE = libsecp256k1().orElseGet(Secp256k1::bouncyCastle);
  }

  /** Over the native library; empty where it does not load or does not work. */
  static Optional<Secp256k1> libsecp256k1() {
    try {
      Secp256k1 candidate = new Secp256k1(new NativeCurve());
      byte[] one = new byte[32];
      one[31] = 1;
      Hash digest = candidate.keccak.hash(one);
      return candidate.sign(digest, one).equals(bouncyCastle().sign(digest, one))
          ? Optional.of(candidate)
          : Optional.empty();
    } catch (RuntimeException | LinkageError notHere) {
      return Optional.empty();
    }
  }

  /** Over Bouncy Castle, which is always there. */
  static Secp256k1 bouncyCastle() {
    return new Secp256k1(new BouncyCurve());
  }

  /** Name of the library in use, for people. */
  public String library() {
    return curve.name();
  }

  @Override
  public Optional<Address> recover(Hash digest, Signature signature) {
    byte[] rs = signature.bytes();
    int parity = (rs[32] & 0x80) >>> 7;
    rs[32] &= 0x7f;
    BigInteger r = new BigInteger(1, rs, 0, 32);
    BigInteger s = new BigInteger(1, rs, 32, 32);
    if (r.signum() == 0
        || r.compareTo(ORDER) >= 0
        || s.signum() == 0
        || s.compareTo(HALF_ORDER) > 0) {
      return Optional.empty();
    }
    return curve.recover(digest.bytes(), rs, parity).map(this::address);
  }

  /** The address of a secret. */
  Address address(SecretScalar secret) {
    return address(curve.publicPoint(secret.bytes()));
  }

  /** The one low-s signature that RFC 6979 gives for this digest and secret. */
  Signature sign(Hash digest, SecretScalar secret) {
    return sign(digest, secret.bytes());
  }

  private Signature sign(Hash digest, byte[] secret) {
    byte[] rs = curve.sign(digest.bytes(), secret);
    byte[] point = curve.publicPoint(secret);
    for (int parity = 0; parity <= 1; parity++) {
      Optional<byte[]> signer = curve.recover(digest.bytes(), rs, parity);
      if (signer.isPresent() && Arrays.equals(signer.get(), point)) {
        rs[32] |= (byte) (parity << 7);
        return new Signature(Hex.encode(rs));
      }
    }
    // the nonce's x was beyond the order: one signature in 2^127
    throw new IllegalStateException("the signature cannot be written in compact form");
  }

  private Address address(byte[] point) {
    return new Address("0x" + keccak.hash(point).hex().substring(2 + 24));
  }

  /** A secret in 1 to the order less 1. Its text never shows it. */
  static final class SecretScalar {

    private final byte[] bytes;

    /**
     * @throws IllegalArgumentException when the number is no secret of this group
     */
    SecretScalar(BigInteger number) {
      if (number.signum() <= 0 || number.compareTo(ORDER) >= 0) {
        throw new IllegalArgumentException(
            "a private key must be above 0 and below the order of the curve");
      }
      byte[] big = number.toByteArray();
      int length = Math.min(big.length, 32);
      bytes = new byte[32];
      System.arraycopy(big, big.length - length, bytes, 32 - length, length);
    }

    private byte[] bytes() {
      return bytes.clone();
    }

    String hex() {
      return Hex.encode(bytes);
    }

    @Override
    public String toString() {
      return "a secret";
    }
  }
}
