package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.ledger.TreasuryRejection;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.signing.Hash;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** The treasury of a pool: it grants payouts before accounts' money leaves. */
public final class TreasuryActor
    extends EventSourcedBehaviorWithEnforcedReplies<
        TreasuryActor.Command, TreasuryEvent, Treasury> {

  /** What a treasury is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Book a bridge's report and decide its requests. */
  public record Book(VaultId vault, long number, TreasuryReport report, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Book import that vanished at an account; a copy changes nothing.
   *
   * @param totals ever, by asset and chain id
   */
  public record Trim(
      AccountId account, SortedMap<Asset, SortedMap<Long, Long>> totals, ActorRef<Trimmed> replyTo)
      implements Command {
    public Trim {
      totals = Exact.ordered(totals);
    }
  }

  /** Show the treasury. */
  public record Get(ActorRef<View> replyTo) implements Command {}

  /** What a treasury answers. */
  public sealed interface Reply extends ActorSerializable {}

  /** The report is booked, now or before. */
  public record Booked(long number, List<Hash> granted, SortedMap<Hash, GrantRefusal> refused)
      implements Reply {
    public Booked {
      granted = List.copyOf(granted);
      refused = Exact.ordered(refused);
    }
  }

  /** The report is not taken. */
  public record Rejected(TreasuryRejection reason) implements Reply {}

  /** A report that was answered long ago; its sender has the answer. */
  public record Outdated(long number) implements Reply {}

  /** The vanished import is booked, now or before. */
  public record Trimmed(AccountId account) implements ActorSerializable {}

  /** The treasury as it is. */
  public record View(Treasury treasury) implements ActorSerializable {}

  /** The entity type; its ids are names of pools. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Treasury");

  /** The treasury that every vault reports to. */
  public static final String MAIN = "main";

  private final ClearingServices services;

  /** The treasury of this pool. */
  public static Behavior<Command> create(String pool, ClearingServices services) {
    return Behaviors.setup(context -> new TreasuryActor(pool, services));
  }

  private TreasuryActor(String pool, ClearingServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), pool),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.services = services;
  }

  @Override
  public Treasury emptyState() {
    return Treasury.EMPTY;
  }

  @Override
  public EventHandler<Treasury, TreasuryEvent> eventHandler() {
    return Treasury::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public CommandHandlerWithReply<Command, TreasuryEvent, Treasury> commandHandler() {
    return this::onCommand;
  }

  private ReplyEffect<TreasuryEvent, Treasury> onCommand(Treasury treasury, Command command) {
    return switch (command) {
      case Book c ->
          switch (treasury.book(
              c.vault(), c.number(), c.report(), services.genesis(), services.time().now())) {
            case Decision.Accept<TreasuryEvent, TreasuryRejection>(var events) ->
                Effect().persist(events).thenReply(c.replyTo(), state -> answer(state, c));
            case Decision.AlreadyDone<TreasuryEvent, TreasuryRejection> done ->
                Effect().reply(c.replyTo(), answer(treasury, c));
            case Decision.Reject<TreasuryEvent, TreasuryRejection>(var reason) ->
                Effect().reply(c.replyTo(), new Rejected(reason));
          };
      case Trim c -> {
        Trimmed reply = new Trimmed(c.account());
        yield treasury.trim(c.account(), c.totals(), services.time().now())
                instanceof Decision.Accept<TreasuryEvent, TreasuryRejection>(var events)
            ? Effect().persist(events).thenReply(c.replyTo(), state -> reply)
            : Effect().reply(c.replyTo(), reply);
      }
      case Get c -> Effect().reply(c.replyTo(), new View(treasury));
    };
  }

  private static Reply answer(Treasury treasury, Book book) {
    return treasury
        .answer(book.vault(), book.number())
        .<Reply>map(mark -> new Booked(mark.number(), mark.granted(), mark.refused()))
        .orElseGet(() -> new Outdated(book.number()));
  }
}
