package io.crossclear.domain.liquidation;

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
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.UserAction.Bid;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class AuctionTurnTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DOLLAR = 1_000_000;
  private static final AccountId ID = account(1, 1, 0);
  private static final String NAME = AuctionDesk.auction(ID, 1);

  private static LiquidationAuction opened(AuctionKind kind) {
    return LiquidationAuction.EMPTY.apply(only(LiquidationAuction.EMPTY.open(ID, 1, kind, 2, NOW)));
  }

  private static LiquidationAuction withBid(LiquidationAuction auction) {
    Bid bid = new Bid(account(2, 1, 0).word(), NAME, 400_000, 10, 0, 1, NOW / 1000 + 60);
    return auction.apply(only(auction.bid(sign(owner(2), bid), NAME, MARKET.rules(), 2, NOW)));
  }

  /** 1 BTC long at 10,000 with 1,000 in cash. */
  private static MarginAccount liquidating(long btc) {
    MarginAccount empty = MarginAccount.empty(ID);
    MarginAccount holder =
        empty
            .apply(only(empty.credit(A, 1, 0, USDC, 1_000 * DOLLAR, deposited(1), NOW)))
            .apply(new ClearingEvent.TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
    return holder.apply(
        only(
            new AuctionDesk(holder, MARKET)
                .start(AuctionKind.LIQUIDATION, marks(2, btc, 2_000), NOW)));
  }

  /** 1 ETH and a loan of 100. */
  private static MarginAccount curing() {
    MarginAccount empty = MarginAccount.empty(ID);
    MarginAccount debtor =
        empty
            .apply(only(empty.credit(A, 1, 0, ETH, 100_000_000, deposited(1), NOW)))
            .apply(new ClearingEvent.Borrowed(1, new Amount(USDC, 100 * DOLLAR), NOW))
            .apply(new ClearingEvent.OwedCovered(2, LossLayer.FUND, -100 * DOLLAR, NOW));
    return debtor.apply(
        only(
            new AuctionDesk(debtor, MARKET).start(AuctionKind.CURE, marks(2, 10_000, 2_000), NOW)));
  }

  private static AuctionTurn turn(LiquidationAuction auction, MarginAccount account, Marks marks) {
    return AuctionTurn.of(auction, account, marks, MARKET, NOW);
  }

  @Nested
  class OfALiquidation {
    private final LiquidationAuction auction = opened(AuctionKind.LIQUIDATION);
    private final LiquidationAuction wanted = withBid(auction);

    @Test
    void endsOnceTheAccountIsWellAlsoWhenSomebodyBids() {
      Marks well = marks(3, 10_000, 2_000);
      assertEquals(new AuctionTurn.End(), turn(auction, liquidating(9_500), well));
      assertEquals(new AuctionTurn.End(), turn(wanted, liquidating(9_500), well));
    }

    @Test
    void waitsForABidUntilTheFloorAndThenTurnsToThePool() {
      assertEquals(
          new AuctionTurn.Wait(), turn(auction, liquidating(9_500), marks(12, 9_500, 2_000)));
      assertEquals(
          new AuctionTurn.Share(), turn(auction, liquidating(9_500), marks(13, 9_500, 2_000)));
    }

    @Test
    void turnsToThePoolWhateverIsBidWhenTheFloorHasLastedAsLongAsTheFall() {
      assertEquals(
          new AuctionTurn.Offer(1, Slice.Kind.SOLVENT, 700_000, 400_000),
          turn(wanted, liquidating(9_500), marks(22, 9_500, 2_000)));
      assertEquals(
          new AuctionTurn.Share(), turn(wanted, liquidating(9_500), marks(23, 9_500, 2_000)));
    }

    @Test
    void sellsAPartOfWhatIsWorthSomething() {
      assertEquals(
          new AuctionTurn.Wait(), turn(wanted, liquidating(9_500), marks(2, 9_500, 2_000)));
      assertEquals(
          new AuctionTurn.Offer(1, Slice.Kind.SOLVENT, 952_000, 400_000),
          turn(wanted, liquidating(9_500), marks(3, 9_500, 2_000)));
    }

    @Test
    void asksTheFundFirstWhenItIsWorthNothing() {
      assertEquals(
          new AuctionTurn.Cover(1), turn(wanted, liquidating(9_500), marks(3, 9_000, 2_000)));
      assertEquals(
          new AuctionTurn.Cover(1), turn(wanted, liquidating(9_500), marks(3, 8_900, 2_000)));
    }

    @Test
    void givesAllAwayWhileWhatIsLeftIsWithinTheBounty() {
      LiquidationAuction covering = wanted.apply(only(wanted.cover(1, NOW)));
      LiquidationAuction funded = covering.apply(only(covering.fundPaid(5, NOW)));
      // maintenance at 9,010 is 585.65, its bounty 29.28
      assertEquals(
          new AuctionTurn.Offer(2, Slice.Kind.INSOLVENT, 952_000, 400_000),
          turn(funded, liquidating(9_500), marks(3, 9_029, 2_000)));
      assertEquals(
          new AuctionTurn.Offer(2, Slice.Kind.SOLVENT, 952_000, 400_000),
          turn(funded, liquidating(9_500), marks(3, 9_030, 2_000)));
      assertEquals(
          new AuctionTurn.Cover(2), turn(funded, liquidating(9_500), marks(3, 8_999, 2_000)));
      assertEquals(
          new AuctionTurn.Offer(1, Slice.Kind.SOLVENT, 952_000, 400_000),
          turn(wanted, liquidating(9_500), marks(3, 9_029, 2_000)));
    }

    @Test
    void waitsWithoutPrices() {
      Marks all = marks(3, 9_500, 2_000);
      Marks none = new Marks(3, all.time(), 0, new TreeMap<>(), all.collateral());
      assertEquals(new AuctionTurn.Wait(), turn(wanted, liquidating(9_500), none));
    }

    @Test
    void givesEachSliceARoundAboveThoseOfTheAccount() {
      MarginAccount account = liquidating(9_500);
      MarginAccount offered =
          account.apply(
              only(
                  new AuctionDesk(account, MARKET)
                      .reserveSlice(
                          1,
                          7,
                          Slice.Kind.SOLVENT,
                          900_000,
                          1_000_000,
                          marks(2, 9_500, 2_000),
                          NOW)));
      assertEquals(
          new AuctionTurn.Offer(8, Slice.Kind.SOLVENT, 952_000, 400_000),
          turn(wanted, offered, marks(3, 9_500, 2_000)));
    }
  }

  @Nested
  class OfACure {
    private final LiquidationAuction auction = opened(AuctionKind.CURE);

    @Test
    void waitsForABidUntilTheFloorAndThenEnds() {
      assertEquals(new AuctionTurn.Wait(), turn(auction, curing(), marks(12, 10_000, 2_000)));
      assertEquals(new AuctionTurn.End(), turn(auction, curing(), marks(13, 10_000, 2_000)));
    }

    @Test
    void sellsCollateral() {
      assertEquals(
          new AuctionTurn.Offer(1, Slice.Kind.CURE, 952_000, 400_000),
          turn(withBid(auction), curing(), marks(3, 10_000, 2_000)));
    }

    @Test
    void endsOnceNothingIsMissing() {
      MarginAccount debtor = curing();
      MarginAccount paid =
          debtor.apply(only(debtor.credit(A, 2, 1, USDC, 100 * DOLLAR, deposited(2), NOW)));
      assertEquals(new AuctionTurn.End(), turn(withBid(auction), paid, marks(3, 10_000, 2_000)));
    }

    @Test
    void endsWhenALiquidationTookItsPlace() {
      MarginAccount debtor = curing();
      MarginAccount next =
          debtor.apply(
              new ClearingEvent.AuctionStarted(
                  2, AuctionKind.LIQUIDATION, marks(2, 10_000, 2_000), NOW));
      assertEquals(new AuctionTurn.End(), turn(withBid(auction), next, marks(3, 10_000, 2_000)));
    }
  }

  @Test
  void ofAnAuctionThatTheAccountDoesNotKnowWaits() {
    assertEquals(
        new AuctionTurn.Wait(),
        turn(opened(AuctionKind.CURE), MarginAccount.empty(ID), marks(3, 10_000, 2_000)));
  }
}
