package io.crossclear.domain.settlement;

import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.SortedMap;

/** What happened to a transfer between two accounts of one owner. */
public sealed interface TransferEvent {

  /** Milliseconds since 1970. */
  long time();

  /** The owner asked for it. */
  record Requested(SignedAction<UserAction.Transfer> signed, long time) implements TransferEvent {}

  /**
   * The first account has let the units go.
   *
   * @param sequence number of the transfer between these two accounts
   * @param imports that move along
   */
  record Debited(long sequence, SortedMap<Long, Long> imports, long time) implements TransferEvent {
    public Debited {
      imports = Exact.ordered(imports);
    }
  }

  /** The first account refused; nothing moved. */
  record Refused(String reason, long time) implements TransferEvent {}

  /** The second account has the units. */
  record Credited(long time) implements TransferEvent {}

  /** The first account has forgotten the transfer. */
  record Closed(long time) implements TransferEvent {}
}
