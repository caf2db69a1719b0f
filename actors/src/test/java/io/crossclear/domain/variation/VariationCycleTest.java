package io.crossclear.domain.variation;

import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.variation.VariationCycle.Rejection;
import io.crossclear.domain.variation.VariationCycle.Stage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class VariationCycleTest {

  private static final AccountId LOSER = account(1, 1, 0);
  private static final AccountId WINNER = account(2, 1, 0);
  private static final AccountId OTHER = account(3, 1, 0);

  private static VariationCycle after(
      VariationCycle cycle, Decision<CycleEvent, Rejection> decision) {
    return cycle.apply(only(decision));
  }

  private static VariationCycle started(AccountId... accounts) {
    return after(
        VariationCycle.EMPTY, VariationCycle.EMPTY.start(1, marks(1, 1, 1), List.of(accounts), 5));
  }

  @Test
  void collectsThenLendsThenSharesThenReleases() {
    VariationCycle cycle = started(LOSER, WINNER, OTHER);
    assertEquals(Stage.COLLECTING, cycle.stage());
    assertEquals(Decision.reject(Rejection.OUT_OF_TURN), cycle.share(1, 0, 0, 5));
    cycle = after(cycle, cycle.collected(LOSER, -30, 6));
    assertEquals(Decision.alreadyDone(), cycle.collected(LOSER, -30, 6));
    cycle = after(cycle, cycle.collected(WINNER, 60, 6));
    cycle = after(cycle, cycle.collected(OTHER, 30, 6));
    assertEquals(Stage.LENDING, cycle.stage());
    assertEquals(Set.of(LOSER), cycle.waiting());
    cycle = after(cycle, cycle.borrowed(LOSER, -10, 7));
    assertEquals(List.of(LOSER), cycle.cures());
    cycle = after(cycle, cycle.share(80, 10, 0, 8));
    assertEquals(Map.of(WINNER, 48L, OTHER, 24L), cycle.shares());
    assertEquals(8, cycle.fee());
    cycle = after(cycle, cycle.released(WINNER, 48, 9));
    cycle = after(cycle, cycle.released(OTHER, 24, 9));
    assertEquals(Stage.CLOSING, cycle.stage());
    cycle = after(cycle, cycle.finish(10));
    assertFalse(cycle.open());
    assertEquals(Decision.alreadyDone(), cycle.finish(10));
  }

  @Test
  void sharesNoMoreThanTheClearingAccountHoldsNorThanTheGains() {
    VariationCycle cycle = started(WINNER);
    cycle = after(cycle, cycle.collected(WINNER, 60, 6));
    assertEquals(Stage.SHARING, cycle.stage());
    assertEquals(Map.of(WINNER, 7L), after(cycle, cycle.share(7, 0, 0, 8)).shares());
    assertEquals(Map.of(WINNER, 60L), after(cycle, cycle.share(999, 0, 0, 8)).shares());
    VariationCycle empty = after(cycle, cycle.share(0, 5, 5, 8));
    assertEquals(Map.of(), empty.shares());
    assertEquals(Stage.CLOSING, empty.stage());
  }
}
