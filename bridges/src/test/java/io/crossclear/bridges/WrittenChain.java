package io.crossclear.bridges;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A vault's final blocks, written by hand. It is honest unless a test bends its own view. */
final class WrittenChain implements ChainReader {

  final VaultConfig config;
  final List<VaultDeposit> deposits = new CopyOnWriteArrayList<>();
  final List<VaultSettlement> settlements = new CopyOnWriteArrayList<>();
  volatile long head = 100;
  volatile long seconds = WrittenNetwork.SECOND;

  /** What the vault says of itself, after what is true of it. */
  volatile UnaryOperator<VaultView> says = UnaryOperator.identity();

  WrittenChain(VaultConfig config) {
    this.config = config;
  }

  /** Logs a deposit in the head block. */
  void deposit(Address token, AccountId account, long units) {
    long sequence = deposits.size() + 1;
    VaultDeposit unlinked =
        new VaultDeposit(
            sequence,
            token,
            account.word(),
            BigInteger.valueOf(units),
            Hash.ZERO,
            head,
            WrittenNetwork.word(head),
            WrittenNetwork.word(0x7000 + sequence),
            sequence);
    Hash linked = DepositChain.next(WrittenNetwork.KECCAK, accumulator(), unlinked);
    deposits.add(
        new VaultDeposit(
            sequence,
            token,
            account.word(),
            BigInteger.valueOf(units),
            linked,
            head,
            unlinked.blockHash(),
            unlinked.transactionHash(),
            sequence));
  }

  /** Logs a settled batch in the head block. */
  void settle(Hash digest) {
    long nonce = settlements.size() + 1;
    settlements.add(
        new VaultSettlement(
            nonce,
            config.tokens().getFirst().token(),
            digest,
            BigInteger.ONE,
            1,
            head,
            WrittenNetwork.word(head),
            WrittenNetwork.word(0x9000 + nonce),
            0,
            List.of()));
  }

  /** Some blocks later. */
  void pass(long blocks, long secondsLater) {
    seconds += secondsLater;
    head += blocks;
  }

  private Hash accumulator() {
    return deposits.isEmpty() ? Hash.ZERO : deposits.getLast().accumulator();
  }

  @Override
  public CompletionStage<BlockRef> finalized() {
    return block(head);
  }

  @Override
  public CompletionStage<BlockRef> block(long number) {
    return CompletableFuture.completedStage(
        new BlockRef(number, WrittenNetwork.word(number), seconds));
  }

  @Override
  public CompletionStage<VaultLogs> vaultLogs(long fromBlock, long toBlock) {
    List<VaultDeposit> in = new ArrayList<>(deposits);
    in.removeIf(deposit -> deposit.blockNumber() < fromBlock || deposit.blockNumber() > toBlock);
    List<VaultSettlement> out = new ArrayList<>(settlements);
    out.removeIf(batch -> batch.blockNumber() < fromBlock || batch.blockNumber() > toBlock);
    return CompletableFuture.completedStage(new VaultLogs(in, out));
  }

  @Override
  public CompletionStage<VaultView> vault(long blockNumber) {
    Hash set = VaultAbi.attesterSetHash(config.attesters(), config.threshold());
    return CompletableFuture.completedStage(
        says.apply(new VaultView(settlements.size(), 1, deposits.size(), accumulator(), set)));
  }

  @Override
  public CompletionStage<BigInteger> tokenBalance(Address token, Address holder, long block) {
    return CompletableFuture.failedStage(new ChainException("nobody asks for balances here"));
  }
}
