package io.crossclear.domain.margin;

/**
 * A fill that may still happen.
 *
 * @param lots signed
 * @param notional ⌊|lots| · (price − funding) / scale⌋ with the sign of the lots
 * @param fee at least 0
 */
public record OpenLeg(String instrument, long lots, long notional, long fee) {}
