package io.crossclear.domain.money;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class BucketMapTest {

  /** One step of the model: a key, and a value or its removal when the value is negative. */
  record Step(int key, int value) {}

  @Property(tries = 300)
  void behavesLikeATreeMapAtEveryStep(
      @ForAll @Size(max = 80) List<@IntRange(min = 0, max = 2000) Integer> keys,
      @ForAll @Size(max = 80) List<@IntRange(min = -3, max = 9) Integer> values) {
    TreeMap<Integer, Integer> model = new TreeMap<>();
    BucketMap<Integer, Integer> map = BucketMap.empty();
    for (int i = 0; i < Math.min(keys.size(), values.size()); i++) {
      Step step = new Step(keys.get(i), values.get(i));
      BucketMap<Integer, Integer> before = map;
      TreeMap<Integer, Integer> modelBefore = new TreeMap<>(model);
      if (step.value() < 0) {
        map = map.without(step.key());
        model.remove(step.key());
      } else {
        map = map.with(step.key(), step.value());
        model.put(step.key(), step.value());
      }

      assertSameEntries(model, map);
      assertSameEntries(modelBefore, before);
    }
  }

  private static void assertSameEntries(
      TreeMap<Integer, Integer> model, BucketMap<Integer, Integer> map) {
    assertEquals(model.size(), map.size());
    model.forEach((key, value) -> assertEquals(Optional.of(value), map.get(key)));
    TreeMap<Integer, Integer> all = new TreeMap<>();
    map.buckets().values().forEach(all::putAll);
    assertEquals(model, all);
    assertTrue(map.buckets().values().stream().noneMatch(java.util.Map::isEmpty));
  }

  @Test
  void isEqualHoweverItCameAbout() {
    List<Integer> keys = new ArrayList<>(java.util.stream.IntStream.range(0, 700).boxed().toList());
    BucketMap<Integer, Integer> ascending = filled(keys);
    Collections.shuffle(keys, new Random(7));
    BucketMap<Integer, Integer> shuffled = filled(keys).with(900, 1).without(900);

    assertEquals(ascending, shuffled);
    assertEquals(ascending.toString(), shuffled.toString());
    assertNotEquals(ascending, shuffled.without(3));
  }

  private static BucketMap<Integer, Integer> filled(List<Integer> keys) {
    BucketMap<Integer, Integer> map = BucketMap.empty();
    for (int key : keys) {
      map = map.with(key, key);
    }
    return map;
  }

  @Test
  void spreadsOverAtMost256BucketsByEveryByteOfTheHash() {
    assertEquals(
        256, filled(java.util.stream.IntStream.range(0, 256).boxed().toList()).buckets().size());
    List<Integer> highBytes =
        java.util.stream.IntStream.range(0, 256).map(i -> i << 24).boxed().toList();
    assertEquals(256, filled(highBytes).buckets().size());
    List<Integer> middleBytes =
        java.util.stream.IntStream.range(0, 256).map(i -> i << 16 | i << 8).boxed().toList();
    assertEquals(1, filled(middleBytes).buckets().size());
  }

  @Test
  void returnsItselfWhenThereIsNothingToRemove() {
    BucketMap<Integer, Integer> map = filled(List.of(1, 2));
    assertSame(map, map.without(3));
    assertSame(map, map.without(257));
  }

  @Test
  void cannotBeChangedFromOutside() {
    BucketMap<Integer, Integer> map = filled(List.of(1));
    assertThrows(UnsupportedOperationException.class, () -> map.buckets().clear());
    assertThrows(
        UnsupportedOperationException.class,
        () -> map.buckets().values().forEach(java.util.SortedMap::clear));
  }
}
