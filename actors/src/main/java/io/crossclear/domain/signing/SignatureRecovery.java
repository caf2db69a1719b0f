package io.crossclear.domain.signing;

import java.util.Optional;

/** Port: who signed a digest. Implementations may be called from any thread. */
@FunctionalInterface
public interface SignatureRecovery {

  /**
   * The address whose key made the signature over the digest.
   *
   * @return empty when no key can have made it: r or s of 0 or beyond the group, s in its upper
   *     half, no such point
   */
  Optional<Address> recover(Hash digest, Signature signature);
}
