package io.crossclear.domain.account;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
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
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Cancel;
import io.crossclear.domain.signing.UserAction.CancelBelow;
import io.crossclear.domain.signing.UserAction.Order;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class OrderDeskTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long DOLLAR = 1_000_000;
  private static final AccountId ID = account(1, 1, 0);
  private static final Address VENUE = owner(9);
  private static final Marks MARKS = marks(1, 10_000, 2_000);
  private static final long BTC = 100_000;
  private static final long PRICE = 10_000 * E8;

  private static MarginAccount rich(long dollars) {
    MarginAccount empty = MarginAccount.empty(ID);
    return empty.apply(only(empty.credit(A, 1, 0, USDC, dollars * DOLLAR, deposited(1), NOW)));
  }

  private static Order order(boolean buy, long lots, long price, long nonce) {
    return new Order(
        ID.word(),
        Address.ZERO,
        BTC_PERP,
        buy,
        lots,
        price,
        Long.MAX_VALUE,
        false,
        nonce,
        SECOND + 600);
  }

  private static OrderDesk.Request request(
      int fill, SignedAction<Order> signed, long lots, long price) {
    return new OrderDesk.Request(fill, signed, VERIFIER.verify(signed), lots, price);
  }

  private static OrderDesk.Request request(Order order, long price) {
    return request(1, sign(owner(1), order), order.size(), price);
  }

  private static LegsReserved reserve(
      MarginAccount account, int batch, OrderDesk.Request... requests) {
    return reserve(account, batch, MARKS, requests);
  }

  private static LegsReserved reserve(
      MarginAccount account, int batch, Marks marks, OrderDesk.Request... requests) {
    return (LegsReserved)
        only(
            new OrderDesk(account, MARKET)
                .reserve(word(batch), VENUE, batch, SECOND + 60, List.of(requests), marks, NOW));
  }

  private static LegRefusal refusal(MarginAccount account, OrderDesk.Request request) {
    LegsReserved event = reserve(account, 77, request);
    assertEquals(List.of(), event.legs());
    return event.refused().values().iterator().next();
  }

  private static MarginAccount committed(
      MarginAccount account, int batch, OrderDesk.Request... requests) {
    MarginAccount reserved = account.apply(reserve(account, batch, requests));
    List<Integer> fills = reserved.trading().openLegs().stream().map(Leg::fill).toList();
    return reserved.apply(only(new OrderDesk(reserved, MARKET).commit(word(batch), fills, NOW)));
  }

  @Nested
  class Reserve {
    @Test
    void setsLegsAsideAndMovesNoMoney() {
      MarginAccount account = rich(2_000);
      MarginAccount after =
          account.apply(
              reserve(account, 1, request(order(true, BTC, 10_000 * E8, 5), 10_000 * E8)));
      Leg leg = after.trading().openLegs().getFirst();
      assertEquals(BTC, leg.terms().lots());
      assertEquals(10_000 * DOLLAR, leg.terms().notional());
      assertEquals(5 * DOLLAR, leg.terms().fee());
      assertEquals(account.balances(), after.balances());
      assertEquals(Map.of(), after.trading().positions());
      assertEquals(0, after.trading().unsettled());
    }

    @Test
    void isDoneOnceAndStaysOver() {
      MarginAccount account = rich(2_000);
      var request = request(order(true, BTC, 10_000 * E8, 5), 10_000 * E8);
      MarginAccount reserved = account.apply(reserve(account, 1, request));
      assertEquals(Decision.alreadyDone(), again(reserved, request));
      MarginAccount released =
          reserved.apply(only(new OrderDesk(reserved, MARKET).release(word(1), NOW)));
      assertEquals(Decision.alreadyDone(), again(released, request));
      assertEquals(Decision.alreadyDone(), new OrderDesk(released, MARKET).release(word(1), NOW));
      assertEquals(
          Decision.reject(AccountRejection.UNKNOWN_BATCH),
          new OrderDesk(released, MARKET).commit(word(2), List.of(), NOW));
      MarginAccount none =
          account.apply(reserve(account, 1, request(order(true, BTC, 9_000 * E8, 5), 10_000 * E8)));
      assertEquals(Decision.alreadyDone(), again(none, request));
    }

    private Decision<AccountEvent, AccountRejection> again(
        MarginAccount account, OrderDesk.Request request) {
      return new OrderDesk(account, MARKET)
          .reserve(word(1), VENUE, 1, SECOND + 60, List.of(request), MARKS, NOW);
    }

    @Test
    void takesNoBatchWhoseDeadlineIsFar() {
      OrderDesk desk = new OrderDesk(rich(1), MARKET);
      assertEquals(
          Decision.reject(AccountRejection.DEADLINE_TOO_FAR),
          desk.reserve(word(1), VENUE, 1, SECOND + 121, List.of(), MARKS, NOW));
    }

    @Test
    void writesALateBatchDownSoThatNoNodeWhoseTimeIsBehindTakesIt() {
      MarginAccount account = rich(2_000);
      List<OrderDesk.Request> requests =
          List.of(request(order(true, BTC, 10_000 * E8, 5), 10_000 * E8));
      long late = NOW + 61_000;
      LegsReserved event =
          (LegsReserved)
              only(
                  new OrderDesk(account, MARKET)
                      .reserve(word(1), VENUE, 1, SECOND + 60, requests, MARKS, late));
      assertEquals(List.of(), event.legs());
      assertEquals(Map.of(1, LegRefusal.EXPIRED), event.refused());
      assertEquals(
          Decision.alreadyDone(),
          new OrderDesk(account.apply(event), MARKET)
              .reserve(word(1), VENUE, 1, SECOND + 60, requests, MARKS, NOW));
    }

    @Test
    void takesNoLegThatCouldNotBeCommittedAfterVariation() {
      MarginAccount account = rich(9_000_000_000_000L);
      long half = Long.MAX_VALUE / 2;
      MarginAccount gained =
          account.apply(new ClearingEvent.OwedCovered(1, LossLayer.FUND, half, NOW));
      assertEquals(
          LegRefusal.OVERFLOW, refusal(gained, request(order(true, BTC, PRICE, 5), PRICE)));
      MarginAccount once = account.apply(new ClearingEvent.TornUp(1, BTC_PERP, BTC, half, NOW));
      MarginAccount marked =
          once.apply(
              new ClearingEvent.VariationCollected(
                  2,
                  1,
                  new java.util.TreeMap<>(Map.of(BTC_PERP, 10_000 * DOLLAR)),
                  new io.crossclear.domain.money.Amount(USDC, 0),
                  NOW));
      MarginAccount even =
          marked.apply(new ClearingEvent.OwedCovered(3, LossLayer.FUND, half, NOW));
      // the cost is small again, but what was paid at first is not
      assertEquals(LegRefusal.OVERFLOW, refusal(even, request(order(true, BTC, PRICE, 5), PRICE)));
    }

    @Test
    void refusesALegByName() {
      MarginAccount account = rich(2_000);
      long price = 10_000 * E8;
      Order good = order(true, BTC, price, 5);
      assertEquals(
          LegRefusal.WRONG_SIGNER, refusal(account, request(1, sign(owner(2), good), BTC, price)));
      Order venue =
          new Order(
              ID.word(),
              owner(8),
              BTC_PERP,
              true,
              BTC,
              price,
              100 * DOLLAR,
              false,
              5,
              SECOND + 600);
      assertEquals(LegRefusal.WRONG_VENUE, refusal(account, request(venue, price)));
      Order doge =
          new Order(
              ID.word(),
              VENUE,
              "DOGE-PERP",
              true,
              BTC,
              price,
              100 * DOLLAR,
              false,
              5,
              SECOND + 600);
      assertEquals(LegRefusal.UNKNOWN_INSTRUMENT, refusal(account, request(doge, price)));
      Order late =
          new Order(
              ID.word(), VENUE, BTC_PERP, true, BTC, price, 100 * DOLLAR, false, 5, SECOND - 1);
      assertEquals(LegRefusal.EXPIRED, refusal(account, request(late, price)));
      assertEquals(
          LegRefusal.SIZE_MUST_BE_POSITIVE,
          refusal(account, request(1, sign(owner(1), good), 0, price)));
      assertEquals(
          LegRefusal.ORDER_FILLED,
          refusal(account, request(1, sign(owner(1), good), BTC + 1, price)));
      assertEquals(
          LegRefusal.PRICE_BEYOND_LIMIT,
          refusal(account, request(1, sign(owner(1), good), BTC, price + 1)));
      Order cheap =
          new Order(
              ID.word(), VENUE, BTC_PERP, true, BTC, price, 5 * DOLLAR - 1, false, 5, SECOND + 600);
      assertEquals(LegRefusal.FEE_ABOVE_MAXIMUM, refusal(account, request(cheap, price)));
      Order reduce =
          new Order(
              ID.word(), VENUE, BTC_PERP, true, BTC, price, 9 * DOLLAR, true, 5, SECOND + 600);
      assertEquals(LegRefusal.NOT_REDUCING, refusal(account, request(reduce, price)));
      assertEquals(LegRefusal.INSUFFICIENT_MARGIN, refusal(rich(1_004), request(good, price)));
      assertEquals(1, reserve(rich(1_005), 1, request(good, price)).legs().size());
    }

    @Test
    void takesOnlyReducingFillsWhileTheMarkIsNotFresh() {
      Marks stale =
          marks(
              2,
              new Mark(10_000 * E8, 0, false, 9_900 * E8, 10_100 * E8),
              Mark.fresh(2_000 * E8, 0));
      MarginAccount holder =
          committed(rich(5_000), 1, request(order(true, BTC, 10_000 * E8, 1), 10_000 * E8));
      var more = reserve(holder, 2, stale, request(order(true, BTC, 10_000 * E8, 2), 10_000 * E8));
      assertEquals(Map.of(1, LegRefusal.PRICE_NOT_FRESH), more.refused());
      var less = reserve(holder, 2, stale, request(order(false, BTC, 10_000 * E8, 2), 10_000 * E8));
      assertEquals(1, less.legs().size());
    }

    @Test
    void takesNoFillInAnInstrumentThatIsAboutToBeSettled() {
      Marks closed =
          marks(
              2,
              new Mark(10_000 * E8, 0, false, 10_000 * E8, 10_000 * E8),
              Mark.fresh(2_000 * E8, 0));
      MarginAccount holder =
          committed(rich(5_000), 1, request(order(true, BTC, 10_000 * E8, 1), 10_000 * E8));
      var less =
          reserve(holder, 2, closed, request(order(false, BTC, 10_000 * E8, 2), 10_000 * E8));
      assertEquals(Map.of(1, LegRefusal.PRICE_NOT_FRESH), less.refused());
    }
  }

  /**
   * A07: k reservations must not give k times the leverage, and two reducing sells must not turn.
   */
  @Nested
  class A07Reservations {
    @Test
    void refusesTheLegThatOnlyNettingWouldCover() {
      MarginAccount account = rich(101_000);
      long price = 10_000 * E8;
      MarginAccount sold =
          account.apply(reserve(account, 1, request(order(false, 100 * BTC, price, 1), price)));
      assertEquals(
          LegRefusal.INSUFFICIENT_MARGIN,
          refusal(sold, request(order(true, 200 * BTC, price, 2), price)));
    }

    @Test
    void judgesReduceOnlyByTheLeastFavourablePosition() {
      MarginAccount long10 =
          committed(rich(50_000), 1, request(order(true, 10 * BTC, 10_000 * E8, 1), 10_000 * E8));
      Order close =
          new Order(
              ID.word(),
              VENUE,
              BTC_PERP,
              false,
              10 * BTC,
              0,
              Long.MAX_VALUE,
              true,
              2,
              SECOND + 600);
      Order again =
          new Order(ID.word(), VENUE, BTC_PERP, false, 1, 0, Long.MAX_VALUE, true, 3, SECOND + 600);
      MarginAccount closing = long10.apply(reserve(long10, 2, request(close, 10_000 * E8)));
      assertEquals(LegRefusal.NOT_REDUCING, refusal(closing, request(again, 10_000 * E8)));
    }

    @Test
    void takesAtMost64Legs() {
      MarginAccount account = rich(1_000_000);
      for (int i = 0; i < Trading.MAX_LEGS; i++) {
        account =
            account.apply(
                reserve(account, i, request(order(true, 1, 10_000 * E8, i), 10_000 * E8)));
      }
      assertEquals(
          LegRefusal.TOO_MANY_LEGS,
          refusal(account, request(order(true, 1, 10_000 * E8, 99), 10_000 * E8)));
    }
  }

  /** A08: a reducing trade at a bad price must not move money out. */
  @Nested
  class A08PriceBand {
    private final MarginAccount holder =
        committed(rich(1_050), 1, request(order(true, BTC, 10_000 * E8, 1), 10_000 * E8));

    @Test
    void endsAtTheBand() {
      assertEquals(
          LegRefusal.PRICE_OUTSIDE_BAND,
          refusal(holder, request(order(false, BTC, 0, 2), 9_700 * E8 - 1)));
      assertEquals(
          1, reserve(holder, 2, request(order(false, BTC, 0, 2), 9_700 * E8)).legs().size());
      assertEquals(
          LegRefusal.PRICE_OUTSIDE_BAND,
          refusal(holder, request(order(true, 1, Long.MAX_VALUE, 2), 10_300 * E8 + 1)));
    }

    @Test
    void belowMaintenanceOnlyAuctionsMovePositions() {
      Marks low = marks(2, 9_500, 2_000);
      var event = reserve(holder, 2, low, request(order(false, BTC, 0, 2), 9_500 * E8));
      assertEquals(Map.of(1, LegRefusal.BELOW_MAINTENANCE), event.refused());
      var started =
          only(new AuctionDesk(holder, MARKET).start(Trading.AuctionKind.LIQUIDATION, low, NOW));
      var later = reserve(holder.apply(started), 2, request(order(false, BTC, 0, 2), 10_000 * E8));
      assertEquals(Map.of(1, LegRefusal.LIQUIDATING), later.refused());
    }
  }

  /** A12: an order fills in parts up to its size, for once, and its owner can take it back. */
  @Nested
  class A12PartialFillsAndCancel {
    private final SignedAction<Order> ten = sign(owner(1), order(true, 10 * BTC, 10_000 * E8, 7));

    @Test
    void fillsInPartsUpToItsSize() {
      MarginAccount account = committed(rich(50_000), 1, request(1, ten, 4 * BTC, 10_000 * E8));
      assertEquals(
          LegRefusal.ORDER_FILLED, refusal(account, request(1, ten, 7 * BTC, 10_000 * E8)));
      MarginAccount full = committed(account, 2, request(1, ten, 6 * BTC, 10_000 * E8));
      assertEquals(
          10 * BTC, full.trading().positions().getOrDefault(BTC_PERP, Position.NONE).lots());
      assertEquals(LegRefusal.ORDER_FILLED, refusal(full, request(1, ten, 1, 10_000 * E8)));
    }

    @Test
    void countsPartsOfOneBatchTogetherAndGivesBackWhatIsReleased() {
      MarginAccount account = rich(50_000);
      var event =
          reserve(
              account,
              1,
              request(1, ten, 6 * BTC, 10_000 * E8),
              request(2, ten, 5 * BTC, 10_000 * E8));
      assertEquals(Map.of(2, LegRefusal.ORDER_FILLED), event.refused());
      MarginAccount reserved = account.apply(event);
      MarginAccount released =
          reserved.apply(only(new OrderDesk(reserved, MARKET).release(word(1), NOW)));
      assertEquals(1, reserve(released, 2, request(1, ten, 10 * BTC, 10_000 * E8)).legs().size());
    }

    @Test
    void commitsTheNovatedFillsAndReleasesTheOthers() {
      MarginAccount account = rich(50_000);
      MarginAccount reserved =
          account.apply(
              reserve(
                  account,
                  1,
                  request(1, ten, 4 * BTC, 10_000 * E8),
                  request(2, ten, 3 * BTC, 10_000 * E8)));
      MarginAccount after =
          reserved.apply(only(new OrderDesk(reserved, MARKET).commit(word(1), List.of(2), NOW)));
      assertEquals(
          Map.of(BTC_PERP, new Position(3 * BTC, 30_000 * DOLLAR, 30_000 * DOLLAR)),
          after.trading().positions());
      assertEquals(-15 * DOLLAR, after.trading().unsettled());
      assertEquals(List.of(), after.trading().openLegs());
      assertEquals(3 * BTC, after.trading().orders().values().iterator().next().filled());
    }

    @Test
    void isTakenBackOneByOneOrBelowANonce() {
      MarginAccount account = rich(50_000);
      SignedAction<Cancel> cancel = sign(owner(1), new Cancel(ID.word(), 7));
      var decision = new OrderDesk(account, MARKET).cancel(cancel, VERIFIER.verify(cancel), NOW);
      MarginAccount cancelled = account.apply(only(decision));
      assertEquals(LegRefusal.CANCELLED, refusal(cancelled, request(1, ten, BTC, 10_000 * E8)));
      assertEquals(
          Decision.alreadyDone(),
          new OrderDesk(cancelled, MARKET).cancel(cancel, VERIFIER.verify(cancel), NOW));
      SignedAction<CancelBelow> below = sign(owner(1), new CancelBelow(ID.word(), 8));
      MarginAccount floor =
          account.apply(
              only(new OrderDesk(account, MARKET).cancelBelow(below, VERIFIER.verify(below), NOW)));
      assertEquals(LegRefusal.CANCELLED, refusal(floor, request(1, ten, BTC, 10_000 * E8)));
      assertEquals(
          1,
          reserve(floor, 1, request(order(true, BTC, 10_000 * E8, 8), 10_000 * E8)).legs().size());
      SignedAction<Cancel> stranger = sign(owner(2), new Cancel(ID.word(), 7));
      assertEquals(
          Decision.reject(AccountRejection.WRONG_SIGNER),
          new OrderDesk(account, MARKET).cancel(stranger, VERIFIER.verify(stranger), NOW));
    }

    @Test
    void aCancelledOrderNeverComesBack() {
      MarginAccount account = rich(50_000);
      // too far away now, and within reach when a cancellation could have been forgotten
      long second = SECOND + MarginAccount.MAX_DEADLINE_SECONDS + 1_000;
      SignedAction<Order> far =
          sign(
              owner(1),
              new Order(
                  ID.word(), VENUE, BTC_PERP, true, BTC, PRICE, DOLLAR * 9, false, 7, second + 60));
      SignedAction<Cancel> cancel = sign(owner(1), new Cancel(ID.word(), 7));
      MarginAccount cancelled =
          account.apply(
              only(new OrderDesk(account, MARKET).cancel(cancel, VERIFIER.verify(cancel), NOW)));
      MarginAccount later =
          cancelled.apply(new ClearingEvent.OwedCovered(1, LossLayer.FUND, 1, second * 1_000));
      LegsReserved event =
          (LegsReserved)
              only(
                  new OrderDesk(later, MARKET)
                      .reserve(
                          word(1),
                          VENUE,
                          1,
                          second + 60,
                          List.of(request(1, far, BTC, PRICE)),
                          MARKS,
                          second * 1_000));
      assertEquals(Map.of(1, LegRefusal.CANCELLED), event.refused());
    }

    @Test
    void twoOrdersCannotShareANonce() {
      MarginAccount account = committed(rich(50_000), 1, request(1, ten, BTC, 10_000 * E8));
      assertEquals(
          LegRefusal.NONCE_REUSED,
          refusal(account, request(order(false, BTC, 10_000 * E8, 7), 10_000 * E8)));
    }
  }

  /**
   * A17: the two sides book one number, whatever the rounding; closing moves −cost to unsettled.
   */
  @Nested
  class A17Rounding {
    @Test
    void bothSidesBookOneNumber() {
      Marks odd =
          marks(
              1,
              new Mark(10_000 * E8 + 1, 77, true, 10_000 * E8 + 1, 10_000 * E8 + 1),
              Mark.fresh(2_000 * E8, 0));
      long price = 10_000 * E8 + 3;
      MarginAccount account = rich(50_000);
      Leg buy =
          reserve(account, 1, odd, request(order(true, 12_345, price, 1), price)).legs().getFirst();
      Leg sell =
          reserve(account, 1, odd, request(order(false, 12_345, price, 1), price))
              .legs()
              .getFirst();
      assertEquals(-sell.terms().notional(), buy.terms().notional());
      assertEquals(buy.terms().fee(), sell.terms().fee());
    }

    @Test
    void aClosedPositionLeavesItsResultUnsettledAndNoDust() {
      MarginAccount bought =
          committed(rich(50_000), 1, request(order(true, 5, 10_000 * E8, 1), 10_000 * E8));
      MarginAccount closed = committed(bought, 2, request(order(false, 5, 0, 2), 10_200 * E8));
      assertEquals(Map.of(), closed.trading().positions());
      // 5 lots of 10^-5 bought at 10,000 and sold at 10,200: 10,000 units; fees 250 and 255
      assertEquals(10_000 - 250 - 255, closed.trading().unsettled());
      assertEquals(50_000 * DOLLAR, closed.balance(USDC));
    }
  }
}
