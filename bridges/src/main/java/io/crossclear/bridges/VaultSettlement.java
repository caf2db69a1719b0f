package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.List;

/**
 * A settled batch as the vault logged it.
 *
 * @param nonce number of the batch in its vault, from 1
 * @param token token paid; zero for an empty batch
 * @param digest what the attesters signed
 * @param total ledger units of all entries, failed pushes included, 0 to 2^63−1
 * @param count entries
 * @param logIndex position of the batch's own log in its block
 * @param failedPushes in log order; their value waits in the vault for its recipient's claim
 */
public record VaultSettlement(
    long nonce,
    Address token,
    Hash digest,
    BigInteger total,
    long count,
    long blockNumber,
    Hash blockHash,
    Hash transactionHash,
    long logIndex,
    List<FailedPush> failedPushes) {

  public VaultSettlement {
    failedPushes = List.copyOf(failedPushes);
  }

  /**
   * A push that the token refused.
   *
   * @param to recipient, now owner of the claim
   * @param quanta ledger units, 1 to 2^63−1
   */
  public record FailedPush(Address to, BigInteger quanta) {}
}
