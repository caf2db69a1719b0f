package io.crossclear.domain.ledger;

import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountReplay;
import io.crossclear.domain.account.ClearingEvent.BidReserved;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.SliceKey;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.testing.TestMarket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Everything that happened in a world, as evidence. The outside is believed. */
final class WorldEvidence implements AccountReplay.Evidence {

  final TreeMap<AccountId, List<AccountEvent>> journals = new TreeMap<>();
  private final LedgerWorld world;
  private final PoolTrail trail = new PoolTrail(TestMarket.MARKET);

  WorldEvidence(LedgerWorld world) {
    this.world = world;
    Optional<Marks> cycle = Optional.empty();
    Optional<Marks> once = Optional.empty();
    for (Object entry : world.journal) {
      if (entry instanceof LedgerWorld.Booked booked) {
        journals.computeIfAbsent(booked.account(), id -> new ArrayList<>()).add(booked.event());
      } else if (entry instanceof Marks marks) {
        once = Optional.of(marks);
      } else if (entry instanceof PoolFact fact) {
        if (fact instanceof CycleEvent.Started started) {
          cycle = Optional.of(started.marks());
        }
        if (fact instanceof PoolEvent.StepAsked) {
          once.ifPresent(this::cycleAt);
          trail.read(fact);
          cycle.ifPresent(this::cycleAt);
          once = Optional.empty();
        } else {
          trail.read(fact);
        }
      }
    }
  }

  private void cycleAt(Marks marks) {
    trail.read(new CycleEvent.Started(1, marks, List.of(), marks.time()));
  }

  private List<AccountEvent> journal(AccountId id) {
    return journals.getOrDefault(id, List.of());
  }

  @Override
  public boolean deposited(AccountId account, AccountEvent.Credited event) {
    return journal(account).contains(event);
  }

  @Override
  public boolean debited(AccountId account, AccountEvent.TransferCredited event) {
    return false;
  }

  @Override
  public boolean paid(MarginAccount.Reservation reservation, AccountEvent.WithdrawalPosted event) {
    return true;
  }

  @Override
  public Optional<List<Integer>> novated(AccountId account, Hash batch, Trading.Batch reserved) {
    return Optional.ofNullable(world.cleared.get(batch))
        .filter(is -> is.legs().getOrDefault(account, List.of()).equals(reserved.legs()))
        .filter(
            is ->
                of(is)
                    .equals(
                        List.of(batch, reserved.venue(), reserved.number(), reserved.deadline())))
        .map(FillBatch::novated);
  }

  private static List<Object> of(FillBatch batch) {
    var submitted = batch.submitted().orElseThrow();
    return List.of(submitted.id(), submitted.venue(), submitted.number(), submitted.deadline());
  }

  @Override
  public boolean asked(MarginAccount account, PoolStep event) {
    return trail.cameTo(account, event);
  }

  @Override
  public boolean indexed(AccountId account, long index) {
    return trail.indexed(index);
  }

  @Override
  public boolean sliceOffered(SliceKey key, Slice slice) {
    return journal(key.account()).stream()
        .anyMatch(
            event ->
                event instanceof SliceReserved e
                    && e.number() == key.number()
                    && e.round() == key.round()
                    && e.slice().equals(slice));
  }

  @Override
  public boolean sliceBought(SliceKey key, Slice slice) {
    return Optional.ofNullable(world.buyers.get(key.text())).stream()
        .flatMap(bidder -> journal(bidder).stream())
        .anyMatch(
            event ->
                event instanceof BidReserved e
                    && e.key().equals(key.text())
                    && e.slice().equals(slice));
  }

  private boolean took(AccountId bidder, SliceKey key) {
    return bidder.equals(world.buyers.get(key.text()))
        && journal(key.account()).stream()
            .anyMatch(
                event ->
                    event instanceof SliceTaken e
                        && e.number() == key.number()
                        && e.round() == key.round());
  }

  @Override
  public boolean sliceTaken(AccountId bidder, SliceKey key, Slice slice) {
    return took(bidder, key);
  }

  @Override
  public boolean sliceKept(AccountId bidder, SliceKey key, Slice slice) {
    return !Objects.equals(bidder, world.buyers.get(key.text())) || !took(bidder, key);
  }
}
