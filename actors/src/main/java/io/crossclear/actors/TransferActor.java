package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.TransferSaga.Stage;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * One transfer between two accounts of one owner, or into a pool's insurance fund, as a saga: it
 * asks the account that its stage names, again and again until it is answered, and writes the
 * answer down before it asks the next.
 */
public final class TransferActor
    extends EventSourcedBehavior<TransferActor.Command, TransferEvent, TransferSaga> {

  /** What a transfer is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Make the transfer; answered when the units have arrived or were refused. */
  public record Request(SignedAction<UserAction.Transfer> signed, ActorRef<Status> replyTo)
      implements Command {}

  /** Say how far it is. */
  public record Get(ActorRef<Status> replyTo) implements Command {}

  /** Go on, if something is left to do. */
  public record Nudge() implements Command {}

  private record Answered(Stage stage, MarginAccountActor.Reply reply) implements Command {}

  private record Contributed(PoolActor.Reply reply) implements Command {}

  private record Unanswered(Stage stage) implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private enum RowWritten implements Command {
    INSTANCE
  }

  /**
   * How far a transfer is.
   *
   * @param reason a stable code when it was refused
   */
  public record Status(Stage stage, Optional<String> reason) implements ActorSerializable {}

  /** The entity type; its ids are digests of signed transfers. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Transfer");

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Hash id;
  private final ClearingServices services;
  private final ClusterSharding sharding;
  private final List<ActorRef<Status>> waiting = new ArrayList<>();
  private boolean noted;
  private boolean asking;

  /** The transfer whose signed action has this digest. */
  public static Behavior<Command> create(Hash id, ClearingServices services) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new TransferActor(context, timers, id, services)));
  }

  private TransferActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Hash id,
      ClearingServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), id.hex()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.timers = timers;
    this.id = id;
    this.services = services;
    this.sharding = ClusterSharding.get(context.getSystem());
  }

  @Override
  public TransferSaga emptyState() {
    return TransferSaga.EMPTY;
  }

  @Override
  public EventHandler<TransferSaga, TransferEvent> eventHandler() {
    return TransferSaga::apply;
  }

  @Override
  public SignalHandler<TransferSaga> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::recovered)
        .build();
  }

  /** After a failed write this object lives on: what it was waiting for may never come. */
  private void recovered(TransferSaga saga) {
    noted = false;
    asking = false;
    advance(saga);
  }

  @Override
  public CommandHandler<Command, TransferEvent, TransferSaga> commandHandler() {
    return this::onCommand;
  }

  private Effect<TransferEvent, TransferSaga> onCommand(TransferSaga saga, Command command) {
    long now = services.time().now();
    return switch (command) {
      case Request c -> {
        waiting.add(c.replyTo());
        yield take(saga, saga.request(c.signed(), now));
      }
      case Get c -> {
        c.replyTo().tell(status(saga));
        // who asks for what nobody made keeps nothing in memory
        yield saga.stage() == Stage.UNKNOWN ? Effect().stop() : Effect().none();
      }
      case Nudge c -> take(saga, Decision.alreadyDone());
      case Tick t -> take(saga, Decision.alreadyDone());
      case RowWritten w -> {
        noted = true;
        yield take(saga, Decision.alreadyDone());
      }
      case Unanswered u -> {
        asking = false;
        yield Effect().none();
      }
      case Answered a -> {
        asking = false;
        // a credit whose turn has not come is asked again at the next tick, not at once
        yield a.stage() == Stage.DEBITED && a.reply() instanceof MarginAccountActor.Rejected
            ? Effect().none()
            : take(saga, decide(saga, a, now));
      }
      case Contributed c -> {
        asking = false;
        // a contribution whose turn has not come is asked again at the next tick
        yield c.reply() instanceof PoolActor.Booked && saga.stage() == Stage.DEBITED
            ? take(saga, saga.credited(now))
            : Effect().none();
      }
    };
  }

  private static Decision<TransferEvent, TransferSaga.Rejection> decide(
      TransferSaga saga, Answered answered, long now) {
    if (saga.stage() != answered.stage()) {
      return Decision.alreadyDone();
    }
    return switch (answered.reply()) {
      case MarginAccountActor.Debited d -> saga.debited(d.number(), d.imports(), now);
      case MarginAccountActor.Done d ->
          saga.stage() == Stage.DEBITED ? saga.credited(now) : saga.closed(now);
      case MarginAccountActor.Rejected r ->
          // an account refuses a debit for good; a credit only until its turn has come
          saga.stage() == Stage.REQUESTED
              ? saga.refused(r.reason().name(), now)
              : Decision.alreadyDone();
      case MarginAccountActor.Closed c -> saga.refused("ALREADY_CLOSED", now);
      case MarginAccountActor.Reserved r -> Decision.alreadyDone();
      case MarginAccountActor.LegsTaken r -> Decision.alreadyDone();
      case MarginAccountActor.Stepped r -> Decision.alreadyDone();
      case MarginAccountActor.AuctionIsOpen r -> Decision.alreadyDone();
      case MarginAccountActor.SliceOffered r -> Decision.alreadyDone();
    };
  }

  private Effect<TransferEvent, TransferSaga> take(
      TransferSaga saga, Decision<TransferEvent, TransferSaga.Rejection> decision) {
    return switch (decision) {
      case Decision.Accept<TransferEvent, TransferSaga.Rejection>(var events) ->
          Effect().persist(events).thenRun(this::advance);
      case Decision.AlreadyDone<TransferEvent, TransferSaga.Rejection> done -> {
        advance(saga);
        yield Effect().none();
      }
      case Decision.Reject<TransferEvent, TransferSaga.Rejection>(var reason) -> {
        waiting.forEach(
            replyTo -> replyTo.tell(new Status(saga.stage(), Optional.of(reason.name()))));
        waiting.clear();
        yield saga.stage() == Stage.UNKNOWN ? Effect().stop() : Effect().none();
      }
    };
  }

  /**
   * Answers who waits, then asks whom the stage names; the saga is noted as open before anybody is
   * asked.
   */
  private void advance(TransferSaga saga) {
    if (saga.stage() == Stage.CREDITED
        || saga.stage() == Stage.CLOSED
        || saga.stage() == Stage.REFUSED) {
      waiting.forEach(replyTo -> replyTo.tell(status(saga)));
      waiting.clear();
    }
    if (!saga.open()) {
      timers.cancelAll();
      if (saga.stage() != Stage.UNKNOWN) {
        services.openSagas().close(TYPE_KEY.name(), id.hex());
      }
      return;
    }
    timers.startTimerWithFixedDelay(Tick.INSTANCE, Tick.INSTANCE, RETRY);
    if (!noted) {
      var row =
          new OpenSagaTable.OpenSaga(Shards.of(id.hex()), TYPE_KEY.name(), id.hex(), saga.time());
      context.pipeToSelf(
          services.openSagas().open(row),
          (written, failure) ->
              failure == null ? RowWritten.INSTANCE : new Unanswered(saga.stage()));
    } else if (!asking) {
      asking = true;
      ask(saga);
    }
  }

  private void ask(TransferSaga saga) {
    SignedAction<UserAction.Transfer> signed = saga.signed().orElseThrow();
    UserAction.Transfer action = signed.action();
    AccountId from = new AccountId(action.from().hex());
    AccountId to = new AccountId(action.to().hex());
    if (saga.stage() == Stage.DEBITED && to.isFund()) {
      contribute(saga, from, to.pool(), action.amount());
      return;
    }
    AccountId target = saga.stage() == Stage.DEBITED ? to : from;
    context.pipeToSelf(
        sharding
            .entityRefFor(MarginAccountActor.TYPE_KEY, target.hex())
            .<MarginAccountActor.Reply>ask(
                replyTo ->
                    switch (saga.stage()) {
                      case DEBITED ->
                          new MarginAccountActor.CreditTransfer(
                              id,
                              from,
                              saga.sequence(),
                              new Asset(action.asset()),
                              action.amount(),
                              saga.imports(),
                              replyTo);
                      case CREDITED -> new MarginAccountActor.Confirm(id, replyTo);
                      case REQUESTED, UNKNOWN, CLOSED, REFUSED ->
                          new MarginAccountActor.Debit(signed, replyTo);
                    },
                ANSWER_WITHIN),
        (reply, failure) ->
            failure == null ? new Answered(saga.stage(), reply) : new Unanswered(saga.stage()));
  }

  /** A pool's insurance fund is no account. */
  private void contribute(TransferSaga saga, AccountId from, int pool, long units) {
    context.pipeToSelf(
        sharding
            .entityRefFor(PoolActor.TYPE_KEY, Integer.toString(pool))
            .<PoolActor.Reply>ask(
                replyTo -> new PoolActor.Contribute(id, from, saga.sequence(), units, replyTo),
                ANSWER_WITHIN),
        (reply, failure) ->
            failure == null ? new Contributed(reply) : new Unanswered(saga.stage()));
  }

  private static Status status(TransferSaga saga) {
    return new Status(saga.stage(), saga.reason());
  }
}
