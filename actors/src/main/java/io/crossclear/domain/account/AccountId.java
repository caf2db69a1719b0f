package io.crossclear.domain.account;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;

/**
 * A margin account: owner (20 bytes) ‖ pool (4) ‖ index (8). There is no registration; the
 * beneficiary of everything in it is always the owner.
 *
 * @param hex {@code 0x} and 64 hexadecimal digits in lower case
 */
public record AccountId(String hex) implements Comparable<AccountId> {

  /**
   * The pool of what no pool accepts: it never trades, its balances weigh nothing and can be
   * withdrawn.
   */
  public static final int UNASSIGNED_POOL = 0;

  /**
   * @throws IllegalArgumentException when the text is no 32-byte word
   */
  public AccountId {
    hex = new Hash(hex).hex();
  }

  /**
   * The id of this owner's account.
   *
   * @param pool the pool's number, unsigned
   * @param index chosen by the owner, unsigned
   */
  public static AccountId of(Address owner, int pool, long index) {
    return new AccountId(owner.hex() + String.format("%08x%016x", pool, index));
  }

  /** The account of the same owner that takes what no pool accepts. */
  public AccountId unassigned() {
    return of(owner(), UNASSIGNED_POOL, 0);
  }

  /** Where a transfer into a pool's insurance fund goes: nobody's account, with index 0. */
  public static AccountId fund(int pool) {
    return of(Address.ZERO, pool, 0);
  }

  /** Whether this is a pool's insurance fund. */
  public boolean isFund() {
    return pool() != UNASSIGNED_POOL && equals(fund(pool()));
  }

  /** The owner, whose signature alone moves the account. */
  public Address owner() {
    return new Address(hex.substring(0, 42));
  }

  /** The pool's number, unsigned. */
  public int pool() {
    return Integer.parseUnsignedInt(hex, 42, 50, 16);
  }

  /** The owner's index, unsigned. */
  public long index() {
    return Long.parseUnsignedLong(hex, 50, 66, 16);
  }

  /** The id as a word of typed data. */
  public Hash word() {
    return new Hash(hex);
  }

  @Override
  public int compareTo(AccountId other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
