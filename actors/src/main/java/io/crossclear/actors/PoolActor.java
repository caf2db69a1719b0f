package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.PoolBook;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.ledger.PoolRejection;
import io.crossclear.domain.ledger.PoolRow;
import io.crossclear.domain.ledger.PoolTerms;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.variation.CycleEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.pubsub.Topic;
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
 * A pool: owner of its lines, of its variation cycles, of waterfalls, settlement and funding. It
 * asks accounts for steps until they answer, and looks at the rows of {@link ExposureBook} once a
 * second instead of waking them.
 *
 * <p>A file of this length is one thought: {@link ClearingPool} decides everything, and this is how
 * it reaches accounts, nodes and the treasury.
 */
public final class PoolActor
    extends EventSourcedBehavior<PoolActor.Command, PoolFact, ClearingPool> {

  /** What a pool is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Book the fees of a novated batch; answered with {@link Booked}. */
  public record BookFees(
      Address venue,
      long batch,
      long units,
      SortedMap<String, PoolEvent.Traded> traded,
      ActorRef<Reply> replyTo)
      implements Command {
    public BookFees {
      traded = Exact.ordered(traded);
    }
  }

  /**
   * Take units of an account into the insurance fund; answered with {@link Booked}.
   *
   * @param sequence number of the account's transfer to the fund, without gaps
   */
  public record Contribute(
      Hash transfer, AccountId from, long sequence, long units, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Pay out of the fund what an insolvent account lacks, with a bounty, so that a bidder can take
   * it over; answered with {@link Covered} when the account has it. A copy changes nothing.
   *
   * @param auction of the account
   * @param round of the slice that the bidder is to take
   */
  public record CoverInsolvent(AccountId account, long auction, long round, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Tear up what nobody took and share the loss; answered with {@link Shared} when it is over, also
   * when it was over before.
   */
  public record ShareLoss(AccountId account, long auction, ActorRef<Reply> replyTo)
      implements Command {}

  /** Settle an instrument away at the next certified price; answered with {@link Booked}. */
  public record Settle(String instrument, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Pay fund and fees to an account, when nothing trades any more and nobody owes; answered with
   * {@link Booked} when it is begun.
   */
  public record WindUp(AccountId to, ActorRef<Reply> replyTo) implements Command {}

  /** Show the pool. */
  public record Get(ActorRef<View> replyTo) implements Command {}

  /** Stay awake and go on. */
  public record Nudge() implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private enum GoOn implements Command {
    INSTANCE
  }

  private record Stepped(AccountId account, MarginAccountActor.Stepped answer) implements Command {}

  private record NotStepped(AccountId account, long number, String why) implements Command {}

  private record CoverSeen(CoverInsolvent command, MarginAccount view) implements Command {}

  private record LossSeen(ShareLoss command, MarginAccount view) implements Command {}

  private record Seen(long look, MarginAccount view) implements Command {}

  private record NotSeen(long look, AccountId account) implements Command {}

  private record TrimTold(AccountId account, SortedMap<Asset, SortedMap<Long, Long>> totals)
      implements Command {}

  private record Nothing() implements Command {}

  /** Terms as they are published to every node. */
  public record Terms(PoolTerms terms) implements ActorSerializable {}

  /** What a pool answers. */
  public sealed interface Reply extends ActorSerializable {}

  /** It is written down, now or before. */
  public record Booked() implements Reply {}

  /** The fund has paid; 0 when nothing was missing. */
  public record Covered(long units) implements Reply {}

  /** The account has no positions, owes nothing, or never was in need of it. */
  public record Shared() implements Reply {}

  /** Not now; ask again. */
  public record Busy(String why) implements Reply {}

  /** It is refused and stays refused. */
  public record Rejected(PoolRejection reason) implements Reply {}

  /**
   * The pool as it is.
   *
   * @param terms as every node hears them
   * @param cycles finished variation cycles
   * @param stage of the cycle under way, or what else is under way
   * @param settling instruments that are being settled away
   * @param settled instruments that are gone
   */
  public record View(
      PoolBook book,
      PoolTerms terms,
      long cycles,
      String stage,
      List<String> settling,
      List<String> settled)
      implements ActorSerializable {
    public View {
      settling = List.copyOf(settling);
      settled = List.copyOf(settled);
    }
  }

  /** The entity type; its ids are numbers of pools. */
  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "Pool");

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final int number;
  private final Market market;
  private final ClearingServices services;
  private final ActorRef<Topic.Command<Terms>> topic;
  private final ClusterSharding sharding;
  private final Map<AccountId, Long> sent = new HashMap<>();
  private final Map<AccountId, SortedMap<Asset, SortedMap<Long, Long>>> trimsTold = new HashMap<>();
  private final List<CoverInsolvent> covering = new ArrayList<>();
  private final List<ShareLoss> sharing = new ArrayList<>();
  private final SortedMap<AccountId, MarginAccount> views = new TreeMap<>();
  private SortedSet<AccountId> looking = Collections.emptySortedSet();
  private long look;
  private boolean goingOn;

  /**
   * The pool with this number.
   *
   * @param topic where its terms are published
   * @throws IllegalArgumentException when the genesis has no rules for it
   */
  public static Behavior<Command> create(
      int number, ClearingServices services, ActorRef<Topic.Command<Terms>> topic) {
    Market market =
        services
            .genesis()
            .market(number)
            .orElseThrow(() -> new IllegalArgumentException("pool " + number + " clears nothing"));
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new PoolActor(context, timers, number, market, services, topic)));
  }

  /** The topic of terms; one on each node. */
  public static Behavior<Topic.Command<Terms>> topic() {
    return Topic.create(Terms.class, "pool-terms");
  }

  /** Where the pool's facts are. */
  public static String persistenceId(int number) {
    return PersistenceId.of(TYPE_KEY.name(), Integer.toString(number)).id();
  }

  private PoolActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int number,
      Market market,
      ClearingServices services,
      ActorRef<Topic.Command<Terms>> topic) {
    super(
        PersistenceId.of(TYPE_KEY.name(), Integer.toString(number)),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.timers = timers;
    this.number = number;
    this.market = market;
    this.services = services;
    this.topic = topic;
    this.sharding = ClusterSharding.get(context.getSystem());
  }

  @Override
  public ClearingPool emptyState() {
    return ClearingPool.EMPTY;
  }

  @Override
  public EventHandler<ClearingPool, PoolFact> eventHandler() {
    return ClearingPool::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public SignalHandler<ClearingPool> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::recovered)
        .build();
  }

  /** After a failed write this object lives on: whom it asked, and who waits, may ask again. */
  private void recovered(ClearingPool pool) {
    sent.clear();
    covering.clear();
    sharing.clear();
    stopLooking();
    goingOn = false;
    timers.startTimerWithFixedDelay(Tick.INSTANCE, Tick.INSTANCE, TICK);
    context.getSelf().tell(Tick.INSTANCE);
  }

  @Override
  public CommandHandler<Command, PoolFact, ClearingPool> commandHandler() {
    return this::onCommand;
  }

  private Effect<PoolFact, ClearingPool> onCommand(ClearingPool pool, Command command) {
    long now = services.time().now();
    return switch (command) {
      case BookFees c ->
          answer(
              pool.bookFees(c.venue(), c.batch(), c.units(), c.traded(), now),
              c.replyTo(),
              new Booked());
      case Contribute c ->
          answer(
              pool.contribute(c.from(), c.sequence(), c.units(), now), c.replyTo(), new Booked());
      case CoverInsolvent c -> {
        view(c.account(), view -> new CoverSeen(c, view));
        yield Effect().none();
      }
      case ShareLoss c -> {
        view(c.account(), view -> new LossSeen(c, view));
        yield Effect().none();
      }
      case Settle c -> {
        long seq = services.market().marks(number).map(Marks::seq).orElse(-1L);
        yield answer(pool.settle(c.instrument(), seq, market, now), c.replyTo(), new Booked());
      }
      case WindUp c -> answer(pool.windUp(c.to(), rows(), market, now), c.replyTo(), new Booked());
      case Get c -> {
        c.replyTo().tell(view(pool));
        yield Effect().none();
      }
      case Nudge n -> Effect().none();
      case Nothing n -> Effect().none();
      case Tick t -> tick(pool, now);
      case GoOn g -> {
        goingOn = false;
        yield persist(pool.next(market, now));
      }
      case Stepped s -> stepped(pool, s, now);
      case NotStepped s -> {
        context.getLog().debug("step {} of {}: {}", s.number(), s.account(), s.why());
        yield Effect().none();
      }
      case CoverSeen seen -> coverSeen(pool, seen, now);
      case LossSeen seen -> lossSeen(pool, seen, now);
      case Seen seen -> seen(pool, seen, now);
      case NotSeen seen -> {
        if (seen.look() == look && looking.contains(seen.account())) {
          lookAt(seen.account());
        }
        yield Effect().none();
      }
      case TrimTold told -> {
        trimsTold.put(told.account(), told.totals());
        yield Effect().none();
      }
    };
  }

  // ---------- time

  private Effect<PoolFact, ClearingPool> tick(ClearingPool pool, long now) {
    publish(pool);
    tellTrims();
    send(pool, true);
    if (!services.exposures().loaded()) {
      return Effect().none();
    }
    List<PoolRow> rows = rows();
    look(pool, rows);
    goOn();
    return persist(pool.tick(rows, services.market().marks(number), market, now));
  }

  private List<PoolRow> rows() {
    return exposures()
        .flatMap(
            row ->
                row.clearing().stream().map(is -> new PoolRow(row.account(), is.risk(), is.loan())))
        .toList();
  }

  private Stream<ExposureTable.Exposure> exposures() {
    return services.exposures().all().stream().filter(row -> row.account().pool() == number);
  }

  private void publish(ClearingPool pool) {
    topic.tell(Topic.publish(new Terms(pool.terms(number))));
  }

  /** The treasury hears of every import that vanished, until it has booked it. */
  private void tellTrims() {
    exposures()
        .forEach(
            row ->
                row.clearing()
                    .map(ExposureTable.Clearing::trimmed)
                    .filter(totals -> !totals.isEmpty())
                    .filter(totals -> !totals.equals(trimsTold.get(row.account())))
                    .ifPresent(totals -> tellTrim(row.account(), totals)));
  }

  private void tellTrim(AccountId account, SortedMap<Asset, SortedMap<Long, Long>> totals) {
    context.pipeToSelf(
        sharding
            .entityRefFor(TreasuryActor.TYPE_KEY, TreasuryActor.MAIN)
            .<TreasuryActor.Trimmed>ask(
                replyTo -> new TreasuryActor.Trim(account, totals, replyTo), ANSWER_WITHIN),
        (reply, failure) -> failure == null ? new TrimTold(account, totals) : new Nothing());
  }

  // ---------- facts

  private Effect<PoolFact, ClearingPool> persist(List<PoolFact> facts) {
    return facts.isEmpty()
        ? Effect().none()
        : Effect().persist(facts).thenRun(pool -> followed(pool, facts));
  }

  private Effect<PoolFact, ClearingPool> answer(
      Decision<PoolFact, PoolRejection> decision, ActorRef<Reply> replyTo, Reply reply) {
    return switch (decision) {
      case Decision.Accept<PoolFact, PoolRejection>(var facts) ->
          Effect()
              .persist(facts)
              .thenRun(
                  pool -> {
                    replyTo.tell(reply);
                    followed(pool, facts);
                  });
      case Decision.AlreadyDone<PoolFact, PoolRejection> done -> {
        replyTo.tell(reply);
        yield Effect().none();
      }
      case Decision.Reject<PoolFact, PoolRejection>(var reason) -> {
        refuse(replyTo, reason);
        yield Effect().none();
      }
    };
  }

  private static void refuse(ActorRef<Reply> replyTo, PoolRejection reason) {
    replyTo.tell(reason.passing() ? new Busy(reason.name()) : new Rejected(reason));
  }

  /**
   * What durable facts lead to: steps are sent, terms told, auctions asked for, waiters answered.
   */
  private void followed(ClearingPool pool, List<PoolFact> facts) {
    send(pool, false);
    if (facts.stream().anyMatch(PoolActor::changesTerms)) {
      publish(pool);
    }
    if (facts.stream().anyMatch(CycleEvent.SharesFixed.class::isInstance)) {
      pool.cures(rows(), market).forEach(this::cure);
    }
    if (facts.stream().anyMatch(PoolEvent.StepAnswered.class::isInstance)) {
      covering.removeIf(
          c -> {
            Optional<Long> units = pool.cover(c.account(), c.auction(), c.round());
            units.ifPresent(paid -> c.replyTo().tell(new Covered(paid)));
            return units.isPresent();
          });
    }
    if (facts.stream().anyMatch(WaterfallEvent.Finished.class::isInstance)) {
      sharing.removeIf(
          c -> {
            boolean shared = !pool.sharing(c.account());
            if (shared) {
              c.replyTo().tell(new Shared());
            }
            return shared;
          });
    }
    if (facts.stream().anyMatch(WaterfallEvent.class::isInstance)) {
      stopLooking();
      if (services.exposures().loaded()) {
        look(pool, rows());
      }
    }
    goOn();
  }

  private static boolean changesTerms(PoolFact fact) {
    return fact instanceof PoolEvent.FundingSet
        || fact instanceof PoolEvent.InterestIndexed
        || fact instanceof PoolEvent.InstrumentClosed;
  }

  private void cure(AccountId account) {
    sharding
        .entityRefFor(MarginAccountActor.TYPE_KEY, account.hex())
        .tell(
            new MarginAccountActor.StartAuction(AuctionKind.CURE, context.getSystem().ignoreRef()));
  }

  /** Facts of one kind follow each other one write at a time, so that answers come in between. */
  private void goOn() {
    if (!goingOn) {
      goingOn = true;
      context.getSelf().tell(GoOn.INSTANCE);
    }
  }

  // ---------- steps

  /** Sends steps that were not sent, and with {@code again} those that stayed unanswered. */
  private void send(ClearingPool pool, boolean again) {
    Optional<Marks> newest = services.market().marks(number);
    for (ClearingPool.OpenStep step : pool.steps()) {
      boolean fresh = !Objects.equals(sent.get(step.account()), step.number());
      Optional<Marks> marks = step.marks().or(() -> newest);
      if ((fresh || again) && marks.isPresent()) {
        sent.put(step.account(), step.number());
        send(step, marks.get());
      }
    }
  }

  private void send(ClearingPool.OpenStep step, Marks marks) {
    AccountId account = step.account();
    context.pipeToSelf(
        sharding
            .entityRefFor(MarginAccountActor.TYPE_KEY, account.hex())
            .<MarginAccountActor.Reply>ask(
                replyTo ->
                    new MarginAccountActor.PoolStep(step.number(), step.ask(), marks, replyTo),
                ANSWER_WITHIN),
        (reply, failure) ->
            reply instanceof MarginAccountActor.Stepped answer
                ? new Stepped(account, answer)
                : new NotStepped(
                    account, step.number(), failure == null ? reply.toString() : "no answer"));
  }

  private Effect<PoolFact, ClearingPool> stepped(ClearingPool pool, Stepped stepped, long now) {
    MarginAccountActor.Stepped answer = stepped.answer();
    return pool.stepped(
                stepped.account(), answer.number(), answer.answer(), answer.unsettled(), now)
            instanceof Decision.Accept<PoolFact, PoolRejection>(var facts)
        ? persist(facts)
        : Effect().none();
  }

  // ---------- views

  private void view(AccountId account, Function<MarginAccount, Command> seen) {
    view(account, seen, new Nothing());
  }

  private void view(AccountId account, Function<MarginAccount, Command> seen, Command notSeen) {
    context.pipeToSelf(
        sharding
            .entityRefFor(MarginAccountActor.TYPE_KEY, account.hex())
            .<MarginAccountActor.View>ask(MarginAccountActor.Get::new, ANSWER_WITHIN),
        (view, failure) -> failure == null ? seen.apply(view.account()) : notSeen);
  }

  private Effect<PoolFact, ClearingPool> coverSeen(ClearingPool pool, CoverSeen seen, long now) {
    CoverInsolvent c = seen.command();
    Optional<Marks> marks = services.market().marks(number);
    if (marks.isEmpty()) {
      refuse(c.replyTo(), PoolRejection.PRICES_MISSING);
      return Effect().none();
    }
    return switch (pool.coverInsolvent(
        seen.view(), c.auction(), c.round(), marks.get(), market, now)) {
      case Decision.Accept<PoolFact, PoolRejection>(var facts) -> {
        covering.add(c);
        yield persist(facts);
      }
      case Decision.AlreadyDone<PoolFact, PoolRejection> done -> {
        pool.cover(c.account(), c.auction(), c.round())
            .ifPresentOrElse(units -> c.replyTo().tell(new Covered(units)), () -> covering.add(c));
        yield Effect().none();
      }
      case Decision.Reject<PoolFact, PoolRejection>(var reason) -> {
        refuse(c.replyTo(), reason);
        yield Effect().none();
      }
    };
  }

  private Effect<PoolFact, ClearingPool> lossSeen(ClearingPool pool, LossSeen seen, long now) {
    ShareLoss c = seen.command();
    if (pool.sharing(c.account())) {
      sharing.add(c);
      return Effect().none();
    }
    Optional<Marks> marks = services.market().marks(number);
    if (marks.isEmpty()) {
      refuse(c.replyTo(), PoolRejection.PRICES_MISSING);
      return Effect().none();
    }
    return switch (pool.shareLoss(seen.view(), c.auction(), marks.get(), market, now)) {
      case Decision.Accept<PoolFact, PoolRejection>(var facts) -> {
        sharing.add(c);
        yield persist(facts);
      }
      case Decision.AlreadyDone<PoolFact, PoolRejection> done -> {
        c.replyTo().tell(new Shared());
        yield Effect().none();
      }
      case Decision.Reject<PoolFact, PoolRejection>(var reason) -> {
        refuse(c.replyTo(), reason);
        yield Effect().none();
      }
    };
  }

  /** Looks at the accounts that the waterfall has to see, unless it is looking. */
  private void look(ClearingPool pool, List<PoolRow> rows) {
    if (!pool.waterfall().looking() || !looking.isEmpty()) {
      return;
    }
    look++;
    views.clear();
    looking = pool.looksAt(rows);
    looking.forEach(this::lookAt);
  }

  private void lookAt(AccountId account) {
    long current = look;
    view(account, view -> new Seen(current, view), new NotSeen(current, account));
  }

  private void stopLooking() {
    look++;
    views.clear();
    looking = Collections.emptySortedSet();
  }

  private Effect<PoolFact, ClearingPool> seen(ClearingPool pool, Seen seen, long now) {
    if (seen.look() != look || !looking.contains(seen.view().id())) {
      return Effect().none();
    }
    views.put(seen.view().id(), seen.view());
    if (views.size() < looking.size()) {
      return Effect().none();
    }
    SortedMap<AccountId, MarginAccount> all = new TreeMap<>(views);
    stopLooking();
    return persist(pool.looked(all, market, now));
  }

  private View view(ClearingPool pool) {
    String stage =
        pool.waterfall().open()
            ? "WATERFALL_" + pool.waterfall().stage()
            : pool.cycle().open() ? "CYCLE_" + pool.cycle().stage() : "IDLE";
    return new View(
        pool.book(),
        pool.terms(number),
        pool.cycles(),
        stage,
        pool.closed().keySet().stream().filter(symbol -> !pool.settled().contains(symbol)).toList(),
        List.copyOf(pool.settled()));
  }
}
