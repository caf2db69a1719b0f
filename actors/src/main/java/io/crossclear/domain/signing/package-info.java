/**
 * Who said what: addresses, digests, signatures and the typed data (EIP-712) that users and
 * attesters sign.
 *
 * <p>Hashing and recovery are the ports {@code Keccak} and {@code SignatureRecovery}; everything
 * that decides on a signature recomputes the digest from the fields, so no "sign this hash" exists.
 * Reading order: {@code Hex}, {@code Address}, {@code Hash}, {@code Signature}, {@code TypedData},
 * {@code UserAction}, {@code SignedAction}, {@code ActionVerifier}.
 */
@NullMarked
package io.crossclear.domain.signing;

import org.jspecify.annotations.NullMarked;
