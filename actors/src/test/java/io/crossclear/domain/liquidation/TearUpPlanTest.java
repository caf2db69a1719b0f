package io.crossclear.domain.liquidation;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ClearingEvent.LossCovered;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.liquidation.TearUpPlan.Pair;
import io.crossclear.domain.money.Amount;
import java.util.List;
import org.junit.jupiter.api.Test;

/** At 10,000 a lot of 10^-5 BTC is worth 100,000 units; 10 % of it are initial margin. */
final class TearUpPlanTest {

  private static final Marks PRICES = marks(9, 10_000, 2_000);
  private static final AccountId DEFAULTER = account(9, 1, 0);

  private static AccountId id(int number) {
    return account(number, 1, 0);
  }

  private static MarginAccount holder(AccountId id, long lots, long entry, long cash) {
    return MarginAccount.empty(id)
        .apply(new TornUp(1, BTC_PERP, lots, entry, 5))
        .apply(new LossCovered(2, LossLayer.FUND, new Amount(USDC, cash), 5));
  }

  private static List<Pair> pairs(MarginAccount defaulter, MarginAccount... others) {
    return TearUpPlan.of(defaulter, List.of(others), PRICES, MARKET).pairs();
  }

  @Test
  void takesFromEachOppositeHolderWhatIsLeft() {
    MarginAccount defaulter = holder(DEFAULTER, 10, 1_000_000, 0);
    assertEquals(
        List.of(
            new Pair(id(1), BTC_PERP, -4, -400_000),
            new Pair(id(2), BTC_PERP, -5, -500_000),
            new Pair(id(3), BTC_PERP, -1, -100_000)),
        pairs(
            defaulter,
            holder(id(1), -4, -400_000, 1_000_000),
            holder(id(2), -5, -500_000, 1_250_000),
            holder(id(3), -6, -600_000, 1_500_000),
            holder(id(4), -6, -600_000, 1_500_000),
            holder(id(5), 7, 700_000, 1_000_000)));
  }

  @Test
  void goesTheOtherWayForAShort() {
    assertEquals(
        List.of(new Pair(id(1), BTC_PERP, 3, 300_000)),
        pairs(
            holder(DEFAULTER, -3, -300_000, 0),
            holder(id(1), 8, 800_000, 9_000_000),
            holder(id(2), -8, -800_000, 9_000_000)));
  }

  /** The one in profit first; in loss or even, the one who uses more of his equity; then by id. */
  @Test
  void ranksByProfitThenByUseThenById() {
    MarginAccount defaulter = holder(DEFAULTER, 100, 10_000_000, 0);
    // sold at 110,000 a lot, worth 100,000
    MarginAccount profit = holder(id(5), -1, -110_000, 90_000_000);
    MarginAccount even = holder(id(1), -1, -100_000, 900_000);
    MarginAccount tight = holder(id(4), -1, -100_000, 100_000);
    MarginAccount same = holder(id(2), -1, -100_000, 900_000);
    // bought dear, worth nothing: all he has is used
    MarginAccount broke = holder(id(3), -1, -1, 0);
    List<AccountId> order =
        pairs(defaulter, even, tight, same, broke, profit).stream().map(Pair::holder).toList();
    assertEquals(List.of(id(5), id(3), id(4), id(1), id(2)), order);
  }

  @Test
  void plansNothingWithoutTheOtherSide() {
    MarginAccount defaulter = holder(DEFAULTER, 10, 1_000_000, 0);
    assertEquals(List.of(), pairs(defaulter));
    assertEquals(List.of(), pairs(defaulter, holder(id(1), 4, 400_000, 9_000_000)));
    MarginAccount other = MarginAccount.empty(id(1)).apply(new TornUp(1, ETH_PERP, -4, -1, 5));
    assertEquals(List.of(), pairs(defaulter, other));
    assertEquals(List.of(), pairs(MarginAccount.empty(DEFAULTER), defaulter));
  }
}
