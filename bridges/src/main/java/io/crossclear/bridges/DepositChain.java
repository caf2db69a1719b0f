package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.nio.ByteBuffer;
import java.util.List;

/** The vault's hash chain over its deposits; its head commits to every deposit before. */
public final class DepositChain {

  private DepositChain() {}

  /**
   * The accumulator after a deposit:
   *
   * <pre>
   * keccak256(before ‖ keccak256(uint64 sequence ‖ address token ‖ bytes32 account ‖ uint128 quanta))
   * </pre>
   *
   * @param before accumulator before it, zero before the first
   */
  public static Hash next(Keccak keccak, Hash before, VaultDeposit deposit) {
    ByteBuffer leaf = ByteBuffer.allocate(8 + 20 + 32 + 16);
    leaf.putLong(deposit.sequence()).put(deposit.token().bytes()).put(deposit.accountId().bytes());
    leaf.putLong(0).putLong(deposit.quanta().longValueExact());
    ByteBuffer pair = ByteBuffer.allocate(64);
    pair.put(before.bytes()).put(keccak.hash(leaf.array()).bytes());
    return keccak.hash(pair.array());
  }

  /**
   * Checks that deposits follow from one another, and the vault's first from nothing.
   *
   * @param deposits in the order of the log
   * @throws ChainException when a number is left out or comes twice, or an accumulator is not what
   *     the deposit makes
   */
  static void requireLinked(Keccak keccak, List<VaultDeposit> deposits) {
    for (int i = 0; i < deposits.size(); i++) {
      VaultDeposit deposit = deposits.get(i);
      Hash before;
      if (i > 0) {
        VaultDeposit last = deposits.get(i - 1);
        if (deposit.sequence() - 1 != last.sequence()) {
          throw new ChainException(
              "deposit "
                  + deposit.sequence()
                  + " is logged right after deposit "
                  + last.sequence());
        }
        before = last.accumulator();
      } else if (deposit.sequence() == 1) {
        before = Hash.ZERO;
      } else {
        continue;
      }
      if (!next(keccak, before, deposit).equals(deposit.accumulator())) {
        throw new ChainException(
            "the accumulator of deposit "
                + deposit.sequence()
                + " does not follow from the one before");
      }
    }
  }
}
