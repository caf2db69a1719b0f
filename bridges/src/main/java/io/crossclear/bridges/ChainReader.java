package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import java.math.BigInteger;
import java.util.concurrent.CompletionStage;

/**
 * Port: what one chain says, believed only where a quorum of its providers says the same.
 *
 * <p>No method blocks its caller. A stage fails with a {@link ChainException} when no quorum
 * answers alike in time; the same call may succeed later. Answers depend on no earlier call: two
 * {@link #finalized()} may go down when providers come and go, and it is for the caller to remember
 * the highest.
 */
public interface ChainReader {

  /** The highest block that a quorum of providers calls finalised. */
  CompletionStage<BlockRef> finalized();

  /**
   * The block at this height of the canonical chain.
   *
   * @param number at least 0; a block that a quorum does not have yet is a failure
   */
  CompletionStage<BlockRef> block(long number);

  /**
   * Everything the vault logged about deposits and settlements in a range of final blocks. Verified
   * beyond the quorum: the block of every log is the canonical one, deposits and batches are
   * gapless within the range, and accumulators follow from one another.
   *
   * @param fromBlock first, included
   * @param toBlock last, included; at least {@code fromBlock} and at most the finalised height
   */
  CompletionStage<VaultLogs> vaultLogs(long fromBlock, long toBlock);

  /** The vault's counters after this block. Providers need the state of that block. */
  CompletionStage<VaultView> vault(long blockNumber);

  /**
   * Base units of the token that the holder has after this block. Providers need the state of that
   * block.
   */
  CompletionStage<BigInteger> tokenBalance(Address token, Address holder, long blockNumber);
}
