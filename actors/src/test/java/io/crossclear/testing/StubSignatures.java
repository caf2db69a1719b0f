package io.crossclear.testing;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignatureRecovery;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Signatures without a curve: address (20 bytes) ‖ keccak256(address ‖ digest) ‖ 12 zero bytes.
 * Like a real one it names its signer only together with the digest that was signed; unlike a real
 * one anybody can make it.
 */
public final class StubSignatures implements SignatureRecovery {

  /** It has no state. */
  public static final StubSignatures INSTANCE = new StubSignatures();

  /** What this address would sign. */
  public static Signature sign(Address signer, Hash digest) {
    byte[] bytes =
        ByteBuffer.allocate(64).put(signer.bytes()).put(seal(signer, digest).bytes()).array();
    return new Signature(Hex.encode(bytes));
  }

  private static Hash seal(Address signer, Hash digest) {
    return PlainKeccak.INSTANCE.hash(
        ByteBuffer.allocate(52).put(signer.bytes()).put(digest.bytes()).array());
  }

  @Override
  public Optional<Address> recover(Hash digest, Signature signature) {
    Address signer = new Address(signature.hex().substring(0, 42));
    return signature.equals(sign(signer, digest)) ? Optional.of(signer) : Optional.empty();
  }
}
