package io.crossclear.nodes.cli;

import java.math.BigInteger;

/** Amounts as people write them, {@code 1250.5}, and as the ledger counts them. */
final class Units {

  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private Units() {}

  /**
   * Whole units of an amount.
   *
   * @param decimals of the asset: a unit is 10^−decimals
   * @throws IllegalArgumentException with a sentence for people, when the text is no amount, has
   *     more decimals than the asset, is not above 0, or does not fit
   */
  static long parse(String text, int decimals) {
    if (text.length() > 60 || !text.matches("[0-9]+(\\.[0-9]+)?")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no amount; write it like 1250 or 1250.5");
    }
    int point = text.indexOf('.');
    String whole = point < 0 ? text : text.substring(0, point);
    String fraction = point < 0 ? "" : text.substring(point + 1).replaceFirst("0+$", "");
    if (fraction.length() > decimals) {
      throw new IllegalArgumentException(text + " has more than " + decimals + " decimals");
    }
    BigInteger units = new BigInteger(whole + fraction + "0".repeat(decimals - fraction.length()));
    if (units.signum() == 0 || units.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          text + " is no amount: it must be above 0 and no larger than the ledger can hold");
    }
    return units.longValueExact();
  }

  /** The amount of these units, without needless zeros. */
  static String format(long units, int decimals) {
    String digits = BigInteger.valueOf(units).abs().toString();
    String padded = "0".repeat(Math.max(0, decimals + 1 - digits.length())) + digits;
    String whole = padded.substring(0, padded.length() - decimals);
    String fraction = padded.substring(padded.length() - decimals).replaceFirst("0+$", "");
    return (units < 0 ? "-" : "") + whole + (fraction.isEmpty() ? "" : "." + fraction);
  }
}
