package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.ClearingPool.OpenStep;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.InsolventCovered;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.ledger.PoolEvent.StepAnswered;
import io.crossclear.domain.ledger.PoolEvent.StepAsked;
import io.crossclear.domain.ledger.PoolEvent.WaterfallOpened;
import io.crossclear.domain.liquidation.LossPlan;
import io.crossclear.domain.liquidation.Waterfall;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.domain.variation.VariationCycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How the parts of a pool meet each other, and what it refuses first. */
final class ClearingPoolEdgesTest {

  private static final AccountId ONE = account(1, 1, 0);
  private static final AccountId TWO = account(2, 1, 0);
  private static final AccountId THREE = account(3, 1, 0);
  private static final long NOW = 1_700_000_000_000L;
  private static final long DOLLAR = 1_000_000;
  private static final Marks MARKS = marks(5, 10_000, 2_000);
  private static final Marks LOW = marks(6, 8_900, 2_000);

  private static ClearingPool after(ClearingPool pool, PoolFact... facts) {
    ClearingPool next = pool;
    for (PoolFact fact : facts) {
      next = next.apply(fact);
    }
    return next;
  }

  private static ClearingPool after(ClearingPool pool, List<PoolFact> facts) {
    return after(pool, facts.toArray(PoolFact[]::new));
  }

  private static ClearingPool after(ClearingPool pool, Decision<PoolFact, PoolRejection> decision) {
    return after(pool, all(decision));
  }

  private static ClearingPool funded(long units) {
    return after(ClearingPool.EMPTY, ClearingPool.EMPTY.contribute(ONE, 1, units, NOW));
  }

  private static Answer answer(long units) {
    return answer(units, 0);
  }

  private static Answer answer(long units, long lots) {
    return new Answer(units, lots, new TreeMap<>(), new Loan(-1, 0, 0));
  }

  private static ClearingPool begun(ClearingPool pool, AccountId defaulter) {
    return after(
        pool,
        new WaterfallOpened(defaulter, NOW),
        new WaterfallEvent.Begun(defaulter, 1, LOW, NOW));
  }

  private static PoolRow row(AccountId id, long cash, long unsettled, Map<String, Long> held) {
    TreeMap<String, Position> positions = new TreeMap<>();
    held.forEach((symbol, lots) -> positions.put(symbol, new Position(lots, 0, 0)));
    return new PoolRow(
        id,
        new Exposure(cash, unsettled, new TreeMap<>(), positions, List.of()),
        new Loan(0, 0, 0));
  }

  /** 1 BTC long, bought at 10,000 with 1,000 in cash, in its first liquidation since 9,500. */
  private static MarginAccount liquidating() {
    MarginAccount empty = MarginAccount.empty(ONE);
    MarginAccount holder =
        empty
            .apply(only(empty.credit(A, 1, 0, USDC, 1_000 * DOLLAR, deposited(1), NOW)))
            .apply(new ClearingEvent.TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
    return holder.apply(
        only(
            new AuctionDesk(holder, MARKET)
                .start(AuctionKind.LIQUIDATION, marks(4, 9_500, 2_000), NOW)));
  }

  private static final Decision<PoolFact, PoolRejection> DONE = Decision.alreadyDone();

  @Nested
  class ACover {
    private Decision<PoolFact, PoolRejection> cover(
        ClearingPool pool, MarginAccount view, long auction, long round, Marks marks) {
      return pool.coverInsolvent(view, auction, round, marks, MARKET, NOW);
    }

    /** Equity 1,000 − 1,100 = −100; bounty min(⌊6,000 / 50⌋, ⌊8,900 · 6.5 % · 5 %⌋ = 28.925). */
    @Test
    void isWhatIsLackedAndTheBounty() {
      ClearingPool pool = after(funded(6_000 * DOLLAR), List.of());
      List<PoolFact> facts = all(cover(pool, liquidating(), 1, 1, LOW));
      assertEquals(new InsolventCovered(ONE, 1, 1, 128_925_000, NOW), facts.getFirst());
      assertEquals(
          new StepAsked(ONE, 1, new Ask.Cover(LossLayer.FUND, 128_925_000), NOW), facts.getLast());
      // a small fund gives a fiftieth of itself
      List<PoolFact> poor = all(cover(funded(1_000 * DOLLAR), liquidating(), 1, 1, LOW));
      assertEquals(new InsolventCovered(ONE, 1, 1, 120 * DOLLAR, NOW), poor.getFirst());
    }

    @Test
    void isPaidOnceForARoundAndSaidWhenItsStepIsAnswered() {
      ClearingPool pool = funded(6_000 * DOLLAR);
      assertEquals(Optional.of(0L), pool.cover(ONE, 1, 1));
      ClearingPool asked = after(pool, cover(pool, liquidating(), 1, 5, LOW));
      assertEquals(DONE, cover(asked, liquidating(), 1, 5, LOW));
      assertEquals(DONE, cover(asked, liquidating(), 1, 4, LOW));
      assertEquals(
          Decision.reject(PoolRejection.STEP_OPEN), cover(asked, liquidating(), 1, 6, LOW));
      assertEquals(Optional.empty(), asked.cover(ONE, 1, 5));
      assertEquals(Optional.of(0L), asked.cover(ONE, 1, 6));
      assertEquals(Optional.of(0L), asked.cover(ONE, 2, 5));
      ClearingPool paid = after(asked, asked.stepped(ONE, 1, answer(128_925_000), 0, NOW));
      assertEquals(Optional.of(128_925_000L), paid.cover(ONE, 1, 5));
      assertEquals(6_000 * DOLLAR - 128_925_000, paid.book().lines().fund());
      assertFalse(paid.waterfall().open());
    }

    @Test
    void ofAnOldAuctionIsOver() {
      ClearingPool later = after(funded(6_000 * DOLLAR), new InsolventCovered(ONE, 2, 1, 5, NOW));
      assertEquals(DONE, cover(later, liquidating(), 1, 9, LOW));
      assertEquals(DONE, cover(funded(1), liquidating(), 2, 1, LOW));
      MarginAccount calm =
          MarginAccount.empty(ONE).apply(new ClearingEvent.TornUp(1, BTC_PERP, 1, 1, NOW));
      assertEquals(DONE, cover(funded(1), calm, 1, 1, LOW));
      // a cure is no liquidation
      MarginAccount debtor =
          MarginAccount.empty(ONE).apply(new ClearingEvent.Borrowed(1, new Amount(USDC, 100), NOW));
      MarginAccount curing =
          debtor.apply(only(new AuctionDesk(debtor, MARKET).start(AuctionKind.CURE, LOW, NOW)));
      assertEquals(DONE, cover(funded(1), curing, 1, 1, LOW));
    }

    @Test
    void isNothingForAnAccountThatIsWorthSomething() {
      assertEquals(DONE, cover(funded(9), liquidating(), 1, 1, marks(6, 9_001, 2_000)));
      // worth exactly nothing, and a fund of nothing has no bounty
      assertEquals(DONE, cover(ClearingPool.EMPTY, liquidating(), 1, 1, marks(6, 9_000, 2_000)));
    }

    @Test
    void waitsForStepsWaterfallsAndPricesInThisOrder() {
      Marks none = new Marks(6, 6, 0, new TreeMap<>(), new TreeMap<>());
      ClearingPool sharing = begun(funded(9), TWO);
      ClearingPool asked = after(sharing, new StepAsked(ONE, 1, new Ask.Collect(), NOW));
      assertEquals(
          Decision.reject(PoolRejection.STEP_OPEN), cover(asked, liquidating(), 1, 1, none));
      assertEquals(
          Decision.reject(PoolRejection.WATERFALL_OPEN), cover(sharing, liquidating(), 1, 1, none));
      assertEquals(
          Decision.reject(PoolRejection.PRICES_MISSING),
          cover(funded(9), liquidating(), 1, 1, none));
    }

    @Test
    void isRefusedWhenTheFundHasLess() {
      assertEquals(
          Decision.reject(PoolRejection.FUND_EXHAUSTED),
          cover(funded(100 * DOLLAR), liquidating(), 1, 1, LOW));
    }

    /** 60 lent and idle come back when 40 do not cover it. */
    @Test
    void takesBackFirstWhatTheFundHasLent() {
      ClearingPool lent =
          after(funded(1_000 * DOLLAR), new PoolEvent.FundLent(960 * DOLLAR, 960 * DOLLAR, NOW));
      List<PoolFact> facts = all(cover(lent, liquidating(), 1, 1, LOW));
      // −equity 100, bounty ⌊40 / 50⌋ = 0.8
      assertEquals(new PoolEvent.FundRecalled(60_800_000, 60_800_000, NOW), facts.getFirst());
      assertEquals(new InsolventCovered(ONE, 1, 1, 100_800_000, NOW), facts.get(1));
    }
  }

  @Nested
  class ALoss {
    private Decision<PoolFact, PoolRejection> share(
        ClearingPool pool, MarginAccount view, Marks marks) {
      return pool.shareLoss(view, 1, marks, MARKET, NOW);
    }

    /** All positions torn up at their cost: cash 1,000 is left. */
    private MarginAccount flat() {
      return liquidating()
          .apply(new ClearingEvent.TornUp(2, BTC_PERP, -100_000, -10_000 * DOLLAR, NOW));
    }

    @Test
    void isSharedOnceItsAuctionIsOpen() {
      ClearingPool pool = after(ClearingPool.EMPTY, share(ClearingPool.EMPTY, liquidating(), LOW));
      assertTrue(pool.sharing(ONE));
      assertFalse(pool.sharing(TWO));
      assertEquals(Decision.reject(PoolRejection.WATERFALL_OPEN), share(pool, liquidating(), LOW));
      assertEquals(DONE, ClearingPool.EMPTY.shareLoss(liquidating(), 2, LOW, MARKET, NOW));
      assertFalse(ClearingPool.EMPTY.sharing(ONE));
    }

    @Test
    void isOverWithoutPositionsUnlessSomethingIsLacking() {
      assertEquals(DONE, share(ClearingPool.EMPTY, flat(), LOW));
      // owes 900 of its 1,000: worth 100
      MarginAccount rich = flat().apply(owing(-900 * DOLLAR));
      assertEquals(DONE, share(ClearingPool.EMPTY, rich, LOW));
      // owes all it has, and it has not been collected
      MarginAccount nothing = flat().apply(owing(-1_000 * DOLLAR));
      all(share(ClearingPool.EMPTY, nothing, LOW));
      MarginAccount debtor =
          flat()
              .apply(new ClearingEvent.Borrowed(3, new Amount(USDC, 1_001 * DOLLAR), NOW))
              .apply(owing(4, -1_001 * DOLLAR));
      all(share(ClearingPool.EMPTY, debtor, LOW));
    }

    private ClearingEvent owing(long units) {
      return owing(3, units);
    }

    private ClearingEvent owing(long step, long units) {
      return new ClearingEvent.OwedCovered(step, LossLayer.FUND, units, NOW);
    }

    /** What may still arrive could change what is lacking. */
    @Test
    void waitsForLegsAndForSlicesThatTheAccountBidFor() {
      var order =
          sign(
              owner(1),
              new UserAction.Order(
                  ONE.word(), Address.ZERO, BTC_PERP, true, 5, 1, 1, false, 8, NOW / 1000));
      var leg = new Leg(3, word(1), order, 1, new OpenLeg(BTC_PERP, 5, 5, 0));
      MarginAccount legs =
          liquidating()
              .apply(
                  new ClearingEvent.LegsReserved(
                      word(4), owner(9), 4, NOW, LOW, List.of(leg), new TreeMap<>(), NOW));
      var signed = sign(owner(1), new UserAction.Bid(ONE.word(), "x", 1, 1, 0, 9, NOW / 1000));
      Slice slice =
          new Slice(Slice.Kind.SOLVENT, 1, new TreeMap<>(), new TreeMap<>(), 0, USDC, 0, 0, 0);
      MarginAccount bids =
          liquidating()
              .apply(new ClearingEvent.BidReserved(word(5), signed, "k", slice, 0, LOW, NOW));
      for (MarginAccount view : List.of(legs, bids)) {
        assertEquals(Decision.reject(PoolRejection.NOT_FLAT), share(ClearingPool.EMPTY, view, LOW));
      }
    }

    @Test
    void waitsForASettlement() {
      ClearingPool settling =
          after(ClearingPool.EMPTY, new PoolEvent.SettlementOpened(ETH_PERP, 1, NOW));
      assertEquals(
          Decision.reject(PoolRejection.SETTLEMENT_OPEN), share(settling, liquidating(), LOW));
    }
  }

  @Nested
  class AStep {
    private final List<Ask> asks =
        List.of(
            new Ask.TearUp(BTC_PERP, 1, 1),
            new Ask.Cover(LossLayer.FUND, 0),
            new Ask.CoverOwed(LossLayer.GAINS, 0),
            new Ask.Levy(0),
            new Ask.LevyForDebt(0),
            new Ask.Forfeit(0, new TreeMap<>()),
            new Ask.Award(new Amount(ETH, 0)),
            new Ask.Pay(Ask.Line.FUND, 0),
            new Ask.Settle(BTC_PERP, 1));

    private final ClearingPool cycling =
        after(ClearingPool.EMPTY, new CycleEvent.Started(1, MARKS, List.of(TWO, THREE), NOW));

    private OpenStep open(ClearingPool pool, Ask ask) {
      return after(pool, new StepAsked(TWO, 1, ask, NOW)).steps().getFirst();
    }

    @Test
    void ofTheCycleIsAtTheCyclesPricesAndAnyOtherNeedsNone() {
      for (Ask ask : List.of(new Ask.Collect(), new Ask.Lend(0), new Ask.Release(0))) {
        assertEquals(new OpenStep(TWO, 1, ask, Optional.of(MARKS)), open(cycling, ask));
      }
      for (Ask ask : asks) {
        assertEquals(new OpenStep(TWO, 1, ask, Optional.empty()), open(cycling, ask));
      }
    }

    /** Nothing but the book moves: the cycle waits for its own answers. */
    @Test
    void withoutAWaterfallMeansNothingToAnybodyElse() {
      for (Ask ask : asks) {
        ClearingPool asked = after(cycling, new StepAsked(TWO, 1, ask, NOW));
        List<PoolFact> facts = all(asked.stepped(TWO, 1, answer(0), 0, NOW));
        assertEquals(List.of(new StepAnswered(TWO, 1, answer(0), NOW)), facts, ask.toString());
      }
    }

    @Test
    void ofAWaterfallIsAtItsPricesAndTellsIt() {
      ClearingPool pool = begun(cycling, TWO);
      Map<Ask, WaterfallEvent> meant =
          Map.of(
              new Ask.TearUp(BTC_PERP, 1, 1), new WaterfallEvent.DefaulterTorn(NOW),
              new Ask.Collect(), new WaterfallEvent.DefaulterCollected(-5, NOW),
              new Ask.Forfeit(0, new TreeMap<>()),
                  new WaterfallEvent.Forfeited(new TreeMap<>(), NOW),
              new Ask.Cover(LossLayer.FUND, 0), new WaterfallEvent.LayerPaid(0, NOW),
              new Ask.CoverOwed(LossLayer.GAINS, 0), new WaterfallEvent.LayerPaid(0, NOW),
              new Ask.Levy(0), new WaterfallEvent.GainLevied(TWO, 0, NOW),
              new Ask.LevyForDebt(0), new WaterfallEvent.GainLevied(TWO, 0, NOW),
              new Ask.Award(new Amount(ETH, 0)), new WaterfallEvent.Awarded(TWO, NOW));
      // something for every event to end
      WaterfallEvent pair =
          new WaterfallEvent.TearUpPlanned(
              List.of(
                  new io.crossclear.domain.liquidation.TearUpPlan.Pair(THREE, BTC_PERP, -1, -1)),
              NOW);
      WaterfallEvent plan =
          new WaterfallEvent.LossPlanned(
              LossPlan.of(1, 0, new LossPlan.Means(1, 0, 0, 0), new TreeMap<>()), NOW);
      ClearingPool ready = after(pool, plan, pair);
      meant.forEach(
          (ask, event) -> {
            assertEquals(Optional.of(LOW), open(ready, ask).marks(), ask.toString());
            ClearingPool asked = after(ready, new StepAsked(TWO, 1, ask, NOW));
            assertEquals(
                List.of(new StepAnswered(TWO, 1, answer(0), NOW), event),
                all(asked.stepped(TWO, 1, answer(0), -5, NOW)));
          });
      // the other side of a tear-up says how much there was
      ClearingPool other =
          after(ready, new StepAsked(THREE, 1, new Ask.TearUp(BTC_PERP, 1, 1), NOW));
      assertEquals(
          new WaterfallEvent.HolderTorn(7, NOW),
          all(other.stepped(THREE, 1, answer(0, 7), 0, NOW)).getLast());
    }

    /** What was granted before the waterfall opened is the cycle's, and it goes on with it. */
    @Test
    void ofTheCycleStaysTheCyclesWhenAWaterfallOpens() {
      ClearingPool asked = after(cycling, new StepAsked(TWO, 1, new Ask.Collect(), NOW));
      ClearingPool sharing = begun(asked, ONE);
      assertEquals(Optional.of(MARKS), sharing.steps().getFirst().marks());
      assertEquals(
          new CycleEvent.Collected(TWO, -3, NOW),
          all(sharing.stepped(TWO, 1, answer(0), -3, NOW)).getLast());
      for (Ask ask :
          List.of(
              new Ask.Lend(0),
              new Ask.Release(0),
              new Ask.Pay(Ask.Line.FUND, 0),
              new Ask.Settle(BTC_PERP, 1),
              new Ask.Cover(LossLayer.FUND, 0))) {
        ClearingPool late = begun(after(cycling, new StepAsked(TWO, 1, ask, NOW)), ONE);
        assertEquals(1, all(late.stepped(TWO, 1, answer(0), 0, NOW)).size(), ask.toString());
      }
    }

    @Test
    void thatWasNeverAskedIsRefused() {
      assertEquals(
          Decision.reject(PoolRejection.UNKNOWN_STEP), cycling.stepped(TWO, 1, answer(0), 0, NOW));
      ClearingPool asked = after(cycling, new StepAsked(TWO, 1, new Ask.Collect(), NOW));
      assertEquals(
          Decision.reject(PoolRejection.UNKNOWN_STEP), asked.stepped(TWO, 2, answer(0), 0, NOW));
      assertEquals(DONE, asked.stepped(TWO, 0, answer(0), 0, NOW));
    }
  }

  @Nested
  class ACycle {
    private ClearingPool pool(CycleEvent... events) {
      ClearingPool started =
          after(
              funded(100),
              new PoolEvent.FundLent(60, 60, NOW),
              new CycleEvent.Started(1, MARKS, List.of(ONE, TWO), NOW));
      return after(started, events);
    }

    private ClearingPool next(ClearingPool pool) {
      return after(pool, pool.next(MARKET, NOW));
    }

    @Test
    void asksNobodyTwiceAndNobodyDuringAWaterfall() {
      ClearingPool asked = next(pool());
      assertEquals(2, asked.steps().size());
      assertEquals(List.of(), asked.next(MARKET, NOW));
      assertEquals(List.of(), begun(pool(), THREE).next(MARKET, NOW));
      ClearingPool busy = after(pool(), new StepAsked(ONE, 1, new Ask.Settle(BTC_PERP, 1), NOW));
      assertEquals(Optional.of(new Ask.Settle(BTC_PERP, 1)), next(busy).book().open().get(ONE));
      assertEquals(Optional.of(new Ask.Collect()), next(busy).book().open().get(TWO));
    }

    /** 60 idle: ONE owes 50 and gets 50, TWO owes 20 and gets 10, the last of it. */
    @Test
    void lendsWhatIsIdleInTheOrderOfTheAccounts() {
      ClearingPool lending =
          next(
              pool(
                  new CycleEvent.Collected(ONE, -50, NOW),
                  new CycleEvent.Collected(TWO, -20, NOW)));
      assertEquals(Optional.of(new Ask.Lend(50)), lending.book().open().get(ONE));
      assertEquals(Optional.of(new Ask.Lend(10)), lending.book().open().get(TWO));
      assertEquals(List.of(), lending.next(MARKET, NOW));
    }

    @Test
    void lendsNothingBelowZeroWhileAWriteDownWaits() {
      ClearingPool written =
          after(
              pool(new CycleEvent.Collected(ONE, -50, NOW), new CycleEvent.Collected(TWO, 5, NOW)),
              new StepAsked(THREE, 1, new Ask.Lend(60), NOW),
              new StepAsked(account(4, 1, 0), 1, new Ask.Cover(LossLayer.LENDERS, 20), NOW));
      assertEquals(-20, written.book().lines().idle());
      ClearingPool shared = next(written);
      assertEquals(Optional.empty(), shared.book().open().get(ONE));
      assertEquals(-50, shared.cycle().unsettled().get(ONE));
      assertEquals(VariationCycle.Stage.FINISHED, shared.cycle().stage());
    }

    /** The shares of 30 and 20 were fixed; a waterfall has left 10, and then nothing. */
    @Test
    void releasesOnlyWhatIsLeft() {
      ClearingPool fixed =
          pool(
              new CycleEvent.Collected(ONE, 30, NOW),
              new CycleEvent.Collected(TWO, 20, NOW),
              new CycleEvent.SharesFixed(new TreeMap<>(Map.of(ONE, 30L, TWO, 20L)), 4, 3, NOW));
      ClearingPool ten =
          after(
              fixed,
              new StepAsked(THREE, 1, new Ask.Collect(), NOW),
              new StepAnswered(THREE, 1, answer(10), NOW));
      ClearingPool asked = next(ten);
      assertEquals(Optional.of(new Ask.Release(10)), asked.book().open().get(ONE));
      assertEquals(Optional.empty(), asked.book().open().get(TWO));
      assertEquals(Set.of(ONE), asked.cycle().waiting());
      // an account that is still busy with something else is waited for
      ClearingPool busy = after(ten, new StepAsked(TWO, 1, new Ask.Settle(BTC_PERP, 1), NOW));
      assertEquals(Set.of(ONE, TWO), next(busy).cycle().waiting());
    }

    /** Fees 9 and claims 8; the cycle gave 4 and 3; the clearing account holds 5: 4 and 1. */
    @Test
    void closesWithTheFeesBeforeTheFundsClaims() {
      ClearingPool closing =
          after(
              pool(
                  new CycleEvent.Collected(ONE, 0, NOW),
                  new CycleEvent.Collected(TWO, 0, NOW),
                  new CycleEvent.SharesFixed(new TreeMap<>(), 4, 3, NOW)),
              new PoolEvent.FeesBooked(owner(9), 1, 9, new TreeMap<>(), NOW),
              new PoolEvent.SettlementOpened("X", 1, NOW),
              new PoolEvent.SettlementClosed("X", 8, NOW),
              new StepAsked(THREE, 1, new Ask.Collect(), NOW),
              new StepAnswered(THREE, 1, answer(5), NOW));
      assertEquals(
          List.of(new PoolEvent.LinesReleased(4, 1, NOW), new CycleEvent.Finished(NOW)),
          closing.next(MARKET, NOW));
    }

    @Test
    void isCountedWhenItIsFinished() {
      ClearingPool done =
          next(after(ClearingPool.EMPTY, new CycleEvent.Started(4, MARKS, List.of(), 7)));
      assertEquals(1, done.cycles());
      assertEquals(7, done.cycleTime());
      assertEquals(4, done.cycle().number());
    }
  }

  @Nested
  class AWaterfall {
    private final LossPlan plan =
        LossPlan.of(
            0, 40, new LossPlan.Means(0, 0, 10, 0), new TreeMap<>(Map.of(TWO, 20L, THREE, 10L)));

    private ClearingPool levying() {
      return after(
          begun(after(ClearingPool.EMPTY, fees(10)), ONE),
          new WaterfallEvent.TearUpPlanned(List.of(), NOW),
          new WaterfallEvent.DefaulterCollected(-40, NOW),
          new WaterfallEvent.LossPlanned(plan, NOW));
    }

    private PoolEvent fees(long units) {
      return new PoolEvent.FeesBooked(owner(9), 1, units, new TreeMap<>(), NOW);
    }

    @Test
    void looksAtEverybodyWhoHasOrMayHaveAGainAndAtTheDefaulter() {
      ClearingPool judging =
          after(
              begun(ClearingPool.EMPTY, ONE),
              new WaterfallEvent.TearUpPlanned(List.of(), NOW),
              new WaterfallEvent.DefaulterCollected(0, NOW));
      PoolRow arriving =
          new PoolRow(
              account(6, 1, 0),
              new Exposure(
                  9, 0, new TreeMap<>(), new TreeMap<>(), List.of(new OpenLeg(BTC_PERP, 1, 1, 0))),
              new Loan(0, 0, 0));
      List<PoolRow> rows =
          List.of(
              row(TWO, 0, 5, Map.of()),
              row(THREE, 0, 0, Map.of(BTC_PERP, 3L)),
              row(account(5, 1, 0), 900, 0, Map.of()),
              arriving);
      assertEquals(Set.of(ONE, TWO, THREE, account(6, 1, 0)), judging.looksAt(rows));
      assertEquals(Set.of(), levying().looksAt(rows));
    }

    @Test
    void choosesAmongOppositeHoldersOnly() {
      ClearingPool choosing = begun(ClearingPool.EMPTY, ONE);
      List<PoolRow> rows =
          List.of(
              row(ONE, 0, 0, Map.of(BTC_PERP, 3L)),
              row(TWO, 0, 0, Map.of(BTC_PERP, 5L)),
              row(THREE, 0, 0, Map.of(BTC_PERP, -1L)),
              row(account(4, 1, 0), 0, 0, Map.of(ETH_PERP, -1L)));
      assertEquals(Set.of(ONE, THREE), choosing.looksAt(rows));
      // a defaulter that nobody has a row of holds nothing that is known
      assertEquals(Set.of(ONE), choosing.looksAt(rows.subList(1, 4)));
    }

    @Test
    void looksAtNothingOutsideItsTwoStages() {
      assertEquals(List.of(), levying().looked(new TreeMap<>(), MARKET, NOW));
      assertEquals(List.of(), ClearingPool.EMPTY.looked(new TreeMap<>(), MARKET, NOW));
      ClearingPool choosing = begun(ClearingPool.EMPTY, ONE);
      assertThrows(
          java.util.NoSuchElementException.class,
          () -> choosing.looked(new TreeMap<>(), MARKET, NOW));
    }

    @Test
    void waitsWhileNobodyHoldsTheOtherSide() {
      ClearingPool choosing = begun(ClearingPool.EMPTY, ONE);
      TreeMap<AccountId, MarginAccount> views = new TreeMap<>(Map.of(ONE, liquidating()));
      assertEquals(List.of(), choosing.looked(views, MARKET, NOW));
    }

    /** An account with a step of something else is not waited for, and asked when it is free. */
    @Test
    void levyAsksEveryWinnerWhoIsFree() {
      ClearingPool busy = after(levying(), new StepAsked(TWO, 1, new Ask.Settle(BTC_PERP, 1), NOW));
      List<PoolFact> facts = busy.next(MARKET, NOW);
      assertEquals(List.of(new StepAsked(THREE, 1, new Ask.Levy(10), NOW)), facts);
      assertEquals(List.of(), after(busy, facts).next(MARKET, NOW));
    }

    @Test
    void cutsFeesOnceEverybodyHasAnswered() {
      ClearingPool pool =
          after(
              levying(),
              new WaterfallEvent.GainLevied(TWO, 20, NOW),
              new WaterfallEvent.GainLevied(THREE, 10, NOW));
      assertEquals(
          List.of(
              new PoolEvent.FeesLevied(10, NOW),
              new WaterfallEvent.FeesCut(10, NOW),
              new StepAsked(ONE, 1, new Ask.CoverOwed(LossLayer.GAINS, 10), NOW)),
          pool.next(MARKET, NOW));
    }

    /** The lines say less than the plan: a layer that cannot pay is passed over with 0. */
    @Test
    void passesOverALayerThatCannotPayAnyMore() {
      LossPlan fund = LossPlan.of(5, 0, new LossPlan.Means(5, 0, 0, 0), new TreeMap<>());
      ClearingPool pool =
          after(
              begun(ClearingPool.EMPTY, ONE),
              new WaterfallEvent.TearUpPlanned(List.of(), NOW),
              new WaterfallEvent.DefaulterCollected(0, NOW),
              new WaterfallEvent.LossPlanned(fund, NOW));
      List<PoolFact> facts = pool.next(MARKET, NOW);
      assertEquals(new WaterfallEvent.LayerPaid(0, NOW), facts.getFirst());
      assertEquals(0, after(pool, facts).waterfall().paid());
      // a defaulter who is still busy is waited for
      ClearingPool busy = after(pool, new StepAsked(ONE, 1, new Ask.Settle(BTC_PERP, 1), NOW));
      assertEquals(List.of(), busy.next(MARKET, NOW));
    }

    /** Money for a debt comes only out of the clearing account: a winner who cannot is passed. */
    @Test
    void passesOverAGainForADebtThatTheClearingAccountCannotPay() {
      LossPlan debt =
          LossPlan.of(
              30, 0, new LossPlan.Means(0, 0, 12, 30), new TreeMap<>(Map.of(TWO, 20L, THREE, 10L)));
      ClearingPool pool =
          after(
              begun(after(ClearingPool.EMPTY, fees(12)), ONE),
              new WaterfallEvent.TearUpPlanned(List.of(), NOW),
              new WaterfallEvent.DefaulterCollected(0, NOW),
              new WaterfallEvent.LossPlanned(debt, NOW));
      assertEquals(Waterfall.Stage.DEBT_LEVYING, pool.waterfall().stage());
      List<PoolFact> facts = new ArrayList<>(pool.next(MARKET, NOW));
      // both winners and the fees come to nothing, and what was recovered is nothing
      assertEquals(
          List.of(
              new WaterfallEvent.GainLevied(TWO, 0, NOW),
              new WaterfallEvent.GainLevied(THREE, 0, NOW),
              new WaterfallEvent.FeesCut(0, NOW),
              new StepAsked(ONE, 1, new Ask.Cover(LossLayer.GAINS_FOR_DEBT, 0), NOW)),
          facts);
    }

    /** Whatever was levied for somebody must have reached him before the loss is over. */
    @Test
    void staysOpenWhileALevyIsNotHandedOn() {
      ClearingPool pool =
          after(
              begun(ClearingPool.EMPTY, ONE),
              new StepAsked(TWO, 1, new Ask.Levy(5), NOW),
              new StepAnswered(TWO, 1, answer(5), NOW),
              new WaterfallEvent.LossCovered(0, NOW));
      assertEquals(Waterfall.Stage.AWARDING, pool.waterfall().stage());
      assertEquals(List.of(), pool.next(MARKET, NOW));
      ClearingPool handedOn =
          after(pool, new StepAsked(ONE, 1, new Ask.CoverOwed(LossLayer.GAINS, 5), NOW));
      assertEquals(
          List.of(new PoolEvent.WaterfallClosed(ONE, NOW), new WaterfallEvent.Finished(NOW)),
          handedOn.next(MARKET, NOW));
    }
  }

  @Nested
  class LoansThatChangedByThemselves {
    private PoolRow row(Loan loan) {
      return new PoolRow(
          ONE, new Exposure(0, 0, new TreeMap<>(), new TreeMap<>(), List.of()), loan);
    }

    private List<PoolFact> reported(Loan known, Loan is) {
      ClearingPool pool = after(ClearingPool.EMPTY, new PoolEvent.LoanReported(ONE, known, NOW));
      return pool.tick(List.of(row(is)), Optional.empty(), MARKET, NOW);
    }

    @Test
    void areReportedByDebtOrByInterestAndNeverBackwards() {
      Loan known = new Loan(4, 10, 3);
      assertEquals(List.of(), reported(known, new Loan(4, 11, 3)));
      assertEquals(List.of(), reported(known, new Loan(3, 11, 3)));
      assertEquals(List.of(), reported(known, new Loan(5, 10, 3)));
      Loan debt = new Loan(5, 9, 3);
      assertEquals(List.of(new PoolEvent.LoanReported(ONE, debt, NOW)), reported(known, debt));
      // repaid and borrowed again: only the interest tells
      Loan interest = new Loan(5, 10, 4);
      assertEquals(
          List.of(new PoolEvent.LoanReported(ONE, interest, NOW)), reported(known, interest));
    }
  }

  @Nested
  class AnInstrumentThatIsGone {
    private ClearingPool gone() {
      ClearingPool closed =
          after(ClearingPool.EMPTY, ClearingPool.EMPTY.settle(ETH_PERP, 4, MARKET, NOW));
      ClearingPool settled = after(closed, closed.tick(List.of(), Optional.of(MARKS), MARKET, NOW));
      assertEquals(Set.of(ETH_PERP), settled.settled());
      return settled;
    }

    /** A node that had not heard of the closure let a fill through. */
    @Test
    void isSettledAgainForAFillThatCameLate() {
      ClearingPool pool = gone();
      ClearingPool quiet = after(pool, pool.tick(List.of(), Optional.of(LOW), MARKET, NOW));
      assertEquals(Map.of(), quiet.book().settlements());
      List<PoolRow> late = List.of(row(TWO, 0, 0, Map.of(ETH_PERP, 2L)));
      ClearingPool again = after(pool, pool.tick(late, Optional.of(LOW), MARKET, NOW));
      assertEquals(Optional.of(new Ask.Settle(ETH_PERP, 2_000 * E8)), again.book().open().get(TWO));
      assertFalse(again.nothingTrades(MARKET));
    }

    @Test
    void isSettledByNobodyDuringAWaterfall() {
      ClearingPool closed =
          after(ClearingPool.EMPTY, ClearingPool.EMPTY.settle(ETH_PERP, 4, MARKET, NOW));
      ClearingPool sharing = begun(closed, ONE);
      assertEquals(
          Map.of(),
          after(sharing, sharing.tick(List.of(), Optional.of(MARKS), MARKET, NOW))
              .book()
              .settlements());
    }

    @Test
    void isNotOverWhileAStepOrALegMayStillTouchIt() {
      ClearingPool closed =
          after(ClearingPool.EMPTY, ClearingPool.EMPTY.settle(ETH_PERP, 4, MARKET, NOW));
      PoolRow leg =
          new PoolRow(
              TWO,
              new Exposure(
                  0, 0, new TreeMap<>(), new TreeMap<>(), List.of(new OpenLeg(ETH_PERP, 1, 1, 0))),
              new Loan(0, 0, 0));
      ClearingPool waiting =
          after(closed, closed.tick(List.of(leg), Optional.of(MARKS), MARKET, NOW));
      assertEquals(Set.of(ETH_PERP), waiting.book().settlements().keySet());
      assertEquals(0, waiting.book().open().size());
      ClearingPool asked =
          after(
              closed,
              closed.tick(
                  List.of(row(TWO, 0, 0, Map.of(ETH_PERP, 2L))), Optional.of(MARKS), MARKET, NOW));
      // its row is gone, its answer is not here
      ClearingPool unanswered =
          after(asked, asked.tick(List.of(), Optional.of(MARKS), MARKET, NOW));
      assertEquals(Set.of(), unanswered.settled());
    }
  }

  @Nested
  class TheEnd {
    private ClearingPool ended(ClearingPool from) {
      ClearingPool pool = from;
      for (String symbol : MARKET.instruments().keySet()) {
        pool = after(pool, pool.settle(symbol, 4, MARKET, NOW));
      }
      pool = after(pool, pool.tick(List.of(), Optional.of(MARKS), MARKET, NOW));
      return after(pool, pool.next(MARKET, NOW));
    }

    private void notFlat(ClearingPool pool, PoolRow... rows) {
      assertEquals(
          Decision.reject(PoolRejection.NOT_FLAT), pool.windUp(ONE, List.of(rows), MARKET, NOW));
    }

    @Test
    void comesOnlyWhenNothingIsLeftToAnybody() {
      ClearingPool pool = ended(ClearingPool.EMPTY);
      all(pool.windUp(ONE, List.of(row(TWO, 5, 0, Map.of())), MARKET, NOW));
      notFlat(pool, row(TWO, 0, -1, Map.of()));
      notFlat(pool, row(TWO, -1, 0, Map.of()));
      notFlat(begun(pool, TWO));
      notFlat(after(pool, new CycleEvent.Started(2, MARKS, List.of(TWO), NOW)));
      notFlat(after(pool, new StepAsked(TWO, 1, new Ask.Settle(BTC_PERP, 1), NOW)));
      ClearingPool collected =
          after(
              pool,
              new StepAsked(TWO, 1, new Ask.Collect(), NOW),
              new StepAnswered(TWO, 1, answer(1), NOW));
      notFlat(collected);
      notFlat(after(pool, new PoolEvent.FeesBooked(owner(9), 1, 1, new TreeMap<>(), NOW)));
      notFlat(
          after(
              pool,
              new PoolEvent.SettlementOpened("X", 1, NOW),
              new PoolEvent.SettlementClosed("X", 1, NOW)));
      notFlat(after(pool, new PoolEvent.LoanReported(TWO, new Loan(1, 1, 0), NOW)));
    }

    @Test
    void paysNobodyOfAnotherPoolAndNoFund() {
      ClearingPool pool = ended(ClearingPool.EMPTY);
      Decision<PoolFact, PoolRejection> other = Decision.reject(PoolRejection.OTHER_POOL);
      assertEquals(other, pool.windUp(account(1, 2, 0), List.of(), MARKET, NOW));
      assertEquals(other, pool.windUp(AccountId.fund(1), List.of(), MARKET, NOW));
    }

    @Test
    void asksForLoansBackAsCures() {
      ClearingPool pool = ended(ClearingPool.EMPTY);
      List<PoolRow> rows = List.of(row(TWO, -1, 0, Map.of()), row(THREE, 0, 0, Map.of()));
      assertEquals(List.of(TWO), pool.cures(rows, MARKET));
      assertEquals(List.of(), ClearingPool.EMPTY.cures(rows, MARKET));
    }

    /** Fund, then fees, then collateral, a step each, and nothing when all is paid. */
    @Test
    void paysEverythingOneAfterTheOther() {
      ClearingPool pool = ended(funded(7));
      pool =
          after(
              pool,
              new PoolEvent.FeesBooked(owner(9), 1, 4, new TreeMap<>(), NOW),
              new StepAsked(TWO, 1, new Ask.Collect(), NOW),
              new StepAnswered(TWO, 1, answer(4), NOW),
              new PoolEvent.LinesReleased(4, 0, NOW),
              new StepAsked(TWO, 2, new Ask.Forfeit(0, new TreeMap<>()), NOW),
              new StepAnswered(
                  TWO,
                  2,
                  new Answer(0, 0, new TreeMap<>(Map.of(ETH, 6L)), new Loan(-1, 0, 0)),
                  NOW));
      pool = after(pool, pool.windUp(ONE, List.of(), MARKET, NOW));
      List<Ask> paid = new ArrayList<>();
      long number = 0;
      for (List<PoolFact> facts = pool.next(MARKET, NOW);
          !facts.isEmpty();
          facts = pool.next(MARKET, NOW)) {
        pool = after(pool, facts);
        Ask ask = pool.book().open().get(ONE).orElseThrow();
        paid.add(ask);
        assertEquals(List.of(), pool.next(MARKET, NOW));
        pool = after(pool, pool.stepped(ONE, ++number, answer(0), 0, NOW));
      }
      assertEquals(
          List.of(
              new Ask.Pay(Ask.Line.FUND, 7),
              new Ask.Pay(Ask.Line.FEE, 4),
              new Ask.Award(new Amount(ETH, 6))),
          paid);
      assertEquals(0L, pool.book().lines().collateral().getOrDefault(ETH, 0L));
    }
  }

  @Test
  void aFactOfSomethingElseIsAProgrammersFault() {
    PoolFact stranger = () -> 5;
    assertThrows(IllegalStateException.class, () -> ClearingPool.EMPTY.apply(stranger));
  }

  @Test
  void aRowWithoutAPriceCountsWhatIsKnownOfIt() {
    PoolRow row = row(ONE, 0, 7, Map.of(BTC_PERP, 100_000L));
    assertEquals(7 + 10_000 * DOLLAR, row.net(MARKS, MARKET));
    assertEquals(7, row.net(new Marks(1, 1, 0, new TreeMap<>(), new TreeMap<>()), MARKET));
    assertTrue(row.touches(BTC_PERP));
    assertFalse(row.touches(ETH_PERP));
  }
}
