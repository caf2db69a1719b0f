package io.crossclear.actors.oracle;

import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.PriceBoard;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The newest board behind one volatile reference: one actor writes, everybody reads. */
public final class LatestPrices implements PriceBoardView {

  private final LongSupplier monotonic;
  private volatile PriceBoard board;

  /**
   * A board that has seen nothing.
   *
   * @param monotonic nanoseconds, by which prices age: {@code System::nanoTime} outside tests
   */
  public LatestPrices(OracleConfig config, LongSupplier monotonic) {
    this.board = PriceBoard.empty(config);
    this.monotonic = monotonic;
  }

  /** The whole board as it is now. */
  public PriceBoard board() {
    return board;
  }

  /** By what prices age. */
  long monotonic() {
    return monotonic.getAsLong();
  }

  /** Only the board's actor calls this. */
  void replace(PriceBoard next) {
    board = next;
  }

  @Override
  public Optional<CertifiedPrice> price(FeedId feed) {
    return board.price(feed, monotonic());
  }

  @Override
  public FeedStatus status(FeedId feed) {
    return board.status(feed, monotonic());
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
