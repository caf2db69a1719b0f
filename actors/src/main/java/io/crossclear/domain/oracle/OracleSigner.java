package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;

/** Port: an oracle's own key. Implementations may be called from any thread. */
@FunctionalInterface
public interface OracleSigner {

  /** The signature over a digest that the oracle itself computed. */
  Signature sign(Hash digest);
}
