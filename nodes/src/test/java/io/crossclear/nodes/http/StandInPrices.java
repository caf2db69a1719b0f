package io.crossclear.nodes.http;

import io.crossclear.actors.oracle.PriceBoardView;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.ObservedPrice;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.PriceBoard;
import io.crossclear.nodes.oracle.OracleRounds;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A real board that real oracles fill, on a clock that the test moves. */
public final class StandInPrices implements PriceBoardView {

  /** Has a price once {@link #settle} was called. */
  public static final FeedId BTC = new FeedId("BTC/USD");

  /** Never has one. */
  public static final FeedId ETH = new FeedId("ETH/USD");

  private final List<SigningKey> keys =
      LongStream.range(0, 4)
          .mapToObj(i -> SigningKey.derive("oracles of the test network", i))
          .sorted(Comparator.comparing(SigningKey::address))
          .toList();
  private final OracleConfig config =
      OracleConfig.of(
          keys.stream().map(SigningKey::address).toList(),
          List.of(
              FeedConfig.liquid(BTC, 1, FeedConfig.FARTHEST_PRICE),
              FeedConfig.liquid(ETH, 1, FeedConfig.FARTHEST_PRICE)));
  private final OracleVerifier verifier;
  private final OracleRounds rounds;
  private volatile PriceBoard board = PriceBoard.empty(config);
  private volatile long nanos;

  StandInPrices(Genesis genesis) {
    BouncyKeccak keccak = new BouncyKeccak();
    verifier = new OracleVerifier(config, genesis.networkId(keccak), keccak, Secp256k1.best());
    rounds = new OracleRounds(verifier, keys);
  }

  /** Who certifies. */
  public OracleConfig config() {
    return config;
  }

  /**
   * Four rounds, two seconds apart, after which the price counts.
   *
   * @param now of the last, in milliseconds since 1970
   */
  public void settle(long price, long now) {
    for (int round = 3; round >= 0; round--) {
      OracleRounds.Said said =
          rounds.next(
              oracle -> List.of(new ObservedPrice(price + oracle, 3), ObservedPrice.ABSTAINED),
              now - round * 2_000L);
      pass(2);
      switch (verifier.check(said.report())) {
        case OracleVerifier.Checked.Verified(var report) ->
            board = board.apply(report, nanos).next();
        case OracleVerifier.Checked.Refused refused ->
            throw new IllegalStateException(refused.toString());
      }
    }
  }

  /** Lets time go by without a word from the oracles. */
  void pass(int seconds) {
    nanos += seconds * 1_000_000_000L;
  }

  @Override
  public Optional<CertifiedPrice> price(FeedId feed) {
    return board.price(feed, nanos);
  }

  @Override
  public FeedStatus status(FeedId feed) {
    return board.status(feed, nanos);
  }

  @Override
  public long round() {
    return board.round();
  }

  @Override
  public long now() {
    return board.now();
  }
}
