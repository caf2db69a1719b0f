package io.crossclear.actors;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.OrderDesk;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
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
 *
 * <p>A file of this length is one thought: everything that can be asked of an account, what is
 * decided elsewhere, and how it is answered.
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

  /**
   * One side of a fill that a batch proposes; see {@link OrderDesk.Request}.
   *
   * @param fill its number in the batch
   */
  public record ProposedLeg(
      int fill, SignedAction<UserAction.Order> signed, long lots, long price) {}

  /**
   * Set aside all legs that a fill batch has for this account; answered with {@link LegsTaken}, or
   * with {@link Closed} when the batch is over here.
   *
   * @param number of the batch at its venue, from 1
   */
  public record ReserveLegs(
      Hash batch,
      Address venue,
      long number,
      long deadline,
      List<ProposedLeg> legs,
      Marks marks,
      ActorRef<Reply> replyTo)
      implements Command {
    public ReserveLegs {
      legs = List.copyOf(legs);
    }
  }

  /** Book the novated legs of a batch and take the others back; answered with {@link Done}. */
  public record CommitLegs(Hash batch, List<Integer> fills, ActorRef<Reply> replyTo)
      implements Command {
    public CommitLegs {
      fills = List.copyOf(fills);
    }
  }

  /** Take one order back. */
  public record Cancel(SignedAction<UserAction.Cancel> signed, ActorRef<Reply> replyTo)
      implements Command {}

  /** Take every order below a nonce back. */
  public record CancelBelow(SignedAction<UserAction.CancelBelow> signed, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * A step of the pool; answered with {@link Stepped}, a copy of the newest one too. A copy of an
   * older one is not answered: the pool has its answer, or it would not have asked for the next.
   */
  public record PoolStep(long number, Ask ask, Marks marks, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Open an auction if one is needed; answered with {@link AuctionIsOpen} when one is open
   * afterwards.
   */
  public record StartAuction(AuctionKind kind, ActorRef<Reply> replyTo) implements Command {}

  /** Close an auction if the account is well; answered with {@link Done} when it is closed. */
  public record EndAuction(long number, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Fix the slice of a round; answered with {@link SliceOffered}, or with SLICE_CHANGED when the
   * round was over before: every slice needs a new round.
   */
  public record ReserveSlice(
      long number,
      long round,
      Slice.Kind kind,
      int discountPpm,
      int portionPpm,
      ActorRef<Reply> replyTo)
      implements Command {}

  /** Let the offered slice go. */
  public record TakeSlice(long number, long round, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Set aside what a slice costs; answered with {@link Done} while it is aside, with {@link Closed}
   * when the same bid ran its course before. A refusal lasts: the auction drops the bid.
   */
  public record ReserveBid(
      SignedAction<UserAction.Bid> signed,
      AccountId from,
      long number,
      long round,
      Slice slice,
      ActorRef<Reply> replyTo)
      implements Command {}

  /** Take back what was set aside for a slice. */
  public record ReleaseBid(String key, ActorRef<Reply> replyTo) implements Command {}

  /** Take a slice over that has left the other account. */
  public record CommitSlice(String key, ActorRef<Reply> replyTo) implements Command {}

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

  /** The legs are set aside, those that could be. */
  public record LegsTaken(Hash batch, List<Leg> legs, SortedMap<Integer, LegRefusal> refused)
      implements Reply {
    public LegsTaken {
      legs = List.copyOf(legs);
      refused = Exact.ordered(refused);
    }
  }

  /**
   * What a step of the pool came to.
   *
   * @param unsettled of the account after it
   */
  public record Stepped(long number, PoolEvent.Answer answer, long unsettled) implements Reply {}

  /**
   * An auction is open.
   *
   * @param seq price set at which it was opened, or the newest one
   */
  public record AuctionIsOpen(long number, AuctionKind kind, long seq) implements Reply {}

  /** A slice is on offer. */
  public record SliceOffered(long round, Slice slice) implements Reply {}

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
              charged(
                  account,
                  now,
                  current ->
                      current.credit(
                          c.vault(),
                          c.sequence(),
                          c.previousSequence(),
                          c.asset(),
                          c.units(),
                          c.evidence(),
                          now)),
              c.replyTo());
      case Reserve c -> {
        var verified = services.verifier().verify(c.signed());
        var decision = reserve(account, c.signed(), verified, now);
        yield decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
            ? refuse(
                account, verified.digest(), reason, c.signed().action().deadline(), c.replyTo())
            : answer(account, decision, c.replyTo(), state -> reserved(state, verified.digest()));
      }
      case TryReserve c -> {
        var verified = services.verifier().verify(c.signed());
        yield preview(reserve(account, c.signed(), verified, now), c.replyTo());
      }
      case Return c ->
          answer(
              account,
              charged(
                  account, now, current -> current.voidWithdrawal(c.id(), c.restoreImports(), now)),
              c.replyTo());
      case Post c -> answer(account, account.post(c.id(), c.evidence(), now), c.replyTo());
      case Debit c -> {
        var verified = services.verifier().verify(c.signed());
        var decision = debit(account, c.signed(), verified, now);
        yield decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
            ? refuse(
                account, verified.digest(), reason, c.signed().action().deadline(), c.replyTo())
            : answer(account, decision, c.replyTo(), state -> debited(state, verified.digest()));
      }
      case TryDebit c -> {
        var verified = services.verifier().verify(c.signed());
        yield preview(debit(account, c.signed(), verified, now), c.replyTo());
      }
      case Confirm c -> answer(account, account.confirm(c.id(), now), c.replyTo());
      case CreditTransfer c ->
          answer(
              account,
              charged(
                  account,
                  now,
                  current ->
                      current.creditTransfer(
                          c.id(), c.from(), c.sequence(), c.asset(), c.units(), c.imports(), now)),
              c.replyTo());
      case ReserveLegs c -> {
        var decision =
            trading(
                market ->
                    new OrderDesk(account, market)
                        .reserve(
                            c.batch(),
                            c.venue(),
                            c.number(),
                            c.deadline(),
                            requests(c),
                            c.marks(),
                            now));
        yield answer(
            account, decision, c.replyTo(), state -> legsTaken(state, c.batch(), decision));
      }
      case CommitLegs c ->
          answer(
              account,
              trading(market -> new OrderDesk(account, market).commit(c.batch(), c.fills(), now)),
              c.replyTo());
      case Cancel c -> {
        var verified = services.verifier().verify(c.signed());
        yield answer(
            account,
            trading(market -> new OrderDesk(account, market).cancel(c.signed(), verified, now)),
            c.replyTo());
      }
      case CancelBelow c -> {
        var verified = services.verifier().verify(c.signed());
        yield answer(
            account,
            trading(
                market -> new OrderDesk(account, market).cancelBelow(c.signed(), verified, now)),
            c.replyTo());
      }
      case PoolStep c ->
          // the pool asked for a later step, so it has the answer to this one
          c.number() < account.trading().step().number()
              ? Effect().noReply()
              : answer(
                  account,
                  trading(market -> step(new PoolDesk(account, market), c, now)),
                  c.replyTo(),
                  this::stepped);
      case StartAuction c ->
          answer(
              account,
              priced(
                  (market, marks) -> new AuctionDesk(account, market).start(c.kind(), marks, now)),
              c.replyTo(),
              this::auctionIsOpen);
      case EndAuction c ->
          answer(
              account,
              priced(
                  (market, marks) -> new AuctionDesk(account, market).end(c.number(), marks, now)),
              c.replyTo());
      case ReserveSlice c ->
          answer(
              account,
              priced(
                  (market, marks) ->
                      new AuctionDesk(account, market)
                          .reserveSlice(
                              c.number(),
                              c.round(),
                              c.kind(),
                              c.discountPpm(),
                              c.portionPpm(),
                              marks,
                              now)),
              c.replyTo(),
              state -> sliceOffered(state, c.round()));
      case TakeSlice c ->
          answer(
              account,
              trading(
                  market -> new AuctionDesk(account, market).takeSlice(c.number(), c.round(), now)),
              c.replyTo());
      case ReserveBid c -> {
        var verified = services.verifier().verify(c.signed());
        var decision =
            priced(
                (market, marks) ->
                    new AuctionDesk(account, market)
                        .bid(
                            c.signed(),
                            verified,
                            c.from(),
                            c.number(),
                            c.round(),
                            c.slice(),
                            marks,
                            now));
        yield decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)
            ? refuse(
                account, verified.digest(), reason, c.signed().action().deadline(), c.replyTo())
            : answer(
                account,
                decision,
                c.replyTo(),
                state ->
                    bidHeld(
                        state,
                        AuctionDesk.key(c.from(), c.number(), c.round()),
                        verified.digest()));
      }
      case ReleaseBid c ->
          answer(
              account,
              trading(market -> new AuctionDesk(account, market).releaseBid(c.key(), now)),
              c.replyTo());
      case CommitSlice c ->
          answer(
              account,
              priced(
                  (market, marks) ->
                      new AuctionDesk(account, market).commitSlice(c.key(), marks, now)),
              c.replyTo());
      case Get c -> Effect().reply(c.replyTo(), new View(account, lastSequenceNumber(context)));
      case Passivate p -> Effect().stop().thenNoReply();
    };
  }

  /** The account's decision about a withdrawal, with the newest prices if there are any. */
  private Decision<AccountEvent, AccountRejection> reserve(
      MarginAccount account,
      SignedAction<UserAction.Withdraw> signed,
      Verified verified,
      long now) {
    return marks()
        .map(marks -> account.reserve(signed, verified, services.genesis(), marks, now))
        .orElseGet(() -> account.reserve(signed, verified, services.genesis(), now));
  }

  /** The account's decision about a transfer, with the newest prices if there are any. */
  private Decision<AccountEvent, AccountRejection> debit(
      MarginAccount account,
      SignedAction<UserAction.Transfer> signed,
      Verified verified,
      long now) {
    return marks()
        .map(marks -> account.debit(signed, verified, services.genesis(), marks, now))
        .orElseGet(() -> account.debit(signed, verified, services.genesis(), now));
  }

  /** A decision that moves cash, after interest on a loan. */
  private Decision<AccountEvent, AccountRejection> charged(
      MarginAccount account,
      long now,
      Function<MarginAccount, Decision<AccountEvent, AccountRejection>> decision) {
    Optional<Market> market = services.genesis().market(id.pool());
    Optional<Marks> marks = marks();
    return market.isEmpty() || marks.isEmpty()
        ? decision.apply(account)
        : new PoolDesk(account, market.get()).charged(marks.get(), now, decision);
  }

  private Optional<Marks> marks() {
    return services.market().marks(id.pool());
  }

  /** A decision that only an account in a pool with a market can come to. */
  private Decision<AccountEvent, AccountRejection> trading(
      Function<Market, Decision<AccountEvent, AccountRejection>> decision) {
    return services
        .genesis()
        .market(id.pool())
        .map(decision)
        .orElseGet(() -> Decision.reject(AccountRejection.UNKNOWN_POOL));
  }

  /** The same at the newest price set. */
  private Decision<AccountEvent, AccountRejection> priced(
      BiFunction<Market, Marks, Decision<AccountEvent, AccountRejection>> decision) {
    return trading(
        market ->
            marks()
                .map(marks -> decision.apply(market, marks))
                .orElseGet(() -> Decision.reject(AccountRejection.PRICES_MISSING)));
  }

  private List<OrderDesk.Request> requests(ReserveLegs command) {
    return command.legs().stream()
        .map(
            leg ->
                new OrderDesk.Request(
                    leg.fill(),
                    leg.signed(),
                    services.verifier().verify(leg.signed()),
                    leg.lots(),
                    leg.price()))
        .toList();
  }

  /**
   * The legs that are aside. When the batch is over here, a copy is told so: no leg of it is here,
   * and none will be.
   */
  private static Reply legsTaken(
      MarginAccount account, Hash batch, Decision<AccountEvent, AccountRejection> decision) {
    SortedMap<Integer, LegRefusal> refused = new TreeMap<>();
    boolean taken = false;
    if (decision instanceof Decision.Accept<AccountEvent, AccountRejection>(var events)
        && events.getLast() instanceof ClearingEvent.LegsReserved event) {
      refused = event.refused();
      taken = true;
    }
    Trading.Batch reserved = account.trading().legs().get(batch);
    if (reserved == null && !taken) {
      return new Closed(batch);
    }
    return new LegsTaken(batch, reserved == null ? List.of() : reserved.legs(), refused);
  }

  private static Decision<AccountEvent, AccountRejection> step(
      PoolDesk desk, PoolStep command, long now) {
    long number = command.number();
    Marks marks = command.marks();
    return switch (command.ask()) {
      case Ask.Collect a -> desk.collect(number, marks, now);
      case Ask.Lend a -> desk.borrow(number, a.units(), marks, now);
      case Ask.Release a -> desk.release(number, a.units(), marks, now);
      case Ask.TearUp a -> desk.tearUp(number, a.instrument(), a.lots(), a.star(), now);
      case Ask.Cover a ->
          charged(desk, marks, now, of -> of.cover(number, a.layer(), a.units(), now));
      case Ask.CoverOwed a -> desk.coverOwed(number, a.layer(), a.units(), now);
      case Ask.Levy a -> desk.levy(number, a.units(), marks, now);
      case Ask.LevyForDebt a -> desk.levy(number, a.units(), marks, now);
      case Ask.Forfeit a -> desk.forfeit(number, a.units(), a.collateral(), now);
      case Ask.Award a -> charged(desk, marks, now, of -> of.award(number, a.award(), now));
      case Ask.Pay a ->
          charged(
              desk,
              marks,
              now,
              of -> of.award(number, new Amount(desk.market().settlement(), a.units()), now));
      case Ask.Settle a -> desk.settle(number, a.instrument(), a.star(), now);
    };
  }

  /** A step that moves cash, after interest on a loan. */
  private static Decision<AccountEvent, AccountRejection> charged(
      PoolDesk desk,
      Marks marks,
      long now,
      Function<PoolDesk, Decision<AccountEvent, AccountRejection>> step) {
    return desk.charged(marks, now, account -> step.apply(new PoolDesk(account, desk.market())));
  }

  /** What the newest step came to, to a copy too. */
  private Reply stepped(MarginAccount account) {
    Trading.Step step = account.trading().step();
    return new Stepped(
        step.number(),
        new PoolEvent.Answer(step.units(), step.lots(), step.collateral(), loan(account)),
        account.trading().unsettled());
  }

  private Reply auctionIsOpen(MarginAccount account) {
    long seq = marks().map(Marks::seq).orElse(-1L);
    return account
        .trading()
        .auction()
        .<Reply>map(open -> new AuctionIsOpen(open.number(), open.kind(), seq))
        .orElseGet(() -> new Rejected(AccountRejection.NOTHING_TO_AUCTION));
  }

  private static Reply sliceOffered(MarginAccount account, long round) {
    return account
        .trading()
        .auction()
        .filter(open -> open.round() == round)
        .flatMap(Trading.Auction::slice)
        .<Reply>map(slice -> new SliceOffered(round, slice))
        .orElseGet(() -> new Rejected(AccountRejection.SLICE_CHANGED));
  }

  /** A copy that comes when the bid has run its course must not look like money set aside. */
  private Reply bidHeld(MarginAccount account, String key, Hash bid) {
    Trading.HeldBid held = account.trading().bids().get(key);
    return held != null && held.bid().equals(bid)
        ? new Done(lastSequenceNumber(context))
        : new Closed(bid);
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
      Function<MarginAccount, Reply> reply) {
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

  private Optional<ExposureTable.Clearing> clearing(MarginAccount account) {
    Trading trading = account.trading();
    Optional<Market> market = services.genesis().market(id.pool());
    if (market.isEmpty() || trading.equals(Trading.NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        new ExposureTable.Clearing(
            account.exposure(market.get().settlement()),
            trading.openLegs().size(),
            trading.bids().size(),
            trading
                .auction()
                .map(open -> new ExposureTable.OpenAuction(open.number(), open.kind())),
            loan(account),
            trading.trimmed()));
  }

  /** The loan as of the newest event. */
  private PoolEvent.Loan loan(MarginAccount account) {
    long cash =
        services
            .genesis()
            .market(id.pool())
            .map(market -> account.balance(market.settlement()))
            .orElse(0L);
    return new PoolEvent.Loan(
        lastSequenceNumber(context), Math.max(0, -cash), account.trading().interest());
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
            Shards.of(id.hex()),
            id,
            lastSequenceNumber(context),
            account.balances(),
            reservations,
            clearing(account));
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
