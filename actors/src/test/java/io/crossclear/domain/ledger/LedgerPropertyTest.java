package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.margin.Position;
import io.crossclear.testing.TestMarket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random pools with losers that have only ETH, crashes, cycles, auctions and waterfalls: I1 to I8
 * hold after every single event, and each broken rule is seen. A failure prints its seed; {@code
 * -Dledger.seeds=N} runs N pools instead of 150.
 */
final class LedgerPropertyTest {

  private static final int ACCOUNTS = 7;
  private static final long DOLLAR = 1_000_000;

  /** One random pool; throws when an invariant does not hold. */
  static LedgerWorld drive(long seed, int commands, Set<Mutant> mutants) {
    return drive(new LedgerWorld(seed, mutants), commands);
  }

  private static LedgerWorld drive(LedgerWorld world, int commands) {
    Random random = world.random;
    List<AccountId> ids = new ArrayList<>();
    world.contribute(
        1 + random.nextLong(new long[] {10, 1_000, 100_000}[random.nextInt(3)] * DOLLAR));
    for (int i = 1; i <= ACCOUNTS; i++) {
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
    if (random.nextInt(10) < 7) {
      world.take(world.pool.lend(1 + random.nextLong(world.pool.lines().fund()), world.now));
    }
    boolean crash = random.nextInt(10) < 7;
    long direction = random.nextBoolean() ? 1 : -1;
    boolean slow = random.nextInt(10) < 4;
    for (int i = 0; i < commands; i++) {
      command(world, ids, crash, direction, slow);
    }
    for (String symbol : List.copyOf(world.live)) {
      world.settle(symbol);
    }
    return world;
  }

  private static void command(
      LedgerWorld world, List<AccountId> ids, boolean crash, long direction, boolean slow) {
    Random random = world.random;
    world.tick(random.nextInt(1, 600_000));
    AccountId id = ids.get(random.nextInt(ids.size()));
    int op = random.nextInt(100);
    List<String> live = List.copyOf(world.live);
    if (op < 34 && !live.isEmpty()) {
      trade(world, ids, id, live);
    } else if (op < 46) {
      long ppm =
          crash && random.nextInt(100) < 30
              ? 1_000_000 + direction * random.nextLong(40_000, 260_000)
              : random.nextLong(980_000, 1_020_000);
      world.move(ppm);
    } else if (op < 50 && !live.isEmpty()) {
      world.fund(live.get(random.nextInt(live.size())), random.nextLong(-3_000, 3_000));
    } else if (op < 64) {
      world.cycle(false);
    } else if (op < 78) {
      if (!slow || random.nextInt(5) == 0) {
        ids.stream()
            .filter(a -> world.at(a).trading().liquidating())
            .limit(3)
            .forEach(world::liquidate);
      }
    } else if (op < 88) {
      var asset = random.nextBoolean() ? USDC : ETH;
      long balance = world.at(id).balance(asset);
      world.withdraw(
          id,
          asset,
          5
              + (random.nextInt(3) == 0
                  ? Math.max(0, balance - 5)
                  : random.nextLong(Math.max(1, balance))));
    } else if (op < 94) {
      world.deposit(id, random.nextBoolean() ? USDC : ETH, 1 + random.nextLong(DOLLAR * 1000));
      world.report(id);
    } else if (op < 98 && world.pool.lines().fund() > 0) {
      world.take(world.pool.lend(1 + random.nextLong(world.pool.lines().fund()), world.now));
    } else if (op == 99 && live.size() > 1 && random.nextInt(3) == 0) {
      world.settle(live.get(random.nextInt(live.size())));
    }
  }

  /** A fill within the band, of a size that can ruin; sometimes the end of a position. */
  static void trade(LedgerWorld world, List<AccountId> ids, AccountId id, List<String> live) {
    Random random = world.random;
    AccountId other = ids.get(random.nextInt(ids.size()));
    if (!other.equals(id)) {
      String symbol = live.get(random.nextInt(live.size()));
      long price = world.price(symbol) / 1_000_000 * random.nextLong(965_000, 1_035_000);
      long one = TestMarket.MARKET.held(symbol).valueUp(1, price);
      long reference = Math.max(DOLLAR, world.checks.equity(id).abs().longValue());
      long lots = Math.max(1, reference / Math.max(1, one) * random.nextInt(1, 80) / 10);
      long held = world.at(id).trading().positions().getOrDefault(symbol, Position.NONE).lots();
      if (held != 0 && random.nextInt(3) == 0) {
        world.fill(held > 0 ? other : id, held > 0 ? id : other, symbol, Math.abs(held), price);
      } else {
        world.fill(id, other, symbol, lots, price);
      }
    }
  }

  @Test
  void holdsI1ToI8AfterEveryEvent() {
    Map<String, Integer> reached = new TreeMap<>();
    long events = 0;
    long inTransit = 0;
    int seeds = Integer.getInteger("ledger.seeds", 150);
    for (long seed = 1; seed <= seeds; seed++) {
      try {
        LedgerWorld world = drive(seed, 100, EnumSet.noneOf(Mutant.class));
        events += world.checks.events;
        inTransit += world.checks.inTransit;
        world.reached.forEach((name, count) -> reached.merge(name, count, Integer::sum));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e, e);
      }
    }
    System.out.println(seeds + " pools of 100 commands, " + events + " checks: " + reached);
    assertTrue(inTransit > events / 20, "between two halves of a saga: " + inTransit);
    for (String name :
        List.of(
            "slice CURE",
            "slice SOLVENT",
            "slice INSOLVENT",
            "waterfall",
            "Borrowed",
            "layer fund",
            "layer gains")) {
      assertTrue(reached.getOrDefault(name, 0) > 0, name + " was never reached");
    }
  }

  @ParameterizedTest
  @EnumSource(Mutant.class)
  void seesTheBrokenRule(Mutant mutant) {
    for (long seed = 1; seed <= 400; seed++) {
      try {
        drive(seed, 100, EnumSet.of(mutant));
      } catch (LedgerChecks.Violation e) {
        return;
      }
    }
    throw new AssertionError(mutant + " survived");
  }

  /** What an auditor sees who has only the journals' states. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "ROUND_SELLER",
        "RELEASE_FIRST",
        "NO_LENDER_LIMIT",
        "LITERAL_DUST",
        "LAZY_FUNDING",
        "RESET_COST",
        "SETTLE_NO_RESIDUE"
      })
  void theDomainsOwnStatementsSeeTheBrokenRule(Mutant mutant) {
    for (long seed = 1; seed <= 400; seed++) {
      LedgerWorld world = new LedgerWorld(seed, EnumSet.of(mutant));
      world.checks.statedOnly = true;
      try {
        drive(world, 100);
      } catch (LedgerChecks.Violation e) {
        return;
      }
    }
    throw new AssertionError(mutant + " survived");
  }
}
