package io.crossclear.nodes.demo;

import io.crossclear.bridges.VaultDeposit;
import io.crossclear.bridges.VaultSettlement;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.persistence.audit.Ledger;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The smallest complete round trip, made by hand: on each of three chains one user deposits 300
 * USDC and 30 ETH units, moves 100 USDC to a second account, and withdraws everything on the next
 * chain, in one batch per account and asset.
 */
final class HandMadeRoundtrip {

  static final Asset USDC = new Asset("USDC");
  static final Asset ETH = new Asset("ETH");
  private static final int CHAINS = 3;
  private static final Signature UNSIGNED = new Signature("0x" + "0".repeat(128));

  static final Genesis GENESIS =
      new Genesis(
          "test",
          word(1),
          List.of(new AssetConfig(ETH, 8, 1), new AssetConfig(USDC, 6, 1)),
          List.of(new PoolConfig(1, "main", List.of(ETH, USDC))),
          IntStream.range(0, CHAINS).mapToObj(HandMadeRoundtrip::vault).toList());

  private final TreeMap<AccountId, MarginAccount> accounts = new TreeMap<>();
  private final TreeMap<Hash, TransferSaga> transfers = new TreeMap<>();
  private final List<Ledger.Credit> credits = new ArrayList<>();
  private final List<Ledger.Payout> payouts = new ArrayList<>();
  private final List<List<VaultDeposit>> deposits = lists();
  private final List<List<VaultSettlement>> batches = lists();
  private final List<List<ChainView.Paid>> paid = lists();

  private static <T> List<List<T>> lists() {
    List<List<T>> lists = new ArrayList<>();
    IntStream.range(0, CHAINS).forEach(chain -> lists.add(new ArrayList<>()));
    return lists;
  }

  private static VaultConfig vault(int i) {
    List<Address> attesters = IntStream.range(1, 5).mapToObj(n -> address(100 * i + n)).toList();
    List<TokenConfig> tokens =
        List.of(
            new TokenConfig(ETH, address(1000 + i), 18, 1, 1L << 50, 1L << 50, 0),
            new TokenConfig(USDC, address(2000 + i), 6, 1, 1L << 50, 1L << 50, 0));
    return new VaultConfig(
        new VaultId(101 + i, address(3000 + i)), "chain" + i, 1, tokens, attesters, 3);
  }

  static Address address(int number) {
    return new Address("0x" + String.format("%040x", number));
  }

  static Hash word(long number) {
    return Hash.of(ByteBuffer.allocate(32).putLong(24, number).array());
  }

  private static AccountId account(int user, int index) {
    return AccountId.of(address(5000 + user), 1, index);
  }

  /** What there is to see after everything was done. */
  static Evidence evidence() {
    return new HandMadeRoundtrip().played();
  }

  private Evidence played() {
    for (int user = 0; user < CHAINS; user++) {
      deposit(user, USDC, 300);
      deposit(user, ETH, 30);
      transfer(user, 100);
      withdraw(user, 0, USDC, 200);
      withdraw(user, 0, ETH, 30);
      withdraw(user, 1, USDC, 100);
    }
    List<ChainView> chains = new ArrayList<>();
    TreeMap<VaultId, VaultBook> books = new TreeMap<>();
    List<Evidence.Wallet> wallets = new ArrayList<>();
    for (int i = 0; i < CHAINS; i++) {
      VaultConfig vault = GENESIS.vaults().get(i);
      books.put(vault.id(), VaultBook.empty(vault));
      chains.add(
          new ChainView(
              vault,
              50,
              deposits.get(i),
              batches.get(i),
              paid.get(i),
              new TreeMap<>(Map.of(USDC, 0L, ETH, 0L))));
      SortedMap<Asset, Long> gift = new TreeMap<>(Map.of(USDC, 300L, ETH, 30L));
      VaultId next = GENESIS.vaults().get((i + 1) % CHAINS).id();
      wallets.add(
          new Evidence.Wallet(
              i, address(5000 + i), List.of(vault.id()), gift, new TreeMap<>(Map.of(next, gift))));
    }
    Ledger ledger =
        new Ledger(
            accounts,
            Treasury.EMPTY,
            books,
            transfers,
            new TreeMap<>(),
            credits,
            payouts,
            List.of(),
            100);
    List<Evidence.Kill> kills = new ArrayList<>();
    for (String moment : List.of("deposits", "transfers", "settlement")) {
      Ledger.OpenSaga open = new Ledger.OpenSaga("transfer", word(9).hex(), "DEBITED");
      kills.add(new Evidence.Kill(moment, List.of(open), 1_000_000, Duration.ofSeconds(5)));
    }
    return new Evidence(
        GENESIS, CHAINS, List.of(new Evidence.Audit("at the end", ledger, chains)), wallets, kills);
  }

  private void apply(AccountId id, AccountEvent event) {
    accounts.put(id, accounts.getOrDefault(id, MarginAccount.empty(id)).apply(event));
  }

  private void deposit(int user, Asset asset, long units) {
    VaultConfig vault = GENESIS.vaults().get(user);
    AccountId id = account(user, 0);
    long number = deposits.get(user).size() + 1L;
    VaultDeposit log =
        new VaultDeposit(
            number,
            vault.token(asset).orElseThrow().token(),
            id.word(),
            BigInteger.valueOf(units),
            word(70 + number),
            10 + number,
            word(80 + number),
            word(90 + number),
            0);
    deposits.get(user).add(log);
    AccountEvent.Credited credited =
        new AccountEvent.Credited(
            vault.id(),
            number,
            asset,
            units,
            new DepositEvidence(log.blockNumber(), log.blockHash(), log.transactionHash(), 0),
            number);
    credits.add(new Ledger.Credit(id, credited, number));
    apply(id, credited);
  }

  private void transfer(int user, long units) {
    AccountId from = account(user, 0);
    AccountId to = account(user, 1);
    Hash id = word(1_000 + user);
    VaultId domain = GENESIS.vaults().getFirst().id();
    SignedAction<UserAction.Transfer> signed =
        new SignedAction<>(
            new UserAction.Transfer(from.word(), to.word(), "USDC", units, 1, 99),
            domain.chainId(),
            domain.address(),
            UNSIGNED);
    apply(from, new AccountEvent.TransferDebited(id, signed, 1, new TreeMap<>(), 5));
    apply(to, new AccountEvent.TransferCredited(id, from, 1, USDC, units, new TreeMap<>(), 6));
    apply(from, new AccountEvent.TransferConfirmed(id, 7));
    TransferSaga saga = TransferSaga.EMPTY;
    for (TransferEvent event :
        List.of(
            new TransferEvent.Requested(signed, 4),
            new TransferEvent.Debited(1, new TreeMap<>(), 5),
            new TransferEvent.Credited(6),
            new TransferEvent.Closed(7))) {
      saga = saga.apply(event);
    }
    transfers.put(id, saga);
  }

  private void withdraw(int user, int index, Asset asset, long units) {
    int chain = (user + 1) % CHAINS;
    VaultConfig vault = GENESIS.vaults().get(chain);
    AccountId from = account(user, index);
    long nonce = batches.get(chain).size() + 1L;
    Hash id = word(10_000 + 100 * chain + nonce);
    Hash digest = word(20_000 + 100 * chain + nonce);
    Hash transaction = word(30_000 + 100 * chain + nonce);
    SignedAction<UserAction.Withdraw> signed =
        new SignedAction<>(
            new UserAction.Withdraw(
                from.word(),
                asset.symbol(),
                units,
                vault.id().chainId(),
                from.owner(),
                10 + nonce,
                99),
            vault.id().chainId(),
            vault.id().address(),
            UNSIGNED);
    apply(
        from,
        new AccountEvent.WithdrawalReserved(
            id, signed, new ImportSplit(0, units, new TreeMap<>()), 8));
    AccountEvent.WithdrawalPosted posted =
        new AccountEvent.WithdrawalPosted(
            id, new PayoutEvidence(nonce, digest, 20 + nonce, word(40), transaction), 9);
    payouts.add(
        new Ledger.Payout(
            from,
            new MarginAccount.Reservation(signed, new ImportSplit(0, units, new TreeMap<>())),
            posted));
    apply(from, posted);
    batches
        .get(chain)
        .add(
            new VaultSettlement(
                nonce,
                vault.token(asset).orElseThrow().token(),
                digest,
                BigInteger.valueOf(units),
                1,
                20 + nonce,
                word(40),
                transaction,
                0,
                List.of()));
    paid.get(chain).add(new ChainView.Paid(transaction, asset, from.owner(), units));
  }
}
