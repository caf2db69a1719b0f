package io.crossclear.domain.account;

import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.SortedMap;

/** What happened to an account, with the evidence that its decision used. */
public sealed interface AccountEvent
    permits AccountEvent.Credited,
        AccountEvent.WithdrawalReserved,
        AccountEvent.WithdrawalVoided,
        AccountEvent.WithdrawalPosted,
        AccountEvent.ActionRefused,
        AccountEvent.TransferDebited,
        AccountEvent.TransferConfirmed,
        AccountEvent.TransferCredited,
        ClearingEvent {

  /** Protocol time in milliseconds since 1970; never before the account's earlier events. */
  long time();

  /**
   * A deposit was credited.
   *
   * @param sequence the vault's number of the deposit
   * @param units added to the balance and to the import through this vault's chain
   */
  record Credited(
      VaultId vault, long sequence, Asset asset, long units, DepositEvidence evidence, long time)
      implements AccountEvent {}

  /**
   * Units left the balance to be paid out.
   *
   * @param id digest of the signed action
   */
  record WithdrawalReserved(
      Hash id, SignedAction<UserAction.Withdraw> signed, ImportSplit split, long time)
      implements AccountEvent {}

  /**
   * The reservation came back.
   *
   * @param importsRestored whether the units have their old imports again (nothing had been
   *     granted), or none
   */
  record WithdrawalVoided(Hash id, boolean importsRestored, long time) implements AccountEvent {}

  /** The vault's payout is final. */
  record WithdrawalPosted(Hash id, PayoutEvidence evidence, long time) implements AccountEvent {}

  /**
   * The owner's action was refused for a reason that time could undo, and stays refused: a copy of
   * it that arrives later must not be taken when whoever asked has long moved on.
   *
   * @param id digest of the signed action
   * @param deadline of the action, seconds since 1970; after it nobody takes it anyway
   */
  record ActionRefused(Hash id, AccountRejection reason, long deadline, long time)
      implements AccountEvent {}

  /**
   * Units left for another account of the same owner.
   *
   * @param id digest of the signed action
   * @param sequence number of this transfer among those from here to there, from 1
   * @param imports that move along, by chain id
   */
  record TransferDebited(
      Hash id,
      SignedAction<UserAction.Transfer> signed,
      long sequence,
      SortedMap<Long, Long> imports,
      long time)
      implements AccountEvent {
    public TransferDebited {
      imports = Exact.ordered(imports);
    }
  }

  /** The other account has the units. */
  record TransferConfirmed(Hash id, long time) implements AccountEvent {}

  /** Units came from another account of the same owner. */
  record TransferCredited(
      Hash id,
      AccountId from,
      long sequence,
      Asset asset,
      long units,
      SortedMap<Long, Long> imports,
      long time)
      implements AccountEvent {
    public TransferCredited {
      imports = Exact.ordered(imports);
    }
  }
}
