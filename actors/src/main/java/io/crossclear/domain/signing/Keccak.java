package io.crossclear.domain.signing;

/**
 * Port: Keccak-256 as Ethereum uses it (not SHA-3). Implementations may be called from any thread.
 */
@FunctionalInterface
public interface Keccak {

  /** The digest of these bytes. */
  Hash hash(byte[] bytes);
}
