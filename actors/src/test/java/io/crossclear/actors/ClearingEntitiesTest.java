package io.crossclear.actors;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.ledger.PoolTerms;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

final class ClearingEntitiesTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "ClearingEntitiesTest",
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = cluster
                  pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                  pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                  pekko.persistence.testkit.events.serialize = off
                  pekko.persistence.testkit.snapshots.serialize = off
                  """)
              .withFallback(PersistenceTestKitPlugin.getInstance().config())
              .withFallback(PersistenceTestKitSnapshotPlugin.config())
              .withFallback(ConfigFactory.load()));
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Nothing is stored and nothing found. */
  private static final class Nothing implements ExposureTable, OpenSagaTable {
    @Override
    public CompletionStage<Void> upsert(Exposure exposure) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(List.of());
    }

    @Override
    public CompletionStage<Void> open(OpenSaga saga) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> close(String kind, String id) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<OpenSaga>> all() {
      return CompletableFuture.completedStage(List.of());
    }
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void poolsWakeByThemselvesAndEverybodyHearsTheirTerms() {
    Cluster cluster = Cluster.get(KIT.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Nothing nothing = new Nothing();
    ClearingEntities entities =
        ClearingEntities.start(
            KIT.system(),
            new ClearingServices(
                GENESIS,
                VERIFIER,
                new ExposureBook(nothing),
                nothing,
                () -> 1_700_000_000_000L,
                MarketView.none()));
    List<PoolTerms> heard = new CopyOnWriteArrayList<>();
    entities.hearTerms(heard::add);
    TestProbe<PoolActor.Reply> asker = KIT.createTestProbe(PoolActor.Reply.class);
    asker.awaitAssert(
        PATIENCE,
        () -> {
          assertTrue(heard.stream().anyMatch(word -> word.pool() == 1 && word.number() == 0));
          return true;
        });

    entities.pool(1).tell(new PoolActor.Settle(BTC_PERP, asker.ref()));

    assertEquals(new PoolActor.Booked(), asker.receiveMessage(PATIENCE));
    asker.awaitAssert(
        PATIENCE,
        () -> {
          PoolTerms newest = heard.getLast();
          assertEquals(1, newest.number());
          assertEquals(Set.of(BTC_PERP), newest.closed());
          return true;
        });
  }
}
