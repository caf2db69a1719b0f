package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Address;
import java.time.Duration;

/**
 * What an oracle is, apart from what it remembers.
 *
 * @param self its address
 * @param signer its key
 * @param reservation rounds that one write of its vote mark serves; after a crash it is mute for at
 *     most so many
 * @param proposalWithin it votes only for a proposal that arrives so soon after the round started,
 *     so that a leader cannot sit on observations
 */
public record OracleSeat(
    OracleVerifier verifier,
    Address self,
    OracleSigner signer,
    int reservation,
    Duration proposalWithin) {

  /**
   * @throws IllegalArgumentException when it is no oracle of the configuration, or a limit is not
   *     above 0
   */
  public OracleSeat {
    if (verifier.config().oracle(self) < 0) {
      throw new IllegalArgumentException(self + " is no oracle");
    }
    if (reservation < 1 || proposalWithin.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException("reservation and proposal time must be above 0");
    }
  }

  /** Whether it leads this epoch. */
  boolean leads(long epoch) {
    return verifier.config().leader(epoch).equals(self);
  }
}
