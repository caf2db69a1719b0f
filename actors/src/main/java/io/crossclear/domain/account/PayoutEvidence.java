package io.crossclear.domain.account;

import io.crossclear.domain.signing.Hash;

/**
 * The settlement batch that paid.
 *
 * @param nonce the batch's number at its vault
 * @param digest that the attesters signed
 */
public record PayoutEvidence(
    long nonce, Hash digest, long blockNumber, Hash blockHash, Hash transactionHash) {}
