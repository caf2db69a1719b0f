package io.crossclear.actors.oracle;

import io.crossclear.actors.ActorSerializable;
import io.crossclear.domain.oracle.ObservedPrice;
import io.crossclear.domain.oracle.OracleAction;
import io.crossclear.domain.oracle.OracleEvent;
import io.crossclear.domain.oracle.OracleMessage;
import io.crossclear.domain.oracle.OracleNode;
import io.crossclear.domain.oracle.OracleSeat;
import io.crossclear.domain.oracle.VoteMark;
import io.crossclear.domain.signing.Address;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
 * One oracle. {@link OracleNode} decides; this actor stores the vote mark, then sends. Only the
 * mark is stored: a round that a crash interrupts is lost, and the next one starts.
 */
public final class OracleNodeActor
    extends EventSourcedBehavior<OracleNodeActor.Command, OracleEvent, VoteMark> {

  /** What an oracle is told. */
  public sealed interface Command extends ActorSerializable {}

  /** Another oracle, or itself, says something. */
  public record Hear(OracleMessage message) implements Command {}

  /** Be there: an oracle that nobody addresses would not start after a crash. */
  public record Wake() implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private record GraceOver(long round) implements Command {}

  private record Quoted(long round, List<ObservedPrice> prices) implements Command {}

  /** The entity type; its ids are addresses of oracles. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "OracleNode");

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final OracleServices services;
  private final ActorRef<Topic.Command<PriceBoardActor.Published>> certificates;
  private final ClusterSharding sharding;
  private final OracleSeat seat;
  private final SourcePanel panel;
  private OracleNode node = OracleNode.recovered(VoteMark.NONE);

  /**
   * The oracle with this address, whose key runs here.
   *
   * @param certificates where boards listen
   */
  public static Behavior<Command> create(
      Address oracle,
      OracleServices services,
      ActorRef<Topic.Command<PriceBoardActor.Published>> certificates) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new OracleNodeActor(context, timers, oracle, services, certificates)));
  }

  private OracleNodeActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Address oracle,
      OracleServices services,
      ActorRef<Topic.Command<PriceBoardActor.Published>> certificates) {
    super(
        PersistenceId.of(TYPE_KEY.name(), oracle.hex()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.timers = timers;
    this.services = services;
    this.certificates = certificates;
    this.sharding = ClusterSharding.get(context.getSystem());
    OracleServices.Oracle own = Optional.ofNullable(services.oracles().get(oracle)).orElseThrow();
    OracleServices.Timing timing = services.timing();
    this.seat =
        new OracleSeat(
            services.verifier(),
            oracle,
            own.signer(),
            timing.reservation(),
            timing.roundEvery().plus(timing.grace()).plus(timing.sourceTimeout()));
    this.panel =
        new SourcePanel(
            context.getSystem(),
            services.verifier().config(),
            own.sources(),
            timing,
            services.clock());
  }

  @Override
  public VoteMark emptyState() {
    return VoteMark.NONE;
  }

  @Override
  public EventHandler<VoteMark, OracleEvent> eventHandler() {
    return VoteMark::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(500, 2);
  }

  @Override
  public SignalHandler<VoteMark> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), this::begin).build();
  }

  /** Everything but the mark starts anew, after a failed write too. */
  private void begin(VoteMark mark) {
    node = OracleNode.recovered(mark);
    timers.startTimerAtFixedRate(Tick.INSTANCE, Tick.INSTANCE, services.timing().roundEvery());
  }

  @Override
  public CommandHandler<Command, OracleEvent, VoteMark> commandHandler() {
    return this::onCommand;
  }

  private Effect<OracleEvent, VoteMark> onCommand(VoteMark mark, Command command) {
    long now = services.clock().millis();
    return switch (command) {
      case Wake wake -> Effect().none();
      case Tick tick -> take(node.tick(seat));
      case Hear(OracleMessage message) -> take(node.receive(message, seat, now));
      case Quoted(long round, List<ObservedPrice> prices) ->
          take(node.quoted(round, prices, seat, now));
      case GraceOver(long round) -> take(node.graceOver(round, seat, now));
    };
  }

  private Effect<OracleEvent, VoteMark> take(OracleNode.Step step) {
    node = step.next();
    if (step.events().isEmpty()) {
      step.actions().forEach(this::act);
      return Effect().none();
    }
    return Effect().persist(step.events()).thenRun(mark -> step.actions().forEach(this::act));
  }

  private void act(OracleAction action) {
    switch (action) {
      case OracleAction.ToAll(OracleMessage message) ->
          services.verifier().config().oracles().forEach(oracle -> tell(oracle, message));
      case OracleAction.ToLeader(OracleMessage message) ->
          tell(services.verifier().config().leader(message.epoch()), message);
      case OracleAction.AskSources(long round) ->
          context.pipeToSelf(
              panel.observe(),
              (prices, failure) -> new Quoted(round, failure == null ? prices : abstained()));
      case OracleAction.AwaitStragglers(long round) ->
          timers.startSingleTimer("grace", new GraceOver(round), services.timing().grace());
      case OracleAction.Publish publish ->
          certificates.tell(Topic.publish(new PriceBoardActor.Published(publish.report())));
      case OracleAction.Complain complain ->
          context
              .getLog()
              .warn("proposal of round {} refused: {}", complain.round(), complain.reason());
    }
  }

  private List<ObservedPrice> abstained() {
    return Collections.nCopies(
        services.verifier().config().feeds().size(), ObservedPrice.ABSTAINED);
  }

  private void tell(Address oracle, OracleMessage message) {
    sharding.entityRefFor(TYPE_KEY, oracle.hex()).tell(new Hear(message));
  }
}
