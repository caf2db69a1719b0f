package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.liquidation.Waterfall.Stage;
import io.crossclear.domain.liquidation.WaterfallEvent.Begun;
import io.crossclear.domain.liquidation.WaterfallEvent.DefaulterCollected;
import io.crossclear.domain.liquidation.WaterfallEvent.DefaulterTorn;
import io.crossclear.domain.liquidation.WaterfallEvent.FeesCut;
import io.crossclear.domain.liquidation.WaterfallEvent.Forfeited;
import io.crossclear.domain.liquidation.WaterfallEvent.GainLevied;
import io.crossclear.domain.liquidation.WaterfallEvent.HolderTorn;
import io.crossclear.domain.liquidation.WaterfallEvent.LayerPaid;
import io.crossclear.domain.liquidation.WaterfallEvent.LossCovered;
import io.crossclear.domain.liquidation.WaterfallEvent.LossFound;
import io.crossclear.domain.liquidation.WaterfallEvent.LossPlanned;
import io.crossclear.domain.liquidation.WaterfallEvent.TearUpPlanned;
import io.crossclear.domain.money.Asset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class WaterfallTest {

  private static final AccountId DEFAULTER = account(1, 1, 0);
  private static final AccountId ONE = account(2, 1, 0);
  private static final AccountId TWO = account(3, 1, 0);

  private static final Waterfall BEGUN =
      Waterfall.EMPTY.apply(new Begun(DEFAULTER, 4, marks(9, 60_000, 2_000), 5));

  private static Waterfall after(Waterfall waterfall, WaterfallEvent... events) {
    Waterfall next = waterfall;
    for (WaterfallEvent event : events) {
      next = next.apply(event);
    }
    return next;
  }

  private static Waterfall judging() {
    return after(BEGUN, new TearUpPlanned(List.of(), 6), new DefaulterCollected(0, 7));
  }

  private static MarginAccount holding(Map<Asset, Long> balances) {
    MarginAccount empty = MarginAccount.empty(DEFAULTER);
    return new MarginAccount(
        DEFAULTER,
        new TreeMap<>(balances),
        empty.imports(),
        empty.depositMarks(),
        empty.withdrawals(),
        empty.outgoing(),
        empty.outgoingMarks(),
        empty.incomingMarks(),
        empty.nonces(),
        empty.refusals(),
        0);
  }

  private static SortedMap<AccountId, Long> units(long one, long two) {
    return new TreeMap<>(Map.of(ONE, one, TWO, two));
  }

  @Test
  void tearsPairAfterPairAndLooksAgain() {
    var first = new TearUpPlan.Pair(ONE, BTC_PERP, -3, -7);
    var second = new TearUpPlan.Pair(TWO, BTC_PERP, -2, -5);
    Waterfall tearing = after(BEGUN, new TearUpPlanned(List.of(first, second), 6));
    assertEquals(Stage.TEARING, tearing.stage());
    Waterfall half = after(tearing, new HolderTorn(2, 7));
    assertEquals(2, half.torn());
    assertEquals(List.of(first, second), half.pairs());
    Waterfall other = after(half, new DefaulterTorn(8));
    assertEquals(List.of(second), other.pairs());
    assertEquals(0, other.torn());
    // the second holder has nothing any more
    assertEquals(Stage.CHOOSING, after(other, new HolderTorn(0, 9)).stage());
  }

  @Test
  void collectsWhenNoLotsAreLeft() {
    assertEquals(
        Optional.of(new TearUpPlanned(List.of(), 7)),
        BEGUN.choose(MarginAccount.empty(DEFAULTER), List.of(), MARKET, 7));
    assertEquals(Stage.COLLECTING, after(BEGUN, new TearUpPlanned(List.of(), 6)).stage());
  }

  @Test
  void endsWithoutALossWhenSomethingIsLeft() {
    assertEquals(
        Optional.of(new LossCovered(10_000_000, 8)),
        judging().judge(holding(Map.of(USDC, -1_990_000_000L, ETH, 1_0000_0000L)), MARKET, 8));
    assertEquals(Stage.AWARDING, after(judging(), new LossCovered(1, 8)).stage());
  }

  @Test
  void takesWhatIsLeftOfAnInsolventAccountFirst() {
    MarginAccount insolvent = holding(Map.of(USDC, -2_010_000_000L, ETH, 1_0000_0000L));
    LossFound found = new LossFound(-10_000_000, 0, new TreeMap<>(Map.of(ETH, 1_0000_0000L)), 8);
    assertEquals(Optional.of(found), judging().judge(insolvent, MARKET, 8));
    Waterfall forfeiting = after(judging(), found);
    assertEquals(Stage.FORFEITING, forfeiting.stage());
    Waterfall again = after(forfeiting, new Forfeited(found.collateral(), 9));
    assertEquals(Stage.JUDGING, again.stage());
    assertEquals(Map.of(ETH, 1_0000_0000L), again.collateral());
    assertEquals(Optional.empty(), again.judge(holding(Map.of(USDC, -2_010_000_000L)), MARKET, 10));
  }

  @Test
  void plansNothingWhileNobodyCanPay() {
    Optional<WaterfallEvent> plan =
        judging()
            .plan(
                MarginAccount.empty(DEFAULTER),
                new LossPlan.Means(0, 0, 0, 0),
                Collections.emptySortedMap(),
                MARKET,
                8);
    assertEquals(Optional.empty(), plan);
  }

  @Test
  void skipsLayersThatDoNotPayAndCollectsAfterEveryPass() {
    LossPlan plan = LossPlan.of(0, 30, new LossPlan.Means(0, 0, 6, 0), units(20, 40));
    assertEquals(units(9, 18), plan.levies());
    Waterfall levying = after(judging(), new LossPlanned(plan, 8));
    assertEquals(Stage.LEVYING, levying.stage());
    assertEquals(plan.levies(), levying.waiting());
    Waterfall levied =
        after(levying, new GainLevied(ONE, 9, 9), new GainLevied(TWO, 10, 9), new FeesCut(3, 9));
    assertEquals(Stage.GAINS, levied.stage());
    assertEquals(22, levied.paid());
    Waterfall passed = after(levied, new LayerPaid(22, 10));
    assertEquals(Stage.COLLECTING, passed.stage());
    assertEquals(22, passed.paid());
    assertEquals(units(9, 10), passed.borne());
  }

  @Test
  void collectsWhatTheFundGaveBeforeAnythingElseIsPaid() {
    LossPlan plan = LossPlan.of(5, 30, new LossPlan.Means(20, 0, 0, 0), units(20, 40));
    Waterfall paying = after(judging(), new LossPlanned(plan, 8));
    assertEquals(Stage.FUND, paying.stage());
    Waterfall collecting = after(paying, new LayerPaid(20, 9));
    assertEquals(Stage.FUND_COLLECTING, collecting.stage());
    assertEquals(Stage.LEVYING, after(collecting, new DefaulterCollected(-15, 9)).stage());
  }

  @Test
  void handsUnsoldCollateralToWhoPaidAndTheRestToThePool() {
    LossPlan plan = LossPlan.of(0, 40, new LossPlan.Means(10, 0, 0, 0), units(20, 10));
    Waterfall closing =
        after(
            judging(),
            new LossFound(-1, 0, new TreeMap<>(Map.of(ETH, 8L)), 8),
            new Forfeited(new TreeMap<>(Map.of(ETH, 8L)), 8),
            new LossPlanned(plan, 8),
            new LayerPaid(10, 8),
            new DefaulterCollected(-30, 8),
            new GainLevied(ONE, 20, 8),
            new GainLevied(TWO, 10, 8),
            new FeesCut(0, 8),
            new LayerPaid(30, 8),
            new DefaulterCollected(0, 8),
            new LossCovered(0, 8));
    assertEquals(units(4, 2), closing.award(9).shares());
    Waterfall awarding = after(closing, closing.award(9));
    assertEquals(Optional.of(ETH), awarding.award());
    assertEquals(Map.of(), awarding.collateral());
  }
}
