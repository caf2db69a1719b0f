package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;

/**
 * A vault's own counters at one block.
 *
 * @param nonce number of the last settled batch, 0 before the first
 * @param setEpoch epoch of the attester set
 * @param depositSequence number of deposits so far
 * @param depositAccumulator hash chain over all deposits, zero before the first
 * @param attesterSetHash keccak256(uint8 threshold ‖ ascending 20-byte addresses)
 */
public record VaultView(
    long nonce,
    long setEpoch,
    long depositSequence,
    Hash depositAccumulator,
    Hash attesterSetHash) {}
