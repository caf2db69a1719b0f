package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.ledger.PoolTerms;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * The table of contents: every kind of sharded entity of the clearing house, and how to reach one.
 *
 * <p>Entities are not remembered: what must go on after a crash is woken from its row in {@link
 * OpenSagaTable}.
 */
public final class ClearingEntities {

  private static final Duration WAKE = Duration.ofSeconds(10);

  /** How old a row that another node wrote may be here. */
  private static final Duration REFRESH = Duration.ofSeconds(10);

  private final ActorSystem<?> system;
  private final ClusterSharding sharding;
  private final ActorRef<Topic.Command<PoolActor.Terms>> terms;

  private ClearingEntities(ActorSystem<?> system) {
    this.system = system;
    this.sharding = ClusterSharding.get(system);
    this.terms = system.systemActorOf(PoolActor.topic(), "pool-terms", Props.empty());
  }

  /** Starts the entity types on this node. */
  public static ClearingEntities start(ActorSystem<?> system, ClearingServices services) {
    ClearingEntities entities = new ClearingEntities(system);
    ClusterSharding sharding = entities.sharding;
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
                entity -> FillBatchActor.create(entity.getEntityId(), entity.getShard(), services))
            .withMessageExtractor(extractor())
            .withStopMessage(FillBatchActor.stop()));
    sharding.init(
        Entity.of(
                PoolActor.TYPE_KEY,
                entity ->
                    PoolActor.create(
                        Integer.parseInt(entity.getEntityId()), services, entities.terms))
            .withMessageExtractor(extractor()));
    sharding.init(
        Entity.of(
                AuctionActor.TYPE_KEY,
                entity -> AuctionActor.create(entity.getEntityId(), services))
            .withMessageExtractor(extractor()));
    List<Integer> pools = services.genesis().rules().stream().map(PoolRules::number).toList();
    if (!pools.isEmpty()) {
      system.systemActorOf(entities.poolWaker(pools), "pool-waker", Props.empty());
    }
    Runnable refresh =
        () -> {
          if (entities.severalNodes()) {
            services.exposures().refresh();
          }
        };
    system.scheduler().scheduleWithFixedDelay(REFRESH, REFRESH, refresh, system.executionContext());
    return entities;
  }

  private boolean severalNodes() {
    var members = Cluster.get(system).state().getMembers().iterator();
    boolean one = members.hasNext() && members.next() != null;
    return one && members.hasNext();
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

  /** Keeps the pools awake: their time goes on without anybody asking. */
  private Behavior<PoolActor.Nudge> poolWaker(List<Integer> pools) {
    return Behaviors.withTimers(
        timers -> {
          PoolActor.Nudge now = new PoolActor.Nudge();
          timers.startTimerWithFixedDelay(now, Duration.ZERO, WAKE);
          return Behaviors.receiveMessage(
              wake -> {
                pools.forEach(pool -> pool(pool).tell(wake));
                return Behaviors.same();
              });
        });
  }

  /** Lets somebody hear every word of every pool on this node; called from any thread. */
  public void hearTerms(Consumer<PoolTerms> listener) {
    Behavior<PoolActor.Terms> hears =
        Behaviors.receiveMessage(
            word -> {
              listener.accept(word.terms());
              return Behaviors.same();
            });
    terms.tell(
        Topic.subscribe(
            system.systemActorOf(hears, "pool-terms-" + UUID.randomUUID(), Props.empty())));
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
        id -> sharding.entityRefFor(FillBatchActor.TYPE_KEY, id).tell(new FillBatchActor.Nudge()),
        PoolActor.TYPE_KEY.name(),
        id -> pool(Integer.parseInt(id)).tell(new PoolActor.Nudge()),
        AuctionActor.TYPE_KEY.name(),
        id -> auction(id).tell(new AuctionActor.Nudge()));
  }

  /** The watch over this node's exposure rows; one on every node. */
  public Behavior<MarginWatch.Command> watch(ClearingServices services) {
    return MarginWatch.create(services, this::account, this::auction);
  }
}
