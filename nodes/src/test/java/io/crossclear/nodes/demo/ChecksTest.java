package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.nodes.demo.Checks.Check;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.persistence.audit.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ChecksTest {

  private static final Evidence GOOD = HandMadeRoundtrip.evidence();

  static Stream<String> names() {
    return Checks.names(Checks.Kind.ROUNDTRIP, HandMadeRoundtrip.GENESIS, true).stream();
  }

  private static List<String> failing(Evidence evidence, Optional<String> broken) {
    return Checks.run(Checks.Kind.ROUNDTRIP, evidence, true, broken).stream()
        .filter(check -> !check.holds())
        .map(Check::name)
        .toList();
  }

  private static List<String> failing(Evidence evidence) {
    return failing(evidence, Optional.empty());
  }

  @Test
  void allHoldForAHandMadeRoundTrip() {
    assertEquals(
        List.of(),
        Checks.run(Checks.Kind.ROUNDTRIP, GOOD, true, Optional.empty()).stream()
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
            "vault_covers_positive_balances",
            "nobody_left_unpaid",
            "books_empty",
            "activity_floor"),
        Checks.names(Checks.Kind.ROUNDTRIP, HandMadeRoundtrip.GENESIS, false));
    assertTrue(names().toList().contains("killed_while_open"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void breakingOneFailsExactlyThatOne(String name) {
    assertEquals(List.of(name), failing(GOOD, Optional.of(name)));
  }

  /** What really went wrong is seen by every check that it concerns. */
  @Nested
  class AFault {

    private static Evidence ledger(UnaryOperator<Ledger> change) {
      Audit end = GOOD.end();
      return GOOD.withEnd(new Audit(end.when(), change.apply(end.ledger()), end.chains()));
    }

    private static Evidence firstChain(UnaryOperator<ChainView> change) {
      Audit end = GOOD.end();
      List<ChainView> chains = new ArrayList<>(end.chains());
      chains.set(0, change.apply(chains.getFirst()));
      return GOOD.withEnd(new Audit(end.when(), end.ledger(), chains));
    }

    private static <T> List<T> without(List<T> list, int index) {
      List<T> rest = new ArrayList<>(list);
      rest.remove(index);
      return rest;
    }

    @Test
    void aDepositNobodyGot() {
      Evidence lost = ledger(l -> l.withFlows(without(l.credits(), 0), l.payouts()));
      assertEquals(List.of("conservation.USDC", "deposits_once"), failing(lost));
    }

    @Test
    void aDepositThatNoChainHas() {
      Evidence invented = firstChain(c -> c.withLogs(without(c.deposits(), 1), c.paid()));
      assertTrue(failing(invented).contains("deposits_once"));
    }

    @Test
    void aPayoutThatNobodyPosted() {
      Evidence unposted = ledger(l -> l.withFlows(l.credits(), without(l.payouts(), 0)));
      assertEquals(List.of("conservation.USDC", "withdrawals_once"), failing(unposted));
    }

    @Test
    void aPayoutPostedTwice() {
      Evidence twice =
          ledger(
              l -> {
                List<Ledger.Payout> payouts = new ArrayList<>(l.payouts());
                payouts.add(payouts.getFirst());
                return l.withFlows(l.credits(), payouts);
              });
      assertEquals(
          List.of("conservation.USDC", "withdrawals_once", "vault_covers_positive_balances"),
          failing(twice));
    }

    @Test
    void aPaymentToSomebodyElse() {
      Evidence stolen =
          firstChain(
              c -> {
                List<ChainView.Paid> paid = new ArrayList<>(c.paid());
                ChainView.Paid first = paid.getFirst();
                paid.set(
                    0,
                    new ChainView.Paid(
                        first.transaction(),
                        first.asset(),
                        HandMadeRoundtrip.address(66),
                        first.units()));
                return c.withLogs(c.deposits(), paid);
              });
      assertEquals(List.of("withdrawals_once"), failing(stolen));
    }

    @Test
    void aPaymentOutsideABatch() {
      Evidence leak =
          firstChain(
              c -> {
                List<ChainView.Paid> paid = new ArrayList<>(c.paid());
                paid.add(
                    new ChainView.Paid(
                        HandMadeRoundtrip.word(666),
                        HandMadeRoundtrip.USDC,
                        HandMadeRoundtrip.address(66),
                        1));
                return c.withLogs(c.deposits(), paid);
              });
      assertEquals(List.of("withdrawals_once"), failing(leak));
    }

    @Test
    void aVaultThatKeepsAUnit() {
      TreeMap<io.crossclear.domain.money.Asset, Long> held =
          new TreeMap<>(GOOD.end().chains().getFirst().held());
      held.put(HandMadeRoundtrip.USDC, 1L);
      assertEquals(
          List.of("conservation.USDC", "books_empty"), failing(firstChain(c -> c.withHeld(held))));
    }

    @Test
    void aSagaNotedAsOpen() {
      Evidence open =
          ledger(
              l ->
                  new Ledger(
                      l.accounts(),
                      l.treasury(),
                      l.vaults(),
                      l.transfers(),
                      l.attesters(),
                      l.credits(),
                      l.payouts(),
                      List.of("Transfer 0x01"),
                      l.events()));
      assertEquals(List.of("books_empty"), failing(open));
    }

    @Test
    void anEarlierMomentAtWhichTheSumsDidNotHold() {
      Audit end = GOOD.end();
      Ledger broken =
          end.ledger().withFlows(without(end.ledger().credits(), 1), end.ledger().payouts());
      Evidence evidence =
          new Evidence(
              GOOD.genesis(),
              GOOD.accounts(),
              List.of(new Audit("before", broken, end.chains()), end),
              GOOD.wallets(),
              GOOD.kills());
      assertEquals(List.of("conservation.ETH"), failing(evidence));
    }

    @Test
    void twoKills() {
      assertEquals(
          List.of("killed_while_open"), failing(GOOD.withKills(GOOD.kills().subList(0, 2))));
    }
  }

  @Test
  void aResultWithAFailingCheckSaysWhatAndDoesNotHold() {
    DemoResult result =
        new DemoResult(
            Checks.run(Checks.Kind.ROUNDTRIP, GOOD, true, Optional.of("nobody_left_unpaid")),
            java.util.Map.of("deposits", 6),
            List.of());
    assertFalse(result.holds());
    assertTrue(result.text().contains("FAIL nobody_left_unpaid"), result.text());
    assertTrue(result.text().endsWith("1 of 9 checks FAIL."), result.text());
    assertTrue(result.json().contains("\"nobody_left_unpaid\" : false"), result.json());
  }

  @Test
  void everyCheckFailsOnFalsifiedEvidence() {
    var fail = Checks.failWhenFalsified(Checks.Kind.ROUNDTRIP, GOOD, true);
    assertEquals(
        Checks.names(Checks.Kind.ROUNDTRIP, GOOD.genesis(), true), List.copyOf(fail.keySet()));
    assertFalse(fail.containsValue(false), fail.toString());
  }

  @Test
  void aResultWithACheckThatCannotFailDoesNotHold() {
    var good = Checks.run(Checks.Kind.ROUNDTRIP, GOOD, true, Optional.empty());
    DemoResult result = new DemoResult(good, java.util.Map.of(), List.of("books_empty"));
    assertFalse(result.holds());
    assertTrue(result.text().contains("FAIL books_empty cannot fail."), result.text());
  }

  @Test
  void aPercentileIsAValueThatSoManyDoNotExceed() {
    List<Long> values = List.of(1L, 2L, 3L, 4L);
    assertEquals(2, Figures.percentile(values, 50));
    assertEquals(4, Figures.percentile(values, 99));
    assertEquals(0, Figures.percentile(List.of(), 99));
  }
}
