/**
 * What happens to an account below its maintenance margin: the auction of a fraction, and when
 * nobody takes it the sharing of the loss.
 *
 * <p>Reading order: {@code AuctionEvent}, {@code LiquidationAuction}, {@code AuctionTurn}, {@code
 * TearUpPlan}, {@code LossPlan}, {@code WaterfallEvent}, {@code Waterfall}; and for whoever
 * executes accounts again: {@code AuctionTrail}.
 *
 * <p>Invariants: the layers of a loss sum exactly to it; a later layer pays only when the earlier
 * ones have nothing left; nobody loses more than his unreleased gain; what a bidder set aside buys
 * a slice once or comes back once.
 */
@NullMarked
package io.crossclear.domain.liquidation;

import org.jspecify.annotations.NullMarked;
