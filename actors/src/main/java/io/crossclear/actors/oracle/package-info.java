/**
 * The oracles' actors: one sharded entity per oracle, one price board per cluster node.
 *
 * <p>Reading order: {@code OracleEntities} (the table of contents), {@code OracleNodeActor}, {@code
 * SourcePanel}, {@code PriceBoardActor}, {@code LatestPrices}, the ports {@code PriceSource} and
 * {@code PriceBoardView}, {@code CertifiedTime}.
 *
 * <p>Rules: an oracle stores its vote mark before a vote leaves; a board believes no certificate
 * that it did not check; who reads a price asks {@code PriceBoardView} and waits for nobody.
 */
@NullMarked
package io.crossclear.actors.oracle;

import org.jspecify.annotations.NullMarked;
