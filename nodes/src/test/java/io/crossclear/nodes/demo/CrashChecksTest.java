package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.nodes.demo.Checks.Check;
import io.crossclear.nodes.demo.Crisis.Outage;
import io.crossclear.nodes.demo.History.Funding;
import io.crossclear.nodes.demo.History.Holding;
import io.crossclear.nodes.oracle.QuoteLog.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CrashChecksTest {

  private static final Evidence GOOD = HandMadeCrash.evidence();

  static Stream<String> names() {
    return Checks.names(Checks.Kind.CRASH, HandMadeCrash.GENESIS, true).stream();
  }

  private static List<String> failing(Evidence evidence, Optional<String> broken) {
    return Checks.run(Checks.Kind.CRASH, evidence, true, broken).stream()
        .filter(check -> !check.holds())
        .map(Check::name)
        .toList();
  }

  @Test
  void allHoldForAHandMadeCrash() {
    assertEquals(
        List.of(),
        Checks.run(Checks.Kind.CRASH, GOOD, true, Optional.empty()).stream()
            .flatMap(check -> check.violations().stream())
            .toList());
  }

  @Test
  void areTheNamedOnes() {
    assertEquals(
        List.of(
            "conservation.ETH",
            "conservation.USDC",
            "deposits_once",
            "withdrawals_once",
            "positions_zero.BTC-PERP",
            "positions_zero.ETH-PERP",
            "equity_never_negative_outside_waterfall",
            "clearing_account",
            "vault_covers_positive_balances",
            "liar_outvoted",
            "nobody_left_unpaid",
            "books_empty",
            "activity_floor"),
        Checks.names(Checks.Kind.CRASH, HandMadeCrash.GENESIS, false));
  }

  @ParameterizedTest
  @MethodSource("names")
  void breakingOneFailsExactlyThatOne(String name) {
    assertEquals(List.of(name), failing(GOOD, Optional.of(name)));
  }

  @Nested
  class Equity {

    private static List<String> of(History history, List<Outage> outages) {
      Crisis good = GOOD.crisis();
      return CrashChecks.equityNeverNegative(
          GOOD.withCrisis(new Crisis(history, good.tape(), good.faults(), good.quotes(), outages)));
    }

    private static List<String> of(Holding... holdings) {
      return of(HandMadeCrash.history(holdings), List.of());
    }

    @Test
    void belowZeroForThreeSecondsWithoutLiquidationIsAViolation() {
      // 1,000 dollars are gone below 7,000: from round 3 to round 7
      List<String> violations = of(HandMadeCrash.holding(0, 1_000, false));
      assertEquals(1, violations.size());
      assertTrue(violations.getFirst().contains("in round 3 "), violations::toString);
    }

    @Test
    void belowZeroAndInLiquidationByThenIsNone() {
      assertEquals(
          List.of(),
          of(
              HandMadeCrash.holding(0, 1_000, false),
              HandMadeCrash.holding(HandMadeCrash.at(6), 1_000, true)));
    }

    @Test
    void belowZeroForLessAndUpAgainIsNone() {
      // 2,200 dollars are gone below 5,800, in round 5 only
      assertEquals(List.of(), of(HandMadeCrash.holding(0, 2_200, false)));
    }

    @Test
    void timeWithoutANodeDoesNotCount() {
      History history = HandMadeCrash.history(HandMadeCrash.holding(0, 1_000, false));
      assertEquals(
          List.of(), of(history, List.of(new Outage(HandMadeCrash.at(4), HandMadeCrash.at(9)))));
    }

    @Test
    void aTapeThatSawNothingForLongIsAViolation() {
      Crisis good = GOOD.crisis();
      List<Tape.Row> torn = new ArrayList<>(good.tape());
      long jump = CrashChecks.UNSEEN.toMillis();
      torn.replaceAll(
          row ->
              row.seq() < 5
                  ? row
                  : new Tape.Row(row.feed(), row.seq(), row.price(), row.observedAt() + jump));
      Evidence evidence = GOOD.withCrisis(good.withTape(torn));
      assertEquals(
          List.of("nobody saw a certified round for 16000 ms after round 4"),
          CrashChecks.equityNeverNegative(evidence));
      Outage outage = new Outage(HandMadeCrash.at(6), HandMadeCrash.at(9));
      assertEquals(
          List.of(),
          CrashChecks.equityNeverNegative(
              evidence.withCrisis(
                  new Crisis(good.history(), torn, List.of(), good.quotes(), List.of(outage)))));
    }

    @Test
    void fundingThatWasChargedCounts() {
      History history =
          new History(
              HandMadeCrash.history(HandMadeCrash.holding(0, false)).accounts(),
              new TreeMap<>(Map.of("BTC-PERP", List.of(new Funding(2, 5_000_00000000L)))),
              History.Tally.NONE);
      assertEquals(1, of(history, List.of()).size());
    }
  }

  @Nested
  class Liar {

    private static List<String> of(List<Tape.Row> tape, List<Quoted> quotes) {
      return CrashChecks.liarOutvoted(
          GOOD.withCrisis(new Crisis(History.NONE, tape, List.of(), quotes, List.of())));
    }

    @Test
    void aPriceThatNobodyHonestSaidIsAViolation() {
      List<Tape.Row> tape = new ArrayList<>(HandMadeCrash.tape());
      Tape.Row row = tape.getFirst();
      tape.set(0, new Tape.Row(row.feed(), row.seq(), row.price() + 1_00000000L, row.observedAt()));
      assertEquals(1, of(tape, HandMadeCrash.quotes()).size());
    }

    @Test
    void aPriceOfARoundInWhichNobodyWasAskedIsAViolation() {
      List<Quoted> late =
          HandMadeCrash.quotes().stream()
              .filter(quote -> quote.time() > HandMadeCrash.at(1))
              .toList();
      assertEquals(2 * 3, of(HandMadeCrash.tape(), late).size());
    }

    @Test
    void aLiarWhoMostlyTellsTheTruthIsNone() {
      List<Quoted> honest =
          HandMadeCrash.quotes().stream()
              .map(
                  quote ->
                      quote.liar()
                          ? new Quoted(true, quote.feed(), quote.price() / 3 * 2, quote.time())
                          : quote)
              .toList();
      assertEquals(1, of(HandMadeCrash.tape(), honest).size());
    }

    @Test
    void withoutATapeNothingIsShown() {
      assertEquals(1, of(List.of(), HandMadeCrash.quotes()).size());
    }
  }

  @Nested
  class Users {

    private static List<String> of(long earned) {
      Crisis good = GOOD.crisis();
      History history = good.history();
      return CrashChecks.nobodyLeftUnpaid(
          GOOD.withCrisis(
              good.withHistory(
                  new History(
                      history.accounts(),
                      history.funding(),
                      new TreeMap<>(Map.of(HandMadeCrash.LONG, earned)),
                      history.tally()))));
    }

    @Test
    void whoGotAnotherSumThanHisFillsEarnedHimIsAViolationThoughTheTotalIsRight() {
      assertEquals(List.of(), of(0));
      assertEquals(List.of("user 0 earned 7 USDC units and got 0"), of(7));
      assertEquals(List.of("user 0 earned -7 USDC units and got 0"), of(-7));
    }
  }

  @Test
  void lessThanTheFloorIsNamed() {
    Evidence idle = CrashChecks.withoutTrades(GOOD);
    assertEquals(
        List.of(
            "0 novated fills of at least 15",
            "0 auctions filled of at least 1",
            "0 shortfalls paid by the fund of at least 1",
            "0 accounts that recovered unaided of at least 1"),
        CrashChecks.activityFloor(idle));
  }
}
