package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Signature;

/** An observation and its oracle's signature over {@link OracleVerifier#digest(Observation)}. */
public record SignedObservation(Observation observation, Signature signature) {}
