/**
 * Where events, snapshots and the tables of failover live: PostgreSQL, durable on every
 * acknowledged write.
 *
 * <p>Words: <i>journal</i> (the events of every entity, by persistence id), <i>wire name</i> (the
 * short stable name under which a type is stored), <i>exposure</i> and <i>open saga</i> (rows that
 * a node loads when it gains a shard).
 *
 * <p>Reading order: {@code Persistence} (the table of contents), {@code PostgresSettings}, {@code
 * Schema}, {@code CrossclearModule}, {@code WireNames}, {@code WireSerializer}, {@code
 * BatchedWriter}, {@code PostgresExposureTable}, {@code PostgresOpenSagaTable}, {@code
 * PekkoJournalReader}.
 *
 * <p>Invariants: a stage completes after its row is durable and never before; nothing starts on a
 * database that may forget what it acknowledged; one entity has one writer, and the journal's key
 * refuses a second; what was written can be read for ever.
 */
@NullMarked
package io.crossclear.persistence;

import org.jspecify.annotations.NullMarked;
