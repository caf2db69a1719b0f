package io.crossclear.nodes.client;

import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.ReportRow;
import io.crossclear.domain.oracle.RowStatus;
import io.crossclear.nodes.http.Answers.Certified;
import io.crossclear.nodes.http.Answers.PriceLine;
import java.time.Duration;
import java.util.Optional;

/**
 * Checks what a server says of prices, from the genesis and the oracles' configuration alone: that
 * a quorum of these oracles signed this very row, and that an answer's figures are the row's. It
 * believes the server nothing.
 */
public final class PriceCheck {

  /** How far this clock and the oracles' may be apart. */
  private static final Duration CLOCKS_APART = Duration.ofSeconds(10);

  private final OracleVerifier verifier;

  /**
   * The check of one network.
   *
   * @param config got from elsewhere than the server that is checked
   */
  public PriceCheck(Genesis genesis, OracleConfig config) {
    BouncyKeccak keccak = new BouncyKeccak();
    this.verifier = new OracleVerifier(config, genesis.networkId(keccak), keccak, Secp256k1.best());
  }

  /**
   * What is wrong with an answer, in words that follow the feed's name; empty when nothing is, also
   * when there is no price.
   *
   * @param now in milliseconds since 1970
   */
  public Optional<String> fault(PriceLine line, long now) {
    int index = verifier.config().indexOf(line.feed());
    if (index < 0) {
      return Optional.of("is no feed of these oracles");
    }
    if (line.certified().isEmpty()) {
      return line.status() == FeedStatus.OK
          ? Optional.of("is called OK without a price")
          : Optional.empty();
    }
    Certified price = line.certified().get();
    ReportRow row = price.proof().row();
    if (!row.feed().equals(line.feed())
        || row.price() != price.price()
        || row.observedAt() != price.observedAt()
        || price.certificate().round() != price.seq()
        || row.status() != RowStatus.OK) {
      return Optional.of("differs from its own row");
    }
    if (!verifier.proves(price.proof(), price.certificate())) {
      return Optional.of("was not certified by these oracles");
    }
    if (price.low() > row.low() || price.high() < row.high()) {
      return Optional.of("has a narrower band than its row");
    }
    Duration oldest = verifier.config().feeds().get(index).maxAge().plus(CLOCKS_APART);
    return line.status() == FeedStatus.OK && now - price.observedAt() > oldest.toMillis()
        ? Optional.of("is called OK and is old")
        : Optional.empty();
  }
}
