package io.crossclear.domain.trade;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatchEvent.Novated;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import java.util.List;
import java.util.Optional;

/**
 * A fill batch's journal as evidence for whoever executes accounts again: which fills happened. The
 * novation is decided again from what the accounts answered; that the other side of a fill answered
 * so is believed, and so is its venue's signature. Used by one thread at a time.
 */
public final class BatchTrail {

  private FillBatch batch = FillBatch.EMPTY;
  private boolean decided;

  /** Reads the batch's next event. */
  public void read(FillBatchEvent event) {
    if (event instanceof Novated) {
      decided = batch.novate(event.time()).equals(Decision.accept(event));
    }
    batch = batch.apply(event);
  }

  /**
   * Fills that happened; empty while none is decided, or when the account's legs are not those that
   * the batch holds, each of one of its fills.
   */
  public Optional<List<Integer>> novated(AccountId account, Hash id, Trading.Batch reserved) {
    Optional<Submitted> submitted = batch.submitted();
    if (!decided || submitted.isEmpty()) {
      return Optional.empty();
    }
    Submitted of = submitted.get();
    boolean same =
        of.id().equals(id)
            && of.venue().equals(reserved.venue())
            && of.number() == reserved.number()
            && of.deadline() == reserved.deadline()
            && batch.legs().getOrDefault(account, List.of()).equals(reserved.legs())
            && reserved.legs().stream().allMatch(leg -> proposed(of, leg));
    return same ? Optional.of(batch.novated()) : Optional.empty();
  }

  private static boolean proposed(Submitted batch, Leg leg) {
    return batch.fills().stream()
        .anyMatch(
            fill ->
                fill.number() == leg.fill()
                    && fill.price() == leg.price()
                    && fill.lots() == Math.abs(leg.terms().lots())
                    && (leg.terms().lots() > 0 ? fill.buy() : fill.sell()).equals(leg.signed()));
  }
}
