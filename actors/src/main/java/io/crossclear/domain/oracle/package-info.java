/**
 * Prices that no f of n oracles can bend: what an oracle signs, how observations become one
 * certified report, and what a node makes of the reports it sees.
 *
 * <p>Reading order: {@code FeedId}, {@code FeedConfig}, {@code OracleConfig}; {@code SourceQuote},
 * {@code ObservedPrice}, {@code Observation}; {@code ReportRow}, {@code Report}, {@code
 * MerkleTree}, {@code RowProof}; {@code Certificate}, {@code OracleVerifier}; {@code
 * OracleMessage}, {@code OracleNode}; {@code PriceBoard}, {@code CertifiedPrice}.
 *
 * <p>Invariants: a certified price and its band lie between two honest observations; a round has at
 * most one certificate, whatever the epoch; an oracle never votes twice in a round, not even across
 * a crash; bad news is a status, never silence; protocol time never goes back.
 */
@NullMarked
package io.crossclear.domain.oracle;

import org.jspecify.annotations.NullMarked;
