package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.persistence.WireNames.Family;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.SnapshotCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.junit.jupiter.api.Test;

/** States of every family survive as snapshots. */
final class SnapshotIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Becomes a given state with its first event, and is then only recovered. */
  private static final class Still extends EventSourcedBehavior<ActorRef<Object>, Object, Object> {
    private final Object event;
    private final Object state;
    private final ActorRef<Object> saved;

    Still(String id, Object event, Object state, ActorRef<Object> saved) {
      super(PersistenceId.ofUniqueId(id));
      this.event = event;
      this.state = state;
      this.saved = saved;
    }

    @Override
    public Object emptyState() {
      return "nothing yet";
    }

    @Override
    public CommandHandler<ActorRef<Object>, Object, Object> commandHandler() {
      return (current, asker) ->
          current.equals("nothing yet")
              ? Effect().persist(event)
              : Effect().none().thenRun((Object now) -> asker.tell(now));
    }

    @Override
    public EventHandler<Object, Object> eventHandler() {
      return (current, written) -> state;
    }

    @Override
    public boolean shouldSnapshot(Object current, Object written, long sequence) {
      return true;
    }

    @Override
    public SignalHandler<Object> signalHandler() {
      return newSignalHandlerBuilder()
          .onSignal(SnapshotCompleted.class, (current, done) -> saved.tell("saved"))
          .build();
    }
  }

  @Test
  void everyStateComesBackFromItsSnapshotAlone() throws Exception {
    TestDatabase database = TestDatabase.fresh();
    Schema.migrate(database.dataSource());
    ActorTestKit node = ActorTestKit.create("node", database.config());
    try {
      for (Object state : WireSamples.states()) {
        TestProbe<Object> probe = node.createTestProbe();
        node.spawn(still(state, state, probe)).tell(probe.ref());
        probe.expectMessage(PATIENCE, "saved");

        // another entity with the same id, which would become something else from the event
        node.spawn(still(state, "not from the event", probe)).tell(probe.ref());
        assertEquals(state, probe.receiveMessage(PATIENCE));
      }
    } finally {
      node.shutdownTestKit();
    }
    assertEquals(
        WireNames.FAMILIES.stream().map(family -> family.name() + ".state").sorted().toList(),
        database.query("SELECT DISTINCT snapshot_ser_manifest FROM snapshot ORDER BY 1"));
  }

  private static Behavior<ActorRef<Object>> still(
      Object state, Object becomes, TestProbe<Object> probe) {
    Family family =
        WireNames.FAMILIES.stream()
            .filter(each -> each.state() == state.getClass())
            .findFirst()
            .orElseThrow();
    List<Object> events =
        WireSamples.events().stream().filter(family.events()::isInstance).toList();
    return new Still(
        "Still|" + WireSamples.states().indexOf(state), events.getFirst(), becomes, probe.ref());
  }
}
