package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatchEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class EarningsTest {

  private static final long DOLLAR = 1_000_000;
  private static final long E8 = 100_000_000;
  private static final Address VENUE = HandMadeRoundtrip.address(7);
  private static final AccountId BUYER = AccountId.of(HandMadeRoundtrip.address(8), 1, 0);
  private static final AccountId SELLER = AccountId.of(HandMadeRoundtrip.address(9), 1, 0);

  private final Earnings earnings = new Earnings(HandMadeCrash.GENESIS.market(1).orElseThrow());

  private static SignedAction<UserAction.Order> order(AccountId account, boolean buy) {
    return new SignedAction<>(
        new UserAction.Order(account.word(), VENUE, "BTC-PERP", buy, 100_000, 1, 1, false, 1, 99),
        1,
        VENUE,
        new Signature("0x" + "0".repeat(128)));
  }

  /** Of these fills of one bitcoin each, the first is novated. */
  private void trade(long funding, long... dollars) {
    List<Fill> fills =
        java.util.stream.IntStream.range(0, dollars.length)
            .mapToObj(
                i ->
                    new Fill(
                        i + 1, order(BUYER, true), order(SELLER, false), 100_000, dollars[i] * E8))
            .toList();
    Marks marks =
        new Marks(
            1,
            1,
            0,
            new TreeMap<>(Map.of("BTC-PERP", Mark.fresh(dollars[0] * E8, funding * E8))),
            new TreeMap<>());
    earnings.saw(
        new FillBatchEvent.Submitted(
            HandMadeRoundtrip.word(1), VENUE, 1, 99, marks, fills, new TreeMap<>(), 1));
    earnings.saw(new FillBatchEvent.Novated(List.of(1), 0, 1));
  }

  @Test
  void aFallWithFundingIsTheBuyersLossAndTheSellersGainLessFees() {
    trade(0, 8_000, 1);
    earnings.saw(new PoolEvent.SettlementOpened("BTC-PERP", 6_900 * E8, 2)); // 7,000 less 100
    assertEquals(Map.of(BUYER, -1_104 * DOLLAR, SELLER, 1_096 * DOLLAR), earnings.units());
  }

  @Test
  void fundingBeforeAFillIsNobodys() {
    trade(100, 8_000);
    earnings.saw(new PoolEvent.SettlementOpened("BTC-PERP", 7_900 * E8, 2));
    assertEquals(Map.of(BUYER, -4 * DOLLAR, SELLER, -4 * DOLLAR), earnings.units());
  }

  @Test
  void leviesAndInterestAreTakenOff() {
    trade(0, 8_000);
    earnings.saw(SELLER, new ClearingEvent.Levied(1, 1, new TreeMap<>(), DOLLAR, 2));
    earnings.saw(
        SELLER,
        new ClearingEvent.InterestAccrued(1, new Amount(HandMadeRoundtrip.USDC, 2 * DOLLAR), 2));
    earnings.saw(new PoolEvent.SettlementOpened("BTC-PERP", 8_000 * E8, 2));
    assertEquals(Map.of(BUYER, -4 * DOLLAR, SELLER, -7 * DOLLAR), earnings.units());
  }

  @Test
  void whoWasAuctionedOrIsNotSettledIsLeftOut() {
    trade(0, 8_000);
    assertEquals(Map.of(), earnings.units());
    earnings.saw(BUYER, new ClearingEvent.SliceTaken(1, 1, 2));
    earnings.saw(new PoolEvent.SettlementOpened("BTC-PERP", 8_000 * E8, 2));
    assertEquals(Map.of(SELLER, -4 * DOLLAR), earnings.units());
  }
}
