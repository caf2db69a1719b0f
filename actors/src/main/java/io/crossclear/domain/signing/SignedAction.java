package io.crossclear.domain.signing;

/**
 * An action with its owner's signature: evidence that anyone can check again.
 *
 * @param chainId of the domain that was signed
 * @param verifyingContract of the domain that was signed: a connected vault on that chain
 */
public record SignedAction<A extends UserAction>(
    A action, long chainId, Address verifyingContract, Signature signature) {}
