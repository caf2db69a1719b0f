package io.crossclear.actors;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Wakes unfinished sagas: at start, and every few seconds those that nobody wakes after a crash
 * elsewhere.
 */
public final class OpenSagaWatch extends AbstractBehavior<OpenSagaWatch.Command> {

  /** Messages to itself only. */
  public sealed interface Command {}

  private enum Look implements Command {
    INSTANCE
  }

  private record Found(List<OpenSagaTable.OpenSaga> sagas) implements Command {}

  private record NotFound(String why) implements Command {}

  private final OpenSagaTable table;
  private final Map<String, Consumer<String>> nudges;

  /**
   * Looks into the table at this interval.
   *
   * @param nudges how to wake a saga, by kind
   */
  public static Behavior<Command> create(
      OpenSagaTable table, Map<String, Consumer<String>> nudges, Duration interval) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Look.INSTANCE, interval);
                  context.getSelf().tell(Look.INSTANCE);
                  return new OpenSagaWatch(context, table, nudges);
                }));
  }

  private OpenSagaWatch(
      ActorContext<Command> context, OpenSagaTable table, Map<String, Consumer<String>> nudges) {
    super(context);
    this.table = table;
    this.nudges = Map.copyOf(nudges);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onCommand).build();
  }

  private Behavior<Command> onCommand(Command command) {
    switch (command) {
      case Look look ->
          getContext()
              .pipeToSelf(
                  table.all(),
                  (sagas, failure) ->
                      failure == null
                          ? new Found(sagas)
                          : new NotFound(String.valueOf(failure.getMessage())));
      case Found found ->
          found
              .sagas()
              .forEach(
                  saga -> nudges.getOrDefault(saga.kind(), id -> unknown(saga)).accept(saga.id()));
      case NotFound why ->
          getContext().getLog().warn("open sagas could not be read: {}", why.why());
    }
    return this;
  }

  private void unknown(OpenSagaTable.OpenSaga saga) {
    getContext().getLog().warn("no entity type for the open saga {}", saga);
  }
}
