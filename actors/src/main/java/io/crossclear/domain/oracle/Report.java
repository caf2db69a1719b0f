package io.crossclear.domain.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a round's observations amount to: a function of them and the configuration alone, in
 * whatever order they came, so that every honest oracle computes the same.
 *
 * @param observedAt sorted[k / 2] of the observers' clocks, in milliseconds since 1970
 * @param rows one per feed, in the configuration's order
 */
public record Report(long observedAt, List<ReportRow> rows) {

  public Report {
    rows = List.copyOf(rows);
  }

  /**
   * The report of at least 2f + 1 observations of distinct oracles, each over all feeds. Costs one
   * sort of n numbers per feed; nothing is boxed.
   */
  static Report of(OracleConfig config, List<Observation> observations) {
    int n = observations.size();
    long[] clocks = new long[n];
    for (int i = 0; i < n; i++) {
      clocks[i] = observations.get(i).observedAt();
    }
    long[] prices = new long[n];
    long[] times = new long[n];
    List<ReportRow> rows = new ArrayList<>(config.feeds().size());
    for (int feed = 0; feed < config.feeds().size(); feed++) {
      int count = 0;
      for (int i = 0; i < n; i++) {
        ObservedPrice price = observations.get(i).prices().get(feed);
        if (!price.abstained()) {
          prices[count] = price.price();
          times[count++] = clocks[i];
        }
      }
      rows.add(ReportRow.of(config, config.feeds().get(feed), prices, times, count));
    }
    Arrays.sort(clocks);
    return new Report(clocks[n / 2], rows);
  }
}
