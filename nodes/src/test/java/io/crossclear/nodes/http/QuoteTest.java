package io.crossclear.nodes.http;

import static io.crossclear.nodes.http.TestNetwork.ASTER;
import static io.crossclear.nodes.http.TestNetwork.BOREA;
import static io.crossclear.nodes.http.TestNetwork.ETH;
import static io.crossclear.nodes.http.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.ledger.TreasuryRejection;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The quote against asking for every single amount, on small random books. */
class QuoteTest {

  private static final long NOW = 1_800_000_000_000L;
  private static final AccountId ID = AccountId.of(new Address("0x" + "0d".repeat(20)), 1, 0);
  private static final AccountId OTHERS = AccountId.of(new Address("0x" + "0e".repeat(20)), 1, 0);
  private static final long E8 = 100_000_000;
  private static final Hash WORD = new Hash("0x" + "12".repeat(32));

  private record Book(
      Genesis genesis, MarginAccount account, Treasury treasury, VaultConfig vault) {}

  @Test
  void itIsTheLargestAmountThatBothDecisionsTakeAndEverySmallerOneIsTakenToo() {
    int limited = 0;
    int whole = 0;
    int nothing = 0;
    for (long seed = 0; seed < 400; seed++) {
      Book book = random(new Random(seed));
      AssetConfig asset = book.genesis().asset(USDC).orElseThrow();
      Quote quote =
          Quote.of(
              book.account(),
              book.treasury(),
              book.genesis(),
              asset,
              book.vault(),
              Optional.empty(),
              NOW);
      long balance = book.account().balance(USDC);
      for (long units = asset.minWithdrawal(); units <= balance; units++) {
        Optional<String> refusal = refusal(book, units);
        assertEquals(
            units <= quote.withdrawable(), refusal.isEmpty(), "seed " + seed + ", units " + units);
        if (units == quote.withdrawable() + 1) {
          assertEquals(refusal, quote.limitedBy(), "seed " + seed);
        }
      }
      limited += quote.limitedBy().isPresent() && quote.withdrawable() > 0 ? 1 : 0;
      whole += quote.withdrawable() == balance && balance > 0 ? 1 : 0;
      nothing += quote.withdrawable() == 0 ? 1 : 0;
    }
    assertTrue(
        limited > 50 && whole > 50 && nothing > 5,
        limited + " limited, " + whole + " whole, " + nothing + " nothing");
  }

  /**
   * An account of the trading network with money from the first chain, which its own imports let
   * leave whole.
   */
  private static MarginAccount trader(long usdc, long eth, long unsettled, Position btc) {
    TreeMap<Asset, Long> balances = new TreeMap<>();
    TreeMap<Asset, SortedMap<Long, Long>> imports = new TreeMap<>();
    Map.of(USDC, usdc, ETH, eth)
        .forEach(
            (asset, units) -> {
              if (units != 0) {
                balances.put(asset, units);
              }
              if (units > 0) {
                imports.put(asset, new TreeMap<>(Map.of(ASTER.chainId(), units)));
              }
            });
    TreeMap<String, Position> positions = new TreeMap<>();
    if (btc.lots() != 0) {
      positions.put("BTC-PERP", btc);
    }
    MarginAccount empty = MarginAccount.empty(ID);
    return new MarginAccount(
        ID,
        balances,
        imports,
        empty.depositMarks(),
        empty.withdrawals(),
        empty.outgoing(),
        empty.outgoingMarks(),
        empty.incomingMarks(),
        empty.nonces(),
        empty.refusals(),
        NOW - 1_000,
        trading(positions, unsettled));
  }

  /** By way of the wire, whose other fields this test does not care for. */
  private static Trading trading(TreeMap<String, Position> positions, long unsettled) {
    ObjectNode json = ApiJson.MAPPER.valueToTree(Trading.NONE);
    json.set("positions", ApiJson.MAPPER.valueToTree(positions));
    json.put("unsettled", unsettled);
    return ApiJson.MAPPER.convertValue(json, Trading.class);
  }

  private static Marks marks(long btc, long eth, boolean fresh) {
    Mark ofBtc = new Mark(btc * E8, 0, fresh, btc * E8 - E8, btc * E8 + E8);
    Mark ofEth = new Mark(eth * E8, 0, fresh, eth * E8 - E8, eth * E8 + E8);
    return new Marks(
        5, NOW, 0, new TreeMap<>(Map.of("BTC-PERP", ofBtc)), new TreeMap<>(Map.of(ETH, ofEth)));
  }

  private static Quote quote(MarginAccount account, Asset asset, Optional<Marks> marks) {
    Genesis genesis = TestNetwork.TRADING;
    Treasury treasury = Treasury.EMPTY;
    for (Asset each : List.of(USDC, ETH)) {
      treasury =
          report(
              treasury, ASTER, each, Math.max(0, account.balance(each)), false, List.of(), genesis);
    }
    return Quote.of(
        account,
        treasury,
        genesis,
        genesis.asset(asset).orElseThrow(),
        genesis.vault(ASTER).orElseThrow(),
        marks,
        NOW);
  }

  @Test
  void ofAnAccountThatTradesLossesCountAndGainsDoNot() {
    int some = 0;
    int nothing = 0;
    for (long seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      long usdc = 1 + random.nextLong(100_000_000);
      long eth = random.nextBoolean() ? 0 : random.nextLong(1_000_000);
      long unsettled = random.nextLong(-20_000_000, 20_000_000);
      long lots = random.nextLong(-200, 201);
      long cost = lots * 500_000 + random.nextLong(-20_000_000, 20_000_000);
      boolean fresh = random.nextInt(4) > 0;
      MarginAccount account =
          trader(usdc, eth, unsettled, new Position(lots, lots == 0 ? 0 : cost, 0));
      // lots of 10^-5 in 1e-6 of money, at the end of the band that is worse
      long price = 50_000 + (fresh ? 0 : lots >= 0 ? -1 : 1);
      long farther = fresh ? 50_000 : 50_001;
      long net = unsettled + (lots == 0 ? 0 : lots * price * 10 - cost);
      long weighted = fresh ? eth * 2_000 / 100 * 8 / 10 : 0;
      long free = usdc + Math.min(0, net) + weighted - Math.abs(lots) * farther;
      long expected = lots == 0 && unsettled >= 0 ? usdc : Math.min(usdc, Math.max(0, free));
      Quote quote = quote(account, USDC, Optional.of(marks(50_000, 2_000, fresh)));
      assertEquals(
          expected < TestNetwork.MIN_USDC ? 0 : expected, quote.withdrawable(), "seed " + seed);
      if (expected < usdc) {
        String limit = usdc < TestNetwork.MIN_USDC ? "BELOW_MINIMUM" : "INSUFFICIENT_MARGIN";
        assertEquals(Optional.of(limit), quote.limitedBy(), "seed " + seed);
      }
      some += quote.withdrawable() > 0 && quote.withdrawable() < usdc ? 1 : 0;
      nothing += quote.withdrawable() == 0 ? 1 : 0;
    }
    assertTrue(some > 50 && nothing > 30, some + " some, " + nothing + " nothing");
  }

  @Test
  void collateralLeavesAsFarAsTheMarginLets() {
    // 100 lots need 5 dollars, 4 are there, so 1.25 in ETH at 2,000 must stay: 62,500 units
    MarginAccount account = trader(4_000_000, 100_000, 0, new Position(100, 50_000_000, 0));
    Quote quote = quote(account, ETH, Optional.of(marks(50_000, 2_000, true)));
    assertEquals(37_500, quote.withdrawable());
    assertEquals(Optional.of("INSUFFICIENT_MARGIN"), quote.limitedBy());
  }

  @Test
  void aLoanIsNothingToWithdraw() {
    MarginAccount account = trader(-1, 100_000, 0, Position.NONE);
    Quote quote = quote(account, USDC, Optional.of(marks(50_000, 2_000, true)));
    assertEquals(new Quote(0, Optional.empty()), quote);
  }

  @Test
  void withoutPricesNothingLeavesAnAccountThatTrades() {
    MarginAccount account = trader(50_000_000, 0, 0, new Position(1, 500_000, 0));
    assertEquals(
        new Quote(0, Optional.of("PRICES_MISSING")), quote(account, USDC, Optional.empty()));
    MarginAccount flat = trader(50_000_000, 0, 0, Position.NONE);
    assertEquals(new Quote(50_000_000, Optional.empty()), quote(flat, USDC, Optional.empty()));
  }

  private static Book random(Random random) {
    long cap = random.nextInt(20);
    Genesis genesis =
        new Genesis(
            "quote",
            WORD,
            List.of(new AssetConfig(USDC, 6, 1 + random.nextInt(4))),
            List.of(new PoolConfig(1, "main", List.of(USDC))),
            List.of(vault(ASTER, "c1", cap), vault(BOREA, "c2", cap)));
    MarginAccount account = MarginAccount.empty(ID);
    Treasury treasury = Treasury.EMPTY;
    for (VaultId vault : List.of(ASTER, BOREA)) {
      long own = random.nextInt(30);
      long others = random.nextInt(30);
      if (own > 0) {
        account = account.apply(credited(account, vault, own));
      }
      treasury = report(treasury, vault, own + others, random.nextInt(8) == 0, List.of(), genesis);
    }
    MarginAccount theirs =
        MarginAccount.empty(OTHERS).apply(credited(MarginAccount.empty(OTHERS), ASTER, 5));
    for (VaultId vault : List.of(ASTER, BOREA)) {
      var request =
          new TreasuryReport.GrantRequest(
              vault.equals(ASTER) ? WORD : Hash.ZERO,
              USDC,
              new ImportSplit(
                  0,
                  random.nextInt(3),
                  new TreeMap<>(Map.of(ASTER.chainId(), 1L + random.nextInt(3)))));
      treasury =
          report(treasury, vault, 0, treasury.halted().contains(vault), List.of(request), genesis);
    }
    assertEquals(5, theirs.balance(USDC));
    List<VaultConfig> vaults = genesis.vaults();
    return new Book(genesis, account, treasury, vaults.get(random.nextInt(vaults.size())));
  }

  private static VaultConfig vault(VaultId id, String token, long cap) {
    List<Address> attesters =
        List.of("01", "02", "03", "04").stream()
            .map(two -> new Address("0x" + two.repeat(20)))
            .toList();
    return new VaultConfig(
        id,
        "chain " + id.chainId(),
        1,
        List.of(
            new TokenConfig(USDC, new Address("0x" + token.repeat(20)), 6, 1, 1_000_000, cap, cap)),
        attesters,
        3);
  }

  private static AccountEvent credited(MarginAccount account, VaultId vault, long units) {
    return accepted(
        account.credit(
            vault, 1, 0, USDC, units, new DepositEvidence(1, WORD, WORD, 0), NOW - 1_000));
  }

  private static Treasury report(
      Treasury treasury,
      VaultId vault,
      long deposited,
      boolean halted,
      List<TreasuryReport.GrantRequest> requests,
      Genesis genesis) {
    return report(treasury, vault, USDC, deposited, halted, requests, genesis);
  }

  private static Treasury report(
      Treasury treasury,
      VaultId vault,
      Asset asset,
      long deposited,
      boolean halted,
      List<TreasuryReport.GrantRequest> requests,
      Genesis genesis) {
    long number =
        Optional.ofNullable(treasury.marks().get(vault)).map(Treasury.Mark::number).orElse(0L) + 1;
    TreasuryReport report =
        new TreasuryReport(
            number,
            new TreeMap<>(Map.of(asset, deposited)),
            requests,
            List.of(),
            List.of(),
            halted);
    return treasury.apply(accepted(treasury.book(vault, number, report, genesis, NOW - 1_000)));
  }

  private static <E, R extends Enum<R>> E accepted(Decision<E, R> decision) {
    if (decision instanceof Decision.Accept<E, R>(var events)) {
      return events.getFirst();
    }
    throw new IllegalStateException("not accepted: " + decision);
  }

  private static Optional<String> refusal(Book book, long units) {
    VaultId vault = book.vault().id();
    UserAction.Withdraw action =
        new UserAction.Withdraw(
            ID.word(), "USDC", units, vault.chainId(), ID.owner(), 1, NOW / 1_000 + 30);
    var decision =
        book.account()
            .reserve(
                new SignedAction<>(
                    action,
                    vault.chainId(),
                    vault.address(),
                    new Signature("0x" + "01".repeat(64))),
                new Verified(WORD, Optional.of(ID.owner()), true),
                book.genesis(),
                NOW);
    if (decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)) {
      return Optional.of(reason.name());
    }
    if (!(accepted(decision) instanceof AccountEvent.WithdrawalReserved reserved)) {
      throw new IllegalStateException("no reservation");
    }
    Hash id = new Hash("0x" + "34".repeat(32));
    long number =
        Optional.ofNullable(book.treasury().marks().get(vault)).orElseThrow().number() + 1;
    TreasuryReport report =
        new TreasuryReport(
            number,
            new TreeMap<>(),
            List.of(new TreasuryReport.GrantRequest(id, USDC, reserved.split())),
            List.of(),
            List.of(),
            book.treasury().halted().contains(vault));
    Decision<TreasuryEvent, TreasuryRejection> booked =
        book.treasury().book(vault, number, report, book.genesis(), NOW);
    return accepted(booked) instanceof TreasuryEvent.ReportBooked event
        ? event.refused().entrySet().stream().findFirst().map(entry -> entry.getValue().name())
        : Optional.empty();
  }
}
