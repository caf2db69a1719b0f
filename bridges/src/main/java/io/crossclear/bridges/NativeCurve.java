package io.crossclear.bridges;

import fr.acinq.secp256k1.Secp256k1Exception;
import java.util.Arrays;
import java.util.Optional;

/** secp256k1 by libsecp256k1, through the JNI of {@code fr.acinq.secp256k1}. */
final class NativeCurve implements Secp256k1.Curve {

  private final fr.acinq.secp256k1.Secp256k1 library = fr.acinq.secp256k1.Secp256k1.get();

  @Override
  public String name() {
    return "libsecp256k1";
  }

  @Override
  public byte[] publicPoint(byte[] secret) {
    return withoutTag(library.pubkeyCreate(secret));
  }

  @Override
  public byte[] sign(byte[] digest, byte[] secret) {
    return library.sign(digest, secret, null);
  }

  @Override
  public Optional<byte[]> recover(byte[] digest, byte[] rs, int parity) {
    try {
      return Optional.of(withoutTag(library.ecdsaRecover(rs, digest, parity)));
    } catch (Secp256k1Exception nobody) {
      return Optional.empty();
    }
  }

  /** Uncompressed points start with 4. */
  private static byte[] withoutTag(byte[] point) {
    return Arrays.copyOfRange(point, 1, 65);
  }
}
