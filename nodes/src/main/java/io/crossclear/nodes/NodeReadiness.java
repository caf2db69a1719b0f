package io.crossclear.nodes;

import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.bridges.BridgeEntities;
import io.crossclear.bridges.ChainBridgeActor;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.nodes.http.Readiness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Asks once a second whether the node is in its cluster, the treasury answers (so journal and
 * shards work) and every bridge has seen a final block of its chain.
 */
final class NodeReadiness implements Readiness, AutoCloseable {

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration WITHIN = Duration.ofSeconds(3);

  private final ActorSystem<?> system;
  private final ClearingEntities entities;
  private final BridgeEntities bridges;
  private final List<VaultId> vaults;
  private final Cancellable timer;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile State state = new State(false, List.of("nothing was asked yet"));

  NodeReadiness(
      ActorSystem<?> system,
      ClearingEntities entities,
      BridgeEntities bridges,
      List<VaultId> vaults) {
    this.system = system;
    this.entities = entities;
    this.bridges = bridges;
    this.vaults = List.copyOf(vaults);
    this.timer =
        system
            .scheduler()
            .scheduleAtFixedRate(Duration.ZERO, EVERY, this::ask, system.executionContext());
  }

  @Override
  public State now() {
    return state;
  }

  private void ask() {
    if (!asking.compareAndSet(false, true)) {
      return;
    }
    List<CompletionStage<String>> answers = new ArrayList<>();
    answers.add(
        entities
            .treasury()
            .<TreasuryActor.View>ask(TreasuryActor.Get::new, WITHIN)
            .handle((view, failure) -> failure == null ? "" : "the treasury does not answer"));
    for (VaultId vault : vaults) {
      answers.add(
          bridges
              .bridge(vault)
              .<ChainBridgeActor.BridgeStatus>ask(ChainBridgeActor.GetStatus::new, WITHIN)
              .handle(
                  (status, failure) ->
                      failure == null ? missing(status) : "bridge " + vault + " does not answer"));
    }
    CompletableFuture.allOf(
            answers.stream()
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new))
        .whenComplete((all, failure) -> settle(answers));
  }

  private static String missing(ChainBridgeActor.BridgeStatus status) {
    if (status.halted().isPresent()) {
      // it serves everything but this chain, and a restart would not help
      return "";
    }
    return status.finalBlockSeconds() > 0
        ? ""
        : "bridge " + status.vault() + " has not seen a final block";
  }

  private void settle(List<CompletionStage<String>> answers) {
    List<String> missing = new ArrayList<>();
    if (!Cluster.get(system).selfMember().status().equals(MemberStatus.up())) {
      missing.add("the node is not in its cluster");
    }
    answers.stream()
        .map(answer -> answer.toCompletableFuture().join())
        .filter(what -> !what.isEmpty())
        .forEach(missing::add);
    state = new State(state.started() || missing.isEmpty(), missing);
    asking.set(false);
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
