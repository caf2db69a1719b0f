package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A chain that takes transactions and mines what a test says. */
final class HandMadeWriter implements ChainWriter {

  final List<String> sent = new CopyOnWriteArrayList<>();
  final Map<Hash, Boolean> mined = new ConcurrentHashMap<>();
  volatile long minedNonce;
  volatile long market = 1_000;
  volatile long tip = 100;
  volatile Optional<String> revert = Optional.empty();

  /** Puts a transaction into a block. */
  void mine(Hash transaction, boolean succeeded) {
    mined.put(transaction, succeeded);
    minedNonce++;
  }

  @Override
  public CompletionStage<Long> pendingNonce(Address sender) {
    return CompletableFuture.failedStage(new ChainException("waiting transactions do not count"));
  }

  @Override
  public CompletionStage<Optional<String>> simulate(Address sender, Address to, String data) {
    return CompletableFuture.completedStage(revert);
  }

  @Override
  public CompletionStage<Long> estimateGas(Address sender, Address to, String data) {
    return CompletableFuture.completedStage(80_000L);
  }

  @Override
  public CompletionStage<FeeQuote> fees() {
    return CompletableFuture.completedStage(
        new FeeQuote(BigInteger.valueOf(market), BigInteger.valueOf(tip)));
  }

  @Override
  public CompletionStage<Hash> broadcast(String rawTransaction) {
    sent.add(rawTransaction);
    return CompletableFuture.completedStage(new BouncyKeccak().hash(Hex.decode(rawTransaction)));
  }

  @Override
  public CompletionStage<Optional<Receipt>> receipt(Hash transactionHash) {
    return CompletableFuture.completedStage(
        Optional.ofNullable(mined.get(transactionHash))
            .map(
                succeeded ->
                    new Receipt(
                        transactionHash,
                        succeeded,
                        101,
                        WrittenNetwork.word(101),
                        BigInteger.valueOf(70_000))));
  }

  @Override
  public CompletionStage<BigInteger> nativeBalance(Address holder) {
    return CompletableFuture.completedStage(BigInteger.TEN.pow(18));
  }

  @Override
  public CompletionStage<Long> minedNonce(Address sender) {
    return CompletableFuture.completedStage(minedNonce);
  }
}
