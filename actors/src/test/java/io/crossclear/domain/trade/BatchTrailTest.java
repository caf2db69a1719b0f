package io.crossclear.domain.trade;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.Trading.Batch;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.domain.trade.FillBatchEvent.AccountRefused;
import io.crossclear.domain.trade.FillBatchEvent.LegsTaken;
import io.crossclear.domain.trade.FillBatchEvent.Novated;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One fill of 5 lots at 10,000 and one of 6: what a journal must say before legs are believed. */
final class BatchTrailTest {

  private static final long PRICE = 10_000 * E8;
  private static final Address VENUE = owner(9);
  private static final AccountId BUYER = account(1, 1, 0);
  private static final AccountId SELLER = account(2, 1, 0);
  private static final SignedAction<Order> BUY = order(1, BUYER, true, 1);
  private static final SignedAction<Order> SELL = order(2, SELLER, false, 1);
  private static final Fill ONE = new Fill(1, BUY, SELL, 5, PRICE);
  private static final Fill TWO = new Fill(2, BUY, SELL, 6, PRICE);
  private static final Leg BOUGHT = leg(1, BUY, 5, PRICE, 50);
  private static final Leg SOLD = leg(1, SELL, -5, PRICE, -50);

  private final BatchTrail trail = new BatchTrail();

  private static SignedAction<Order> order(int signer, AccountId id, boolean buy, long nonce) {
    return sign(
        owner(signer), new Order(id.word(), VENUE, BTC_PERP, buy, 100, PRICE, 99, false, nonce, 9));
  }

  private static Leg leg(
      int fill, SignedAction<Order> order, long lots, long price, long notional) {
    return new Leg(fill, id(order), order, price, new OpenLeg(BTC_PERP, lots, notional, 3));
  }

  private static Batch batch(Leg... legs) {
    return new Batch(VENUE, 4, List.of(legs), 60);
  }

  private void submitted() {
    trail.read(
        new Submitted(
            word(7), VENUE, 4, 60, marks(1, 10_000, 2_000), List.of(ONE, TWO), new TreeMap<>(), 5));
  }

  private void answered(Leg bought, Leg sold) {
    submitted();
    trail.read(new LegsTaken(BUYER, List.of(bought), new TreeMap<>(), 5));
    trail.read(new LegsTaken(SELLER, List.of(sold), new TreeMap<>(), 5));
  }

  private void novated() {
    answered(BOUGHT, SOLD);
    trail.read(new Novated(List.of(1), 6, 5));
  }

  private Optional<List<Integer>> believes(AccountId account, Batch reserved) {
    return trail.novated(account, word(7), reserved);
  }

  @Test
  void saysNothingBeforeANovation() {
    assertEquals(Optional.empty(), believes(BUYER, batch(BOUGHT)));
    answered(BOUGHT, SOLD);
    assertEquals(Optional.empty(), believes(BUYER, batch(BOUGHT)));
  }

  @Test
  void saysNothingOfANovationWithoutASubmission() {
    trail.read(new Novated(List.of(), 0, 5));
    assertEquals(Optional.empty(), believes(BUYER, batch()));
  }

  @Test
  void saysToBothSidesWhatHappened() {
    novated();
    assertEquals(Optional.of(List.of(1)), believes(BUYER, batch(BOUGHT)));
    assertEquals(Optional.of(List.of(1)), believes(SELLER, batch(SOLD)));
  }

  @Test
  void saysThatNothingHappenedToOneWhoseOtherSideRefused() {
    submitted();
    trail.read(new LegsTaken(BUYER, List.of(BOUGHT), new TreeMap<>(), 5));
    trail.read(new AccountRefused(SELLER, "UNKNOWN_POOL", 5));
    trail.read(new Novated(List.of(), 0, 5));
    assertEquals(Optional.of(List.of()), believes(BUYER, batch(BOUGHT)));
  }

  @Nested
  class DisbelievesANovation {
    @Test
    void thatIsNotWhatTheAnswersComeTo() {
      answered(BOUGHT, leg(1, SELL, -5, PRICE, -49));
      trail.read(new Novated(List.of(1), 6, 5));
      assertEquals(Optional.empty(), believes(BUYER, batch(BOUGHT)));
    }

    @Test
    void withOtherFees() {
      answered(BOUGHT, SOLD);
      trail.read(new Novated(List.of(1), 7, 5));
      assertEquals(Optional.empty(), believes(BUYER, batch(BOUGHT)));
    }

    @Test
    void thatComesTooEarly() {
      submitted();
      trail.read(new LegsTaken(BUYER, List.of(BOUGHT), new TreeMap<>(), 5));
      trail.read(new Novated(List.of(), 0, 5));
      assertEquals(Optional.empty(), believes(BUYER, batch(BOUGHT)));
    }
  }

  @Nested
  class DisbelievesTheLegs {
    @Test
    void ofAnotherBatch() {
      novated();
      assertEquals(Optional.empty(), trail.novated(BUYER, word(8), batch(BOUGHT)));
      Leg[] legs = {BOUGHT};
      assertEquals(Optional.empty(), believes(BUYER, new Batch(owner(8), 4, List.of(legs), 60)));
      assertEquals(Optional.empty(), believes(BUYER, new Batch(VENUE, 5, List.of(legs), 60)));
      assertEquals(Optional.empty(), believes(BUYER, new Batch(VENUE, 4, List.of(legs), 61)));
    }

    @Test
    void thatTheAccountDidNotAnswerWith() {
      novated();
      assertEquals(Optional.empty(), believes(SELLER, batch(BOUGHT)));
      assertEquals(Optional.empty(), believes(account(3, 1, 0), batch(BOUGHT)));
      assertEquals(Optional.empty(), believes(BUYER, batch()));
      assertEquals(Optional.empty(), believes(BUYER, batch(BOUGHT, BOUGHT)));
    }

    /** An account whose journal and whose answer lie alike: the fill says otherwise. */
    @Test
    void thatNoFillOfTheBatchIs() {
      novatedWith(leg(3, BUY, 5, PRICE, 50), List.of());
      novatedWith(leg(1, BUY, 5, PRICE - 1, 50), List.of(1));
      novatedWith(leg(1, BUY, 4, PRICE, 50), List.of());
      novatedWith(leg(1, SELL, 5, PRICE, 50), List.of(1));
      novatedWith(leg(1, order(1, BUYER, true, 2), 5, PRICE, 50), List.of(1));
      novatedWith(leg(2, BUY, 5, PRICE, 50), List.of());
    }

    private void novatedWith(Leg lie, List<Integer> happened) {
      BatchTrail own = new BatchTrail();
      own.read(
          new Submitted(
              word(7),
              VENUE,
              4,
              60,
              marks(1, 10_000, 2_000),
              List.of(ONE, TWO),
              new TreeMap<>(),
              5));
      own.read(new LegsTaken(BUYER, List.of(lie), new TreeMap<>(), 5));
      own.read(new LegsTaken(SELLER, List.of(SOLD), new TreeMap<>(), 5));
      own.read(new Novated(happened, 6L * happened.size(), 5));
      assertEquals(Optional.empty(), own.novated(BUYER, word(7), batch(lie)));
      // the other side's legs are what they are
      assertEquals(Optional.of(happened), own.novated(SELLER, word(7), batch(SOLD)));
    }
  }
}
