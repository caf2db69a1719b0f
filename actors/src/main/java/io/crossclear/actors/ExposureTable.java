package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

/**
 * Port: one row per account with what the watch needs, written after an event is durable and before
 * its command is answered. So a row behind its journal belongs to an account with an unanswered
 * command, which is sent again.
 */
public interface ExposureTable {

  /**
   * An account's exposure.
   *
   * @param shard 0 to 255
   * @param sequence of the account's newest event
   * @param balances units, only those that are not 0
   * @param openReservations ids of withdrawals and transfers under way
   */
  record Exposure(
      int shard,
      AccountId account,
      long sequence,
      SortedMap<Asset, Long> balances,
      List<String> openReservations) {
    public Exposure {
      openReservations = List.copyOf(openReservations);
    }
  }

  /** Writes the row unless one with a higher sequence stands; completes when it is durable. */
  CompletionStage<Void> upsert(Exposure exposure);

  /** All rows of a shard, by account. */
  CompletionStage<List<Exposure>> ofShard(int shard);
}
