package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.persistence.KillPoints.Side;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The journal that dies on demand, so that the tests that use it mean what they say. */
final class KillPointJournalIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestDatabase database = TestDatabase.fresh();
  private ActorTestKit node;

  @BeforeEach
  void start() {
    Schema.migrate(database.dataSource());
    node = ActorTestKit.create("node", KillPoints.config().withFallback(database.config()));
  }

  @AfterEach
  void stop() {
    node.shutdownTestKit();
  }

  private void killAt(int write, Side side, int expectedAnswers, int expectedRows)
      throws SQLException {
    KillPoints points = KillPoints.of(node.system());
    CompletableFuture<Void> told = new CompletableFuture<>();
    points.onKill(() -> told.complete(null));
    points.arm("Account|", write, side);
    TestProbe<Long> answers = node.createTestProbe();
    ActorRef<Recorder.Command> bystander = node.spawn(Recorder.create("Other|1"));
    tell(bystander, answers);
    assertEquals(1, answers.receiveMessage(PATIENCE));

    ActorRef<Recorder.Command> entity = node.spawn(Recorder.create("Account|1"));
    for (int i = 1; i <= expectedAnswers; i++) {
      tell(entity, answers);
      assertEquals(i, answers.receiveMessage(PATIENCE));
    }
    tell(entity, answers);
    told.orTimeout(20, TimeUnit.SECONDS).join();
    points.killed().toCompletableFuture().join();
    tell(bystander, answers);
    answers.expectNoMessage(Duration.ofMillis(300));
    assertEquals(
        List.of(String.valueOf(expectedRows)),
        database.query("SELECT count(*) FROM event_journal WHERE persistence_id = 'Account|1'"));
    assertEquals(
        List.of("1"),
        database.query("SELECT count(*) FROM event_journal WHERE persistence_id = 'Other|1'"));
  }

  private static void tell(ActorRef<Recorder.Command> entity, TestProbe<Long> answers) {
    AccountEvent event = (AccountEvent) WireSamples.account().getFirst();
    entity.tell(new Recorder.Write(event, answers.ref()));
  }

  @Test
  void beforeTheThirdWriteMeansThatTwoStand() throws SQLException {
    killAt(3, Side.BEFORE, 2, 2);
  }

  @Test
  void afterTheThirdWriteMeansThatThreeStandAndTwoWereAnswered() throws SQLException {
    killAt(3, Side.AFTER, 2, 3);
  }

  @Test
  void theNextNodeGoesOnFromWhatStands() throws SQLException {
    killAt(1, Side.AFTER, 0, 1);
    ActorTestKit next = ActorTestKit.create("next", database.config());
    try {
      TestProbe<Recorder.Kept> kept = next.createTestProbe();
      next.spawn(Recorder.create("Account|1")).tell(new Recorder.Show(kept.ref()));
      assertEquals(1, kept.receiveMessage(PATIENCE).events());
    } finally {
      next.shutdownTestKit();
    }
  }

  @Test
  void aNodeInItsOwnJvmHaltsAsIfKilled() throws Exception {
    PostgresSettings settings = database.settings();
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "-Dcrossclear.postgres.port=" + settings.port(),
                "-Dcrossclear.postgres.database=" + settings.database(),
                "-Dcrossclear.postgres.user=" + settings.user(),
                "-Dcrossclear.kill-point.persistence-id-prefix=Account|",
                "-Dcrossclear.kill-point.write=4",
                "-Dcrossclear.kill-point.side=after",
                "-Dcrossclear.kill-point.real=true",
                KilledNode.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> answers =
        process.inputReader().lines().filter(line -> line.startsWith("answered")).toList();
    assertEquals(137, process.waitFor());
    assertEquals(List.of("answered 1", "answered 2", "answered 3"), answers);
    assertEquals(List.of("4"), database.query("SELECT count(*) FROM event_journal"));
  }
}
