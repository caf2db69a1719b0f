package io.crossclear.domain.money;

/**
 * A ledger asset by its symbol, for example {@code USDC}. It is one asset whichever chain its units
 * came from.
 *
 * @param symbol 1 to 12 characters of A–Z and 0–9
 */
public record Asset(String symbol) implements Comparable<Asset> {

  /**
   * @throws IllegalArgumentException when the symbol is empty, too long or has other characters
   */
  public Asset {
    if (!valid(symbol)) {
      throw new IllegalArgumentException("asset symbol must be 1 to 12 of A-Z and 0-9: " + symbol);
    }
  }

  private static boolean valid(String symbol) {
    if (symbol.isEmpty() || symbol.length() > 12) {
      return false;
    }
    for (int i = 0; i < symbol.length(); i++) {
      char c = symbol.charAt(i);
      if ((c < 'A' || c > 'Z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(Asset other) {
    return symbol.compareTo(other.symbol);
  }

  @Override
  public String toString() {
    return symbol;
  }
}
