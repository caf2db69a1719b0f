package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * One margin account. It answers and never calls; it answers only once its event and its exposure
 * row are durable, also when a command had been taken before.
 */
public final class MarginAccountActor
    extends EventSourcedBehaviorWithEnforcedReplies<
        MarginAccountActor.Command, AccountEvent, MarginAccount> {

  /** What an account is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Credit a deposit; see {@link MarginAccount#credit}. */
  public record Credit(
      VaultId vault,
      long sequence,
      long previousSequence,
      Asset asset,
      long units,
      DepositEvidence evidence,
      ActorRef<Reply> replyTo)
      implements Command {}

  /** Set units aside for a payout. */
  public record Reserve(SignedAction<UserAction.Withdraw> signed, ActorRef<Reply> replyTo)
      implements Command {}

  /** Say what {@link Reserve} would be answered, and do nothing. */
  public record TryReserve(SignedAction<UserAction.Withdraw> signed, ActorRef<Reply> replyTo)
      implements Command {}

  /** Take a reservation back. */
  public record Return(Hash id, boolean restoreImports, ActorRef<Reply> replyTo)
      implements Command {}

  /** Close a reservation whose payout is final. */
  public record Post(Hash id, PayoutEvidence evidence, ActorRef<Reply> replyTo)
      implements Command {}

  /** Let units go to another account. */
  public record Debit(SignedAction<UserAction.Transfer> signed, ActorRef<Reply> replyTo)
      implements Command {}

  /** Say what {@link Debit} would be answered, and do nothing. */
  public record TryDebit(SignedAction<UserAction.Transfer> signed, ActorRef<Reply> replyTo)
      implements Command {}

  /** Forget a transfer that has arrived. */
  public record Confirm(Hash id, ActorRef<Reply> replyTo) implements Command {}

  /** Take units from another account. */
  public record CreditTransfer(
      Hash id,
      AccountId from,
      long sequence,
      Asset asset,
      long units,
      SortedMap<Long, Long> imports,
      ActorRef<Reply> replyTo)
      implements Command {
    public CreditTransfer {
      imports = Exact.ordered(imports);
    }
  }

  /** Show the account. */
  public record Get(ActorRef<View> replyTo) implements Command {}

  private enum Passivate implements Command {
    INSTANCE
  }

  /** What an account answers. */
  public sealed interface Reply extends ActorSerializable {}

  /** It is done, now or before. */
  public record Done(long sequence) implements Reply {}

  /**
   * The units are set aside.
   *
   * @param sequence the account has at least this many events
   */
  public record Reserved(Hash id, ImportSplit split, long sequence) implements Reply {}

  /** The units are on their way. */
  public record Debited(Hash id, long number, SortedMap<Long, Long> imports) implements Reply {
    public Debited {
      imports = Exact.ordered(imports);
    }
  }

  /** The same signed action ran its whole course before. */
  public record Closed(Hash id) implements Reply {}

  /** It is refused and stays refused. */
  public record Rejected(AccountRejection reason) implements Reply {}

  /**
   * The account as it is.
   *
   * @param sequence number of its newest event
   */
  public record View(MarginAccount account, long sequence) implements ActorSerializable {}

  /** The entity type. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "MarginAccount");

  private final ActorContext<Command> context;
  private final AccountId id;
  private final ClearingServices services;

  /** The account with this id. */
  public static Behavior<Command> create(AccountId id, ClearingServices services) {
    return Behaviors.setup(context -> new MarginAccountActor(context, id, services));
  }

  /** The command that lets an idle account leave memory. */
  static Command passivate() {
    return Passivate.INSTANCE;
  }

  /** Where the account's events are. */
  public static String persistenceId(AccountId id) {
    return PersistenceId.of(TYPE_KEY.name(), id.hex()).id();
  }

  private MarginAccountActor(
      ActorContext<Command> context, AccountId id, ClearingServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), id.hex()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.id = id;
    this.services = services;
  }

  @Override
  public MarginAccount emptyState() {
    return MarginAccount.empty(id);
  }

  @Override
  public CommandHandlerWithReply<Command, AccountEvent, MarginAccount> commandHandler() {
    return this::onCommand;
  }

  @Override
  public EventHandler<MarginAccount, AccountEvent> eventHandler() {
    return MarginAccount::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  private ReplyEffect<AccountEvent, MarginAccount> onCommand(
      MarginAccount account, Command command) {
    long now = services.time().now();
    return switch (command) {
      case Credit c ->
          answer(
              account,
              account.credit(
                  c.vault(),
                  c.sequence(),
                  c.previousSequence(),
                  c.asset(),
                  c.units(),
                  c.evidence(),
                  now),
              c.replyTo());
      case Reserve c -> {
        var verified = services.verifier().verify(c.signed());
        var decision = account.reserve(c.signed(), verified, services.genesis(), now);
        yield decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
            ? refuse(
                account, verified.digest(), reason, c.signed().action().deadline(), c.replyTo())
            : answer(account, decision, c.replyTo(), state -> reserved(state, verified.digest()));
      }
      case TryReserve c -> {
        var verified = services.verifier().verify(c.signed());
        yield preview(account.reserve(c.signed(), verified, services.genesis(), now), c.replyTo());
      }
      case Return c ->
          answer(account, account.voidWithdrawal(c.id(), c.restoreImports(), now), c.replyTo());
      case Post c -> answer(account, account.post(c.id(), c.evidence(), now), c.replyTo());
      case Debit c -> {
        var verified = services.verifier().verify(c.signed());
        var decision = account.debit(c.signed(), verified, services.genesis(), now);
        yield decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
            ? refuse(
                account, verified.digest(), reason, c.signed().action().deadline(), c.replyTo())
            : answer(account, decision, c.replyTo(), state -> debited(state, verified.digest()));
      }
      case TryDebit c -> {
        var verified = services.verifier().verify(c.signed());
        yield preview(account.debit(c.signed(), verified, services.genesis(), now), c.replyTo());
      }
      case Confirm c -> answer(account, account.confirm(c.id(), now), c.replyTo());
      case CreditTransfer c ->
          answer(
              account,
              account.creditTransfer(
                  c.id(), c.from(), c.sequence(), c.asset(), c.units(), c.imports(), now),
              c.replyTo());
      case Get c -> Effect().reply(c.replyTo(), new View(account, lastSequenceNumber(context)));
      case Passivate p -> Effect().stop().thenNoReply();
    };
  }

  private Reply reserved(MarginAccount account, Hash withdrawal) {
    MarginAccount.Reservation reservation = account.withdrawals().get(withdrawal);
    return reservation == null
        ? new Closed(withdrawal)
        : new Reserved(withdrawal, reservation.split(), lastSequenceNumber(context));
  }

  private Reply debited(MarginAccount account, Hash transfer) {
    MarginAccount.Outgoing outgoing = account.outgoing().get(transfer);
    return outgoing == null
        ? new Closed(transfer)
        : new Debited(transfer, outgoing.sequence(), outgoing.imports());
  }

  private ReplyEffect<AccountEvent, MarginAccount> answer(
      MarginAccount account,
      Decision<AccountEvent, AccountRejection> decision,
      ActorRef<Reply> replyTo) {
    return answer(account, decision, replyTo, state -> new Done(lastSequenceNumber(context)));
  }

  private ReplyEffect<AccountEvent, MarginAccount> answer(
      MarginAccount account,
      Decision<AccountEvent, AccountRejection> decision,
      ActorRef<Reply> replyTo,
      java.util.function.Function<MarginAccount, Reply> reply) {
    return switch (decision) {
      case Decision.Accept<AccountEvent, AccountRejection>(var events) ->
          Effect()
              .persist(events)
              .thenRun((MarginAccount state) -> writeRow(state, replyTo, reply.apply(state)))
              .thenNoReply();
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done -> {
        writeRow(account, replyTo, reply.apply(account));
        yield Effect().noReply();
      }
      case Decision.Reject<AccountEvent, AccountRejection>(var reason) ->
          Effect().reply(replyTo, new Rejected(reason));
    };
  }

  /**
   * Answers a refusal once it lasts; one that cannot be made to last is not answered, and is asked
   * again.
   */
  private ReplyEffect<AccountEvent, MarginAccount> refuse(
      MarginAccount account,
      Hash digest,
      AccountRejection reason,
      long deadline,
      ActorRef<Reply> replyTo) {
    return switch (account.refuse(digest, reason, deadline, services.time().now())) {
      case Decision.Accept<AccountEvent, AccountRejection>(var events) ->
          Effect()
              .persist(events)
              .thenRun((MarginAccount state) -> writeRow(state, replyTo, new Rejected(reason)))
              .thenNoReply();
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done -> {
        if (account.refusals().containsKey(digest)) {
          writeRow(account, replyTo, new Rejected(reason));
          yield Effect().noReply();
        }
        yield Effect().reply(replyTo, new Rejected(reason));
      }
      case Decision.Reject<AccountEvent, AccountRejection> full -> Effect().noReply();
    };
  }

  private ReplyEffect<AccountEvent, MarginAccount> preview(
      Decision<AccountEvent, AccountRejection> decision, ActorRef<Reply> replyTo) {
    return switch (decision) {
      case Decision.Accept<AccountEvent, AccountRejection> accepted ->
          Effect().reply(replyTo, new Done(lastSequenceNumber(context)));
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done ->
          Effect().reply(replyTo, new Done(lastSequenceNumber(context)));
      case Decision.Reject<AccountEvent, AccountRejection>(var reason) ->
          Effect().reply(replyTo, new Rejected(reason));
    };
  }

  /** Answers once the row is durable; when it cannot be written the sender asks again. */
  private void writeRow(MarginAccount account, ActorRef<Reply> replyTo, Reply reply) {
    List<String> reservations =
        Stream.concat(account.withdrawals().keySet().stream(), account.outgoing().keySet().stream())
            .map(Hash::hex)
            .toList();
    ExposureTable.Exposure row =
        new ExposureTable.Exposure(
            Shards.of(id.hex()), id, lastSequenceNumber(context), account.balances(), reservations);
    var log = context.getLog();
    services
        .exposures()
        .upsert(row)
        .whenComplete(
            (written, failure) -> {
              if (failure == null) {
                replyTo.tell(reply);
              } else {
                log.warn("exposure of {} was not written, so nothing is answered", id, failure);
              }
            });
  }
}
