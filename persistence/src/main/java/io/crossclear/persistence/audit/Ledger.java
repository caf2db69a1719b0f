package io.crossclear.persistence.audit;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Books;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.Postings;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.trade.FillBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that the journal says, at one moment.
 *
 * @param credits every deposit that an account took, by account and order
 * @param payouts every payout that an account closed, by account and order
 * @param trades what pools clear
 * @param openRows sagas noted as open in the table that wakes them, {@code kind id}
 * @param events number of events that were folded
 */
public record Ledger(
    SortedMap<AccountId, MarginAccount> accounts,
    Treasury treasury,
    SortedMap<VaultId, VaultBook> vaults,
    SortedMap<Hash, TransferSaga> transfers,
    SortedMap<Address, AttesterBook> attesters,
    Trades trades,
    List<Credit> credits,
    List<Payout> payouts,
    List<String> openRows,
    long events) {

  /**
   * What pools clear.
   *
   * @param pools by number, each that has rules
   * @param settlements asset that each pool settles in
   * @param fillBatches by venue and number, {@code 0xvenue/number}
   * @param auctions by account and number, {@code 0xaccount/number}
   * @param postings of all accounts' events
   */
  public record Trades(
      SortedMap<Integer, ClearingPool> pools,
      SortedMap<Integer, Asset> settlements,
      SortedMap<String, FillBatch> fillBatches,
      SortedMap<String, LiquidationAuction> auctions,
      Postings postings) {

    /** Of a network that never traded. */
    public static final Trades NONE =
        new Trades(
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            Postings.NONE);

    public Trades {
      pools = Exact.ordered(pools);
      settlements = Exact.ordered(settlements);
      fillBatches = Exact.ordered(fillBatches);
      auctions = Exact.ordered(auctions);
    }

    /** Who gets each slice that was bid for and is not delivered. */
    private SortedMap<String, AccountId> buyers() {
      TreeMap<String, AccountId> buyers = new TreeMap<>();
      auctions.forEach(
          (id, auction) -> {
            String key = id + "/" + auction.round();
            auction.winner().ifPresent(winner -> buyers.put(key, winner.bidder()));
          });
      return buyers;
    }
  }

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
   * @param kind {@code deposit}, {@code withdrawal}, {@code batch}, {@code report}, {@code
   *     transfer}, {@code fill-batch}, {@code auction}, {@code cycle}, {@code waterfall}, {@code
   *     settlement} or {@code step}
   * @param id of the saga, with its vault or its pool where its number is theirs
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

  /** The books of a network that never traded. */
  public Ledger(
      SortedMap<AccountId, MarginAccount> accounts,
      Treasury treasury,
      SortedMap<VaultId, VaultBook> vaults,
      SortedMap<Hash, TransferSaga> transfers,
      SortedMap<Address, AttesterBook> attesters,
      List<Credit> credits,
      List<Payout> payouts,
      List<String> openRows,
      long events) {
    this(
        accounts,
        treasury,
        vaults,
        transfers,
        attesters,
        Trades.NONE,
        credits,
        payouts,
        openRows,
        events);
  }

  /** Everything of it that is money: what conservation and the checks of a pool add up. */
  public Books books() {
    TreeMap<Integer, Books.Pool> pools = new TreeMap<>();
    trades
        .pools()
        .forEach(
            (number, pool) ->
                Optional.ofNullable(trades.settlements().get(number))
                    .ifPresent(asset -> pools.put(number, new Books.Pool(pool.book(), asset))));
    return new Books(
        accounts,
        pools,
        List.copyOf(trades.fillBatches().values()),
        trades.buyers(),
        trades.postings());
  }

  /** The same with other pools, batches and auctions. */
  public Ledger withTrades(Trades others) {
    return new Ledger(
        accounts, treasury, vaults, transfers, attesters, others, credits, payouts, openRows,
        events);
  }

  /** The same with other accounts. */
  public Ledger withAccounts(Map<AccountId, MarginAccount> others) {
    return new Ledger(
        Exact.ordered(others),
        treasury,
        vaults,
        transfers,
        attesters,
        trades,
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
        trades,
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
    trades
        .fillBatches()
        .forEach(
            (id, batch) -> {
              if (batch.open()) {
                open.add(new OpenSaga("fill-batch", id, batch.stage().name()));
              }
            });
    trades
        .auctions()
        .forEach(
            (id, auction) -> {
              if (auction.open()) {
                open.add(new OpenSaga("auction", id, auction.stage().name()));
              }
            });
    trades.pools().forEach((number, pool) -> open(number, pool, open));
    return List.copyOf(open);
  }

  private static void open(int number, ClearingPool pool, List<OpenSaga> open) {
    String prefix = number + "#";
    if (pool.cycle().open()) {
      open.add(new OpenSaga("cycle", prefix + pool.cycle().number(), pool.cycle().stage().name()));
    }
    if (pool.waterfall().open()) {
      String defaulter = pool.waterfall().defaulter().map(AccountId::hex).orElse("");
      open.add(new OpenSaga("waterfall", prefix + defaulter, pool.waterfall().stage().name()));
    }
    pool.book()
        .settlements()
        .keySet()
        .forEach(symbol -> open.add(new OpenSaga("settlement", prefix + symbol, "OPEN")));
    for (ClearingPool.OpenStep step : pool.steps()) {
      String id = step.account() + "#" + step.number();
      open.add(new OpenSaga("step", id, step.ask().getClass().getSimpleName()));
    }
  }
}
