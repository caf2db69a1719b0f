package io.crossclear.nodes.http;

import io.crossclear.actors.TransferActor;
import io.crossclear.bridges.ChainBridgeActor.BridgeStatus;
import io.crossclear.bridges.ChainBridgeActor.WithdrawalStatus;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.ImportLine;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.nodes.http.Answers.AsOf;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/** Domain states as {@link Answers}. */
final class AnswerWriter {

  private final Genesis genesis;
  private final Hash networkId;

  AnswerWriter(Genesis genesis, Hash networkId) {
    this.genesis = genesis;
    this.networkId = networkId;
  }

  Answers.Network network(AsOf asOf) {
    return new Answers.Network(
        asOf,
        networkId,
        genesis,
        genesis.assets().stream()
            .map(asset -> new Answers.Unit(asset.asset(), asset.decimals(), asset.minWithdrawal()))
            .toList(),
        genesis.vaults().stream().map(this::vault).toList(),
        new Answers.Limits(
            ApiSettings.BODY_LIMIT,
            ApiSettings.BATCH_LIMIT,
            FillBatch.MAX_FILLS,
            MarginAccount.MAX_DEADLINE_SECONDS,
            MarginAccount.MAX_ACTIONS,
            ApiSettings.READ_SECONDS,
            "Crossclear",
            "1"));
  }

  private Answers.VaultLine vault(VaultConfig vault) {
    return new Answers.VaultLine(
        vault.id().toString(),
        vault.id().chainId(),
        vault.chainName(),
        vault.id().address(),
        vault.tokens().stream().map(this::token).toList());
  }

  private Answers.TokenLine token(TokenConfig token) {
    int decimals = genesis.asset(token.asset()).map(AssetConfig::decimals).orElseThrow();
    return new Answers.TokenLine(
        token.asset(),
        token.token(),
        token.decimals(),
        token.quantum(decimals).toString(),
        token.minDeposit(),
        token.depositCap());
  }

  Answers.Account account(AsOf asOf, MarginAccount account, Optional<Answers.Trading> trading) {
    AccountId id = account.id();
    return new Answers.Account(
        asOf,
        id,
        id.owner(),
        Integer.toUnsignedLong(id.pool()),
        Long.toUnsignedString(id.index()),
        account.balances().keySet().stream().map(asset -> balance(account, asset)).toList(),
        account.withdrawals().entrySet().stream()
            .map(entry -> reservation(entry.getKey(), entry.getValue()))
            .toList(),
        account.outgoing().entrySet().stream()
            .map(
                entry ->
                    new Answers.Outgoing(
                        entry.getKey(),
                        entry.getValue().to(),
                        entry.getValue().asset(),
                        entry.getValue().units()))
            .toList(),
        account.depositMarks().entrySet().stream()
            .map(
                mark ->
                    new Answers.DepositMark(
                        mark.getKey().toString(), mark.getKey().chainId(), mark.getValue()))
            .toList(),
        account.nonces().size(),
        trading);
  }

  private static Answers.Balance balance(MarginAccount account, Asset asset) {
    SortedMap<Long, Long> imports =
        account.imports().getOrDefault(asset, Collections.emptySortedMap());
    return new Answers.Balance(
        asset,
        account.balance(asset),
        Answers.chains(imports),
        account.balance(asset) - Exact.sum(imports));
  }

  private static Answers.Reservation reservation(Hash id, MarginAccount.Reservation reservation) {
    var action = reservation.signed().action();
    return new Answers.Reservation(
        id,
        reservation.asset(),
        reservation.units(),
        action.toChain(),
        action.to(),
        action.nonce(),
        action.deadline(),
        Answers.Split.of(reservation.split()));
  }

  Answers.WithdrawalQuote quote(
      AsOf asOf,
      MarginAccount account,
      Treasury treasury,
      AssetConfig asset,
      VaultConfig vault,
      Optional<Marks> marks) {
    long chain = vault.id().chainId();
    long balance = account.balance(asset.asset());
    SortedMap<Long, Long> imports =
        account.imports().getOrDefault(asset.asset(), Collections.emptySortedMap());
    ImportLine line = treasury.line(asset.asset(), chain);
    Quote quote = Quote.of(account, treasury, genesis, asset, vault, marks, asOf.time());
    return new Answers.WithdrawalQuote(
        asOf,
        account.id(),
        asset.asset(),
        chain,
        balance,
        account.imported(asset.asset(), chain),
        balance - Exact.sum(imports),
        line.exportable(
            vault.token(asset.asset()).orElseThrow(), Math.max(treasury.time(), asOf.time())),
        line.unpromised(),
        asset.minWithdrawal(),
        quote.withdrawable(),
        quote.limitedBy());
  }

  static Answers.Withdrawal withdrawal(AsOf asOf, WithdrawalStatus status, Withdrawal withdrawal) {
    var action = withdrawal.signed().action();
    return new Answers.Withdrawal(
        asOf,
        status.id(),
        withdrawal.stage().name(),
        new AccountId(action.account().hex()),
        action.asset(),
        action.amount(),
        action.toChain(),
        action.to(),
        withdrawal.granted(),
        withdrawal.split().map(Answers.Split::of),
        withdrawal.refusal(),
        withdrawal.payout().map(Answers.Payout::of),
        status.halted());
  }

  static Answers.Transfer transfer(AsOf asOf, Hash id, TransferActor.Status status) {
    return new Answers.Transfer(asOf, id, status.stage().name(), status.reason());
  }

  static Answers.VaultState vault(VaultConfig vault, Optional<BridgeStatus> status) {
    String state =
        status.map(known -> known.halted().isPresent() ? "HALTED" : "NORMAL").orElse("UNREACHABLE");
    return new Answers.VaultState(
        vault.id().toString(),
        vault.id().chainId(),
        vault.chainName(),
        vault.id().address(),
        state,
        status.map(
            known ->
                new Answers.Bridge(
                    known.finalBlock(),
                    known.finalBlockSeconds(),
                    known.depositsRead(),
                    known.depositsUncredited(),
                    known.executedNonce(),
                    known.openWithdrawals(),
                    known.batchOpen(),
                    known.halted())));
  }

  static <T> List<T> plus(List<T> list, T next) {
    return Stream.concat(list.stream(), Stream.of(next)).toList();
  }

  /**
   * Events so far: each is one report of one vault, and a vault's reports are numbered without
   * gaps.
   */
  static long sequence(Treasury treasury) {
    return treasury.marks().values().stream().mapToLong(Treasury.Mark::number).sum();
  }

  Answers.Treasury treasury(AsOf asOf, Treasury treasury) {
    long now = Math.max(treasury.time(), asOf.time());
    List<Answers.TreasuryLine> lines =
        genesis.vaults().stream()
            .flatMap(
                vault -> vault.tokens().stream().map(token -> line(treasury, vault, token, now)))
            .toList();
    return new Answers.Treasury(
        asOf, lines, treasury.halted().stream().map(VaultId::toString).toList());
  }

  private static Answers.TreasuryLine line(
      Treasury treasury, VaultConfig vault, TokenConfig token, long now) {
    ImportLine line = treasury.line(token.asset(), vault.id().chainId());
    return new Answers.TreasuryLine(
        token.asset(),
        vault.id().chainId(),
        line.netImport(),
        line.pending(),
        line.imported(),
        line.exported(),
        line.exportable(token, now),
        token.exportCap(),
        line.free());
  }
}
