package io.crossclear.domain.instrument;

import io.crossclear.domain.money.Asset;
import java.time.Duration;
import java.util.List;

/**
 * How one pool clears.
 *
 * @param number of the pool
 * @param settlement what positions are paid in; 6 decimals
 * @param collateral every other asset that weighs something
 * @param bufferPpm an auction restores equity to this part of the maintenance margin, 1,000,000 to
 *     3,000,000
 * @param bountyPpm what the fund pays beside the loss for taking an insolvent account, of the loss,
 *     0 to 1,000,000
 * @param startPpm price of the first step of a solvent auction, of the slice's value
 * @param floorPpm price of its last step, 1 to {@code startPpm} ≤ 1,000,000
 * @param rounds certified rounds from the first to the last step, 1 to 10,000
 * @param cyclePeriod between two variation cycles
 * @param cycleThreshold unsettled losses up to this are left for a later cycle, units, at least 0
 * @param lendPpm part of the insurance fund that it lends, 0 to 1,000,000
 */
public record PoolRules(
    int number,
    Asset settlement,
    List<CollateralRule> collateral,
    InterestCurve interest,
    int bufferPpm,
    int bountyPpm,
    int startPpm,
    int floorPpm,
    int rounds,
    Duration cyclePeriod,
    long cycleThreshold,
    int lendPpm,
    FundingRule funding) {

  /**
   * @throws IllegalArgumentException when a number is out of its range or an asset counts twice
   */
  public PoolRules {
    collateral = List.copyOf(collateral);
    require(number != 0, "pool number");
    require(collateral.stream().noneMatch(rule -> rule.asset().equals(settlement)), "collateral");
    require(
        collateral.stream().map(CollateralRule::asset).distinct().count() == collateral.size(),
        "collateral");
    require(bufferPpm >= Instrument.PPM && bufferPpm <= 3 * Instrument.PPM, "buffer");
    require(bountyPpm >= 0 && bountyPpm <= Instrument.PPM, "bounty");
    require(floorPpm >= 1 && floorPpm <= startPpm && startPpm <= Instrument.PPM, "auction price");
    require(rounds >= 1 && rounds <= 10_000, "auction rounds");
    require(cyclePeriod.compareTo(Duration.ZERO) > 0 && cycleThreshold >= 0, "variation cycle");
    require(lendPpm >= 0 && lendPpm <= Instrument.PPM, "lent part of the fund");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is out of range");
    }
  }
}
