package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.util.List;

/**
 * The oracles' word for a round. Only {@link OracleVerifier} says whether it is one.
 *
 * @param epoch whose leader proposed it
 * @param round above every earlier certificate's, in whatever epoch; the sequence number of its
 *     prices
 * @param reportHash root of the report's rows
 * @param observedAt the report's time, in milliseconds since 1970
 * @param config digest of the configuration
 * @param signatures over {@link OracleVerifier#voteDigest}, in ascending order of the oracles that
 *     made them
 */
public record Certificate(
    long epoch,
    long round,
    Hash reportHash,
    long observedAt,
    Hash config,
    List<Signature> signatures) {

  public Certificate {
    signatures = List.copyOf(signatures);
  }
}
