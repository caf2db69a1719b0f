package io.crossclear.domain.settlement;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.TransferEvent.Closed;
import io.crossclear.domain.settlement.TransferEvent.Credited;
import io.crossclear.domain.settlement.TransferEvent.Debited;
import io.crossclear.domain.settlement.TransferEvent.Refused;
import io.crossclear.domain.settlement.TransferEvent.Requested;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A transfer between two accounts of one owner: debit, credit, close, in this order whatever
 * crashes.
 *
 * @param signed empty before the first event
 * @param reason a stable code when it was refused
 */
public record TransferSaga(
    Optional<SignedAction<UserAction.Transfer>> signed,
    Stage stage,
    long sequence,
    SortedMap<Long, Long> imports,
    Optional<String> reason,
    long time) {

  /** How far it is, which is also what to do next. */
  public enum Stage {
    /** Nothing is known of it. */
    UNKNOWN,
    /** To debit. */
    REQUESTED,
    /** To credit. */
    DEBITED,
    /** To close at the first account. */
    CREDITED,
    /** Done. */
    CLOSED,
    /** Refused. */
    REFUSED
  }

  /** Why an answer is not taken. */
  public enum Rejection {
    /** No account could remember the transfer until its deadline. */
    DEADLINE_TOO_FAR,
    /** The transfer is at another stage. */
    OUT_OF_TURN
  }

  /** The transfer before its first event. */
  public static final TransferSaga EMPTY =
      new TransferSaga(
          Optional.empty(), Stage.UNKNOWN, 0, Collections.emptySortedMap(), Optional.empty(), 0);

  public TransferSaga {
    imports = Exact.ordered(imports);
  }

  /** Whether something is left to do. */
  public boolean open() {
    return switch (stage) {
      case REQUESTED, DEBITED, CREDITED -> true;
      case UNKNOWN, CLOSED, REFUSED -> false;
    };
  }

  /** Writes the request down. */
  public Decision<TransferEvent, Rejection> request(
      SignedAction<UserAction.Transfer> action, long now) {
    if (stage != Stage.UNKNOWN) {
      return Decision.alreadyDone();
    }
    if (action.action().deadline()
        > Math.floorDiv(at(now), 1000L) + MarginAccount.MAX_DEADLINE_SECONDS) {
      return Decision.reject(Rejection.DEADLINE_TOO_FAR);
    }
    return Decision.accept(new Requested(action, at(now)));
  }

  /** Takes the first account's yes. */
  public Decision<TransferEvent, Rejection> debited(
      long number, SortedMap<Long, Long> moved, long now) {
    return in(Stage.REQUESTED, new Debited(number, moved, at(now)));
  }

  /** Takes the first account's no. */
  public Decision<TransferEvent, Rejection> refused(String code, long now) {
    return in(Stage.REQUESTED, new Refused(code, at(now)));
  }

  /** Takes the second account's yes. */
  public Decision<TransferEvent, Rejection> credited(long now) {
    return in(Stage.DEBITED, new Credited(at(now)));
  }

  /** Takes the first account's last word. */
  public Decision<TransferEvent, Rejection> closed(long now) {
    return in(Stage.CREDITED, new Closed(at(now)));
  }

  private Decision<TransferEvent, Rejection> in(Stage expected, TransferEvent event) {
    if (stage == expected) {
      return Decision.accept(event);
    }
    return stage == Stage.UNKNOWN ? Decision.reject(Rejection.OUT_OF_TURN) : Decision.alreadyDone();
  }

  private long at(long now) {
    return Math.max(now, time);
  }

  /** The transfer after an event; never refuses. */
  public TransferSaga apply(TransferEvent event) {
    return switch (event) {
      case Requested e ->
          new TransferSaga(Optional.of(e.signed()), Stage.REQUESTED, 0, imports, reason, e.time());
      case Debited e ->
          new TransferSaga(signed, Stage.DEBITED, e.sequence(), e.imports(), reason, e.time());
      case Refused e ->
          new TransferSaga(signed, Stage.REFUSED, 0, imports, Optional.of(e.reason()), e.time());
      case Credited e ->
          new TransferSaga(signed, Stage.CREDITED, sequence, imports, reason, e.time());
      case Closed e -> new TransferSaga(signed, Stage.CLOSED, sequence, imports, reason, e.time());
    };
  }
}
