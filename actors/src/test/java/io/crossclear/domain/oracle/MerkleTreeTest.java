package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.signing.Hash;
import io.crossclear.testing.PlainKeccak;
import io.crossclear.testing.TestNetwork;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MerkleTreeTest {

  private static List<Hash> leaves(int count) {
    return IntStream.range(0, count).mapToObj(i -> TestNetwork.word(1000 + i)).toList();
  }

  private static Hash concatenated(int first, Hash... rest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    for (Hash hash : rest) {
      out.writeBytes(hash.bytes());
    }
    return PlainKeccak.INSTANCE.hash(out.toByteArray());
  }

  private static Hash root(int leaves, Hash top) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {2, 0, 0, 0, (byte) leaves});
    out.writeBytes(top.bytes());
    return PlainKeccak.INSTANCE.hash(out.toByteArray());
  }

  @Test
  void fiveLeavesHashAsWrittenByHand() {
    List<Hash> l = leaves(5);
    Hash left =
        concatenated(1, concatenated(1, l.get(0), l.get(1)), concatenated(1, l.get(2), l.get(3)));

    assertEquals(
        root(5, concatenated(1, left, l.get(4))), MerkleTree.of(l, PlainKeccak.INSTANCE).root());
    assertEquals(root(1, l.get(0)), MerkleTree.of(l.subList(0, 1), PlainKeccak.INSTANCE).root());
  }

  @Test
  void everyLeafOfEverySizeLeadsToTheRootAndNoOtherLeafDoes() {
    for (int size = 1; size <= 33; size++) {
      List<Hash> leaves = leaves(size);
      MerkleTree tree = MerkleTree.of(leaves, PlainKeccak.INSTANCE);
      for (int i = 0; i < size; i++) {
        List<Hash> path = tree.path(i);
        assertEquals(
            tree.root(), MerkleTree.root(leaves.get(i), i, size, path, PlainKeccak.INSTANCE));
        assertNotEquals(
            tree.root(), MerkleTree.root(TestNetwork.word(1), i, size, path, PlainKeccak.INSTANCE));
      }
    }
  }

  @Test
  void aPathOfAnotherLengthOrSizeOrPlaceIsRefused() {
    for (int size : new int[] {2, 3, 5, 8, 13}) {
      List<Hash> leaves = leaves(size);
      MerkleTree tree = MerkleTree.of(leaves, PlainKeccak.INSTANCE);
      for (int i = 0; i < size; i++) {
        int at = i;
        List<Hash> path = tree.path(at);
        List<Hash> longer = new ArrayList<>(path);
        longer.add(TestNetwork.word(5));
        List<Hash> shorter = path.subList(0, path.size() - 1);
        assertThrows(
            IllegalArgumentException.class,
            () -> MerkleTree.root(leaves.get(at), at, size, longer, PlainKeccak.INSTANCE));
        assertThrows(
            IllegalArgumentException.class,
            () -> MerkleTree.root(leaves.get(at), at, size, shorter, PlainKeccak.INSTANCE));
        assertThrows(
            IllegalArgumentException.class,
            () -> MerkleTree.root(leaves.get(at), size, size, path, PlainKeccak.INSTANCE));
        for (int other = 0; other < size; other++) {
          int place = other;
          if (place != at && tree.path(place).size() == path.size()) {
            assertNotEquals(
                tree.root(),
                MerkleTree.root(leaves.get(at), place, size, path, PlainKeccak.INSTANCE));
          }
        }
      }
    }
  }

  /** An inner node offered as a leaf of a smaller tree has the right top but another root. */
  @Test
  void aNodeNeverPassesForALeaf() {
    List<Hash> leaves = leaves(4);
    MerkleTree tree = MerkleTree.of(leaves, PlainKeccak.INSTANCE);
    Hash left = concatenated(1, leaves.get(0), leaves.get(1));
    Hash right = concatenated(1, leaves.get(2), leaves.get(3));

    assertNotEquals(tree.root(), MerkleTree.root(left, 0, 2, List.of(right), PlainKeccak.INSTANCE));
  }

  @Test
  void treesOfDifferentSizesNeverShareARoot() {
    Set<Hash> roots = new HashSet<>();
    for (int size = 1; size <= 33; size++) {
      roots.add(MerkleTree.of(leaves(size), PlainKeccak.INSTANCE).root());
    }
    assertEquals(33, roots.size());
    List<Hash> twice = new ArrayList<>(leaves(3));
    twice.add(twice.getLast());
    assertNotEquals(
        MerkleTree.of(leaves(3), PlainKeccak.INSTANCE).root(),
        MerkleTree.of(twice, PlainKeccak.INSTANCE).root());
  }
}
