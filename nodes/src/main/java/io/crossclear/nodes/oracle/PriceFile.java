package io.crossclear.nodes.oracle;

import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Candles of one asset out of a file, in one of two layouts: Binance's klines (12 columns, times in
 * milliseconds or microseconds, with or without a header), or {@code unix,utc,open,high,low,close}
 * with times in seconds. Nothing is filled in or skipped: a gap, an unsorted or a malformed line,
 * and a step of more than 31 days are refused by the line's number.
 *
 * @param begins opening of the first candle
 * @param step from one candle to the next
 * @param prices the first candle's opening price, then the closing price of each, in 1e-8, above 0
 */
public record PriceFile(Instant begins, Duration step, List<Long> prices) {

  private static final String WINDOW = "unix,utc,open,high,low,close";
  private static final String KLINES = "open_time,open,high,low,close";
  private static final int KLINE_COLUMNS = 12;
  private static final Duration LONGEST_STEP = Duration.ofDays(31);
  private static final long LATEST_SECOND = 100_000_000_000L;
  private static final long LATEST_MILLI = LATEST_SECOND * 1_000;

  public PriceFile {
    prices = List.copyOf(prices);
  }

  private record Candle(Instant opens, long open, long close) {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException when it cannot be read or a line is refused; the message is
   *     one sentence that names file and line
   */
  public static PriceFile read(Path file) {
    try {
      return parse(file.toString(), Files.readAllLines(file));
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(file + " is no text file.", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read.", e);
    }
  }

  /**
   * @param name of the file, for messages
   */
  static PriceFile parse(String name, List<String> lines) {
    boolean window = !lines.isEmpty() && lines.getFirst().strip().equals(WINDOW);
    boolean header = window || !lines.isEmpty() && lines.getFirst().startsWith(KLINES);
    List<Candle> candles = new ArrayList<>();
    Duration step = Duration.ZERO;
    for (int i = header ? 1 : 0; i < lines.size(); i++) {
      String where = name + ", line " + (i + 1);
      Candle candle = candle(where, lines.get(i), window);
      if (!candles.isEmpty()) {
        Duration since = Duration.between(candles.getLast().opens(), candle.opens());
        if (since.compareTo(Duration.ZERO) <= 0) {
          throw new IllegalArgumentException(
              where + ": " + candle.opens() + " is not after the line before it.");
        }
        step = candles.size() == 1 ? since : step;
        if (step.compareTo(LONGEST_STEP) > 0) {
          throw new IllegalArgumentException(
              where + ": a step of " + step.toDays() + " days, where 31 are the most.");
        }
        if (!since.equals(step)) {
          throw new IllegalArgumentException(
              "%s: a gap: %s is %d s after the line before it, where %d s are a step."
                  .formatted(where, candle.opens(), since.toSeconds(), step.toSeconds()));
        }
      }
      candles.add(candle);
    }
    if (candles.size() < 2) {
      throw new IllegalArgumentException(name + " has fewer than two candles.");
    }
    List<Long> prices = new ArrayList<>();
    prices.add(candles.getFirst().open());
    candles.forEach(candle -> prices.add(candle.close()));
    return new PriceFile(candles.getFirst().opens(), step, prices);
  }

  private static Candle candle(String where, String line, boolean window) {
    String[] fields = line.strip().split(",", -1);
    int columns = window ? 6 : KLINE_COLUMNS;
    if (fields.length != columns) {
      throw new IllegalArgumentException(
          "%s: %d columns, where there must be %d.".formatted(where, fields.length, columns));
    }
    int first = window ? 2 : 1;
    try {
      long open = units(fields[first]);
      long high = units(fields[first + 1]);
      long low = units(fields[first + 2]);
      long close = units(fields[first + 3]);
      if (low <= 0 || low > Math.min(open, close) || high < Math.max(open, close)) {
        throw new IllegalArgumentException(
            where + ": open and close must lie between low and high, and all above 0.");
      }
      return new Candle(time(Long.parseLong(fields[0])), open, close);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException(
          where + ": a time or a price is no number of up to 8 decimals.", e);
    }
  }

  private static Instant time(long number) {
    if (number < 0) {
      throw new NumberFormatException("a time before 1970");
    }
    if (number <= LATEST_SECOND) {
      return Instant.ofEpochSecond(number);
    }
    return Instant.ofEpochMilli(number <= LATEST_MILLI ? number : number / 1_000);
  }

  private static long units(String price) {
    return new BigDecimal(price).movePointRight(FeedId.DECIMALS).longValueExact();
  }

  /** When the last candle closes. */
  Instant ends() {
    return begins.plus(step.multipliedBy(prices.size() - 1));
  }

  /** The prices of a time within the file, by time since its beginning. */
  PricePath path(Instant from, Instant to) {
    List<PricePath.Point> points = new ArrayList<>();
    for (int i = 0; i < prices.size(); i++) {
      Instant at = begins.plus(step.multipliedBy(i));
      if (!at.isBefore(from) && !at.isAfter(to)) {
        points.add(new PricePath.Point(Duration.between(from, at), prices.get(i)));
      }
    }
    return new PricePath(points);
  }
}
