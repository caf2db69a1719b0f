package io.crossclear.bridges;

import io.crossclear.actors.ProtocolTime;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.settlement.VaultBatch;
import io.crossclear.domain.settlement.VaultEvent.SubmissionSigned;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gets a signed batch into a block: one step at a time, each safe to repeat.
 *
 * <p>A transaction is journaled before it is sent. One that is not mined is sent again as it is,
 * and after {@link #BUMP_AFTER_MILLIS} replaced under the same nonce with a higher fee; one that
 * was mined and reverted is followed by a new one. The vault's own nonce lets a batch execute once,
 * whichever transaction carries it and whoever sends it.
 */
record Submission(VaultConfig config, BridgeServices.Chain chain, ProtocolTime time) {

  /** How long a transaction may wait before its fee is raised, in milliseconds. */
  static final long BUMP_AFTER_MILLIS = 20_000;

  private static final BigInteger MOST_OF_MARKET = BigInteger.valueOf(3);

  /** What one step came to. */
  sealed interface Outcome {}

  /** A transaction to write down and then send. */
  record Signed(SubmissionSigned event) implements Outcome {}

  /** Nothing to write down. */
  record Waiting(Hash digest, String why) implements Outcome {}

  /**
   * @param lastEver the newest transaction for any batch; one for a dead batch may still wait with
   *     the nonce that this batch's needs, and is replaced
   */
  CompletionStage<Outcome> go(VaultBatch batch, Optional<SubmissionSigned> lastEver) {
    if (batch.submissions().isEmpty()) {
      return chain
          .writer()
          .minedNonce(relayer())
          .thenCompose(
              mined -> nextOrAgain(batch, lastEver.filter(last -> last.senderNonce() == mined)));
    }
    return latestReceipt(batch.submissions())
        .thenCompose(
            receipt -> {
              if (receipt.isPresent()) {
                return receipt.get().succeeded()
                    ? waiting(batch, "")
                    : next(batch, Optional.empty());
              }
              return unmined(batch, batch.submissions().getLast());
            });
  }

  /**
   * Not in a block: sent again, or replaced when it has waited long or its nonce went to another
   * transaction.
   */
  private CompletionStage<Outcome> unmined(VaultBatch batch, SubmissionSigned last) {
    return chain
        .writer()
        .minedNonce(relayer())
        .thenCompose(
            mined -> {
              if (mined > last.senderNonce()) {
                return next(batch, Optional.empty());
              }
              return time.now() - last.time() > BUMP_AFTER_MILLIS
                  ? nextOrAgain(batch, Optional.of(last))
                  : sendAgain(last).thenCompose(hash -> waiting(batch, ""));
            });
  }

  /** A new transaction; while there can be none, the one that holds the nonce is kept alive. */
  private CompletionStage<Outcome> nextOrAgain(
      VaultBatch batch, Optional<SubmissionSigned> holder) {
    return next(batch, holder)
        .thenCompose(
            outcome ->
                outcome instanceof Waiting && holder.isPresent()
                    ? sendAgain(holder.get()).thenApply(hash -> outcome)
                    : CompletableFuture.completedStage(outcome));
  }

  private CompletionStage<Hash> sendAgain(SubmissionSigned last) {
    return chain.writer().broadcast(last.rawTransaction());
  }

  private CompletionStage<Outcome> next(VaultBatch batch, Optional<SubmissionSigned> replaced) {
    String data = VaultAbi.encodeSettle(batch.content(), config.attesters(), batch.signatures());
    Address vault = config.id().address();
    return chain
        .writer()
        .simulate(relayer(), vault, data)
        .thenCompose(
            revert -> {
              if (revert.isPresent()) {
                return waiting(batch, "it would revert with " + revert.get());
              }
              CompletionStage<Long> nonce =
                  replaced.isPresent()
                      ? CompletableFuture.completedStage(replaced.get().senderNonce())
                      : chain.writer().minedNonce(relayer());
              return nonce.thenCompose(
                  senderNonce ->
                      chain
                          .writer()
                          .estimateGas(relayer(), vault, data)
                          .thenCombine(
                              chain.writer().fees(),
                              (gas, fees) ->
                                  raised(fees, replaced)
                                      .map(fee -> sign(batch, data, senderNonce, gas, fee))
                                      .orElseGet(() -> atTheCap(batch))));
            });
  }

  private static Outcome atTheCap(VaultBatch batch) {
    return new Waiting(
        batch.digest(), "its fee is already " + MOST_OF_MARKET + " times the market's");
  }

  private Outcome sign(VaultBatch batch, String data, long nonce, long gas, FeeQuote fees) {
    // room for payouts that fail and become claimable instead
    long limit = Math.addExact(gas, gas / 4);
    SignedTransaction transaction =
        new TransactionSigner(chain.relayer(), config.id().chainId())
            .sign(nonce, fees, limit, config.id().address(), data, BigInteger.ZERO);
    return new Signed(
        new SubmissionSigned(
            batch.digest(),
            nonce,
            transaction.hash(),
            transaction.raw(),
            fees.maxFeePerGas().longValueExact(),
            fees.maxPriorityFeePerGas().longValueExact(),
            time.now()));
  }

  /**
   * A replacement must raise both fees by at least an eighth; it never pays more than thrice what
   * the market asks.
   */
  private static Optional<FeeQuote> raised(FeeQuote quote, Optional<SubmissionSigned> replaced) {
    if (replaced.isEmpty()) {
      return Optional.of(quote);
    }
    BigInteger fee = eighthMore(replaced.get().maxFeePerGas()).max(quote.maxFeePerGas());
    BigInteger tip =
        eighthMore(replaced.get().maxPriorityFeePerGas()).max(quote.maxPriorityFeePerGas());
    boolean capped = fee.compareTo(quote.maxFeePerGas().multiply(MOST_OF_MARKET)) > 0;
    return capped ? Optional.empty() : Optional.of(new FeeQuote(fee, tip.min(fee)));
  }

  private static BigInteger eighthMore(long wei) {
    return BigInteger.valueOf(wei)
        .multiply(BigInteger.valueOf(9))
        .divide(BigInteger.valueOf(8))
        .add(BigInteger.ONE);
  }

  /** The receipt of whichever attempt under the newest nonce was mined. */
  private CompletionStage<Optional<Receipt>> latestReceipt(List<SubmissionSigned> submissions) {
    CompletionStage<Optional<Receipt>> mined = CompletableFuture.completedStage(Optional.empty());
    long nonce = submissions.getLast().senderNonce();
    for (SubmissionSigned attempt : submissions) {
      if (attempt.senderNonce() == nonce) {
        mined =
            mined.thenCompose(
                found ->
                    found.isPresent()
                        ? CompletableFuture.completedStage(found)
                        : chain.writer().receipt(attempt.transactionHash()));
      }
    }
    return mined;
  }

  private Address relayer() {
    return chain.relayer().address();
  }

  private static CompletionStage<Outcome> waiting(VaultBatch batch, String why) {
    return CompletableFuture.completedStage(new Waiting(batch.digest(), why));
  }
}
