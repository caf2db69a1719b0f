package io.crossclear.persistence;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.MarginAccount;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** An entity that writes every event that it is told and answers with its number. */
final class Recorder
    extends EventSourcedBehaviorWithEnforcedReplies<Recorder.Command, AccountEvent, Recorder.Kept> {

  sealed interface Command {}

  /** Write this; answers with the event's number. */
  record Write(AccountEvent event, ActorRef<Long> replyTo) implements Command {}

  /** Show what was recovered and written. */
  record Show(ActorRef<Kept> replyTo) implements Command {}

  /** What is kept: the number of events and the account that they make. */
  record Kept(long events, MarginAccount account) {}

  private Recorder(String id) {
    super(PersistenceId.ofUniqueId(id));
  }

  static Behavior<Command> create(String id) {
    return new Recorder(id);
  }

  @Override
  public Kept emptyState() {
    return new Kept(0, MarginAccount.empty(WireSamples.ACCOUNT));
  }

  @Override
  public CommandHandlerWithReply<Command, AccountEvent, Kept> commandHandler() {
    return (kept, command) ->
        switch (command) {
          case Write write ->
              Effect().persist(write.event()).thenReply(write.replyTo(), Kept::events);
          case Show show -> Effect().reply(show.replyTo(), kept);
        };
  }

  @Override
  public EventHandler<Kept, AccountEvent> eventHandler() {
    return (kept, event) -> new Kept(kept.events() + 1, kept.account().apply(event));
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.disabled();
  }
}
