package io.crossclear.nodes.demo;

import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.VenueBatch;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.demo.CrashPlan.Wish;
import io.crossclear.nodes.http.Answers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A small venue with a key of its own: once a second it takes the orders that have come, matches
 * each with a quote of the next market maker, and has the batch cleared. One thread.
 */
final class Venue {

  /** How far a maker's quotes lie from the certified mark, either way. */
  static final int SPREAD_PPM = 500;

  /** Fills of a batch, so that the legs of each maker stay well below the most that may be open. */
  static final int MOST_FILLS = 50;

  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration QUOTE_LIFE = Duration.ofSeconds(45);
  private static final long BATCH_SECONDS = 60;
  private static final int TRIES = 4;
  private static final long PPM = 1_000_000;
  private static final long ANY_FEE = 1_000_000_000_000L;

  private record Waiting(Wish wish, int tries) {}

  private final ApiClient client;
  private final Signer venue;
  private final List<DemoUser> makers;
  private final Map<String, Instrument> instruments;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final TreeMap<String, Integer> refusals = new TreeMap<>();
  private long number;
  private int novated;
  private int next;

  Venue(
      ApiClient client, Signer venue, List<DemoUser> makers, Map<String, Instrument> instruments) {
    this.client = client;
    this.venue = venue;
    this.makers = List.copyOf(makers);
    this.instruments = Map.copyOf(instruments);
  }

  /** Takes a trader's wish. */
  void take(Wish wish) {
    waiting.add(new Waiting(wish, 1));
  }

  /** Fills that happened. */
  int novated() {
    return novated;
  }

  /** Batches that were submitted. */
  long batches() {
    return number;
  }

  /** Fills that did not happen, by reason. */
  TreeMap<String, Integer> refusals() {
    return new TreeMap<>(refusals);
  }

  /** Whether nobody waits. */
  boolean idle() {
    return waiting.isEmpty();
  }

  /** One batch of those who wait, and the rest of a second. */
  void beat() throws InterruptedException {
    long began = System.nanoTime();
    clear();
    long rest = BEAT.toNanos() - (System.nanoTime() - began);
    Thread.sleep(Math.max(0, rest / 1_000_000));
  }

  private void clear() {
    if (waiting.isEmpty()) {
      return;
    }
    Answers.Markets markets = client.markets();
    if (markets.markets().stream().anyMatch(line -> line.mark().isEmpty())) {
      return; // the node was started again and has seen no round yet
    }
    Quotes quotes = new Quotes();
    List<Waiting> taken = new ArrayList<>();
    List<Fill> fills = new ArrayList<>();
    while (fills.size() < MOST_FILLS && !waiting.isEmpty()) {
      Waiting head = waiting.poll();
      Wish wish = head.wish();
      Answers.MarkLine mark =
          markets.market(wish.instrument()).flatMap(Answers.MarketLine::mark).orElseThrow();
      long price = quote(mark.price(), wish.buy());
      SignedAction<UserAction.Order> quoted =
          quotes.of(makers.get(next++ % makers.size()), wish, price);
      SignedAction<UserAction.Order> order = order(wish, price);
      taken.add(head);
      fills.add(
          new Fill(
              taken.size(),
              wish.buy() ? order : quoted,
              wish.buy() ? quoted : order,
              wish.lots(),
              price));
    }
    if (fills.isEmpty()) {
      return;
    }
    try {
      settle(taken, submit(fills));
    } catch (ApiRefusal refusal) { // of the whole batch: it came too late, after a crash
      taken.forEach(unlucky -> again(unlucky, refusal.problem().code()));
    }
  }

  /** What a maker asks of a buyer, or bids to a seller. */
  private static long quote(long mark, boolean traderBuys) {
    long spread = mark * SPREAD_PPM / PPM;
    return traderBuys ? mark + spread : mark - spread;
  }

  private SignedAction<UserAction.Order> order(Wish wish, long price) {
    Signer trader = wish.user().signer();
    return trader.order(
        wish.user().first(),
        venue.address(),
        wish.instrument(),
        wish.buy(),
        wish.lots(),
        price,
        ANY_FEE,
        wish.reduceOnly());
  }

  private Answers.FillBatch submit(List<Fill> fills) {
    number++;
    VenueBatch batch = venue.batch(number, Instant.now().getEpochSecond() + BATCH_SECONDS, fills);
    return client.submit(batch);
  }

  private void settle(List<Waiting> taken, Answers.FillBatch batch) {
    novated += batch.novated().size();
    for (int i = 0; i < taken.size(); i++) {
      if (!batch.novated().contains(i + 1)) {
        again(taken.get(i), batch.refused().getOrDefault(i + 1, "NOT_NOVATED"));
      }
    }
  }

  /** Somebody who may have been unlucky tries once more, with an order at another price. */
  private void again(Waiting unlucky, String reason) {
    refusals.merge(reason, 1, Integer::sum);
    if (unlucky.tries() < TRIES && unlucky.wish().due() < 0) {
      waiting.add(new Waiting(unlucky.wish(), unlucky.tries() + 1));
    }
  }

  /** The makers' quotes of one batch: one signed order for each maker, instrument and side. */
  private final class Quotes {
    private final Map<String, SignedAction<UserAction.Order>> signed = new HashMap<>();

    SignedAction<UserAction.Order> of(DemoUser maker, Wish wish, long price) {
      String side = maker.number() + wish.instrument() + wish.buy();
      return signed.computeIfAbsent(side, none -> sign(maker, wish, price));
    }

    /** Far more than a batch can take: it is filled in parts. */
    private SignedAction<UserAction.Order> sign(DemoUser maker, Wish wish, long price) {
      Instrument instrument = Objects.requireNonNull(instruments.get(wish.instrument()));
      UserAction.Order quote =
          new UserAction.Order(
              maker.first().word(),
              venue.address(),
              wish.instrument(),
              !wish.buy(),
              instrument.rules().maxLots(),
              price,
              ANY_FEE,
              false,
              Signer.freshNonce(),
              Instant.now().plus(QUOTE_LIFE).getEpochSecond());
      return maker.signer().sign(quote, maker.home().id());
    }
  }
}
