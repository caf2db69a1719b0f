package io.crossclear.actors.oracle;

import io.crossclear.actors.ClearingEntities;
import io.crossclear.domain.signing.Address;
import java.time.Duration;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;

/**
 * The table of contents of prices: one entity per oracle, this node's board, and the topic between
 * them.
 */
public final class OracleEntities {

  private static final String TOPIC = "certificates";

  private final ClusterSharding sharding;
  private final Set<Address> oracles;
  private final ActorRef<Topic.Command<PriceBoardActor.Published>> certificates;
  private final ActorRef<PriceBoardActor.Command> board;
  private final LatestPrices prices;

  private OracleEntities(ActorSystem<?> system, OracleServices services) {
    this.sharding = ClusterSharding.get(system);
    this.oracles = services.oracles().keySet();
    this.prices = new LatestPrices(services.verifier().config(), System::nanoTime);
    this.certificates =
        system.systemActorOf(
            Topic.create(PriceBoardActor.Published.class, TOPIC), TOPIC, Props.empty());
    this.board =
        system.systemActorOf(
            PriceBoardActor.create(services.verifier(), prices, services.notices(), certificates),
            "price-board",
            Props.empty());
  }

  /** Starts this node's board and the entity type. Oracles start when they are woken. */
  public static OracleEntities start(ActorSystem<?> system, OracleServices services) {
    OracleEntities entities = new OracleEntities(system, services);
    entities.sharding.init(
        Entity.of(
                OracleNodeActor.TYPE_KEY,
                entity ->
                    OracleNodeActor.create(
                        new Address(entity.getEntityId()), services, entities.certificates))
            .withMessageExtractor(ClearingEntities.extractor()));
    return entities;
  }

  /** The oracle with this address. */
  public EntityRef<OracleNodeActor.Command> oracle(Address address) {
    return sharding.entityRefFor(OracleNodeActor.TYPE_KEY, address.hex());
  }

  /** This node's prices. */
  public PriceBoardView prices() {
    return prices;
  }

  /** This node's board. */
  public ActorRef<PriceBoardActor.Command> board() {
    return board;
  }

  /** Where reports are published: a subscriber hears of every round, unchecked. */
  public ActorRef<Topic.Command<PriceBoardActor.Published>> certificates() {
    return certificates;
  }

  /** Keeps the oracles whose keys are here awake. */
  public Behavior<OracleNodeActor.Wake> waker(Duration interval) {
    return Behaviors.withTimers(
        timers -> {
          OracleNodeActor.Wake now = new OracleNodeActor.Wake();
          timers.startTimerWithFixedDelay(now, interval);
          oracles.forEach(oracle -> oracle(oracle).tell(now));
          return Behaviors.receiveMessage(
              wake -> {
                oracles.forEach(oracle -> oracle(oracle).tell(wake));
                return Behaviors.same();
              });
        });
  }
}
