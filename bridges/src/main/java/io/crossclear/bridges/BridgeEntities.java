package io.crossclear.bridges;

import io.crossclear.actors.ClearingEntities;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Address;
import java.time.Duration;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;

/** The table of contents of what knows a chain: one bridge per vault, one entity per attester. */
public final class BridgeEntities {

  private final ClusterSharding sharding;
  private final Set<Address> attesters;

  private BridgeEntities(ClusterSharding sharding, Set<Address> attesters) {
    this.sharding = sharding;
    this.attesters = attesters;
  }

  /** Starts the entity types on this node. */
  public static BridgeEntities start(ActorSystem<?> system, BridgeServices services) {
    ClusterSharding sharding = ClusterSharding.get(system);
    // what they have read of chains and journals is too dear to forget when nobody asks for two
    // minutes
    ClusterShardingSettings resident =
        ClusterShardingSettings.create(system).withNoPassivationStrategy();
    sharding.init(
        Entity.of(
                ChainBridgeActor.TYPE_KEY,
                entity -> ChainBridgeActor.create(VaultId.parse(entity.getEntityId()), services))
            .withMessageExtractor(ClearingEntities.extractor())
            .withSettings(resident));
    sharding.init(
        Entity.of(
                AttesterActor.TYPE_KEY,
                entity -> AttesterActor.create(new Address(entity.getEntityId()), services))
            .withMessageExtractor(ClearingEntities.extractor())
            .withSettings(resident));
    return new BridgeEntities(sharding, services.attesters().keySet());
  }

  /** The bridge of this vault. */
  public EntityRef<ChainBridgeActor.Command> bridge(VaultId vault) {
    return sharding.entityRefFor(ChainBridgeActor.TYPE_KEY, vault.toString());
  }

  /** Keeps every bridge and attester awake: one that nobody asks would not start after a crash. */
  public Behavior<ChainBridgeActor.Wake> waker(Iterable<VaultId> vaults, Duration interval) {
    return Behaviors.withTimers(
        timers -> {
          timers.startTimerWithFixedDelay(new ChainBridgeActor.Wake(), interval);
          wake(vaults);
          return Behaviors.receiveMessage(
              tick -> {
                wake(vaults);
                return Behaviors.same();
              });
        });
  }

  private void wake(Iterable<VaultId> vaults) {
    vaults.forEach(vault -> bridge(vault).tell(new ChainBridgeActor.Wake()));
    attesters.forEach(
        attester ->
            sharding
                .entityRefFor(AttesterActor.TYPE_KEY, attester.hex())
                .tell(new AttesterActor.Wake()));
  }
}
