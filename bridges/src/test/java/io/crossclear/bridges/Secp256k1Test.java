package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.bridges.Secp256k1.SecretScalar;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Signature;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The two libraries agree with each other and with published vectors. */
final class Secp256k1Test {

  private static final Secp256k1 NATIVE = Secp256k1.libsecp256k1().orElseThrow();
  private static final Secp256k1 BOUNCY = Secp256k1.bouncyCastle();
  private static final BigInteger HALF = Secp256k1.ORDER.shiftRight(1);

  @Example
  void theNativeLibraryIsChosenWhereItLoads() {
    assertEquals("libsecp256k1", Secp256k1.best().library());
  }

  /** The vector that bitcoinj and Trezor publish for RFC 6979 on this curve. */
  @Example
  void bothSignThePublishedVector() throws Exception {
    byte[] message = "Satoshi Nakamoto".getBytes(StandardCharsets.US_ASCII);
    Hash digest = Hash.of(MessageDigest.getInstance("SHA-256").digest(message));
    SecretScalar one = new SecretScalar(BigInteger.ONE);
    String r = "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8";
    String s = "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5";

    for (Secp256k1 library : List.of(NATIVE, BOUNCY)) {
      byte[] bytes = library.sign(digest, one).bytes();
      bytes[32] &= 0x7f;
      assertEquals("0x" + r + s, Hex.encode(bytes));
      assertEquals(new Address("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"), library.address(one));
    }
  }

  @Property(tries = 300)
  void bothSignAlikeAndBothRecoverTheSigner(
      @ForAll("scalars") BigInteger secret, @ForAll("scalars") BigInteger digestNumber) {
    SecretScalar scalar = new SecretScalar(secret);
    Hash digest = word(digestNumber);
    Address address = NATIVE.address(scalar);
    Signature signature = NATIVE.sign(digest, scalar);

    assertEquals(address, BOUNCY.address(scalar));
    assertEquals(signature, BOUNCY.sign(digest, scalar));
    assertEquals(Optional.of(address), NATIVE.recover(digest, signature));
    assertEquals(Optional.of(address), BOUNCY.recover(digest, signature));
    byte[] s = java.util.Arrays.copyOfRange(signature.bytes(), 32, 64);
    s[0] &= 0x7f;
    assertTrue(new BigInteger(1, s).compareTo(HALF) <= 0, "s is low");
  }

  /** Whatever the 64 bytes are: both name the same signer, or nobody. */
  @Property(tries = 500)
  void bothRecoverAlikeFromAnything(
      @ForAll("words") BigInteger r,
      @ForAll("words") BigInteger s,
      @ForAll("words") BigInteger digest) {
    Signature signature = signature(r, s);

    assertEquals(NATIVE.recover(word(digest), signature), BOUNCY.recover(word(digest), signature));
  }

  @Property(tries = 100)
  void anotherDigestHasAnotherSigner(
      @ForAll("scalars") BigInteger secret, @ForAll("scalars") BigInteger digest) {
    SecretScalar scalar = new SecretScalar(secret);
    Signature signature = NATIVE.sign(word(digest), scalar);
    BigInteger other = digest.xor(BigInteger.ONE);
    Assume.that(other.signum() > 0);

    assertNotEquals(Optional.of(NATIVE.address(scalar)), NATIVE.recover(word(other), signature));
  }

  @Example
  void nobodySignsOutsideTheGroup() {
    Hash digest = word(BigInteger.TEN);
    BigInteger one = BigInteger.ONE;
    BigInteger n = Secp256k1.ORDER;
    for (Secp256k1 library : List.of(NATIVE, BOUNCY)) {
      assertFalse(library.recover(digest, signature(one, one)).isEmpty(), "1 is the x of a point");
      assertFalse(library.recover(digest, signature(one, HALF)).isEmpty());
      assertEquals(Optional.empty(), library.recover(digest, signature(BigInteger.ZERO, one)));
      assertEquals(Optional.empty(), library.recover(digest, signature(one, BigInteger.ZERO)));
      assertEquals(Optional.empty(), library.recover(digest, signature(n, one)));
      assertEquals(Optional.empty(), library.recover(digest, signature(n.add(one), one)));
      assertEquals(Optional.empty(), library.recover(digest, signature(one, HALF.add(one))));
      assertEquals(
          Optional.empty(),
          library.recover(digest, signature(BigInteger.valueOf(5), one)),
          "no point");
    }
  }

  @Example
  void aSecretIsAboveZeroAndBelowTheOrder() {
    assertThrows(IllegalArgumentException.class, () -> new SecretScalar(BigInteger.ZERO));
    assertThrows(IllegalArgumentException.class, () -> new SecretScalar(Secp256k1.ORDER));
    SecretScalar largest = new SecretScalar(Secp256k1.ORDER.subtract(BigInteger.ONE));
    assertEquals(NATIVE.address(largest), BOUNCY.address(largest));
  }

  /** Numbers of the group, its ends included. */
  @Provide
  Arbitrary<BigInteger> scalars() {
    return Arbitraries.bigIntegers()
        .between(BigInteger.ONE, Secp256k1.ORDER.subtract(BigInteger.ONE));
  }

  /** Any 32 bytes, with the borders of the group among them. */
  @Provide
  Arbitrary<BigInteger> words() {
    BigInteger most = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);
    return Arbitraries.oneOf(
        Arbitraries.bigIntegers().between(BigInteger.ZERO, most),
        Arbitraries.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            HALF,
            HALF.add(BigInteger.ONE),
            Secp256k1.ORDER.subtract(BigInteger.ONE),
            Secp256k1.ORDER,
            most));
  }

  private static Signature signature(BigInteger r, BigInteger s) {
    return new Signature(String.format("0x%064x%064x", r, s));
  }

  private static Hash word(BigInteger number) {
    return new Hash(String.format("0x%064x", number));
  }
}
