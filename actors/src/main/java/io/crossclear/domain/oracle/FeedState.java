package io.crossclear.domain.oracle;

import java.util.Optional;

/**
 * One feed on a board.
 *
 * @param accepted the last price that counts
 * @param newest the newest row, whatever its status
 * @param candidate a level that has to hold before it is accepted
 * @param unsettled whether the next accepted price has to hold first, because the board starts or
 *     missed a round
 * @param notOkSince time of the round with which the feed left OK, in milliseconds since 1970;
 *     empty while it is OK
 * @param noticed the last notice
 */
record FeedState(
    FeedStatus status,
    Optional<Seen> accepted,
    Optional<Seen> newest,
    Optional<Candidate> candidate,
    boolean unsettled,
    Optional<Long> notOkSince,
    Optional<PriceNotice> noticed) {

  /** A feed of which nothing is known. */
  static final FeedState UNKNOWN =
      new FeedState(
          FeedStatus.STALE,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          true,
          Optional.empty(),
          Optional.empty());

  /**
   * A row and when it came.
   *
   * @param receivedAt monotonic, in nanoseconds
   */
  record Seen(VerifiedReport report, int index, long receivedAt) {
    ReportRow row() {
      return report.rows().get(index);
    }

    long observedAt() {
      return report.certificate().observedAt();
    }

    long nanosUntil(long monotonic) {
      return monotonic - receivedAt;
    }
  }

  /**
   * A level under test.
   *
   * @param first its first row
   * @param rounds consecutive rounds that stayed at it
   */
  record Candidate(Seen first, int rounds) {}

  /** The same feed, to settle again. */
  FeedState restarted() {
    return new FeedState(
        FeedStatus.STALE, accepted, newest, Optional.empty(), true, notOkSince, noticed);
  }

  /** After the next round. */
  FeedState apply(OracleConfig config, FeedConfig feed, Seen seen) {
    return switch (seen.row().status()) {
      case STALE -> bad(config, seen, FeedStatus.STALE, Optional.empty());
      case OUT_OF_RANGE -> bad(config, seen, FeedStatus.OUT_OF_RANGE, Optional.empty());
      case OK -> ok(config, feed, seen);
    };
  }

  private FeedState ok(OracleConfig config, FeedConfig feed, Seen seen) {
    long price = seen.row().price();
    boolean jumps =
        accepted.isPresent()
            && FeedConfig.movesBeyond(accepted.get().row().price(), price, feed.jumpPpm());
    boolean continues =
        !unsettled
            && !jumps
            && accepted.isPresent()
            && accepted.get().nanosUntil(seen.receivedAt()) <= feed.maxAge().toNanos();
    if (continues) {
      return good(seen);
    }
    Candidate held =
        candidate
            .filter(
                level ->
                    !FeedConfig.movesBeyond(level.first().row().price(), price, feed.jumpPpm()))
            .map(level -> new Candidate(level.first(), level.rounds() + 1))
            .orElseGet(() -> new Candidate(seen, 1));
    return settled(config, held, seen)
        ? good(seen)
        : bad(config, seen, jumps ? FeedStatus.JUMP_PENDING : FeedStatus.STALE, Optional.of(held));
  }

  /**
   * Rounds alone are too quick and time alone is too little: both, by the oracles' clocks and by
   * our own.
   */
  private static boolean settled(OracleConfig config, Candidate level, Seen seen) {
    return level.rounds() >= config.settleRounds()
        && seen.observedAt() - level.first().observedAt() >= config.settleFor().toMillis()
        && level.first().nanosUntil(seen.receivedAt()) >= config.settleFor().toNanos();
  }

  private FeedState good(Seen seen) {
    return new FeedState(
        FeedStatus.OK,
        Optional.of(seen),
        Optional.of(seen),
        Optional.empty(),
        false,
        Optional.empty(),
        noticed);
  }

  private FeedState bad(OracleConfig config, Seen seen, FeedStatus why, Optional<Candidate> level) {
    long since = notOkSince.orElse(seen.observedAt());
    boolean halted = seen.observedAt() - since > config.haltAfter().toMillis();
    return new FeedState(
        halted ? FeedStatus.HALTED : why,
        accepted,
        Optional.of(seen),
        level,
        unsettled,
        Optional.of(since),
        noticed);
  }

  /** The notice that this state deserves, if any. */
  Optional<PriceNotice> notice(FeedConfig feed, Seen seen) {
    long price = accepted.map(last -> last.row().price()).orElse(0L);
    return cause(feed, price, seen.observedAt())
        .map(
            cause ->
                new PriceNotice(
                    feed.feed(),
                    seen.report().certificate().round(),
                    status,
                    price,
                    seen.observedAt(),
                    cause));
  }

  private Optional<PriceNotice.Cause> cause(FeedConfig feed, long price, long observedAt) {
    if (noticed.isEmpty() || noticed.get().status() != status) {
      return Optional.of(PriceNotice.Cause.STATUS);
    }
    PriceNotice last = noticed.get();
    if (FeedConfig.movesAtLeast(last.price(), price, feed.deviationPpm())) {
      return Optional.of(PriceNotice.Cause.DEVIATION);
    }
    return observedAt - last.observedAt() >= feed.heartbeat().toMillis()
        ? Optional.of(PriceNotice.Cause.HEARTBEAT)
        : Optional.empty();
  }

  FeedState noticed(PriceNotice notice) {
    return new FeedState(
        status, accepted, newest, candidate, unsettled, notOkSince, Optional.of(notice));
  }

  /** The price at a moment; empty before one was ever accepted. */
  Optional<CertifiedPrice> price(FeedConfig feed, long monotonic) {
    return accepted.map(last -> price(feed, last, last.nanosUntil(monotonic)));
  }

  private CertifiedPrice price(FeedConfig feed, Seen last, long age) {
    FeedStatus now =
        status == FeedStatus.OK && age > feed.maxAge().toNanos() ? FeedStatus.STALE : status;
    long low = last.row().low();
    long high = last.row().high();
    if (now != FeedStatus.OK) {
      ReportRow seen = newest.orElse(last).row();
      if (seen.status() != RowStatus.STALE) {
        low = Math.min(low, seen.low());
        high = Math.max(high, seen.high());
      }
      long wider = widening(feed, last.row().price(), age);
      low = Math.max(low, Long.MIN_VALUE + wider) - wider;
      high = Math.min(high, Long.MAX_VALUE - wider) + wider;
    }
    return new CertifiedPrice(
        now, last.report().proof(last.index()), last.report().certificate(), low, high);
  }

  /**
   * |price| · seconds · ppm, at most |price|; the product stays below 2^63 because the divisor
   * comes in between.
   */
  private static long widening(FeedConfig feed, long price, long age) {
    long seconds = Math.max(0, age) / 1_000_000_000L;
    long ppm = Math.min(1_000_000L, Math.min(seconds, 1_000_000L) * feed.widenPpmPerSecond());
    long size = Math.abs(price);
    return size / 1_000_000L * ppm + size % 1_000_000L * ppm / 1_000_000L;
  }
}
