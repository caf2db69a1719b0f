package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A02: a loser who has only ETH. Winners must not be paid with other users' dollars: what he owes
 * is lent within what lenders have put in, or cured by a sale, and until then the gains wait.
 */
final class A02VariationTest {

  private static final long DOLLAR = 1_000_000;
  private static final long LOTS = 100_000;

  private final LedgerWorld world = new LedgerWorld(7, Set.of());
  private final AccountId winner = world.open(1);
  private final AccountId loser = world.open(2);

  private void trade(long fund) {
    if (fund > 0) {
      world.contribute(fund * DOLLAR);
    }
    world.deposit(winner, USDC, 100_000 * DOLLAR);
    world.deposit(loser, ETH, 10_000_000_000L);
    assertTrue(world.fill(loser, winner, BTC_PERP, LOTS, world.price(BTC_PERP)));
    world.move(900_000);
  }

  @Test
  void withoutLendersOrBuyersTheGainWaits() {
    trade(0);
    world.step(loser, new Ask.Collect());
    world.step(winner, new Ask.Collect());
    assertTrue(world.at(loser).trading().unsettled() < -5_900 * DOLLAR);
    assertTrue(world.at(winner).trading().unsettled() > 5_900 * DOLLAR);
    assertEquals(0, world.step(winner, new Ask.Release(1)));
    assertEquals(100_000 * DOLLAR, world.at(winner).balance(USDC));
    assertEquals(0, world.pool.lines().clearing());
  }

  @Test
  void lendersPayNoMoreThanTheyHaveAndTheRestWaits() {
    trade(2_000);
    assertTrue(world.take(world.pool.lend(2_000 * DOLLAR, world.now)));
    world.step(loser, new Ask.Collect());
    world.step(winner, new Ask.Collect());
    assertEquals(0, world.step(loser, new Ask.Lend(2_000 * DOLLAR + 1)));
    assertEquals(2_000 * DOLLAR, world.step(loser, new Ask.Lend(2_000 * DOLLAR)));
    assertEquals(-2_000 * DOLLAR, world.at(loser).balance(USDC));
    assertEquals(0, world.step(winner, new Ask.Release(2_000 * DOLLAR + 1)));
    assertEquals(2_000 * DOLLAR, world.step(winner, new Ask.Release(2_000 * DOLLAR)));
    assertEquals(0, world.pool.lines().idle());
    assertFalse(world.at(winner).trading().unsettled() <= 0);
  }

  @Test
  void aSaleOfCollateralPaysEverything() {
    trade(0);
    AccountId keeper = world.open(3);
    world.deposit(keeper, USDC, 100_000 * DOLLAR);
    world.cycle(true);
    assertTrue(world.at(keeper).balance(ETH) > 0);
    assertEquals(0, world.at(loser).trading().unsettled());
    assertEquals(0, world.at(winner).trading().unsettled());
    // the floors of both sides differ by a unit at some prices, and it waits for the next price
    assertTrue(world.pool.lines().clearing() <= 1);
    assertTrue(world.at(winner).balance(USDC) > 105_900 * DOLLAR);
  }
}
