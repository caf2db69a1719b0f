package io.crossclear.domain.genesis;

import io.crossclear.domain.money.Asset;
import java.util.List;

/**
 * A clearing pool.
 *
 * @param number the pool's four bytes in an account id; 0 is the pool of what no pool accepts
 * @param accepts collateral of this pool
 */
public record PoolConfig(int number, String name, List<Asset> accepts) {

  public PoolConfig {
    accepts = List.copyOf(accepts);
  }
}
