package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatch.Rejection;
import io.crossclear.domain.trade.FillBatch.Side;
import io.crossclear.domain.trade.FillBatch.Stage;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import io.crossclear.domain.trade.VenueBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * A fill batch as a saga: it waits for a price set that the venue had not seen, asks all accounts
 * at once to reserve, writes down what happens, asks them all to commit, and the pool to book the
 * fees. Answers that come together are written together. Some time after its end it leaves memory.
 */
public final class FillBatchActor
    extends EventSourcedBehavior<FillBatchActor.Command, FillBatchEvent, FillBatch> {

  /** What a fill batch is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Clear the batch; answered when it is novated or nothing of it can be. */
  public record Submit(VenueBatch batch, ActorRef<Status> replyTo) implements Command {}

  /** Say how far it is. */
  public record Get(ActorRef<Status> replyTo) implements Command {}

  /** Go on, if something is left to do. */
  public record Nudge() implements Command {}

  private record Answered(Stage stage, AccountId account, MarginAccountActor.Reply reply)
      implements Command {}

  private record Unanswered(Stage stage, AccountId account) implements Command {}

  private record PoolAnswered(Optional<PoolActor.Reply> reply) implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private enum Poll implements Command {
    INSTANCE
  }

  private enum Write implements Command {
    INSTANCE
  }

  private record RowNoted(boolean written) implements Command {}

  private enum Leave implements Command {
    INSTANCE
  }

  private enum Stop implements Command {
    INSTANCE
  }

  /**
   * How far a batch is.
   *
   * @param batch {@link FillBatch#EMPTY} when nobody submitted it
   * @param refusal stable code when the whole batch is refused: a {@code FillBatch.Rejection},
   *     {@code WRONG_SIGNER}, {@code WRONG_DOMAIN}, {@code BATCH_NUMBER_REUSED}, {@code
   *     UNKNOWN_POOL}, or {@code PRICES_MISSING}, which may be submitted again
   */
  public record Status(FillBatch batch, Optional<String> refusal) implements ActorSerializable {}

  /** The entity type; its ids are {@code 0xvenue/number}. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "FillBatch");

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int POLLS = 200;
  private static final Duration LEAVE_AFTER = Duration.ofSeconds(3);

  /**
   * A batch that waits for prices.
   *
   * @param round newest price set when it arrived
   * @param polls that are left
   */
  private record Arrived(VenueBatch batch, Hash digest, Market market, long round, int polls) {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final String id;
  private final ClearingServices services;
  private final ClusterSharding sharding;
  private final List<ActorRef<Status>> waiting = new ArrayList<>();
  private final List<Answered> answers = new ArrayList<>();
  private final Set<AccountId> asked = new HashSet<>();
  private Stage askedAt = Stage.UNKNOWN;
  private Optional<Arrived> arrived = Optional.empty();
  private boolean noted;
  private boolean writing;
  private boolean booking;

  /**
   * The batch with this id.
   *
   * @param shard is told when the batch may leave memory
   */
  public static Behavior<Command> create(
      String id, ActorRef<ClusterSharding.ShardCommand> shard, ClearingServices services) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new FillBatchActor(context, timers, shard, id, services)));
  }

  /** The entity's id of a venue's batch. */
  public static String id(Address venue, long number) {
    return venue.hex() + "/" + number;
  }

  /** The command that lets a batch leave memory; what is open goes on from its row. */
  static Command stop() {
    return Stop.INSTANCE;
  }

  private FillBatchActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ActorRef<ClusterSharding.ShardCommand> shard,
      String id,
      ClearingServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.timers = timers;
    this.shard = shard;
    this.id = id;
    this.services = services;
    this.sharding = ClusterSharding.get(context.getSystem());
  }

  @Override
  public FillBatch emptyState() {
    return FillBatch.EMPTY;
  }

  @Override
  public EventHandler<FillBatch, FillBatchEvent> eventHandler() {
    return FillBatch::apply;
  }

  @Override
  public SignalHandler<FillBatch> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::recovered)
        .build();
  }

  /** After a failed write this object lives on: what it was waiting for may never come. */
  private void recovered(FillBatch batch) {
    answers.clear();
    asked.clear();
    arrived = Optional.empty();
    noted = false;
    writing = false;
    booking = false;
    if (batch.stage() == Stage.UNKNOWN) {
      waiting.clear();
    }
    advance(batch);
  }

  @Override
  public CommandHandler<Command, FillBatchEvent, FillBatch> commandHandler() {
    return this::onCommand;
  }

  private Effect<FillBatchEvent, FillBatch> onCommand(FillBatch batch, Command command) {
    return switch (command) {
      case Submit c -> submit(batch, c);
      case Get c -> {
        c.replyTo().tell(new Status(batch, Optional.empty()));
        leaveUnlessUsed(batch);
        yield Effect().none();
      }
      case Nudge c -> {
        leaveUnlessUsed(batch);
        yield advanced(batch);
      }
      case Tick t -> advanced(batch);
      case Poll p -> poll(batch);
      case RowNoted row -> {
        noted = row.written();
        // a row that could not be written is tried again at the next tick
        yield noted ? advanced(batch) : Effect().none();
      }
      case Answered a -> {
        answers.add(a);
        writeSoon();
        yield Effect().none();
      }
      case Unanswered u -> {
        unask(u.stage(), u.account());
        yield Effect().none();
      }
      case PoolAnswered p -> {
        booking = false;
        p.reply()
            .filter(PoolActor.Rejected.class::isInstance)
            .ifPresent(no -> context.getLog().error("fees of batch {} are refused: {}", id, no));
        yield p.reply().filter(PoolActor.Booked.class::isInstance).isPresent()
            ? write(batch, events(batch.booked(services.time().now())))
            : Effect().none();
      }
      case Write w -> write(batch);
      case Leave l -> {
        leave();
        yield Effect().none();
      }
      case Stop s -> Effect().stop();
    };
  }

  private Effect<FillBatchEvent, FillBatch> submit(FillBatch batch, Submit command) {
    VenueBatch submitted = command.batch();
    // first, since hashing is work
    if (submitted.fills().isEmpty() || submitted.fills().size() > FillBatch.MAX_FILLS) {
      return refuse(batch, command, Rejection.SIZE_OUT_OF_RANGE.name());
    }
    Optional<VenueBatch.Verified> verified = verified(submitted);
    if (verified.isEmpty() || !verified.get().signer().equals(Optional.of(submitted.venue()))) {
      return refuse(batch, command, "WRONG_SIGNER");
    }
    if (!verified.get().knownDomain()) {
      return refuse(batch, command, "WRONG_DOMAIN");
    }
    if (!id.equals(id(submitted.venue(), submitted.number()))) {
      return refuse(batch, command, Rejection.NUMBER_OUT_OF_RANGE.name());
    }
    Hash digest = verified.get().digest();
    Optional<Hash> known =
        batch.submitted().map(Submitted::id).or(() -> arrived.map(Arrived::digest));
    if (known.filter(taken -> !taken.equals(digest)).isPresent()) {
      return refuse(batch, command, "BATCH_NUMBER_REUSED");
    }
    if (known.isEmpty()) {
      Fill first = submitted.fills().getFirst();
      Optional<Market> market = services.genesis().market(first.buyer().pool());
      if (market.isEmpty()) {
        return refuse(batch, command, "UNKNOWN_POOL");
      }
      arrived =
          Optional.of(
              new Arrived(submitted, digest, market.get(), services.market().round(), POLLS));
      timers.startTimerWithFixedDelay(Poll.INSTANCE, Poll.INSTANCE, POLL);
    }
    waiting.add(command.replyTo());
    return advanced(batch);
  }

  private Optional<VenueBatch.Verified> verified(VenueBatch batch) {
    try {
      return Optional.of(batch.verify(services.verifier()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Effect<FillBatchEvent, FillBatch> refuse(FillBatch batch, Submit command, String code) {
    command.replyTo().tell(new Status(FillBatch.EMPTY, Optional.of(code)));
    leaveUnlessUsed(batch);
    return Effect().none();
  }

  /** Decides the batch at the first price set that its venue had not seen. */
  private Effect<FillBatchEvent, FillBatch> poll(FillBatch batch) {
    if (arrived.isEmpty()) {
      return Effect().none();
    }
    Arrived now = arrived.get();
    Optional<Marks> marks =
        services
            .market()
            .marks(now.market().rules().number())
            .filter(next -> next.seq() > now.round());
    if (marks.isEmpty() && now.polls() > 1) {
      arrived =
          Optional.of(
              new Arrived(now.batch(), now.digest(), now.market(), now.round(), now.polls() - 1));
      return Effect().none();
    }
    timers.cancel(Poll.INSTANCE);
    arrived = Optional.empty();
    if (marks.isEmpty()) {
      return refused(batch, "PRICES_MISSING");
    }
    VenueBatch taken = now.batch();
    var decision =
        batch.submit(
            now.digest(),
            taken.venue(),
            taken.number(),
            taken.deadline(),
            taken.fills(),
            services.verifier(),
            now.market(),
            marks.get(),
            services.time().now());
    return decision instanceof Decision.Reject<FillBatchEvent, Rejection>(var reason)
        ? refused(batch, reason.name())
        : write(batch, events(decision));
  }

  private Effect<FillBatchEvent, FillBatch> refused(FillBatch batch, String code) {
    waiting.forEach(replyTo -> replyTo.tell(new Status(FillBatch.EMPTY, Optional.of(code))));
    waiting.clear();
    leaveUnlessUsed(batch);
    return Effect().none();
  }

  private void writeSoon() {
    if (!writing) {
      writing = true;
      context.getSelf().tell(Write.INSTANCE);
    }
  }

  /** Writes down all answers that have come. */
  private Effect<FillBatchEvent, FillBatch> write(FillBatch batch) {
    writing = false;
    List<FillBatchEvent> events = new ArrayList<>();
    FillBatch next = batch;
    for (Answered answer : answers) {
      List<FillBatchEvent> more = events(decide(next, answer, services.time().now()));
      if (more.isEmpty()) {
        // to be asked again at the next tick
        unask(answer.stage(), answer.account());
      }
      events.addAll(more);
      next = after(next, more);
    }
    answers.clear();
    return write(batch, events);
  }

  private static Decision<FillBatchEvent, Rejection> decide(
      FillBatch batch, Answered answer, long now) {
    if (batch.stage() != answer.stage()) {
      return Decision.alreadyDone();
    }
    AccountId account = answer.account();
    boolean reserving = batch.stage() == Stage.RESERVING;
    return switch (answer.reply()) {
      case MarginAccountActor.LegsTaken r ->
          reserving ? batch.taken(account, r.legs(), r.refused(), now) : Decision.alreadyDone();
      // no leg was good: the answer that said so was lost
      case MarginAccountActor.Closed r ->
          reserving
              ? batch.taken(account, List.of(), Collections.emptySortedMap(), now)
              : Decision.alreadyDone();
      case MarginAccountActor.Done r -> batch.done(account, now);
      case MarginAccountActor.Rejected r -> refused(batch, account, r.reason(), now);
      case MarginAccountActor.Reserved r -> Decision.alreadyDone();
      case MarginAccountActor.Debited r -> Decision.alreadyDone();
      case MarginAccountActor.Stepped r -> Decision.alreadyDone();
      case MarginAccountActor.AuctionIsOpen r -> Decision.alreadyDone();
      case MarginAccountActor.SliceOffered r -> Decision.alreadyDone();
    };
  }

  /** What follows from a no; after one that may not last the account is asked again. */
  private static Decision<FillBatchEvent, Rejection> refused(
      FillBatch batch, AccountId account, AccountRejection reason, long now) {
    if (batch.stage() == Stage.RESERVING) {
      return reason == AccountRejection.UNKNOWN_POOL
          ? batch.refused(account, reason.name(), now)
          : Decision.alreadyDone();
    }
    // it had the legs when it answered, so it has booked them and long forgotten the batch
    return reason == AccountRejection.UNKNOWN_BATCH
        ? batch.done(account, now)
        : Decision.alreadyDone();
  }

  /** Writes these events, and what follows from them without asking anybody. */
  private Effect<FillBatchEvent, FillBatch> write(FillBatch batch, List<FillBatchEvent> events) {
    long now = services.time().now();
    List<FillBatchEvent> all = new ArrayList<>(events);
    FillBatch next = after(batch, events);
    if (next.stage() == Stage.RESERVED) {
      List<FillBatchEvent> novated = events(next.novate(now));
      all.addAll(novated);
      next = after(next, novated);
    }
    if (next.stage() == Stage.COMMITTED && next.novated().isEmpty()) {
      all.addAll(events(next.booked(now)));
    }
    return all.isEmpty() ? Effect().none() : Effect().persist(all).thenRun(this::advance);
  }

  private static List<FillBatchEvent> events(Decision<FillBatchEvent, Rejection> decision) {
    return decision instanceof Decision.Accept<FillBatchEvent, Rejection>(var events)
        ? events
        : List.of();
  }

  private static FillBatch after(FillBatch batch, List<FillBatchEvent> events) {
    FillBatch next = batch;
    for (FillBatchEvent event : events) {
      next = next.apply(event);
    }
    return next;
  }

  private Effect<FillBatchEvent, FillBatch> advanced(FillBatch batch) {
    advance(batch);
    return Effect().none();
  }

  /**
   * Answers who waits, then asks whom the stage names; the saga is noted as open before anybody is
   * asked.
   */
  private void advance(FillBatch batch) {
    if (batch.stage().compareTo(Stage.NOVATED) >= 0) {
      waiting.forEach(replyTo -> replyTo.tell(new Status(batch, Optional.empty())));
      waiting.clear();
    }
    if (!batch.open()) {
      timers.cancel(Tick.INSTANCE);
      if (batch.stage() == Stage.CLOSED) {
        services.openSagas().close(TYPE_KEY.name(), id);
        timers.startSingleTimer(Leave.INSTANCE, Leave.INSTANCE, LEAVE_AFTER);
      }
      return;
    }
    if (!timers.isTimerActive(Tick.INSTANCE)) {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, Tick.INSTANCE, RETRY);
    }
    if (!noted) {
      var row = new OpenSagaTable.OpenSaga(Shards.of(id), TYPE_KEY.name(), id, batch.time());
      context.pipeToSelf(
          services.openSagas().open(row), (written, failure) -> new RowNoted(failure == null));
    } else {
      ask(batch);
    }
  }

  private void ask(FillBatch batch) {
    if (askedAt != batch.stage()) {
      askedAt = batch.stage();
      asked.clear();
    }
    switch (batch.stage()) {
      case RESERVING -> {
        SortedMap<AccountId, List<Side>> sides = batch.sides();
        for (AccountId account : batch.waiting()) {
          if (asked.add(account)) {
            reserve(batch, account, sides.getOrDefault(account, List.of()));
          }
        }
      }
      case NOVATED -> {
        for (AccountId account : batch.waiting()) {
          if (asked.add(account)) {
            commit(batch, account);
          }
        }
      }
      case COMMITTED -> {
        if (batch.novated().isEmpty()) {
          writeSoon();
        } else if (!booking) {
          booking = true;
          book(batch);
        }
      }
      case RESERVED -> writeSoon();
      case UNKNOWN, CLOSED -> {}
    }
  }

  private void reserve(FillBatch batch, AccountId account, List<Side> sides) {
    Submitted submitted = batch.submitted().orElseThrow();
    List<MarginAccountActor.ProposedLeg> legs =
        sides.stream()
            .map(
                side ->
                    new MarginAccountActor.ProposedLeg(
                        side.fill(), side.order(), side.lots(), side.price()))
            .toList();
    ask(
        batch.stage(),
        account,
        replyTo ->
            new MarginAccountActor.ReserveLegs(
                submitted.id(),
                submitted.venue(),
                submitted.number(),
                submitted.deadline(),
                legs,
                submitted.marks(),
                replyTo));
  }

  private void commit(FillBatch batch, AccountId account) {
    Hash digest = batch.submitted().orElseThrow().id();
    List<Integer> fills = batch.commits(account);
    ask(
        batch.stage(),
        account,
        replyTo -> new MarginAccountActor.CommitLegs(digest, fills, replyTo));
  }

  private void ask(
      Stage stage,
      AccountId account,
      org.apache.pekko.japi.function.Function<
              ActorRef<MarginAccountActor.Reply>, MarginAccountActor.Command>
          command) {
    context.pipeToSelf(
        sharding
            .entityRefFor(MarginAccountActor.TYPE_KEY, account.hex())
            .ask(command, ANSWER_WITHIN),
        (reply, failure) ->
            failure == null ? new Answered(stage, account, reply) : new Unanswered(stage, account));
  }

  private void unask(Stage stage, AccountId account) {
    if (stage == askedAt) {
      asked.remove(account);
    }
  }

  private void book(FillBatch batch) {
    Submitted submitted = batch.submitted().orElseThrow();
    int pool = submitted.fills().getFirst().buyer().pool();
    Market market = services.genesis().market(pool).orElseThrow();
    TreeMap<String, PoolEvent.Traded> traded = new TreeMap<>();
    batch
        .traded(market)
        .forEach(
            (symbol, sums) -> traded.put(symbol, new PoolEvent.Traded(sums.paid(), sums.marked())));
    context.pipeToSelf(
        sharding
            .entityRefFor(PoolActor.TYPE_KEY, Integer.toString(pool))
            .<PoolActor.Reply>ask(
                replyTo ->
                    new PoolActor.BookFees(
                        submitted.venue(), submitted.number(), batch.fees(), traded, replyTo),
                ANSWER_WITHIN),
        (reply, failure) -> new PoolAnswered(Optional.ofNullable(reply)));
  }

  /** Who asks for what nobody submitted keeps nothing in memory. */
  private void leaveUnlessUsed(FillBatch batch) {
    if (batch.stage() == Stage.UNKNOWN && arrived.isEmpty()) {
      leave();
    }
  }

  private void leave() {
    shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
  }
}
