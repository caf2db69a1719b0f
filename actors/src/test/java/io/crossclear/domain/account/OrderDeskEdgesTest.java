package io.crossclear.domain.account;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.POOL;
import static io.crossclear.testing.TestMarket.RULES;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.OrderCancelled;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.signing.UserAction.Cancel;
import io.crossclear.domain.signing.UserAction.CancelBelow;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.testing.StubSignatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Legs and cancellations at the edges of every rule, in the order of their refusals. */
final class OrderDeskEdgesTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long DOLLAR = 1_000_000;
  private static final AccountId ID = account(1, 1, 0);
  private static final Address VENUE = owner(9);
  private static final Marks MARKS = marks(1, 10_000, 2_000);
  private static final long PRICE = 10_000 * E8;

  private static MarginAccount rich() {
    MarginAccount empty = MarginAccount.empty(ID);
    return empty.apply(only(empty.credit(A, 1, 0, USDC, 1L << 50, deposited(1), NOW)));
  }

  private static Order order(boolean buy, long size, long nonce) {
    return order(ID, BTC_PERP, buy, size, nonce, SECOND + 600);
  }

  private static Order order(
      AccountId id, String symbol, boolean buy, long size, long nonce, long deadline) {
    return new Order(
        id.word(),
        Address.ZERO,
        symbol,
        buy,
        size,
        buy ? Long.MAX_VALUE : 0,
        Long.MAX_VALUE,
        false,
        nonce,
        deadline);
  }

  private static OrderDesk.Request request(int fill, SignedAction<Order> signed, long lots) {
    return new OrderDesk.Request(fill, signed, VERIFIER.verify(signed), lots, PRICE);
  }

  private static OrderDesk.Request request(int fill, Order order) {
    return request(fill, sign(owner(1), order), order.size());
  }

  private static LegsReserved reserve(
      Market market, MarginAccount account, Marks marks, OrderDesk.Request... requests) {
    return (LegsReserved)
        only(
            new OrderDesk(account, market)
                .reserve(word(77), VENUE, 7, SECOND + 60, List.of(requests), marks, NOW));
  }

  private static Map<Integer, LegRefusal> refused(
      MarginAccount account, OrderDesk.Request... requests) {
    return reserve(MARKET, account, MARKS, requests).refused();
  }

  private static <T extends UserAction> SignedAction<T> elsewhere(T action) {
    var digest = VERIFIER.typedData(action, 999, A.address()).digest(VERIFIER.keccak());
    return new SignedAction<>(action, 999, A.address(), StubSignatures.sign(owner(1), digest));
  }

  @Nested
  class ALeg {
    @Test
    void isOfThisAccountThenOfThisNetworkThenOfItsOwner() {
      SignedAction<Order> other =
          elsewhere(order(account(2, 1, 0), BTC_PERP, true, 1, 1, SECOND + 600));
      assertEquals(Map.of(1, LegRefusal.WRONG_ACCOUNT), refused(rich(), request(1, other, 1)));
      SignedAction<Order> far = elsewhere(order(true, 1, 1));
      assertEquals(Map.of(1, LegRefusal.WRONG_DOMAIN), refused(rich(), request(1, far, 1)));
      SignedAction<Order> stolen = sign(owner(2), order(true, 1, 1));
      assertEquals(Map.of(1, LegRefusal.WRONG_SIGNER), refused(rich(), request(1, stolen, 1)));
    }

    @Test
    void hasAPriceOfItsInstrumentAndOfEverythingThatTheAccountHolds() {
      TreeMap<String, Mark> eth = new TreeMap<>(Map.of(ETH_PERP, Mark.fresh(2_000 * E8, 0)));
      Marks half = new Marks(1, 1, 0, eth, new TreeMap<>());
      assertEquals(
          Map.of(1, LegRefusal.UNKNOWN_INSTRUMENT),
          reserve(MARKET, rich(), half, request(1, order(true, 1, 1))).refused());
      MarginAccount holder = rich().apply(new ClearingEvent.TornUp(1, BTC_PERP, 5, 5, NOW));
      Order ether = order(ID, ETH_PERP, true, 1, 1, SECOND + 600);
      SignedAction<Order> signed = sign(owner(1), ether);
      OrderDesk.Request request =
          new OrderDesk.Request(1, signed, VERIFIER.verify(signed), 1, 2_000 * E8);
      assertEquals(1, reserve(MARKET, rich(), half, request).legs().size());
      assertEquals(
          Map.of(1, LegRefusal.UNKNOWN_INSTRUMENT),
          reserve(MARKET, holder, half, request).refused());
    }

    @Test
    void hasADeadlineFromNowToThirtyDays() {
      long month = MarginAccount.MAX_DEADLINE_SECONDS;
      Order first = order(ID, BTC_PERP, true, 1, 1, SECOND);
      Order last = order(ID, BTC_PERP, true, 1, 2, SECOND + month);
      Order late = order(ID, BTC_PERP, true, 1, 3, SECOND - 1);
      Order far = order(ID, BTC_PERP, true, 1, 4, SECOND + month + 1);
      assertEquals(
          Map.of(3, LegRefusal.EXPIRED, 4, LegRefusal.DEADLINE_TOO_FAR),
          refused(rich(), request(1, first), request(2, last), request(3, late), request(4, far)));
    }

    @Test
    void usesNoNonceOfAnotherOrderOrAction() {
      SignedAction<UserAction.Transfer> transfer =
          sign(
              owner(1),
              new UserAction.Transfer(
                  ID.word(), account(1, 2, 0).word(), "USDC", 1, 5, SECOND + 600));
      MarginAccount used =
          rich()
              .apply(
                  new AccountEvent.TransferDebited(
                      VERIFIER.verify(transfer).digest(), transfer, 1, new TreeMap<>(), NOW));
      assertEquals(
          Map.of(1, LegRefusal.NONCE_REUSED), refused(used, request(1, order(true, 1, 5))));
      // two orders in one batch: the first has it
      assertEquals(
          Map.of(2, LegRefusal.NONCE_REUSED),
          refused(used, request(1, order(true, 2, 6)), request(2, order(true, 3, 6))));
      // and an action of any other kind may not use the nonce of an order
      SignedAction<UserAction.Transfer> second =
          sign(
              owner(1),
              new UserAction.Transfer(
                  ID.word(), account(1, 2, 0).word(), "USDC", 1, 6, SECOND + 600));
      MarginAccount ordered =
          rich().apply(reserve(MARKET, rich(), MARKS, request(1, order(true, 2, 6))));
      assertEquals(
          Optional.of(AccountRejection.NONCE_REUSED),
          ordered.refusal(second.action(), VERIFIER.verify(second), 1, 6, SECOND + 600, NOW));
      assertEquals(
          Optional.empty(),
          ordered.refusal(second.action(), VERIFIER.verify(second), 1, 7, SECOND + 600, NOW));
      assertEquals(
          Optional.of(AccountRejection.AMOUNT_MUST_BE_POSITIVE),
          ordered.refusal(second.action(), VERIFIER.verify(second), 1, -1, SECOND + 600, NOW));
    }

    @Test
    void isOfSomethingAndOfAnOrderOfSomething() {
      SignedAction<Order> none = sign(owner(1), order(true, 0, 1));
      assertEquals(
          Map.of(1, LegRefusal.SIZE_MUST_BE_POSITIVE), refused(rich(), request(1, none, 1)));
    }

    /** 2 of 3 lots filled by the first leg of the batch: 1 more fits, 2 do not. */
    @Test
    void countsWhatTheSameBatchTookOfItsOrder() {
      SignedAction<Order> three = sign(owner(1), order(true, 3, 1));
      SignedAction<Order> other = sign(owner(1), order(true, 9, 2));
      LegsReserved event =
          reserve(
              MARKET,
              rich(),
              MARKS,
              request(1, three, 2),
              request(2, other, 9),
              request(3, three, 2),
              request(4, three, 1));
      assertEquals(Map.of(3, LegRefusal.ORDER_FILLED), event.refused());
      assertEquals(List.of(1, 2, 4), event.legs().stream().map(Leg::fill).toList());
    }

    /** ⌈q · 10,000 · 0.05 %⌉ of 1 lot of 10^-5 is 50 units; of two fills of one lot each 100. */
    @Test
    void countsTheFeesOfTheSameBatch() {
      for (long most : new long[] {99, 100}) {
        Order order =
            new Order(ID.word(), VENUE, BTC_PERP, true, 2, PRICE, most, false, 1, SECOND + 600);
        SignedAction<Order> signed = sign(owner(1), order);
        assertEquals(
            most == 100 ? Map.of() : Map.of(2, LegRefusal.FEE_ABOVE_MAXIMUM),
            refused(rich(), request(1, signed, 1), request(2, signed, 1)));
      }
    }
  }

  @Nested
  class ASell {
    @Test
    void isRefusedBelowItsLimitOnly() {
      Order limit =
          new Order(
              ID.word(), VENUE, BTC_PERP, false, 1, PRICE, Long.MAX_VALUE, false, 1, SECOND + 600);
      SignedAction<Order> signed = sign(owner(1), limit);
      Verified verified = VERIFIER.verify(signed);
      assertEquals(
          Map.of(2, LegRefusal.PRICE_BEYOND_LIMIT),
          refused(
              rich(),
              new OrderDesk.Request(2, signed, verified, 1, PRICE - 1),
              new OrderDesk.Request(1, signed, verified, 1, PRICE)));
    }
  }

  /** At most ten lots. */
  @Nested
  class TheLargestPosition {
    private final Market small = smaller();

    private static Market smaller() {
      InstrumentRules ten =
          new InstrumentRules(
              RULES.initialPpm(), RULES.maintenancePpm(), RULES.feePpm(), RULES.bandPpm(), 10);
      TreeMap<String, Instrument> instruments = new TreeMap<>(MARKET.instruments());
      instruments.put(
          BTC_PERP,
          new Instrument.Perpetual(
              BTC_PERP, new io.crossclear.domain.money.Asset("BTC"), "BTC/USDC", 5, 1, ten));
      return new Market(POOL, instruments);
    }

    private static MarginAccount holding(long lots) {
      return rich().apply(new ClearingEvent.TornUp(1, BTC_PERP, lots, lots * 100_000, NOW));
    }

    private Map<Integer, LegRefusal> refused(MarginAccount account, Order order) {
      return reserve(small, account, MARKS, request(1, order)).refused();
    }

    @Test
    void isReachedAndNotPassedEitherWay() {
      Map<Integer, LegRefusal> tooLarge = Map.of(1, LegRefusal.POSITION_TOO_LARGE);
      assertEquals(Map.of(), refused(holding(6), order(true, 4, 1)));
      assertEquals(tooLarge, refused(holding(6), order(true, 5, 1)));
      assertEquals(Map.of(), refused(holding(-6), order(false, 4, 1)));
      assertEquals(tooLarge, refused(holding(-6), order(false, 5, 1)));
    }

    @Test
    void countsEveryOpenLegOfItsOwnSideAndInstrumentOnly() {
      LegsReserved event =
          reserve(
              small,
              holding(1),
              MARKS,
              request(1, order(true, 4, 1)),
              request(2, order(false, 5, 2)),
              new OrderDesk.Request(
                  3,
                  sign(owner(1), order(ID, ETH_PERP, true, 50, 3, SECOND + 600)),
                  VERIFIER.verify(sign(owner(1), order(ID, ETH_PERP, true, 50, 3, SECOND + 600))),
                  50,
                  2_000 * E8),
              request(4, order(true, 6, 4)),
              request(5, order(true, 5, 5)));
      assertEquals(Map.of(4, LegRefusal.POSITION_TOO_LARGE), event.refused());
    }

    /** A position beyond it, as after a change of the rules, may always become smaller. */
    @Test
    void keepsNobodyFromReducing() {
      assertEquals(Map.of(), refused(holding(40), order(false, 30, 1)));
      assertEquals(Map.of(), refused(holding(-40), order(true, 40, 1)));
      assertEquals(
          Map.of(1, LegRefusal.POSITION_TOO_LARGE), refused(holding(40), order(false, 41, 1)));
    }
  }

  @Nested
  class OpenOrders {
    /** 256 orders, a filled lot each. */
    private MarginAccount full() {
      MarginAccount account = rich();
      TreeMap<io.crossclear.domain.signing.Hash, Trading.OrderUse> orders = new TreeMap<>();
      for (int i = 0; i < Trading.MAX_ORDERS; i++) {
        SignedAction<Order> signed = sign(owner(1), order(true, 5, i));
        orders.put(VERIFIER.verify(signed).digest(), new Trading.OrderUse(i, 1, 0, SECOND + 600));
      }
      Trading none = account.trading();
      Trading with =
          new Trading(
              none.positions(),
              0,
              0,
              0,
              Optional.empty(),
              0,
              none.sold(),
              none.legs(),
              none.ended(),
              orders,
              none.cancelled(),
              0,
              none.step(),
              none.bids(),
              none.trimmed(),
              Optional.empty());
      return new MarginAccount(
          ID,
          account.balances(),
          account.imports(),
          account.depositMarks(),
          account.withdrawals(),
          account.outgoing(),
          account.outgoingMarks(),
          account.incomingMarks(),
          account.nonces(),
          account.refusals(),
          account.time(),
          with);
    }

    @Test
    void areAtMost256AndAKnownOneIsNoNewOne() {
      assertEquals(
          Map.of(2, LegRefusal.TOO_MANY_ORDERS),
          refused(
              full(),
              request(1, sign(owner(1), order(true, 5, 7)), 1),
              request(2, order(true, 1, 999))));
    }

    @Test
    void areCountedWithTheNewOnesOfTheSameBatch() {
      MarginAccount one = full();
      // one less: 255
      TreeMap<io.crossclear.domain.signing.Hash, Trading.OrderUse> less =
          new TreeMap<>(one.trading().orders());
      less.pollFirstEntry();
      Trading was = one.trading();
      MarginAccount room =
          new MarginAccount(
              ID,
              one.balances(),
              one.imports(),
              one.depositMarks(),
              one.withdrawals(),
              one.outgoing(),
              one.outgoingMarks(),
              one.incomingMarks(),
              one.nonces(),
              one.refusals(),
              one.time(),
              new Trading(
                  was.positions(),
                  0,
                  0,
                  0,
                  Optional.empty(),
                  0,
                  was.sold(),
                  was.legs(),
                  was.ended(),
                  less,
                  was.cancelled(),
                  0,
                  was.step(),
                  was.bids(),
                  was.trimmed(),
                  Optional.empty()));
      SignedAction<Order> fresh = sign(owner(1), order(true, 2, 1_000));
      assertEquals(
          Map.of(3, LegRefusal.TOO_MANY_ORDERS),
          refused(
              room, request(1, fresh, 1), request(2, fresh, 1), request(3, order(true, 1, 1_001))));
    }
  }

  @Nested
  class Reducing {
    private final MarginAccount holder =
        rich().apply(new ClearingEvent.TornUp(1, BTC_PERP, 5, 500_000, NOW));
    private final Marks stale =
        marks(2, new Mark(PRICE, 0, false, 9_900 * E8, 10_100 * E8), Mark.fresh(2_000 * E8, 0));

    private Map<Integer, LegRefusal> refused(MarginAccount account, Order order) {
      return reserve(MARKET, account, stale, request(1, order)).refused();
    }

    @Test
    void isToNothingAtMostEitherWay() {
      Map<Integer, LegRefusal> notFresh = Map.of(1, LegRefusal.PRICE_NOT_FRESH);
      assertEquals(Map.of(), refused(holder, order(false, 5, 1)));
      assertEquals(notFresh, refused(holder, order(false, 6, 1)));
      assertEquals(notFresh, refused(holder, order(true, 1, 1)));
      MarginAccount shorter =
          rich().apply(new ClearingEvent.TornUp(1, BTC_PERP, -5, -500_000, NOW));
      assertEquals(Map.of(), refused(shorter, order(true, 5, 1)));
      assertEquals(notFresh, refused(shorter, order(true, 6, 1)));
      assertEquals(notFresh, refused(shorter, order(false, 1, 1)));
      assertEquals(notFresh, refused(rich(), order(false, 1, 1)));
    }

    /** Below its initial margin and above its maintenance an account may only become smaller. */
    @Test
    void needsNoInitialMarginButSomethingThatIsLeft() {
      MarginAccount poor = MarginAccount.empty(ID);
      poor =
          poor.apply(only(poor.credit(A, 1, 0, USDC, 700 * DOLLAR, deposited(1), NOW)))
              .apply(new ClearingEvent.TornUp(1, BTC_PERP, 100_000, 10_000 * DOLLAR, NOW));
      assertEquals(
          Map.of(1, LegRefusal.INSUFFICIENT_MARGIN),
          reserve(MARKET, poor, MARKS, request(1, order(true, 1, 1))).refused());
      assertEquals(
          Map.of(), reserve(MARKET, poor, MARKS, request(1, order(false, 100_000, 1))).refused());
    }
  }

  @Nested
  class ACancellation {
    private final OrderDesk desk = new OrderDesk(rich(), MARKET);

    private Decision<AccountEvent, AccountRejection> cancel(
        OrderDesk at, SignedAction<Cancel> signed) {
      return at.cancel(signed, VERIFIER.verify(signed), NOW);
    }

    private Decision<AccountEvent, AccountRejection> below(
        OrderDesk at, SignedAction<CancelBelow> signed) {
      return at.cancelBelow(signed, VERIFIER.verify(signed), NOW);
    }

    /** Nobody can have signed a nonce below 0; what its digest is matters no more. */
    @Test
    void isRefusedByNonceAccountDomainAndSignerInThisOrder() {
      AccountId other = account(2, 1, 0);
      Verified nobody = new Verified(word(1), Optional.empty(), false);
      SignedAction<Cancel> negative =
          new SignedAction<>(
              new Cancel(other.word(), -1),
              1,
              A.address(),
              sign(owner(1), new Cancel(ID.word(), 1)).signature());
      assertEquals(
          Decision.reject(AccountRejection.AMOUNT_MUST_BE_POSITIVE),
          desk.cancel(negative, nobody, NOW));
      SignedAction<CancelBelow> floor =
          new SignedAction<>(
              new CancelBelow(other.word(), -1), 1, A.address(), negative.signature());
      assertEquals(
          Decision.reject(AccountRejection.AMOUNT_MUST_BE_POSITIVE),
          desk.cancelBelow(floor, nobody, NOW));
      assertEquals(
          Decision.reject(AccountRejection.WRONG_ACCOUNT),
          cancel(desk, elsewhere(new Cancel(other.word(), 1))));
      assertEquals(
          Decision.reject(AccountRejection.WRONG_DOMAIN),
          cancel(desk, elsewhere(new Cancel(ID.word(), 1))));
      assertEquals(
          Decision.reject(AccountRejection.WRONG_SIGNER),
          below(desk, sign(owner(2), new CancelBelow(ID.word(), 1))));
    }

    @Test
    void belowAFloorThatIsThereIsDone() {
      MarginAccount floor =
          rich().apply(only(below(desk, sign(owner(1), new CancelBelow(ID.word(), 8)))));
      OrderDesk at = new OrderDesk(floor, MARKET);
      assertEquals(
          Decision.alreadyDone(), below(at, sign(owner(1), new CancelBelow(ID.word(), 8))));
      assertEquals(
          Decision.alreadyDone(), below(at, sign(owner(1), new CancelBelow(ID.word(), 7))));
      assertEquals(Decision.alreadyDone(), cancel(at, sign(owner(1), new Cancel(ID.word(), 7))));
      only(cancel(at, sign(owner(1), new Cancel(ID.word(), 8))));
    }

    @Test
    void isOneOf256UntilAFloorPassesThem() {
      MarginAccount account = rich();
      for (int nonce = 0; nonce < Trading.MAX_ORDERS; nonce++) {
        account =
            account.apply(
                new OrderCancelled(
                    sign(owner(1), new Cancel(ID.word(), nonce)), Long.MAX_VALUE, NOW));
      }
      OrderDesk full = new OrderDesk(account, MARKET);
      assertEquals(
          Decision.reject(AccountRejection.TOO_MANY_OPEN_ACTIONS),
          cancel(full, sign(owner(1), new Cancel(ID.word(), 999))));
      assertEquals(Decision.alreadyDone(), cancel(full, sign(owner(1), new Cancel(ID.word(), 9))));
      MarginAccount floor =
          account.apply(only(below(full, sign(owner(1), new CancelBelow(ID.word(), 200)))));
      assertEquals(56, floor.trading().cancelled().size());
      only(cancel(new OrderDesk(floor, MARKET), sign(owner(1), new Cancel(ID.word(), 999))));
    }

    /** An order whose own deadline is known is remembered until that is long over. */
    @Test
    void isForgottenWhenItsOrderCannotComeBack() {
      MarginAccount known =
          rich().apply(new OrderCancelled(sign(owner(1), new Cancel(ID.word(), 5)), SECOND, NOW));
      long over = SECOND + MarginAccount.SKEW_SECONDS;
      assertEquals(Map.of(5L, SECOND), touched(known, over).trading().cancelled());
      assertEquals(Map.of(), touched(known, over + 1).trading().cancelled());
    }

    private MarginAccount touched(MarginAccount account, long second) {
      return account.apply(new ClearingEvent.OwedCovered(1, LossLayer.FUND, 0, second * 1_000));
    }
  }

  @Nested
  class ABatchThatIsOver {
    @Test
    void isKnownUntilItsDeadlineIsLongOver() {
      MarginAccount account = rich();
      LegsReserved event = reserve(MARKET, account, MARKS, request(1, order(true, 1, 1)));
      MarginAccount reserved = account.apply(event);
      OrderDesk desk = new OrderDesk(reserved, MARKET);
      MarginAccount over = reserved.apply(only(desk.commit(word(77), List.of(1), NOW)));
      assertEquals(Map.of(BTC_PERP, new Position(1, 100_000, 100_000)), over.trading().positions());
      OrderDesk after = new OrderDesk(over, MARKET);
      assertEquals(Decision.alreadyDone(), after.commit(word(77), List.of(1), NOW));
      assertEquals(Decision.alreadyDone(), after.release(word(77), NOW));
      assertEquals(Decision.reject(AccountRejection.UNKNOWN_BATCH), after.release(word(78), NOW));
    }

    /** A fold that meets the end of a batch that it never saw moves nothing. */
    @Test
    void movesNothingWhenItWasNeverHere() {
      MarginAccount account = rich();
      MarginAccount same = account.apply(new ClearingEvent.LegsCommitted(word(5), List.of(1), NOW));
      assertEquals(account.trading(), same.trading());
    }
  }

  @Nested
  class ImportsOfACommit {
    /** A position and a fee change no balance, so no import vanishes. */
    @Test
    void stayAsTheyAre() {
      MarginAccount account = rich();
      MarginAccount reserved =
          account.apply(reserve(MARKET, account, MARKS, request(1, order(true, 1, 1))));
      MarginAccount done =
          reserved.apply(only(new OrderDesk(reserved, MARKET).commit(word(77), List.of(1), NOW)));
      assertEquals(account.imports(), done.imports());
      assertEquals(0, done.balance(ETH));
      assertEquals(new ArrayList<>(), new ArrayList<>(done.trading().trimmed().keySet()));
    }
  }

  /** What a request of the same batch says of somebody else's order is never mixed up. */
  @Test
  void anEmptyBatchIsWrittenDownAsOver() {
    LegsReserved none = reserve(MARKET, rich(), MARKS);
    assertEquals(List.of(), none.legs());
    assertEquals(Map.of(), none.refused());
    UnaryOperator<MarginAccount> twice = account -> account.apply(none);
    assertEquals(Map.of(word(77), SECOND + 60), twice.apply(rich()).trading().ended());
  }
}
