package io.crossclear.nodes.demo;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument.Perpetual;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.Postings;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.nodes.demo.History.Funding;
import io.crossclear.nodes.demo.History.Holding;
import io.crossclear.nodes.demo.History.Tally;
import io.crossclear.nodes.oracle.QuoteLog.Quoted;
import io.crossclear.persistence.audit.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The smallest complete crash, made by hand: the round trip of {@link HandMadeRoundtrip}, in a pool
 * in which ten rounds of prices were certified, one a second, and one account was long bitcoin.
 */
final class HandMadeCrash {

  static final FeedId BTC = new FeedId("BTC/USD");
  static final FeedId ETH = new FeedId("ETH/USD");
  static final FeedId USDC = new FeedId("USDC/USD");
  static final AccountId LONG = AccountId.of(HandMadeRoundtrip.address(5000), 1, 0);
  static final int ROUNDS = 10;
  private static final long E8 = 100_000_000;

  private static final Genesis PLAIN = HandMadeRoundtrip.GENESIS;

  static final Genesis GENESIS =
      new Genesis(
          PLAIN.name(),
          PLAIN.birth(),
          PLAIN.assets(),
          PLAIN.pools(),
          PLAIN.vaults(),
          List.of(perpetual("BTC-PERP", "BTC", BTC, 5), perpetual("ETH-PERP", "ETH", ETH, 4)),
          List.of(
              new PoolRules(
                  1,
                  HandMadeRoundtrip.USDC,
                  List.of(new CollateralRule(HandMadeRoundtrip.ETH, 8, "ETH/USD", 200_000)),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  990_000,
                  900_000,
                  20,
                  Duration.ofSeconds(5),
                  0,
                  500_000,
                  new FundingRule(Duration.ofSeconds(10), 100, 1_000))));

  private HandMadeCrash() {}

  private static Perpetual perpetual(String symbol, String base, FeedId feed, int lots) {
    return new Perpetual(
        symbol,
        new Asset(base),
        feed.pair(),
        lots,
        1,
        new InstrumentRules(100_000, 50_000, 500, 30_000, 1_000_000_000));
  }

  /** When a round was observed. */
  static long at(long round) {
    return 1_000_000_000_000L + 1_000 * round;
  }

  /** Bitcoin falls by 500 a round for five rounds, and rises again. */
  static long bitcoin(long round) {
    return (8_000 - 500 * Math.min(round, ROUNDS - round)) * E8;
  }

  static Evidence evidence() {
    Evidence roundtrip = HandMadeRoundtrip.evidence();
    Audit end = roundtrip.end();
    Ledger.Trades trades =
        new Ledger.Trades(
            new TreeMap<>(Map.of(1, ClearingPool.EMPTY)),
            new TreeMap<>(Map.of(1, HandMadeRoundtrip.USDC)),
            new TreeMap<>(),
            new TreeMap<>(),
            Postings.NONE);
    return new Evidence(
        GENESIS,
        roundtrip.accounts(),
        List.of(new Audit(end.when(), end.ledger().withTrades(trades), end.chains())),
        roundtrip.wallets(),
        roundtrip.kills(),
        new Crisis(history(holding(0, false)), tape(), List.of(), quotes(), List.of()));
  }

  /** Long one bitcoin from 8,000 on with 3,000 dollars: 500 are left at 5,500. */
  static Holding holding(long since, boolean liquidating) {
    return holding(since, 3_000, liquidating);
  }

  static Holding holding(long since, long dollars, boolean liquidating) {
    TreeMap<String, Position> positions = new TreeMap<>();
    positions.put("BTC-PERP", new Position(100_000, 8_000_000_000L, 8_000_000_000L));
    return new Holding(
        since,
        new Exposure(dollars * 1_000_000, 0, new TreeMap<>(), positions, List.of()),
        liquidating);
  }

  static History history(Holding... holdings) {
    return new History(
        new TreeMap<>(Map.of(LONG, List.of(holdings))),
        new TreeMap<>(Map.of("BTC-PERP", List.of(new Funding(0, 0)))),
        new Tally(3, 15, 0, 4, 0, 0, 0, 0, 2, 0, 1, 1, 100, 0, 0, 0, 1));
  }

  static List<Tape.Row> tape() {
    List<Tape.Row> tape = new ArrayList<>();
    for (long round = 0; round <= ROUNDS; round++) {
      tape.add(new Tape.Row(BTC, round, bitcoin(round), at(round)));
      tape.add(new Tape.Row(ETH, round, 200 * E8, at(round)));
      tape.add(new Tape.Row(USDC, round, E8, at(round)));
    }
    return tape;
  }

  /** Two honest tickers a dollar apart, and one that says half as much again. */
  static List<Quoted> quotes() {
    List<Quoted> quotes = new ArrayList<>();
    for (Tape.Row row : tape()) {
      long time = row.observedAt() - 20;
      quotes.add(new Quoted(false, row.feed(), row.price() - E8 / 10, time));
      quotes.add(new Quoted(false, row.feed(), row.price() + E8 / 10, time));
      quotes.add(new Quoted(true, row.feed(), row.price() / 2 * 3, time));
    }
    return quotes;
  }
}
