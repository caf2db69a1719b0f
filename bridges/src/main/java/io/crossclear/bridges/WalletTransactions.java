package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.Optional;

/**
 * What the owner of a key does on one chain: deposit, claim, pay, look. Methods block until the
 * transaction is included, so call them from a virtual thread; many wallets may share a pool and
 * run at once. Amounts are base units of the token. Failures are {@link ChainException}s that name
 * the contract's error.
 */
public final class WalletTransactions {

  private final RpcPool pool;
  private final TransactionSender sender;

  /**
   * @param pool of the vault's chain; the caller closes it
   * @param key nobody else may send with it meanwhile
   */
  public WalletTransactions(RpcPool pool, SigningKey key) {
    this.pool = pool;
    this.sender = new TransactionSender(pool, key);
  }

  /** The wallet's address. */
  public Address address() {
    return sender.signer().address();
  }

  /**
   * Deposits into the vault, after letting it spend the amount where it may not yet.
   *
   * @param amount a whole number of the vault's quanta
   * @param accountId ledger account to credit; its first 20 bytes are the owner, who need not be
   *     this wallet
   */
  public Receipt deposit(Address token, BigInteger amount, Hash accountId) {
    Address vault = pool.vault().address();
    String allowance = VaultAbi.encodeAllowance(address(), vault);
    if (TransactionSender.await(pool.numberAtHead(token, allowance)).compareTo(amount) < 0) {
      call(token, VaultAbi.encodeApprove(vault, amount));
    }
    return call(vault, VaultAbi.encodeDeposit(token, amount, accountId));
  }

  /** Takes what failed pushes left for this wallet in the vault. */
  public Receipt claim(Address token, Address to) {
    return call(pool.vault().address(), VaultAbi.encodeClaim(token, to));
  }

  /**
   * Relays a batch that attesters signed: anyone may.
   *
   * @param data as {@link VaultAbi#encodeSettle} makes it
   */
  public Receipt settle(String data) {
    return call(pool.vault().address(), data);
  }

  /** Pays tokens. */
  public Receipt transfer(Address token, Address to, BigInteger amount) {
    return call(token, VaultAbi.encodeTransfer(to, amount));
  }

  /** Creates tokens out of nothing: only test tokens let anyone do that. */
  public Receipt mint(Address token, Address to, BigInteger amount) {
    return call(token, VaultAbi.encodeMint(to, amount));
  }

  /** Pays wei. */
  public Receipt pay(Address to, BigInteger wei) {
    return sender.send(Optional.of(to), "0x", wei).receipt();
  }

  /** Base units of the token that this wallet has at the chain's head. */
  public BigInteger tokenBalance(Address token) {
    return TransactionSender.await(pool.numberAtHead(token, VaultAbi.encodeBalanceOf(address())));
  }

  /** Ledger units that failed pushes left for this wallet in the vault. */
  public BigInteger claimable(Address token) {
    return TransactionSender.await(
        pool.numberAtHead(pool.vault().address(), VaultAbi.encodeClaimable(token, address())));
  }

  /** Wei that this wallet has at the chain's head. */
  public BigInteger nativeBalance() {
    return TransactionSender.await(pool.nativeBalance(address()));
  }

  private Receipt call(Address to, String data) {
    return sender.send(Optional.of(to), data, BigInteger.ZERO).receipt();
  }
}
