package io.crossclear.domain.ledger;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Numbers that were seen, exactly and for ever: all up to the floor, and some above it.
 *
 * @param floor every number from 1 to here was seen
 * @param above seen numbers beyond, without a gap to close
 */
public record NumberSet(long floor, SortedSet<Long> above) {

  /** Nothing was seen. */
  public static final NumberSet EMPTY = new NumberSet(0, Collections.emptySortedSet());

  public NumberSet {
    above = Collections.unmodifiableSortedSet(new TreeSet<>(above));
  }

  /** Whether the number was seen. */
  public boolean has(long number) {
    return number <= floor || above.contains(number);
  }

  /** With the number seen. */
  public NumberSet with(long number) {
    if (has(number)) {
      return this;
    }
    TreeSet<Long> rest = new TreeSet<>(above);
    rest.add(number);
    long next = floor;
    while (rest.remove(next + 1)) {
      next++;
    }
    return new NumberSet(next, rest);
  }
}
