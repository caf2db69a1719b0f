package io.crossclear.domain.ledger;

import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Exact;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must be true of one pool at any moment, whatever its sagas are in the middle of:
 *
 * <pre>
 * clearing account = Σ unsettled − Σ cost, over accounts, lines and what is in transit
 * clearing account ≥ 0, as all postings make it and as the pool itself sees it
 * Σ lots = 0, for each instrument, over accounts, settlement lines and what is in transit
 * Σ debts ≤ what lenders put in, and ≤ what the pool knows to have lent
 * no line of the pool below 0; when no waterfall is open, nothing levied is left
 *   and no tear-up lacks a side
 * </pre>
 *
 * All terms are settlement units but for lots.
 *
 * @param pool its number
 * @param clearing the clearing account as all postings make it
 * @param unsettled claims of accounts and lines, and in transit
 * @param costs of positions and settlement lines, and in transit
 * @param lots by instrument, where they are not 0
 * @param debts of the accounts
 * @param lending what lenders put in, with interest that the pool has not heard of, and with a
 *     write-down that its account has not posted
 * @param known loans as the pool knows them, with interest that it has not heard of
 * @param halves instruments with a tear-up that lacks a side
 * @param between whether something is in transit
 * @param lines as the pool sees them
 * @param waterfall whether a loss is being shared
 */
public record ClearingCheck(
    int pool,
    long clearing,
    long unsettled,
    long costs,
    SortedMap<String, Long> lots,
    long debts,
    long lending,
    long known,
    SortedSet<String> halves,
    boolean between,
    PoolLines lines,
    boolean waterfall) {

  public ClearingCheck {
    lots = Exact.ordered(lots);
    halves = Collections.unmodifiableSortedSet(new TreeSet<>(halves));
  }

  /**
   * Adds a pool up.
   *
   * @throws IllegalArgumentException when no such pool clears trades
   * @throws ArithmeticException when a sum does not fit
   */
  public static ClearingCheck of(Books books, int pool) {
    PoolBook book = books.pool(pool).book();
    PoolLines lines = book.lines();
    InTransit transit = InTransit.of(books, pool);
    long interest = books.unreportedInterest(pool);
    long unsettled =
        sum(lines.feeUnsettled(), lines.fundUnsettled(), lines.defaulted(), transit.unsettled());
    long costs = transit.costs();
    SortedMap<String, Long> lots = new TreeMap<>(transit.lots());
    long debts = 0;
    for (MarginAccount account : books.accountsOf(pool)) {
      unsettled = Math.addExact(unsettled, account.trading().unsettled());
      debts = Math.addExact(debts, debt(books, account));
      for (Map.Entry<String, Position> held : account.trading().positions().entrySet()) {
        costs = Math.addExact(costs, held.getValue().cost());
        lots = Exact.plus(lots, held.getKey(), held.getValue().lots());
      }
    }
    for (Map.Entry<String, PoolBook.Settlement> line : book.settlements().entrySet()) {
      costs = Math.addExact(costs, line.getValue().cost());
      lots = Exact.plus(lots, line.getKey(), line.getValue().lots());
    }
    return new ClearingCheck(
        pool,
        Math.addExact(lines.clearing(), transit.clearing()),
        unsettled,
        costs,
        lots,
        debts,
        sum(lines.lending(), interest, transit.writtenDown()),
        Math.addExact(lines.lent(), interest),
        books.postings().halves(pool),
        !transit.nothing(),
        lines,
        book.waterfall().isPresent());
  }

  private static long debt(Books books, MarginAccount account) {
    return Math.max(
        0, Math.negateExact(account.balance(books.pool(account.id().pool()).settlement())));
  }

  private static long sum(long... terms) {
    long total = 0;
    for (long term : terms) {
      total = Math.addExact(total, term);
    }
    return total;
  }

  /** Whether everything is true. */
  public boolean holds() {
    return violations().isEmpty();
  }

  /** What is not true, a sentence each. */
  public List<String> violations() {
    List<String> found = new ArrayList<>();
    if (clearing != Math.subtractExact(unsettled, costs)) {
      found.add(
          "has a clearing account of %d".formatted(clearing)
              + " where unsettled %d - cost %d make %d"
                  .formatted(unsettled, costs, unsettled - costs));
    }
    need(clearing >= 0, "has a clearing account of " + clearing, found);
    need(lines.clearing() >= 0, "sees a clearing account of " + lines.clearing(), found);
    lots.forEach((name, sum) -> found.add("has lots of " + name + " that sum to " + sum));
    need(debts <= lending, "is owed " + debts + " and lenders put in " + lending, found);
    need(debts <= known, "is owed " + debts + " and knows of " + known, found);
    need(
        Math.min(
                Math.min(lines.fund(), lines.fee()),
                Math.min(
                    Math.min(lines.feeUnsettled(), lines.fundUnsettled()),
                    Math.min(lines.lending(), lines.shares())))
            >= 0,
        "has a line below 0: " + lines,
        found);
    need(
        lines.defaulted() >= 0
            && lines.recovered() >= 0
            && (waterfall || lines.defaulted() == 0 && lines.recovered() == 0),
        "has levied %d and %d that nobody got".formatted(lines.defaulted(), lines.recovered()),
        found);
    need(waterfall || halves.isEmpty(), "has a tear-up without its other side: " + halves, found);
    return found.stream().map(sentence -> "pool " + pool + " " + sentence).toList();
  }

  private static void need(boolean holds, String sentence, List<String> found) {
    if (!holds) {
      found.add(sentence);
    }
  }

  /** Whether nothing is between two entities: what must be so when no saga is open. */
  public boolean quiet() {
    return !between;
  }

  /** Every term, for people. */
  @Override
  public String toString() {
    return "pool %d: clearing %d = unsettled %d - cost %d; debts %d of %d lent; lots %s"
        .formatted(pool, clearing, unsettled, costs, debts, lending, lots.isEmpty() ? "0" : lots);
  }
}
