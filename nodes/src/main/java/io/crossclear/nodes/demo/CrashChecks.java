package io.crossclear.nodes.demo;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.ledger.ClearingCheck;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.nodes.demo.Crisis.Outage;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.nodes.demo.History.Holding;
import io.crossclear.nodes.oracle.QuoteLog.Quoted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The checks that only a crash needs, each a pure function of the evidence with a way to falsify
 * it. {@link Checks} puts them in their place among the others.
 */
final class CrashChecks {

  private static final int POOL = CrashPlan.POOL;
  private static final long ONE = 100_000_000;

  /**
   * When the watch has seen a price: it looks at every certified round, asks the account, and the
   * account writes down that it is in liquidation.
   */
  static final Duration SEEN = Duration.ofSeconds(3);

  /** While a node runs, the tape has two rounds that are not farther apart. */
  static final Duration UNSEEN = Duration.ofSeconds(15);

  /**
   * A round's observations were asked for at most so long before the oracles' median clock, and not
   * longer than that after it: the longest answer of a source, and how far oracles are apart.
   */
  static final Duration ROUND_BEFORE = Duration.ofMillis(1_000);

  static final Duration ROUND_AFTER = Duration.ofMillis(500);

  /** Of the liar's quotes, the part that must be outside of what the honest ones say. */
  private static final int LIES_PERCENT = 90;

  private CrashChecks() {}

  // ---- positions

  /**
   * At every audit the lots of an instrument, with those in transit and being settled, sum to 0;
   * and in the end nobody has any.
   */
  static List<String> positionsZero(Evidence evidence, String instrument) {
    List<String> violations = new ArrayList<>();
    for (Audit audit : evidence.audits()) {
      for (ClearingCheck pool : audit.pools()) {
        long sum = pool.lots().getOrDefault(instrument, 0L);
        if (sum != 0) {
          violations.add(audit.when() + ": lots sum to " + sum);
        }
      }
    }
    if (evidence.end().pools().isEmpty()) {
      violations.add("no pool was seen");
    }
    evidence
        .end()
        .ledger()
        .accounts()
        .forEach(
            (id, account) -> {
              Position held = account.trading().positions().get(instrument);
              if (held != null) {
                violations.add("account " + id + " still has " + held.lots() + " lots");
              }
            });
    return violations;
  }

  static Evidence withLot(Evidence evidence, String instrument) {
    return withPool(
        evidence, check -> pool(check, check.clearing(), Exact.plus(check.lots(), instrument, 1)));
  }

  private static Evidence withPool(Evidence evidence, UnaryOperator<ClearingCheck> change) {
    Audit end = evidence.end();
    return evidence.withEnd(
        new Audit(
            end.when(), end.ledger(), end.chains(), end.pools().stream().map(change).toList()));
  }

  private static ClearingCheck pool(
      ClearingCheck check, long clearing, SortedMap<String, Long> lots) {
    return new ClearingCheck(
        check.pool(),
        clearing,
        check.unsettled(),
        check.costs(),
        lots,
        check.debts(),
        check.lending(),
        check.known(),
        check.halves(),
        check.between(),
        check.lines(),
        check.waterfall());
  }

  // ---- the clearing account

  /** At every audit everything that must be true of a pool is. */
  static List<String> clearingAccount(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    for (Audit audit : evidence.audits()) {
      for (ClearingCheck pool : audit.pools()) {
        pool.violations().forEach(words -> violations.add(audit.when() + ": " + words));
      }
    }
    if (evidence.end().pools().isEmpty()) {
      violations.add("no pool was seen");
    }
    return violations;
  }

  static Evidence withClearedUnit(Evidence evidence) {
    return withPool(evidence, check -> pool(check, check.clearing() + 1, check.lots()));
  }

  // ---- equity

  /**
   * For each certified round on the tape and each account: if its equity, at the round's certified
   * prices and with what it held when they were observed, was below 0; and {@link #SEEN} later,
   * with what it held then and at the newest prices on the tape then, still is; then it is in
   * liquidation by then. Time without a node does not count: a round is only looked at when a node
   * ran from its observation until then. Positions count at their star price, price less cumulative
   * funding; open legs do not count.
   */
  static List<String> equityNeverNegative(Evidence evidence) {
    Market market = evidence.genesis().market(POOL).orElseThrow();
    List<Priced> rounds = rounds(evidence, market);
    List<String> violations = new ArrayList<>();
    for (Map.Entry<AccountId, List<Holding>> account :
        evidence.crisis().history().accounts().entrySet()) {
      int newest = 0;
      for (Priced round : rounds) {
        long seen = round.at() + SEEN.toMillis();
        while (newest + 1 < rounds.size() && rounds.get(newest + 1).at() <= seen) {
          newest++;
        }
        Optional<Holding> then = holding(account.getValue(), round.at());
        Optional<Holding> later = holding(account.getValue(), seen);
        if (then.isEmpty()
            || later.isEmpty()
            || later.get().liquidating()
            || interrupted(evidence.crisis().outages(), round.at(), seen)) {
          continue;
        }
        long equity = equity(then.get().exposure(), round.marks(), market);
        long still = equity(later.get().exposure(), rounds.get(newest).marks(), market);
        if (equity < 0 && still < 0) {
          violations.add(
              "account %s had an equity of %d in round %d and %d ms later of %d, not in liquidation"
                  .formatted(account.getKey(), equity, round.seq(), SEEN.toMillis(), still));
          break; // one sentence for each account
        }
      }
    }
    if (rounds.isEmpty()) {
      violations.add("no certified round was seen");
    }
    for (int i = 1; i < rounds.size(); i++) {
      long from = rounds.get(i - 1).at();
      long to = rounds.get(i).at();
      if (to - from > UNSEEN.toMillis() && !interrupted(evidence.crisis().outages(), from, to)) {
        violations.add(
            "nobody saw a certified round for %d ms after round %d"
                .formatted(to - from, rounds.get(i - 1).seq()));
      }
    }
    return violations;
  }

  /** Prices of a round and when they were observed. */
  private record Priced(long seq, long at, Marks marks) {}

  /** Rounds of which the tape has every price that the market needs. */
  private static List<Priced> rounds(Evidence evidence, Market market) {
    TreeMap<Long, Map<FeedId, Tape.Row>> bySeq = new TreeMap<>();
    for (Tape.Row row : evidence.crisis().tape()) {
      bySeq.computeIfAbsent(row.seq(), none -> new HashMap<>()).put(row.feed(), row);
    }
    List<Priced> rounds = new ArrayList<>();
    bySeq.forEach(
        (seq, rows) -> {
          Tape.Row cash = rows.get(new FeedId(market.settlement() + "/USD"));
          if (cash == null) {
            return;
          }
          TreeMap<String, Mark> marks = new TreeMap<>();
          TreeMap<Asset, Mark> collateral = new TreeMap<>();
          long at = 0;
          for (Instrument instrument : market.instruments().values()) {
            Tape.Row row = rows.get(new FeedId(instrument.feed()));
            if (row == null) {
              return;
            }
            at = Math.max(at, row.observedAt());
            long funding = funding(evidence, instrument.symbol(), seq);
            marks.put(instrument.symbol(), mark(row, cash, funding));
          }
          for (CollateralRule rule : market.rules().collateral()) {
            Tape.Row row = rows.get(new FeedId(rule.feed()));
            if (row == null) {
              return;
            }
            collateral.put(rule.asset(), mark(row, cash, 0));
          }
          rounds.add(new Priced(seq, at, new Marks(seq, at, 0, marks, collateral)));
        });
    return rounds;
  }

  private static Mark mark(Tape.Row base, Tape.Row cash, long funding) {
    return Mark.fresh(Exact.mulDivDown(base.price(), ONE, cash.price()), funding);
  }

  private static long funding(Evidence evidence, String instrument, long seq) {
    long cumulative = 0;
    for (History.Funding change :
        evidence.crisis().history().funding().getOrDefault(instrument, List.of())) {
      cumulative = change.seq() <= seq ? change.cumulative() : cumulative;
    }
    return cumulative;
  }

  private static Optional<Holding> holding(List<Holding> holdings, long at) {
    int low = 0;
    int high = holdings.size();
    while (low < high) {
      int middle = (low + high) / 2;
      if (holdings.get(middle).since() <= at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? Optional.empty() : Optional.of(holdings.get(low - 1));
  }

  private static boolean interrupted(List<Outage> outages, long from, long to) {
    return outages.stream().anyMatch(outage -> outage.from() <= to && outage.to() >= from);
  }

  private static long equity(Exposure exposure, Marks marks, Market market) {
    return StandardMargin.INSTANCE.margin(exposure, marks, market, Valuation.CERTIFIED).equity();
  }

  /** An account that owes more than it has, and that nobody liquidates. */
  static Evidence withDebtor(Evidence evidence) {
    History history = evidence.crisis().history();
    Exposure debt = new Exposure(-1, 0, new TreeMap<>(), new TreeMap<>(), List.of());
    TreeMap<AccountId, List<Holding>> accounts = new TreeMap<>(history.accounts());
    accounts.put(AccountId.fund(POOL), List.of(new Holding(0, debt, false)));
    return evidence.withCrisis(
        evidence
            .crisis()
            .withHistory(
                new History(accounts, history.funding(), history.earned(), history.tally())));
  }

  // ---- the liar

  /**
   * Every certified price on the tape was proved by its certificate and lies within what honest
   * tickers said when its round was observed, from {@link #ROUND_BEFORE} before the oracles' median
   * clock until {@link #ROUND_AFTER} after it; and of what the liar said at least nine tenths lie
   * outside of what the honest said around the same time.
   */
  static List<String> liarOutvoted(Evidence evidence) {
    Crisis crisis = evidence.crisis();
    List<String> violations = new ArrayList<>(crisis.faults());
    Map<FeedId, TreeMap<Long, long[]>> honest = honest(crisis.quotes());
    for (Tape.Row row : crisis.tape()) {
      Optional<long[]> range = range(honest, row.feed(), row.observedAt());
      if (range.isEmpty()) {
        violations.add("nobody honest was asked for " + row.feed() + " in round " + row.seq());
      } else if (row.price() < range.get()[0] || row.price() > range.get()[1]) {
        violations.add(
            "round %d certified %d of %s where honest tickers said %d to %d"
                .formatted(row.seq(), row.price(), row.feed(), range.get()[0], range.get()[1]));
      }
    }
    int lies = 0;
    int said = 0;
    for (Quoted quote : crisis.quotes()) {
      Optional<long[]> range = range(honest, quote.feed(), quote.time());
      if (quote.liar() && range.isPresent()) {
        said++;
        lies += quote.price() < range.get()[0] || quote.price() > range.get()[1] ? 1 : 0;
      }
    }
    if (crisis.tape().isEmpty() || said == 0 || 100L * lies < (long) LIES_PERCENT * said) {
      violations.add(
          "of %d rows, the liar lied %d times of %d".formatted(crisis.tape().size(), lies, said));
    }
    return violations;
  }

  /** Lowest and highest honest price by feed and moment. */
  private static Map<FeedId, TreeMap<Long, long[]>> honest(List<Quoted> quotes) {
    Map<FeedId, TreeMap<Long, long[]>> honest = new TreeMap<>();
    for (Quoted quote : quotes) {
      if (!quote.liar()) {
        honest
            .computeIfAbsent(quote.feed(), none -> new TreeMap<>())
            .merge(
                quote.time(),
                new long[] {quote.price(), quote.price()},
                (a, b) -> new long[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
      }
    }
    return honest;
  }

  private static Optional<long[]> range(
      Map<FeedId, TreeMap<Long, long[]>> honest, FeedId feed, long at) {
    return honest
        .getOrDefault(feed, new TreeMap<>())
        .subMap(at - ROUND_BEFORE.toMillis(), true, at + ROUND_AFTER.toMillis(), true)
        .values()
        .stream()
        .reduce((a, b) -> new long[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
  }

  /** The oracles believed the liar once. */
  static Evidence withLieCertified(Evidence evidence) {
    if (evidence.crisis().tape().isEmpty()) {
      return evidence; // that fails as it is
    }
    List<Tape.Row> tape = new ArrayList<>(evidence.crisis().tape());
    Tape.Row last = tape.removeLast();
    tape.add(new Tape.Row(last.feed(), last.seq(), last.price() / 2 * 3, last.observedAt()));
    return evidence.withCrisis(evidence.crisis().withTape(tape));
  }

  // ---- users

  /**
   * What everybody together put in of each asset is what everybody together got out; and whoever
   * took no part in an auction got out what he put in and what his fills earned him, to the unit.
   * That each wallet got its own withdrawals is {@code withdrawals_once}, and that nothing is left
   * in a book {@code books_empty}.
   */
  static List<String> nobodyLeftUnpaid(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    for (var config : evidence.genesis().assets()) {
      Asset asset = config.asset();
      long in = 0;
      long out = 0;
      for (Evidence.Wallet wallet : evidence.wallets()) {
        in += wallet.given(asset);
        out += wallet.left(asset);
      }
      if (in != out || in == 0) {
        violations.add("%d %s units were put in and %d got out".formatted(in, asset, out));
      }
    }
    Asset settlement = evidence.genesis().market(POOL).orElseThrow().settlement();
    for (Evidence.Wallet wallet : evidence.wallets()) {
      evidence.crisis().history().earned().entrySet().stream()
          .filter(of -> of.getKey().owner().equals(wallet.owner()))
          .mapToLong(Map.Entry::getValue)
          .reduce(Math::addExact)
          .stream()
          .filter(earned -> earned != wallet.gained(settlement))
          .forEach(
              earned ->
                  violations.add(
                      "user %d earned %d %s units and got %d"
                          .formatted(
                              wallet.user(), earned, settlement, wallet.gained(settlement))));
    }
    evidence
        .end()
        .ledger()
        .accounts()
        .forEach(
            (id, account) -> {
              if (!account.balances().isEmpty() || account.trading().unsettled() != 0) {
                violations.add("account " + id + " is still owed " + account.balances());
              }
            });
    return violations;
  }

  // ---- activity

  /** A thousand fills and ten auctions for two hundred accounts, and so in proportion. */
  static List<String> activityFloor(Evidence evidence) {
    History.Tally tally = evidence.crisis().history().tally();
    List<String> violations = new ArrayList<>();
    long accounts = evidence.accounts();
    floor(violations, "deposits", evidence.end().ledger().credits().size(), accounts);
    floor(violations, "novated fills", tally.fills(), 5 * accounts);
    floor(violations, "auctions filled", tally.filled(), Math.max(1, accounts / 20));
    floor(violations, "shortfalls paid by the fund", tally.shortfalls(), 1);
    floor(violations, "accounts that recovered unaided", tally.recovered(), 1);
    for (ChainView chain : evidence.end().chains()) {
      String name = chain.vault().chainName();
      long paid = chain.settlements().stream().filter(batch -> batch.count() > 0).count();
      floor(violations, "batches paid on " + name, paid, 1);
      floor(violations, "payouts across on " + name, Checks.across(evidence.wallets(), chain), 1);
    }
    return violations;
  }

  private static void floor(List<String> violations, String what, long number, long least) {
    if (number < least) {
      violations.add(number + " " + what + " of at least " + least);
    }
  }

  static Evidence withoutTrades(Evidence evidence) {
    History history = evidence.crisis().history();
    return evidence.withCrisis(
        evidence
            .crisis()
            .withHistory(
                new History(
                    history.accounts(), history.funding(), history.earned(), History.Tally.NONE)));
  }

  /** Names of the instruments of the pool, in order. */
  static List<String> instruments(Genesis genesis) {
    return genesis
        .market(POOL)
        .map(market -> List.copyOf(market.instruments().keySet()))
        .orElse(List.of());
  }
}
