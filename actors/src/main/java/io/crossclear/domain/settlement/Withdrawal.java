package io.crossclear.domain.settlement;

import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.Optional;

/**
 * A payout under way.
 *
 * @param number order of arrival at this bridge
 * @param granted whether the treasury has promised the vault's units for it
 * @param refusal a stable code once it is refused
 * @param expiries batches with it that ran out of time
 */
public record Withdrawal(
    long number,
    SignedAction<UserAction.Withdraw> signed,
    Stage stage,
    Optional<ImportSplit> split,
    long accountSequence,
    boolean granted,
    Optional<String> refusal,
    int expiries,
    Optional<PayoutEvidence> payout) {

  /** How far it is. */
  public enum Stage {
    /** Written down; the account has not answered. */
    REQUESTED,
    /** Set aside at the account; the treasury has not answered. */
    RESERVED,
    /** Granted; waits for a batch. */
    GRANTED,
    /** In the batch that holds the vault's next nonce. */
    IN_BATCH,
    /** Paid in a final block; the account has not closed it. */
    PAID,
    /** Closed at the account and paid. */
    POSTED,
    /** Refused; the account may still hold the reservation. */
    RETURNING,
    /** Refused; nothing is set aside. */
    REFUSED
  }

  /** What is paid. */
  public Asset asset() {
    return new Asset(signed.action().asset());
  }

  Withdrawal at(Stage next) {
    return new Withdrawal(
        number, signed, next, split, accountSequence, granted, refusal, expiries, payout);
  }

  Withdrawal reserved(ImportSplit reserved, long sequence) {
    return new Withdrawal(
        number,
        signed,
        Stage.RESERVED,
        Optional.of(reserved),
        sequence,
        granted,
        refusal,
        expiries,
        payout);
  }

  Withdrawal withGrant() {
    return new Withdrawal(
        number, signed, Stage.GRANTED, split, accountSequence, true, refusal, expiries, payout);
  }

  Withdrawal refused(String reason, Stage next) {
    return new Withdrawal(
        number,
        signed,
        next,
        split,
        accountSequence,
        granted,
        Optional.of(reason),
        expiries,
        payout);
  }

  Withdrawal expired() {
    return new Withdrawal(
        number,
        signed,
        Stage.GRANTED,
        split,
        accountSequence,
        granted,
        refusal,
        expiries + 1,
        payout);
  }

  Withdrawal paid(PayoutEvidence evidence) {
    return new Withdrawal(
        number,
        signed,
        Stage.PAID,
        split,
        accountSequence,
        granted,
        refusal,
        expiries,
        Optional.of(evidence));
  }

  /** Whether something is left to do. */
  public boolean open() {
    return switch (stage) {
      case REQUESTED, RESERVED, GRANTED, IN_BATCH, PAID, RETURNING -> true;
      case POSTED, REFUSED -> false;
    };
  }
}
