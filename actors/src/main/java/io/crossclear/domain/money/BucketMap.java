package io.crossclear.domain.money;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An immutable map for states with many keys: a change copies one of up to 256 buckets instead of
 * everything, so it costs about 256 + n/256 entries. Iteration goes by bucket, then by key: a fixed
 * order.
 *
 * @param buckets by the low eight bits of the key's hash; none is empty
 */
public record BucketMap<K extends Comparable<K>, V>(SortedMap<Integer, SortedMap<K, V>> buckets) {

  public BucketMap {
    buckets = Exact.ordered(buckets);
  }

  /** The map without entries. */
  public static <K extends Comparable<K>, V> BucketMap<K, V> empty() {
    return new BucketMap<>(Collections.emptySortedMap());
  }

  /** The key's value. */
  public Optional<V> get(K key) {
    SortedMap<K, V> bucket = buckets.get(bucketOf(key));
    return bucket == null ? Optional.empty() : Optional.ofNullable(bucket.get(key));
  }

  /** This map with the key's value replaced. */
  public BucketMap<K, V> with(K key, V value) {
    TreeMap<K, V> bucket =
        new TreeMap<>(buckets.getOrDefault(bucketOf(key), Collections.emptySortedMap()));
    bucket.put(key, value);
    return withBucket(bucketOf(key), bucket);
  }

  /** This map without the key. */
  public BucketMap<K, V> without(K key) {
    SortedMap<K, V> old = buckets.get(bucketOf(key));
    if (old == null || !old.containsKey(key)) {
      return this;
    }
    TreeMap<K, V> bucket = new TreeMap<>(old);
    bucket.remove(key);
    return withBucket(bucketOf(key), bucket);
  }

  /** Number of entries. */
  public int size() {
    return buckets.values().stream().mapToInt(Map::size).sum();
  }

  private BucketMap<K, V> withBucket(int number, TreeMap<K, V> bucket) {
    TreeMap<Integer, SortedMap<K, V>> next = new TreeMap<>(buckets);
    if (bucket.isEmpty()) {
      next.remove(number);
    } else {
      next.put(number, Collections.unmodifiableSortedMap(bucket));
    }
    return new BucketMap<>(next);
  }

  private static int bucketOf(Object key) {
    int hash = key.hashCode();
    return (hash ^ hash >>> 8 ^ hash >>> 16 ^ hash >>> 24) & 0xff;
  }
}
