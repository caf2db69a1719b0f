package io.crossclear.domain.account;

import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;

/**
 * One side of one fill.
 *
 * @param fill its number in the batch
 * @param order digest of the order
 * @param price in 1e-8
 */
public record Leg(
    int fill, Hash order, SignedAction<UserAction.Order> signed, long price, OpenLeg terms) {}
