package io.crossclear.domain.account;

import java.util.Optional;

/**
 * One slice of an auction, as bids and reservations name it: {@code 0xaccount/number/round}.
 *
 * @param account in auction
 * @param number of its auction
 * @param round of the slice
 */
public record SliceKey(AccountId account, long number, long round) {

  /** What a text names; empty when it is not exactly such a name. */
  public static Optional<SliceKey> of(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      SliceKey key =
          new SliceKey(new AccountId(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
      return key.text().equals(text) ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The name. */
  public String text() {
    return AuctionDesk.key(account, number, round);
  }

  /** Id of the auction. */
  public String auction() {
    return AuctionDesk.auction(account, number);
  }
}
