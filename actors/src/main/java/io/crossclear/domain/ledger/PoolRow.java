package io.crossclear.domain.ledger;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.Position;
import java.util.Map;
import java.util.Optional;

/**
 * What a pool knows of an account without asking it, as of the account's newest durable event.
 *
 * @param risk with open legs, and with slices that may arrive as legs
 */
public record PoolRow(AccountId account, Exposure risk, Loan loan) {

  /**
   * unsettled + Σ (⌊value⌋ − cost) over the positions that have a price.
   *
   * @throws ArithmeticException when it does not fit
   */
  public long net(Marks marks, Market market) {
    long net = risk.unsettled();
    for (Map.Entry<String, Position> held : risk.positions().entrySet()) {
      Optional<Mark> mark = marks.mark(held.getKey());
      if (mark.isPresent()) {
        long value =
            market.held(held.getKey()).valueDown(held.getValue().lots(), mark.get().star());
        net = Math.addExact(net, Math.subtractExact(value, held.getValue().cost()));
      }
    }
    return net;
  }

  /** Lots held now; 0 when there is no position. */
  public long lots(String instrument) {
    return risk.positions().getOrDefault(instrument, Position.NONE).lots();
  }

  /** Whether lots are held or may still arrive. */
  public boolean touches(String instrument) {
    return lots(instrument) != 0
        || risk.legs().stream().anyMatch(leg -> leg.instrument().equals(instrument));
  }
}
