package io.crossclear.nodes.demo;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.money.Asset;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.client.PriceCheck;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.demo.CrashPlan.Wish;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.http.ApiCode;
import io.crossclear.nodes.oracle.QuoteLog;
import io.crossclear.nodes.supervisor.NetworkKeys;
import io.crossclear.nodes.supervisor.OracleFile;
import io.crossclear.nodes.supervisor.Pace;
import io.crossclear.persistence.audit.OpenSagaProbe.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Traders fund accounts on three chains and take positions in two perpetuals; then prices fall as
 * they did on 12 and 13 March 2020, or as files say. Keepers take over what is liquidated, the fund
 * pays where nothing is left, gains are released in cycles. Afterwards both instruments are settled
 * at a certified price, the pool is wound up, and everybody asks for everything.
 *
 * <p>Everybody speaks HTTP only. With chaos the node is killed while deposits are being credited,
 * while an auction is open and while a batch is being settled; everybody only ever repeats his
 * requests.
 */
public final class Crash {

  private static final Duration READ = Duration.ofHours(1);

  /** Parts of the run after which an audit is taken, besides those at its beginning and end. */
  private static final double[] AUDITS = {0.3, 0.55, 0.8};

  /** Of the run: little happens before, and no kill. */
  private static final double QUIET_PART = 0.12;

  /** Of the run, between two lines of progress. */
  private static final double BETWEEN_LINES = 0.08;

  private final Stage stage;
  private final CrashPlan plan;
  private final Market market;
  private final Asset settlement;
  private final Funding funding;
  private final Leaving leaving;
  private final Venue venue;
  private final String operatorToken;
  private final List<Keeper> keepers = new ArrayList<>();
  private final Map<String, Object> durations = new LinkedHashMap<>();

  private Crash(Stage stage) throws IOException {
    this.stage = stage;
    DemoOptions options = stage.options();
    this.plan =
        CrashPlan.of(
            stage.genesis(), options.accounts(), options.seed(), options.prices(), options.run());
    this.market = stage.genesis().market(CrashPlan.POOL).orElseThrow();
    this.settlement = market.settlement();
    this.funding = new Funding(stage, plan.everybody());
    this.leaving = new Leaving(stage, funding, plan.everybody());
    this.venue =
        new Venue(
            stage.client(),
            new Signer(
                stage.genesis(),
                SigningKey.derive("crossclear demo venue of " + stage.genesis().birth(), 0)),
            plan.makers(),
            market.instruments());
    this.operatorToken = Files.readString(stage.network().keys().operatorTokenFile()).strip();
  }

  /**
   * Starts a network of its own, tells the story, checks, and stops the network.
   *
   * @throws DemoException when the story does not come to its end in time
   */
  public static DemoResult run(DemoOptions options, Progress progress)
      throws IOException, InterruptedException {
    return Stage.play(
        options,
        progress,
        usual -> usual.replaying(Pace.COMPRESSED, options.prices()),
        genesis -> Checks.names(Checks.Kind.CRASH, genesis, options.chaos()),
        stage -> new Crash(stage).tell());
  }

  private DemoResult tell() throws IOException, InterruptedException {
    stage
        .progress()
        .say(
            "The network is ready; %d traders, 2 keepers, 2 market makers and the operator fund accounts."
                .formatted(plan.traders().size()));
    try (Tape tape = new Tape(stage, priceCheck())) {
      timed("funding_seconds", () -> stage.phase("deposits", Kind.DEPOSIT, funding::deposit));
      stage.auditor().take("after the deposits");
      contribute();
      timed("positions_seconds", this::takePositions);
      stage.auditor().take("before the crash");
      try {
        plan.keepers().forEach(user -> keepers.add(new Keeper(stage.client(), user)));
        timed("crash_seconds", this::crash);
        stage.auditor().take("after the crash");
        timed("settlement_seconds", this::settle);
      } finally {
        for (Keeper keeper : keepers) {
          keeper.close();
        }
      }
      stage.auditor().take("after the final settlement");
      timed("payout_seconds", () -> stage.phase("settlement", Kind.BATCH, leaving::withdraw));
      Audit end = leaving.awaitEmptyBooks();
      stage.progress().say("Reading what everybody has, and the whole story once more.");
      return result(end, tape);
    }
  }

  private PriceCheck priceCheck() throws IOException {
    return new PriceCheck(stage.genesis(), OracleFile.read(stage.network().data().oracleFile()));
  }

  private void timed(String name, Chaos.Phase phase) throws IOException, InterruptedException {
    double began = stage.progress().seconds();
    phase.run();
    durations.put(name, Figures.rounded(stage.progress().seconds() - began));
  }

  /** The operator gives what he has to the insurance fund. */
  private void contribute() throws InterruptedException {
    DemoUser operator = plan.operator();
    long units =
        Math.multiplyExact(operator.gifts().getOrDefault(settlement, 0L), operator.homes().size());
    stage
        .client()
        .transfer(
            operator
                .signer()
                .transfer(operator.first(), AccountId.fund(CrashPlan.POOL), settlement, units));
    // half of it is lent from here on: what both have is what there is
    stage.await(
        "the insurance fund",
        () -> {
          Answers.Pool pool = pool();
          return pool.fund() + pool.lending() >= units;
        });
    stage.progress().say("The insurance fund has %s.".formatted(dollars(units)));
  }

  private Answers.Pool pool() {
    return stage.client().pool(CrashPlan.POOL);
  }

  static String dollars(long units) {
    return "%,d.%02d USDC".formatted(units / 1_000_000, Math.abs(units % 1_000_000) / 10_000);
  }

  // ---- trading

  private void takePositions() throws InterruptedException {
    List<Wish> before = plan.wishes().stream().filter(wish -> wish.due() < 0).toList();
    Progress.Count filled = stage.progress().count("Fills into positions", before.size());
    before.forEach(venue::take);
    long deadline = System.nanoTime() + Stage.PATIENCE.toNanos();
    while (!venue.idle() && System.nanoTime() < deadline) {
      venue.beat();
      filled.reached(venue.novated());
    }
    if (venue.novated() * 10L < before.size() * 9L) {
      throw new DemoException(
          "Only %d of %d fills were novated: %s"
              .formatted(venue.novated(), before.size(), venue.refusals()));
    }
  }

  private void crash() throws IOException, InterruptedException {
    long run = stage.options().run().toMillis();
    ArrayDeque<Wish> later = new ArrayDeque<>();
    plan.wishes().stream().filter(wish -> wish.due() >= 0).forEach(later::add);
    long began = stage.network().play(stage.options().run());
    stage.progress().say("Prices begin to move, for %d s.".formatted(run / 1_000));
    FutureTask<Integer> audits = new FutureTask<>(() -> audit(began, run));
    Thread auditing = Thread.ofVirtual().name("audits").start(audits);
    try {
      trade(later, began, run, QUIET_PART);
      stage.phase("the crash", Kind.AUCTION, () -> trade(later, began, run, 1));
      audits.get();
    } catch (ExecutionException e) {
      throw new DemoException("An audit failed: " + e.getCause(), e);
    } finally {
      auditing.interrupt();
      auditing.join();
    }
    // what is in auction when prices stand still is bid for soon
    stage.await("open auctions", () -> stage.client().auctions().open() == 0);
    tellHowItGoes(1);
  }

  /** Clears what comes due until so much of the run has passed and nobody waits any more. */
  private void trade(ArrayDeque<Wish> later, long began, long run, double until)
      throws InterruptedException {
    double told = 0;
    double passed = 0;
    while (passed < until || !venue.idle()) {
      passed = (System.currentTimeMillis() - began) / (double) run;
      while (!later.isEmpty() && later.element().due() <= passed) {
        venue.take(later.remove());
      }
      venue.beat();
      if (passed >= told) {
        tellHowItGoes(passed);
        told = passed + BETWEEN_LINES;
      }
    }
  }

  /** Audits while prices move; how many. */
  private int audit(long began, long run) throws InterruptedException {
    for (double part : AUDITS) {
      long wait = began + (long) (run * part) - System.currentTimeMillis();
      Thread.sleep(Math.max(0, wait));
      stage.auditor().take("%d %% through the crash".formatted(Math.round(part * 100)));
    }
    return AUDITS.length;
  }

  private void tellHowItGoes(double passed) {
    StringBuilder marks = new StringBuilder();
    for (Answers.MarketLine line : stage.client().markets().markets()) {
      line.mark()
          .ifPresent(
              mark ->
                  marks.append(
                      "%s %,d.%02d  "
                          .formatted(
                              line.symbol(),
                              mark.price() / 100_000_000,
                              mark.price() / 1_000_000 % 100)));
    }
    Answers.Pool pool = pool();
    stage
        .progress()
        .say(
            "%3d %%  %s fills %d  auctions open %d  cycles %d  fund %s"
                .formatted(
                    Math.round(100 * Math.min(1, passed)),
                    marks,
                    venue.novated(),
                    stage.client().auctions().open(),
                    pool.cycles(),
                    dollars(pool.fund() + pool.lending() - pool.lent())));
  }

  // ---- the end of trading

  /** Both instruments at a certified price, then cycles until nobody owes or is owed. */
  private void settle() throws InterruptedException {
    List<String> symbols = List.copyOf(market.instruments().keySet());
    for (String symbol : symbols) {
      untilNotBusy("settling " + symbol, () -> stage.client().settle(symbol, operatorToken));
    }
    stage.await("the final settlement", () -> pool().settled().containsAll(symbols));
    stage.progress().say("Settled finally: " + String.join(", ", symbols) + ".");
    Map<DemoUser, Authorization> reads = new LinkedHashMap<>();
    plan.everybody().forEach(user -> reads.put(user, user.signer().read(user.first(), READ)));
    stage.await(
        "cycles and cures to end",
        () -> quiet() && reads.entrySet().stream().noneMatch(this::owes));
    stage
        .progress()
        .say("Nobody owes and nobody is owed after %d cycles.".formatted(pool().cycles()));
    AccountId operator = plan.operator().first();
    untilNotBusy(
        "winding up", () -> stage.client().windUp(CrashPlan.POOL, operator, operatorToken));
    stage.await(
        "the fund to be paid out",
        () -> {
          Answers.Pool pool = pool();
          return pool.fund() == 0 && pool.fee() == 0 && pool.lending() == 0;
        });
    stage.progress().say("The fund and all fees are the operator's.");
  }

  private boolean quiet() {
    Answers.Pool pool = pool();
    return pool.clearing() == 0
        && pool.feeUnsettled() == 0
        && pool.fundUnsettled() == 0
        && pool.lent() == 0
        && stage.client().auctions().open() == 0;
  }

  private boolean owes(Map.Entry<DemoUser, Authorization> read) {
    Answers.Account account = stage.client().account(read.getKey().first(), read.getValue());
    return account.units(settlement) < 0
        || account.trading().filter(trading -> trading.unsettled() != 0).isPresent();
  }

  private void untilNotBusy(String what, Runnable request) throws InterruptedException {
    stage.await(
        what,
        () -> {
          try {
            request.run();
            return true;
          } catch (ApiRefusal refusal) {
            if (refusal.is(ApiCode.BUSY)) {
              return false;
            }
            throw refusal;
          }
        });
  }

  // ---- the evidence

  private DemoResult result(Audit end, Tape tape) throws IOException, InterruptedException {
    DemoOptions options = stage.options();
    History.Reader reader = new History.Reader(CrashPlan.POOL, market);
    stage.replay().read(reader);
    Crisis crisis =
        new Crisis(
            reader.history(),
            tape.rows(),
            tape.faults(),
            QuoteLog.read(stage.network().data().quotesFile(), NetworkKeys.ORACLES),
            stage.chaos().kills().stream()
                .map(kill -> new Crisis.Outage(kill.at(), kill.at() + kill.recovery().toMillis()))
                .toList());
    Evidence evidence =
        new Evidence(
            stage.genesis(),
            options.accounts(),
            stage.auditor().audits(),
            leaving.wallets(end),
            stage.chaos().kills(),
            crisis);
    return Checks.result(Checks.Kind.CRASH, evidence, options, figures(evidence));
  }

  private Map<String, Object> figures(Evidence evidence) {
    Map<String, Object> figures = Figures.beginning(stage, evidence);
    History.Tally tally = evidence.crisis().history().tally();
    figures.put("run_seconds", stage.options().run().toSeconds());
    figures.putAll(durations);
    figures.put("fill_batches", tally.batches());
    figures.put("fills_novated", tally.fills());
    figures.put("fills_refused", venue.refusals().values().stream().mapToInt(n -> n).sum());
    figures.put("fees_units", tally.fees());
    figures.put(
        "rounds_certified",
        evidence.crisis().tape().stream().map(Tape.Row::seq).distinct().count());
    figures.put("cycles", tally.cycles());
    figures.put("collected_units", tally.collected());
    figures.put("released_units", tally.released());
    figures.put("loans", tally.loans());
    figures.put("lent_units", tally.lent());
    figures.put("liquidations", tally.liquidations());
    figures.put("cures", tally.cures());
    figures.put("bids", keepers.stream().mapToInt(Keeper::bids).sum());
    figures.put("auctions_filled", tally.filled());
    figures.put("paid_by_their_fills_alone", evidence.crisis().history().earned().size());
    figures.put("recovered_unaided", tally.recovered());
    figures.put("shortfalls_paid_by_fund", tally.shortfalls());
    figures.put("shortfall_units", tally.shortfall());
    figures.put("positions_torn_up", tally.tornUp());
    figures.put("haircuts", tally.haircuts());
    figures.put("haircut_units", tally.cut());
    figures.putAll(Figures.ending(stage, evidence, leaving.refusals()));
    figures.put("refused_fills_by_reason", venue.refusals());
    figures.put("refused_bids_by_reason", bidsRefused());
    return figures;
  }

  private Map<String, Integer> bidsRefused() {
    TreeMap<String, Integer> refused = new TreeMap<>();
    keepers.forEach(
        keeper -> keeper.refusals().forEach((why, bids) -> refused.merge(why, bids, Integer::sum)));
    return refused;
  }
}
