package io.crossclear.domain.ledger;

import io.crossclear.domain.money.Exact;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a pool tells every node, beside the oracles, of which a price set is made.
 *
 * @param number grows with every change, so that an older word is known as one
 * @param interestIndex of its loans, never falling
 * @param funding cumulative, by instrument; one that is missing has 0
 * @param closed instruments that nothing new is traded in: they are being settled away or are gone
 */
public record PoolTerms(
    int pool,
    long number,
    long interestIndex,
    SortedMap<String, Long> funding,
    SortedSet<String> closed) {

  public PoolTerms {
    funding = Exact.ordered(funding);
    closed = Collections.unmodifiableSortedSet(new TreeSet<>(closed));
  }
}
