package io.crossclear.domain.variation;

import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.variation.VariationCycle.Rejection;
import io.crossclear.domain.variation.VariationCycle.Stage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every command of a cycle at every stage: too early, in its turn, and again after a crash. */
final class VariationCycleCrashTest {

  private static final AccountId LOSER = account(1, 1, 0);
  private static final AccountId WINNER = account(2, 1, 0);
  private static final AccountId STRANGER = account(3, 1, 0);
  private static final Decision<CycleEvent, Rejection> EARLY =
      Decision.reject(Rejection.OUT_OF_TURN);
  private static final Decision<CycleEvent, Rejection> DONE = Decision.alreadyDone();

  private static VariationCycle after(
      VariationCycle cycle, Decision<CycleEvent, Rejection> decision) {
    return cycle.apply(only(decision));
  }

  private final VariationCycle none = VariationCycle.EMPTY;
  private final VariationCycle collecting =
      after(none, none.start(1, marks(1, 1, 1), List.of(LOSER, WINNER), 5));
  private final VariationCycle half = after(collecting, collecting.collected(LOSER, -30, 6));
  private final VariationCycle lending = after(half, half.collected(WINNER, 60, 6));
  private final VariationCycle sharing = after(lending, lending.borrowed(LOSER, -10, 7));
  private final VariationCycle releasing = after(sharing, sharing.share(50, 0, 0, 8));
  private final VariationCycle closing = after(releasing, releasing.released(WINNER, 50, 9));
  private final VariationCycle finished = after(closing, closing.finish(10));

  private final List<VariationCycle> stages =
      List.of(none, collecting, half, lending, sharing, releasing, closing, finished);

  private void turns(
      java.util.function.Function<VariationCycle, Decision<CycleEvent, Rejection>> command,
      int first,
      int last) {
    for (int i = 0; i < stages.size(); i++) {
      Decision<CycleEvent, Rejection> decision = command.apply(stages.get(i));
      if (i < first) {
        assertEquals(EARLY, decision, "stage " + i);
      } else if (i > last) {
        assertEquals(DONE, decision, "stage " + i);
      } else {
        only(decision);
      }
    }
  }

  @Test
  void isTakenInItsTurnAndNowhereElse() {
    turns(cycle -> cycle.start(2, marks(2, 1, 1), List.of(), 9), 0, 0);
    turns(cycle -> cycle.collected(WINNER, 1, 9), 1, 2);
    turns(cycle -> cycle.collected(LOSER, 1, 9), 1, 1);
    turns(cycle -> cycle.borrowed(LOSER, 1, 9), 3, 3);
    turns(cycle -> cycle.share(1, 1, 1, 9), 4, 4);
    turns(cycle -> cycle.released(WINNER, 1, 9), 5, 5);
    turns(cycle -> cycle.finish(9), 6, 6);
  }

  @Test
  void takesNoWordOfAStranger() {
    assertEquals(DONE, collecting.collected(STRANGER, 5, 9));
    assertEquals(DONE, lending.borrowed(WINNER, 5, 9));
    assertEquals(DONE, releasing.released(LOSER, 5, 9));
  }

  @Test
  void isOpenFromItsStartToItsEnd() {
    for (VariationCycle cycle : stages) {
      assertEquals(cycle != none && cycle != finished, cycle.open());
    }
  }

  @Test
  void curesWhoStillOwesOnceNothingMoreIsLent() {
    for (VariationCycle cycle : List.of(none, collecting, half, lending)) {
      assertEquals(List.of(), cycle.cures());
    }
    for (VariationCycle cycle : List.of(sharing, releasing, closing, finished)) {
      assertEquals(List.of(LOSER), cycle.cures());
    }
  }

  /** Without accounts there is nothing to collect, without losers nothing to lend. */
  @Test
  void leavesOutStagesWithoutWork() {
    VariationCycle nobody = after(none, none.start(1, marks(1, 1, 1), List.of(), 5));
    assertEquals(Stage.SHARING, nobody.stage());
    VariationCycle even = after(none, none.start(1, marks(1, 1, 1), List.of(WINNER), 5));
    assertEquals(Stage.SHARING, after(even, even.collected(WINNER, 0, 5)).stage());
    VariationCycle shared = after(nobody, nobody.share(9, 3, 4, 5));
    assertEquals(Stage.CLOSING, shared.stage());
    assertEquals(3, shared.fee());
    assertEquals(4, shared.fund());
  }

  /** 10 of 60 : 3 : 4 by largest remainder: 8.955, 0.447, 0.597; none is a share of nobody. */
  @Test
  void sharesProRataAndNobodyAShareOfNothing() {
    VariationCycle shared = after(sharing, sharing.share(10, 3, 4, 8));
    assertEquals(Map.of(WINNER, 9L), shared.shares());
    assertEquals(0, shared.fee());
    assertEquals(1, shared.fund());
    assertEquals(Set.of(WINNER), shared.waiting());
    VariationCycle tiny = after(sharing, sharing.share(1, 1_000, 0, 8));
    assertEquals(Map.of(), tiny.shares());
    assertEquals(1, tiny.fee());
    VariationCycle nothing = after(sharing, sharing.share(-5, 3, 4, 8));
    assertEquals(0, Exact.sum(nothing.shares()) + nothing.fee() + nothing.fund());
  }

  @Test
  void neverGoesBackInTime() {
    assertEquals(10, finished.time());
    assertEquals(8, only(releasing.released(WINNER, 1, 3)).time());
    assertTrue(collecting.open());
    assertFalse(finished.open());
  }
}
