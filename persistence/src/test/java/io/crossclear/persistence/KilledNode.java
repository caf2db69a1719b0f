package io.crossclear.persistence;

import com.typesafe.config.ConfigFactory;
import io.crossclear.domain.account.AccountEvent;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** A node in its own JVM that writes one event after the other until its kill point halts it. */
final class KilledNode {

  private KilledNode() {}

  /** Settings come from system properties; prints each answer. */
  public static void main(String[] args) {
    ActorTestKit node =
        ActorTestKit.create(
            "killed",
            ConfigFactory.load(
                KillPoints.config()
                    .withFallback(ConfigFactory.parseResources("crossclear-postgres.conf"))
                    .withFallback(ConfigFactory.parseResources("crossclear-serialization.conf"))));
    ActorRef<Recorder.Command> entity = node.spawn(Recorder.create("Account|1"));
    TestProbe<Long> answers = node.createTestProbe();
    AccountEvent event = (AccountEvent) WireSamples.account().getFirst();
    for (int i = 0; i < 10; i++) {
      entity.tell(new Recorder.Write(event, answers.ref()));
      System.out.println("answered " + answers.receiveMessage(Duration.ofMinutes(1)));
    }
    node.shutdownTestKit();
  }
}
