package io.crossclear.nodes.oracle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.oracle.OracleEntities;
import io.crossclear.actors.oracle.OracleNodeActor;
import io.crossclear.actors.oracle.OracleServices;
import io.crossclear.actors.oracle.PriceBoardActor;
import io.crossclear.actors.oracle.PriceBoardView;
import io.crossclear.actors.oracle.PriceSource;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.ObservedPrice;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.OracleMessage;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.oracle.Replay.Lie;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Four oracles with real keys, each listening to three servers of which one lies. */
final class OracleOverHttpTest {

  private static final FeedId BTC = new FeedId("BTC/USD");
  private static final FeedId ETH = new FeedId("ETH/USD");
  private static final Map<FeedId, PricePath> TRUTH =
      Map.of(BTC, PricePath.constant(50_000_00000000L), ETH, PricePath.constant(2_500_00000000L));
  private static final int NOISE_PPM = 200;

  private final List<SigningKey> keys =
      IntStream.range(0, 4)
          .mapToObj(i -> SigningKey.derive("oracles over http", i))
          .sorted(Comparator.comparing(SigningKey::address))
          .toList();
  private final OracleVerifier verifier =
      new OracleVerifier(
          OracleConfig.of(
              keys.stream().map(SigningKey::address).toList(),
              List.of(
                  FeedConfig.liquid(BTC, 1, FeedConfig.FARTHEST_PRICE),
                  FeedConfig.liquid(ETH, 1, FeedConfig.FARTHEST_PRICE))),
          new Hash("0x" + "7".repeat(64)),
          new BouncyKeccak(),
          Secp256k1.best());
  private final ActorTestKit kit =
      ActorTestKit.create(
          "oracles",
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = cluster
                  pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                  pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                  pekko.cluster.downing-provider-class =
                    "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
                  pekko.persistence.journal.plugin = "pekko.persistence.journal.inmem"
                  """)
              .withFallback(ConfigFactory.parseResources("crossclear-serialization.conf"))
              .withFallback(ConfigFactory.defaultReferenceUnresolved())
              .resolve());
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<ReplayTickerServer> servers = new ArrayList<>();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    servers.forEach(ReplayTickerServer::close);
    client.shutdownNow();
  }

  private PriceSource source(int oracle, int number, Lie lie) throws IOException {
    Replay replay = new Replay(oracle * 10L + number, TRUTH, NOISE_PPM, Duration.ofMillis(20), lie);
    ReplayTickerServer server = ReplayTickerServer.start(replay, 0, Clock.systemUTC());
    servers.add(server);
    return new HttpPriceSource(
        "source " + number,
        server.uri(),
        client,
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Clock.systemUTC());
  }

  @Test
  void theLyingSourceOfEveryOracleIsOutvoted() throws IOException {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Map<Address, OracleServices.Oracle> oracles = new HashMap<>();
    for (int i = 0; i < 4; i++) {
      oracles.put(
          keys.get(i).address(),
          new OracleServices.Oracle(
              keys.get(i)::sign,
              Map.of(
                  "one",
                  source(i, 1, new Lie.Honest()),
                  "two",
                  source(i, 2, new Lie.Honest()),
                  "three",
                  source(i, 3, new Lie.Scaled(i % 2 == 0 ? 1_500_000 : 10_000)))));
    }
    OracleEntities entities =
        OracleEntities.start(
            kit.system(),
            new OracleServices(
                verifier, oracles, OracleServices.Timing.STANDARD, Clock.systemUTC(), n -> {}));
    kit.system()
        .systemActorOf(entities.waker(Duration.ofSeconds(1)), "oracle-waker", Props.empty());

    PriceBoardView view = entities.prices();
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> view.status(BTC) == FeedStatus.OK && view.status(ETH) == FeedStatus.OK);

    CertifiedPrice price = view.price(BTC).orElseThrow();
    long truth = 50_000_00000000L;
    assertTrue(Math.abs(price.price() - truth) <= truth / 1_000_000 * NOISE_PPM, price.toString());
    assertTrue(verifier.proves(price.proof(), price.certificate()));
  }

  @Test
  void everyMessageSurvivesTheWire() {
    OracleRounds.Said said =
        new OracleRounds(verifier, keys)
            .next(
                oracle -> List.of(new ObservedPrice(100 + oracle, 3), ObservedPrice.ABSTAINED),
                1_700_000_000_000L);
    assertEquals(4, said.messages().stream().map(OracleMessage::getClass).distinct().count());

    for (OracleMessage message : said.messages()) {
      kit.serializationTestKit().verifySerialization(new OracleNodeActor.Hear(message), true);
    }
    OracleMessage passed =
        new OracleMessage.PassedBy(
            0, 9, keys.get(1).address(), keys.get(1).sign(verifier.markDigest(0, 9)));
    kit.serializationTestKit().verifySerialization(new OracleNodeActor.Hear(passed), true);
    kit.serializationTestKit().verifySerialization(new OracleNodeActor.Wake(), true);
    kit.serializationTestKit()
        .verifySerialization(new PriceBoardActor.Published(said.report()), true);
    TestProbe<PriceBoardActor.Prices> probe = kit.createTestProbe();
    kit.serializationTestKit()
        .verifySerialization(new PriceBoardActor.GetPrices(List.of(BTC, ETH), probe.ref()), true);
    OracleVerifier.Checked checked = verifier.check(said.report());
    CertifiedPrice price =
        switch (checked) {
          case OracleVerifier.Checked.Verified(var report) ->
              new CertifiedPrice(FeedStatus.OK, report.proof(0), report.certificate(), 100, 103);
          case OracleVerifier.Checked.Refused refused ->
              throw new AssertionError(refused.toString());
        };
    kit.serializationTestKit()
        .verifySerialization(new PriceBoardActor.Prices(1, 2, List.of(price)), true);
  }
}
