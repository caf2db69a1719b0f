package io.crossclear.actors.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.CertifiedReport;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.PriceNotice;
import io.crossclear.domain.oracle.ReportRow;
import io.crossclear.domain.oracle.RowStatus;
import io.crossclear.domain.oracle.SourceQuote;
import io.crossclear.domain.signing.Address;
import io.crossclear.testing.PlainKeccak;
import io.crossclear.testing.StubSignatures;
import io.crossclear.testing.TestNetwork;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Four oracles with three sources each; one source of every oracle lies, and so does one oracle.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OracleNetworkTest {

  static final FeedId BTC = new FeedId("BTC/USD");
  static final FeedId ETH = new FeedId("ETH/USD");
  private static final Map<FeedId, Long> TRUTH =
      Map.of(BTC, 50_000_00000000L, ETH, 2_500_00000000L);
  private static final long NOISE = 50_000_000L;
  private static final int LYING_ORACLE = 2;
  private static final OracleServices.Timing QUICK =
      new OracleServices.Timing(
          Duration.ofMillis(100),
          Duration.ofMillis(20),
          Duration.ofMillis(40),
          5,
          Duration.ofMillis(300),
          4);

  private final OracleVerifier verifier = verifier();
  private final Queue<PriceNotice> notices = new ConcurrentLinkedQueue<>();
  private ActorTestKit kit = ActorTestKit.create("oracles", cluster());
  private OracleEntities entities = start();

  static OracleVerifier verifier() {
    OracleConfig config =
        OracleConfig.of(
            IntStream.range(0, 4).mapToObj(i -> TestNetwork.address(0x0a00 + i)).toList(),
            List.of(
                FeedConfig.liquid(BTC, 1, FeedConfig.FARTHEST_PRICE),
                FeedConfig.liquid(ETH, 1, FeedConfig.FARTHEST_PRICE)));
    return new OracleVerifier(
        config, TestNetwork.word(7), PlainKeccak.INSTANCE, StubSignatures.INSTANCE);
  }

  static Config cluster() {
    return ConfigFactory.parseString(
            """
            pekko.actor.provider = cluster
            pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
            pekko.cluster.downing-provider-class =
              "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
            pekko.persistence.testkit.events.serialize = off
            pekko.persistence.testkit.snapshots.serialize = off
            """)
        .withFallback(PersistenceTestKitPlugin.getInstance().config())
        .withFallback(PersistenceTestKitSnapshotPlugin.config())
        .withFallback(ConfigFactory.load());
  }

  private OracleEntities start() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Map<Address, OracleServices.Oracle> oracles = new HashMap<>();
    for (int i = 0; i < 4; i++) {
      Address oracle = verifier.config().oracles().get(i);
      oracles.put(
          oracle,
          new OracleServices.Oracle(digest -> StubSignatures.sign(oracle, digest), sources(i)));
    }
    return OracleEntities.start(
        kit.system(),
        new OracleServices(verifier, oracles, QUICK, Clock.systemUTC(), notices::add));
  }

  /** Two that are about right and one that lies; the lying oracle has nothing but liars. */
  private static Map<String, PriceSource> sources(int oracle) {
    boolean lies = oracle == LYING_ORACLE;
    Map<String, PriceSource> sources = new HashMap<>();
    sources.put("one", lies ? lying(3) : honest(oracle));
    sources.put("two", lies ? lying(3) : honest(oracle + 100));
    sources.put("liar", lying(oracle - 1));
    if (oracle == 1) {
      sources.put("silent", feed -> new CompletableFuture<>());
      sources.put(
          "broken",
          feed -> {
            throw new IllegalStateException("this source is broken");
          });
    }
    return sources;
  }

  private static PriceSource honest(int seed) {
    Random random = new Random(seed);
    return feed ->
        CompletableFuture.completedFuture(
            new SourceQuote(
                "",
                feed,
                truth(feed) + random.nextLong(-NOISE, NOISE + 1),
                System.currentTimeMillis()));
  }

  private static PriceSource lying(int factor) {
    return feed ->
        CompletableFuture.completedFuture(
            new SourceQuote("", feed, truth(feed) * factor, System.currentTimeMillis()));
  }

  private static long truth(FeedId feed) {
    return Optional.ofNullable(TRUTH.get(feed)).orElseThrow();
  }

  @BeforeAll
  void wake() {
    kit.system()
        .systemActorOf(entities.waker(Duration.ofSeconds(1)), "oracle-waker", Props.empty());
  }

  @AfterAll
  void stop() {
    ActorTestKit.shutdown(kit.system(), Duration.ofMinutes(1));
  }

  private static boolean near(long price, FeedId feed) {
    return Math.abs(price - truth(feed)) <= NOISE;
  }

  @Test
  void liarOutvoted() {
    TestProbe<PriceBoardActor.Published> boards = kit.createTestProbe();
    entities.certificates().tell(Topic.subscribe(boards.ref()));
    List<Long> rounds = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      CertifiedReport report = boards.receiveMessage(Duration.ofSeconds(20)).report();
      assertInstanceOf(OracleVerifier.Checked.Verified.class, verifier.check(report));
      rounds.add(report.certificate().round());
      for (ReportRow row : report.rows()) {
        assertEquals(RowStatus.OK, row.status());
        assertTrue(near(row.low(), row.feed()) && near(row.price(), row.feed()), row.toString());
        assertTrue(near(row.high(), row.feed()), row.toString());
      }
    }
    entities.certificates().tell(Topic.unsubscribe(boards.ref()));

    assertEquals(rounds.stream().distinct().sorted().toList(), rounds);
  }

  @Test
  void everyBoardShowsThePricesOnceTheyHaveHeldAndTimeFollowsThem() {
    TestProbe<PriceBoardActor.Prices> asker = kit.createTestProbe();
    PriceBoardView view = entities.prices();
    CertifiedTime time = new CertifiedTime(view);

    asker.awaitAssert(
        Duration.ofSeconds(30),
        Duration.ofMillis(100),
        () -> {
          assertEquals(FeedStatus.OK, view.status(BTC));
          assertEquals(FeedStatus.OK, view.status(ETH));
          return true;
        });

    CertifiedPrice price = view.price(BTC).orElseThrow();
    assertTrue(near(price.price(), BTC), price.toString());
    assertTrue(verifier.proves(price.proof(), price.certificate()));
    assertTrue(price.seq() <= view.round());
    assertTrue(Math.abs(time.now() - System.currentTimeMillis()) < 5_000);
    entities.board().tell(new PriceBoardActor.GetPrices(List.of(BTC, ETH), asker.ref()));
    PriceBoardActor.Prices prices = asker.receiveMessage();
    assertEquals(List.of(BTC, ETH), prices.prices().stream().map(CertifiedPrice::feed).toList());
    assertTrue(prices.time() <= view.now());
    assertTrue(
        notices.stream()
            .anyMatch(notice -> notice.feed().equals(BTC) && notice.status() == FeedStatus.OK));
  }
}
