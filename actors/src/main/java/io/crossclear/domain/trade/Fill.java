package io.crossclear.domain.trade;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;

/**
 * Two orders that a venue matched.
 *
 * @param number in the batch, from 1
 * @param buy the buyer's order
 * @param sell the seller's order
 * @param lots above 0
 * @param price in 1e-8, paid by the buyer
 */
public record Fill(
    int number,
    SignedAction<UserAction.Order> buy,
    SignedAction<UserAction.Order> sell,
    long lots,
    long price) {

  /** Who buys. */
  public AccountId buyer() {
    return new AccountId(buy.action().account().hex());
  }

  /** Who sells. */
  public AccountId seller() {
    return new AccountId(sell.action().account().hex());
  }
}
