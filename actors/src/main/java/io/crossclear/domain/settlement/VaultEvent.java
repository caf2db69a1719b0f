package io.crossclear.domain.settlement;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.List;
import java.util.SortedMap;

/** What a bridge knows of its vault and of the payouts that it carries. */
public sealed interface VaultEvent {

  /** Milliseconds since 1970. */
  long time();

  /**
   * A deposit in a final block.
   *
   * @param sequence the vault's number, from 1 without gaps
   * @param named the account that the depositor named
   * @param account the account that is credited: the named one, or its owner's unassigned one
   * @param previousSequence the last earlier deposit to {@code account}, or 0
   * @param accumulator the vault's hash chain after this deposit
   */
  record Deposit(
      long sequence,
      Hash named,
      AccountId account,
      long previousSequence,
      Asset asset,
      long units,
      Hash accumulator,
      DepositEvidence evidence) {}

  /**
   * All final blocks up to a number were read.
   *
   * @param blockSeconds the last block's time, seconds since 1970
   */
  record BlocksRead(
      long throughBlock, Hash blockHash, long blockSeconds, List<Deposit> deposits, long time)
      implements VaultEvent {
    public BlocksRead {
      deposits = List.copyOf(deposits);
    }
  }

  /** The chain said what cannot be: nothing is credited, signed or paid from here on. */
  record Halted(HaltReason reason, String detail, long time) implements VaultEvent {}

  /** Accounts have these deposits. */
  record DepositsCredited(List<Long> sequences, long time) implements VaultEvent {
    public DepositsCredited {
      sequences = List.copyOf(sequences);
    }
  }

  /**
   * An owner asked for a payout.
   *
   * @param id digest of the signed action
   */
  record WithdrawalRequested(Hash id, SignedAction<UserAction.Withdraw> signed, long time)
      implements VaultEvent {}

  /**
   * The account has set the units aside.
   *
   * @param accountSequence number of the account's own event, where attesters read it
   */
  record WithdrawalReserved(Hash id, ImportSplit split, long accountSequence, long time)
      implements VaultEvent {}

  /**
   * The payout will not happen; what was set aside goes back.
   *
   * @param reason a stable code
   */
  record WithdrawalRefused(Hash id, String reason, long time) implements VaultEvent {}

  /** The account has the refused units back. */
  record WithdrawalReturned(Hash id, long time) implements VaultEvent {}

  /** A report is on its way to the treasury and stays the same until it is answered. */
  record TreasuryReported(long number, TreasuryReport report, long time) implements VaultEvent {}

  /** The treasury booked the report. */
  record TreasuryAnswered(
      long number, List<Hash> granted, SortedMap<Hash, GrantRefusal> refused, long time)
      implements VaultEvent {
    public TreasuryAnswered {
      granted = List.copyOf(granted);
      refused = Exact.ordered(refused);
    }
  }

  /** The next batch is decided, before any attester is asked for it. */
  record BatchProposed(
      long nonce,
      Asset asset,
      Address token,
      List<Hash> withdrawals,
      Hash digest,
      long notAfterSeconds,
      long time)
      implements VaultEvent {
    public BatchProposed {
      withdrawals = List.copyOf(withdrawals);
    }
  }

  /** A quorum signed the batch. */
  record BatchSigned(Hash digest, SortedMap<Address, Signature> signatures, long time)
      implements VaultEvent {
    public BatchSigned {
      signatures = Exact.ordered(signatures);
    }
  }

  /**
   * A transaction that carries the batch is signed and about to be sent.
   *
   * @param senderNonce of the relayer's account
   * @param maxFeePerGas wei
   * @param maxPriorityFeePerGas wei
   */
  record SubmissionSigned(
      Hash digest,
      long senderNonce,
      Hash transactionHash,
      String rawTransaction,
      long maxFeePerGas,
      long maxPriorityFeePerGas,
      long time)
      implements VaultEvent {}

  /** The batch is executed in a final block. */
  record BatchPaid(Hash digest, PayoutEvidence evidence, long time) implements VaultEvent {}

  /**
   * A final block is past the batch's last time and the vault never executed it, so it can no
   * longer succeed.
   *
   * @param finalBlock the block that proves it
   */
  record BatchExpired(Hash digest, long finalBlock, long time) implements VaultEvent {}

  /** Accounts have closed these payouts. */
  record WithdrawalsPosted(List<Hash> ids, long time) implements VaultEvent {
    public WithdrawalsPosted {
      ids = List.copyOf(ids);
    }
  }

  /** Why a bridge stops. */
  enum HaltReason {
    /** A final block changed. */
    FINALITY_VIOLATED,
    /** A deposit is missing between two others. */
    DEPOSIT_GAP,
    /** The hash chain of deposits does not add up, or differs from the vault's. */
    ACCUMULATOR_MISMATCH,
    /** A token or amount that the genesis rules out. */
    FOREIGN_DEPOSIT,
    /**
     * The vault executed a batch that this journal does not know: the journal is behind or a quorum
     * was abused.
     */
    FOREIGN_SETTLEMENT
  }
}
