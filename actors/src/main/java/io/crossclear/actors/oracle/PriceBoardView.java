package io.crossclear.actors.oracle;

import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import java.util.Optional;

/** Port: this node's price board, for who decides. May be called from any thread; never waits. */
public interface PriceBoardView {

  /** The feed's price with its evidence; empty when none was ever accepted here. */
  Optional<CertifiedPrice> price(FeedId feed);

  /** The feed's status, also while it has no price. */
  FeedStatus status(FeedId feed);

  /**
   * Round of the newest certificate; −1 before the first. What was received at a round is decided
   * after it.
   */
  long round();

  /** Protocol time in milliseconds since 1970: 0 before the first certificate, never going back. */
  long now();
}
