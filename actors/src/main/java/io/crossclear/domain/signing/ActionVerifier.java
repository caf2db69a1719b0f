package io.crossclear.domain.signing;

import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Computes what a user's signature says. It decides nothing: the account compares the signer with
 * its owner.
 *
 * @param networkId salt of the domain, so that a signature is worth nothing on another network
 * @param connected whether a (chain id, address) is one of the network's vaults
 */
public record ActionVerifier(
    Keccak keccak,
    SignatureRecovery recovery,
    Hash networkId,
    BiPredicate<Long, Address> connected) {

  /**
   * What a signature says.
   *
   * @param digest that was signed if the signer is the expected one
   * @param signer who signed that digest; empty when nobody can have
   * @param knownDomain whether the domain names a connected vault
   */
  public record Verified(Hash digest, Optional<Address> signer, boolean knownDomain) {}

  /** The typed data whose digest the owner signs under this domain. */
  public TypedData typedData(UserAction action, long chainId, Address verifyingContract) {
    TypedData.Domain domain =
        new TypedData.Domain("Crossclear", "1", chainId, verifyingContract, Optional.of(networkId));
    return new TypedData(domain, action.typeName(), action.fields());
  }

  /** Recomputes digest and signer from the action's fields. */
  public Verified verify(SignedAction<?> signed) {
    Hash digest =
        typedData(signed.action(), signed.chainId(), signed.verifyingContract()).digest(keccak);
    return new Verified(
        digest,
        recovery.recover(digest, signed.signature()),
        connected.test(signed.chainId(), signed.verifyingContract()));
  }
}
