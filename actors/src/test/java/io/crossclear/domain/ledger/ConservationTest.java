package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.paid;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent.AuctionStarted;
import io.crossclear.domain.account.ClearingEvent.BidReserved;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.UserAction;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ConservationTest {

  private static final AccountId FIRST = account(1, 1, 0);
  private static final AccountId SECOND = account(1, 1, 1);

  private static MarginAccount credited(
      MarginAccount account, long number, Asset asset, long units) {
    return account.apply(
        new AccountEvent.Credited(A, number, asset, units, deposited(number), number));
  }

  private static final MarginAccount RICH = credited(MarginAccount.empty(FIRST), 1, USDC, 1_000);

  private static final AccountEvent.TransferDebited DEBIT =
      new AccountEvent.TransferDebited(
          word(1),
          sign(owner(1), new UserAction.Transfer(FIRST.word(), SECOND.word(), "USDC", 400, 1, 9)),
          1,
          new TreeMap<>(),
          2);

  private static final AccountEvent.TransferCredited ARRIVAL =
      new AccountEvent.TransferCredited(word(1), FIRST, 1, USDC, 400, new TreeMap<>(), 3);

  private static final AccountEvent.WithdrawalReserved RESERVATION =
      new AccountEvent.WithdrawalReserved(
          word(2),
          sign(
              owner(1),
              new UserAction.Withdraw(FIRST.word(), "USDC", 300, B.chainId(), owner(1), 2, 9)),
          new ImportSplit(0, 0, new TreeMap<>(Map.of(A.chainId(), 300L))),
          4);

  private static Conservation.Flows flows(
      long credited, long posted, Map<VaultId, Long> held, long uncredited, long unposted) {
    return new Conservation.Flows(credited, posted, new TreeMap<>(held), uncredited, unposted);
  }

  private static Conservation sum(Conservation.Flows flows, MarginAccount... accounts) {
    return Conservation.of(USDC, List.of(accounts), flows);
  }

  @Nested
  class Holds {

    @Test
    void forNothing() {
      assertTrue(sum(flows(0, 0, Map.of(), 0, 0)).holds());
    }

    @Test
    void forADepositThatIsCredited() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH);
      assertTrue(sum.holds());
      assertTrue(sum.covered());
      assertEquals(1_000, sum.owed());
    }

    @Test
    void forADepositThatIsOnlyOnTheChain() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L, B, 70L), 70, 0), RICH);
      assertTrue(sum.holds());
      assertEquals(1_000, sum.kept());
    }

    @Test
    void whileATransferIsUnderWay() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH.apply(DEBIT));
      assertTrue(sum.holds());
      assertEquals(600, sum.balances());
      assertEquals(400, sum.inTransit());
    }

    @Test
    void whenATransferHasArrivedAndIsNotYetForgotten() {
      MarginAccount second = MarginAccount.empty(SECOND).apply(ARRIVAL);
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH.apply(DEBIT), second);
      assertTrue(sum.holds());
      assertEquals(0, sum.inTransit());
      assertEquals(1_000, sum.balances());
    }

    @Test
    void whileAPayoutIsReservedPaidAndPosted() {
      MarginAccount reserved = RICH.apply(RESERVATION);
      Conservation before = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), reserved);
      assertTrue(before.holds());
      assertEquals(300, before.pending());
      Conservation paid = sum(flows(1_000, 0, Map.of(A, 700L), 0, 300), reserved);
      assertTrue(paid.holds());
      assertTrue(paid.covered());
      MarginAccount posted = reserved.apply(new AccountEvent.WithdrawalPosted(word(2), paid(1), 5));
      assertTrue(sum(flows(1_000, 300, Map.of(A, 700L), 0, 0), posted).holds());
    }

    @Test
    void whateverOtherAssetsAreThere() {
      MarginAccount both = credited(RICH, 2, ETH, 5);
      assertTrue(sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), both).holds());
    }
  }

  @Nested
  class DoesNotHold {

    @Test
    void whenADepositIsCreditedTwice() {
      MarginAccount twice = credited(RICH, 2, USDC, 1_000);
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), twice);
      assertFalse(sum.holds());
      assertFalse(sum.covered());
    }

    @Test
    void whenATransferArrivesTwice() {
      MarginAccount second =
          MarginAccount.empty(SECOND)
              .apply(ARRIVAL)
              .apply(
                  new AccountEvent.TransferCredited(
                      word(1), FIRST, 1, USDC, 400, new TreeMap<>(), 4));
      assertFalse(sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH.apply(DEBIT), second).holds());
    }

    @Test
    void whenATransferIsForgottenBeforeItArrives() {
      MarginAccount first = RICH.apply(DEBIT).apply(new AccountEvent.TransferConfirmed(word(1), 3));
      assertFalse(sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), first).holds());
    }

    @Test
    void whenAVaultPaysWhatNobodyReserved() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 999L), 0, 0), RICH);
      assertFalse(sum.holds());
      assertFalse(sum.covered());
    }
  }

  @Nested
  class InAPool {

    private static final AccountId FUND = AccountId.fund(1);

    private static final AccountEvent.TransferDebited GIFT =
        new AccountEvent.TransferDebited(
            word(3),
            sign(owner(1), new UserAction.Transfer(FIRST.word(), FUND.word(), "USDC", 400, 1, 9)),
            1,
            new TreeMap<>(),
            2);

    private static Books books(PoolBook pool, MarginAccount... accounts) {
      return books(pool, Map.of(), Postings.NONE, accounts);
    }

    private static Books books(
        PoolBook pool,
        Map<String, AccountId> buyers,
        Postings postings,
        MarginAccount... accounts) {
      return new Books(
          Books.of(List.of(accounts)).accounts(),
          new TreeMap<>(Map.of(1, new Books.Pool(pool, USDC))),
          List.of(),
          new TreeMap<>(buyers),
          postings);
    }

    private static Conservation sum(Asset asset, long units, Books books) {
      return Conservation.of(asset, books, flows(units, 0, Map.of(A, units), 0, 0));
    }

    @Test
    void holdsWhileAGiftToTheFundIsUnderWay() {
      Conservation sum = sum(USDC, 1_000, books(PoolBook.EMPTY, RICH.apply(GIFT)));
      assertTrue(sum.holds());
      assertEquals(400, sum.inTransit());
    }

    @Test
    void holdsWhenTheGiftHasArrivedAndIsNotYetForgotten() {
      PoolBook pool = PoolBook.EMPTY.apply(new PoolEvent.FundContributed(FIRST, 1, 400, 3));
      Conservation sum = sum(USDC, 1_000, books(pool, RICH.apply(GIFT)));
      assertTrue(sum.holds());
      assertEquals(0, sum.inTransit());
      assertEquals(400, sum.pools());
    }

    @Test
    void doesNotHoldWhenTheGiftArrivesTwice() {
      PoolBook pool =
          PoolBook.EMPTY
              .apply(new PoolEvent.FundContributed(FIRST, 1, 400, 3))
              .apply(new PoolEvent.FundContributed(FIRST, 2, 400, 4));
      assertFalse(sum(USDC, 1_000, books(pool, RICH.apply(GIFT))).holds());
    }

    @Test
    void countsASliceWithItsBuyerAndTheOthersMoneyAsTheirs() {
      Slice slice =
          new Slice(
              Slice.Kind.CURE,
              1,
              new TreeMap<>(),
              new TreeMap<>(Map.of(ETH, 10L)),
              0,
              USDC,
              0,
              300,
              310);
      AccountId seller = account(2, 1, 0);
      String key = AuctionDesk.key(seller, 1, 1);
      List<AccountEvent> sale =
          List.of(
              new AuctionStarted(1, AuctionKind.CURE, marks(1, 60_000, 2_000), 2),
              new SliceReserved(1, 1, 980_000, 1_000_000, marks(1, 60_000, 2_000), slice, 3),
              new SliceTaken(1, 1, 4));
      MarginAccount sold = credited(MarginAccount.empty(seller), 1, ETH, 10);
      Postings postings = Postings.NONE;
      for (AccountEvent event : sale) {
        sold = sold.apply(event);
        postings = postings.apply(seller, event);
      }
      MarginAccount buyer = RICH.apply(bid(FIRST, key, slice));
      MarginAccount loser =
          credited(MarginAccount.empty(SECOND), 2, USDC, 1_000).apply(bid(SECOND, key, slice));
      Books books = books(PoolBook.EMPTY, Map.of(key, FIRST), postings, sold, buyer, loser);
      assertTrue(sum(USDC, 2_000, books).holds());
      assertEquals(300, sum(USDC, 2_000, books).inTransit());
      assertTrue(sum(ETH, 10, books).holds());
      assertEquals(10, sum(ETH, 10, books).inTransit());
      assertTrue(ClearingCheck.of(books, 1).holds());
      Books unsold = books(PoolBook.EMPTY, Map.of(key, FIRST), Postings.NONE, sold, buyer, loser);
      assertFalse(sum(ETH, 10, unsold).holds());
    }

    private static AccountEvent bid(AccountId bidder, String key, Slice slice) {
      UserAction.Bid action = new UserAction.Bid(bidder.word(), key, 1_000_000, 300, 0, 5, 9);
      return new BidReserved(
          word(4), sign(owner(1), action), key, slice, 300, marks(1, 60_000, 2_000), 4);
    }

    @Test
    void aDebtWithoutALenderIsSeen() {
      MarginAccount owing = RICH.apply(new Borrowed(1, new Amount(USDC, 1_200), 2));
      List<String> violations = ClearingCheck.of(books(PoolBook.EMPTY, owing), 1).violations();
      assertTrue(
          violations.contains("pool 1 is owed 200 and lenders put in 0"), violations::toString);
      assertTrue(violations.contains("pool 1 is owed 200 and knows of 0"), violations::toString);
      assertTrue(violations.getFirst().startsWith("pool 1 has a clearing account of 0 where"));
    }

    @Test
    void aTearUpWithoutItsOtherSideIsSeenWhenNoWaterfallIsOpen() {
      TornUp side = new TornUp(1, "BTC-PERP", 3, 90, 2);
      Books books =
          books(PoolBook.EMPTY, Map.of(), Postings.NONE.apply(FIRST, side), RICH.apply(side));
      ClearingCheck check = ClearingCheck.of(books, 1);
      assertFalse(check.quiet());
      assertEquals(
          List.of("pool 1 has a tear-up without its other side: [BTC-PERP]"), check.violations());
      PoolBook open = PoolBook.EMPTY.apply(new PoolEvent.WaterfallOpened(FIRST, 1));
      Books during = books(open, Map.of(), Postings.NONE.apply(FIRST, side), RICH.apply(side));
      assertTrue(ClearingCheck.of(during, 1).holds());
    }

    @Test
    void lotsThatNobodyElseHasAreSeen() {
      MarginAccount holder = RICH.apply(new TornUp(1, "BTC-PERP", 3, 90, 2));
      List<String> violations = ClearingCheck.of(books(PoolBook.EMPTY, holder), 1).violations();
      assertTrue(
          violations.contains("pool 1 has lots of BTC-PERP that sum to 3"), violations::toString);
    }

    @Test
    void aPoolThatClearsNothingIsRefused() {
      assertThrows(
          IllegalArgumentException.class, () -> ClearingCheck.of(books(PoolBook.EMPTY, RICH), 2));
    }
  }

  @Test
  void coverSeesAPayoutThatCameBackAfterItWasPaid() {
    MarginAccount returned =
        RICH.apply(RESERVATION).apply(new AccountEvent.WithdrawalVoided(word(2), true, 5));
    Conservation sum = sum(flows(1_000, 0, Map.of(A, 700L), 0, 300), returned);
    assertTrue(sum.holds());
    assertFalse(sum.covered());
  }

  @Test
  void saysEveryTerm() {
    assertEquals(
        "USDC: balances 600 + pools 0 + clearing 0 + in transit 400 + pending 0 = 1000; credited 1000 - posted 0 = 1000; "
            + "vaults 1070 - uncredited 70 + unposted 0 = 1000",
        sum(flows(1_000, 0, Map.of(A, 1_000L, B, 70L), 70, 0), RICH.apply(DEBIT)).toString());
  }

  @Test
  void refusesAnAccountTwice() {
    assertThrows(
        IllegalStateException.class,
        () -> sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH, RICH));
  }
}
