package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: sending to one chain. No method blocks its caller; a stage fails with a {@link
 * ChainException} when too few providers answer in time.
 *
 * <p>{@code data} is call data as {@code 0x} and hexadecimal digits, {@code 0x} alone for none.
 */
public interface ChainWriter {

  /**
   * The next nonce of the sender: the highest that a quorum reaches, its waiting transactions
   * counted.
   */
  CompletionStage<Long> pendingNonce(Address sender);

  /**
   * What the call would come to on top of the chain's head.
   *
   * @return empty when it would succeed; else why it reverts, as the name of the contract's error
   *     where it is known
   */
  CompletionStage<Optional<String>> simulate(Address sender, Address to, String data);

  /**
   * Gas that the call needs: the median of what the providers estimate. A call that reverts is a
   * failure.
   */
  CompletionStage<Long> estimateGas(Address sender, Address to, String data);

  /** A fee for the next blocks: twice the base fee and the tip of the median recent transaction. */
  CompletionStage<FeeQuote> fees();

  /**
   * Hands a signed transaction to every provider.
   *
   * @param rawTransaction {@code 0x} and hexadecimal digits
   * @return its hash as soon as one provider has taken it or already knew it
   */
  CompletionStage<Hash> broadcast(String rawTransaction);

  /**
   * The receipt that a quorum shows; empty while fewer do, whether the transaction is waiting, lost
   * or unknown.
   */
  CompletionStage<Optional<Receipt>> receipt(Hash transactionHash);

  /** Wei that the holder has at the chain's head, the highest that a quorum reaches. */
  CompletionStage<BigInteger> nativeBalance(Address holder);

  /**
   * Transactions of this account that are in blocks, which is the nonce of the next one that can be
   * mined.
   */
  CompletionStage<Long> minedNonce(Address sender);
}
