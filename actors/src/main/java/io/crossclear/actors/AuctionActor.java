package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.AuctionTurn;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.liquidation.LiquidationAuction.Losing;
import io.crossclear.domain.liquidation.LiquidationAuction.Rejection;
import io.crossclear.domain.liquidation.LiquidationAuction.Stage;
import io.crossclear.domain.liquidation.LiquidationAuction.Waiting;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * An auction of one account as a saga. While it is open it takes a turn at each new certified
 * round: it looks at the account, then ends, offers a slice or turns to the pool. An offered slice
 * and the bidders' money follow from the state alone; everybody is asked again until he answers.
 */
public final class AuctionActor
    extends EventSourcedBehavior<AuctionActor.Command, AuctionEvent, LiquidationAuction> {

  /** What an auction is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Open it, since its account has; a copy changes nothing and is not answered. */
  public record Open(AccountId account, long number, AuctionKind kind, long seq)
      implements Command {}

  /** Queue a bid; answered once it is written down or refused. */
  public record Bid(SignedAction<UserAction.Bid> signed, ActorRef<Status> replyTo)
      implements Command {}

  /** Say how far it is. */
  public record Get(ActorRef<Status> replyTo) implements Command {}

  /** Go on, if something is left to do. */
  public record Nudge() implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private enum RowWritten implements Command {
    INSTANCE
  }

  private enum RowNotWritten implements Command {
    INSTANCE
  }

  private record Viewed(MarginAccountActor.View view) implements Command {}

  private record PoolAnswered(Stage stage, PoolActor.Reply reply) implements Command {}

  /** {@code shared}: whether the pool has done what it could. */
  private record Ended(boolean shared, MarginAccountActor.Reply reply) implements Command {}

  private record Offered(AuctionTurn.Offer offer, MarginAccountActor.Reply reply)
      implements Command {}

  private record Answered(Asking asking, MarginAccountActor.Reply reply) implements Command {}

  private record Unanswered(Asking asking) implements Command {}

  /** Whose answer is awaited. */
  private enum What {
    TURN,
    TAKE,
    COMMIT,
    RESERVE,
    RELEASE
  }

  /**
   * An answer that is awaited.
   *
   * @param number round or ticket; 0 of a turn
   */
  private record Asking(What what, long number) {}

  /**
   * How far an auction is.
   *
   * @param auction {@link LiquidationAuction#EMPTY} when it was never opened
   * @param discountPpm price of a slice now as a part of its value; 0 before it opened
   * @param refusal stable code when a bid is refused: a {@code LiquidationAuction.Rejection} or
   *     {@code AccountRejection}
   */
  public record Status(LiquidationAuction auction, int discountPpm, Optional<String> refusal)
      implements ActorSerializable {}

  /** The entity type; its ids are those that bids name, {@code 0xaccount/number}. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Auction");

  private static final Asking TURN = new Asking(What.TURN, 0);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final long TURN_WITHIN = Duration.ofSeconds(1).toNanos();

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final String id;
  private final ClearingServices services;
  private final ClusterSharding sharding;
  private final Set<Asking> asking = new HashSet<>();

  /** Losers known to have money set aside. */
  private final Set<Long> aside = new HashSet<>();

  private boolean noting;
  private boolean noted;
  private long turnRound = Long.MIN_VALUE;
  private long turnAt;

  /** The auction with this id. */
  public static Behavior<Command> create(String id, ClearingServices services) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new AuctionActor(context, timers, id, services)));
  }

  private AuctionActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      String id,
      ClearingServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.timers = timers;
    this.id = id;
    this.services = services;
    this.sharding = ClusterSharding.get(context.getSystem());
  }

  @Override
  public LiquidationAuction emptyState() {
    return LiquidationAuction.EMPTY;
  }

  @Override
  public EventHandler<LiquidationAuction, AuctionEvent> eventHandler() {
    return LiquidationAuction::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public SignalHandler<LiquidationAuction> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::recovered)
        .build();
  }

  /** After a failed write this object lives on: what it was waiting for may never come. */
  private void recovered(LiquidationAuction auction) {
    asking.clear();
    aside.clear();
    noting = false;
    noted = false;
    turnRound = Long.MIN_VALUE;
    timers.cancelAll();
    advance(auction);
  }

  @Override
  public CommandHandler<Command, AuctionEvent, LiquidationAuction> commandHandler() {
    return this::onCommand;
  }

  private Effect<AuctionEvent, LiquidationAuction> onCommand(
      LiquidationAuction auction, Command command) {
    long now = services.time().now();
    return switch (command) {
      case Open c -> open(auction, c, now);
      case Bid c -> bid(auction, c, now);
      case Get c -> {
        c.replyTo().tell(status(auction, Optional.empty()));
        // who asks for what nobody opened keeps nothing in memory
        yield auction.stage() == Stage.UNKNOWN ? Effect().stop() : Effect().none();
      }
      case Nudge c -> goOn(auction);
      case Tick t -> goOn(auction);
      case RowWritten w -> {
        noted = true;
        yield goOn(auction);
      }
      case RowNotWritten w -> {
        noting = false;
        yield Effect().none();
      }
      case Unanswered u -> {
        asking.remove(u.asking());
        yield Effect().none();
      }
      case Viewed v -> turn(auction, v.view(), now);
      case PoolAnswered p ->
          p.stage() == auction.stage() ? poolAnswered(auction, p.reply(), now) : endTurn();
      case Ended e -> ended(auction, e, now);
      case Offered o -> offered(auction, o, now);
      case Answered a -> {
        asking.remove(a.asking());
        yield take(auction, decide(auction, a, now));
      }
    };
  }

  private Effect<AuctionEvent, LiquidationAuction> open(
      LiquidationAuction auction, Open c, long now) {
    boolean known =
        AuctionDesk.auction(c.account(), c.number()).equals(id)
            && services.genesis().market(c.account().pool()).isPresent();
    if (known) {
      return take(auction, auction.open(c.account(), c.number(), c.kind(), c.seq(), now));
    }
    context.getLog().warn("{} is not an auction of {}", id, c.account());
    return Effect().none();
  }

  private Effect<AuctionEvent, LiquidationAuction> bid(
      LiquidationAuction auction, Bid c, long now) {
    if (auction.stage() == Stage.UNKNOWN) {
      c.replyTo().tell(status(auction, Optional.of(Rejection.NOT_OPEN.name())));
      return Effect().stop();
    }
    Optional<AccountRejection> refusal =
        LiquidationAuction.refusal(
            c.signed().action(),
            services.verifier().verify(c.signed()),
            auction.opened().orElseThrow().account(),
            now);
    if (refusal.isPresent()) {
      c.replyTo().tell(status(auction, refusal.map(Enum::name)));
      return Effect().none();
    }
    return switch (auction.bid(c.signed(), id, market(auction).rules(), round(), now)) {
      case Decision.Accept<AuctionEvent, Rejection>(var events) ->
          Effect()
              .persist(events)
              .thenRun(state -> c.replyTo().tell(status(state, Optional.empty())));
      case Decision.AlreadyDone<AuctionEvent, Rejection> done -> {
        c.replyTo().tell(status(auction, Optional.empty()));
        yield Effect().none();
      }
      case Decision.Reject<AuctionEvent, Rejection>(var reason) -> {
        c.replyTo().tell(status(auction, Optional.of(reason.name())));
        yield Effect().none();
      }
    };
  }

  private Status status(LiquidationAuction auction, Optional<String> refusal) {
    int discount =
        auction.opened().isPresent() ? auction.discountPpm(market(auction).rules(), round()) : 0;
    return new Status(auction, discount, refusal);
  }

  private Market market(LiquidationAuction auction) {
    int pool = auction.opened().orElseThrow().account().pool();
    return services.genesis().market(pool).orElseThrow();
  }

  private Optional<Marks> marks(LiquidationAuction auction) {
    return services.market().marks(auction.opened().orElseThrow().account().pool());
  }

  private long round() {
    return services.market().round();
  }

  private Effect<AuctionEvent, LiquidationAuction> goOn(LiquidationAuction auction) {
    long now = services.time().now();
    List<AuctionEvent> over = new ArrayList<>(auction.expired(now));
    over.addAll(auction.silent(round(), now));
    if (!over.isEmpty()) {
      return Effect().persist(over).thenRun(this::advance);
    }
    advance(auction);
    return Effect().none();
  }

  private Effect<AuctionEvent, LiquidationAuction> take(
      LiquidationAuction auction, Decision<AuctionEvent, Rejection> decision) {
    if (decision instanceof Decision.Accept<AuctionEvent, Rejection>(var events)) {
      return Effect()
          .persist(events)
          .thenRun(
              state -> {
                // what has changed is looked at now, not at the next round
                turnRound = Long.MIN_VALUE;
                advance(state);
              });
    }
    advance(auction);
    return Effect().none();
  }

  private Effect<AuctionEvent, LiquidationAuction> endTurn() {
    asking.remove(TURN);
    return Effect().none();
  }

  private Effect<AuctionEvent, LiquidationAuction> endTurn(
      LiquidationAuction auction, Decision<AuctionEvent, Rejection> decision) {
    if (decision instanceof Decision.Accept<AuctionEvent, Rejection>) {
      asking.remove(TURN);
      return take(auction, decision);
    }
    return endTurn();
  }

  private Effect<AuctionEvent, LiquidationAuction> turn(
      LiquidationAuction auction, MarginAccountActor.View view, long now) {
    Optional<Marks> marks = marks(auction);
    if (auction.stage() != Stage.OPEN || marks.isEmpty()) {
      return endTurn();
    }
    Market market = market(auction);
    return switch (AuctionTurn.of(auction, view.account(), marks.get(), market, now)) {
      case AuctionTurn.Wait w -> endTurn();
      case AuctionTurn.End e -> {
        askEnd(auction, false);
        yield Effect().none();
      }
      case AuctionTurn.Share s ->
          endTurn(auction, auction.share(market.rules(), marks.get().seq(), now));
      case AuctionTurn.Cover cover -> endTurn(auction, auction.cover(cover.round(), now));
      case AuctionTurn.Offer offer -> {
        askSlice(auction, offer);
        yield Effect().none();
      }
    };
  }

  private Effect<AuctionEvent, LiquidationAuction> poolAnswered(
      LiquidationAuction auction, PoolActor.Reply reply, long now) {
    return switch (reply) {
      case PoolActor.Covered(long units) -> endTurn(auction, auction.fundPaid(units, now));
      case PoolActor.Shared s -> {
        askEnd(auction, true);
        yield Effect().none();
      }
      case PoolActor.Rejected(var reason) -> {
        context.getLog().warn("pool refuses {} of {}: {}", auction.stage(), id, reason);
        yield auction.stage() == Stage.COVERING
            ? endTurn(auction, auction.fundRefused(reason.name(), seq(auction), now))
            : endTurn();
      }
      case PoolActor.Busy b -> {
        // the account may be well again before the pool has begun
        if (auction.stage() != Stage.SHARING) {
          yield endTurn();
        }
        askEnd(auction, false);
        yield Effect().none();
      }
      case PoolActor.Booked b -> endTurn();
    };
  }

  private long seq(LiquidationAuction auction) {
    return marks(auction).map(Marks::seq).orElseGet(this::round);
  }

  private Effect<AuctionEvent, LiquidationAuction> dropDue(
      LiquidationAuction auction, String reason, long now) {
    return auction
        .due(seq(auction))
        .map(bid -> endTurn(auction, auction.dropped(bid.ticket(), reason, now)))
        .orElseGet(this::endTurn);
  }

  private Effect<AuctionEvent, LiquidationAuction> ended(
      LiquidationAuction auction, Ended ended, long now) {
    if (ended.reply() instanceof MarginAccountActor.Done) {
      return endTurn(auction, auction.close(now));
    }
    boolean stillInNeed =
        ended.shared()
            && round() >= 0
            && ended.reply() instanceof MarginAccountActor.Rejected(var reason)
            && reason == AccountRejection.INSUFFICIENT_MARGIN;
    return stillInNeed ? endTurn(auction, auction.reprice(round(), now)) : endTurn();
  }

  private Effect<AuctionEvent, LiquidationAuction> offered(
      LiquidationAuction auction, Offered o, long now) {
    if (o.reply() instanceof MarginAccountActor.SliceOffered(long round, Slice slice)) {
      return endTurn(auction, auction.offered(round, slice, now));
    }
    // an account worth nothing is looked at again: the fund may have to pay more
    boolean nothing =
        o.reply() instanceof MarginAccountActor.Rejected(var reason)
            && reason == AccountRejection.NOTHING_TO_AUCTION
            && o.offer().kind() != Slice.Kind.INSOLVENT;
    return nothing ? dropDue(auction, AccountRejection.NOTHING_TO_AUCTION.name(), now) : endTurn();
  }

  private Decision<AuctionEvent, Rejection> decide(
      LiquidationAuction auction, Answered answered, long now) {
    long number = answered.asking().number();
    boolean done = answered.reply() instanceof MarginAccountActor.Done;
    Optional<String> refused = refused(answered.reply());
    return switch (answered.asking().what()) {
      case TURN -> Decision.alreadyDone();
      case TAKE -> {
        if (auction.round() != number) {
          yield Decision.alreadyDone();
        }
        yield done
            ? auction.sold(now)
            : refused.isPresent() ? auction.withdrawn(now) : Decision.alreadyDone();
      }
      case COMMIT ->
          done && auction.round() == number ? auction.delivered(now) : Decision.alreadyDone();
      case RESERVE -> {
        boolean lost = auction.losing().stream().anyMatch(one -> one.bid().ticket() == number);
        if (done && lost) {
          aside.add(number);
        }
        yield done
            ? auction.completed(number, now)
            : refused
                .map(
                    reason ->
                        lost ? auction.released(number, now) : auction.dropped(number, reason, now))
                .orElse(Decision.alreadyDone());
      }
      case RELEASE -> done ? auction.released(number, now) : Decision.alreadyDone();
    };
  }

  private static Optional<String> refused(MarginAccountActor.Reply reply) {
    return switch (reply) {
      case MarginAccountActor.Rejected(var reason) -> Optional.of(reason.name());
      case MarginAccountActor.Closed c -> Optional.of("ALREADY_CLOSED");
      case MarginAccountActor.Done r -> Optional.empty();
      case MarginAccountActor.Reserved r -> Optional.empty();
      case MarginAccountActor.Debited r -> Optional.empty();
      case MarginAccountActor.LegsTaken r -> Optional.empty();
      case MarginAccountActor.Stepped r -> Optional.empty();
      case MarginAccountActor.AuctionIsOpen r -> Optional.empty();
      case MarginAccountActor.SliceOffered r -> Optional.empty();
    };
  }

  /** Asks whom the state names; the saga is noted as open before anybody is asked. */
  private void advance(LiquidationAuction auction) {
    if (!auction.pending()) {
      timers.cancelAll();
      if (auction.stage() != Stage.UNKNOWN) {
        services.openSagas().close(TYPE_KEY.name(), id);
      }
      return;
    }
    if (!timers.isTimerActive(Tick.INSTANCE)) {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, Tick.INSTANCE, POLL);
    }
    if (!noted) {
      note(auction);
      return;
    }
    auction.losing().forEach(lost -> askLoser(auction, lost));
    switch (auction.stage()) {
      case OPEN, COVERING, SHARING -> takeTurn(auction);
      case OFFERED -> {
        Slice slice = auction.slice().orElseThrow();
        auction.asked().forEach(bid -> askReserve(auction, bid, auction.round(), slice));
      }
      case RESERVED -> askTake(auction);
      case SOLD -> askCommit(auction);
      case UNKNOWN, CLOSED -> {}
    }
  }

  private void note(LiquidationAuction auction) {
    if (noting) {
      return;
    }
    noting = true;
    var row = new OpenSagaTable.OpenSaga(Shards.of(id), TYPE_KEY.name(), id, auction.time());
    context.pipeToSelf(
        services.openSagas().open(row),
        (written, failure) -> failure == null ? RowWritten.INSTANCE : RowNotWritten.INSTANCE);
  }

  /** At a new round, after a change, and once a second all the same. */
  private void takeTurn(LiquidationAuction auction) {
    long round = round();
    boolean due = round != turnRound || System.nanoTime() - turnAt >= TURN_WITHIN;
    if (!due || !asking.add(TURN)) {
      return;
    }
    turnRound = round;
    turnAt = System.nanoTime();
    var opened = auction.opened().orElseThrow();
    switch (auction.stage()) {
      case OPEN ->
          context.pipeToSelf(
              sharding
                  .entityRefFor(MarginAccountActor.TYPE_KEY, opened.account().hex())
                  .<MarginAccountActor.View>ask(MarginAccountActor.Get::new, ANSWER_WITHIN),
              (view, failure) -> failure == null ? new Viewed(view) : new Unanswered(TURN));
      case COVERING ->
          askPool(
              auction,
              replyTo ->
                  new PoolActor.CoverInsolvent(
                      opened.account(), opened.number(), auction.round(), replyTo));
      case SHARING ->
          askPool(
              auction,
              replyTo -> new PoolActor.ShareLoss(opened.account(), opened.number(), replyTo));
      case UNKNOWN, OFFERED, RESERVED, SOLD, CLOSED -> asking.remove(TURN);
    }
  }

  private void askEnd(LiquidationAuction auction, boolean shared) {
    var opened = auction.opened().orElseThrow();
    ask(
        opened.account(),
        TURN,
        replyTo -> new MarginAccountActor.EndAuction(opened.number(), replyTo),
        reply -> new Ended(shared, reply));
  }

  private void askSlice(LiquidationAuction auction, AuctionTurn.Offer offer) {
    var opened = auction.opened().orElseThrow();
    ask(
        opened.account(),
        TURN,
        replyTo ->
            new MarginAccountActor.ReserveSlice(
                opened.number(),
                offer.round(),
                offer.kind(),
                offer.discountPpm(),
                offer.portionPpm(),
                replyTo),
        reply -> new Offered(offer, reply));
  }

  private void askReserve(LiquidationAuction auction, Waiting bid, long round, Slice slice) {
    var opened = auction.opened().orElseThrow();
    askOnce(
        bid.bidder(),
        new Asking(What.RESERVE, bid.ticket()),
        replyTo ->
            new MarginAccountActor.ReserveBid(
                bid.bid(), opened.account(), opened.number(), round, slice, replyTo));
  }

  /**
   * A loser is asked for his answer first: what comes back must have been set aside, so that no
   * late message sets it aside afterwards.
   */
  private void askLoser(LiquidationAuction auction, Losing lost) {
    Waiting bid = lost.bid();
    if (aside.contains(bid.ticket())) {
      var opened = auction.opened().orElseThrow();
      String key = AuctionDesk.key(opened.account(), opened.number(), lost.round());
      askOnce(
          bid.bidder(),
          new Asking(What.RELEASE, bid.ticket()),
          replyTo -> new MarginAccountActor.ReleaseBid(key, replyTo));
    } else {
      askReserve(auction, bid, lost.round(), lost.slice());
    }
  }

  private void askTake(LiquidationAuction auction) {
    var opened = auction.opened().orElseThrow();
    askOnce(
        opened.account(),
        new Asking(What.TAKE, auction.round()),
        replyTo -> new MarginAccountActor.TakeSlice(opened.number(), auction.round(), replyTo));
  }

  private void askCommit(LiquidationAuction auction) {
    var opened = auction.opened().orElseThrow();
    String key = AuctionDesk.key(opened.account(), opened.number(), auction.round());
    askOnce(
        auction.winner().orElseThrow().bidder(),
        new Asking(What.COMMIT, auction.round()),
        replyTo -> new MarginAccountActor.CommitSlice(key, replyTo));
  }

  /** Asks unless the answer is awaited. */
  private void askOnce(
      AccountId account,
      Asking what,
      Function<ActorRef<MarginAccountActor.Reply>, MarginAccountActor.Command> command) {
    if (asking.add(what)) {
      ask(account, what, command, reply -> new Answered(what, reply));
    }
  }

  private void ask(
      AccountId account,
      Asking what,
      Function<ActorRef<MarginAccountActor.Reply>, MarginAccountActor.Command> command,
      Function<MarginAccountActor.Reply, Command> answered) {
    context.pipeToSelf(
        sharding
            .entityRefFor(MarginAccountActor.TYPE_KEY, account.hex())
            .<MarginAccountActor.Reply>ask(command::apply, ANSWER_WITHIN),
        (reply, failure) -> failure == null ? answered.apply(reply) : new Unanswered(what));
  }

  private void askPool(
      LiquidationAuction auction, Function<ActorRef<PoolActor.Reply>, PoolActor.Command> command) {
    int pool = auction.opened().orElseThrow().account().pool();
    context.pipeToSelf(
        sharding
            .entityRefFor(PoolActor.TYPE_KEY, Integer.toString(pool))
            .<PoolActor.Reply>ask(command::apply, ANSWER_WITHIN),
        (reply, failure) ->
            failure == null ? new PoolAnswered(auction.stage(), reply) : new Unanswered(TURN));
  }
}
