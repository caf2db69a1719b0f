package io.crossclear.persistence;

import static java.util.Map.entry;

import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.liquidation.Waterfall;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.OracleEvent;
import io.crossclear.domain.oracle.VoteMark;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.domain.variation.VariationCycle;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * One value of every event, with every component filled. Its wire form is frozen under {@code
 * src/test/resources/wire}; a new event needs a value here and, once, a test run with {@code
 * -Dwire.write=true}.
 */
final class WireSamples {

  private WireSamples() {}

  static final Asset USDC = new Asset("USDC");
  static final Asset ETH = new Asset("ETH");
  static final VaultId VAULT = new VaultId(31337, address(0xa1));
  static final VaultId OTHER_VAULT = new VaultId(31338, address(0xa2));
  static final AccountId ACCOUNT = AccountId.of(address(0xb1), 1, 0);
  static final AccountId OTHER_ACCOUNT = AccountId.of(address(0xb1), 1, 7);

  static final DepositEvidence DEPOSITED = new DepositEvidence(120, hash(0x11), hash(0x12), 3);
  static final PayoutEvidence PAID = new PayoutEvidence(4, hash(0x13), 130, hash(0x14), hash(0x15));
  static final ImportSplit SPLIT =
      new ImportSplit(600_000, 100_000, sorted(entry(31338L, 300_000L)));

  static final SignedAction<UserAction.Withdraw> WITHDRAW =
      new SignedAction<>(
          new UserAction.Withdraw(
              ACCOUNT.word(), "USDC", 1_000_000, 31337, address(0xc1), 9, 1_800_000_000L),
          31337,
          VAULT.address(),
          signature(0x21));

  static final SignedAction<UserAction.Transfer> TRANSFER =
      new SignedAction<>(
          new UserAction.Transfer(
              ACCOUNT.word(), OTHER_ACCOUNT.word(), "USDC", 250_000, 10, 1_800_000_000L),
          31337,
          VAULT.address(),
          signature(0x22));

  static final TreasuryReport REPORT =
      new TreasuryReport(
          17,
          sorted(entry(ETH, 5_000_000L), entry(USDC, 2_000_000L)),
          List.of(new TreasuryReport.GrantRequest(hash(0x31), USDC, SPLIT)),
          List.of(hash(0x32)),
          List.of(hash(0x33)),
          true);

  static final VaultEvent.Deposit DEPOSIT =
      new VaultEvent.Deposit(17, hash(0x41), ACCOUNT, 16, USDC, 2_000_000, hash(0x42), DEPOSITED);

  static final VaultEvent.SubmissionSigned SUBMISSION =
      new VaultEvent.SubmissionSigned(
          hash(0x51),
          12,
          hash(0x52),
          "0x02f86b",
          30_000_000_000L,
          1_000_000_000L,
          1_700_000_009_000L);

  static final AttesterEvent.DigestSigned DIGEST_SIGNED =
      new AttesterEvent.DigestSigned(
          VAULT, 1, 5, hash(0x51), 1_700_000_900L, List.of(hash(0x31)), 1_700_000_000_000L);

  static final VaultEvent.TreasuryReported REPORTED =
      new VaultEvent.TreasuryReported(3, REPORT, 1_700_000_005_000L);

  private static final VaultConfig CONFIG =
      new VaultConfig(VAULT, "one", 100, List.of(), List.of(), 3);

  /** One value of every event; within a family in an order that can happen. */
  static List<Object> events() {
    return Stream.of(
            account(),
            ClearingSamples.account(),
            vault(),
            transfer(),
            attester(),
            treasury(),
            oracle(),
            ClearingSamples.pool(),
            ClearingSamples.fillBatch(),
            ClearingSamples.cycle(),
            ClearingSamples.waterfall(),
            ClearingSamples.auction())
        .flatMap(List::stream)
        .toList();
  }

  static List<Object> account() {
    return List.of(
        new AccountEvent.Credited(VAULT, 17, USDC, 2_000_000, DEPOSITED, 1_700_000_000_000L),
        new AccountEvent.WithdrawalReserved(hash(0x31), WITHDRAW, SPLIT, 1_700_000_001_000L),
        new AccountEvent.WithdrawalVoided(hash(0x31), true, 1_700_000_002_000L),
        new AccountEvent.WithdrawalPosted(hash(0x31), PAID, 1_700_000_003_000L),
        new AccountEvent.TransferDebited(
            hash(0x34), TRANSFER, 1, sorted(entry(31337L, 250_000L)), 1_700_000_004_000L),
        new AccountEvent.TransferConfirmed(hash(0x34), 1_700_000_005_000L),
        new AccountEvent.TransferCredited(
            hash(0x34),
            ACCOUNT,
            1,
            USDC,
            250_000,
            sorted(entry(31337L, 250_000L)),
            1_700_000_006_000L),
        new AccountEvent.ActionRefused(
            hash(0x36), AccountRejection.INSUFFICIENT_BALANCE, 1_800_000_000L, 1_700_000_007_000L));
  }

  private static List<Object> vault() {
    return List.of(
        new VaultEvent.BlocksRead(
            120, hash(0x11), 1_700_000_000L, List.of(DEPOSIT), 1_700_000_000_000L),
        new VaultEvent.Halted(
            VaultEvent.HaltReason.DEPOSIT_GAP, "deposit 18 is missing", 1_700_000_001_000L),
        new VaultEvent.DepositsCredited(List.of(16L, 17L), 1_700_000_002_000L),
        new VaultEvent.WithdrawalRequested(hash(0x31), WITHDRAW, 1_700_000_003_000L),
        new VaultEvent.WithdrawalReserved(hash(0x31), SPLIT, 2, 1_700_000_004_000L),
        REPORTED,
        new VaultEvent.TreasuryAnswered(
            3,
            List.of(hash(0x31)),
            sorted(entry(hash(0x35), GrantRefusal.VAULT_LIQUIDITY)),
            1_700_000_006_000L),
        new VaultEvent.BatchProposed(
            5,
            USDC,
            address(0xd1),
            List.of(hash(0x31)),
            hash(0x51),
            1_700_000_900L,
            1_700_000_007_000L),
        new VaultEvent.BatchSigned(
            hash(0x51),
            sorted(entry(address(0xe1), signature(0x23)), entry(address(0xe2), signature(0x24))),
            1_700_000_008_000L),
        SUBMISSION,
        new VaultEvent.BatchPaid(hash(0x51), PAID, 1_700_000_010_000L),
        new VaultEvent.BatchExpired(hash(0x51), 140, 1_700_000_011_000L),
        new VaultEvent.WithdrawalsPosted(List.of(hash(0x31)), 1_700_000_012_000L),
        new VaultEvent.WithdrawalRefused(hash(0x31), "EXPORT_LIMIT", 1_700_000_013_000L),
        new VaultEvent.WithdrawalReturned(hash(0x31), 1_700_000_014_000L));
  }

  private static List<Object> transfer() {
    return List.of(
        new TransferEvent.Requested(TRANSFER, 1_700_000_000_000L),
        new TransferEvent.Debited(1, sorted(entry(31337L, 250_000L)), 1_700_000_001_000L),
        new TransferEvent.Credited(1_700_000_002_000L),
        new TransferEvent.Closed(1_700_000_003_000L),
        new TransferEvent.Refused("INSUFFICIENT_BALANCE", 1_700_000_004_000L));
  }

  private static List<Object> attester() {
    return List.of(DIGEST_SIGNED);
  }

  private static List<Object> treasury() {
    return List.of(
        new TreasuryEvent.ReportBooked(
            VAULT,
            3,
            REPORT,
            List.of(new TreasuryEvent.Granted(hash(0x31), 300_000, 700_000, 1_700_000_005_000L)),
            sorted(entry(hash(0x35), GrantRefusal.EXPORT_LIMIT)),
            1_700_000_006_000L),
        new TreasuryEvent.ImportsTrimmed(
            ACCOUNT, sorted(entry(USDC, sorted(entry(31338L, 40_000L)))), 1_700_000_007_000L));
  }

  private static List<Object> oracle() {
    return List.of(new OracleEvent.VotesReserved(2, 340, 1_700_000_000_000L));
  }

  /** States of every family, as their events make them. */
  static List<Object> states() {
    // the one that the treasury will refuse
    VaultBook vault =
        VaultBook.empty(CONFIG)
            .apply(new VaultEvent.WithdrawalRequested(hash(0x35), WITHDRAW, 1_700_000_000_000L));
    return List.of(
        fold(MarginAccount.empty(ACCOUNT), AccountEvent.class, MarginAccount::apply, 2),
        fold(MarginAccount.empty(ACCOUNT), AccountEvent.class, MarginAccount::apply, 10),
        fold(MarginAccount.empty(ACCOUNT), AccountEvent.class, MarginAccount::apply, 18),
        fold(MarginAccount.empty(ACCOUNT), AccountEvent.class, MarginAccount::apply, 99),
        fold(vault, VaultEvent.class, VaultBook::apply, 5),
        fold(vault, VaultEvent.class, VaultBook::apply, 10),
        fold(TransferSaga.EMPTY, TransferEvent.class, TransferSaga::apply, 2),
        fold(TransferSaga.EMPTY, TransferEvent.class, TransferSaga::apply, 99),
        fold(AttesterBook.EMPTY, AttesterEvent.class, AttesterBook::apply, 99),
        fold(Treasury.EMPTY, TreasuryEvent.class, Treasury::apply, 99),
        fold(VoteMark.NONE, OracleEvent.class, VoteMark::apply, 99),
        fold(ClearingPool.EMPTY, PoolFact.class, ClearingPool::apply, 6),
        fold(ClearingPool.EMPTY, PoolFact.class, ClearingPool::apply, 99),
        fold(FillBatch.EMPTY, FillBatchEvent.class, FillBatch::apply, 2),
        fold(FillBatch.EMPTY, FillBatchEvent.class, FillBatch::apply, 99),
        fold(VariationCycle.EMPTY, CycleEvent.class, VariationCycle::apply, 3),
        fold(VariationCycle.EMPTY, CycleEvent.class, VariationCycle::apply, 99),
        fold(Waterfall.EMPTY, WaterfallEvent.class, Waterfall::apply, 2),
        fold(Waterfall.EMPTY, WaterfallEvent.class, Waterfall::apply, 10),
        fold(Waterfall.EMPTY, WaterfallEvent.class, Waterfall::apply, 99),
        fold(LiquidationAuction.EMPTY, AuctionEvent.class, LiquidationAuction::apply, 5),
        ClearingSamples.auctionState(),
        fold(LiquidationAuction.EMPTY, AuctionEvent.class, LiquidationAuction::apply, 99));
  }

  /** The state after this many of the family's samples. */
  private static <S, E> S fold(S empty, Class<E> family, BiFunction<S, E, S> apply, int count) {
    S state = empty;
    for (Object event : events().stream().filter(family::isInstance).limit(count).toList()) {
      state = apply.apply(state, family.cast(event));
    }
    return state;
  }

  static Hash hash(int digits) {
    return new Hash("0x" + "%02x".formatted(digits).repeat(32));
  }

  static Address address(int digits) {
    return new Address("0x" + "%02x".formatted(digits).repeat(20));
  }

  static Signature signature(int digits) {
    return new Signature("0x" + "%02x".formatted(digits).repeat(64));
  }

  @SafeVarargs
  static <K, V> SortedMap<K, V> sorted(Map.Entry<K, V>... entries) {
    TreeMap<K, V> map = new TreeMap<>();
    for (Map.Entry<K, V> entry : entries) {
      map.put(entry.getKey(), entry.getValue());
    }
    return map;
  }
}
