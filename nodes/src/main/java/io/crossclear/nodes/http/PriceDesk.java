package io.crossclear.nodes.http;

import io.crossclear.actors.oracle.PriceBoardView;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.OracleConfig;
import java.util.Optional;

/**
 * What the API shows of prices: this node's board, and by which rules it was filled.
 *
 * @param config of the network's oracles
 */
public record PriceDesk(OracleConfig config, PriceBoardView board) {

  Answers.Prices all(Answers.AsOf asOf) {
    return new Answers.Prices(
        asOf, config, config.feeds().stream().map(FeedConfig::feed).map(this::line).toList());
  }

  /** The feed of this name; empty when the network has none. */
  Optional<Answers.FeedPrice> one(String pair, Answers.AsOf asOf) {
    return config.feeds().stream()
        .map(FeedConfig::feed)
        .filter(feed -> feed.pair().equals(pair))
        .findFirst()
        .map(feed -> new Answers.FeedPrice(asOf, line(feed)));
  }

  private Answers.PriceLine line(FeedId feed) {
    Optional<CertifiedPrice> price = board.price(feed);
    return new Answers.PriceLine(
        feed,
        price.map(CertifiedPrice::status).orElseGet(() -> board.status(feed)),
        price.map(Answers.Certified::of));
  }

  /** Round of the newest certificate, 0 before the first. */
  long round() {
    return Math.max(0, board.round());
  }
}
