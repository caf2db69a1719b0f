package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;

/**
 * A block of one chain.
 *
 * @param number height, at least 0
 * @param timestampSeconds seconds since 1970 as the block says
 */
public record BlockRef(long number, Hash hash, long timestampSeconds) {}
