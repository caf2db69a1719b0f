package io.crossclear.nodes.supervisor;

import java.util.List;

/**
 * A chain of the local network. A block is final when {@code 2 × slotsInAnEpoch} follow it.
 *
 * @param blockSeconds between two blocks
 */
public record LocalChain(String name, long chainId, int blockSeconds, int slotsInAnEpoch) {

  /** Three chains that differ in identity, block time and finality. */
  public static final List<LocalChain> ALL =
      List.of(
          new LocalChain("aster", 31001, 1, 1),
          new LocalChain("borea", 31002, 2, 1),
          new LocalChain("cygna", 31003, 1, 4));

  /** Blocks between the head and the newest final block. */
  public int finalityBlocks() {
    return 2 * slotsInAnEpoch;
  }
}
