package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.ledger.PoolWorld.Round;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random pools whose cycles, waterfalls, covers and settlements run step by step between trades,
 * auctions and withdrawals, with messages that come late, twice or not at all: I1 to I8 hold after
 * every single event, and at the end everything is paid out. A failure prints its seed; {@code
 * -Dpool.seeds=N} runs N pools instead of 60.
 */
final class ClearingPoolPropertyTest {

  private static final long DOLLAR = 1_000_000;

  static PoolWorld drive(long seed) {
    PoolWorld pool = new PoolWorld(seed);
    LedgerWorld world = pool.world;
    Random random = world.random;
    List<AccountId> ids = new ArrayList<>();
    world.contribute(
        1 + random.nextLong(new long[] {10, 1_000, 100_000}[random.nextInt(3)] * DOLLAR));
    for (int i = 1; i <= 7; i++) {
      AccountId id = world.open(i);
      ids.add(id);
      if (i <= 2) {
        world.deposit(id, USDC, 200_000 * DOLLAR);
      } else if (random.nextInt(10) < 5) {
        world.deposit(id, ETH, 1_0000_0000L + random.nextLong(20_0000_0000L));
      } else {
        world.deposit(id, USDC, 1_000 * DOLLAR + random.nextLong(40_000 * DOLLAR));
      }
    }
    boolean crash = random.nextInt(10) < 7;
    long direction = random.nextBoolean() ? 1 : -1;
    for (int i = 0; i < 400; i++) {
      command(pool, ids, crash, direction);
    }
    end(pool, ids);
    return pool;
  }

  private static void command(PoolWorld pool, List<AccountId> ids, boolean crash, long direction) {
    LedgerWorld world = pool.world;
    Random random = world.random;
    AccountId id = ids.get(random.nextInt(ids.size()));
    List<String> live = List.copyOf(world.live);
    int op = random.nextInt(100);
    if (op < 12 && !live.isEmpty()) {
      world.tick(random.nextInt(1, 300_000));
      LedgerPropertyTest.trade(world, ids, id, live);
    } else if (op < 16) {
      world.move(
          crash && random.nextInt(100) < 30
              ? 1_000_000 + direction * random.nextLong(40_000, 260_000)
              : random.nextLong(980_000, 1_020_000));
    } else if (op < 18 && !live.isEmpty()) {
      world.fund(live.get(random.nextInt(live.size())), random.nextLong(-3_000, 3_000));
    } else if (op < 24) {
      ids.stream()
          .filter(a -> world.at(a).trading().liquidating())
          .limit(2)
          .forEach(a -> liquidate(pool, a));
    } else if (op < 27) {
      var asset = random.nextBoolean() ? USDC : ETH;
      world.withdraw(id, asset, 5 + random.nextLong(Math.max(1, world.at(id).balance(asset))));
    } else if (op < 29) {
      world.deposit(id, random.nextBoolean() ? USDC : ETH, 1 + random.nextLong(DOLLAR * 1000));
    } else if (op == 29 && live.size() > 1 && random.nextInt(8) == 0) {
      pool.close(live.get(random.nextInt(live.size())));
    } else {
      pool.step();
    }
  }

  /** What auction and watch do about an account, as far as the pool has part in it. */
  private static void liquidate(PoolWorld pool, AccountId id) {
    LedgerWorld world = pool.world;
    long number = world.at(id).trading().auctions();
    if (world.whole.sharing(id) || pool.ended(id)) {
      return;
    }
    Round covering = pool.covering.get(id);
    MarginResult margin = world.margin(id, Valuation.LIQUIDATION);
    if (covering != null && covering.auction() == number) {
      if (world.whole.cover(id, number, covering.round()).isPresent()) {
        pool.covering.remove(id);
        if (margin.equity() >= 0
            && world.at(id).trading().legs().isEmpty()
            && world.auction(id, Slice.Kind.INSOLVENT, 0, 1_000_000)) {
          world.checks.empty(id);
          world.watch();
          pool.ended(id);
        }
      }
    } else if (world.random.nextInt(3) == 0) {
      pool.shareLoss(id, number);
    } else if (margin.equity() > 0) {
      world.auction(id, Slice.Kind.SOLVENT, 850_000, 1_000_000);
      world.watch();
      pool.ended(id);
    } else {
      pool.cover(id, number);
    }
  }

  /** Everything is closed, settled, cured and paid out. */
  private static void end(PoolWorld pool, List<AccountId> ids) {
    LedgerWorld world = pool.world;
    AccountId keeper = world.open(50);
    world.deposit(keeper, USDC, 100_000_000 * DOLLAR);
    ids.add(keeper);
    pool.close(BTC_PERP);
    pool.close(ETH_PERP);
    for (int i = 0; i < 20_000 && pool.payee.isEmpty(); i++) {
      pool.step();
      if (i % 20 == 0) {
        world.move(1_000_000);
        ids.stream()
            .filter(a -> world.at(a).trading().liquidating())
            .forEach(a -> liquidate(pool, a));
        pool.cures(ids);
        world.tick(world.random.nextInt(1, 600_000));
        pool.windUp(keeper);
      }
    }
    assertTrue(pool.payee.isPresent(), () -> "not wound up: " + pool.where());
    for (int i = 0; i < 500; i++) {
      pool.step();
    }
    PoolLines lines = world.pool.lines();
    // shares of what was written down are worth nothing
    long shares = lines.shares();
    assertEquals(new PoolLines(0, 0, 0, 0, 0, 0, shares, shares, 0, 0, 0, new TreeMap<>()), lines);
    long all = world.accounts.values().stream().mapToLong(a -> a.balance(USDC)).sum();
    assertEquals(world.vault.get(USDC), all);
    for (MarginAccount account : world.accounts.values()) {
      assertEquals(0, account.trading().unsettled());
      assertTrue(account.balance(USDC) >= 0);
      assertTrue(account.trading().positions().isEmpty());
    }
  }

  @Test
  void holdsI1ToI8AfterEveryEventAndPaysEverythingOut() {
    Map<String, Integer> reached = new TreeMap<>();
    long events = 0;
    int seeds = Integer.getInteger("pool.seeds", 60);
    for (long seed = 1; seed <= seeds; seed++) {
      try {
        PoolWorld pool = drive(seed);
        events += pool.world.checks.events;
        pool.world.reached.forEach((name, count) -> reached.merge(name, count, Integer::sum));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e, e);
      }
    }
    System.out.println(seeds + " whole pools, " + events + " checks: " + reached);
    for (String name :
        List.of(
            "Finished cycle",
            "Finished waterfall",
            "Waterfall without loss",
            "Waterfall during a cycle",
            "Borrowed",
            "FundRecalled",
            "GainLevied",
            "FinalSettled",
            "InsolventCovered",
            "slice INSOLVENT",
            "SettlementClosed",
            "WoundUp",
            "answer lost",
            "answer twice")) {
      assertTrue(reached.getOrDefault(name, 0) > 0, name + " was never reached");
    }
  }
}
