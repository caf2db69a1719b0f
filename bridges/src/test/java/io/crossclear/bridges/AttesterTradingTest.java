package io.crossclear.bridges;

import static io.crossclear.bridges.WrittenNetwork.A;
import static io.crossclear.bridges.WrittenNetwork.GENESIS;
import static io.crossclear.bridges.WrittenNetwork.NOW;
import static io.crossclear.bridges.WrittenNetwork.SECOND;
import static io.crossclear.bridges.WrittenNetwork.VERIFIER;
import static io.crossclear.bridges.WrittenNetwork.account;
import static io.crossclear.bridges.WrittenNetwork.address;
import static io.crossclear.bridges.WrittenNetwork.only;
import static io.crossclear.bridges.WrittenNetwork.owner;
import static io.crossclear.bridges.WrittenNetwork.sign;
import static io.crossclear.bridges.WrittenNetwork.withdraw;
import static io.crossclear.bridges.WrittenNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.FillBatchActor;
import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent.BidReleased;
import io.crossclear.domain.account.ClearingEvent.LegsCommitted;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.SliceCommitted;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.ClearingEvent.VariationCollected;
import io.crossclear.domain.account.ClearingEvent.VariationReleased;
import io.crossclear.domain.account.OrderDesk;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterRejection;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.variation.CycleEvent;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an attester finds in journals of accounts that trade. */
final class AttesterTradingTest {

  private static final ActorTestKit KIT = ActorTestKit.create("AttesterTradingTest");
  private static final Market MARKET = GENESIS.market(1).orElseThrow();
  private static final Address VENUE = address(0x99);
  private static final long DOLLAR = 1_000_000;
  private static final long E8 = 100_000_000;
  private static final long BTC = 100_000;

  private static final AccountId X = account(1, 0);
  private static final AccountId Y = account(2, 0);
  private static final AccountId RICH = account(3, 0);
  private static final Map<AccountId, Integer> OWNERS = Map.of(X, 1, Y, 2, RICH, 3);

  private final WrittenNetwork network = new WrittenNetwork(KIT.system().ignoreRef());
  private final AttesterView view = network.view();
  private long nonce;
  private long batches;
  private long seq;

  AttesterTradingTest() {
    network.fund(X, A, 1_010 * DOLLAR);
    network.fund(Y, A, 1_010 * DOLLAR);
    network.fund(RICH, A, 1_000_000 * DOLLAR);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static SigningKey key(AccountId id) {
    return owner(Optional.ofNullable(OWNERS.get(id)).orElseThrow());
  }

  private Marks marks(long dollars) {
    TreeMap<String, Mark> instruments = new TreeMap<>();
    instruments.put("BTC-PERP", Mark.fresh(dollars * E8, 0));
    return new Marks(++seq, NOW, 0, instruments, Collections.emptySortedMap());
  }

  private void take(AccountId id, Decision<AccountEvent, AccountRejection> decision) {
    if (decision
        instanceof Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> events)) {
      events.forEach(event -> network.write(id, event));
    } else {
      throw new AssertionError("not taken: " + decision);
    }
  }

  private SignedAction<UserAction.Order> order(AccountId id, boolean buy, long lots, long dollars) {
    return sign(
        key(id),
        new UserAction.Order(
            id.word(),
            Address.ZERO,
            "BTC-PERP",
            buy,
            lots,
            dollars * E8,
            DOLLAR * 1_000,
            false,
            ++nonce,
            SECOND + 600));
  }

  private void trade(AccountId buyer, AccountId seller, long lots, long dollars) {
    trade(buyer, seller, lots, dollars, event -> event);
  }

  /** A batch of one fill, whose events are written as they are told. */
  private void trade(
      AccountId buyer,
      AccountId seller,
      long lots,
      long dollars,
      UnaryOperator<FillBatchEvent> told) {
    long number = ++batches;
    Hash id = word(0xb000 + number);
    Marks marks = marks(dollars);
    Fill fill =
        new Fill(
            1,
            order(buyer, true, lots, dollars),
            order(seller, false, lots, dollars),
            lots,
            dollars * E8);
    FillBatch batch =
        note(
            number,
            FillBatch.EMPTY,
            only(
                FillBatch.EMPTY.submit(
                    id, VENUE, number, SECOND + 60, List.of(fill), VERIFIER, MARKET, marks, NOW)),
            told);
    while (batch.stage() == FillBatch.Stage.RESERVING) {
      AccountId account = batch.waiting().first();
      LegsReserved legs =
          (LegsReserved)
              only(
                  new OrderDesk(network.state(account), MARKET)
                      .reserve(
                          id,
                          VENUE,
                          number,
                          SECOND + 60,
                          batch.requests(account, VERIFIER),
                          marks,
                          NOW));
      assertEquals(1, legs.legs().size(), legs::toString);
      network.write(account, legs);
      batch =
          note(number, batch, only(batch.taken(account, legs.legs(), legs.refused(), NOW)), told);
    }
    batch = note(number, batch, only(batch.novate(NOW)), told);
    for (AccountId account : List.of(buyer, seller)) {
      take(
          account,
          new OrderDesk(network.state(account), MARKET).commit(id, batch.commits(account), NOW));
    }
  }

  private FillBatch note(
      long number, FillBatch batch, FillBatchEvent event, UnaryOperator<FillBatchEvent> told) {
    network.write(FillBatchActor.TYPE_KEY, FillBatchActor.id(VENUE, number), told.apply(event));
    return batch.apply(event);
  }

  /** What the pool asks, and the account does at these prices. */
  private void collect(AccountId id, Marks marks) {
    network.write(new CycleEvent.Started(1, marks, List.of(id), NOW));
    network.write(new PoolEvent.StepAsked(id, 1, new Ask.Collect(), NOW));
    take(id, new PoolDesk(network.state(id), MARKET).collect(1, marks, NOW));
  }

  /** An auction in which the account sells a slice to the bidder. */
  private Sale sell(AccountId id, AccountId bidder, long dollars) {
    offer(id, bidder, dollars);
    Sale sale = sale(id, bidder);
    bid(bidder, sale);
    note(id, new AuctionEvent.BidCompleted(1, 1, NOW));
    take(id, desk(id).takeSlice(sale.number, 1, NOW));
    take(bidder, desk(bidder).commitSlice(sale.key(), sale.marks, NOW));
    return sale;
  }

  private void bid(AccountId bidder, Sale sale) {
    var verified = VERIFIER.verify(sale.bid);
    take(
        bidder,
        desk(bidder).bid(sale.bid, verified, sale.id, sale.number, 1, sale.slice, sale.marks, NOW));
  }

  private record Sale(
      AccountId id, long number, Slice slice, SignedAction<UserAction.Bid> bid, Marks marks) {
    String key() {
      return AuctionDesk.key(id, number, 1);
    }
  }

  private Marks fallen = marks(10_000);

  private void offer(AccountId id, AccountId bidder, long dollars) {
    fallen = marks(dollars);
    take(id, desk(id).start(AuctionKind.LIQUIDATION, fallen, NOW));
    take(
        id,
        desk(id).reserveSlice(number(id), 1, Slice.Kind.SOLVENT, 950_000, 1_000_000, fallen, NOW));
    note(id, new AuctionEvent.Opened(id, number(id), AuctionKind.LIQUIDATION, fallen.seq(), NOW));
    note(id, new AuctionEvent.BidQueued(1, sale(id, bidder).bid, 1, NOW));
  }

  private Sale sale(AccountId id, AccountId bidder) {
    Slice slice = network.state(id).trading().auction().orElseThrow().slice().orElseThrow();
    return new Sale(id, number(id), slice, bidOf(id, bidder), fallen);
  }

  private SignedAction<UserAction.Bid> bidOf(AccountId id, AccountId bidder) {
    return sign(
        key(bidder),
        new UserAction.Bid(
            bidder.word(),
            AuctionDesk.auction(id, number(id)),
            1_000_000,
            10_000 * DOLLAR,
            0,
            ++nonce,
            SECOND + 60));
  }

  private AuctionDesk desk(AccountId id) {
    return new AuctionDesk(network.state(id), MARKET);
  }

  private long number(AccountId id) {
    return network.state(id).trading().auctions();
  }

  private long lots(AccountId id) {
    return Optional.ofNullable(network.state(id).trading().positions().get("BTC-PERP"))
        .orElseThrow()
        .lots();
  }

  private void note(AccountId id, AuctionEvent event) {
    network.write(AuctionActor.TYPE_KEY, AuctionDesk.auction(id, number(id)), event);
  }

  /** Whether the owner is paid after all that. */
  private AttesterView.Finding withdrawn(AccountId id, long dollars) {
    SignedAction<UserAction.Withdraw> signed =
        sign(key(id), withdraw(id, A, dollars * DOLLAR, ++nonce));
    take(
        id,
        network.state(id).reserve(signed, VERIFIER.verify(signed), GENESIS, marks(10_000), NOW));
    AttesterActor.Attest request = network.propose(A, 1, List.of(signed));
    AttesterView.Finding finding = view.look(request, AttesterBook.EMPTY);
    assertEquals(finding, view.look(request, AttesterBook.EMPTY));
    return finding;
  }

  private void assertPaid(AccountId id, long dollars) {
    assertInstanceOf(AttesterView.Right.class, withdrawn(id, dollars));
  }

  private void assertRefused(AccountId id, Class<?> at) {
    AttesterView.Wrong wrong = assertInstanceOf(AttesterView.Wrong.class, withdrawn(id, 1));
    assertEquals(AttesterRejection.ACCOUNT_DOES_NOT_REPLAY, wrong.reason());
    assertEquals(at.getSimpleName(), wrong.detail().substring(wrong.detail().lastIndexOf(' ') + 1));
  }

  @Nested
  class Fills {

    @Test
    void thatTheBatchNovatedArePaidFor() {
      trade(X, Y, BTC / 2, 10_000);

      assertPaid(X, 10);
    }

    @Test
    void thatTheBatchDidNotNovateAreRefused() {
      trade(
          X,
          Y,
          BTC / 2,
          10_000,
          event ->
              event instanceof FillBatchEvent.Novated e
                  ? new FillBatchEvent.Novated(List.of(), 0, e.time())
                  : event);

      assertRefused(X, LegsCommitted.class);
    }

    @Test
    void whoseOtherSideDidNotAnswerAreRefused() {
      trade(
          X,
          Y,
          BTC / 2,
          10_000,
          event ->
              event instanceof FillBatchEvent.LegsTaken e && e.account().equals(Y)
                  ? new FillBatchEvent.LegsTaken(Y, List.of(), e.refused(), e.time())
                  : event);

      assertRefused(X, LegsCommitted.class);
    }

    @Test
    void ofAnotherPriceThanTheVenueProposedAreRefused() {
      trade(
          X,
          Y,
          BTC / 2,
          10_000,
          event ->
              event instanceof FillBatchEvent.Submitted e
                  ? new FillBatchEvent.Submitted(
                      e.id(),
                      e.venue(),
                      e.number(),
                      e.deadline(),
                      e.marks(),
                      List.of(
                          new Fill(
                              1,
                              e.fills().getFirst().buy(),
                              e.fills().getFirst().sell(),
                              BTC / 2,
                              9_999 * E8)),
                      e.refused(),
                      e.time())
                  : event);

      assertRefused(X, LegsCommitted.class);
    }

    @Test
    void areReadOnce() {
      trade(X, Y, BTC / 2, 10_000);
      assertPaid(X, 10);
      view.readAhead(AttesterBook.EMPTY);

      // the account, the batch, the bridge
      assertEquals(5 + 4 + 2, network.eventsRead);
    }
  }

  @Nested
  class StepsOfThePool {

    @Test
    void thatItAskedForArePaidFor() {
      trade(X, RICH, BTC / 2, 10_000);
      collect(X, marks(9_800));
      assertEquals(907_500_000, network.state(X).balance(WrittenNetwork.USDC));

      assertPaid(X, 10);
    }

    @Test
    void thatItAskedForAtOtherPricesAreRefused() {
      trade(X, RICH, BTC / 2, 10_000);
      Marks told = marks(9_800);
      network.write(new CycleEvent.Started(1, marks(9_700), List.of(X), NOW));
      network.write(new PoolEvent.StepAsked(X, 1, new Ask.Collect(), NOW));
      take(X, new PoolDesk(network.state(X), MARKET).collect(1, told, NOW));

      assertRefused(X, VariationCollected.class);
    }

    @Test
    void thatItNeverAskedForAreRefused() {
      network.write(X, new VariationReleased(1, new Amount(WrittenNetwork.USDC, 0), NOW));

      assertRefused(X, VariationReleased.class);
    }

    @Test
    void thatItHadNoMoneyForAreRefused() {
      trade(RICH, X, BTC / 2, 10_000);
      collect(X, marks(9_800));
      network.write(new PoolEvent.StepAsked(X, 2, new Ask.Release(50 * DOLLAR), NOW));
      take(X, new PoolDesk(network.state(X), MARKET).release(2, 50 * DOLLAR, marks(9_800), NOW));
      assertEquals(50 * DOLLAR, network.state(X).trading().step().units());

      assertRefused(X, VariationReleased.class);
    }
  }

  @Nested
  class Slices {

    @Test
    void thatTwoAccountsBoughtFromEachOtherArePaidFor() {
      trade(X, RICH, BTC, 10_000);
      sell(X, Y, 9_500);
      take(X, desk(X).end(1, marks(9_800), NOW));
      trade(RICH, X, lots(X), 9_800);
      trade(Y, RICH, BTC / 2, 9_800);
      sell(Y, X, 8_900);
      take(Y, desk(Y).end(1, marks(9_800), NOW));

      assertPaid(X, 1);
    }

    @Test
    void thatNobodyPaidForAreRefused() {
      trade(X, RICH, BTC, 10_000);
      offer(X, Y, 9_500);
      note(X, new AuctionEvent.BidCompleted(1, 1, NOW));
      take(X, desk(X).takeSlice(1, 1, NOW));
      take(X, desk(X).end(1, marks(9_800), NOW));

      assertRefused(X, SliceTaken.class);
    }

    @Test
    void whoseMoneyTheBidderTookBackAreRefusedOnBothSides() {
      trade(X, RICH, BTC, 10_000);
      offer(X, Y, 9_500);
      Sale sale = sale(X, Y);
      bid(Y, sale);
      note(X, new AuctionEvent.BidCompleted(1, 1, NOW));
      take(X, desk(X).takeSlice(1, 1, NOW));
      take(Y, desk(Y).releaseBid(sale.key(), NOW));

      assertRefused(Y, BidReleased.class);
    }

    @Test
    void thatWereWithdrawnGiveTheBidderHisMoneyBack() {
      trade(X, RICH, BTC, 10_000);
      offer(X, Y, 9_500);
      Sale sale = sale(X, Y);
      bid(Y, sale);
      note(X, new AuctionEvent.BidCompleted(1, 1, NOW));
      network.fund(X, A, 1_000 * DOLLAR);
      take(X, desk(X).end(1, fallen, NOW));
      take(Y, desk(Y).releaseBid(sale.key(), NOW));

      assertPaid(Y, 900);
    }

    @Test
    void thatAnotherBidderWonAreRefusedToTheLoser() {
      trade(X, RICH, BTC, 10_000);
      Sale won = sell(X, Y, 9_500);
      Sale lost = new Sale(X, 1, won.slice, bidOf(X, RICH), fallen);
      bid(RICH, lost);
      take(RICH, desk(RICH).commitSlice(lost.key(), fallen, NOW));

      assertRefused(RICH, SliceCommitted.class);
    }
  }
}
