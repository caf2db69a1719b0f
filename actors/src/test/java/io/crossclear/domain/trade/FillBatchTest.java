package io.crossclear.domain.trade;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.domain.trade.FillBatch.Rejection;
import io.crossclear.domain.trade.FillBatch.Stage;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class FillBatchTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long PRICE = 10_000 * E8;
  private static final Address VENUE = owner(9);
  private static final AccountId BUYER = account(1, 1, 0);
  private static final AccountId SELLER = account(2, 1, 0);

  private static SignedAction<Order> order(
      int signer, AccountId id, boolean buy, Address venue, String symbol) {
    return sign(
        owner(signer),
        new Order(id.word(), venue, symbol, buy, 100, PRICE, 99, false, 1, SECOND + 9));
  }

  private static SignedAction<Order> buy() {
    return order(1, BUYER, true, VENUE, BTC_PERP);
  }

  private static SignedAction<Order> sell() {
    return order(2, SELLER, false, Address.ZERO, BTC_PERP);
  }

  private static Decision<FillBatchEvent, Rejection> submit(Fill... fills) {
    return FillBatch.EMPTY.submit(
        word(1),
        VENUE,
        1,
        SECOND + 60,
        List.of(fills),
        VERIFIER,
        MARKET,
        marks(1, 10_000, 2_000),
        NOW);
  }

  private static FillRefusal refusal(Fill fill) {
    Submitted event = (Submitted) only(submit(fill));
    assertEquals(List.of(), event.fills());
    return event.refused().values().iterator().next();
  }

  private static Leg leg(int fill, long lots, long notional) {
    return new Leg(fill, word(fill), buy(), PRICE, new OpenLeg(BTC_PERP, lots, notional, 3));
  }

  private static FillBatch after(FillBatch batch, Decision<FillBatchEvent, Rejection> decision) {
    return batch.apply(only(decision));
  }

  @Nested
  class Refuses {
    @Test
    void fillsByName() {
      assertEquals(
          FillRefusal.SIZE_MUST_BE_POSITIVE, refusal(new Fill(1, buy(), sell(), 0, PRICE)));
      assertEquals(FillRefusal.SAME_SIDE, refusal(new Fill(1, buy(), buy(), 5, PRICE)));
      assertEquals(
          FillRefusal.MAKER_IS_TAKER,
          refusal(new Fill(1, buy(), order(1, BUYER, false, VENUE, BTC_PERP), 5, PRICE)));
      assertEquals(
          FillRefusal.DIFFERENT_POOLS,
          refusal(
              new Fill(1, buy(), order(2, account(2, 2, 0), false, VENUE, BTC_PERP), 5, PRICE)));
      assertEquals(
          FillRefusal.DIFFERENT_INSTRUMENTS,
          refusal(new Fill(1, buy(), order(2, SELLER, false, VENUE, ETH_PERP), 5, PRICE)));
      assertEquals(
          FillRefusal.UNKNOWN_INSTRUMENT,
          refusal(
              new Fill(
                  1,
                  order(1, BUYER, true, VENUE, "DOGE"),
                  order(2, SELLER, false, VENUE, "DOGE"),
                  5,
                  PRICE)));
      assertEquals(
          FillRefusal.BAD_SIGNATURE,
          refusal(new Fill(1, buy(), order(3, SELLER, false, VENUE, BTC_PERP), 5, PRICE)));
      assertEquals(
          FillRefusal.WRONG_VENUE,
          refusal(new Fill(1, buy(), order(2, SELLER, false, owner(8), BTC_PERP), 5, PRICE)));
      assertEquals(
          FillRefusal.PRICE_OUTSIDE_BAND, refusal(new Fill(1, buy(), sell(), 5, 10_300 * E8 + 1)));
      assertEquals(
          FillRefusal.PRICE_OUTSIDE_BAND, refusal(new Fill(1, buy(), sell(), 5, Long.MIN_VALUE)));
    }

    @Test
    void aFillWithTheNumberOfAnother() {
      Fill fill = new Fill(1, buy(), sell(), 5, PRICE);
      Submitted event = (Submitted) only(submit(fill, fill));
      assertEquals(List.of(fill), event.fills());
    }

    @Test
    void aBatchWithoutANumber() {
      assertEquals(
          Decision.reject(Rejection.NUMBER_OUT_OF_RANGE),
          FillBatch.EMPTY.submit(
              word(1),
              VENUE,
              0,
              SECOND + 60,
              List.of(new Fill(1, buy(), sell(), 5, PRICE)),
              VERIFIER,
              MARKET,
              marks(1, 1, 1),
              NOW));
    }

    @Test
    void aBatchWithoutFillsOrInTime() {
      assertEquals(Decision.reject(Rejection.SIZE_OUT_OF_RANGE), submit());
      assertEquals(
          Decision.reject(Rejection.DEADLINE_OUT_OF_RANGE),
          FillBatch.EMPTY.submit(
              word(1),
              VENUE,
              1,
              SECOND + 121,
              List.of(new Fill(1, buy(), sell(), 5, PRICE)),
              VERIFIER,
              MARKET,
              marks(1, 1, 1),
              NOW));
    }
  }

  @Nested
  class Walk {
    private final FillBatch submitted =
        after(
            FillBatch.EMPTY,
            submit(new Fill(1, buy(), sell(), 5, PRICE), new Fill(2, buy(), sell(), 6, PRICE)));

    @Test
    void happensOnBothSidesOrOnNone() {
      assertEquals(2, submitted.requests(BUYER, VERIFIER).size());
      FillBatch one =
          after(
              submitted,
              submitted.taken(BUYER, List.of(leg(1, 5, 50), leg(2, 6, 60)), new TreeMap<>(), NOW));
      assertEquals(Decision.reject(Rejection.OUT_OF_TURN), one.novate(NOW));
      FillBatch two =
          after(
              one,
              one.taken(
                  SELLER,
                  List.of(leg(1, -5, -50)),
                  new TreeMap<>(Map.of(2, LegRefusal.INSUFFICIENT_MARGIN)),
                  NOW));
      FillBatch novated = after(two, two.novate(NOW));
      assertEquals(List.of(1), novated.novated());
      assertEquals(6, novated.fees());
      assertEquals(Map.of(2, FillRefusal.LEG_REFUSED), novated.refused());
      assertEquals(Optional.of("INSUFFICIENT_MARGIN"), novated.refusal(2));
      assertEquals(Optional.empty(), novated.refusal(1));
      FillBatch half = after(novated, novated.done(BUYER, NOW));
      assertEquals(Decision.alreadyDone(), half.done(BUYER, NOW));
      FillBatch committed = after(half, half.done(SELLER, NOW));
      assertEquals(Stage.COMMITTED, committed.stage());
      assertFalse(after(committed, committed.booked(NOW)).open());
    }

    @Test
    void dropsAFillWhoseSidesDoNotBookOneNumber() {
      FillBatch one =
          after(submitted, submitted.taken(BUYER, List.of(leg(1, 5, 50)), new TreeMap<>(), NOW));
      FillBatch two = after(one, one.taken(SELLER, List.of(leg(1, -5, -49)), new TreeMap<>(), NOW));
      FillBatch novated = after(two, two.novate(NOW));
      assertEquals(List.of(), novated.novated());
      assertEquals(
          Map.of(1, FillRefusal.LEG_REFUSED, 2, FillRefusal.LEG_REFUSED), novated.refused());
      assertEquals(Optional.of("LEG_REFUSED"), novated.refusal(1));
    }

    @Test
    void saysWhatAnAccountCommitsAndWhatWasTraded() {
      FillBatch one =
          after(
              submitted,
              submitted.taken(BUYER, List.of(leg(1, 5, 50), leg(2, 6, 60)), new TreeMap<>(), NOW));
      FillBatch two = after(one, one.taken(SELLER, List.of(leg(2, -6, -60)), new TreeMap<>(), NOW));
      FillBatch novated = after(two, two.novate(NOW));
      assertEquals(List.of(2), novated.commits(BUYER));
      assertEquals(List.of(2), novated.commits(SELLER));
      // 6 lots of 10^-5 at 10,000: 0.6 dollars, at the mark too
      assertEquals(
          Map.of(BTC_PERP, new FillBatch.Traded(600_000, 600_000)), novated.traded(MARKET));
      assertEquals(Map.of(), one.traded(MARKET));
    }

    @Test
    void endsWhenNobodyTookAnything() {
      FillBatch one = after(submitted, submitted.refused(BUYER, "EXPIRED", NOW));
      FillBatch two = after(one, one.refused(SELLER, "EXPIRED", NOW));
      FillBatch none = after(two, two.novate(NOW));
      assertEquals(Stage.COMMITTED, none.stage());
      assertEquals(0, none.fees());
    }
  }
}
