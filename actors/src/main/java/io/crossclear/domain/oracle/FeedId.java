package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.nio.charset.StandardCharsets;

/**
 * A feed by its pair, for example {@code BTC/USD}: the price of one whole base in the quote, as a
 * {@code long} of 1e-8.
 *
 * @param pair base and quote, each 1 to 32 of A–Z, 0–9, {@code -}, {@code _} and {@code .}, with
 *     one slash between them
 */
public record FeedId(String pair) implements Comparable<FeedId> {

  /** Decimals of every price. */
  public static final int DECIMALS = 8;

  private static final int LONGEST = 32;

  /**
   * @throws IllegalArgumentException when the text is no pair
   */
  public FeedId {
    int slash = pair.indexOf('/');
    if (slash < 0 || !side(pair, 0, slash) || !side(pair, slash + 1, pair.length())) {
      throw new IllegalArgumentException("a feed is named BASE/QUOTE, not " + pair);
    }
  }

  private static boolean side(String pair, int from, int to) {
    if (from == to || to - from > LONGEST) {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = pair.charAt(i);
      boolean letterOrDigit = c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letterOrDigit && c != '-' && c != '_' && c != '.') {
        return false;
      }
    }
    return true;
  }

  /** What the price of this feed means, in words that its key binds. */
  public String description() {
    return "crossclear feed 1: price of one whole base in the quote of "
        + pair
        + ", int64, "
        + DECIMALS
        + " decimals";
  }

  /**
   * The canonical id: keccak256 of the description, so that pair, unit and decimals cannot be
   * swapped.
   */
  public Hash key(Keccak keccak) {
    return keccak.hash(description().getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public int compareTo(FeedId other) {
    return pair.compareTo(other.pair);
  }

  @Override
  public String toString() {
    return pair;
  }
}
