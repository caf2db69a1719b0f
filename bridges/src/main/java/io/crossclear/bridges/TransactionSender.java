package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends the transactions of one key, each with the next nonce, and waits until they are included.
 * Blocks; several threads may send at once, and only the handing over of their transactions is one
 * after the other. Nobody else may send with the key meanwhile.
 */
final class TransactionSender {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  /** What was sent. */
  private record Sent(long nonce, Hash hash) {}

  /** What was included: the nonce tells where a creation put its contract. */
  record Included(long nonce, Receipt receipt) {}

  private final RpcPool pool;
  private final TransactionSigner signer;
  private final ReentrantLock lock = new ReentrantLock();
  private long nextNonce;
  private int waiting;

  TransactionSender(RpcPool pool, SigningKey key) {
    this.pool = pool;
    this.signer = new TransactionSigner(key, pool.vault().chainId());
  }

  TransactionSigner signer() {
    return signer;
  }

  /**
   * Sends and waits.
   *
   * @param to empty for a creation
   * @throws ChainException when the call would revert, reverts, is taken by no provider, or is not
   *     included in time
   */
  Included send(Optional<Address> to, String data, BigInteger value) {
    Sent sent = handOver(to, data, value);
    try {
      return new Included(sent.nonce(), included(sent.hash()));
    } finally {
      lock.lock();
      try {
        waiting--;
      } finally {
        lock.unlock();
      }
    }
  }

  private Sent handOver(Optional<Address> to, String data, BigInteger value) {
    FeeQuote fees = await(pool.fees());
    // a plain transfer costs a constant; estimating it would need its value
    long gas =
        to.isPresent() && data.equals("0x")
            ? 21_000
            : withReserve(await(pool.estimateGas(signer.address(), to, data)));
    lock.lock();
    try {
      // while none of ours is waiting, the chain knows best: a lost transaction leaves no gap
      long pending = await(pool.pendingNonce(signer.address()));
      long nonce = waiting == 0 ? pending : Math.max(pending, nextNonce);
      SignedTransaction transaction =
          to.isPresent()
              ? signer.sign(nonce, fees, gas, to.get(), data, value)
              : signer.signCreation(nonce, fees, gas, data);
      await(pool.broadcast(transaction.raw()));
      nextNonce = nonce + 1;
      waiting++;
      return new Sent(nonce, transaction.hash());
    } finally {
      lock.unlock();
    }
  }

  /** Estimates are for the state of the moment; a quarter more survives its changes. */
  private static long withReserve(long estimate) {
    return Math.addExact(estimate, estimate / 4);
  }

  private Receipt included(Hash hash) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<Receipt> receipt = await(pool.receipt(hash));
      if (receipt.isPresent()) {
        if (!receipt.get().succeeded()) {
          throw new ChainException("transaction " + hash + " reverted");
        }
        return receipt.get();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new ChainException(
            "transaction " + hash + " was not included in " + PATIENCE.toSeconds() + " s");
      }
      try {
        Thread.sleep(LOOK_EVERY);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        throw new ChainException("interrupted while waiting for transaction " + hash, stop);
      }
    }
  }

  /** Waits for a port's answer; its failure is thrown as what it is. */
  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof ChainException known) {
        throw known;
      }
      throw new ChainException("the chain could not be asked: " + failed.getMessage(), failed);
    }
  }
}
