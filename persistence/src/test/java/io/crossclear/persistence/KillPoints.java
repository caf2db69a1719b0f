package io.crossclear.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * Where an actor system dies: at the n-th write of the entities whose persistence ids begin with a
 * prefix. From then on its {@link KillPointJournal} neither writes nor reads nor answers.
 *
 * <p>Armed in code, or by configuration for a node in its own JVM: {@code crossclear.kill-point
 * {persistence-id-prefix, write, side = before | after, real = false}}. When {@code real} is true
 * the JVM halts with 137, as after kill -9.
 */
public final class KillPoints implements Extension {

  /** On which side of the write. */
  public enum Side {
    /** The write never reaches the store. */
    BEFORE,
    /** The write is durable and nobody is told. */
    AFTER
  }

  private record Point(String prefix, int write, Side side) {}

  private static final class Id extends AbstractExtensionId<KillPoints> {
    static final Id INSTANCE = new Id();

    @Override
    public KillPoints createExtension(ExtendedActorSystem system) {
      return new KillPoints(system.settings().config());
    }
  }

  private final List<Runnable> actions = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> killed = new CompletableFuture<>();
  private final boolean real;
  private Point point = new Point("", 0, Side.BEFORE);
  private int writes;

  private KillPoints(Config config) {
    String path = "crossclear.kill-point";
    real = config.hasPath(path + ".real") && config.getBoolean(path + ".real");
    if (config.hasPath(path + ".write")) {
      Side side = Side.valueOf(config.getString(path + ".side").toUpperCase(Locale.ROOT));
      arm(config.getString(path + ".persistence-id-prefix"), config.getInt(path + ".write"), side);
    }
  }

  /** The kill points of this actor system. */
  public static KillPoints of(ClassicActorSystemProvider system) {
    return Id.INSTANCE.get(system);
  }

  /** Puts the {@link KillPointJournal} in the place of the PostgreSQL journal. */
  public static Config config() {
    return ConfigFactory.parseString(
        "jdbc-journal.class = \"" + KillPointJournal.class.getName() + "\"");
  }

  /**
   * Sets the point and counts from 0.
   *
   * @param write from 1: the n-th write from now
   */
  public synchronized void arm(String persistenceIdPrefix, int write, Side side) {
    point = new Point(persistenceIdPrefix, write, side);
    writes = 0;
  }

  /**
   * What else to do at the point, for example end the actor system; runs on a thread of its own.
   */
  public void onKill(Runnable action) {
    actions.add(action);
  }

  /** Completes when the system was killed. */
  public CompletionStage<Void> killed() {
    return killed;
  }

  /** Writes counted since the point was set. */
  public synchronized int writes() {
    return writes;
  }

  boolean dead() {
    return killed.isDone();
  }

  /** Counts a write; whether the system is to die at it on this side. */
  synchronized boolean reached(String persistenceId, Side side) {
    if (side == Side.BEFORE && persistenceId.startsWith(point.prefix())) {
      writes++;
    }
    return point.side() == side
        && writes == point.write()
        && persistenceId.startsWith(point.prefix());
  }

  void kill() {
    if (real) {
      Runtime.getRuntime().halt(137);
    }
    if (killed.complete(null)) {
      new Thread(() -> actions.forEach(Runnable::run), "kill-point").start();
    }
  }
}
