package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ReportTest {

  private static ReportRow row(int n, long... prices) {
    OracleConfig config = TestOracles.config(n);
    return ReportRow.of(
        config, config.feeds().getFirst(), prices.clone(), prices.clone(), prices.length);
  }

  /** Upper medians as libocr computes them, with n and what the honest observed. */
  static Stream<Arguments> medians() {
    return Stream.of(
        Arguments.of(4, new long[] {100, 101, 102}, 101),
        Arguments.of(4, new long[] {100, 101, 102, 1_000_000}, 102),
        Arguments.of(4, new long[] {100, 101, 102, -5}, 101),
        Arguments.of(4, new long[] {100, 1_000_000, 101}, 101),
        Arguments.of(7, new long[] {10, 11, 12, 13, 14}, 12),
        Arguments.of(7, new long[] {10, 11, 12, 0, 0}, 10),
        Arguments.of(7, new long[] {10, 11, 12, 999, 999}, 12),
        Arguments.of(7, new long[] {10, 11, 12, 13, 14, 999, 999}, 13),
        Arguments.of(10, new long[] {5, 5, 5, 5, 9, 9, 9}, 5),
        Arguments.of(4, new long[] {-7, -4, 3, 10}, 3));
  }

  @ParameterizedTest
  @MethodSource("medians")
  void thePriceIsTheUpperMedian(int n, long[] prices, long expected) {
    assertEquals(expected, row(n, prices).price());
  }

  @Test
  void fewerThan2fPlus1PricesAreNone() {
    assertEquals(new ReportRow(TestOracles.BTC, 0, 0, 0, 2, 0, RowStatus.STALE), row(4, 100, 101));
  }

  @Test
  void aPriceThatIsNotBelievedIsShownAndSaysSo() {
    ReportRow low = row(4, 5, 6, 7, 8);
    assertEquals(RowStatus.OUT_OF_RANGE, low.status());
    assertEquals(7, low.price());
    long min = TestOracles.MIN_PRICE;
    assertEquals(RowStatus.OK, row(4, min, min, min).status());
    assertEquals(RowStatus.OUT_OF_RANGE, row(4, min - 1, min - 1, min).status());
    long max = TestOracles.MAX_PRICE;
    assertEquals(RowStatus.OK, row(4, max, max, max).status());
    assertEquals(RowStatus.OUT_OF_RANGE, row(4, max, max + 1, max + 1).status());
  }

  /** An observation round in which liars know everything, speak last and are always heard. */
  record Heard(int n, List<Long> honest, List<Long> liars) {
    long[] all() {
      return LongStream.concat(
              honest.stream().mapToLong(Long::longValue), liars.stream().mapToLong(Long::longValue))
          .toArray();
    }
  }

  @Provide
  Arbitrary<Heard> heard() {
    Arbitrary<Long> anything =
        Arbitraries.oneOf(
            Arbitraries.longs(),
            Arbitraries.longs().between(-10, 10),
            Arbitraries.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, 0L, Long.MAX_VALUE));
    return Arbitraries.of(4, 7, 10, 13)
        .flatMap(
            n -> {
              int f = (n - 1) / 3;
              return Arbitraries.integers()
                  .between(0, f)
                  .flatMap(
                      liars ->
                          Arbitraries.integers()
                              .between(2 * f + 1 - liars, n - liars)
                              .flatMap(
                                  honest ->
                                      anything
                                          .list()
                                          .ofSize(honest)
                                          .flatMap(
                                              seen ->
                                                  anything
                                                      .list()
                                                      .ofSize(liars)
                                                      .map(lies -> new Heard(n, seen, lies)))));
            });
  }

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void priceAndBandLieBetweenHonestObservationsWhateverFLiarsSay(@ForAll("heard") Heard heard) {
    ReportRow row = row(heard.n(), heard.all());
    long least = Collections.min(heard.honest());
    long most = Collections.max(heard.honest());

    assertTrue(least <= row.low() && row.low() <= row.price(), row.toString());
    assertTrue(row.price() <= row.high() && row.high() <= most, row.toString());
    assertTrue(least <= row.observedAt() && row.observedAt() <= most);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void theOrderOfObservationsDoesNotMatter(@ForAll("heard") Heard heard, @ForAll long seed) {
    TestOracles network = new TestOracles(heard.n());
    List<Observation> observations = new ArrayList<>();
    long[] prices = heard.all();
    for (int i = 0; i < prices.length; i++) {
      observations.add(network.observe(i, 1, prices[i]).observation());
    }
    Report expected = Report.of(network.config, observations);

    Collections.shuffle(observations, new Random(seed));

    assertEquals(expected, Report.of(network.config, observations));
  }

  @Test
  void whoAbstainsFromAFeedStillCountsForTheOthers() {
    TestOracles network = new TestOracles(4);
    List<ObservedPrice> withoutEth =
        List.of(
            new ObservedPrice(300_00000000L, 3),
            ObservedPrice.ABSTAINED,
            new ObservedPrice(300_00000000L, 3));
    List<Observation> observations =
        Stream.of(
                network.observe(0, 1, withoutEth),
                network.observe(1, 1, 200_00000000L),
                network.observe(2, 1, 100_00000000L))
            .map(SignedObservation::observation)
            .toList();

    Report report = Report.of(network.config, observations);

    assertEquals(200_00000000L, report.rows().get(0).price());
    assertEquals(
        new ReportRow(TestOracles.ETH, 0, 0, 0, 2, 0, RowStatus.STALE), report.rows().get(1));
    assertEquals(RowStatus.OK, report.rows().get(2).status());
  }
}
