package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import java.util.List;
import java.util.Optional;
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
   * @param clearing what the account trades; empty when nothing of it is there
   */
  record Exposure(
      int shard,
      AccountId account,
      long sequence,
      SortedMap<Asset, Long> balances,
      List<String> openReservations,
      Optional<Clearing> clearing) {
    public Exposure {
      openReservations = List.copyOf(openReservations);
    }
  }

  /**
   * The part of an account that trades.
   *
   * @param risk with open legs, and with slices that may arrive
   * @param legs number of open legs of fill batches
   * @param bids number of slices that may arrive
   * @param auction the open one
   * @param loan as of the row's sequence
   * @param trimmed import that vanished, ever, by asset and chain
   */
  record Clearing(
      io.crossclear.domain.margin.Exposure risk,
      int legs,
      int bids,
      Optional<OpenAuction> auction,
      Loan loan,
      SortedMap<Asset, SortedMap<Long, Long>> trimmed) {
    public Clearing {
      trimmed = Exact.ordered(trimmed);
    }
  }

  /** An auction of the account. */
  record OpenAuction(long number, AuctionKind kind) {}

  /** Writes the row unless one with a higher sequence stands; completes when it is durable. */
  CompletionStage<Void> upsert(Exposure exposure);

  /** All rows of a shard, by account. */
  CompletionStage<List<Exposure>> ofShard(int shard);
}
