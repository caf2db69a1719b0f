package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SigningKeyTest {

  private static final String SECRET =
      "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

  @Test
  void aKeyHasTheAddressThatWalletsShow() {
    assertEquals(
        new Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        SigningKey.ofHex(SECRET).address());
  }

  @Test
  void itsTextNeverShowsTheSecret() {
    SigningKey key = SigningKey.ofHex(SECRET);

    assertFalse(key.toString().contains(SECRET.substring(2, 10)));
    assertEquals(SECRET, key.revealHex());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0x",
        "0x12345",
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "0xzz0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "0x0000000000000000000000000000000000000000000000000000000000000000",
        "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
      })
  void whatIsNoKeyIsRefusedWithoutRepeatingIt(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> SigningKey.ofHex(text));

    String message = String.valueOf(refused.getMessage());
    assertFalse(text.length() > 10 && message.contains(text.substring(3, 10)), message);
  }

  @Test
  void derivedKeysAreTheSameEveryTimeAndDifferByIndexAndSeed() {
    assertEquals(SigningKey.derive("seed", 7).address(), SigningKey.derive("seed", 7).address());
    Set<Address> addresses = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      addresses.add(SigningKey.derive("seed", i).address());
      addresses.add(SigningKey.derive("other", i).address());
    }
    assertEquals(200, addresses.size());
  }

  @Test
  void randomKeysDifferAndSign() {
    SigningKey key = SigningKey.random();
    Hash digest = new BouncyKeccak().hash(new byte[] {1});

    assertNotEquals(key.address(), SigningKey.random().address());
    assertEquals(key.sign(digest), key.sign(digest));
    assertEquals(Optional.of(key.address()), Secp256k1.best().recover(digest, key.sign(digest)));
  }
}
