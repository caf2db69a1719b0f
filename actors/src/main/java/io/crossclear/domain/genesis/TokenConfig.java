package io.crossclear.domain.genesis;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import java.math.BigInteger;

/**
 * The token that carries an asset on one chain.
 *
 * @param decimals of the token, at least those of the asset
 * @param minDeposit units
 * @param depositCap units that the vault holds at most, 0 to 2^62; the export limit's other half
 * @param exportCap units that can leave this vault at once for what came in through other vaults
 * @param exportRefillPerHour units of that which come back per hour of protocol time
 */
public record TokenConfig(
    Asset asset,
    Address token,
    int decimals,
    long minDeposit,
    long depositCap,
    long exportCap,
    long exportRefillPerHour) {

  /**
   * Base units of the token in one unit of the asset.
   *
   * @param assetDecimals at most the token's
   */
  public BigInteger quantum(int assetDecimals) {
    return BigInteger.TEN.pow(decimals - assetDecimals);
  }
}
