package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;

/**
 * A deposit as the vault logged it.
 *
 * @param sequence number of the deposit in its vault, from 1 without a gap
 * @param accountId ledger account to credit; its first 20 bytes are the owner
 * @param quanta ledger units, 1 to 2^63−1
 * @param accumulator the vault's deposit hash chain after this deposit
 * @param logIndex position of the log in its block
 */
public record VaultDeposit(
    long sequence,
    Address token,
    Hash accountId,
    BigInteger quanta,
    Hash accumulator,
    long blockNumber,
    Hash blockHash,
    Hash transactionHash,
    long logIndex) {}
