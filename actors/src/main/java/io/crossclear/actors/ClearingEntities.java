package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;

/**
 * The table of contents: every kind of sharded entity of the clearing house, and how to reach one.
 *
 * <p>Entities are not remembered: what must go on after a crash is woken from its row in {@link
 * OpenSagaTable}.
 */
public final class ClearingEntities {

  private final ClusterSharding sharding;

  private ClearingEntities(ClusterSharding sharding) {
    this.sharding = sharding;
  }

  /** Starts the entity types on this node. */
  public static ClearingEntities start(ActorSystem<?> system, ClearingServices services) {
    ClusterSharding sharding = ClusterSharding.get(system);
    sharding.init(
        Entity.of(
                MarginAccountActor.TYPE_KEY,
                entity -> MarginAccountActor.create(new AccountId(entity.getEntityId()), services))
            .withMessageExtractor(extractor())
            .withStopMessage(MarginAccountActor.passivate()));
    sharding.init(
        Entity.of(
                TransferActor.TYPE_KEY,
                entity -> TransferActor.create(new Hash(entity.getEntityId()), services))
            .withMessageExtractor(extractor()));
    sharding.init(
        Entity.of(
                TreasuryActor.TYPE_KEY,
                entity -> TreasuryActor.create(entity.getEntityId(), services))
            .withMessageExtractor(extractor()));
    sharding.init(
        Entity.of(
                FillBatchActor.TYPE_KEY,
                entity ->
                    FillBatchActor.create(entity.getEntityId(), entity.getShard(), services))
            .withMessageExtractor(extractor())
            .withStopMessage(FillBatchActor.stop()));
    return new ClearingEntities(sharding);
  }

  /** Envelopes go to 256 shards by {@link Shards#of}. */
  public static <M> ShardingMessageExtractor<ShardingEnvelope<M>, M> extractor() {
    return new ShardingMessageExtractor<>() {
      @Override
      public String entityId(ShardingEnvelope<M> envelope) {
        return envelope.entityId();
      }

      @Override
      public String shardId(String entityId) {
        return String.valueOf(Shards.of(entityId));
      }

      @Override
      public M unwrapMessage(ShardingEnvelope<M> envelope) {
        return envelope.message();
      }
    };
  }

  /** The account with this id. */
  public EntityRef<MarginAccountActor.Command> account(AccountId id) {
    return sharding.entityRefFor(MarginAccountActor.TYPE_KEY, id.hex());
  }

  /** The transfer with this digest. */
  public EntityRef<TransferActor.Command> transfer(Hash id) {
    return sharding.entityRefFor(TransferActor.TYPE_KEY, id.hex());
  }

  /** The treasury. */
  public EntityRef<TreasuryActor.Command> treasury() {
    return sharding.entityRefFor(TreasuryActor.TYPE_KEY, TreasuryActor.MAIN);
  }

  /** The pool with this number. */
  public EntityRef<PoolActor.Command> pool(int number) {
    return sharding.entityRefFor(PoolActor.TYPE_KEY, Integer.toString(number));
  }

  /** The batch with this number of a venue. */
  public EntityRef<FillBatchActor.Command> fillBatch(Address venue, long number) {
    return sharding.entityRefFor(FillBatchActor.TYPE_KEY, FillBatchActor.id(venue, number));
  }

  /** The auction with this id, {@code 0xaccount/number}. */
  public EntityRef<AuctionActor.Command> auction(String id) {
    return sharding.entityRefFor(AuctionActor.TYPE_KEY, id);
  }

  /** How to wake an unfinished saga of each kind. */
  public Map<String, Consumer<String>> nudges() {
    return Map.of(
        TransferActor.TYPE_KEY.name(),
        id -> transfer(new Hash(id)).tell(new TransferActor.Nudge()),
        FillBatchActor.TYPE_KEY.name(),
        id ->
            sharding
                .entityRefFor(FillBatchActor.TYPE_KEY, id)
                .tell(new FillBatchActor.Nudge()));
  }
}
