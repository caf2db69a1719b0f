package io.crossclear.nodes.http;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.ledger.TreasuryRejection;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How much could be withdrawn to a chain right now: the largest amount that both the account's and
 * the treasury's own decision would take. Nothing is estimated; the decisions are run, and written
 * nowhere. What is taken for some amount is taken for every smaller one down to the least
 * withdrawal, so the largest is found by halving.
 *
 * @param withdrawable units; 0 when not even the least withdrawal would be taken
 * @param limitedBy why no more than that; empty when it is the whole balance
 */
record Quote(long withdrawable, Optional<String> limitedBy) {

  private static final Hash ID = new Hash("0x" + "f".repeat(64));
  private static final Signature UNSIGNED = new Signature("0x" + "0".repeat(128));

  /** What a withdrawal would meet. */
  private record Question(
      MarginAccount account,
      Treasury treasury,
      Genesis genesis,
      Asset asset,
      VaultConfig vault,
      Optional<Marks> marks,
      long now) {

    Optional<String> refusal(long units) {
      return switch (reserve(units)) {
        case Decision.Reject<AccountEvent, AccountRejection>(var reason) ->
            Optional.of(reason.name());
        case Decision.AlreadyDone<AccountEvent, AccountRejection> done -> Optional.empty();
        case Decision.Accept<AccountEvent, AccountRejection>(var events) ->
            events.getLast() instanceof AccountEvent.WithdrawalReserved reserved
                ? grant(reserved.split()).map(GrantRefusal::name)
                : Optional.empty();
      };
    }

    private Decision<AccountEvent, AccountRejection> reserve(long units) {
      long nonce = 0;
      while (account.nonces().containsKey(nonce)) {
        nonce++;
      }
      long deadline = Math.floorDiv(Math.max(now, account.time()), 1000L) + 60;
      UserAction.Withdraw action =
          new UserAction.Withdraw(
              account.id().word(),
              asset.symbol(),
              units,
              vault.id().chainId(),
              account.id().owner(),
              nonce,
              deadline);
      SignedAction<UserAction.Withdraw> signed =
          new SignedAction<>(action, vault.id().chainId(), vault.id().address(), UNSIGNED);
      Verified verified = new Verified(ID, Optional.of(account.id().owner()), true);
      return marks
          .map(prices -> account.reserve(signed, verified, genesis, prices, now))
          .orElseGet(() -> account.reserve(signed, verified, genesis, now));
    }

    private Optional<GrantRefusal> grant(ImportSplit split) {
      long number =
          Optional.ofNullable(treasury.marks().get(vault.id()))
                  .map(Treasury.Mark::number)
                  .orElse(0L)
              + 1;
      TreasuryReport report =
          new TreasuryReport(
              0,
              Collections.emptySortedMap(),
              List.of(new TreasuryReport.GrantRequest(ID, asset, split)),
              List.of(),
              List.of(),
              treasury.halted().contains(vault.id()));
      return switch (treasury.book(vault.id(), number, report, genesis, now)) {
        case Decision.Accept<TreasuryEvent, TreasuryRejection>(var events) ->
            events.getFirst() instanceof TreasuryEvent.ReportBooked booked
                ? Optional.ofNullable(new TreeMap<>(booked.refused()).get(ID))
                : Optional.empty();
        case Decision.AlreadyDone<TreasuryEvent, TreasuryRejection> done -> Optional.empty();
        case Decision.Reject<TreasuryEvent, TreasuryRejection> rejected ->
            Optional.of(GrantRefusal.CHAIN_NOT_NORMAL);
      };
    }
  }

  /**
   * Runs the decisions.
   *
   * @param vault that would pay, on a chain that carries the asset
   * @param marks of the account's pool; without any, an account that trades can withdraw nothing
   * @param now milliseconds since 1970
   */
  static Quote of(
      MarginAccount account,
      Treasury treasury,
      Genesis genesis,
      AssetConfig asset,
      VaultConfig vault,
      Optional<Marks> marks,
      long now) {
    Question question = new Question(account, treasury, genesis, asset.asset(), vault, marks, now);
    long balance = account.balance(asset.asset());
    if (balance <= 0) {
      return new Quote(0, Optional.empty());
    }
    if (balance < asset.minWithdrawal()) {
      return new Quote(0, Optional.of(AccountRejection.BELOW_MINIMUM.name()));
    }
    Optional<String> whole = question.refusal(balance);
    if (whole.isEmpty()) {
      return new Quote(balance, whole);
    }
    Optional<String> least = question.refusal(asset.minWithdrawal());
    if (least.isPresent()) {
      return new Quote(0, least);
    }
    long taken = asset.minWithdrawal();
    long refused = balance;
    Optional<String> limit = whole;
    while (refused - taken > 1) {
      long middle = taken + (refused - taken) / 2;
      Optional<String> refusal = question.refusal(middle);
      if (refusal.isEmpty()) {
        taken = middle;
      } else {
        refused = middle;
        limit = refusal;
      }
    }
    return new Quote(taken, limit);
  }
}
