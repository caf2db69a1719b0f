/**
 * The ledger once more, from its journal alone: what auditors and the demo compare with the chains.
 *
 * <p>Words: <i>replay</i> (folding every event of every entity in a process that wrote none of
 * them).
 *
 * <p>Reading order: {@code LedgerReplay}, {@code Ledger}, {@code OpenSagaProbe}.
 *
 * <p>Invariants: nothing is written; snapshots, tables that only speed things up, and a running
 * node's memory are never read; all entities are seen at one moment.
 */
@NullMarked
package io.crossclear.persistence.audit;

import org.jspecify.annotations.NullMarked;
