package io.crossclear.domain.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a node knows of all feeds: a fold of certified reports by the status rules. Boards that saw
 * the same reports agree; a board that missed a round settles again, as after a restart, and then
 * agrees again.
 *
 * @param epoch of the newest report
 * @param round of the newest report; −1 before the first
 * @param now protocol time in milliseconds since 1970: the highest {@code observedAt} of all
 *     applied reports; 0 before the first
 */
public record PriceBoard(
    OracleConfig config, long epoch, long round, long now, List<FeedState> feeds) {

  public PriceBoard {
    feeds = List.copyOf(feeds);
  }

  /** What a report leads to. */
  public record Step(PriceBoard next, List<PriceNotice> notices) {
    public Step {
      notices = List.copyOf(notices);
    }
  }

  /** A board that has seen nothing. */
  public static PriceBoard empty(OracleConfig config) {
    return new PriceBoard(
        config, 0, -1, 0, Collections.nCopies(config.feeds().size(), FeedState.UNKNOWN));
  }

  /**
   * Takes the next report; an older one, or one of an earlier epoch, changes nothing.
   *
   * @param receivedAt monotonic, in nanoseconds
   */
  public Step apply(VerifiedReport report, long receivedAt) {
    Certificate certificate = report.certificate();
    if (certificate.round() <= round || certificate.epoch() < epoch) {
      return new Step(this, List.of());
    }
    boolean missed = certificate.round() != round + 1;
    List<FeedState> next = new ArrayList<>(feeds.size());
    List<PriceNotice> notices = new ArrayList<>();
    for (int i = 0; i < feeds.size(); i++) {
      FeedConfig feed = config.feeds().get(i);
      FeedState.Seen seen = new FeedState.Seen(report, i, receivedAt);
      FeedState before = missed ? feeds.get(i).restarted() : feeds.get(i);
      FeedState after = before.apply(config, feed, seen);
      Optional<PriceNotice> notice = after.notice(feed, seen);
      notice.ifPresent(notices::add);
      next.add(notice.map(after::noticed).orElse(after));
    }
    PriceBoard board =
        new PriceBoard(
            config,
            certificate.epoch(),
            certificate.round(),
            Math.max(now, certificate.observedAt()),
            next);
    return new Step(board, notices);
  }

  /**
   * The feed's price at a moment; empty when the feed is unknown or no price of it was ever
   * accepted.
   *
   * @param monotonic in nanoseconds, of the clock that {@link #apply} was given
   */
  public Optional<CertifiedPrice> price(FeedId feed, long monotonic) {
    int index = config.indexOf(feed);
    return index < 0
        ? Optional.empty()
        : feeds.get(index).price(config.feeds().get(index), monotonic);
  }

  /** The feed's status at a moment; STALE when it is unknown. */
  public FeedStatus status(FeedId feed, long monotonic) {
    int index = config.indexOf(feed);
    return index < 0
        ? FeedStatus.STALE
        : price(feed, monotonic).map(CertifiedPrice::status).orElse(feeds.get(index).status());
  }
}
