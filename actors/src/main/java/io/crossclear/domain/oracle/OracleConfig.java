package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * Who observes what, by which rules. Everything signed binds the digest of all this, so a new
 * configuration makes old certificates worthless.
 *
 * @param oracles 4 to 255, ascending
 * @param feeds 1 to 4,096, ascending; observations and rows are in this order
 * @param settleRounds consecutive rounds that a new level has to hold before it is accepted
 * @param settleFor how long it has to hold, too
 * @param haltAfter a feed that is not OK for longer is halted
 */
public record OracleConfig(
    List<Address> oracles,
    List<FeedConfig> feeds,
    int settleRounds,
    Duration settleFor,
    Duration haltAfter) {

  private static final int MOST_ORACLES = 255;
  private static final int MOST_FEEDS = 4096;

  /**
   * @throws IllegalArgumentException when there are too few oracles or feeds, or a list does not
   *     ascend
   */
  public OracleConfig {
    oracles = List.copyOf(oracles);
    feeds = List.copyOf(feeds);
    if (oracles.size() < 4 || oracles.size() > MOST_ORACLES) {
      throw new IllegalArgumentException("4 to 255 oracles are needed, not " + oracles.size());
    }
    if (feeds.isEmpty() || feeds.size() > MOST_FEEDS) {
      throw new IllegalArgumentException("1 to 4096 feeds are needed, not " + feeds.size());
    }
    ascending("oracles", oracles);
    ascending("feeds", feeds.stream().map(FeedConfig::feed).toList());
    if (settleRounds < 3 || settleFor.compareTo(Duration.ofSeconds(5)) < 0) {
      throw new IllegalArgumentException("a new level has to hold for 3 rounds and 5 s at least");
    }
    for (FeedConfig feed : feeds) {
      if (haltAfter.compareTo(feed.maxAge()) <= 0) {
        throw new IllegalArgumentException("feed " + feed.feed() + " would be halted before stale");
      }
    }
  }

  private static <T extends Comparable<T>> void ascending(String what, List<T> list) {
    for (int i = 1; i < list.size(); i++) {
      if (list.get(i - 1).compareTo(list.get(i)) >= 0) {
        throw new IllegalArgumentException(what + " must ascend: " + list.get(i));
      }
    }
  }

  /** The usual rules: 3 rounds and 5 s to settle, halted after 10 minutes. */
  public static OracleConfig of(List<Address> oracles, List<FeedConfig> feeds) {
    return new OracleConfig(oracles, feeds, 3, Duration.ofSeconds(5), Duration.ofMinutes(10));
  }

  /** How many oracles may lie: ⌊(n − 1) / 3⌋. */
  public int faulty() {
    return (oracles.size() - 1) / 3;
  }

  /** Observations that a report, and each row that is not stale, needs: 2f + 1. */
  public int observations() {
    return 2 * faulty() + 1;
  }

  /**
   * Votes that make a certificate: ⌊(n + f) / 2⌋ + 1, so that two quorums share an honest oracle.
   */
  public int quorum() {
    return (oracles.size() + faulty()) / 2 + 1;
  }

  /** Who leads this epoch: the oracles in turn. */
  public Address leader(long epoch) {
    return oracles.get(Math.floorMod(epoch, oracles.size()));
  }

  /** The oracle's place in the list; negative when it is none. */
  int oracle(Address address) {
    return Collections.binarySearch(oracles, address);
  }

  /** The feed's place in the list; negative when it is unknown. */
  public int indexOf(FeedId feed) {
    int low = 0;
    int high = feeds.size() - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      int order = feeds.get(middle).feed().compareTo(feed);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** keccak256 of the whole configuration in a fixed binary form. */
  public Hash digest(Keccak keccak) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("crossclear oracle config 1".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(ByteBuffer.allocate(8).putInt(oracles.size()).putInt(feeds.size()).array());
    oracles.forEach(oracle -> out.writeBytes(oracle.bytes()));
    for (FeedConfig feed : feeds) {
      out.writeBytes(feed.feed().key(keccak).bytes());
      out.writeBytes(
          ByteBuffer.allocate(56)
              .putInt(feed.minSources())
              .putLong(feed.quoteAge().toMillis())
              .putInt(feed.deviationPpm())
              .putLong(feed.heartbeat().toMillis())
              .putInt(feed.jumpPpm())
              .putLong(feed.minPrice())
              .putLong(feed.maxPrice())
              .putLong(feed.maxAge().toMillis())
              .putInt(feed.widenPpmPerSecond())
              .array());
    }
    out.writeBytes(
        ByteBuffer.allocate(20)
            .putInt(settleRounds)
            .putLong(settleFor.toMillis())
            .putLong(haltAfter.toMillis())
            .array());
    return keccak.hash(out.toByteArray());
  }
}
