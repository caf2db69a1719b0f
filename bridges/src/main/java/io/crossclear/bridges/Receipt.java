package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;

/**
 * A transaction's place and fate on the canonical chain, which may still be reorganised.
 *
 * @param succeeded false when it was included and reverted
 * @param gasUsed gas, not wei
 */
public record Receipt(
    Hash transactionHash,
    boolean succeeded,
    long blockNumber,
    Hash blockHash,
    BigInteger gasUsed) {}
