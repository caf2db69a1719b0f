package io.crossclear.domain.account;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent.ActionRefused;
import io.crossclear.domain.account.AccountEvent.Credited;
import io.crossclear.domain.account.AccountEvent.TransferConfirmed;
import io.crossclear.domain.account.AccountEvent.TransferCredited;
import io.crossclear.domain.account.AccountEvent.TransferDebited;
import io.crossclear.domain.account.AccountEvent.WithdrawalPosted;
import io.crossclear.domain.account.AccountEvent.WithdrawalReserved;
import io.crossclear.domain.account.AccountEvent.WithdrawalVoided;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.signing.ActionVerifier;
import java.util.List;
import java.util.Optional;

/**
 * Executes an account's journal again, trusting nothing in it: every event must be what the same
 * decision comes to from the state before it, its signature its owner's, and what came from outside
 * must be there.
 */
public record AccountReplay(Genesis genesis, ActionVerifier verifier, Evidence evidence) {

  /** Port: what the one who replays has seen with his own eyes. */
  public interface Evidence {

    /** Whether a final block of the vault holds exactly this deposit. */
    boolean deposited(AccountId account, Credited event);

    /** Whether the other account's journal, replayed the same way, let exactly these units go. */
    boolean debited(AccountId account, TransferCredited event);

    /** Whether a final block of the vault that pays holds the batch that this payout names. */
    boolean paid(MarginAccount.Reservation reservation, WithdrawalPosted event);

    /**
     * Whether the pool's journal, replayed the same way, asked for exactly this. Who has not seen
     * one supports none of it.
     */
    default boolean cleared(AccountId account, ClearingEvent event) {
      return false;
    }
  }

  /** The account after the event, or empty when the event cannot be true. */
  public Optional<MarginAccount> step(MarginAccount account, AccountEvent event) {
    boolean supported =
        switch (event) {
          case Credited e -> evidence.deposited(account.id(), e);
          case TransferCredited e -> evidence.debited(account.id(), e);
          case WithdrawalPosted e ->
              account.withdrawals().containsKey(e.id())
                  && evidence.paid(
                      Optional.ofNullable(account.withdrawals().get(e.id())).orElseThrow(), e);
          case WithdrawalReserved e -> true;
          case WithdrawalVoided e -> true;
          case ActionRefused e -> true;
          case TransferDebited e -> true;
          case TransferConfirmed e -> true;
          case ClearingEvent e -> evidence.cleared(account.id(), e);
        };
    if (event instanceof ClearingEvent) {
      return supported && event.time() >= account.time()
          ? Optional.of(account.apply(event))
          : Optional.empty();
    }
    boolean decided = decision(account, event).equals(Decision.accept(List.of(event)));
    return supported && decided && event.time() >= account.time()
        ? Optional.of(account.apply(event))
        : Optional.empty();
  }

  private Decision<AccountEvent, AccountRejection> decision(
      MarginAccount account, AccountEvent event) {
    return switch (event) {
      case Credited e ->
          account.credit(
              e.vault(),
              e.sequence(),
              account.depositMarks().getOrDefault(e.vault(), 0L),
              e.asset(),
              e.units(),
              e.evidence(),
              e.time());
      case WithdrawalReserved e ->
          account.reserve(e.signed(), verifier.verify(e.signed()), genesis, e.time());
      case WithdrawalVoided e -> account.voidWithdrawal(e.id(), e.importsRestored(), e.time());
      case WithdrawalPosted e -> account.post(e.id(), e.evidence(), e.time());
      case ActionRefused e -> account.refuse(e.id(), e.reason(), e.deadline(), e.time());
      case TransferDebited e ->
          account.debit(e.signed(), verifier.verify(e.signed()), genesis, e.time());
      case TransferConfirmed e -> account.confirm(e.id(), e.time());
      case TransferCredited e ->
          account.creditTransfer(
              e.id(), e.from(), e.sequence(), e.asset(), e.units(), e.imports(), e.time());
      case ClearingEvent e -> Decision.alreadyDone();
    };
  }
}
