package io.crossclear.nodes.http;

import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.ExposureTable;
import io.crossclear.actors.FillBatchActor;
import io.crossclear.actors.MarketView;
import io.crossclear.actors.PoolActor;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.ledger.PoolLines;
import io.crossclear.domain.ledger.PoolTerms;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.nodes.http.Answers.AsOf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What trades, as {@link Answers}: always with the marks that this node has now. */
record TradeWriter(Genesis genesis, MarketView view) {

  Answers.Markets markets(AsOf asOf) {
    TreeMap<String, Answers.MarketLine> lines = new TreeMap<>();
    for (Instrument instrument : genesis.instruments()) {
      Market market = genesis.market(instrument.pool()).orElseThrow();
      lines.put(instrument.symbol(), line(instrument, market, view.marks(instrument.pool())));
    }
    return new Answers.Markets(asOf, List.copyOf(lines.values()));
  }

  private static Answers.MarketLine line(
      Instrument instrument, Market market, Optional<Marks> marks) {
    return switch (instrument) {
      case Instrument.Perpetual perpetual ->
          new Answers.MarketLine(
              perpetual.symbol(),
              "PERPETUAL",
              perpetual.base(),
              perpetual.feed(),
              perpetual.lotExponent(),
              Integer.toUnsignedLong(perpetual.pool()),
              market.settlement(),
              perpetual.rules(),
              marks.flatMap(
                  set -> set.mark(perpetual.symbol()).map(mark -> mark(set.seq(), mark))));
    };
  }

  private static Answers.MarkLine mark(long seq, Mark mark) {
    return new Answers.MarkLine(
        seq, mark.price(), mark.funding(), mark.star(), mark.fresh(), mark.low(), mark.high());
  }

  /** What the account trades; empty in a pool that clears no trades. */
  Optional<Answers.Trading> trading(MarginAccount account) {
    return genesis
        .market(account.id().pool())
        .map(market -> trading(account, market, view.marks(account.id().pool())));
  }

  private static Answers.Trading trading(
      MarginAccount account, Market market, Optional<Marks> marks) {
    Trading trading = account.trading();
    List<Answers.LegLine> legs = new ArrayList<>();
    trading.legs().forEach((batch, open) -> open.legs().forEach(leg -> legs.add(leg(batch, leg))));
    return new Answers.Trading(
        positions(trading.positions(), market, marks),
        trading.unsettled(),
        legs,
        trading.orders().entrySet().stream()
            .map(
                order ->
                    new Answers.OrderLine(
                        order.getKey(),
                        order.getValue().nonce(),
                        order.getValue().filled(),
                        order.getValue().fees(),
                        order.getValue().deadline()))
            .toList(),
        trading.nonceFloor(),
        trading
            .auction()
            .map(
                open ->
                    new Answers.OpenAuction(
                        AuctionDesk.auction(account.id(), open.number()),
                        open.number(),
                        open.kind().name())),
        margin(account.exposure(market.settlement()), market, marks));
  }

  private static Answers.LegLine leg(Hash batch, Leg leg) {
    return new Answers.LegLine(
        batch,
        leg.fill(),
        leg.order(),
        leg.terms().instrument(),
        leg.terms().lots(),
        leg.terms().notional(),
        leg.terms().fee());
  }

  private static List<Answers.PositionLine> positions(
      SortedMap<String, Position> positions, Market market, Optional<Marks> marks) {
    return positions.entrySet().stream()
        .map(
            held ->
                new Answers.PositionLine(
                    held.getKey(),
                    held.getValue().lots(),
                    held.getValue().cost(),
                    marks
                        .flatMap(set -> set.mark(held.getKey()))
                        .flatMap(
                            mark ->
                                value(market.held(held.getKey()), held.getValue().lots(), mark))))
        .toList();
  }

  private static Optional<Long> value(Instrument instrument, long lots, Mark mark) {
    try {
      return Optional.of(instrument.valueDown(lots, mark.star()));
    } catch (ArithmeticException tooLarge) {
      return Optional.empty();
    }
  }

  /** Empty while something that is held has no price, or a sum does not fit. */
  private static Optional<Answers.Margin> margin(
      Exposure exposure, Market market, Optional<Marks> marks) {
    try {
      return marks.map(
          set ->
              new Answers.Margin(
                  set.seq(),
                  valued(exposure, set, market, Valuation.ADMISSION),
                  valued(exposure, set, market, Valuation.LIQUIDATION)));
    } catch (IllegalStateException | ArithmeticException unknown) {
      return Optional.empty();
    }
  }

  private static Answers.Valued valued(
      Exposure exposure, Marks marks, Market market, Valuation valuation) {
    MarginResult result = StandardMargin.INSTANCE.margin(exposure, marks, market, valuation);
    return new Answers.Valued(
        result.equity(),
        result.net(),
        result.collateral(),
        result.weighted(),
        result.initial(),
        result.maintenance());
  }

  static Answers.Pool pool(AsOf asOf, PoolConfig pool, Asset settlement, PoolActor.View view) {
    PoolLines lines = view.book().lines();
    PoolTerms terms = view.terms();
    return new Answers.Pool(
        asOf,
        Integer.toUnsignedLong(pool.number()),
        pool.name(),
        settlement,
        lines.clearing(),
        lines.fund(),
        lines.fundUnsettled(),
        lines.fee(),
        lines.feeUnsettled(),
        lines.lending(),
        lines.lent(),
        lines.collateral(),
        view.cycles(),
        view.stage(),
        view.settling(),
        view.settled(),
        terms.interestIndex(),
        terms.funding());
  }

  /**
   * A batch.
   *
   * @param status of one that was submitted
   */
  static Answers.FillBatch fillBatch(
      AsOf asOf, Address venue, long number, FillBatchActor.Status status) {
    FillBatch batch = status.batch();
    var submitted = batch.submitted().orElseThrow();
    return new Answers.FillBatch(
        asOf,
        venue,
        number,
        batch.stage().name(),
        submitted.id(),
        submitted.marks().seq(),
        batch.novated(),
        batch.refused().keySet().stream()
            .collect(
                Collectors.toMap(
                    fill -> fill,
                    fill -> batch.refusal(fill).orElseThrow(),
                    (first, second) -> first,
                    TreeMap::new)),
        batch.fees());
  }

  /**
   * An auction that the exposure of its account names.
   *
   * @param status absent when it is not under way yet
   */
  Answers.AuctionLine line(
      ExposureTable.Exposure row,
      ExposureTable.Clearing clearing,
      ExposureTable.OpenAuction open,
      Optional<AuctionActor.Status> status) {
    AccountId account = row.account();
    Market market = genesis.market(account.pool()).orElseThrow();
    Optional<Marks> marks = view.marks(account.pool());
    Exposure risk = clearing.risk();
    return new Answers.AuctionLine(
        AuctionDesk.auction(account, open.number()),
        account,
        open.number(),
        open.kind().name(),
        status.filter(known -> known.auction().open()).map(AuctionActor.Status::discountPpm),
        risk.cash(),
        risk.unsettled(),
        risk.collateral(),
        positions(risk.positions(), market, marks),
        margin(risk, market, marks));
  }

  /**
   * An auction.
   *
   * @param status of one that was opened
   */
  static Answers.Auction auction(AsOf asOf, AuctionActor.Status status) {
    LiquidationAuction auction = status.auction();
    var opened = auction.opened().orElseThrow();
    return new Answers.Auction(
        asOf,
        AuctionDesk.auction(opened.account(), opened.number()),
        opened.account(),
        opened.number(),
        auction.stage().name(),
        opened.kind().name(),
        opened.seq(),
        status.discountPpm(),
        auction.queue().size(),
        auction.round(),
        auction.slice());
  }
}
