package io.crossclear.domain.trade;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.E8;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.domain.trade.FillBatch.Rejection;
import io.crossclear.domain.trade.FillBatch.Stage;
import io.crossclear.domain.trade.FillBatchEvent.Submitted;
import io.crossclear.testing.StubSignatures;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a batch refuses, in its order, and that every command may come again at every stage. */
final class FillBatchCrashTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long PRICE = 10_000 * E8;
  private static final Marks MARKS = marks(1, 10_000, 2_000);
  private static final Address VENUE = owner(9);
  private static final AccountId BUYER = account(1, 1, 0);
  private static final AccountId SELLER = account(2, 1, 0);
  private static final AccountId STRANGER = account(3, 1, 0);
  private static final SignedAction<Order> BUY = order(1, BUYER, true, VENUE, BTC_PERP);
  private static final SignedAction<Order> SELL = order(2, SELLER, false, VENUE, BTC_PERP);
  private static final Fill FILL = new Fill(1, BUY, SELL, 5, PRICE);

  private static SignedAction<Order> order(
      int signer, AccountId id, boolean buy, Address venue, String symbol) {
    return sign(
        owner(signer),
        new Order(id.word(), venue, symbol, buy, 100, PRICE, 99, false, 1, SECOND + 9));
  }

  /** The same order, signed for a contract that is no vault of this network. */
  private static SignedAction<Order> elsewhere(int signer, SignedAction<Order> order) {
    var digest = VERIFIER.typedData(order.action(), 999, A.address()).digest(VERIFIER.keccak());
    return new SignedAction<>(
        order.action(), 999, A.address(), StubSignatures.sign(owner(signer), digest));
  }

  private static Decision<FillBatchEvent, Rejection> submit(
      FillBatch batch, long number, long deadline, List<Fill> fills, Marks marks) {
    return batch.submit(word(1), VENUE, number, deadline, fills, VERIFIER, MARKET, marks, NOW);
  }

  private static Decision<FillBatchEvent, Rejection> submit(long deadline, List<Fill> fills) {
    return submit(FillBatch.EMPTY, 1, deadline, fills, MARKS);
  }

  private static FillRefusal refusal(Fill fill) {
    Submitted event = (Submitted) only(submit(SECOND, List.of(fill)));
    assertEquals(List.of(), event.fills());
    return event.refused().values().iterator().next();
  }

  private static FillBatch after(FillBatch batch, Decision<FillBatchEvent, Rejection> decision) {
    return batch.apply(only(decision));
  }

  private static FillBatch submitted() {
    return after(FillBatch.EMPTY, submit(SECOND, List.of(FILL)));
  }

  private static Leg leg(long lots, long notional) {
    return new Leg(
        1, word(1), lots > 0 ? BUY : SELL, PRICE, new OpenLeg(BTC_PERP, lots, notional, 3));
  }

  private static FillBatch reserved() {
    FillBatch one =
        after(submitted(), submitted().taken(BUYER, List.of(leg(5, 50)), new TreeMap<>(), NOW));
    return after(one, one.taken(SELLER, List.of(leg(-5, -50)), new TreeMap<>(), NOW));
  }

  private static FillBatch novated() {
    return after(reserved(), reserved().novate(NOW));
  }

  private static FillBatch committed() {
    FillBatch one = after(novated(), novated().done(BUYER, NOW));
    return after(one, one.done(SELLER, NOW));
  }

  private static FillBatch closed() {
    return after(committed(), committed().booked(NOW));
  }

  @Nested
  class IsRefusedAsAWhole {
    private final Decision<FillBatchEvent, Rejection> late =
        Decision.reject(Rejection.DEADLINE_OUT_OF_RANGE);

    @Test
    void byItsNumberThenItsSizeThenItsDeadline() {
      assertEquals(
          Decision.reject(Rejection.NUMBER_OUT_OF_RANGE),
          submit(FillBatch.EMPTY, 0, SECOND - 1, List.of(), MARKS));
      assertEquals(Decision.reject(Rejection.SIZE_OUT_OF_RANGE), submit(SECOND - 1, List.of()));
      assertEquals(late, submit(SECOND - 1, List.of(FILL)));
      assertEquals(late, submit(SECOND + 121, List.of(FILL)));
    }

    @Test
    void neitherAtTheDeadlineItselfNorTwoMinutesBeforeIt() {
      only(submit(SECOND, List.of(FILL)));
      only(submit(SECOND + 120, List.of(FILL)));
    }

    @Test
    void withMoreThan500Fills() {
      assertEquals(
          Decision.reject(Rejection.SIZE_OUT_OF_RANGE),
          submit(SECOND, Collections.nCopies(501, FILL)));
      // the copies of one number are one fill
      Submitted most = (Submitted) only(submit(SECOND, Collections.nCopies(500, FILL)));
      assertEquals(List.of(FILL), most.fills());
    }
  }

  @Nested
  class DropsAFill {
    @Test
    void withoutANumberAndKeepsNothingOfIt() {
      Submitted event =
          (Submitted) only(submit(SECOND, List.of(new Fill(0, BUY, SELL, 5, PRICE), FILL)));
      assertEquals(List.of(FILL), event.fills());
      assertEquals(Map.of(), event.refused());
    }

    @Test
    void whoseSellOrderIsInThePlaceOfTheBuyOrder() {
      assertEquals(FillRefusal.SAME_SIDE, refusal(new Fill(1, SELL, BUY, 5, PRICE)));
      assertEquals(FillRefusal.SAME_SIDE, refusal(new Fill(1, SELL, SELL, 5, PRICE)));
    }

    @Test
    void ofAnotherPoolOnEitherSide() {
      AccountId far = account(1, 2, 0);
      assertEquals(
          FillRefusal.DIFFERENT_POOLS,
          refusal(new Fill(1, order(1, far, true, VENUE, BTC_PERP), SELL, 5, PRICE)));
      AccountId other = account(2, 2, 0);
      assertEquals(
          FillRefusal.DIFFERENT_POOLS,
          refusal(
              new Fill(
                  1,
                  order(1, far, true, VENUE, BTC_PERP),
                  order(2, other, false, VENUE, BTC_PERP),
                  5,
                  PRICE)));
    }

    @Test
    void whoseInstrumentHasNoPrice() {
      Marks none = new Marks(1, 1, 0, new TreeMap<>(), new TreeMap<>());
      Submitted event = (Submitted) only(submit(FillBatch.EMPTY, 1, SECOND, List.of(FILL), none));
      assertEquals(Map.of(1, FillRefusal.UNKNOWN_INSTRUMENT), event.refused());
    }

    @Test
    void signedForAnotherNetworkOnEitherSide() {
      assertEquals(
          FillRefusal.WRONG_DOMAIN, refusal(new Fill(1, elsewhere(1, BUY), SELL, 5, PRICE)));
      assertEquals(
          FillRefusal.WRONG_DOMAIN, refusal(new Fill(1, BUY, elsewhere(2, SELL), 5, PRICE)));
    }

    @Test
    void signedBySomebodyElseOnEitherSide() {
      assertEquals(
          FillRefusal.BAD_SIGNATURE,
          refusal(new Fill(1, order(3, BUYER, true, VENUE, BTC_PERP), SELL, 5, PRICE)));
    }

    @Test
    void thatNamesAnotherVenueOnEitherSide() {
      assertEquals(
          FillRefusal.WRONG_VENUE,
          refusal(new Fill(1, order(1, BUYER, true, owner(8), BTC_PERP), SELL, 5, PRICE)));
    }

    @Test
    void atThePriceThatIsJustOutsideTheBand() {
      only(submit(SECOND, List.of(new Fill(1, BUY, SELL, 5, 9_700 * E8))));
      assertEquals(
          FillRefusal.PRICE_OUTSIDE_BAND, refusal(new Fill(1, BUY, SELL, 5, 9_700 * E8 - 1)));
    }
  }

  @Nested
  class TakesEveryCommandAgain {
    private final Decision<FillBatchEvent, Rejection> done = Decision.alreadyDone();
    private final Decision<FillBatchEvent, Rejection> early =
        Decision.reject(Rejection.OUT_OF_TURN);

    @Test
    void aSubmissionAtEveryStage() {
      for (FillBatch at : List.of(submitted(), reserved(), novated(), committed(), closed())) {
        assertEquals(done, submit(at, 0, SECOND - 1, List.of(), MARKS));
      }
    }

    @Test
    void anAnswerOfAnAccountAtEveryStage() {
      assertEquals(early, FillBatch.EMPTY.taken(BUYER, List.of(), new TreeMap<>(), NOW));
      assertEquals(early, FillBatch.EMPTY.refused(BUYER, "X", NOW));
      FillBatch half =
          after(submitted(), submitted().taken(BUYER, List.of(leg(5, 50)), new TreeMap<>(), NOW));
      assertEquals(done, half.taken(BUYER, List.of(), new TreeMap<>(), NOW));
      assertEquals(done, half.refused(STRANGER, "X", NOW));
      for (FillBatch at : List.of(reserved(), novated(), committed(), closed())) {
        assertEquals(done, at.taken(BUYER, List.of(), new TreeMap<>(), NOW));
        assertEquals(done, at.refused(SELLER, "X", NOW));
      }
    }

    @Test
    void aNovationAtEveryStage() {
      assertEquals(early, FillBatch.EMPTY.novate(NOW));
      assertEquals(early, submitted().novate(NOW));
      for (FillBatch at : List.of(novated(), committed(), closed())) {
        assertEquals(done, at.novate(NOW));
      }
    }

    @Test
    void aCommitAtEveryStage() {
      assertEquals(early, submitted().done(BUYER, NOW));
      assertEquals(early, reserved().done(BUYER, NOW));
      assertEquals(done, novated().done(STRANGER, NOW));
      assertEquals(done, committed().done(BUYER, NOW));
      assertEquals(done, closed().done(BUYER, NOW));
    }

    @Test
    void theFeesAtEveryStage() {
      for (FillBatch at : List.of(FillBatch.EMPTY, submitted(), reserved(), novated())) {
        assertEquals(early, at.booked(NOW));
      }
      assertEquals(done, closed().booked(NOW));
    }

    @Test
    void isOpenFromItsSubmissionToItsFees() {
      assertFalse(FillBatch.EMPTY.open());
      for (FillBatch at : List.of(submitted(), reserved(), novated(), committed())) {
        assertTrue(at.open());
      }
      assertFalse(closed().open());
    }
  }

  @Nested
  class Novates {
    @Test
    void nothingWhenThePairBooksOtherLots() {
      FillBatch one =
          after(submitted(), submitted().taken(BUYER, List.of(leg(5, 50)), new TreeMap<>(), NOW));
      FillBatch two = after(one, one.taken(SELLER, List.of(leg(-4, -50)), new TreeMap<>(), NOW));
      FillBatch none = after(two, two.novate(NOW));
      assertEquals(List.of(), none.novated());
      assertEquals(Map.of(1, FillRefusal.LEG_REFUSED), none.refused());
      // both have legs to give back
      assertEquals(Stage.NOVATED, none.stage());
      assertEquals(Set.of(BUYER, SELLER), none.waiting());
      assertEquals(List.of(), none.commits(BUYER));
    }

    @Test
    void nothingOfASideThatIsMissing() {
      TreeMap<Integer, LegRefusal> no = new TreeMap<>(Map.of(1, LegRefusal.EXPIRED));
      FillBatch one = after(submitted(), submitted().taken(BUYER, List.of(), no, NOW));
      FillBatch two = after(one, one.taken(SELLER, List.of(leg(-5, -50)), new TreeMap<>(), NOW));
      FillBatch none = after(two, two.novate(NOW));
      assertEquals(List.of(), none.novated());
      assertEquals(0, none.fees());
      assertEquals(Set.of(SELLER), none.waiting());
      assertEquals(Map.of(), none.traded(MARKET));
    }

    /** The account's no takes its own fills away and leaves those of others. */
    @Test
    void whatOthersTradedWhenOneAccountRefuses() {
      SignedAction<Order> third = order(3, STRANGER, true, VENUE, BTC_PERP);
      Fill other = new Fill(2, third, SELL, 6, PRICE);
      FillBatch batch = after(FillBatch.EMPTY, submit(SECOND, List.of(FILL, other)));
      assertEquals(Set.of(BUYER, SELLER, STRANGER), batch.waiting());
      FillBatch without = after(batch, batch.refused(BUYER, "UNKNOWN_POOL", NOW));
      assertEquals(Map.of(1, FillRefusal.LEG_REFUSED), without.refused());
      FillBatch nobody = after(without, without.refused(SELLER, "UNKNOWN_POOL", NOW));
      assertEquals(
          Map.of(1, FillRefusal.LEG_REFUSED, 2, FillRefusal.LEG_REFUSED), nobody.refused());
    }

    /** Two fills of 5 and 6 lots of 10^-5 at 10,100 and 9,900, against a mark of 10,000. */
    @Test
    void andAddsUpWhatWasTraded() {
      Fill dear = new Fill(1, BUY, SELL, 5, 10_100 * E8);
      Fill cheap = new Fill(2, BUY, SELL, 6, 9_900 * E8);
      FillBatch batch = after(FillBatch.EMPTY, submit(SECOND, List.of(dear, cheap)));
      Leg[] bought = {leg(5, 50), new Leg(2, word(1), BUY, PRICE, new OpenLeg(BTC_PERP, 6, 60, 4))};
      Leg[] sold = {
        leg(-5, -50), new Leg(2, word(1), SELL, PRICE, new OpenLeg(BTC_PERP, -6, -60, 4))
      };
      FillBatch one = after(batch, batch.taken(BUYER, List.of(bought), new TreeMap<>(), NOW));
      FillBatch two = after(one, one.taken(SELLER, List.of(sold), new TreeMap<>(), NOW));
      FillBatch novated = after(two, two.novate(NOW));
      assertEquals(3 + 3 + 4 + 4, novated.fees());
      // 1 % off the mark either way, of which at most the cap of 0.75 % counts
      assertEquals(
          Map.of(BTC_PERP, new FillBatch.Traded(503_750 + 595_500, 500_000 + 600_000)),
          novated.traded(MARKET));
    }
  }

  @Nested
  class AVenuesSignature {
    private Signature signed(long number, List<Fill> fills) {
      var digest =
          VenueBatch.typedData(VERIFIER, VENUE, number, SECOND, fills, A.chainId(), A.address())
              .digest(VERIFIER.keccak());
      return StubSignatures.sign(VENUE, digest);
    }

    private java.util.Optional<Address> signer(long chain, List<Fill> fills) {
      return new VenueBatch(VENUE, 1, SECOND, fills, chain, A.address(), signed(1, List.of(FILL)))
          .verify(VERIFIER)
          .signer();
    }

    @Test
    void isOverEveryNumberOfEveryFill() {
      assertEquals(java.util.Optional.of(VENUE), signer(A.chainId(), List.of(FILL)));
      for (Fill other :
          List.of(
              new Fill(2, BUY, SELL, 5, PRICE),
              new Fill(1, SELL, SELL, 5, PRICE),
              new Fill(1, BUY, BUY, 5, PRICE),
              new Fill(1, BUY, SELL, 6, PRICE),
              new Fill(1, BUY, SELL, 5, -PRICE))) {
        assertFalse(signer(A.chainId(), List.of(other)).equals(java.util.Optional.of(VENUE)));
      }
      assertFalse(signer(A.chainId(), List.of(FILL, FILL)).equals(java.util.Optional.of(VENUE)));
      assertFalse(signer(999, List.of(FILL)).equals(java.util.Optional.of(VENUE)));
    }

    @Test
    void cannotBeOverANegativeNumber() {
      VenueBatch batch =
          new VenueBatch(
              VENUE, -1, SECOND, List.of(FILL), A.chainId(), A.address(), signed(1, List.of(FILL)));
      assertThrows(IllegalArgumentException.class, () -> batch.verify(VERIFIER));
    }

    /** −1 as int256 is 32 bytes of ff, not 24 of 00 before 8 of ff. */
    @Test
    void extendsTheSignOfAPriceBelowZero() {
      Fill minus = new Fill(1, BUY, SELL, 5, -1);
      java.io.ByteArrayOutputStream words = new java.io.ByteArrayOutputStream();
      words.writeBytes(VERIFIER.verify(BUY).digest().bytes());
      words.writeBytes(VERIFIER.verify(SELL).digest().bytes());
      words.writeBytes(word(5).bytes());
      byte[] negative = new byte[32];
      java.util.Arrays.fill(negative, (byte) 0xff);
      words.writeBytes(negative);
      words.writeBytes(word(1).bytes());
      var data =
          VenueBatch.typedData(
              VERIFIER, VENUE, 1, SECOND, List.of(minus), A.chainId(), A.address());
      assertEquals(
          new io.crossclear.domain.signing.TypedData.Value.Word32(
              VERIFIER.keccak().hash(words.toByteArray())),
          data.fields().getLast().value());
    }
  }
}
