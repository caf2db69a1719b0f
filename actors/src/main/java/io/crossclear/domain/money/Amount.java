package io.crossclear.domain.money;

/**
 * A whole number of an asset's units.
 *
 * @param units signed; 1e-6 for USDC, 1e-8 for ETH and BTC
 */
public record Amount(Asset asset, long units) {}
