package io.crossclear.domain.account;

import io.crossclear.domain.money.Exact;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which units a withdrawal takes, by the vault that they came in through.
 *
 * @param own units that came in through the vault that pays; they need nobody's permission
 * @param uncoloured units that no import claims
 * @param foreign units that came in through other vaults, by chain id
 */
public record ImportSplit(long own, long uncoloured, SortedMap<Long, Long> foreign) {

  public ImportSplit {
    foreign = Exact.ordered(foreign);
  }

  /** Units of these imports, the largest import first, the lower chain where they are equal. */
  static SortedMap<Long, Long> largestFirst(Map<Long, Long> colours, long units) {
    TreeMap<Long, Long> taken = new TreeMap<>();
    long left = units;
    var order =
        Map.Entry.<Long, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey());
    for (Map.Entry<Long, Long> colour : colours.entrySet().stream().sorted(order).toList()) {
      long take = Math.min(left, colour.getValue());
      if (take > 0) {
        taken.put(colour.getKey(), take);
        left -= take;
      }
    }
    return taken;
  }

  /** All units. */
  public long units() {
    return Math.addExact(Math.addExact(own, uncoloured), Exact.sum(foreign));
  }
}
