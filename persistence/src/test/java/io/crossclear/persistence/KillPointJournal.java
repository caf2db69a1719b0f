package io.crossclear.persistence;

import com.typesafe.config.Config;
import io.crossclear.persistence.KillPoints.Side;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import scala.Function1;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * The PostgreSQL journal that dies at a {@link KillPoints kill point}. It extends the plugin
 * because a plugin finds its own configuration by being the plugin's actor, which a wrapped one is
 * not.
 *
 * <p>Caveat: one actor's writes that Pekko batches share the fate of the batch, as they share a
 * transaction.
 */
public final class KillPointJournal extends JdbcAsyncWriteJournal {

  private final KillPoints points;

  /** Pekko creates the plugin by name. */
  public KillPointJournal(Config config) {
    super(config);
    points = KillPoints.of(context().system());
  }

  @Override
  public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
    if (points.dead()) {
      return never();
    }
    boolean before = false;
    boolean after = false;
    for (AtomicWrite write : CollectionConverters.asJava(messages)) {
      before |= points.reached(write.persistenceId(), Side.BEFORE);
      after |= points.reached(write.persistenceId(), Side.AFTER);
    }
    if (before) {
      points.kill();
      return never();
    }
    Future<Seq<Try<BoxedUnit>>> written = super.asyncWriteMessages(messages);
    if (!after) {
      return written;
    }
    var ignored =
        FutureConverters.asJava(written).whenComplete((results, failure) -> points.kill());
    return never();
  }

  @Override
  public Future<Object> asyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    return points.dead()
        ? never()
        : super.asyncReadHighestSequenceNr(persistenceId, fromSequenceNr);
  }

  @Override
  public Future<BoxedUnit> asyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Function1<PersistentRepr, BoxedUnit> replay) {
    return points.dead()
        ? never()
        : super.asyncReplayMessages(persistenceId, fromSequenceNr, toSequenceNr, max, replay);
  }

  private static <T> Future<T> never() {
    return Futures.<T>promise().future();
  }
}
