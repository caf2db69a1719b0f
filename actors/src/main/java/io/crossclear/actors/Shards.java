package io.crossclear.actors;

/** The fixed partition of all entities into 256 shards; the number can never change. */
public final class Shards {

  /** Number of shards. */
  public static final int COUNT = 256;

  private Shards() {}

  /** The shard of an entity, 0 to 255, the same on every node for ever. */
  public static int of(String entityId) {
    return Math.floorMod(entityId.hashCode(), COUNT);
  }
}
