package io.crossclear.domain.account;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.ClearingEvent.AwardedInKind;
import io.crossclear.domain.account.ClearingEvent.BidReleased;
import io.crossclear.domain.account.ClearingEvent.BidReserved;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.FinalSettled;
import io.crossclear.domain.account.ClearingEvent.Forfeited;
import io.crossclear.domain.account.ClearingEvent.Levied;
import io.crossclear.domain.account.ClearingEvent.LossCovered;
import io.crossclear.domain.account.ClearingEvent.OwedCovered;
import io.crossclear.domain.account.ClearingEvent.SliceCommitted;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ClearingEvent.VariationCollected;
import io.crossclear.domain.account.ClearingEvent.VariationReleased;
import io.crossclear.domain.account.Trading.Step;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.UserAction.Bid;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The account's column of the booking table, event by event: what moves, by how much, and that
 * nothing else does. Before each: cash 1,000, 50 ETH units, 7 unsettled, 10 BTC lots at a cost of
 * 300.
 */
final class ClearingFoldTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final AccountId ID = account(1, 1, 0);

  private static MarginAccount before() {
    MarginAccount empty = MarginAccount.empty(ID);
    MarginAccount cash = empty.apply(only(empty.credit(A, 1, 0, USDC, 1_000, deposited(1), NOW)));
    return cash.apply(only(cash.credit(A, 2, 1, ETH, 50, deposited(2), NOW)))
        .apply(new TornUp(1, BTC_PERP, 10, 300, NOW))
        .apply(new OwedCovered(2, LossLayer.FUND, 7, NOW));
  }

  private static void books(
      ClearingEvent event, long cash, long ether, long unsettled, long lots, long cost) {
    MarginAccount after = before().apply(event);
    assertEquals(1_000 + cash, after.balance(USDC), "cash");
    assertEquals(50 + ether, after.balance(ETH), "collateral");
    assertEquals(7 + unsettled, after.trading().unsettled(), "unsettled");
    Position held = after.trading().positions().getOrDefault(BTC_PERP, Position.NONE);
    assertEquals(10 + lots, held.lots(), "lots");
    assertEquals(300 + cost, held.cost(), "cost");
    if (event instanceof ClearingEvent.PoolStep step) {
      // the answer to a copy of the request
      assertEquals(
          new Step(3, step.units(), step.lots(), step.collateral()), after.trading().step());
    }
  }

  private static TreeMap<String, Long> value(long units) {
    return new TreeMap<>(Map.of(BTC_PERP, units));
  }

  private static Amount cash(long units) {
    return new Amount(USDC, units);
  }

  @Nested
  class AStepOfThePool {
    @Test
    void marksAndCollects() {
      books(new VariationCollected(3, 9, value(280), cash(13), NOW), -13, 0, -20 + 13, 0, -20);
    }

    @Test
    void lendsAndReleases() {
      books(new Borrowed(3, cash(4), NOW), -4, 0, 4, 0, 0);
      books(new VariationReleased(3, cash(4), NOW), 4, 0, -4, 0, 0);
    }

    @Test
    void tearsUpAndLeavesTheResultOfAClosedPositionUnsettled() {
      books(new TornUp(3, BTC_PERP, -4, -130, NOW), 0, 0, 0, -4, -130);
      books(new TornUp(3, BTC_PERP, -10, -330, NOW), 0, 0, 30, -10, -300);
    }

    @Test
    void coversADebtAndWhatIsOwed() {
      books(new LossCovered(3, LossLayer.FUND, cash(5), NOW), 5, 0, 0, 0, 0);
      books(new OwedCovered(3, LossLayer.GAINS, 5, NOW), 0, 0, 5, 0, 0);
    }

    @Test
    void marksAndLevies() {
      books(new Levied(3, 9, value(310), 12, NOW), 0, 0, 10 - 12, 0, 10);
    }

    @Test
    void takesWhatIsForfeitedAndGivesWhatIsAwarded() {
      books(new Forfeited(3, 6, new TreeMap<>(Map.of(ETH, 20L)), NOW), 0, -20, -6, 0, 0);
      books(new AwardedInKind(3, new Amount(ETH, 8), NOW), 0, 8, 0, 0, 0);
    }

    @Test
    void settlesForGood() {
      FinalSettled settled = new FinalSettled(3, BTC_PERP, 1, 10, 288, NOW);
      books(settled, 0, 0, 288 - 300, -10, -300);
      assertEquals(288, settled.units());
    }
  }

  @Nested
  class ASliceThatMayArrive {
    private final Slice slice =
        new Slice(
            Slice.Kind.SOLVENT,
            1,
            new TreeMap<>(Map.of(BTC_PERP, new Position(5, 140, 99))),
            new TreeMap<>(Map.of(ETH, 3L)),
            -11,
            USDC,
            20,
            90,
            0);

    private MarginAccount bidder() {
      var signed = sign(owner(1), new Bid(ID.word(), "x", 1, 90, 0, 5, NOW / 1000));
      return before().apply(new BidReserved(word(1), signed, "k", slice, 70, marks(1, 1, 1), NOW));
    }

    /** Its position may arrive like a leg; its loss is counted already, a gain would not be. */
    @Test
    void isPartOfTheRiskAndNotOfTheHoldings() {
      MarginAccount bidder = bidder();
      Exposure risk = bidder.exposure(MARKET.settlement());
      assertEquals(1_000 - 70, risk.cash());
      assertEquals(List.of(new OpenLeg(BTC_PERP, 5, 140, 0)), risk.legs());
      assertEquals(7 - 11, risk.unsettled());
      Exposure own = bidder.holdings(MARKET.settlement());
      assertEquals(List.of(), own.legs());
      assertEquals(7, own.unsettled());
    }

    @Test
    void comesBackAsMoneyWhenItIsReleased() {
      MarginAccount back = bidder().apply(new BidReleased("k", NOW));
      assertEquals(before().balances(), back.balances());
      assertEquals(Map.of(), back.trading().bids());
      assertEquals(bidder(), bidder().apply(new BidReleased("other", NOW)));
    }

    /** Aside 70 = 90 to pay less 20 of cash in it: nothing more moves when it arrives. */
    @Test
    void arrivesWithItsCostItsCollateralAndItsLoss() {
      MarginAccount after = bidder().apply(new SliceCommitted("k", value(150), NOW));
      assertEquals(1_000 - 70, after.balance(USDC));
      assertEquals(53, after.balance(ETH));
      assertEquals(7 - 11, after.trading().unsettled());
      assertEquals(Map.of(BTC_PERP, new Position(15, 440, 300 + 150)), after.trading().positions());
      assertEquals(Map.of(), after.trading().bids());
    }
  }
}
