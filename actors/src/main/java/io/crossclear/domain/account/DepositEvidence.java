package io.crossclear.domain.account;

import io.crossclear.domain.signing.Hash;

/** Where a deposit stands on its chain, so that anyone can look it up. */
public record DepositEvidence(
    long blockNumber, Hash blockHash, Hash transactionHash, long logIndex) {}
