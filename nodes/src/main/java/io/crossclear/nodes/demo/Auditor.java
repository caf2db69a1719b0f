package io.crossclear.nodes.demo;

import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.persistence.audit.Ledger;
import io.crossclear.persistence.audit.LedgerReplay;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes audits: the journal first, then the chains, so that whatever the journal knows the chains
 * know too, whether a node runs meanwhile or not. Any thread.
 */
final class Auditor {

  private final LedgerReplay replay;
  private final Chains chains;
  private final List<Audit> audits = new ArrayList<>();

  Auditor(LedgerReplay replay, Chains chains) {
    this.replay = replay;
    this.chains = chains;
  }

  /** The journal alone; not kept. */
  synchronized Ledger ledger() {
    return replay.read();
  }

  /** Takes an audit and keeps it as evidence. */
  synchronized Audit take(String when) {
    Audit audit = look(when);
    audits.add(audit);
    return audit;
  }

  /** Looks without keeping it. */
  synchronized Audit look(String when) {
    Ledger ledger = replay.read();
    return new Audit(when, ledger, chains.views());
  }

  /** Everything kept so far, in the order of time. */
  synchronized List<Audit> audits() {
    return List.copyOf(audits);
  }
}
