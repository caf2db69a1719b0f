/**
 * The local network: one supervisor process that owns PostgreSQL, the chains and the clearing node
 * of one data folder.
 *
 * <p>Nodes own nothing that outlives them, so a killed node takes neither the journal nor a chain
 * along. Words: a <i>service</i> is one supervised process; <i>to adopt</i> is to take over a
 * living process that a dead supervisor left; the <i>owner</i> is a process whose end ends the
 * network; <i>birth</i> is the first start, which deploys the contracts and ends with writing
 * {@code genesis.json}.
 *
 * <p>Reading order: {@code DataFolder}, {@code Supervisor}, {@code PostgresServer}, {@code
 * AnvilChain}, {@code NodeProcess}, {@code Birth}, {@code NodeConfig}, {@code LocalNetwork}.
 *
 * <p>Invariants: at most one supervisor per data folder (file lock); at most one postmaster per
 * data directory; no database is ever deleted; PostgreSQL answers with fsync, synchronous_commit
 * and full_page_writes on, or nothing starts; {@code genesis.json} exists only when every contract
 * it names was deployed.
 */
@NullMarked
package io.crossclear.nodes.supervisor;

import org.jspecify.annotations.NullMarked;
