package io.crossclear.nodes.supervisor;

import java.time.Duration;

/**
 * How fast a local network clears: what its genesis and its oracles' rules are made of. Decided at
 * its birth.
 */
public enum Pace {
  /** As one would run it. */
  CALM(Duration.ofHours(1), Duration.ofHours(8), 120, Duration.ofSeconds(1), 50_000),

  /**
   * Days in minutes: a round is many minutes of the story, so what would be a jump in a round is an
   * honest move here.
   */
  COMPRESSED(Duration.ofSeconds(5), Duration.ofSeconds(10), 20, Duration.ofMillis(500), 250_000);

  private final Duration cycle;
  private final Duration funding;
  private final int auctionRounds;
  private final Duration round;
  private final int jumpPpm;

  Pace(Duration cycle, Duration funding, int auctionRounds, Duration round, int jumpPpm) {
    this.cycle = cycle;
    this.funding = funding;
    this.auctionRounds = auctionRounds;
    this.round = round;
    this.jumpPpm = jumpPpm;
  }

  /** Between two variation cycles. */
  public Duration cycle() {
    return cycle;
  }

  /** Between two changes of funding. */
  public Duration funding() {
    return funding;
  }

  /** From the first price of an auction to its last, in certified rounds. */
  public int auctionRounds() {
    return auctionRounds;
  }

  /** Between two certified rounds. */
  public Duration round() {
    return round;
  }

  /** A move of a price beyond this has to hold before it is accepted. */
  public int jumpPpm() {
    return jumpPpm;
  }
}
