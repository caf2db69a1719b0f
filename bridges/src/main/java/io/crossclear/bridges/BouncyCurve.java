package io.crossclear.bridges;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** secp256k1 by Bouncy Castle: no native code, and the second opinion of the tests. */
final class BouncyCurve implements Secp256k1.Curve {

  private static final X9ECParameters PARAMETERS = CustomNamedCurves.getByName("secp256k1");
  private static final ECDomainParameters DOMAIN = new ECDomainParameters(PARAMETERS);

  @Override
  public String name() {
    return "Bouncy Castle";
  }

  @Override
  public byte[] publicPoint(byte[] secret) {
    return coordinates(
        new FixedPointCombMultiplier().multiply(DOMAIN.getG(), new BigInteger(1, secret)));
  }

  @Override
  public byte[] sign(byte[] digest, byte[] secret) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, secret), DOMAIN));
    BigInteger[] rs = signer.generateSignature(digest);
    BigInteger lowS = rs[1].min(DOMAIN.getN().subtract(rs[1]));
    byte[] out = new byte[64];
    write(rs[0], out, 0);
    write(lowS, out, 32);
    return out;
  }

  /** Q = r⁻¹(sR − eG), SEC 1 section 4.1.6. */
  @Override
  public Optional<byte[]> recover(byte[] digest, byte[] rs, int parity) {
    byte[] compressed = new byte[33];
    compressed[0] = (byte) (2 + parity);
    System.arraycopy(rs, 0, compressed, 1, 32);
    ECPoint nonce;
    try {
      nonce = DOMAIN.getCurve().decodePoint(compressed);
    } catch (IllegalArgumentException notOnCurve) {
      return Optional.empty();
    }
    BigInteger n = DOMAIN.getN();
    BigInteger r = new BigInteger(1, rs, 0, 32);
    BigInteger s = new BigInteger(1, rs, 32, 32);
    BigInteger e = new BigInteger(1, digest);
    BigInteger inverse = r.modInverse(n);
    ECPoint signer =
        ECAlgorithms.sumOfTwoMultiplies(
            DOMAIN.getG(), e.negate().multiply(inverse).mod(n), nonce, s.multiply(inverse).mod(n));
    return signer.isInfinity() ? Optional.empty() : Optional.of(coordinates(signer));
  }

  /** Uncompressed points start with 4. */
  private static byte[] coordinates(ECPoint point) {
    return Arrays.copyOfRange(point.getEncoded(false), 1, 65);
  }

  private static void write(BigInteger number, byte[] out, int offset) {
    byte[] bytes = number.toByteArray();
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, out, offset + 32 - length, length);
  }
}
