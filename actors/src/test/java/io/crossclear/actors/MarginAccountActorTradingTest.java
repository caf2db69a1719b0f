package io.crossclear.actors;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.MarginAccountActor.AuctionIsOpen;
import io.crossclear.actors.MarginAccountActor.Closed;
import io.crossclear.actors.MarginAccountActor.Command;
import io.crossclear.actors.MarginAccountActor.Done;
import io.crossclear.actors.MarginAccountActor.LegsTaken;
import io.crossclear.actors.MarginAccountActor.Rejected;
import io.crossclear.actors.MarginAccountActor.Reply;
import io.crossclear.actors.MarginAccountActor.SliceOffered;
import io.crossclear.actors.MarginAccountActor.Stepped;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One account that trades: fill batches, steps of its pool and auctions, and what it answers. */
final class MarginAccountActorTradingTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "MarginAccountActorTradingTest",
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = local
                  pekko.persistence.testkit.events.serialize = off
                  pekko.persistence.testkit.snapshots.serialize = off
                  """)
              .withFallback(PersistenceTestKitPlugin.getInstance().config())
              .withFallback(PersistenceTestKitSnapshotPlugin.config())
              .withFallback(ConfigFactory.load()));
  private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
  private static final AtomicInteger OWNERS = new AtomicInteger();
  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1_000;
  private static final long DOLLAR = 1_000_000;
  private static final long PRICE = 10_000 * E8;
  private static final long BTC = 100_000;
  private static final Address VENUE = owner(9);
  private static final AccountId OTHER = account(999_999, 1, 0);
  private static final Duration SOON = Duration.ofMillis(300);

  private final int owner = OWNERS.incrementAndGet();
  private final AccountId account = account(owner, 1, 0);
  private final Rows rows = new Rows();
  private final Prices prices = new Prices();
  private final TestProbe<Reply> asker = KIT.createTestProbe();
  private ActorRef<Command> actor = spawn();

  private static final class Rows implements ExposureTable {
    final List<Exposure> written = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Void> upsert(Exposure exposure) {
      written.add(exposure);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(List.copyOf(written));
    }
  }

  /** The newest price set, as a test says. */
  private static final class Prices implements MarketView {
    volatile Optional<Marks> newest = Optional.of(marksAt(1, 10_000));

    @Override
    public Optional<Marks> marks(int pool) {
      return newest.filter(set -> pool == 1);
    }

    @Override
    public long round() {
      return newest.map(Marks::seq).orElse(-1L);
    }
  }

  private static Marks marksAt(long seq, long btc) {
    return marks(seq, btc, 2_000);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<Command> spawn() {
    return KIT.spawn(
        MarginAccountActor.create(
            account,
            new ClearingServices(
                GENESIS, VERIFIER, new ExposureBook(rows), new NoSagas(), () -> NOW, prices)));
  }

  private void restart() {
    KIT.stop(actor);
    actor = spawn();
  }

  private Reply ask(Command command) {
    actor.tell(command);
    return asker.receiveMessage();
  }

  private List<Object> journal() {
    return JOURNAL.persistedInStorage(MarginAccountActor.persistenceId(account));
  }

  private void deposit(long sequence, Asset asset, long units) {
    assertInstanceOf(
        Done.class,
        ask(
            new MarginAccountActor.Credit(
                A, sequence, sequence - 1, asset, units, deposited(sequence), asker.ref())));
  }

  private SignedAction<UserAction.Order> order(boolean buy, long nonce) {
    return sign(
        owner(owner),
        new UserAction.Order(
            account.word(),
            VENUE,
            BTC_PERP,
            buy,
            BTC,
            PRICE,
            Long.MAX_VALUE,
            false,
            nonce,
            SECOND + 600));
  }

  private MarginAccountActor.ReserveLegs legs(Hash batch, SignedAction<UserAction.Order> order) {
    return new MarginAccountActor.ReserveLegs(
        batch,
        VENUE,
        1,
        SECOND + 60,
        List.of(new MarginAccountActor.ProposedLeg(1, order, BTC, PRICE)),
        marksAt(1, 10_000),
        asker.ref());
  }

  private MarginAccountActor.CommitLegs commit(Hash batch) {
    return new MarginAccountActor.CommitLegs(batch, List.of(1), asker.ref());
  }

  /** 1 BTC long at 10,000 with this many dollars of cash; the fee of 5 dollars is unsettled. */
  private void holder(long dollars) {
    deposit(1, USDC, dollars * DOLLAR);
    ask(legs(word(1), order(true, 1)));
    assertInstanceOf(Done.class, ask(commit(word(1))));
  }

  private MarginAccountActor.PoolStep step(long number, Ask ask, Marks marks) {
    return new MarginAccountActor.PoolStep(number, ask, marks, asker.ref());
  }

  private SignedAction<UserAction.Withdraw> withdraw(long dollars) {
    return sign(
        owner(owner),
        new UserAction.Withdraw(
            account.word(), "USDC", dollars * DOLLAR, A.chainId(), owner(77), 50, SECOND + 600));
  }

  private static Rejected rejected(AccountRejection reason) {
    return new Rejected(reason);
  }

  private ExposureTable.Clearing row() {
    return rows.written.getLast().clearing().orElseThrow();
  }

  @Nested
  class ABatch {

    @Test
    void isReservedAndCommittedOnceWhenAskedTwice() {
      deposit(1, USDC, 2_000 * DOLLAR);
      var reserve = legs(word(1), order(true, 1));

      LegsTaken taken = assertInstanceOf(LegsTaken.class, ask(reserve));
      assertEquals(BTC, taken.legs().getFirst().terms().lots());
      assertEquals(1, row().legs());
      assertEquals(taken, ask(reserve));
      restart();
      assertEquals(taken, ask(reserve));
      assertEquals(2, journal().size());

      assertEquals(new Done(3), ask(commit(word(1))));
      assertEquals(new Done(3), ask(commit(word(1))));
      restart();
      assertEquals(new Done(3), ask(commit(word(1))));
      assertEquals(3, journal().size());
      assertEquals(0, row().legs());
      assertEquals(BTC, row().risk().positions().getOrDefault(BTC_PERP, Position.NONE).lots());
      // a copy that comes late finds the batch over
      assertEquals(new Closed(word(1)), ask(reserve));
      assertEquals(3, journal().size());
    }

    @Test
    void withoutAGoodLegIsOverAtOnce() {
      deposit(1, USDC, DOLLAR);
      var reserve = legs(word(1), order(true, 1));

      assertEquals(
          new LegsTaken(
              word(1), List.of(), new TreeMap<>(Map.of(1, LegRefusal.INSUFFICIENT_MARGIN))),
          ask(reserve));
      deposit(2, USDC, 5_000 * DOLLAR);
      assertEquals(new Closed(word(1)), ask(reserve));
      assertEquals(3, journal().size());
    }

    @Test
    void thatIsNotHereIsNotCommitted() {
      assertEquals(rejected(AccountRejection.UNKNOWN_BATCH), ask(commit(word(5))));
      assertEquals(List.of(), journal());
    }

    @Test
    void findsAnOrderGoneThatItsOwnerTookBack() {
      deposit(1, USDC, 2_000 * DOLLAR);
      var cancel = sign(owner(owner), new UserAction.Cancel(account.word(), 1));
      var below = sign(owner(owner), new UserAction.CancelBelow(account.word(), 5));
      var stranger = sign(VENUE, new UserAction.Cancel(account.word(), 9));

      assertEquals(new Done(2), ask(new MarginAccountActor.Cancel(cancel, asker.ref())));
      assertEquals(new Done(2), ask(new MarginAccountActor.Cancel(cancel, asker.ref())));
      assertEquals(new Done(3), ask(new MarginAccountActor.CancelBelow(below, asker.ref())));
      assertEquals(
          rejected(AccountRejection.WRONG_SIGNER),
          ask(new MarginAccountActor.Cancel(stranger, asker.ref())));
      LegsTaken taken = assertInstanceOf(LegsTaken.class, ask(legs(word(1), order(true, 1))));
      assertEquals(Map.of(1, LegRefusal.CANCELLED), taken.refused());
    }
  }

  @Nested
  class AStepOfThePool {

    @Test
    void isTakenOnceAndItsCopyIsAnswered() {
      holder(2_000);
      var collect = step(1, new Ask.Collect(), marksAt(2, 9_500));

      // 500 dollars and the fee
      Stepped stepped = assertInstanceOf(Stepped.class, ask(collect));
      assertEquals(1, stepped.number());
      assertEquals(505 * DOLLAR, stepped.answer().units());
      assertEquals(0, stepped.unsettled());
      assertEquals(4, stepped.answer().loan().sequence());
      assertEquals(stepped, ask(collect));
      assertEquals(4, journal().size());
    }

    @Test
    void comesInOrderAndAnOlderOneIsNotAnswered() {
      holder(2_000);
      assertEquals(
          rejected(AccountRejection.EARLIER_STEP_MISSING),
          ask(step(2, new Ask.Collect(), marksAt(2, 9_500))));
      ask(step(1, new Ask.Collect(), marksAt(2, 9_500)));
      ask(step(2, new Ask.Release(0), marksAt(2, 9_500)));
      actor.tell(step(1, new Ask.Collect(), marksAt(2, 9_500)));

      asker.expectNoMessage(SOON);
      assertEquals(5, journal().size());
    }

    @Test
    void paysOutOfThePoolInItsOwnAsset() {
      deposit(1, USDC, DOLLAR);
      ask(step(1, new Ask.Pay(Ask.Line.FEE, 7), marksAt(1, 10_000)));

      assertEquals(DOLLAR + 7, rows.written.getLast().balances().get(USDC));
    }

    @Test
    void waitsWhileALegInTheInstrumentMayArrive() {
      deposit(1, USDC, 2_000 * DOLLAR);
      ask(legs(word(1), order(true, 1)));
      var settle = step(1, new Ask.Settle(BTC_PERP, PRICE), marksAt(1, 10_000));

      assertEquals(rejected(AccountRejection.NOT_FLAT), ask(settle));
      ask(commit(word(1)));
      assertEquals(BTC, assertInstanceOf(Stepped.class, ask(settle)).answer().lots());
    }
  }

  @Nested
  class MoneyOfAnAccountThatTrades {

    private Marks indexed(long seq, long index) {
      Marks at = marksAt(seq, 9_000);
      return new Marks(seq, at.time(), index, at.instruments(), at.collateral());
    }

    @Test
    void isChargedInterestBeforeThePoolPays() {
      holder(1_100);
      deposit(2, ETH, 10 * E8);
      ask(step(1, new Ask.Collect(), marksAt(2, 8_800)));
      ask(step(2, new Ask.Lend(105 * DOLLAR), indexed(2, 1_000)));
      Stepped covered =
          assertInstanceOf(
              Stepped.class,
              ask(step(3, new Ask.Cover(LossLayer.FUND, 5 * DOLLAR), indexed(3, 100_001_000))));
      // a tenth of the loan, then five dollars less
      assertEquals(10_500_000, covered.answer().loan().interest());
      assertEquals(110_500_000, covered.answer().loan().debt());
    }

    @Test
    void isChargedInterestBeforeADepositRepaysALoan() {
      holder(1_100);
      deposit(2, ETH, 10 * E8);
      // 1,005 dollars are owed beyond the cash of 1,100 only at a lower price
      ask(step(1, new Ask.Collect(), marksAt(2, 8_800)));
      Stepped lent =
          assertInstanceOf(
              Stepped.class, ask(step(2, new Ask.Lend(105 * DOLLAR), indexed(2, 1_000))));
      assertEquals(105 * DOLLAR, lent.answer().loan().debt());
      prices.newest = Optional.of(indexed(3, 100_001_000));

      deposit(3, USDC, 200 * DOLLAR);

      List<Object> events = journal();
      ClearingEvent.InterestAccrued interest =
          assertInstanceOf(ClearingEvent.InterestAccrued.class, events.get(events.size() - 2));
      // a tenth of the loan
      assertEquals(10_500_000, interest.interest().units());
      assertInstanceOf(AccountEvent.Credited.class, events.getLast());
      assertEquals(84_500_000, rows.written.getLast().balances().get(USDC));
      assertEquals(0, row().loan().debt());
      // a copy charges nothing
      int written = events.size();
      deposit(3, USDC, 200 * DOLLAR);
      assertEquals(written, journal().size());
    }

    @Test
    void leavesWithLossesCounted() {
      holder(2_000);
      prices.newest = Optional.of(marksAt(2, 9_500));
      var most = new MarginAccountActor.TryReserve(withdraw(545), asker.ref());

      assertInstanceOf(Done.class, ask(most));
      assertEquals(
          rejected(AccountRejection.INSUFFICIENT_MARGIN),
          ask(new MarginAccountActor.TryReserve(withdraw(546), asker.ref())));
      assertInstanceOf(
          MarginAccountActor.Reserved.class,
          ask(new MarginAccountActor.Reserve(withdraw(545), asker.ref())));
      List<Object> events = journal();
      assertInstanceOf(ClearingEvent.MarginChecked.class, events.get(events.size() - 2));
    }

    @Test
    void staysWhileNoPricesAreKnown() {
      holder(2_000);
      prices.newest = Optional.empty();

      assertEquals(
          rejected(AccountRejection.PRICES_MISSING),
          ask(new MarginAccountActor.Reserve(withdraw(10), asker.ref())));
    }
  }

  @Nested
  class AnAuction {

    private MarginAccountActor.StartAuction start() {
      return new MarginAccountActor.StartAuction(AuctionKind.LIQUIDATION, asker.ref());
    }

    private MarginAccountActor.ReserveSlice offer() {
      return new MarginAccountActor.ReserveSlice(
          1, 1, Slice.Kind.SOLVENT, 950_000, 1_000_000, asker.ref());
    }

    @Test
    void opensOnceWhenItIsNeeded() {
      holder(1_010);
      assertEquals(rejected(AccountRejection.NOTHING_TO_AUCTION), ask(start()));
      prices.newest = Optional.empty();
      assertEquals(rejected(AccountRejection.PRICES_MISSING), ask(start()));
      prices.newest = Optional.of(marksAt(2, 9_500));

      assertEquals(new AuctionIsOpen(1, AuctionKind.LIQUIDATION, 2), ask(start()));
      assertEquals(new AuctionIsOpen(1, AuctionKind.LIQUIDATION, 2), ask(start()));
      assertEquals(
          Optional.of(new ExposureTable.OpenAuction(1, AuctionKind.LIQUIDATION)), row().auction());
      assertEquals(
          rejected(AccountRejection.LIQUIDATING),
          ask(new MarginAccountActor.Reserve(withdraw(10), asker.ref())));
      assertEquals(
          rejected(AccountRejection.INSUFFICIENT_MARGIN),
          ask(new MarginAccountActor.EndAuction(1, asker.ref())));
      prices.newest = Optional.of(marksAt(3, 10_000));
      assertInstanceOf(Done.class, ask(new MarginAccountActor.EndAuction(1, asker.ref())));
      assertInstanceOf(Done.class, ask(new MarginAccountActor.EndAuction(1, asker.ref())));
      assertTrue(row().auction().isEmpty());
    }

    @Test
    void offersASliceAndLetsItGoOnce() {
      holder(1_010);
      prices.newest = Optional.of(marksAt(2, 9_500));
      ask(start());

      SliceOffered offered = assertInstanceOf(SliceOffered.class, ask(offer()));
      prices.newest = Optional.of(marksAt(3, 9_490));
      assertEquals(offered, ask(offer()));
      var take = new MarginAccountActor.TakeSlice(1, 1, asker.ref());
      assertInstanceOf(Done.class, ask(take));
      int written = journal().size();
      assertInstanceOf(Done.class, ask(take));
      assertEquals(written, journal().size());
      assertEquals(rejected(AccountRejection.SLICE_CHANGED), ask(offer()));
      assertEquals(written, journal().size());
    }
  }

  @Nested
  class ABid {
    private final Slice slice =
        new Slice(
            Slice.Kind.CURE,
            1,
            new TreeMap<>(),
            new TreeMap<>(Map.of(ETH, E8)),
            0,
            USDC,
            0,
            1_900 * DOLLAR,
            2_000 * DOLLAR);
    private final String key = AuctionDesk.key(OTHER, 1, 1);
    private final SignedAction<UserAction.Bid> signed =
        sign(
            owner(owner),
            new UserAction.Bid(
                account.word(),
                AuctionDesk.auction(OTHER, 1),
                1_000_000,
                Long.MAX_VALUE,
                0,
                5,
                SECOND + 60));

    private MarginAccountActor.ReserveBid reserve() {
      return new MarginAccountActor.ReserveBid(signed, OTHER, 1, 1, slice, asker.ref());
    }

    @Test
    void setsMoneyAsideOnceAndTakesTheSliceOver() {
      deposit(1, USDC, 2_000 * DOLLAR);

      assertEquals(new Done(2), ask(reserve()));
      assertEquals(new Done(2), ask(reserve()));
      assertEquals(100 * DOLLAR, rows.written.getLast().balances().get(USDC));
      assertEquals(1, row().bids());
      var commit = new MarginAccountActor.CommitSlice(key, asker.ref());
      assertEquals(new Done(3), ask(commit));
      assertEquals(new Done(3), ask(commit));
      assertEquals(E8, rows.written.getLast().balances().get(ETH));
      assertFalse(ask(reserve()) instanceof Done, "a slice that is here cannot be paid again");
      assertEquals(100 * DOLLAR, rows.written.getLast().balances().get(USDC));
    }

    @Test
    void thatIsRefusedStaysRefusedWhenADepositMakesItAffordable() {
      deposit(1, USDC, 10 * DOLLAR);

      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve()));
      deposit(2, USDC, 2_000 * DOLLAR);
      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve()));
      restart();
      assertEquals(rejected(AccountRejection.INSUFFICIENT_BALANCE), ask(reserve()));

      assertEquals(3, journal().size());
      assertEquals(2_010 * DOLLAR, rows.written.getLast().balances().get(USDC));
      assertEquals(
          new AccountEvent.ActionRefused(
              id(signed), AccountRejection.INSUFFICIENT_BALANCE, SECOND + 60, NOW),
          journal().get(1));
    }

    @Test
    void thatComesBehindAnotherOfTheSliceStaysRefusedWhenThatIsGone() {
      deposit(1, USDC, 4_000 * DOLLAR);
      ask(reserve());
      SignedAction<UserAction.Bid> second =
          sign(
              owner(owner),
              new UserAction.Bid(
                  account.word(),
                  AuctionDesk.auction(OTHER, 1),
                  1_000_000,
                  Long.MAX_VALUE,
                  0,
                  6,
                  SECOND + 60));
      var behind = new MarginAccountActor.ReserveBid(second, OTHER, 1, 1, slice, asker.ref());

      assertEquals(rejected(AccountRejection.AUCTION_OPEN), ask(behind));
      ask(new MarginAccountActor.ReleaseBid(key, asker.ref()));
      assertEquals(rejected(AccountRejection.AUCTION_OPEN), ask(behind));
      assertEquals(4_000 * DOLLAR, rows.written.getLast().balances().get(USDC));
    }

    @Test
    void thatWasReleasedIsNotAsideAgain() {
      deposit(1, USDC, 2_000 * DOLLAR);
      ask(reserve());
      assertInstanceOf(Done.class, ask(new MarginAccountActor.ReleaseBid(key, asker.ref())));
      assertInstanceOf(Done.class, ask(new MarginAccountActor.ReleaseBid(key, asker.ref())));

      assertFalse(ask(reserve()) instanceof Done, "no money is aside");
      assertEquals(2_000 * DOLLAR, rows.written.getLast().balances().get(USDC));
      assertEquals(
          0, rows.written.getLast().clearing().map(ExposureTable.Clearing::bids).orElse(0));
    }
  }
}
