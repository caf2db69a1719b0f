package io.crossclear.actors;

import io.crossclear.actors.ExposureTable.Clearing;
import io.crossclear.actors.ExposureTable.OpenAuction;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.StandardMargin;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Looks at every exposure row at each new certified round, and asks only breached accounts to open
 * an auction; whoever is well is not touched. It also opens the saga of every auction that a row
 * shows, again every few seconds, so that a crash between account and auction loses nothing.
 *
 * <p>Caveat: each node watches all rows that it has written or loaded. With several nodes a row may
 * be behind what another node wrote since: then a well account is asked and refuses, or a breached
 * one is asked by the other node. Everything asked here may be asked twice.
 */
public final class MarginWatch extends AbstractBehavior<MarginWatch.Command> {

  /** What a watch is asked. */
  public sealed interface Command {}

  /** Say what was seen so far. */
  public record Get(ActorRef<Seen> replyTo) implements Command {}

  private enum Look implements Command {
    INSTANCE
  }

  private record Started(AccountId account, MarginAccountActor.Reply reply) implements Command {}

  private record Unanswered(AccountId account, String why) implements Command {}

  /**
   * What was seen since the start of this node.
   *
   * @param rounds looked at
   * @param breaches accounts found breached, once each until they are well again or auctioned
   * @param skipped rows without a margin, for want of a price or for a number that does not fit,
   *     each at each round
   */
  public record Seen(long rounds, long breaches, long skipped) {}

  /** An auction whose saga was opened, and when. */
  private record Told(long number, long at) {}

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);
  private static final long ASK_AGAIN = Duration.ofSeconds(1).toNanos();
  private static final long TELL_AGAIN = Duration.ofSeconds(5).toNanos();
  private static final long WARN_AGAIN = Duration.ofSeconds(60).toNanos();

  private final ClearingServices services;
  private final Function<AccountId, RecipientRef<MarginAccountActor.Command>> accounts;
  private final Function<String, RecipientRef<AuctionActor.Command>> auctions;
  private final Map<AccountId, Long> asked = new HashMap<>();
  private final Map<AccountId, Told> told = new HashMap<>();
  private Seen seen = new Seen(0, 0, 0);
  private long round = -1;
  private long lookedAt;
  private Optional<Long> warnedAt = Optional.empty();

  /**
   * A watch that looks every 50 ms whether there is a new round.
   *
   * @param accounts where an account is
   * @param auctions where an auction is, by its id
   */
  public static Behavior<Command> create(
      ClearingServices services,
      Function<AccountId, RecipientRef<MarginAccountActor.Command>> accounts,
      Function<String, RecipientRef<AuctionActor.Command>> auctions) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Look.INSTANCE, POLL);
                  return new MarginWatch(context, services, accounts, auctions);
                }));
  }

  private MarginWatch(
      ActorContext<Command> context,
      ClearingServices services,
      Function<AccountId, RecipientRef<MarginAccountActor.Command>> accounts,
      Function<String, RecipientRef<AuctionActor.Command>> auctions) {
    super(context);
    this.services = services;
    this.accounts = accounts;
    this.auctions = auctions;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onCommand).build();
  }

  private Behavior<Command> onCommand(Command command) {
    switch (command) {
      case Look look -> look();
      case Started started -> started(started);
      case Unanswered unanswered ->
          getContext()
              .getLog()
              .warn(
                  "{} is breached and does not answer: {}", unanswered.account(), unanswered.why());
      case Get get -> get.replyTo().tell(seen);
    }
    return this;
  }

  /** All rows at a new round; without one, once a second, the rows with an auction only. */
  private void look() {
    long newest = services.market().round();
    long nanos = System.nanoTime();
    boolean fresh = newest != round;
    if (!services.exposures().loaded() || !fresh && nanos - lookedAt < ASK_AGAIN) {
      return;
    }
    round = newest;
    lookedAt = nanos;
    Map<Integer, Optional<Priced>> pools = new HashMap<>();
    long breaches = 0;
    long skipped = 0;
    for (ExposureTable.Exposure row : services.exposures().all()) {
      Clearing clearing = row.clearing().orElse(null);
      if (clearing == null) {
        continue;
      }
      OpenAuction open = clearing.auction().orElse(null);
      if (open != null) {
        tell(row.account(), open.number(), open.kind(), newest, nanos);
      } else if (!told.isEmpty()) {
        told.remove(row.account());
      }
      boolean liquidating = open != null && open.kind() == AuctionKind.LIQUIDATION;
      if (liquidating || clearing.risk().flat()) {
        forget(row.account());
        continue;
      }
      if (!fresh) {
        continue;
      }
      Optional<Priced> priced = pools.computeIfAbsent(row.account().pool(), this::priced);
      if (priced.isEmpty()) {
        skipped++;
        continue;
      }
      switch (priced.get().state(clearing)) {
        case BREACHED -> breaches += ask(row.account(), nanos);
        case WELL -> forget(row.account());
        case UNKNOWN -> skipped++;
      }
    }
    seen =
        new Seen(
            seen.rounds() + (fresh ? 1 : 0), seen.breaches() + breaches, seen.skipped() + skipped);
    warn(skipped, nanos);
  }

  private void forget(AccountId account) {
    if (!asked.isEmpty()) {
      asked.remove(account);
    }
  }

  private enum State {
    WELL,
    BREACHED,
    UNKNOWN
  }

  /** A pool at one price set. */
  private record Priced(Market market, Marks marks) {
    State state(Clearing clearing) {
      try {
        return StandardMargin.INSTANCE
                .margin(clearing.risk(), marks, market, Valuation.LIQUIDATION)
                .breached()
            ? State.BREACHED
            : State.WELL;
      } catch (IllegalStateException | ArithmeticException e) {
        return State.UNKNOWN;
      }
    }
  }

  private Optional<Priced> priced(int pool) {
    return services
        .genesis()
        .market(pool)
        .flatMap(market -> services.market().marks(pool).map(marks -> new Priced(market, marks)));
  }

  /** Asks a breached account unless it was asked within the last second; 1 for a new breach. */
  private int ask(AccountId account, long nanos) {
    Long before = asked.get(account);
    if (before != null && nanos - before < ASK_AGAIN) {
      return 0;
    }
    asked.put(account, nanos);
    getContext()
        .ask(
            MarginAccountActor.Reply.class,
            accounts.apply(account),
            ANSWER_WITHIN,
            (ActorRef<MarginAccountActor.Reply> replyTo) ->
                new MarginAccountActor.StartAuction(AuctionKind.LIQUIDATION, replyTo),
            (reply, failure) ->
                failure == null
                    ? new Started(account, reply)
                    : new Unanswered(account, String.valueOf(failure.getMessage())));
    return before == null ? 1 : 0;
  }

  private void started(Started started) {
    if (started.reply() instanceof MarginAccountActor.AuctionIsOpen open) {
      getContext()
          .getLog()
          .info(
              "{} {} of {} is open at round {}",
              open.kind(),
              open.number(),
              started.account(),
              open.seq());
      asked.remove(started.account());
      tell(started.account(), open.number(), open.kind(), open.seq(), System.nanoTime());
    }
  }

  /** Opens an auction's saga, unless that was done within the last five seconds. */
  private void tell(AccountId account, long number, AuctionKind kind, long seq, long nanos) {
    Told before = told.get(account);
    if (before != null && before.number() == number && nanos - before.at() < TELL_AGAIN) {
      return;
    }
    told.put(account, new Told(number, nanos));
    auctions
        .apply(AuctionDesk.auction(account, number))
        .tell(new AuctionActor.Open(account, number, kind, seq));
  }

  private void warn(long skipped, long nanos) {
    if (skipped > 0 && warnedAt.filter(at -> nanos - at < WARN_AGAIN).isEmpty()) {
      warnedAt = Optional.of(nanos);
      getContext().getLog().warn("{} accounts have no margin at round {}", skipped, round);
    }
  }
}
