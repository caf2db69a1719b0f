package io.crossclear.persistence;

import static io.crossclear.persistence.WireSamples.ACCOUNT;
import static io.crossclear.persistence.WireSamples.ETH;
import static io.crossclear.persistence.WireSamples.OTHER_ACCOUNT;
import static io.crossclear.persistence.WireSamples.USDC;
import static io.crossclear.persistence.WireSamples.VAULT;
import static io.crossclear.persistence.WireSamples.address;
import static io.crossclear.persistence.WireSamples.hash;
import static io.crossclear.persistence.WireSamples.signature;
import static io.crossclear.persistence.WireSamples.sorted;
import static java.util.Map.entry;

import io.crossclear.actors.ExposureTable;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.liquidation.LossPlan;
import io.crossclear.domain.liquidation.TearUpPlan;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.trade.FillRefusal;
import io.crossclear.domain.variation.CycleEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The part of {@link WireSamples} that trades: in an order that the folds take. */
final class ClearingSamples {

  private ClearingSamples() {}

  private static final long TIME = 1_700_000_100_000L;
  private static final long DEADLINE = 1_800_000_000L;
  private static final String KEY = OTHER_ACCOUNT.hex() + "/2/1";

  static final Instrument BTC_PERP =
      new Instrument.Perpetual(
          "BTC-PERP",
          new Asset("BTC"),
          "BTC/USDC",
          5,
          1,
          new InstrumentRules(100_000, 65_000, 500, 30_000, 1_000_000));

  static final Genesis GENESIS =
      new Genesis(
          "wire",
          hash(0x01),
          List.of(new AssetConfig(ETH, 8, 1), new AssetConfig(USDC, 6, 1)),
          List.of(new PoolConfig(1, "main", List.of(ETH, USDC))),
          List.of(),
          List.of(BTC_PERP),
          List.of(
              new PoolRules(
                  1,
                  USDC,
                  List.of(new CollateralRule(ETH, 8, "ETH/USDC", 200_000)),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  980_000,
                  700_000,
                  10,
                  Duration.ofHours(1),
                  5,
                  500_000,
                  new FundingRule(Duration.ofHours(8), 100, 7_500))));

  static final Marks MARKS =
      new Marks(
          42,
          TIME,
          7,
          sorted(
              entry(
                  "BTC-PERP", new Mark(6_000_000_000_000L, -3_000, false, 1L, 7_000_000_000_000L))),
          sorted(entry(ETH, Mark.fresh(300_000_000_000L, 0))));

  private static final Slice SLICE =
      new Slice(
          Slice.Kind.SOLVENT,
          42,
          sorted(entry("BTC-PERP", new Position(-2, -1_200_000, -1_190_000))),
          sorted(entry(ETH, 1_000L)),
          -7,
          USDC,
          11_000,
          12_000,
          12_345);

  private static final SignedAction<UserAction.Order> BUY = order(ACCOUNT, true, 0x61);
  private static final SignedAction<UserAction.Order> SELL = order(OTHER_ACCOUNT, false, 0x62);

  private static final SignedAction<UserAction.Bid> BID =
      new SignedAction<>(
          new UserAction.Bid(ACCOUNT.word(), KEY, 500_000, 20_000, 41, 22, DEADLINE),
          31337,
          VAULT.address(),
          signature(0x63));

  private static final Leg LEG =
      new Leg(1, hash(0x71), BUY, 6_000_000_000_000L, new OpenLeg("BTC-PERP", 3, 1_800_000, 900));

  private static SignedAction<UserAction.Order> order(AccountId account, boolean buy, int digits) {
    return new SignedAction<>(
        new UserAction.Order(
            account.word(),
            address(0xd2),
            "BTC-PERP",
            buy,
            5,
            -6_000_000_000_000L,
            3_000,
            !buy,
            20,
            DEADLINE),
        31337,
        VAULT.address(),
        signature(digits));
  }

  /** One of every action. */
  static List<UserAction> actions() {
    return List.of(
        WireSamples.WITHDRAW.action(),
        WireSamples.TRANSFER.action(),
        BUY.action(),
        cancel().action(),
        cancelBelow().action(),
        BID.action(),
        new UserAction.Read(ACCOUNT.word(), address(0xf1), DEADLINE));
  }

  private static SignedAction<UserAction.Cancel> cancel() {
    return new SignedAction<>(
        new UserAction.Cancel(ACCOUNT.word(), 23), 31337, VAULT.address(), signature(0x64));
  }

  private static SignedAction<UserAction.CancelBelow> cancelBelow() {
    return new SignedAction<>(
        new UserAction.CancelBelow(ACCOUNT.word(), 12), 31337, VAULT.address(), signature(0x65));
  }

  static List<Object> account() {
    return List.of(
        new ClearingEvent.MarginChecked(MARKS, TIME),
        new ClearingEvent.LegsReserved(
            hash(0x81),
            address(0xd2),
            3,
            DEADLINE,
            MARKS,
            List.of(LEG),
            sorted(entry(2, LegRefusal.INSUFFICIENT_MARGIN)),
            TIME + 1),
        new ClearingEvent.LegsCommitted(hash(0x81), List.of(1), TIME + 3),
        new ClearingEvent.LegsReleased(hash(0x82), TIME + 4),
        new ClearingEvent.OrderCancelled(cancel(), DEADLINE, TIME + 5),
        new ClearingEvent.OrdersCancelledBelow(cancelBelow(), TIME + 6),
        new ClearingEvent.InterestAccrued(9, new Amount(USDC, 3), TIME + 7),
        new ClearingEvent.VariationCollected(
            1, 42, sorted(entry("BTC-PERP", 1_750_000L)), new Amount(USDC, 20_000), TIME + 8),
        new ClearingEvent.Borrowed(2, new Amount(USDC, 30_900), TIME + 9),
        new ClearingEvent.BidReserved(hash(0x73), BID, KEY, SLICE, 1_000, MARKS, TIME + 10),
        new ClearingEvent.SliceCommitted(KEY, sorted(entry("BTC-PERP", -1_195_000L)), TIME + 12),
        new ClearingEvent.BidReleased(OTHER_ACCOUNT.hex() + "/2/2", TIME + 13),
        new ClearingEvent.AuctionStarted(1, AuctionKind.LIQUIDATION, MARKS, TIME + 14),
        new ClearingEvent.SliceReserved(1, 1, 980_000, 500_000, MARKS, SLICE, TIME + 15),
        new ClearingEvent.SliceTaken(1, 1, TIME + 16),
        new ClearingEvent.AuctionEnded(1, MARKS, TIME + 17),
        new ClearingEvent.VariationReleased(3, new Amount(USDC, 500), TIME + 18),
        new ClearingEvent.TornUp(4, "BTC-PERP", -1, -600_000, TIME + 19),
        new ClearingEvent.LossCovered(5, LossLayer.FUND, new Amount(USDC, 800), TIME + 20),
        new ClearingEvent.OwedCovered(6, LossLayer.FUND_CLAIMS, 700, TIME + 21),
        new ClearingEvent.Levied(7, 43, sorted(entry("BTC-PERP", 1_230_000L)), 60, TIME + 22),
        new ClearingEvent.Forfeited(8, 50, sorted(entry(ETH, 1_000L)), TIME + 23),
        new ClearingEvent.AwardedInKind(9, new Amount(ETH, 400), TIME + 24),
        new ClearingEvent.FinalSettled(
            10, "BTC-PERP", 6_100_000_000_000L, 2, 1_220_000, TIME + 25));
  }

  /** The trading part of an exposure row. */
  static final ExposureTable.Clearing CLEARING =
      new ExposureTable.Clearing(
          new Exposure(
              -5,
              7,
              sorted(entry(ETH, 1_000L)),
              sorted(entry("BTC-PERP", new Position(2, 1_200_000, 1_190_000))),
              List.of(new OpenLeg("BTC-PERP", -1, -600_000, 300))),
          1,
          0,
          Optional.of(new ExposureTable.OpenAuction(3, AuctionKind.CURE)),
          new PoolEvent.Loan(31, 5, 3),
          sorted(entry(ETH, sorted(entry(31_001L, 9L)))));

  /** Values that have to fit together. */
  static List<Object> values() {
    return List.of(
        MARKS, SLICE, LEG, new Fill(1, BUY, SELL, 3, 6_000_000_000_000L), WireSamples.SPLIT);
  }

  /** One of everything that a pool asks for. */
  static List<Ask> asks() {
    return List.of(
        new Ask.Collect(),
        new Ask.Lend(30_900),
        new Ask.Release(500),
        new Ask.TearUp("BTC-PERP", -1, 6_000_000_000_000L),
        new Ask.Cover(LossLayer.FUND, 800),
        new Ask.CoverOwed(LossLayer.GAINS, 700),
        new Ask.Levy(60),
        new Ask.LevyForDebt(70),
        new Ask.Forfeit(50, sorted(entry(ETH, 1_000L))),
        new Ask.Award(new Amount(ETH, 400)),
        new Ask.Pay(Ask.Line.FEE, 90),
        new Ask.Settle("BTC-PERP", 6_100_000_000_000L));
  }

  static List<Object> pool() {
    Address venue = address(0xd2);
    return List.of(
        new PoolEvent.FundContributed(ACCOUNT, 1, 5_000_000, TIME),
        new PoolEvent.FundLent(1_000_000, 900_000, TIME + 1),
        new PoolEvent.InterestIndexed(9, TIME + 2),
        new PoolEvent.FeesBooked(
            venue, 3, 1_800, sorted(entry("BTC-PERP", new PoolEvent.Traded(-5, 4))), TIME + 3),
        new PoolEvent.FundingSet("BTC-PERP", -3_000, 42, TIME + 3),
        new PoolEvent.SettlementOpened("BTC-PERP", 6_100_000_000_000L, TIME + 4),
        new PoolEvent.StepAsked(
            ACCOUNT, 1, new Ask.Forfeit(50, sorted(entry(ETH, 1_000L))), TIME + 5),
        new PoolEvent.StepAnswered(
            ACCOUNT,
            1,
            new PoolEvent.Answer(
                50, -2, sorted(entry(ETH, 1_000L)), new PoolEvent.Loan(31, 30_900, 3)),
            TIME + 6),
        new PoolEvent.LoanReported(OTHER_ACCOUNT, new PoolEvent.Loan(12, 4_000, 1), TIME + 7),
        new PoolEvent.LinesReleased(200, 100, TIME + 8),
        new PoolEvent.FeesLevied(300, TIME + 9),
        new PoolEvent.FeesLeviedForDebt(400, TIME + 10),
        new PoolEvent.FundRecalled(100_000, 110_000, TIME + 11),
        new PoolEvent.SettlementClosed("BTC-PERP", 1, TIME + 12),
        new PoolEvent.WaterfallClosed(OTHER_ACCOUNT, TIME + 13),
        new PoolEvent.WaterfallOpened(ACCOUNT, TIME + 14),
        new PoolEvent.InstrumentClosed("BTC-PERP", 43, TIME + 15),
        new PoolEvent.InsolventCovered(ACCOUNT, 3, 2, 800, TIME + 16),
        new PoolEvent.WoundUp(OTHER_ACCOUNT, TIME + 17));
  }

  static List<Object> fillBatch() {
    return List.of(
        new FillBatchEvent.Submitted(
            hash(0x81),
            address(0xd2),
            3,
            DEADLINE,
            MARKS,
            List.of(new Fill(1, BUY, SELL, 3, 6_000_000_000_000L)),
            sorted(entry(2, FillRefusal.SAME_SIDE)),
            TIME),
        new FillBatchEvent.LegsTaken(
            ACCOUNT, List.of(LEG), sorted(entry(3, LegRefusal.PRICE_OUTSIDE_BAND)), TIME + 1),
        new FillBatchEvent.AccountRefused(OTHER_ACCOUNT, "OVERFLOW", TIME + 3),
        new FillBatchEvent.Novated(List.of(1), 1_800, TIME + 4),
        new FillBatchEvent.AccountDone(ACCOUNT, TIME + 5),
        new FillBatchEvent.FeesBooked(TIME + 6));
  }

  static List<Object> cycle() {
    return List.of(
        new CycleEvent.Started(6, MARKS, List.of(ACCOUNT), TIME),
        new CycleEvent.Collected(ACCOUNT, -900, TIME + 1),
        new CycleEvent.Borrowed(ACCOUNT, -100, TIME + 3),
        new CycleEvent.SharesFixed(sorted(entry(OTHER_ACCOUNT, 600L)), 20, 10, TIME + 4),
        new CycleEvent.Released(OTHER_ACCOUNT, 600, TIME + 5),
        new CycleEvent.Finished(TIME + 6));
  }

  static List<Object> waterfall() {
    LossPlan plan =
        new LossPlan(
            40,
            90,
            55,
            5,
            sorted(entry(OTHER_ACCOUNT, 60L)),
            4,
            1,
            sorted(entry(OTHER_ACCOUNT, 2L)),
            1,
            2);
    return List.of(
        new WaterfallEvent.Begun(ACCOUNT, 3, MARKS, TIME),
        new WaterfallEvent.TearUpPlanned(
            List.of(new TearUpPlan.Pair(OTHER_ACCOUNT, "BTC-PERP", -2, -1_200_000)), TIME + 1),
        new WaterfallEvent.HolderTorn(2, TIME + 2),
        new WaterfallEvent.DefaulterTorn(TIME + 3),
        new WaterfallEvent.DefaulterCollected(-90, TIME + 4),
        new WaterfallEvent.LossFound(-130, 0, sorted(entry(ETH, 1_000L)), TIME + 5),
        new WaterfallEvent.Forfeited(sorted(entry(ETH, 1_000L)), TIME + 6),
        new WaterfallEvent.LossPlanned(plan, TIME + 7),
        new WaterfallEvent.LayerPaid(55, TIME + 8),
        new WaterfallEvent.GainLevied(OTHER_ACCOUNT, 60, TIME + 9),
        new WaterfallEvent.FeesCut(4, TIME + 10),
        new WaterfallEvent.LossCovered(0, TIME + 11),
        new WaterfallEvent.AwardsFixed(ETH, sorted(entry(OTHER_ACCOUNT, 500L)), TIME + 12),
        new WaterfallEvent.Awarded(OTHER_ACCOUNT, TIME + 13),
        new WaterfallEvent.Finished(TIME + 14));
  }

  /** An auction that offers, whose loser has failed before and has money to get back. */
  static LiquidationAuction auctionState() {
    LiquidationAuction.Waiting bid = new LiquidationAuction.Waiting(1, BID, 41);
    return new LiquidationAuction(
        Optional.of(new AuctionEvent.Opened(OTHER_ACCOUNT, 2, AuctionKind.LIQUIDATION, 40, TIME)),
        LiquidationAuction.Stage.OFFERED,
        40,
        3,
        List.of(new LiquidationAuction.Waiting(3, BID, 43)),
        2,
        Optional.of(SLICE),
        List.of(new LiquidationAuction.Waiting(2, BID, 42)),
        Optional.of(bid),
        List.of(new LiquidationAuction.Losing(bid, 1, SLICE)),
        true,
        sorted(entry(ACCOUNT, new LiquidationAuction.Failures(1, TIME))),
        TIME + 1);
  }

  static List<Object> auction() {
    return List.of(
        new AuctionEvent.Opened(OTHER_ACCOUNT, 2, AuctionKind.CURE, 40, TIME),
        new AuctionEvent.BidQueued(1, BID, 41, TIME + 1),
        new AuctionEvent.SliceOffered(1, SLICE, List.of(1L), TIME + 2),
        new AuctionEvent.BidCompleted(1, 1, TIME + 3),
        new AuctionEvent.SliceWithdrawn(1, TIME + 4),
        new AuctionEvent.BidReleased(1, TIME + 5),
        new AuctionEvent.BidLost(2, TIME + 5),
        new AuctionEvent.SliceSold(2, TIME + 6),
        new AuctionEvent.SliceDelivered(2, TIME + 7),
        new AuctionEvent.BidDropped(2, "PAY_ABOVE_MAXIMUM", TIME + 8),
        new AuctionEvent.CoverBegun(3, TIME + 9),
        new AuctionEvent.FundPaid(1_000, TIME + 10),
        new AuctionEvent.FundRefused("FUND_EXHAUSTED", TIME + 11),
        new AuctionEvent.SharingBegun(TIME + 12),
        new AuctionEvent.Repriced(60, TIME + 13),
        new AuctionEvent.Closed(TIME + 14));
  }
}
