package io.crossclear.persistence.audit;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Everything that the journal says, at one moment.
 *
 * @param credits every deposit that an account took, by account and order
 * @param payouts every payout that an account closed, by account and order
 * @param openRows sagas noted as open in the table that wakes them, {@code kind id}
 * @param events number of events that were folded
 */
public record Ledger(
    SortedMap<AccountId, MarginAccount> accounts,
    Treasury treasury,
    SortedMap<VaultId, VaultBook> vaults,
    SortedMap<Hash, TransferSaga> transfers,
    SortedMap<Address, AttesterBook> attesters,
    List<Credit> credits,
    List<Payout> payouts,
    List<String> openRows,
    long events) {

  /**
   * A deposit that an account took.
   *
   * @param writtenAt milliseconds since 1970 by the clock of the node that wrote it
   */
  public record Credit(AccountId account, AccountEvent.Credited event, long writtenAt) {}

  /** A payout that an account closed, with the reservation that it closed. */
  public record Payout(
      AccountId account,
      MarginAccount.Reservation reservation,
      AccountEvent.WithdrawalPosted event) {}

  /**
   * Something that is not finished.
   *
   * @param kind {@code deposit}, {@code withdrawal}, {@code batch}, {@code report} or {@code
   *     transfer}
   * @param id of the saga, with its vault where its number is the vault's
   * @param stage how far it is
   */
  public record OpenSaga(String kind, String id, String stage) {
    @Override
    public String toString() {
      return kind + " " + id + " " + stage;
    }
  }

  public Ledger {
    accounts = Exact.ordered(accounts);
    vaults = Exact.ordered(vaults);
    transfers = Exact.ordered(transfers);
    attesters = Exact.ordered(attesters);
    credits = List.copyOf(credits);
    payouts = List.copyOf(payouts);
    openRows = List.copyOf(openRows);
  }

  /** The same with other accounts. */
  public Ledger withAccounts(Map<AccountId, MarginAccount> others) {
    return new Ledger(
        Exact.ordered(others),
        treasury,
        vaults,
        transfers,
        attesters,
        credits,
        payouts,
        openRows,
        events);
  }

  /** The same with other credits and payouts. */
  public Ledger withFlows(Collection<Credit> otherCredits, Collection<Payout> otherPayouts) {
    return new Ledger(
        accounts,
        treasury,
        vaults,
        transfers,
        attesters,
        List.copyOf(otherCredits),
        List.copyOf(otherPayouts),
        openRows,
        events);
  }

  /** Units of an asset that were credited. */
  public long credited(Asset asset) {
    return credits.stream()
        .filter(credit -> credit.event().asset().equals(asset))
        .mapToLong(credit -> credit.event().units())
        .reduce(0, Math::addExact);
  }

  /** Units of an asset that were paid and posted. */
  public long posted(Asset asset) {
    return payouts.stream()
        .filter(payout -> payout.reservation().asset().equals(asset))
        .mapToLong(payout -> payout.reservation().units())
        .reduce(0, Math::addExact);
  }

  /** Everything that somebody still has to finish, in a fixed order. */
  public List<OpenSaga> open() {
    List<OpenSaga> open = new ArrayList<>();
    vaults.forEach(
        (vault, book) -> {
          book.uncredited()
              .keySet()
              .forEach(
                  number -> open.add(new OpenSaga("deposit", vault + "#" + number, "UNCREDITED")));
          for (Hash id : book.open().values()) {
            String stage =
                book.withdrawals().get(id).map(Withdrawal::stage).map(Enum::name).orElse("UNKNOWN");
            open.add(new OpenSaga("withdrawal", id.hex(), stage));
          }
          book.batch()
              .ifPresent(
                  batch ->
                      open.add(
                          new OpenSaga(
                              "batch",
                              vault + "#" + batch.content().nonce(),
                              batch.signatures().isEmpty() ? "PROPOSED" : "SIGNED")));
          book.report()
              .ifPresent(
                  report ->
                      open.add(new OpenSaga("report", vault + "#" + report.number(), "REPORTED")));
        });
    transfers.forEach(
        (id, saga) -> {
          if (saga.open()) {
            open.add(new OpenSaga("transfer", id.hex(), saga.stage().name()));
          }
        });
    return List.copyOf(open);
  }
}
