package io.crossclear.actors;

import io.crossclear.domain.instrument.Marks;
import java.util.Optional;

/**
 * Port: what this node's price board and the pools' terms say now. May be called from any thread;
 * never waits.
 */
public interface MarketView {

  /**
   * The newest price set of a pool; empty while there is none: no certificate was seen since the
   * node started, or the pool has not been heard.
   */
  Optional<Marks> marks(int pool);

  /** Round of the newest certificate; −1 before the first. */
  long round();

  /** A market without prices, of a network without oracles. */
  static MarketView none() {
    return new MarketView() {
      @Override
      public Optional<Marks> marks(int pool) {
        return Optional.empty();
      }

      @Override
      public long round() {
        return -1;
      }
    };
  }
}
