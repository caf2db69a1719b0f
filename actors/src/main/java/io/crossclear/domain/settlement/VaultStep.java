package io.crossclear.domain.settlement;

import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.List;

/** Something that a bridge has to send, again and again until it is answered. */
public sealed interface VaultStep {

  /** Credit a deposit to its account. */
  record Credit(VaultEvent.Deposit deposit) implements VaultStep {}

  /** Set a withdrawal's units aside at the account. */
  record Reserve(Hash id, SignedAction<UserAction.Withdraw> signed) implements VaultStep {}

  /** Give the account its units back. */
  record Return(Hash id, SignedAction<UserAction.Withdraw> signed, boolean restoreImports)
      implements VaultStep {}

  /** Tell the account that its payout is final. */
  record Post(Hash id, SignedAction<UserAction.Withdraw> signed, PayoutEvidence evidence)
      implements VaultStep {}

  /** Send the treasury its report. */
  record Report(long number, TreasuryReport report) implements VaultStep {}

  /** Ask the attesters. */
  record Attest(long nonce, List<Hash> withdrawals, Hash digest) implements VaultStep {
    public Attest {
      withdrawals = List.copyOf(withdrawals);
    }
  }

  /** Get the signed batch into a block. */
  record Submit(Hash digest) implements VaultStep {}
}
