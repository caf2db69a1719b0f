package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;

/**
 * A transaction ready to be broadcast, by anyone and as often as wanted.
 *
 * @param hash keccak256 of the raw bytes, under which the chain knows it
 * @param raw {@code 0x} and hexadecimal digits
 */
public record SignedTransaction(Hash hash, String raw) {}
