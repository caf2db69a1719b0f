package io.crossclear.simulation;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.VaultEvent.Deposit;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.List;
import java.util.SortedMap;

/** Everything that travels between entities. */
sealed interface Message {

  // from users
  record AskPayout(VaultId vault, SignedAction<UserAction.Withdraw> signed) implements Message {}

  record AskTransfer(SignedAction<UserAction.Transfer> signed) implements Message {}

  // from bridges to accounts, and their answers
  record Credit(VaultId vault, Deposit deposit) implements Message {}

  record CreditDone(VaultId vault, long sequence) implements Message {}

  record Reserve(VaultId vault, SignedAction<UserAction.Withdraw> signed) implements Message {}

  record Reserved(VaultId vault, Hash id, ImportSplit split) implements Message {}

  record ReserveRefused(VaultId vault, Hash id, String reason) implements Message {}

  record Return(VaultId vault, Hash id, AccountId account, boolean restoreImports)
      implements Message {}

  record ReturnDone(VaultId vault, Hash id) implements Message {}

  record Post(VaultId vault, Hash id, AccountId account, PayoutEvidence evidence)
      implements Message {}

  record PostDone(VaultId vault, Hash id) implements Message {}

  // from bridges to the treasury
  record Report(VaultId vault, long number, TreasuryReport report) implements Message {}

  record Answer(
      VaultId vault, long number, List<Hash> granted, SortedMap<Hash, GrantRefusal> refused)
      implements Message {}

  // from bridges to attesters and chains
  record Attest(VaultId vault, int attester, long nonce, Hash digest) implements Message {}

  record Attested(VaultId vault, Hash digest, Address attester, Signature signature)
      implements Message {}

  record Submit(VaultId vault, SettlementBatch batch, SortedMap<Address, Signature> signatures)
      implements Message {}

  // from transfers to accounts, and their answers
  record AskNext(Hash transfer) implements Message {}

  record Debit(Hash transfer, SignedAction<UserAction.Transfer> signed) implements Message {}

  record Debited(Hash transfer, long sequence, SortedMap<Long, Long> imports) implements Message {}

  record DebitRefused(Hash transfer, String reason) implements Message {}

  record CreditTransfer(Hash transfer, TransferSaga saga) implements Message {}

  record TransferArrived(Hash transfer) implements Message {}

  record Confirm(Hash transfer, AccountId from) implements Message {}

  record Confirmed(Hash transfer) implements Message {}
}
