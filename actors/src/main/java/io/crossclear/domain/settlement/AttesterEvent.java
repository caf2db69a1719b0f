package io.crossclear.domain.settlement;

import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Hash;
import java.util.List;

/** What an attester has to remember for ever: what it signed. */
public sealed interface AttesterEvent {

  /** Milliseconds since 1970. */
  long time();

  /** Written before the signature leaves the attester. */
  record DigestSigned(
      VaultId vault,
      long setEpoch,
      long nonce,
      Hash digest,
      long notAfterSeconds,
      List<Hash> withdrawals,
      long time)
      implements AttesterEvent {
    public DigestSigned {
      withdrawals = List.copyOf(withdrawals);
    }
  }
}
