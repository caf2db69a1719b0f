package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import org.bouncycastle.crypto.digests.KeccakDigest;

/** Keccak-256 by Bouncy Castle. One digest object per call, so any thread may use it. */
public final class BouncyKeccak implements Keccak {

  @Override
  public Hash hash(byte[] bytes) {
    KeccakDigest digest = new KeccakDigest(256);
    digest.update(bytes, 0, bytes.length);
    byte[] word = new byte[32];
    digest.doFinal(word, 0);
    return Hash.of(word);
  }
}
