package io.crossclear.bridges;

import io.crossclear.actors.ActorSerializable;
import io.crossclear.domain.Decision;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.AttesterRejection;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
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
 * One attester. It is told a vault, a nonce and withdrawal ids, and nothing else: {@link
 * AttesterView} finds what they stand for, {@link AttesterBook} whether a signature can do harm.
 * What it signs it writes down first.
 */
public final class AttesterActor
    extends EventSourcedBehavior<AttesterActor.Command, AttesterEvent, AttesterBook> {

  /** What an attester is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Sign the batch that the vault's bridge has proposed for this nonce. */
  public record Attest(VaultId vault, long nonce, List<Hash> withdrawals, ActorRef<Answer> replyTo)
      implements Command {
    public Attest {
      withdrawals = List.copyOf(withdrawals);
    }
  }

  /** Read on, so that the next request finds little to do. */
  public record Wake() implements Command {}

  private record ReadAhead(String failure) implements Command {}

  private record Looked(Attest request, AttesterView.Finding finding) implements Command {}

  private record LookFailed(Attest request, String why) implements Command {}

  /** What an attester answers. */
  public sealed interface Answer extends ActorSerializable {}

  /** It signed. */
  public record Attested(Address attester, Hash digest, Signature signature) implements Answer {}

  /** It did not sign. */
  public record Declined(Address attester, AttesterRejection reason, String detail)
      implements Answer {}

  /** The entity type; its ids are addresses of attesters. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Attester");

  private final ActorContext<Command> context;
  private final BridgeServices services;
  private final SigningKey key;
  private final AttesterView view;
  private final ExecutorService looking = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Attest> queue = new ArrayDeque<>();
  private boolean busy;

  /** The attester with this address, whose key runs here. */
  public static Behavior<Command> create(Address attester, BridgeServices services) {
    return Behaviors.setup(context -> new AttesterActor(context, attester, services));
  }

  private AttesterActor(ActorContext<Command> context, Address attester, BridgeServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), attester.hex()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.services = services;
    var own = Optional.ofNullable(services.attesters().get(attester)).orElseThrow();
    this.key = own.key();
    this.view = new AttesterView(services, own.readers());
  }

  @Override
  public AttesterBook emptyState() {
    return AttesterBook.EMPTY;
  }

  @Override
  public EventHandler<AttesterBook, AttesterEvent> eventHandler() {
    return AttesterBook::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(200, 2);
  }

  @Override
  public SignalHandler<AttesterBook> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), book -> lookedAt(book))
        .onSignal(PostStop.class, (book, signal) -> looking.shutdownNow())
        .build();
  }

  @Override
  public CommandHandler<Command, AttesterEvent, AttesterBook> commandHandler() {
    return this::onCommand;
  }

  private Effect<AttesterEvent, AttesterBook> onCommand(AttesterBook book, Command command) {
    return switch (command) {
      case Attest request -> {
        queue.add(request);
        lookAtNext(book);
        yield Effect().none();
      }
      case Wake w -> {
        readAhead(book);
        yield Effect().none();
      }
      case ReadAhead r -> {
        if (!r.failure().isEmpty()) {
          context.getLog().info("attester {} cannot read on: {}", key.address(), r.failure());
        }
        lookedAt(book);
        yield Effect().none();
      }
      case LookFailed failed -> {
        decline(failed.request(), AttesterRejection.CHAIN_UNREACHABLE, failed.why());
        lookedAt(book);
        yield Effect().none();
      }
      case Looked looked ->
          switch (looked.finding()) {
            case AttesterView.Wrong wrong -> {
              decline(looked.request(), wrong.reason(), wrong.detail());
              lookedAt(book);
              yield Effect().none();
            }
            case AttesterView.Right right -> sign(book, looked.request(), right);
          };
    };
  }

  private Effect<AttesterEvent, AttesterBook> sign(
      AttesterBook book, Attest request, AttesterView.Right right) {
    long nowSeconds = Math.floorDiv(services.time().now(), 1000L);
    return switch (book.sign(right.batch(), right.digest(), right.view(), nowSeconds)) {
      case Decision.Accept<AttesterEvent, AttesterRejection>(var events) ->
          Effect()
              .persist(events)
              .thenRun(
                  state -> {
                    attest(request, right);
                    lookedAt(state);
                  });
      case Decision.AlreadyDone<AttesterEvent, AttesterRejection> done -> {
        attest(request, right);
        lookedAt(book);
        yield Effect().none();
      }
      case Decision.Reject<AttesterEvent, AttesterRejection>(var reason) -> {
        decline(request, reason, "nonce " + request.nonce() + ", vault at " + right.view().nonce());
        lookedAt(book);
        yield Effect().none();
      }
    };
  }

  private void attest(Attest request, AttesterView.Right right) {
    request.replyTo().tell(new Attested(key.address(), right.digest(), key.sign(right.digest())));
  }

  private void decline(Attest request, AttesterRejection reason, String detail) {
    request.replyTo().tell(new Declined(key.address(), reason, detail));
  }

  /**
   * Also after a failed write, when this object lives on without an answer to what it was doing.
   */
  private void lookedAt(AttesterBook book) {
    busy = false;
    lookAtNext(book);
  }

  private void readAhead(AttesterBook book) {
    if (busy) {
      return;
    }
    busy = true;
    context.pipeToSelf(
        CompletableFuture.runAsync(() -> view.readAhead(book), looking),
        (nothing, failure) ->
            new ReadAhead(failure == null ? "" : String.valueOf(failure.getMessage())));
  }

  /** One look at a time, away from the actor's thread. */
  private void lookAtNext(AttesterBook book) {
    if (busy || queue.isEmpty()) {
      return;
    }
    busy = true;
    Attest request = queue.remove();
    context.pipeToSelf(
        CompletableFuture.supplyAsync(() -> view.look(request, book), looking),
        (finding, failure) ->
            failure == null
                ? new Looked(request, finding)
                : new LookFailed(request, String.valueOf(failure.getMessage())));
  }
}
