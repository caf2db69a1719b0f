package io.crossclear.domain.genesis;

import io.crossclear.domain.money.Asset;

/**
 * An asset of the ledger.
 *
 * @param decimals a unit is 10^−decimals of the asset; 6 for USDC, 8 for ETH
 * @param minWithdrawal units below which a withdrawal is refused, at least 1
 */
public record AssetConfig(Asset asset, int decimals, long minWithdrawal) {

  public AssetConfig {
    if (decimals < 0 || decimals > 18) {
      throw new IllegalArgumentException("decimals must be 0 to 18: " + decimals);
    }
    if (minWithdrawal < 1) {
      throw new IllegalArgumentException(
          "least withdrawal must be at least 1 unit: " + minWithdrawal);
    }
  }
}
