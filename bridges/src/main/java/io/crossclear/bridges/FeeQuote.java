package io.crossclear.bridges;

import java.math.BigInteger;

/**
 * What a transaction offers per gas (EIP-1559), in wei.
 *
 * @param maxFeePerGas at most this in all, at least the priority fee
 * @param maxPriorityFeePerGas of that, at most this to the block's proposer, at least 0
 */
public record FeeQuote(BigInteger maxFeePerGas, BigInteger maxPriorityFeePerGas) {

  /**
   * @throws IllegalArgumentException when the priority fee is negative or above the maximum
   */
  public FeeQuote {
    if (maxPriorityFeePerGas.signum() < 0 || maxFeePerGas.compareTo(maxPriorityFeePerGas) < 0) {
      throw new IllegalArgumentException(
          "fee of at most " + maxFeePerGas + " wei cannot pay a tip of " + maxPriorityFeePerGas);
    }
  }
}
