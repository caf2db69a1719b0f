package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestNetwork.account;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.liquidation.LossPlan.Means;
import io.crossclear.domain.money.Exact;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class LossPlanTest {

  private static final AccountId ONE = account(1, 1, 0);
  private static final AccountId TWO = account(2, 1, 0);

  private static SortedMap<AccountId, Long> gains(long one, long two) {
    return new TreeMap<>(Map.of(ONE, one, TWO, two));
  }

  @Test
  void theFundPaysTheDebtFirst() {
    LossPlan plan = LossPlan.of(70, 50, new Means(100, 0, 0, 0), gains(40, 10));
    assertEquals(100, plan.fund());
    assertEquals(Map.of(ONE, 16L, TWO, 4L), plan.levies());
    assertEquals(0, plan.lenders());
    assertEquals(120, plan.paid());
  }

  @Test
  void lendersCarryWhatRemainsOfADebt() {
    LossPlan plan = LossPlan.of(81, 0, new Means(0, 0, 0, 0), gains(0, 0));
    assertEquals(81, plan.lenders());
    assertEquals(81, plan.paid());
  }

  @Test
  void onlyCollectedMoneyRepaysADebt() {
    LossPlan plan = LossPlan.of(100, 0, new Means(10, 20, 5, 60), gains(30, 30));
    assertEquals(10, plan.fund());
    assertEquals(20, plan.claimsForDebt());
    assertEquals(40, Exact.sum(plan.leviesForDebt()) + plan.feeLevyForDebt());
    assertEquals(30, plan.lenders());
  }

  @Test
  void unreleasedClaimsOfTheFundComeBeforeAnybodysGain() {
    LossPlan plan = LossPlan.of(0, 50, new Means(10, 40, 0, 0), gains(90, 90));
    assertEquals(40, plan.claimsForOwed());
    assertEquals(Map.of(), plan.levies());
  }

  @Test
  void gainsThatAreOnTheirWayLeaveTheRestToTheNextPlan() {
    LossPlan plan = LossPlan.of(20, 50, new Means(0, 0, 0, 100), gains(40, 9));
    assertEquals(gains(40, 9), plan.levies());
    assertEquals(49, plan.paid());
  }

  @Property(tries = 500)
  void layersSumToTheLossAndComeInOrder(@ForAll long seed) {
    Random random = new Random(seed);
    TreeMap<AccountId, Long> gains = new TreeMap<>();
    for (int i = 1; i <= 4; i++) {
      gains.put(account(i, 1, 0), random.nextBoolean() ? 0 : random.nextLong(1_000_000));
    }
    Means means =
        new Means(
            random.nextLong(500_000),
            random.nextInt(1000),
            random.nextInt(1000),
            random.nextLong(500_000));
    long debt = random.nextLong(1_000_000);
    long owed = random.nextLong(Exact.sum(gains) + means.feeUnsettled() + 1);
    LossPlan plan = LossPlan.of(debt, owed, means, gains);
    assertEquals(debt + owed, plan.paid());
    plan.borne().forEach((id, units) -> assertTrue(units <= gains.getOrDefault(id, 0L)));
    long later = plan.paid() - plan.fund();
    assertTrue(later == 0 || plan.fund() == means.fund());
    long cut = Exact.sum(plan.borne()) + plan.feeLevy() + plan.feeLevyForDebt();
    assertTrue(plan.feeLevy() + plan.feeLevyForDebt() <= means.feeUnsettled());
    assertTrue(cut == 0 || plan.claimsForOwed() + plan.claimsForDebt() <= means.fundUnsettled());
  }
}
