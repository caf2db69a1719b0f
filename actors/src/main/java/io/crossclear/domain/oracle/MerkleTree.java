package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A binary hash tree whose root binds the number of its leaves.
 *
 * <pre>
 * leaf  = keccak256(0x00 ‖ …)                 hashed by the caller
 * node  = keccak256(0x01 ‖ left ‖ right)
 * root  = keccak256(0x02 ‖ leaves u32 ‖ top)
 * </pre>
 *
 * The last hash of an odd level moves up as it is. The first byte tells leaves, nodes and roots
 * apart, and the number of leaves fixes the length of every path, so that no node passes for a
 * leaf.
 */
final class MerkleTree {

  private final List<List<Hash>> levels;
  private final Hash root;

  private MerkleTree(List<List<Hash>> levels, Hash root) {
    this.levels = levels;
    this.root = root;
  }

  /** The tree of these hashed leaves, at least one. */
  static MerkleTree of(List<Hash> leaves, Keccak keccak) {
    List<List<Hash>> levels = new ArrayList<>();
    List<Hash> level = List.copyOf(leaves);
    levels.add(level);
    while (level.size() > 1) {
      List<Hash> next = new ArrayList<>((level.size() + 1) / 2);
      for (int i = 0; i + 1 < level.size(); i += 2) {
        next.add(node(level.get(i), level.get(i + 1), keccak));
      }
      if (level.size() % 2 == 1) {
        next.add(level.getLast());
      }
      level = List.copyOf(next);
      levels.add(level);
    }
    return new MerkleTree(levels, root(leaves.size(), level.getFirst(), keccak));
  }

  /** The root. */
  Hash root() {
    return root;
  }

  /** The siblings of a leaf, from below. */
  List<Hash> path(int index) {
    List<Hash> path = new ArrayList<>();
    int at = index;
    for (List<Hash> level : levels) {
      int sibling = at ^ 1;
      if (sibling < level.size() && level.size() > 1) {
        path.add(level.get(sibling));
      }
      at /= 2;
    }
    return List.copyOf(path);
  }

  /**
   * The root to which a leaf's path leads.
   *
   * @throws IllegalArgumentException when the index is beyond the leaves or the path has not
   *     exactly its length
   */
  static Hash root(Hash leaf, int index, int leaves, List<Hash> path, Keccak keccak) {
    if (index < 0 || index >= leaves) {
      throw new IllegalArgumentException("leaf " + index + " of " + leaves);
    }
    Hash hash = leaf;
    int used = 0;
    int at = index;
    for (int size = leaves; size > 1; size = (size + 1) / 2) {
      if ((at ^ 1) < size) {
        if (used == path.size()) {
          throw new IllegalArgumentException("the path is too short");
        }
        Hash sibling = path.get(used++);
        hash = at % 2 == 0 ? node(hash, sibling, keccak) : node(sibling, hash, keccak);
      }
      at /= 2;
    }
    if (used != path.size()) {
      throw new IllegalArgumentException("the path is too long");
    }
    return root(leaves, hash, keccak);
  }

  private static Hash node(Hash left, Hash right, Keccak keccak) {
    return keccak.hash(
        ByteBuffer.allocate(65).put((byte) 1).put(left.bytes()).put(right.bytes()).array());
  }

  private static Hash root(int leaves, Hash top, Keccak keccak) {
    return keccak.hash(
        ByteBuffer.allocate(37).put((byte) 2).putInt(leaves).put(top.bytes()).array());
  }
}
