package io.crossclear.nodes.http;

import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.MarketView;
import io.crossclear.actors.PoolActor;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolBook;
import io.crossclear.domain.ledger.PoolTerms;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;

/**
 * A pool that answers what it is told to and moves nothing, and marks that a test sets. The pool is
 * there before the real one, which then never starts.
 */
final class TradeStandIns implements MarketView {

  private static final long ROUND_NANOS = 50_000_000;

  /** What the pool answers. */
  volatile PoolActor.Reply poolSays = new PoolActor.Booked();

  /** Instruments that the pool was asked to settle, and accounts that it was asked to pay. */
  final List<Object> asked = new CopyOnWriteArrayList<>();

  private final LongSupplier millis;
  private volatile Optional<Marks> marks = Optional.empty();
  private volatile boolean running;
  private volatile long startedAt;

  TradeStandIns(LongSupplier millis) {
    this.millis = millis;
  }

  @Override
  public Optional<Marks> marks(int pool) {
    return pool == 1 ? marks.map(this::later) : Optional.empty();
  }

  private Marks later(Marks set) {
    return new Marks(
        set.seq() + (running ? (System.nanoTime() - startedAt) / ROUND_NANOS : 0),
        set.time(),
        set.interestIndex(),
        set.instruments(),
        set.collateral());
  }

  /** Lets rounds go by, each with the same prices, until the next {@link #settle}. */
  void run() {
    startedAt = System.nanoTime();
    running = true;
  }

  @Override
  public long round() {
    return marks(1).map(Marks::seq).orElse(-1L);
  }

  /** Fresh prices in whole dollars, with funding of a dollar for BTC. */
  void settle(long seq, long btc, long eth) {
    running = false;
    TreeMap<String, Mark> instruments = new TreeMap<>();
    instruments.put("BTC-PERP", Mark.fresh(btc * 100_000_000, 100_000_000));
    instruments.put("ETH-PERP", Mark.fresh(eth * 100_000_000, 0));
    marks =
        Optional.of(
            new Marks(
                seq,
                millis.getAsLong(),
                0,
                instruments,
                new TreeMap<>(Map.of(TestNetwork.ETH, Mark.fresh(eth * 100_000_000, 0)))));
  }

  void silence() {
    marks = Optional.empty();
  }

  void start(ActorSystem<?> system) {
    ClusterSharding sharding = ClusterSharding.get(system);
    sharding.init(
        Entity.of(PoolActor.TYPE_KEY, entity -> pool())
            .withMessageExtractor(ClearingEntities.extractor()));
  }

  private Behavior<PoolActor.Command> pool() {
    return Behaviors.receiveMessage(
        command -> {
          switch (command) {
            case PoolActor.Get get -> get.replyTo().tell(view());
            case PoolActor.Settle settle -> {
              asked.add(settle.instrument());
              settle.replyTo().tell(poolSays);
            }
            case PoolActor.WindUp windUp -> {
              asked.add(windUp.to());
              windUp.replyTo().tell(poolSays);
            }
            case PoolActor.BookFees fees -> fees.replyTo().tell(new PoolActor.Booked());
            case PoolActor.Nudge nudge -> {}
            default -> throw new IllegalStateException("a stand-in is not asked " + command);
          }
          return Behaviors.same();
        });
  }

  private static PoolActor.View view() {
    return new PoolActor.View(
        PoolBook.EMPTY,
        new PoolTerms(
            1, 7, 1_000, new TreeMap<>(Map.of("BTC-PERP", 100_000_000L)), new TreeSet<>()),
        3,
        "RELEASING",
        List.of("ETH-PERP"),
        List.of());
  }
}
