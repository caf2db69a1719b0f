package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.liquidation.LossPlan;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** I1 to I8 of the booking table, computed from plain state by a second way. */
final class LedgerChecks {

  /** An invariant that does not hold. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    Violation(String invariant, String detail) {
      super(invariant + ": " + detail);
    }
  }

  private final LedgerWorld world;
  long events;
  long inTransit;

  /** Whether only the domain's own statements are asked. */
  boolean statedOnly;

  LedgerChecks(LedgerWorld world) {
    this.world = world;
  }

  private static void need(boolean holds, String invariant, Object... detail) {
    if (!holds) {
      throw new Violation(invariant, List.of(detail).toString());
    }
  }

  void after(String event) {
    events++;
    stated(event);
    if (statedOnly) {
      return;
    }
    LedgerWorld.Transit transit = world.transit();
    PoolLines lines = world.pool.lines();
    long debts = 0;
    long unreported = 0;
    long unsettled =
        lines.feeUnsettled() + lines.fundUnsettled() + lines.defaulted() + transit.unsettled();
    long costs = 0;
    for (Map.Entry<AccountId, MarginAccount> entry : world.accounts.entrySet()) {
      MarginAccount account = entry.getValue();
      debts += Math.max(0, -account.balance(USDC));
      unreported +=
          account.trading().interest()
              - world.pool.loans().get(entry.getKey()).map(PoolEvent.Loan::interest).orElse(0L);
      unsettled += account.trading().unsettled();
      for (Position position : account.trading().positions().values()) {
        need(position.lots() != 0, "empty position", event);
        costs += position.cost();
      }
      need(account.balance(ETH) >= 0, "collateral below 0", event);
      for (Asset asset : List.of(USDC, ETH)) {
        long imported = Exact.sum(account.imports().getOrDefault(asset, new TreeMap<>()));
        need(imported <= Math.max(0, account.balance(asset)), "A01", event, asset);
      }
    }
    for (PoolBook.Settlement settlement : world.pool.settlements().values()) {
      costs += settlement.cost();
    }
    for (long[] sum : transit.lots().values()) {
      costs += sum[1];
    }
    long lending = lines.lending() + unreported;
    long clearing = world.clearing();
    statedEqually(event, transit, clearing, unsettled, costs);
    conservation(event, transit, lines, lending, clearing);
    need(clearing == unsettled - costs, "I2", event, clearing, unsettled - costs);
    need(clearing >= 0 && lines.clearing() >= 0, "I3 clearing", event, clearing);
    long free = world.is(Mutant.LENT_COUNTS_FREE) ? lending : lending - debts;
    long claims =
        positive(USDC)
            + lines.fund()
            + lines.fee()
            + free
            + lines.recovered()
            + transit.money()
            + pending(USDC);
    need(claims <= world.vault.getOrDefault(USDC, 0L), "I3", event, claims, world.vault);
    need(debts <= lending + world.writtenDown(), "I6", event, debts, lending);
    need(lines.lent() + unreported >= debts, "I6 pool's own view", event, lines.lent(), debts);
    need(
        List.of(
                lines.fund(),
                lines.fee(),
                lines.feeUnsettled(),
                lines.fundUnsettled(),
                lines.lending(),
                lines.shares(),
                lines.defaulted(),
                lines.recovered())
            .stream()
            .allMatch(line -> line >= 0),
        "line below 0",
        event,
        lines);
    lots(event, transit);
    if (world.defaulter.isEmpty()) {
      need(lines.defaulted() == 0 && lines.recovered() == 0, "I8 loss line", event);
    }
    if (world.watched) {
      world.accounts.forEach(
          (id, account) ->
              need(
                  account.trading().liquidating()
                      || world.defaulter.isPresent()
                      || equity(id).signum() >= 0,
                  "I7",
                  event,
                  id,
                  equity(id)));
    }
  }

  /** What the domain states of the same books, from journals' states alone. */
  private void stated(String event) {
    Books books = world.books();
    ClearingCheck check = ClearingCheck.of(books, 1);
    inTransit += check.quiet() ? 0 : 1;
    need(check.holds(), "stated", event, check.violations());
    for (Asset asset : List.of(USDC, ETH)) {
      long held = world.vault.getOrDefault(asset, 0L);
      Conservation sum =
          Conservation.of(
              asset, books, new Conservation.Flows(held, 0, new TreeMap<>(Map.of(A, held)), 0, 0));
      need(sum.holds() && sum.covered(), "stated", event, sum);
    }
  }

  /** Term by term the same. */
  private void statedEqually(
      String event, LedgerWorld.Transit transit, long clearing, long unsettled, long costs) {
    if (!world.mutants.isEmpty()) {
      return;
    }
    InTransit stated = InTransit.of(world.books(), 1);
    need(stated.units().getOrDefault(USDC, 0L) == transit.money(), "stated money", event);
    need(
        stated.units().getOrDefault(ETH, 0L).equals(transit.goods().getOrDefault(ETH, 0L)),
        "stated goods",
        event);
    need(stated.unsettled() == transit.unsettled(), "stated unsettled", event);
    transit
        .lots()
        .forEach(
            (symbol, sum) ->
                need(
                    stated.lots().getOrDefault(symbol, 0L) == sum[0],
                    "stated lots",
                    event,
                    symbol));
    need(stated.writtenDown() == world.writtenDown(), "stated write-down", event);
    ClearingCheck check = ClearingCheck.of(world.books(), 1);
    need(
        check.clearing() == clearing && check.unsettled() == unsettled && check.costs() == costs,
        "stated identity",
        event,
        check);
  }

  private void conservation(
      String event, LedgerWorld.Transit transit, PoolLines lines, long lending, long clearing) {
    long dollars =
        balances(USDC)
            + lines.fund()
            + lines.fee()
            + lending
            + lines.recovered()
            + clearing
            + transit.money()
            + pending(USDC);
    need(
        dollars == world.vault.getOrDefault(USDC, 0L),
        "I1",
        event,
        dollars - world.vault.getOrDefault(USDC, 0L));
    long ether =
        balances(ETH)
            + lines.collateral().getOrDefault(ETH, 0L)
            + transit.goods().getOrDefault(ETH, 0L)
            + pending(ETH);
    need(ether == world.vault.getOrDefault(ETH, 0L), "I1 collateral", event);
  }

  private void lots(String event, LedgerWorld.Transit transit) {
    for (String symbol : MARKET.instruments().keySet()) {
      long sum = transit.lots().getOrDefault(symbol, new long[2])[0];
      for (MarginAccount account : world.accounts.values()) {
        sum += account.trading().positions().getOrDefault(symbol, Position.NONE).lots();
      }
      PoolBook.Settlement settlement = world.pool.settlements().get(symbol);
      sum += settlement == null ? 0 : settlement.lots();
      need(sum == 0, "I4", event, symbol, sum);
    }
  }

  private long balances(Asset asset) {
    return world.accounts.values().stream().mapToLong(account -> account.balance(asset)).sum();
  }

  private long positive(Asset asset) {
    return world.accounts.values().stream()
        .mapToLong(account -> Math.max(0, account.balance(asset)))
        .sum();
  }

  private long pending(Asset asset) {
    return world.accounts.values().stream()
        .flatMap(account -> account.withdrawals().values().stream())
        .filter(reservation -> reservation.asset().equals(asset))
        .mapToLong(MarginAccount.Reservation::units)
        .sum();
  }

  /** unsettled + Σ (⌊lots · star / scale⌋ − cost), in whole numbers without limit. */
  private BigInteger net(AccountId id) {
    BigInteger net = BigInteger.valueOf(world.at(id).trading().unsettled());
    for (Map.Entry<String, Position> held : world.at(id).trading().positions().entrySet()) {
      long star = world.star(held.getKey());
      net =
          net.add(
                  floor(
                      big(held.getValue().lots()).multiply(big(star)),
                      big(MARKET.held(held.getKey()).scale())))
              .subtract(big(held.getValue().cost()));
    }
    return net;
  }

  private BigInteger collateral(AccountId id) {
    return floor(
        big(world.at(id).balance(ETH)).multiply(big(world.collateralPrice)),
        BigInteger.TEN.pow(10));
  }

  BigInteger equity(AccountId id) {
    return big(world.at(id).balance(USDC)).add(net(id)).add(collateral(id));
  }

  private BigInteger requirement(AccountId id, long ppm) {
    BigInteger sum = BigInteger.ZERO;
    for (Map.Entry<String, Position> held : world.at(id).trading().positions().entrySet()) {
      BigInteger product =
          big(held.getValue().lots())
              .abs()
              .multiply(big(world.price(held.getKey())))
              .multiply(big(ppm));
      BigInteger scale = big(MARKET.held(held.getKey()).scale()).multiply(big(1_000_000));
      sum = sum.add(floor(product.negate(), scale).negate());
    }
    return sum;
  }

  /** I5: losses counted, gains not. */
  void withdrawn(AccountId id) {
    need(world.at(id).balance(USDC) >= 0 || world.at(id).balance(ETH) >= 0, "I5", "balance");
    BigInteger weighted = floor(collateral(id).multiply(big(800_000)), big(1_000_000));
    BigInteger left =
        big(world.at(id).balance(USDC)).add(net(id).min(BigInteger.ZERO)).add(weighted);
    boolean flat =
        world.at(id).trading().positions().isEmpty()
            && world.at(id).trading().unsettled() >= 0
            && world.at(id).balance(USDC) >= 0;
    need(flat || left.compareTo(requirement(id, 100_000)) >= 0, "I5", id, left);
  }

  /**
   * A solvent slice ends at the buffer, not above it but by rounding, nor below when it was whole.
   */
  void sold(AccountId id, int portionPpm) {
    BigInteger post =
        equity(id)
            .multiply(big(1_000_000))
            .subtract(requirement(id, 65_000).multiply(big(1_150_000)));
    long lot = 0;
    for (String symbol : MARKET.instruments().keySet()) {
      lot += 2 * (MARKET.held(symbol).valueUp(2, world.price(symbol)) + 8);
    }
    BigInteger tolerance =
        big(lot + MARKET.rules().collateral().getFirst().valueDown(3, world.collateralPrice))
            .multiply(big(1_000_000));
    need(post.compareTo(tolerance) <= 0, "I21 too much", post, tolerance);
    need(
        portionPpm < 1_000_000 || post.compareTo(tolerance.negate()) >= 0,
        "I21 too little",
        post,
        tolerance);
    need(equity(id).signum() >= 0, "I7 slice");
  }

  /** An insolvent slice leaves exactly nothing. */
  void empty(AccountId id) {
    MarginAccount account = world.at(id);
    need(
        account.balances().isEmpty()
            && account.trading().positions().isEmpty()
            && account.trading().unsettled() == 0,
        "I8 not empty after a full slice",
        account.balances(),
        account.trading().unsettled());
  }

  /** A loss is shared exactly, in order, and leaves nothing. */
  void shared(AccountId id, LossPlan plan, PoolLines before) {
    need(plan.paid() == plan.debt() + plan.owed(), "I8 sums", plan);
    long cut = Exact.sum(plan.borne()) + plan.feeLevy() + plan.feeLevyForDebt();
    need(cut == 0 && plan.lenders() == 0 || world.pool.lines().fund() == 0, "I8 fund first", plan);
    if (cut > 0 && plan.debt() == 0 && before.shares() > 0) {
      long idle = before.idle();
      need(
          before.fundShares() == 0 || idle <= before.lending() / before.shares() + 1,
          "I8 idle lending first",
          idle);
    }
    empty(id);
    world.reached.merge("layer fund", plan.fund() > 0 ? 1 : 0, Integer::sum);
    world.reached.merge("layer gains", Exact.sum(plan.levies()) > 0 ? 1 : 0, Integer::sum);
    world.reached.merge(
        "layer gains for debt", Exact.sum(plan.leviesForDebt()) > 0 ? 1 : 0, Integer::sum);
    world.reached.merge("layer lenders", plan.lenders() > 0 ? 1 : 0, Integer::sum);
  }

  private static BigInteger big(long number) {
    return BigInteger.valueOf(number);
  }

  private static BigInteger floor(BigInteger a, BigInteger b) {
    BigInteger[] quotient = a.divideAndRemainder(b);
    return quotient[1].signum() < 0 ? quotient[0].subtract(BigInteger.ONE) : quotient[0];
  }
}
