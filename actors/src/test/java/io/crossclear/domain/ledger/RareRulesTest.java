package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.OwedCovered;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.FundContributed;
import io.crossclear.domain.ledger.PoolEvent.FundLent;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.LoanReported;
import io.crossclear.domain.ledger.PoolEvent.StepAnswered;
import io.crossclear.domain.ledger.PoolEvent.StepAsked;
import io.crossclear.domain.ledger.PoolEvent.WaterfallOpened;
import io.crossclear.domain.liquidation.LossPlan;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Exact;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Four rules whose violation random sequences meet in less than 2 % of the cases. */
final class RareRulesTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DOLLAR = 1_000_000;

  private static MarginAccount holder(AccountId id, long lots, long cost, long unsettled) {
    return MarginAccount.empty(id)
        .apply(new TornUp(1, BTC_PERP, lots, cost, NOW))
        .apply(new OwedCovered(2, LossLayer.FUND, unsettled, NOW));
  }

  /**
   * Gains are rounded up for the haircut. Four longs of one lot and a short of four at a star price
   * of 69,999,999 (6.9999999 units a lot): their values sum to 0, their claims to exactly the
   * 30,077,223 that somebody owes; rounded down they are 4 units short.
   */
  @Nested
  class AHaircut {
    private static final long OWED = 30_077_223;
    private static final Marks PRICES =
        marks(9, Mark.fresh(69_999_999, 0), Mark.fresh(2_000 * E8, 0));

    private static List<MarginAccount> winners() {
      return List.of(
          holder(account(1, 1, 0), 1, 0, 6_000_000),
          holder(account(2, 1, 0), 1, 0, 6_000_000),
          holder(account(3, 1, 0), 1, 0, 6_000_000),
          holder(account(4, 1, 0), 1, 0, 6_000_000),
          holder(account(5, 1, 0), -4, 0, OWED - 4 * 6_000_000));
    }

    @Test
    void wouldBeShortOfWhatIsOwedOnGainsRoundedDown() {
      long floored = 0;
      for (MarginAccount winner : winners()) {
        long lots =
            Optional.ofNullable(winner.trading().positions().get(BTC_PERP)).orElseThrow().lots();
        floored += winner.trading().unsettled() + Math.floorDiv(lots * 69_999_999, 10_000_000L);
      }
      assertEquals(30_077_219, floored);
    }

    @Test
    void coversEverythingThatIsOwedOnGainsRoundedUp() {
      TreeMap<AccountId, Long> gains = new TreeMap<>();
      winners().forEach(w -> gains.put(w.id(), PoolDesk.gainUp(w, PRICES, MARKET)));
      assertEquals(OWED + 1, Exact.sum(gains));
      LossPlan plan = LossPlan.of(0, OWED, new LossPlan.Means(0, 0, 0, 0), gains);
      assertEquals(OWED, Exact.sum(plan.levies()));
      assertEquals(OWED, plan.paid());
      // and everybody can give what he is asked for
      long given = 0;
      for (MarginAccount winner : winners()) {
        long asked = plan.levies().getOrDefault(winner.id(), 0L);
        MarginAccount after = winner;
        for (var event : all(new PoolDesk(winner, MARKET).levy(3, asked, PRICES, NOW))) {
          after = after.apply(event);
        }
        assertEquals(asked, after.trading().step().units());
        given += after.trading().step().units();
        // marked down, a unit of dust at most is missing
        assertTrue(after.trading().unsettled() >= -1, winner.id().hex());
      }
      assertEquals(OWED, given);
    }
  }

  /** A cure is a sale at a discount: what was above its margin before can be below it after. */
  @Nested
  class ACure {
    private static final AccountId ID = account(1, 1, 0);
    private static final Marks PRICES = marks(3, 10_000, 2_000);

    /** 1 BTC long (maintenance 650) at cost, 1 ETH (2,000), and 1,300 owed: equity 700. */
    private static MarginAccount owing() {
      MarginAccount empty = MarginAccount.empty(ID);
      return empty
          .apply(only(empty.credit(A, 1, 0, ETH, E8, deposited(1), NOW)))
          .apply(new TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW))
          .apply(new OwedCovered(2, LossLayer.FUND, -1_300 * DOLLAR, NOW));
    }

    private static long equity(MarginAccount account) {
      return StandardMargin.INSTANCE
          .margin(account.exposure(USDC), PRICES, MARKET, Valuation.LIQUIDATION)
          .equity();
    }

    private static AuctionDesk desk(MarginAccount account) {
      return new AuctionDesk(account, MARKET);
    }

    @Test
    void isJudgedAgainAfterIt() {
      MarginAccount account = owing();
      assertEquals(700 * DOLLAR, equity(account));
      assertEquals(
          Decision.reject(AccountRejection.NOTHING_TO_AUCTION),
          desk(account).start(AuctionKind.LIQUIDATION, PRICES, NOW));
      MarginAccount curing =
          account.apply(only(desk(account).start(AuctionKind.CURE, PRICES, NOW)));
      MarginAccount offered =
          curing.apply(
              only(
                  desk(curing)
                      .reserveSlice(1, 1, Slice.Kind.CURE, 700_000, 1_000_000, PRICES, NOW)));
      MarginAccount sold = offered.apply(only(desk(offered).takeSlice(1, 1, NOW)));
      // 1,300 at 1,400 for a whole ETH: 13/14 of it, rounded up, worth 1,857.14…; 14 for each unit
      assertEquals(1_300 * DOLLAR + 2, sold.balance(USDC));
      assertEquals(E8 - 92_857_143, sold.balance(ETH));
      assertEquals(700 * DOLLAR + 1_300 * DOLLAR + 2 - 1_857_142_860L, equity(sold));
      // the watch decides again, while the cure is still open and nothing is collected
      MarginAccount breached =
          sold.apply(only(desk(sold).start(AuctionKind.LIQUIDATION, PRICES, NOW)));
      assertTrue(breached.trading().liquidating());
      assertEquals(2, breached.trading().auctions());
      assertEquals(Decision.alreadyDone(), desk(breached).start(AuctionKind.CURE, PRICES, NOW));
      // the old auction is over for whoever still runs it
      assertEquals(Decision.alreadyDone(), desk(breached).end(1, PRICES, NOW));
    }
  }

  /**
   * What remains of a loan is the lenders'. A loan of 200 on 4 ETH at 100, whose price falls to 30:
   * sold for 119, and the winner has long withdrawn his 250. Nothing else can pay the 81.
   */
  @Nested
  class TheLenders {
    private static final AccountId DEBTOR = account(1, 1, 0);

    private static ClearingPool pool() {
      ClearingPool pool = ClearingPool.EMPTY;
      for (PoolFact fact :
          List.of(
              new FundContributed(account(9, 1, 0), 1, 200, NOW),
              new FundLent(200, 200, NOW),
              new LoanReported(DEBTOR, new Loan(1, 200, 0), NOW),
              // the collateral was sold, and everything that came of it repaid the loan
              new LoanReported(DEBTOR, new Loan(2, 81, 0), NOW),
              new WaterfallOpened(DEBTOR, NOW),
              new WaterfallEvent.Begun(DEBTOR, 1, marks(3, 10_000, 30), NOW),
              new WaterfallEvent.TearUpPlanned(List.of(), NOW),
              new WaterfallEvent.DefaulterCollected(0, NOW))) {
        pool = pool.apply(fact);
      }
      return pool;
    }

    private static ClearingPool after(ClearingPool pool, List<PoolFact> facts) {
      ClearingPool next = pool;
      for (PoolFact fact : facts) {
        next = next.apply(fact);
      }
      return next;
    }

    @Test
    void payOnlyAfterWhatTheFundHasLentAndNobodyBorrowed() {
      SortedMap<AccountId, MarginAccount> views =
          new TreeMap<>(
              Map.of(
                  DEBTOR,
                  MarginAccount.empty(DEBTOR)
                      .apply(new Borrowed(1, new Amount(USDC, 81), NOW))
                      // what he borrowed was collected
                      .apply(new OwedCovered(2, LossLayer.FUND, -81, NOW))));
      List<PoolFact> facts = pool().looked(views, MARKET, NOW);
      // the fund is the only lender, and its idle 119 is fund money first
      LossPlan plan = LossPlan.of(81, 0, new LossPlan.Means(81, 0, 0, 0), new TreeMap<>());
      assertEquals(
          List.of(
              new PoolEvent.FundRecalled(81, 81, NOW), new WaterfallEvent.LossPlanned(plan, NOW)),
          facts);
      assertEquals(0, plan.lenders());
    }

    @Test
    void bearWhatNoOtherLayerCan() {
      LossPlan plan = LossPlan.of(81, 0, new LossPlan.Means(0, 0, 0, 0), new TreeMap<>());
      assertEquals(81, plan.lenders());
      assertEquals(81, plan.paid());
      ClearingPool planned = after(pool(), List.of(new WaterfallEvent.LossPlanned(plan, NOW)));
      List<PoolFact> asked = planned.next(MARKET, NOW);
      assertEquals(
          List.of(new StepAsked(DEBTOR, 1, new Ask.Cover(LossLayer.LENDERS, 81), NOW)), asked);
      ClearingPool waiting = after(planned, asked);
      assertEquals(119, waiting.book().lines().lending());
      // written down, and the debtor has not posted it: nothing may be lent of what is not there
      assertEquals(119 - 81, waiting.book().lines().idle());
      Answer answer = new Answer(81, 0, new TreeMap<>(), new Loan(3, 0, 0));
      ClearingPool paid = after(waiting, all(waiting.stepped(DEBTOR, 1, answer, 0, NOW)));
      assertEquals(119, paid.book().lines().lending());
      assertEquals(0, paid.book().lines().lent());
      assertEquals(200, paid.book().lines().shares());
    }

    @Test
    void bearNothingWhileAnyLayerBeforeThemHasSomething() {
      TreeMap<AccountId, Long> gains = new TreeMap<>(Map.of(account(2, 1, 0), 30L));
      LossPlan plan = LossPlan.of(81, 0, new LossPlan.Means(20, 10, 5, 40), gains);
      // fund 20, claims 10, then 30 of gains and fees as far as the clearing account has money
      assertEquals(20, plan.fund());
      assertEquals(10, plan.claimsForDebt());
      assertEquals(30, Exact.sum(plan.leviesForDebt()) + plan.feeLevyForDebt());
      assertEquals(21, plan.lenders());
      assertEquals(81, plan.paid());
    }
  }

  /**
   * All interest is the lenders'. With everything lent, 100 of 100, interest of 10 makes a debt of
   * 110; were 2 of it the fund's, lenders would have 108 for it.
   */
  @Nested
  class Interest {
    private static final AccountId DEBTOR = account(1, 1, 0);

    @Test
    void keepsTheLendingAccountAboveAllDebts() {
      MarginAccount debtor =
          MarginAccount.empty(DEBTOR).apply(new Borrowed(1, new Amount(USDC, 100), NOW));
      Marks later = new Marks(2, NOW, 100_000_000, new TreeMap<>(), new TreeMap<>());
      MarginAccount grown = debtor.apply(only(new PoolDesk(debtor, MARKET).accrue(later, NOW)));
      assertEquals(-110, grown.balance(USDC));
      assertEquals(10, grown.trading().interest());
      PoolBook book = PoolBook.EMPTY;
      for (PoolEvent event :
          List.of(
              new FundContributed(account(9, 1, 0), 1, 100, NOW),
              new FundLent(100, 100, NOW),
              new StepAsked(DEBTOR, 1, new Ask.Lend(100), NOW),
              new StepAnswered(
                  DEBTOR, 1, new Answer(100, 0, new TreeMap<>(), new Loan(1, 100, 0)), NOW))) {
        book = book.apply(event);
      }
      assertEquals(100, book.lines().clearing());
      PoolBook heard =
          book.apply(new LoanReported(DEBTOR, new Loan(2, 110, grown.trading().interest()), NOW));
      assertEquals(110, heard.lines().lending());
      assertEquals(110, heard.lines().lent());
      assertEquals(0, heard.lines().fund());
      for (PoolBook at : List.of(book, heard)) {
        Books books =
            new Books(
                new TreeMap<>(Map.of(DEBTOR, grown)),
                new TreeMap<>(Map.of(1, new Books.Pool(at, USDC))),
                List.of(),
                new TreeMap<>(),
                Postings.NONE);
        ClearingCheck check = ClearingCheck.of(books, 1);
        assertEquals(110, check.debts());
        // also before the pool has heard of it
        assertEquals(110, check.lending());
        assertEquals(110, check.known());
      }
    }
  }

  /** What every sum of a pool must be, each broken alone. */
  @Nested
  class ACheck {
    private static final PoolLines SOUND =
        new PoolLines(7, 1, 3, 2, 4, 9, 9, 9, 5, 0, 0, new TreeMap<>());

    private static ClearingCheck check(PoolLines lines, long clearing, boolean waterfall) {
      return new ClearingCheck(
          1,
          clearing,
          7,
          7 - clearing,
          new TreeMap<>(),
          5,
          9,
          5,
          new java.util.TreeSet<>(),
          false,
          lines,
          waterfall);
    }

    private static List<String> violations(PoolLines lines, boolean waterfall) {
      return check(lines, 7, waterfall).violations();
    }

    @Test
    void holdsForASoundPool() {
      assertEquals(List.of(), violations(SOUND, false));
      assertTrue(check(SOUND, 7, false).quiet());
      assertEquals(
          "pool 1: clearing 7 = unsettled 7 - cost 0; debts 5 of 9 lent; lots 0",
          check(SOUND, 7, false).toString());
    }

    @Test
    void findsAClearingAccountBelowZeroOnEitherSide() {
      assertEquals(
          List.of("pool 1 has a clearing account of -1"), check(SOUND, -1, false).violations());
      assertEquals(
          List.of("pool 1 sees a clearing account of -1"), violations(SOUND.clearing(-8), false));
    }

    @Test
    void findsALevyThatNobodyGotUnlessALossIsBeingShared() {
      for (PoolLines levied : List.of(SOUND.defaulted(3), SOUND.recovered(3))) {
        assertEquals(1, violations(levied, false).size());
        assertEquals(List.of(), violations(levied, true));
      }
      for (PoolLines below : List.of(SOUND.defaulted(-3), SOUND.recovered(-3))) {
        assertEquals(1, violations(below, false).size());
        assertEquals(1, violations(below, true).size());
      }
    }

    @Test
    void findsEveryLineBelowZero() {
      for (PoolLines below :
          List.of(
              SOUND.fund(-2),
              SOUND.fundUnsettled(-4),
              SOUND.fee(-3),
              SOUND.feeUnsettled(-5),
              SOUND.lending(-10),
              SOUND.lent(0, -10))) {
        assertEquals(List.of("pool 1 has a line below 0: " + below), violations(below, false));
      }
    }

    @Test
    void findsLotsDebtsAndHalvesAndSaysSo() {
      ClearingCheck check =
          new ClearingCheck(
              1,
              7,
              7,
              1,
              new TreeMap<>(Map.of(BTC_PERP, 2L)),
              10,
              9,
              8,
              new java.util.TreeSet<>(List.of(BTC_PERP)),
              true,
              SOUND,
              false);
      assertEquals(
          List.of(
              "pool 1 has a clearing account of 7 where unsettled 7 - cost 1 make 6",
              "pool 1 has lots of BTC-PERP that sum to 2",
              "pool 1 is owed 10 and lenders put in 9",
              "pool 1 is owed 10 and knows of 8",
              "pool 1 has a tear-up without its other side: [BTC-PERP]"),
          check.violations());
      assertTrue(!check.quiet());
      assertTrue(check.toString().endsWith("lots {BTC-PERP=2}"));
    }

    @Test
    void countsATearUpAsHalfWhileLotsOrNotionalDiffer() {
      AccountId one = account(1, 1, 0);
      AccountId two = account(2, 1, 0);
      Postings half = Postings.NONE.apply(one, new TornUp(1, BTC_PERP, 3, 30, NOW));
      assertEquals(java.util.Set.of(BTC_PERP), half.halves(1));
      assertEquals(
          java.util.Set.of(), half.apply(two, new TornUp(1, BTC_PERP, -3, -30, NOW)).halves(1));
      assertEquals(
          java.util.Set.of(BTC_PERP),
          half.apply(two, new TornUp(1, BTC_PERP, -3, -29, NOW)).halves(1));
      assertEquals(java.util.Set.of(), half.halves(2));
    }
  }
}
