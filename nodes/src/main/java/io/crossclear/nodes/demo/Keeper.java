package io.crossclear.nodes.demo;

import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.ApiUnreachable;
import io.crossclear.nodes.http.Answers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A bot that bids in auctions over HTTP, like anybody may. It waits a while before it bids, since
 * the price falls and the account may recover; how long depends on the auction, so that of two
 * keepers now one and now the other is first. What it takes over it keeps until the end.
 */
final class Keeper implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(300);
  private static final Duration SHORT_WAIT = Duration.ofMillis(2_600);
  private static final Duration LONG_WAIT = Duration.ofMillis(3_400);
  private static final Duration BID_AGAIN = Duration.ofMillis(2_500);
  private static final int WHOLE = 1_000_000;
  private static final long MOST = 1_000_000_000_000L;

  private final ApiClient client;
  private final DemoUser user;
  private final Map<String, Long> dueAt = new HashMap<>();
  private final TreeMap<String, Integer> refusals = new TreeMap<>();
  private final Thread bot;
  private int bids;
  private volatile boolean closed;

  Keeper(ApiClient client, DemoUser user) {
    this.client = client;
    this.user = user;
    this.bot = Thread.ofVirtual().name("keeper " + user.number()).start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        try {
          client.auctions().auctions().forEach(this::look);
        } catch (ApiUnreachable | ApiRefusal notNow) {
          // the node is being killed, or has no answer: it is asked again
        }
        Thread.sleep(LOOK_EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Answers.AuctionLine auction) {
    long now = System.nanoTime();
    long due = dueAt.computeIfAbsent(auction.auction(), none -> now + patience(auction).toNanos());
    if (now < due || auction.discountPpm().isEmpty()) {
      return;
    }
    dueAt.put(auction.auction(), now + BID_AGAIN.toNanos());
    long seq = auction.margin().map(Answers.Margin::seq).orElse(0L);
    try {
      client.bid(user.signer().bid(user.first(), auction.auction(), WHOLE, MOST, seq));
      count("");
    } catch (ApiRefusal late) {
      count(late.problem().code());
    }
  }

  private Duration patience(Answers.AuctionLine auction) {
    if (auction.kind().equals("CURE")) {
      return Duration.ZERO;
    }
    boolean first = (auction.account().hashCode() + user.number()) % 2 == 0;
    return first ? SHORT_WAIT : LONG_WAIT;
  }

  private synchronized void count(String refusal) {
    if (refusal.isEmpty()) {
      bids++;
    } else {
      refusals.merge(refusal, 1, Integer::sum);
    }
  }

  /** Bids that were queued. */
  synchronized int bids() {
    return bids;
  }

  /** Bids that were not, by reason. */
  synchronized Map<String, Integer> refusals() {
    return new TreeMap<>(refusals);
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    bot.interrupt();
    bot.join();
  }
}
