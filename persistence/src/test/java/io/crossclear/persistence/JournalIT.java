package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.actors.JournalReader;
import io.crossclear.actors.JournalReader.Entry;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountEvent.Credited;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real entities on the real journal. */
final class JournalIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestDatabase database = TestDatabase.fresh();
  private ActorTestKit node;

  @BeforeEach
  void start() {
    Schema.migrate(database.dataSource());
    node = ActorTestKit.create("node", database.config());
  }

  @AfterEach
  void stop() {
    node.shutdownTestKit();
  }

  private void restart() {
    stop();
    node = ActorTestKit.create("node", database.config());
  }

  private JournalReader reader() {
    return Persistence.journal(node.system());
  }

  private static Credited credited(long sequence) {
    return new Credited(
        WireSamples.VAULT, sequence, WireSamples.USDC, sequence, WireSamples.DEPOSITED, sequence);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void write(ActorRef<Recorder.Command> entity, AccountEvent event, long number) {
    TestProbe<Long> probe = node.createTestProbe();
    entity.tell(new Recorder.Write(event, probe.ref()));
    assertEquals(number, probe.receiveMessage(PATIENCE));
  }

  private void writeCredits(String id, int count) {
    ActorRef<Recorder.Command> entity = node.spawn(Recorder.create(id));
    for (long number = 1; number <= count; number++) {
      write(entity, credited(number), number);
    }
  }

  @Test
  void eventsOfAnEntityComeBackAsTheyWereAfterARestart() {
    ActorRef<Recorder.Command> entity = node.spawn(Recorder.create("Account|1"));
    long number = 0;
    for (Object event : WireSamples.account().subList(0, 3)) {
      number++;
      write(entity, (AccountEvent) event, number);
    }
    TestProbe<Recorder.Kept> before = node.createTestProbe();
    entity.tell(new Recorder.Show(before.ref()));
    Recorder.Kept kept = before.receiveMessage(PATIENCE);
    restart();

    TestProbe<Recorder.Kept> after = node.createTestProbe();
    node.spawn(Recorder.create("Account|1")).tell(new Recorder.Show(after.ref()));
    assertEquals(kept, after.receiveMessage(PATIENCE));
    assertEquals(
        WireSamples.account().subList(0, 3),
        await(reader().read("Account|1", 1, 10)).stream().map(Entry::event).toList());
  }

  @Test
  void rowsCarryTheWireNameAndNoClassName() throws SQLException {
    writeCredits("Account|1", 1);
    assertEquals(
        List.of(WireSerializer.IDENTIFIER + " account.credited"),
        database.query("SELECT event_ser_id || ' ' || event_ser_manifest FROM event_journal"));
  }

  @Test
  void theSecondWriterOfAnEntityIsRefusedAndStops() {
    ActorTestKit other = ActorTestKit.create("other", database.config());
    try {
      ActorRef<Recorder.Command> stale = other.spawn(Recorder.create("Account|1"));
      TestProbe<Recorder.Kept> recovered = other.createTestProbe();
      stale.tell(new Recorder.Show(recovered.ref()));
      assertEquals(0, recovered.receiveMessage(PATIENCE).events());
      write(node.spawn(Recorder.create("Account|1")), credited(1), 1);

      TestProbe<Long> answer = other.createTestProbe();
      stale.tell(new Recorder.Write(credited(2), answer.ref()));
      answer.expectTerminated(stale, PATIENCE);
      answer.expectNoMessage(Duration.ZERO);
      assertEquals(List.of(new Entry(1, credited(1))), await(reader().read("Account|1", 1, 10)));
    } finally {
      other.shutdownTestKit();
    }
  }

  @Test
  void otherEntitiesGoOnAfterOneWasRefused() throws SQLException {
    writeCredits("Account|1", 1);
    ActorRef<Recorder.Command> second = node.spawn(Recorder.create("Account|2"));
    write(second, credited(1), 1);
    database.execute(
        """
        INSERT INTO event_journal
          (persistence_id, sequence_number, writer, event_ser_id, event_ser_manifest, event_payload)
        SELECT persistence_id, 2, 'another', event_ser_id, event_ser_manifest, event_payload
        FROM event_journal WHERE persistence_id = 'Account|2'
        """);
    TestProbe<Long> answer = node.createTestProbe();
    second.tell(new Recorder.Write(credited(2), answer.ref()));
    answer.expectTerminated(second, PATIENCE);
    write(node.spawn(Recorder.create("Account|3")), credited(1), 1);
  }

  @Test
  void aReadIsGaplessFromItsStartAndNoLongerThanItsLimit() {
    writeCredits("Account|1", 25);
    assertEquals(sequences(1, 25), read("Account|1", 1, 1_000));
    assertEquals(sequences(6, 15), read("Account|1", 6, 10));
    assertEquals(sequences(25, 25), read("Account|1", 25, Integer.MAX_VALUE));
    assertEquals(List.of(), read("Account|1", 26, 10));
    assertEquals(List.of(), read("Account|9", 1, 10));
    assertEquals(List.of(), read("Account|1", Long.MAX_VALUE, 10));
  }

  @Test
  void aHoleInTheJournalIsAFailureAndNotAnAnswer() throws SQLException {
    writeCredits("Account|1", 3);
    database.execute("DELETE FROM event_journal WHERE sequence_number = 2");
    CompletionException failure =
        assertThrows(CompletionException.class, () -> read("Account|1", 1, 10));
    assertEquals(
        "journal of Account|1 has event 3 where 2 must be",
        assertInstanceOf(IllegalStateException.class, failure.getCause()).getMessage());
  }

  @Test
  void aStartOrLimitBelowOneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> reader().read("Account|1", 0, 10));
    assertThrows(IllegalArgumentException.class, () -> reader().read("Account|1", 1, 0));
  }

  @Test
  void manyEntitiesShareTransactionsAndAllAreWritten() throws SQLException {
    TestProbe<Long> probe = node.createTestProbe();
    int entities = 400;
    for (int i = 0; i < entities; i++) {
      node.spawn(Recorder.create("Account|" + i))
          .tell(new Recorder.Write(credited(1), probe.ref()));
    }
    assertTrue(
        probe.receiveSeveralMessages(entities, PATIENCE.multipliedBy(2)).stream()
            .allMatch(number -> number == 1));
    assertEquals(
        List.of(String.valueOf(entities)), database.query("SELECT count(*) FROM event_journal"));
  }

  private List<Long> read(String id, long from, int limit) {
    return await(reader().read(id, from, limit)).stream().map(Entry::sequence).toList();
  }

  private static List<Long> sequences(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }
}
