package io.crossclear.nodes.demo;

import io.crossclear.domain.signing.Hash;
import io.crossclear.persistence.audit.Ledger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures that every scenario has, in the order in which they are shown. */
final class Figures {

  private Figures() {}

  /** What was done, how much of it, and how long it took. */
  static Map<String, Object> beginning(Stage stage, Evidence evidence) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("accounts", stage.options().accounts());
    figures.put("seed", stage.options().seed());
    figures.put("wall_seconds", rounded(stage.progress().seconds()));
    figures.put("start_seconds", rounded(stage.ready()));
    figures.put("deposits", evidence.end().ledger().credits().size());
    return figures;
  }

  /** Withdrawals, what they cost, how fast deposits were, audits and kills. */
  static Map<String, Object> ending(Stage stage, Evidence evidence, int refusals) {
    Ledger ledger = evidence.end().ledger();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("withdrawals", ledger.payouts().size());
    figures.put("withdrawals_refused", refusals);
    long across = 0;
    long batches = 0;
    long paid = 0;
    long gas = 0;
    for (ChainView chain : evidence.end().chains()) {
      across += Checks.across(evidence.wallets(), chain);
      batches += chain.settlements().size();
      paid += chain.paid().size();
      for (Hash transaction : Evidence.settlementTransactions(chain)) {
        gas += stage.chains().gas(chain.vault().id(), transaction);
      }
    }
    figures.put("withdrawals_across", across);
    figures.put("batches", batches);
    figures.put("gas_per_withdrawal", paid == 0 ? 0 : gas / paid);
    List<Long> delays =
        ledger.credits().stream()
            .map(
                credit ->
                    Math.max(
                        0,
                        credit.writtenAt()
                            - stage
                                .chains()
                                .finalSince(
                                    credit.event().vault(),
                                    credit.event().evidence().blockNumber())))
            .sorted()
            .toList();
    figures.put("deposit_final_to_credited_p50_ms", percentile(delays, 50));
    figures.put("deposit_final_to_credited_p99_ms", percentile(delays, 99));
    figures.put("events", ledger.events());
    figures.put("audits", evidence.audits().size());
    figures.put("kills", evidence.kills().size());
    if (stage.options().chaos()) {
      figures.put(
          "recovery_seconds",
          evidence.kills().stream()
              .mapToDouble(kill -> rounded(kill.recovery().toMillis() / 1e3))
              .max()
              .orElse(0));
      figures.put("killed", evidence.kills().stream().map(Figures::report).toList());
    }
    stage.options().broken().ifPresent(name -> figures.put("broken_on_purpose", name));
    return figures;
  }

  private static Map<String, Object> report(Evidence.Kill kill) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("moment", kill.moment());
    report.put("open_sagas", kill.open().size());
    report.put("open", kill.open().stream().map(Ledger.OpenSaga::toString).toList());
    report.put("recovery_seconds", rounded(kill.recovery().toMillis() / 1e3));
    return report;
  }

  static double rounded(double seconds) {
    return Math.round(seconds * 10) / 10.0;
  }

  /** The smallest value that so many percent do not exceed. */
  static long percentile(List<Long> ascending, int percent) {
    if (ascending.isEmpty()) {
      return 0;
    }
    int rank = Math.ceilDiv(ascending.size() * percent, 100);
    return ascending.get(Math.max(1, rank) - 1);
  }
}
