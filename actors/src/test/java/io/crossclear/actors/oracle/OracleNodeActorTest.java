package io.crossclear.actors.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.crossclear.domain.oracle.ObservedPrice;
import io.crossclear.domain.oracle.OracleAction;
import io.crossclear.domain.oracle.OracleMessage;
import io.crossclear.domain.oracle.OracleNode;
import io.crossclear.domain.oracle.OracleSeat;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.SourceQuote;
import io.crossclear.domain.oracle.VoteMark;
import io.crossclear.domain.signing.Address;
import io.crossclear.testing.StubSignatures;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One follower as an actor; whoever else it talks to is a probe. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OracleNodeActorTest {

  private static final long PRICE = 50_000_00000000L;
  private static final OracleServices.Timing CALM =
      new OracleServices.Timing(
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          5,
          Duration.ofSeconds(1),
          10);

  private final OracleVerifier verifier = OracleNetworkTest.verifier();
  private final Address self = verifier.config().oracles().get(1);
  private final ActorTestKit kit = ActorTestKit.create("oracle", OracleNetworkTest.cluster());
  private final TestProbe<OracleNodeActor.Command> leader = kit.createTestProbe();
  private final TestProbe<Topic.Command<PriceBoardActor.Published>> topic = kit.createTestProbe();
  private OracleNode leading = OracleNode.recovered(VoteMark.NONE);

  private ActorRef<OracleNodeActor.Command> spawn() {
    PriceSource source =
        feed ->
            CompletableFuture.completedFuture(
                new SourceQuote("", feed, PRICE, System.currentTimeMillis()));
    OracleServices services =
        new OracleServices(
            verifier,
            Map.of(
                self,
                new OracleServices.Oracle(
                    digest -> StubSignatures.sign(self, digest),
                    Map.of("one", source, "two", source, "three", source))),
            CALM,
            Clock.systemUTC(),
            notice -> {});
    return kit.spawn(OracleNodeActor.create(self, services, topic.ref()));
  }

  private OracleSeat seat(int number) {
    Address oracle = verifier.config().oracles().get(number);
    return new OracleSeat(
        verifier,
        oracle,
        digest -> StubSignatures.sign(oracle, digest),
        10,
        Duration.ofSeconds(10));
  }

  private List<ObservedPrice> prices() {
    return verifier.config().feeds().stream().map(feed -> new ObservedPrice(PRICE, 3)).toList();
  }

  private OracleMessage sent(OracleNode.Step step) {
    leading = step.next();
    return switch (step.actions().getFirst()) {
      case OracleAction.ToAll(OracleMessage message) -> message;
      case OracleAction.ToLeader(OracleMessage message) -> message;
      case OracleAction.AskSources ask -> throw new AssertionError(ask.toString());
      case OracleAction.AwaitStragglers wait -> throw new AssertionError(wait.toString());
      case OracleAction.Publish publish -> throw new AssertionError(publish.toString());
      case OracleAction.Complain complain -> throw new AssertionError(complain.toString());
    };
  }

  private <T extends OracleMessage> T heard(Class<T> type) {
    return assertInstanceOf(
        type,
        assertInstanceOf(OracleNodeActor.Hear.class, leader.receiveMessage(Duration.ofSeconds(20)))
            .message());
  }

  @Test
  void aVoteThatMayHaveLeftIsNeverCastAgainAfterARestart() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    ClusterSharding.get(kit.system())
        .init(
            Entity.of(
                OracleNodeActor.TYPE_KEY,
                entity ->
                    Behaviors.receiveMessage(
                        message -> {
                          leader.ref().tell(message);
                          return Behaviors.same();
                        })));
    long now = System.currentTimeMillis();
    ActorRef<OracleNodeActor.Command> oracle = spawn();
    OracleMessage start = sent(leading.tick(seat(0)));

    oracle.tell(new OracleNodeActor.Hear(start));
    OracleMessage.Observed own = heard(OracleMessage.Observed.class);
    assertEquals(prices(), own.signed().observation().prices());

    LongFunction<OracleMessage> observed =
        number -> {
          OracleSeat seat = seat((int) number);
          OracleNode follower =
              OracleNode.recovered(VoteMark.NONE).receive(start, seat, now).next();
          return switch (follower.quoted(1, prices(), seat, now).actions().getFirst()) {
            case OracleAction.ToLeader(OracleMessage message) -> message;
            case OracleAction other -> throw new AssertionError(other.toString());
          };
        };
    leading = leading.receive(own, seat(0), now).next();
    leading = leading.receive(observed.apply(0), seat(0), now).next();
    leading = leading.receive(observed.apply(2), seat(0), now).next();
    OracleMessage proposal = sent(leading.receive(observed.apply(3), seat(0), now));

    oracle.tell(new OracleNodeActor.Hear(proposal));
    assertEquals(1, heard(OracleMessage.Voted.class).round());
    oracle.tell(new OracleNodeActor.Hear(proposal));
    leader.expectNoMessage(Duration.ofMillis(200));

    kit.stop(oracle);
    ActorRef<OracleNodeActor.Command> again = spawn();
    again.tell(new OracleNodeActor.Hear(proposal));
    again.tell(new OracleNodeActor.Hear(start));

    assertEquals(10, heard(OracleMessage.PassedBy.class).round());
    again.tell(new OracleNodeActor.Hear(proposal));
    leader.expectNoMessage(Duration.ofMillis(200));
  }

  @AfterAll
  void stop() {
    kit.shutdownTestKit();
  }
}
