package io.crossclear.bridges;

import io.crossclear.actors.ActorSerializable;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultBook.Cursor;
import io.crossclear.domain.settlement.VaultBook.RawDeposit;
import io.crossclear.domain.settlement.VaultBook.RawSettlement;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.settlement.VaultRejection;
import io.crossclear.domain.settlement.VaultStep;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The bridge of one vault: it reads final blocks, credits deposits, and carries withdrawals through
 * reservation, grant, batch, quorum and block to their posting.
 *
 * <p>It decides nothing itself: {@link VaultBook} says what follows from each answer and {@link
 * VaultBook#pending} what is still to be asked. Whatever is asked is asked again until it is
 * answered; whatever is answered is written down before the next thing is asked. A file of this
 * length is one thought: one case per question and answer.
 */
public final class ChainBridgeActor
    extends EventSourcedBehavior<ChainBridgeActor.Command, VaultEvent, VaultBook> {

  /** What a bridge is asked. */
  public sealed interface Command extends ActorSerializable {}

  /**
   * Pay out what the owner signed; answered once account and treasury have decided.
   *
   * @param id digest of the signed action
   */
  public record RequestWithdrawal(
      Hash id, SignedAction<UserAction.Withdraw> signed, ActorRef<WithdrawalStatus> replyTo)
      implements Command {}

  /** Say how far a withdrawal is. */
  public record GetWithdrawal(Hash id, ActorRef<WithdrawalStatus> replyTo) implements Command {}

  /** Say how the bridge is. */
  public record GetStatus(ActorRef<BridgeStatus> replyTo) implements Command {}

  /** Be there; an entity that nobody asks does not start by itself. */
  public record Wake() implements Command {}

  private enum Poll implements Command {
    INSTANCE
  }

  private enum Retry implements Command {
    INSTANCE
  }

  private enum Flush implements Command {
    INSTANCE
  }

  private record Scanned(
      long afterBlock,
      Hash cursorHash,
      Cursor through,
      List<RawDeposit> deposits,
      List<RawSettlement> settlements,
      Optional<VaultView> view)
      implements Command {}

  private record NothingNew() implements Command {}

  private record AccountAnswered(VaultStep step, MarginAccountActor.Reply reply)
      implements Command {}

  private record TreasuryReplied(VaultStep.Report step, TreasuryActor.Reply reply)
      implements Command {}

  private record AttesterReplied(Hash digest, AttesterActor.Answer answer) implements Command {}

  private record Submitted(Submission.Outcome outcome) implements Command {}

  private record Unanswered(String key, String why) implements Command {}

  /** How far a withdrawal is; empty when this bridge does not know it. */
  public record WithdrawalStatus(Hash id, Optional<Withdrawal> withdrawal, boolean halted)
      implements ActorSerializable {}

  /**
   * How a bridge is.
   *
   * @param halted why it has stopped, empty while it works
   */
  public record BridgeStatus(
      VaultId vault,
      long finalBlock,
      long finalBlockSeconds,
      long depositsRead,
      long depositsUncredited,
      long executedNonce,
      int openWithdrawals,
      Optional<String> halted,
      boolean batchOpen)
      implements ActorSerializable {}

  /** The entity type; its ids are texts of vault ids. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "ChainBridge");

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final Duration ATTEST_WITHIN = Duration.ofSeconds(15);
  private static final int MAX_CREDITING = 256;
  private static final long MAX_SCAN = 2_000;

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final VaultConfig config;
  private final BridgeServices services;
  private final BridgeServices.Chain chain;
  private final ClusterSharding sharding;
  private final Set<String> asked = new HashSet<>();
  private final Set<String> crediting = new HashSet<>();
  private final List<Long> credited = new ArrayList<>();
  private final List<Hash> posted = new ArrayList<>();
  private final Map<Hash, List<ActorRef<WithdrawalStatus>>> waiting = new HashMap<>();
  private final TreeMap<Address, Signature> votes = new TreeMap<>();
  private Hash votesFor = Hash.ZERO;
  private boolean scanning;
  private boolean flushing;
  private Cursor seen = new Cursor(0, Hash.ZERO, 0);

  /** Where a bridge's events are. */
  public static String persistenceId(VaultId vault) {
    return PersistenceId.of(TYPE_KEY.name(), vault.toString()).id();
  }

  /** The bridge of this vault. */
  public static Behavior<Command> create(VaultId vault, BridgeServices services) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new ChainBridgeActor(context, timers, vault, services)));
  }

  private ChainBridgeActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      VaultId vault,
      BridgeServices services) {
    super(
        PersistenceId.of(TYPE_KEY.name(), vault.toString()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.context = context;
    this.config = services.genesis().vault(vault).orElseThrow();
    this.services = services;
    this.chain = Optional.ofNullable(services.chains().get(vault)).orElseThrow();
    this.sharding = ClusterSharding.get(context.getSystem());
    this.timers = timers;
  }

  @Override
  public VaultBook emptyState() {
    return VaultBook.empty(config);
  }

  @Override
  public EventHandler<VaultBook, VaultEvent> eventHandler() {
    return VaultBook::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(200, 2);
  }

  @Override
  public SignalHandler<VaultBook> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), book -> recovered())
        .build();
  }

  /**
   * After a failed write this object lives on: what it was waiting for may never come, and its
   * timers have ended.
   */
  private void recovered() {
    timers.startTimerWithFixedDelay(Poll.INSTANCE, chain.pollEvery());
    timers.startTimerWithFixedDelay(Retry.INSTANCE, RETRY);
    asked.clear();
    crediting.clear();
    credited.clear();
    posted.clear();
    votes.clear();
    votesFor = Hash.ZERO;
    scanning = false;
    flushing = false;
    context.getSelf().tell(Retry.INSTANCE);
  }

  @Override
  public CommandHandler<Command, VaultEvent, VaultBook> commandHandler() {
    return this::onCommand;
  }

  private Effect<VaultEvent, VaultBook> onCommand(VaultBook book, Command command) {
    long now = services.time().now();
    return switch (command) {
      case RequestWithdrawal c -> request(book, c, now);
      case GetWithdrawal c -> {
        c.replyTo().tell(status(book, c.id()));
        yield Effect().none();
      }
      case GetStatus c -> {
        c.replyTo().tell(status(book));
        yield Effect().none();
      }
      case Wake w -> Effect().none();
      case Poll p -> {
        scan(book);
        yield Effect().none();
      }
      case Retry r -> next(book);
      case NothingNew n -> {
        scanning = false;
        yield Effect().none();
      }
      case Scanned s -> scanned(book, s, now);
      case AccountAnswered a -> accountAnswered(book, a, now);
      case TreasuryReplied t -> treasuryReplied(book, t, now);
      case AttesterReplied a -> attesterReplied(book, a, now);
      case Submitted s -> submitted(book, s.outcome());
      case Flush f -> flush(book, now);
      case Unanswered u -> {
        asked.remove(u.key());
        crediting.remove(u.key());
        scanning = scanning && !u.key().equals("scan");
        context.getLog().info("{} of {} is asked again: {}", u.key(), config.id(), u.why());
        yield Effect().none();
      }
    };
  }

  private Effect<VaultEvent, VaultBook> request(VaultBook book, RequestWithdrawal c, long now) {
    var decision = book.request(c.id(), c.signed(), now);
    if (decision instanceof Decision.Reject<VaultEvent, VaultRejection>) {
      c.replyTo().tell(status(book, c.id()));
      return Effect().none();
    }
    waiting.computeIfAbsent(c.id(), id -> new ArrayList<>()).add(c.replyTo());
    return take(book, decision);
  }

  // ---- the chain

  private void scan(VaultBook book) {
    if (scanning || book.halted().isPresent()) {
      return;
    }
    scanning = true;
    Cursor cursor = book.cursor();
    CompletionStage<Command> answer =
        chain
            .reader()
            .finalized()
            .thenCompose(
                head -> {
                  long to = Math.min(head.number(), cursor.block() + MAX_SCAN);
                  return to <= cursor.block()
                      ? CompletableFuture.completedStage((Command) new NothingNew())
                      : scan(cursor, to, to == head.number());
                });
    pipe(answer, "scan");
  }

  /**
   * Nodes keep the state of the newest blocks only, so the vault's own view is asked for at the
   * head.
   */
  private CompletionStage<Command> scan(Cursor cursor, long to, boolean atHead) {
    ChainReader reader = chain.reader();
    CompletionStage<Optional<VaultView>> ownView =
        atHead
            ? reader.vault(to).thenApply(Optional::of)
            : CompletableFuture.completedStage(Optional.empty());
    CompletionStage<Hash> cursorHash =
        cursor.hash().equals(Hash.ZERO)
            ? CompletableFuture.completedStage(Hash.ZERO)
            : reader.block(cursor.block()).thenApply(BlockRef::hash);
    return cursorHash.thenCompose(
        hash ->
            reader
                .block(to)
                .thenCompose(
                    through ->
                        reader
                            .vaultLogs(cursor.block() + 1, to)
                            .thenCombine(
                                ownView,
                                (logs, view) ->
                                    new Scanned(
                                        cursor.block(),
                                        hash,
                                        new Cursor(
                                            through.number(),
                                            through.hash(),
                                            through.timestampSeconds()),
                                        logs.deposits().stream()
                                            .map(ChainBridgeActor::raw)
                                            .toList(),
                                        logs.settlements().stream()
                                            .map(ChainBridgeActor::raw)
                                            .toList(),
                                        view))));
  }

  private static RawDeposit raw(VaultDeposit deposit) {
    return new RawDeposit(
        deposit.sequence(),
        deposit.token(),
        deposit.accountId(),
        deposit.quanta(),
        deposit.accumulator(),
        new DepositEvidence(
            deposit.blockNumber(),
            deposit.blockHash(),
            deposit.transactionHash(),
            deposit.logIndex()));
  }

  private static RawSettlement raw(VaultSettlement settlement) {
    return new RawSettlement(
        settlement.nonce(),
        settlement.digest(),
        settlement.blockNumber(),
        settlement.blockHash(),
        settlement.transactionHash());
  }

  private Effect<VaultEvent, VaultBook> scanned(VaultBook book, Scanned s, long now) {
    scanning = false;
    if (s.afterBlock() != book.cursor().block()) {
      return Effect().none();
    }
    seen = s.through();
    var decision =
        book.read(
            s.cursorHash(),
            s.through(),
            s.deposits(),
            s.settlements(),
            services.genesis(),
            services.verifier().keccak(),
            now);
    VaultBook after = book;
    List<VaultEvent> events = new ArrayList<>();
    if (decision instanceof Decision.Accept<VaultEvent, VaultRejection>(var read)) {
      events.addAll(read);
      for (VaultEvent event : read) {
        after = after.apply(event);
      }
    }
    // the vault's own view at the head must be what the logs add up to, or they are not believed
    if (after.halted().isEmpty() && s.view().isPresent()) {
      VaultView view = s.view().get();
      Optional<VaultEvent.Halted> contradiction =
          after.compare(view.depositSequence(), view.depositAccumulator(), view.nonce(), now);
      if (contradiction.isPresent()) {
        events.clear();
        events.add(contradiction.get());
      }
    }
    for (VaultEvent event : events) {
      if (event instanceof VaultEvent.Halted halted) {
        context
            .getLog()
            .error("bridge of {} stops: {} ({})", config.id(), halted.reason(), halted.detail());
      }
    }
    return events.isEmpty() ? next(book) : Effect().persist(events).thenRun(this::proceed);
  }

  // ---- answers

  private Effect<VaultEvent, VaultBook> accountAnswered(
      VaultBook book, AccountAnswered a, long now) {
    asked.remove(key(a.step()));
    crediting.remove(key(a.step()));
    return switch (a.step()) {
      case VaultStep.Credit c -> {
        if (a.reply() instanceof MarginAccountActor.Done) {
          credited.add(c.deposit().sequence());
          flushSoon();
        } else {
          context.getLog().error("account answered {} to deposit {}", a.reply(), c.deposit());
        }
        yield Effect().none();
      }
      case VaultStep.Post p -> {
        if (a.reply() instanceof MarginAccountActor.Done) {
          posted.add(p.id());
          flushSoon();
        }
        yield Effect().none();
      }
      case VaultStep.Reserve r ->
          switch (a.reply()) {
            case MarginAccountActor.Reserved reserved ->
                take(book, book.reserved(r.id(), reserved.split(), reserved.sequence(), now));
            case MarginAccountActor.Rejected rejected ->
                take(book, book.refused(r.id(), rejected.reason().name(), now));
            case MarginAccountActor.Closed closed ->
                take(book, book.refused(r.id(), "ALREADY_CLOSED", now));
            case MarginAccountActor.Done done -> Effect().none();
            case MarginAccountActor.Debited debited -> Effect().none();
            case MarginAccountActor.LegsTaken legs -> Effect().none();
            case MarginAccountActor.Stepped stepped -> Effect().none();
            case MarginAccountActor.AuctionIsOpen open -> Effect().none();
            case MarginAccountActor.SliceOffered offered -> Effect().none();
          };
      case VaultStep.Return r ->
          a.reply() instanceof MarginAccountActor.Done
              ? take(book, book.returned(r.id(), now))
              : Effect().none();
      case VaultStep.Report r -> Effect().none();
      case VaultStep.Attest r -> Effect().none();
      case VaultStep.Submit r -> Effect().none();
    };
  }

  private void flushSoon() {
    if (!flushing) {
      flushing = true;
      context.getSelf().tell(Flush.INSTANCE);
    }
  }

  /** Writes all answers that came since the last event as one event of each kind. */
  private Effect<VaultEvent, VaultBook> flush(VaultBook book, long now) {
    flushing = false;
    List<VaultEvent> events = new ArrayList<>();
    for (var decision : List.of(book.credited(credited, now), book.posted(posted, now))) {
      if (decision instanceof Decision.Accept<VaultEvent, VaultRejection>(var accepted)) {
        events.addAll(accepted);
      }
    }
    credited.clear();
    posted.clear();
    return events.isEmpty() ? next(book) : Effect().persist(events).thenRun(this::proceed);
  }

  private Effect<VaultEvent, VaultBook> treasuryReplied(
      VaultBook book, TreasuryReplied t, long now) {
    asked.remove(key(t.step()));
    return switch (t.reply()) {
      case TreasuryActor.Booked b ->
          take(book, book.answered(b.number(), b.granted(), b.refused(), now));
      case TreasuryActor.Rejected r -> {
        context
            .getLog()
            .error("treasury refused report {} of {}: {}", t.step().number(), config.id(), r);
        yield Effect().none();
      }
      case TreasuryActor.Outdated o -> Effect().none();
    };
  }

  private Effect<VaultEvent, VaultBook> attesterReplied(
      VaultBook book, AttesterReplied a, long now) {
    asked.remove("attest " + attester(a.answer()) + a.digest());
    Hash digest = book.batch().map(batch -> batch.digest()).orElse(Hash.ZERO);
    if (!a.digest().equals(digest)) {
      return Effect().none();
    }
    switch (a.answer()) {
      case AttesterActor.Attested yes -> {
        boolean valid =
            yes.digest().equals(digest)
                && config.attesters().contains(yes.attester())
                && services
                    .verifier()
                    .recovery()
                    .recover(digest, yes.signature())
                    .equals(Optional.of(yes.attester()));
        if (valid) {
          votes.put(yes.attester(), yes.signature());
        } else {
          context
              .getLog()
              .error("attester {} sent no signature of its own on {}", yes.attester(), digest);
        }
      }
      case AttesterActor.Declined no ->
          context
              .getLog()
              .warn(
                  "attester {} declines {}: {} {}",
                  no.attester(),
                  digest,
                  no.reason(),
                  no.detail());
    }
    if (votes.size() < config.threshold()) {
      return Effect().none();
    }
    TreeMap<Address, Signature> quorum = new TreeMap<>();
    votes.forEach(
        (attester, signature) -> {
          if (quorum.size() < config.threshold()) {
            quorum.put(attester, signature);
          }
        });
    return take(book, book.signed(digest, quorum, now));
  }

  private static Address attester(AttesterActor.Answer answer) {
    return switch (answer) {
      case AttesterActor.Attested yes -> yes.attester();
      case AttesterActor.Declined no -> no.attester();
    };
  }

  private Effect<VaultEvent, VaultBook> submitted(VaultBook book, Submission.Outcome outcome) {
    return switch (outcome) {
      case Submission.Signed signed -> {
        asked.remove("submit " + signed.event().digest());
        yield take(book, book.submission(signed.event()));
      }
      case Submission.Waiting waitingFor -> {
        asked.remove("submit " + waitingFor.digest());
        if (!waitingFor.why().isEmpty()) {
          context
              .getLog()
              .info("batch {} of {} waits: {}", waitingFor.digest(), config.id(), waitingFor.why());
        }
        yield Effect().none();
      }
    };
  }

  // ---- what to do next

  private Effect<VaultEvent, VaultBook> take(
      VaultBook book, Decision<VaultEvent, VaultRejection> decision) {
    return switch (decision) {
      case Decision.Accept<VaultEvent, VaultRejection>(var events) ->
          Effect().persist(events).thenRun(this::proceed);
      case Decision.AlreadyDone<VaultEvent, VaultRejection> done -> next(book);
      case Decision.Reject<VaultEvent, VaultRejection> refused -> Effect().none();
    };
  }

  private void proceed(VaultBook book) {
    context.getSelf().tell(Retry.INSTANCE);
  }

  /** Decides what needs no answer, else asks whatever is pending and not being asked. */
  private Effect<VaultEvent, VaultBook> next(VaultBook book) {
    answerWaiting(book);
    long now = services.time().now();
    for (var decision :
        List.of(
            book.giveBack(now),
            book.report(now),
            book.propose(config, services.verifier().keccak(), now))) {
      if (decision instanceof Decision.Accept<VaultEvent, VaultRejection>(var events)) {
        return Effect().persist(events).thenRun(this::proceed);
      }
    }
    for (VaultStep step : book.pending()) {
      ask(book, step);
    }
    return Effect().none();
  }

  private void answerWaiting(VaultBook book) {
    waiting
        .entrySet()
        .removeIf(
            entry -> {
              Optional<Withdrawal> withdrawal = book.withdrawals().get(entry.getKey());
              boolean decided = withdrawal.filter(ChainBridgeActor::decided).isPresent();
              if (decided || book.halted().isPresent()) {
                entry.getValue().forEach(replyTo -> replyTo.tell(status(book, entry.getKey())));
                return true;
              }
              return false;
            });
  }

  private static boolean decided(Withdrawal withdrawal) {
    return switch (withdrawal.stage()) {
      case REQUESTED, RESERVED -> false;
      case GRANTED, IN_BATCH, PAID, POSTED, RETURNING, REFUSED -> true;
    };
  }

  private void ask(VaultBook book, VaultStep step) {
    switch (step) {
      case VaultStep.Credit s -> {
        var d = s.deposit();
        if (crediting.size() >= MAX_CREDITING) {
          return;
        }
        crediting.add(key(s));
        askAccount(
            s,
            d.account(),
            replyTo ->
                new MarginAccountActor.Credit(
                    config.id(),
                    d.sequence(),
                    d.previousSequence(),
                    d.asset(),
                    d.units(),
                    d.evidence(),
                    replyTo));
      }
      case VaultStep.Reserve s ->
          askAccount(
              s,
              account(s.signed()),
              replyTo -> new MarginAccountActor.Reserve(s.signed(), replyTo));
      case VaultStep.Return s ->
          askAccount(
              s,
              account(s.signed()),
              replyTo -> new MarginAccountActor.Return(s.id(), s.restoreImports(), replyTo));
      case VaultStep.Post s ->
          askAccount(
              s,
              account(s.signed()),
              replyTo -> new MarginAccountActor.Post(s.id(), s.evidence(), replyTo));
      case VaultStep.Report s -> {
        if (asked.add(key(s))) {
          CompletionStage<TreasuryActor.Reply> answer =
              sharding
                  .entityRefFor(TreasuryActor.TYPE_KEY, TreasuryActor.MAIN)
                  .ask(
                      replyTo ->
                          new TreasuryActor.Book(config.id(), s.number(), s.report(), replyTo),
                      ANSWER_WITHIN);
          pipe(answer.thenApply(reply -> new TreasuryReplied(s, reply)), key(s));
        }
      }
      case VaultStep.Attest s -> attest(s);
      case VaultStep.Submit s -> {
        if (asked.add(key(s))) {
          var submission = new Submission(config, chain, services.time());
          CompletionStage<Submission.Outcome> outcome =
              submission.go(book.batch().orElseThrow(), book.lastSubmission());
          pipe(outcome.thenApply(Submitted::new), key(s));
        }
      }
    }
  }

  private void askAccount(
      VaultStep step,
      AccountId account,
      Function<ActorRef<MarginAccountActor.Reply>, MarginAccountActor.Command> command) {
    if (asked.add(key(step))) {
      EntityRef<MarginAccountActor.Command> entity =
          sharding.entityRefFor(MarginAccountActor.TYPE_KEY, account.hex());
      CompletionStage<MarginAccountActor.Reply> answer = entity.ask(command, ANSWER_WITHIN);
      pipe(answer.thenApply(reply -> new AccountAnswered(step, reply)), key(step));
    }
  }

  /** Attesters get vault, nonce and withdrawal ids, and find everything else themselves. */
  private void attest(VaultStep.Attest step) {
    if (!votesFor.equals(step.digest())) {
      votes.clear();
      votesFor = step.digest();
    }
    for (Address attester : config.attesters()) {
      String key = "attest " + attester + step.digest();
      if (!votes.containsKey(attester) && asked.add(key)) {
        CompletionStage<AttesterActor.Answer> answer =
            sharding
                .entityRefFor(AttesterActor.TYPE_KEY, attester.hex())
                .ask(
                    replyTo ->
                        new AttesterActor.Attest(
                            config.id(), step.nonce(), step.withdrawals(), replyTo),
                    ATTEST_WITHIN);
        pipe(answer.thenApply(reply -> new AttesterReplied(step.digest(), reply)), key);
      }
    }
  }

  private <T extends Command> void pipe(CompletionStage<T> answer, String key) {
    context.pipeToSelf(
        answer.thenApply(command -> (Command) command),
        (command, failure) ->
            failure == null ? command : new Unanswered(key, String.valueOf(failure.getMessage())));
  }

  private static AccountId account(SignedAction<UserAction.Withdraw> signed) {
    return new AccountId(signed.action().account().hex());
  }

  private static String key(VaultStep step) {
    return switch (step) {
      case VaultStep.Credit s -> "credit " + s.deposit().sequence();
      case VaultStep.Reserve s -> "reserve " + s.id();
      case VaultStep.Return s -> "return " + s.id();
      case VaultStep.Post s -> "post " + s.id();
      case VaultStep.Report s -> "report " + s.number();
      case VaultStep.Attest s -> "attest " + s.digest();
      case VaultStep.Submit s -> "submit " + s.digest();
    };
  }

  private static WithdrawalStatus status(VaultBook book, Hash id) {
    return new WithdrawalStatus(id, book.withdrawals().get(id), book.halted().isPresent());
  }

  private BridgeStatus status(VaultBook book) {
    Cursor newest = seen.block() > book.cursor().block() ? seen : book.cursor();
    return new BridgeStatus(
        config.id(),
        newest.block(),
        newest.seconds(),
        book.depositSequence(),
        book.uncredited().size(),
        book.executedNonce(),
        book.open().size(),
        book.halted().map(Enum::name),
        book.batch().isPresent());
  }
}
