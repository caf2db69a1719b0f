package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.signing.Address;
import io.crossclear.testing.PlainKeccak;
import io.crossclear.testing.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OracleConfigTest {

  private static final OracleConfig FOUR = TestOracles.config(4);

  /** n, f, Byzantine quorum and observation quorum as libocr's byzquorum has them. */
  @ParameterizedTest
  @CsvSource({
    "4,1,3,3",
    "5,1,4,3",
    "6,1,4,3",
    "7,2,5,5",
    "8,2,6,5",
    "9,2,6,5",
    "10,3,7,7",
    "11,3,8,7",
    "12,3,8,7",
    "13,4,9,9",
    "14,4,10,9",
    "15,4,10,9",
    "16,5,11,11",
    "19,6,13,13",
    "22,7,15,15",
    "25,8,17,17",
    "28,9,19,19",
    "31,10,21,21"
  })
  void quorumsAreThoseOfTheTable(int n, int f, int quorum, int observations) {
    OracleConfig config = TestOracles.config(n);

    assertEquals(f, config.faulty());
    assertEquals(quorum, config.quorum());
    assertEquals(observations, config.observations());
  }

  @Test
  void twoQuorumsShareAnHonestOracleAndTheHonestAloneAreOne() {
    for (int n = 4; n <= 60; n++) {
      OracleConfig config = TestOracles.config(n);
      int shared = 2 * config.quorum() - n;

      assertTrue(shared > config.faulty(), "quorums of " + n + " share only " + shared);
      assertTrue(n - config.faulty() >= config.quorum(), "liars of " + n + " can stop everything");
      assertTrue(
          n - config.faulty() >= config.observations(), "liars of " + n + " can stop observations");
    }
  }

  @Test
  void everyOracleLeadsInTurn() {
    assertEquals(FOUR.oracles().get(0), FOUR.leader(0));
    assertEquals(FOUR.oracles().get(3), FOUR.leader(3));
    assertEquals(FOUR.oracles().get(0), FOUR.leader(4));
  }

  @Test
  void feedsAreFoundByName() {
    assertEquals(0, FOUR.indexOf(TestOracles.BTC));
    assertEquals(2, FOUR.indexOf(TestOracles.SOL));
    assertEquals(-1, FOUR.indexOf(new FeedId("DOGE/USD")));
  }

  @Test
  void theDigestBindsEverySetting() {
    FeedConfig btc = FOUR.feeds().getFirst();
    List<FeedConfig> others =
        Stream.of(
                feed(btc, 4, btc.quoteAge(), 1_000, btc.heartbeat(), 50_000, 0, btc.maxAge(), 200),
                feed(
                    btc,
                    3,
                    Duration.ofSeconds(6),
                    1_000,
                    btc.heartbeat(),
                    50_000,
                    0,
                    btc.maxAge(),
                    200),
                feed(btc, 3, btc.quoteAge(), 1_001, btc.heartbeat(), 50_000, 0, btc.maxAge(), 200),
                feed(
                    btc,
                    3,
                    btc.quoteAge(),
                    1_000,
                    Duration.ofSeconds(61),
                    50_000,
                    0,
                    btc.maxAge(),
                    200),
                feed(btc, 3, btc.quoteAge(), 1_000, btc.heartbeat(), 50_001, 0, btc.maxAge(), 200),
                feed(btc, 3, btc.quoteAge(), 1_000, btc.heartbeat(), 50_000, 1, btc.maxAge(), 200),
                feed(
                    btc,
                    3,
                    btc.quoteAge(),
                    1_000,
                    btc.heartbeat(),
                    50_000,
                    0,
                    Duration.ofSeconds(6),
                    200),
                feed(btc, 3, btc.quoteAge(), 1_000, btc.heartbeat(), 50_000, 0, btc.maxAge(), 201))
            .toList();

    long digests =
        Stream.concat(
                Stream.of(
                    FOUR,
                    TestOracles.config(5),
                    OracleConfig.of(FOUR.oracles(), FOUR.feeds().subList(0, 2)),
                    new OracleConfig(
                        FOUR.oracles(), FOUR.feeds(), 4, FOUR.settleFor(), FOUR.haltAfter()),
                    new OracleConfig(
                        FOUR.oracles(), FOUR.feeds(), 3, Duration.ofSeconds(6), FOUR.haltAfter()),
                    new OracleConfig(
                        FOUR.oracles(), FOUR.feeds(), 3, FOUR.settleFor(), Duration.ofMinutes(9))),
                others.stream().map(feed -> OracleConfig.of(FOUR.oracles(), List.of(feed))))
            .map(config -> config.digest(PlainKeccak.INSTANCE))
            .distinct()
            .count();

    assertEquals(6 + others.size(), digests);
  }

  private static FeedConfig feed(
      FeedConfig like,
      int sources,
      Duration quoteAge,
      int deviation,
      Duration heartbeat,
      int jump,
      long lower,
      Duration maxAge,
      int widen) {
    return new FeedConfig(
        like.feed(),
        sources,
        quoteAge,
        deviation,
        heartbeat,
        jump,
        like.minPrice() - lower,
        like.maxPrice(),
        maxAge,
        widen);
  }

  @Test
  void whatIsTooWeakOrOutOfOrderIsRefused() {
    List<Address> three = FOUR.oracles().subList(0, 3);
    assertThrows(IllegalArgumentException.class, () -> OracleConfig.of(three, FOUR.feeds()));
    assertThrows(IllegalArgumentException.class, () -> OracleConfig.of(FOUR.oracles(), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> OracleConfig.of(FOUR.oracles().reversed(), FOUR.feeds()));
    assertThrows(
        IllegalArgumentException.class,
        () -> OracleConfig.of(FOUR.oracles(), FOUR.feeds().reversed()));
    Address one = TestNetwork.address(0x0a00);
    assertThrows(
        IllegalArgumentException.class,
        () -> OracleConfig.of(List.of(one, one, one, one), FOUR.feeds()));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new OracleConfig(FOUR.oracles(), FOUR.feeds(), 2, FOUR.settleFor(), FOUR.haltAfter()));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new OracleConfig(
                FOUR.oracles(), FOUR.feeds(), 3, Duration.ofMillis(4_999), FOUR.haltAfter()));
    FeedConfig btc = FOUR.feeds().getFirst();
    assertThrows(
        IllegalArgumentException.class,
        () -> feed(btc, 2, btc.quoteAge(), 1_000, btc.heartbeat(), 50_000, 0, btc.maxAge(), 200));
    assertThrows(
        IllegalArgumentException.class,
        () -> FeedConfig.liquid(TestOracles.BTC, 1, FeedConfig.FARTHEST_PRICE + 1));
    assertNotEquals(FOUR, TestOracles.config(7));
  }

  @Test
  void movesAreComparedWithoutRoundingOrOverflow() {
    assertTrue(FeedConfig.movesBeyond(100, 106, 50_000));
    assertTrue(!FeedConfig.movesBeyond(100, 105, 50_000));
    assertTrue(!FeedConfig.movesBeyond(100, 95, 50_000));
    assertTrue(FeedConfig.movesBeyond(-100, -106, 50_000));
    assertTrue(FeedConfig.movesBeyond(0, 1, 999_999));
    assertTrue(!FeedConfig.movesBeyond(0, 0, 1));
    long far = FeedConfig.FARTHEST_PRICE;
    assertTrue(FeedConfig.movesBeyond(-far, far, 1_999_999));
    assertTrue(!FeedConfig.movesBeyond(-far, far, 2_000_000));
    assertTrue(FeedConfig.movesAtLeast(-far, far, 2_000_000));
    assertTrue(!FeedConfig.movesAtLeast(0, 0, 1));
  }
}
