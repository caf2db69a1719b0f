package io.crossclear.domain.settlement;

import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.domain.settlement.TransferSaga.Rejection;
import io.crossclear.domain.settlement.TransferSaga.Stage;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Transfer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TransferSagaTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final SortedMap<Long, Long> MOVED = new TreeMap<>(Map.of(101L, 4L));
  private static final SignedAction<Transfer> SIGNED =
      sign(
          owner(1),
          new Transfer(
              account(1, 1, 0).word(), account(1, 2, 0).word(), "USDC", 10, 1, NOW / 1000 + 60));

  /** The saga at this stage, on the shortest way there. */
  private static TransferSaga at(Stage stage) {
    return switch (stage) {
      case UNKNOWN -> TransferSaga.EMPTY;
      case REQUESTED -> next(Stage.UNKNOWN, saga -> saga.request(SIGNED, NOW));
      case DEBITED -> next(Stage.REQUESTED, saga -> saga.debited(3, MOVED, NOW + 1));
      case CREDITED -> next(Stage.DEBITED, saga -> saga.credited(NOW + 2));
      case CLOSED -> next(Stage.CREDITED, saga -> saga.closed(NOW + 3));
      case REFUSED -> next(Stage.REQUESTED, saga -> saga.refused("NO", NOW + 1));
    };
  }

  private static TransferSaga next(
      Stage from, Function<TransferSaga, Decision<TransferEvent, Rejection>> decision) {
    TransferSaga saga = at(from);
    return saga.apply(only(decision.apply(saga)));
  }

  @Test
  void goesThroughItsStagesInOrder() {
    assertEquals(
        new TransferSaga(
            Optional.of(SIGNED), Stage.REQUESTED, 0, new TreeMap<>(), Optional.empty(), NOW),
        at(Stage.REQUESTED));
    assertEquals(
        new TransferSaga(Optional.of(SIGNED), Stage.DEBITED, 3, MOVED, Optional.empty(), NOW + 1),
        at(Stage.DEBITED));
    assertEquals(
        new TransferSaga(Optional.of(SIGNED), Stage.CREDITED, 3, MOVED, Optional.empty(), NOW + 2),
        at(Stage.CREDITED));
    assertEquals(
        new TransferSaga(Optional.of(SIGNED), Stage.CLOSED, 3, MOVED, Optional.empty(), NOW + 3),
        at(Stage.CLOSED));
    assertEquals(
        new TransferSaga(
            Optional.of(SIGNED), Stage.REFUSED, 0, new TreeMap<>(), Optional.of("NO"), NOW + 1),
        at(Stage.REFUSED));
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void takesEachAnswerAtItsOwnStageOnly(Stage stage) {
    TransferSaga saga = at(stage);
    List<Decision<TransferEvent, Rejection>> answers =
        List.of(
            saga.debited(3, MOVED, NOW),
            saga.refused("NO", NOW),
            saga.credited(NOW),
            saga.closed(NOW));
    List<Stage> turns = List.of(Stage.REQUESTED, Stage.REQUESTED, Stage.DEBITED, Stage.CREDITED);
    for (int i = 0; i < answers.size(); i++) {
      if (turns.get(i) == stage) {
        only(answers.get(i));
      } else if (stage == Stage.UNKNOWN) {
        assertEquals(Decision.reject(Rejection.OUT_OF_TURN), answers.get(i));
      } else {
        assertEquals(Decision.alreadyDone(), answers.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void isRequestedOnce(Stage stage) {
    Decision<TransferEvent, Rejection> decision = at(stage).request(SIGNED, NOW);
    if (stage == Stage.UNKNOWN) {
      assertEquals(new TransferEvent.Requested(SIGNED, NOW), only(decision));
    } else {
      assertEquals(Decision.alreadyDone(), decision);
    }
  }

  @Test
  void isRefusedAtOnceWhenNoAccountCouldRememberItUntilItsDeadline() {
    long furthest = NOW / 1000 + 30 * 24 * 3600;
    assertEquals(1, all(TransferSaga.EMPTY.request(until(furthest), NOW)).size());
    assertEquals(
        Decision.reject(Rejection.DEADLINE_TOO_FAR),
        TransferSaga.EMPTY.request(until(furthest + 1), NOW));
  }

  private static SignedAction<Transfer> until(long deadline) {
    return sign(
        owner(1),
        new Transfer(account(1, 1, 0).word(), account(1, 2, 0).word(), "USDC", 10, 1, deadline));
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void isOpenWhileSomebodyHasToBeAsked(Stage stage) {
    boolean open = stage == Stage.REQUESTED || stage == Stage.DEBITED || stage == Stage.CREDITED;
    assertEquals(open, at(stage).open());
  }

  @Test
  void neverGoesBackInTime() {
    assertEquals(NOW + 1, only(at(Stage.DEBITED).credited(NOW - 60_000)).time());
  }
}
