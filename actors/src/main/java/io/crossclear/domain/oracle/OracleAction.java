package io.crossclear.domain.oracle;

/** What an oracle does after its events are stored, in this order. */
public sealed interface OracleAction {

  /** Tell every oracle, itself too. */
  record ToAll(OracleMessage message) implements OracleAction {}

  /** Tell the epoch's leader, who may be itself. */
  record ToLeader(OracleMessage message) implements OracleAction {}

  /** Ask the sources, and come back with {@link OracleNode#quoted}. */
  record AskSources(long round) implements OracleAction {}

  /** Wait a little for the last oracles, and come back with {@link OracleNode#graceOver}. */
  record AwaitStragglers(long round) implements OracleAction {}

  /** Let every price board know. */
  record Publish(CertifiedReport report) implements OracleAction {}

  /** Let operators know that a proposal was refused. */
  record Complain(long round, ProposalRefusal reason) implements OracleAction {}
}
