package io.crossclear.domain.ledger;

import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.money.Exact;

/**
 * The treasury's book of one asset at one vault, in units.
 *
 * @param netImport credited minus posted payouts: what the vault holds for the ledger
 * @param pending granted and not yet posted
 * @param imported the sum of all accounts' imports through this vault
 * @param exported what left through this vault on its export limit so far
 * @param level what can leave on the export limit now
 * @param levelTime protocol time of {@code level}, milliseconds since 1970; 0 before the first use
 */
public record ImportLine(
    long netImport, long pending, long imported, long exported, long level, long levelTime) {

  private static final long HOUR_MILLIS = 3_600_000;

  /** A vault before its first deposit. */
  static final ImportLine EMPTY = new ImportLine(0, 0, 0, 0, 0, 0);

  /** What the vault holds and no payout has been promised. */
  public long unpromised() {
    return Math.subtractExact(netImport, pending);
  }

  /** What nobody's import claims; negative by what was exported. */
  public long free() {
    return Math.subtractExact(unpromised(), imported);
  }

  /** What can leave on the export limit: a bucket that fills continuously. */
  public long exportable(TokenConfig token, long now) {
    return levelTime == 0
        ? token.exportCap()
        : Math.min(token.exportCap(), saturatedSum(level, refill(token, now)));
  }

  /**
   * Until when the bucket's whole units have flowed back; the rest of the time counts for the next
   * one.
   */
  long refilledUntil(TokenConfig token, long now) {
    if (levelTime == 0 || token.exportRefillPerHour() == 0) {
      return now;
    }
    long refill = refill(token, now);
    return saturatedSum(level, refill) >= token.exportCap()
        ? now
        : levelTime - Exact.mulDivDown(-refill, HOUR_MILLIS, token.exportRefillPerHour());
  }

  /** Units that have flowed back since {@code levelTime}; no more than fill the bucket matter. */
  private long refill(TokenConfig token, long now) {
    long perHour = token.exportRefillPerHour();
    long elapsed = Math.max(0, now - levelTime);
    if (perHour == 0) {
      return 0;
    }
    return elapsed / HOUR_MILLIS > token.exportCap() / perHour
        ? token.exportCap()
        : Exact.mulDivDown(elapsed, perHour, HOUR_MILLIS);
  }

  private static long saturatedSum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  ImportLine deposited(long units) {
    return new ImportLine(
        Math.addExact(netImport, units),
        pending,
        Math.addExact(imported, units),
        exported,
        level,
        levelTime);
  }

  /**
   * @param own units of the payout that were imported through this vault
   */
  ImportLine granted(long units, long own, TreasuryEvent.Granted terms) {
    boolean limited = terms.export() > 0;
    return new ImportLine(
        netImport,
        Math.addExact(pending, units),
        Math.subtractExact(imported, own),
        Math.addExact(exported, terms.export()),
        limited ? terms.level() : level,
        limited ? terms.levelTime() : levelTime);
  }

  ImportLine importTaken(long units) {
    return new ImportLine(
        netImport, pending, Math.subtractExact(imported, units), exported, level, levelTime);
  }

  ImportLine released(long units) {
    return new ImportLine(
        netImport, Math.subtractExact(pending, units), imported, exported, level, levelTime);
  }

  ImportLine posted(long units) {
    return new ImportLine(
        Math.subtractExact(netImport, units),
        Math.subtractExact(pending, units),
        imported,
        exported,
        level,
        levelTime);
  }
}
