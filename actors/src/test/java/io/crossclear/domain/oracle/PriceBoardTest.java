package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.oracle.PriceNotice.Cause;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class PriceBoardTest {

  private static final long PRICE = 50_000_00000000L;
  private static final long ROUND_MILLIS = 500;

  private final TestOracles network = new TestOracles(4);

  /** A board, the round it is at and two clocks that run alike. */
  private final class Watch {
    PriceBoard board = PriceBoard.empty(network.config);
    long round;
    long millis;
    List<PriceNotice> notices = List.of();

    Watch after(long more) {
      millis += more;
      return this;
    }

    Watch next(List<ReportRow> rows) {
      round++;
      after(ROUND_MILLIS);
      PriceBoard.Step step =
          board.apply(network.report(round, TestOracles.START + millis, rows), millis * 1_000_000);
      board = step.next();
      notices = step.notices();
      return this;
    }

    Watch next(long price) {
      return next(network.rows(TestOracles.START + millis, price, price, price));
    }

    Watch rounds(int count, long price) {
      for (int i = 0; i < count; i++) {
        next(price);
      }
      return this;
    }

    FeedStatus status() {
      return board.status(TestOracles.BTC, millis * 1_000_000);
    }

    CertifiedPrice price() {
      return board.price(TestOracles.BTC, millis * 1_000_000).orElseThrow();
    }
  }

  /** A board that has followed one price for long enough. */
  private Watch settled() {
    return new Watch().rounds(11, PRICE);
  }

  private List<ReportRow> stale() {
    return network.config.feeds().stream()
        .map(feed -> new ReportRow(feed.feed(), 0, 0, 0, 2, 0, RowStatus.STALE))
        .toList();
  }

  @Nested
  final class Starting {

    @Test
    void anEmptyBoardHasNoPriceAndNoTime() {
      PriceBoard empty = PriceBoard.empty(network.config);

      assertEquals(Optional.empty(), empty.price(TestOracles.BTC, 0));
      assertEquals(FeedStatus.STALE, empty.status(TestOracles.BTC, 0));
      assertEquals(0, empty.now());
      assertEquals(-1, empty.round());
    }

    @Test
    void aPriceCountsAfterThreeRoundsAndFiveSeconds() {
      Watch quick = new Watch().rounds(10, PRICE);
      assertEquals(FeedStatus.STALE, quick.status(), "10 rounds in 4.5 s");
      assertEquals(FeedStatus.OK, quick.next(PRICE).status());
      assertEquals(PRICE, quick.price().price());
      assertEquals(11, quick.price().seq());

      Watch slow = new Watch().next(PRICE).after(6_000).next(PRICE);
      assertEquals(FeedStatus.STALE, slow.status(), "2 rounds in 6.5 s");
      assertEquals(FeedStatus.OK, slow.next(PRICE).status());
    }

    @Test
    void oldCertificatesReplayedAtOnceCountForNothing() {
      PriceBoard board = PriceBoard.empty(network.config);
      for (int round = 1; round <= 100; round++) {
        long at = TestOracles.START + round * ROUND_MILLIS;
        board = board.apply(network.report(round, at, PRICE), round).next();
      }

      assertEquals(FeedStatus.STALE, board.status(TestOracles.BTC, 100));
    }

    @Test
    void anUnknownFeedIsStale() {
      FeedId unknown = new FeedId("DOGE/USD");

      assertEquals(Optional.empty(), settled().board.price(unknown, 0));
      assertEquals(FeedStatus.STALE, settled().board.status(unknown, 0));
    }
  }

  @Nested
  final class Following {

    @Test
    void everyRoundIsTheNewPriceWithItsEvidence() {
      Watch watch = settled().next(PRICE + 100);

      CertifiedPrice price = watch.price();

      assertEquals(FeedStatus.OK, price.status());
      assertEquals(PRICE + 100, price.price());
      assertEquals(12, price.seq());
      assertEquals(TestOracles.BTC, price.feed());
      assertTrue(network.verifier.proves(price.proof(), price.certificate()));
      assertEquals(PRICE + 100, price.admission(1));
      assertEquals(PRICE + 100, price.liquidation(-1));
      assertEquals(PRICE + 95, price.low());
      assertEquals(PRICE + 105, price.high());
    }

    @Test
    void oldRoundsAndRepetitionsChangeNothing() {
      PriceBoard board = settled().board;

      for (long round : new long[] {1, 10, 11}) {
        PriceBoard.Step step =
            board.apply(network.report(round, TestOracles.START + 99_000, PRICE * 2), 99);
        assertSame(board, step.next());
        assertEquals(List.of(), step.notices());
      }
    }

    @Test
    void timeNeverGoesBack() {
      Watch watch = settled();
      long before = watch.board.now();

      PriceBoard next =
          watch.board.apply(network.report(12, TestOracles.START, PRICE), 9_000_000_000L).next();

      assertEquals(12, next.round());
      assertEquals(before, next.now());
    }

    @Test
    void aMissedRoundIsARestart() {
      Watch watch = settled();
      watch.round++;
      assertEquals(FeedStatus.STALE, watch.next(PRICE).status());
      assertEquals(PRICE, watch.price().price(), "the last price stays to be valued with");
      assertEquals(11, watch.price().seq());
      assertEquals(FeedStatus.STALE, watch.rounds(9, PRICE).status());
      assertEquals(FeedStatus.OK, watch.next(PRICE).status());
    }

    @Test
    void boardsAgreeAgainAfterOneMissedARound() {
      Watch all = settled();
      Watch missed = settled();
      all.next(PRICE + 7);
      missed.round++;
      missed.after(ROUND_MILLIS);
      for (int i = 0; i < 11; i++) {
        all.next(PRICE + 7);
        missed.next(PRICE + 7);
      }

      assertEquals(all.price(), missed.price());
      assertEquals(all.board.now(), missed.board.now());
    }
  }

  @Nested
  final class Ageing {

    @Test
    void aPriceIsStaleByItsAgeSinceReceiptAlone() {
      Watch watch = settled().after(5_000);
      assertEquals(FeedStatus.OK, watch.status());
      assertEquals(FeedStatus.STALE, watch.after(1).status());
      assertEquals(FeedStatus.STALE, watch.price().status());
    }

    @Test
    void theBandOfAStalePriceWidensWithAge() {
      Watch watch = settled();
      long sixSeconds = PRICE / 1_000_000 * 200 * 6;

      CertifiedPrice stale = watch.after(6_000).price();

      assertEquals(PRICE - 5 - sixSeconds, stale.low());
      assertEquals(PRICE + 5 + sixSeconds, stale.high());
      assertEquals(stale.low(), stale.admission(1), "a long is admitted at the worse end");
      assertEquals(stale.high(), stale.admission(-1));
      assertEquals(stale.high(), stale.liquidation(1), "and liquidated at the better one");
      assertEquals(stale.low(), stale.liquidation(-1));
      assertEquals(PRICE, stale.price());
    }

    @Test
    void theBandNeverWidensBeyondThePriceItself() {
      CertifiedPrice ancient = settled().after(1L << 40).price();

      assertEquals(-5, ancient.low());
      assertEquals(2 * PRICE + 5, ancient.high());
    }

    @Test
    void afterAGapTheNextPriceHasToHold() {
      Watch watch = settled().after(6_000).next(PRICE);
      assertEquals(FeedStatus.STALE, watch.status());
      assertEquals(FeedStatus.OK, watch.rounds(10, PRICE).status());
    }

    @Test
    void tooFewObserversAreSaidAtOnceAndForgivenAtOnce() {
      Watch watch = settled().next(stale());
      assertEquals(FeedStatus.STALE, watch.status());
      assertEquals(PRICE, watch.price().price());
      assertEquals(FeedStatus.OK, watch.next(PRICE).status());
    }
  }

  @Nested
  final class Jumping {

    private static final long HIGHER = PRICE / 100 * 106;

    @Test
    void aJumpIsPendingUntilItHasHeld() {
      Watch watch = settled().next(HIGHER);
      assertEquals(FeedStatus.JUMP_PENDING, watch.status());
      assertEquals(PRICE, watch.price().price());
      assertEquals(FeedStatus.JUMP_PENDING, watch.rounds(9, HIGHER).status());
      assertEquals(FeedStatus.OK, watch.next(HIGHER).status());
      assertEquals(HIGHER, watch.price().price());
    }

    @Test
    void whileItIsPendingTheBandHoldsBothLevels() {
      CertifiedPrice pending = settled().next(HIGHER).price();

      assertEquals(PRICE - 5, pending.admission(1));
      assertEquals(HIGHER + 5, pending.liquidation(1));
      assertEquals(HIGHER + 5, pending.admission(-1));
      assertEquals(PRICE - 5, pending.liquidation(-1));
    }

    @Test
    void aSpikeThatComesBackIsForgotten() {
      Watch watch = settled().rounds(2, HIGHER).next(PRICE + 1);

      assertEquals(FeedStatus.OK, watch.status());
      assertEquals(PRICE + 1, watch.price().price());
      assertEquals(FeedStatus.JUMP_PENDING, watch.next(HIGHER).status());
    }

    @Test
    void aLevelThatDoesNotHoldStartsAgain() {
      Watch watch = settled().rounds(10, HIGHER).next(HIGHER * 2);
      assertEquals(FeedStatus.JUMP_PENDING, watch.status());
      assertEquals(FeedStatus.JUMP_PENDING, watch.rounds(9, HIGHER * 2).status());
      assertEquals(FeedStatus.OK, watch.next(HIGHER * 2).status());
    }

    @Test
    void aMoveOfExactlyTheLimitIsNoJump() {
      assertEquals(FeedStatus.OK, settled().next(PRICE / 100 * 105).status());
      assertEquals(FeedStatus.JUMP_PENDING, settled().next(PRICE / 100 * 105 + 1).status());
    }
  }

  @Nested
  final class BadNews {

    /**
     * H-22: the price fell below the floor of a feed, which then stood still at its last good
     * value.
     */
    @Test
    void aPriceBelowTheRangeIsSaidInItsRound() {
      long worthless = TestOracles.MIN_PRICE / 10;
      Watch watch = settled().next(worthless);

      assertEquals(FeedStatus.OUT_OF_RANGE, watch.status());
      assertEquals(PRICE, watch.price().price());
      assertEquals(worthless - 5, watch.price().admission(1));
      assertEquals(PRICE + 5, watch.price().liquidation(1));
    }

    @Test
    void whatIsNotOkForTenMinutesIsHaltedUntilAPriceHolds() {
      Watch watch = settled();
      for (int i = 0; i <= 1_200; i++) {
        watch.next(stale());
        assertEquals(FeedStatus.STALE, watch.status(), "round " + watch.round);
      }
      assertEquals(FeedStatus.HALTED, watch.next(stale()).status());
      assertEquals(FeedStatus.HALTED, watch.next(PRICE).status());
      assertEquals(FeedStatus.HALTED, watch.rounds(9, PRICE).status());
      assertEquals(FeedStatus.OK, watch.next(PRICE).status());
    }

    @Test
    void feedsAreJudgedOneByOne() {
      Watch watch = settled();
      watch.next(network.rows(TestOracles.START + watch.millis, PRICE, PRICE * 2, 1));

      assertEquals(FeedStatus.OK, watch.board.status(TestOracles.BTC, watch.millis * 1_000_000));
      assertEquals(
          FeedStatus.JUMP_PENDING, watch.board.status(TestOracles.ETH, watch.millis * 1_000_000));
      assertEquals(
          FeedStatus.OUT_OF_RANGE, watch.board.status(TestOracles.SOL, watch.millis * 1_000_000));
    }
  }

  @Nested
  final class Noticing {

    private List<Cause> causes(Watch watch) {
      return watch.notices.stream().map(PriceNotice::cause).toList();
    }

    @Test
    void onlyStatusDeviationAndHeartbeatAreNoted() {
      Watch watch = settled();
      assertEquals(Collections.nCopies(3, Cause.STATUS), causes(watch));
      assertEquals(List.of(), causes(watch.next(PRICE)));
      assertEquals(List.of(), causes(watch.next(PRICE + PRICE / 1_000 - 1)));
      assertEquals(
          Collections.nCopies(3, Cause.DEVIATION), causes(watch.next(PRICE + PRICE / 1_000)));
      assertEquals(
          new PriceNotice(
              TestOracles.BTC,
              14,
              FeedStatus.OK,
              PRICE + PRICE / 1_000,
              TestOracles.START + 7_000,
              Cause.DEVIATION),
          watch.notices.getFirst());
      watch.rounds(119, PRICE + PRICE / 1_000);
      assertEquals(List.of(), causes(watch));
      assertEquals(
          Collections.nCopies(3, Cause.HEARTBEAT), causes(watch.next(PRICE + PRICE / 1_000)));
      assertEquals(Collections.nCopies(3, Cause.STATUS), causes(watch.next(stale())));
    }
  }

  /** P10: the filter cannot starve. */
  @Property(tries = 100)
  void noMoveOfTheDeviationGoesUnnoted(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = -20, max = 20) Integer> moves) {
    Watch watch = settled();
    long noted = PRICE;
    long price = PRICE;
    for (int move : moves) {
      price += move * (PRICE / 10_000);
      watch.next(price);
      boolean far = Math.abs(price - noted) * 1_000 >= noted;
      assertEquals(far, !watch.notices.isEmpty());
      noted = far ? price : noted;
    }
  }

  /**
   * P7 and P14: the same reports lead to the same board, whatever else arrives again in between.
   */
  @Property(tries = 50)
  void boardsThatSawTheSameReportsAgree(
      @ForAll @Size(min = 5, max = 40) List<@IntRange(min = 0, max = 3) Integer> kinds) {
    PriceBoard one = PriceBoard.empty(network.config);
    PriceBoard other = one;
    List<VerifiedReport> seen = new ArrayList<>();
    long millis = 0;
    for (int i = 0; i < kinds.size(); i++) {
      millis += ROUND_MILLIS * 4;
      long at = TestOracles.START + millis;
      List<ReportRow> rows =
          switch (kinds.get(i)) {
            case 0 -> stale();
            case 1 -> network.rows(at, 1, 1, 1);
            case 2 -> network.rows(at, PRICE * 2, PRICE * 2, PRICE * 2);
            default -> network.rows(at, PRICE, PRICE, PRICE);
          };
      VerifiedReport report = network.report(i + 1, at, rows);
      seen.add(report);
      one = one.apply(report, millis * 1_000_000).next();
      other = other.apply(report, millis * 1_000_000).next();
      for (VerifiedReport again : seen) {
        other = other.apply(again, millis * 1_000_000).next();
      }
      assertFalse(
          one.status(TestOracles.BTC, millis * 1_000_000) == FeedStatus.OK
              && rows.getFirst().status() != RowStatus.OK,
          "bad news is never OK");
    }

    assertEquals(one, other);
  }
}
