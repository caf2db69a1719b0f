package io.crossclear.nodes.http;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How the API serves.
 *
 * @param host address to listen on; 127.0.0.1 unless something in front speaks TLS and limits rates
 * @param port 0 for any free one
 * @param operatorToken reads every account; at least 32 characters; nobody does when empty
 * @param answerWithin how long an actor may take before the answer is UNAVAILABLE, at most 9
 *     seconds
 * @param clock for the deadlines that are offered, for the end of a {@code Read} and for {@code
 *     asOf}
 */
public record ApiSettings(
    String host,
    int port,
    Optional<String> operatorToken,
    Duration answerWithin,
    InstantSource clock) {

  /** Largest request body in bytes. */
  public static final int BODY_LIMIT = 64 * 1024;

  /**
   * Largest body of a fill batch in bytes: 500 fills with all their fields, and room for blanks.
   */
  public static final int BATCH_LIMIT = 2 * 1024 * 1024;

  /** The longest that a {@code Read} may have left to live, in seconds. */
  public static final long READ_SECONDS = 24 * 3600;

  /** How far away an offered deadline is, in seconds. */
  public static final long OFFERED_DEADLINE_SECONDS = 600;

  private static final int TOKEN_LENGTH = 32;

  /**
   * @throws IllegalArgumentException when the token is too short to be secret or answers may take
   *     too long
   */
  public ApiSettings {
    if (operatorToken.isPresent() && operatorToken.get().length() < TOKEN_LENGTH) {
      throw new IllegalArgumentException(
          "the operator's token needs at least " + TOKEN_LENGTH + " characters");
    }
    if (answerWithin.compareTo(Duration.ofSeconds(9)) > 0) {
      throw new IllegalArgumentException(
          "a request asks up to two actors and the server gives up after 20 s, so each must answer within 9 s");
    }
  }

  /** On this machine only, for nobody but owners, 8 seconds per answer. */
  public static ApiSettings local(int port) {
    return new ApiSettings(
        "127.0.0.1", port, Optional.empty(), Duration.ofSeconds(8), InstantSource.system());
  }

  /** The same on another address. */
  public ApiSettings withHost(String newHost) {
    return new ApiSettings(newHost, port, operatorToken, answerWithin, clock);
  }

  /** The same with an operator. */
  public ApiSettings withOperatorToken(String token) {
    return new ApiSettings(host, port, Optional.of(token), answerWithin, clock);
  }

  /** The same with another patience. */
  public ApiSettings withAnswerWithin(Duration patience) {
    return new ApiSettings(host, port, operatorToken, patience, clock);
  }

  /** The same with another clock. */
  public ApiSettings withClock(InstantSource newClock) {
    return new ApiSettings(host, port, operatorToken, answerWithin, newClock);
  }

  /** Seconds since 1970. */
  long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return host + ":" + port + (operatorToken.isPresent() ? " with an operator" : "");
  }
}
