package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.C;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.EXPORT_CAP;
import static io.crossclear.testing.TestNetwork.EXPORT_REFILL;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.TreasuryEvent.Granted;
import io.crossclear.domain.ledger.TreasuryEvent.ReportBooked;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.TreasuryReport.GrantRequest;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class TreasuryTest {

  private static final long NOW = 1_700_000_000_000L;

  /** A treasury with the number of each vault's next report. */
  private record Books(Treasury treasury) {
    long next(VaultId vault) {
      return Optional.ofNullable(treasury.marks().get(vault)).map(Treasury.Mark::number).orElse(0L)
          + 1;
    }

    ReportBooked decide(VaultId vault, TreasuryReport report, long now) {
      return (ReportBooked) only(treasury.book(vault, next(vault), report, GENESIS, now));
    }

    Books book(VaultId vault, TreasuryReport report) {
      return new Books(treasury.apply(decide(vault, report, NOW)));
    }

    Books deposit(VaultId vault, long units) {
      return book(vault, deposited(USDC, units));
    }

    ReportBooked ask(VaultId vault, long id, ImportSplit split, long now) {
      return decide(vault, requests(new GrantRequest(word(id), USDC, split)), now);
    }

    Optional<GrantRefusal> refusal(VaultId vault, ImportSplit split) {
      return Optional.ofNullable(ask(vault, 999, split, NOW).refused().get(word(999)));
    }

    long export(VaultId vault, ImportSplit split) {
      return ask(vault, 999, split, NOW).granted().getFirst().export();
    }

    Books grant(VaultId vault, long id, ImportSplit split) {
      ReportBooked event = ask(vault, id, split, NOW);
      assertEquals(1, event.granted().size(), event.toString());
      return new Books(treasury.apply(event));
    }

    ImportLine line(VaultId vault) {
      return treasury.line(USDC, vault.chainId());
    }
  }

  private static final Books EMPTY = new Books(Treasury.EMPTY);

  private static TreasuryReport deposited(Asset asset, long units) {
    return new TreasuryReport(
        1, new TreeMap<>(Map.of(asset, units)), List.of(), List.of(), List.of(), false);
  }

  private static TreasuryReport requests(GrantRequest... requests) {
    return new TreasuryReport(1, new TreeMap<>(), List.of(requests), List.of(), List.of(), false);
  }

  private static TreasuryReport closed(List<Hash> releases, List<Hash> posted) {
    return new TreasuryReport(1, new TreeMap<>(), List.of(), releases, posted, false);
  }

  private static TreasuryReport halted(boolean halted) {
    return new TreasuryReport(1, new TreeMap<>(), List.of(), List.of(), List.of(), halted);
  }

  private static ImportSplit own(long units) {
    return new ImportSplit(units, 0, new TreeMap<>());
  }

  private static ImportSplit uncoloured(long units) {
    return new ImportSplit(0, units, new TreeMap<>());
  }

  private static ImportSplit foreign(VaultId from, long units) {
    return new ImportSplit(0, 0, new TreeMap<>(Map.of(from.chainId(), units)));
  }

  @Nested
  class Book {
    @Test
    void takesReportsOfAVaultInOrderAndOnce() {
      Treasury one = EMPTY.deposit(A, 100).treasury();
      TreasuryReport report = deposited(USDC, 7);
      assertEquals(
          Decision.reject(TreasuryRejection.UNKNOWN_VAULT),
          one.book(new VaultId(101, address(1)), 9, report, GENESIS, NOW));
      assertEquals(Decision.alreadyDone(), one.book(A, 1, report, GENESIS, NOW));
      assertEquals(
          Decision.reject(TreasuryRejection.EARLIER_REPORT_MISSING),
          one.book(A, 3, report, GENESIS, NOW));
      assertEquals(
          Decision.reject(TreasuryRejection.EARLIER_REPORT_MISSING),
          one.book(B, 2, report, GENESIS, NOW));
      ReportBooked event = (ReportBooked) only(one.book(A, 2, report, GENESIS, NOW - 5));
      assertEquals(new ReportBooked(A, 2, report, List.of(), new TreeMap<>(), NOW), event);
      assertEquals(107, one.apply(event).line(USDC, 101).netImport());
    }

    @Test
    void keepsTheAnswerToTheNewestReport() {
      Books books = EMPTY.deposit(A, 100);
      Books granted = books.grant(A, 5, own(40));
      assertEquals(
          Optional.of(new Treasury.Mark(2, List.of(word(5)), new TreeMap<>())),
          granted.treasury().answer(A, 2));
      assertEquals(Optional.empty(), granted.treasury().answer(A, 1));
      assertEquals(Optional.empty(), granted.treasury().answer(B, 1));
    }

    @Test
    void addsDepositsToNetImportAndImports() {
      Books books = EMPTY.deposit(A, 100).book(A, deposited(ETH, 3)).deposit(B, 20);
      assertEquals(new ImportLine(100, 0, 100, 0, 0, 0), books.line(A));
      assertEquals(new ImportLine(3, 0, 3, 0, 0, 0), books.treasury().line(ETH, 101));
      assertEquals(new ImportLine(20, 0, 20, 0, 0, 0), books.line(B));
      assertEquals(ImportLine.EMPTY, books.line(C));
      assertEquals(NOW, books.treasury().time());
    }

    @Test
    void decidesRequestsOneAfterTheOther() {
      Books books = EMPTY.deposit(A, 100);
      ReportBooked event =
          books.decide(
              A,
              requests(
                  new GrantRequest(word(3), USDC, own(60)),
                  new GrantRequest(word(2), USDC, own(50)),
                  new GrantRequest(word(1), USDC, own(40))),
              NOW);
      assertEquals(List.of(word(3), word(1)), event.granted().stream().map(Granted::id).toList());
      assertEquals(Map.of(word(2), GrantRefusal.VAULT_LIQUIDITY), event.refused());
      Treasury after = books.treasury().apply(event);
      assertEquals(100, after.line(USDC, 101).pending());
      assertEquals(2, after.grants().size());
      assertEquals(Optional.of(new Treasury.Grant(USDC, 101, 60)), after.grants().get(word(3)));
      assertEquals(
          Optional.of(new Treasury.Mark(2, List.of(word(3), word(1)), event.refused())),
          after.answer(A, 2));
    }

    /** Deposits of a report count for its own requests. */
    @Test
    void booksFactsBeforeItDecides() {
      TreasuryReport both =
          new TreasuryReport(
              1,
              new TreeMap<>(Map.of(USDC, 10L)),
              List.of(new GrantRequest(word(1), USDC, own(10))),
              List.of(),
              List.of(),
              false);
      assertEquals(1, EMPTY.decide(A, both, NOW).granted().size());
    }

    @Test
    void closesGrantsOnce() {
      Books books = EMPTY.deposit(A, 100).grant(A, 1, own(30)).grant(A, 2, own(20));
      Books posted = books.book(A, closed(List.of(), List.of(word(1), word(1), word(9))));
      assertEquals(new ImportLine(70, 20, 50, 0, 0, 0), posted.line(A));
      Books released = posted.book(A, closed(List.of(word(2), word(2)), List.of(word(1))));
      assertEquals(new ImportLine(70, 0, 50, 0, 0, 0), released.line(A));
      assertEquals(20, released.line(A).free());
      assertEquals(0, released.treasury().grants().size());
    }

    @Test
    void keepsHaltsUntilTheVaultSaysOtherwise() {
      Books stopped = EMPTY.book(C, halted(true));
      assertEquals(Set.of(C), stopped.treasury().halted());
      assertEquals(Set.of(C), stopped.deposit(A, 5).treasury().halted());
      assertEquals(Set.of(), stopped.book(C, halted(false)).treasury().halted());
    }
  }

  /**
   * The import rule by hand. A has 300 of its importers, B 200, C 100; "free" is what a payout
   * without colour gave back.
   */
  @Nested
  class ImportRule {
    private final Books books = EMPTY.deposit(A, 300).deposit(B, 200).deposit(C, 100);

    @Test
    void ownImportsNeedNothing() {
      assertEquals(0, books.export(A, own(300)));
      Books granted = books.grant(A, 1, own(300));
      assertEquals(new ImportLine(300, 300, 0, 0, 0, 0), granted.line(A));
      assertEquals(0, granted.line(A).free());
    }

    @Test
    void foreignImportsUseTheExportLimit() {
      assertEquals(120, books.export(A, foreign(B, 120)));
      Books granted = books.grant(A, 1, foreign(B, 120));
      // A owes its importers 120 more than it has free; B has 120 that nobody claims
      assertEquals(new ImportLine(300, 120, 300, 120, EXPORT_CAP - 120, NOW), granted.line(A));
      assertEquals(-120, granted.line(A).free());
      assertEquals(new ImportLine(200, 0, 80, 0, 0, 0), granted.line(B));
      assertEquals(120, granted.line(B).free());
    }

    @Test
    void unclaimedUnitsUseWhatIsFreeFirst() {
      Books free = books.grant(A, 1, foreign(B, 120));
      // B: 120 free. 100 without colour leave B: nothing is exported. 150 leave B: 30 are.
      assertEquals(0, free.export(B, uncoloured(100)));
      assertEquals(0, free.export(B, uncoloured(120)));
      assertEquals(30, free.export(B, uncoloured(150)));
      // A has less than nothing free: all are
      assertEquals(100, free.export(A, uncoloured(100)));
    }

    @Test
    void importersOfAVaultThatServedOthersMayTakeWhatIsFreeElsewhere() {
      Books short120 = books.grant(A, 1, foreign(B, 120));
      // A is short by 120 and B has 120 free: importers of A take up to 120 from B
      assertEquals(0, short120.export(B, foreign(A, 70)));
      assertEquals(0, short120.export(B, foreign(A, 120)));
      assertEquals(10, short120.export(B, foreign(A, 130)));
      // importers of C may not: C is not short
      assertEquals(70, short120.export(B, foreign(C, 70)));
      // and C has nothing free
      assertEquals(70, short120.export(C, foreign(A, 70)));
    }

    @Test
    void unclaimedUnitsComeBeforeShortImporters() {
      Books short120 = books.grant(A, 1, foreign(B, 120));
      ImportSplit both = new ImportSplit(0, 50, new TreeMap<>(Map.of(101L, 100L)));
      // 120 free at B: 50 for the unclaimed, 70 for the importers of A, 30 exported
      assertEquals(30, short120.export(B, both));
    }

    @Test
    void unclaimedUnitsBeyondWhatIsFreeLeaveNothingForShortImporters() {
      Books short120 = books.grant(A, 1, foreign(B, 120));
      ImportSplit both = new ImportSplit(0, 130, new TreeMap<>(Map.of(101L, 60L)));
      // 120 free at B: all for the unclaimed; 10 of them and the 60 of A are exported
      assertEquals(70, short120.export(B, both));
    }

    @Test
    void whatOneShortImporterTookIsNotThereForTheNext() {
      // A and C serve 60 of B each: both are short by 60, B has 120 free
      Books both = books.grant(A, 1, foreign(B, 60)).grant(C, 2, foreign(B, 60));
      TreeMap<Long, Long> colours = new TreeMap<>(Map.of(101L, 60L, 103L, 60L));
      assertEquals(0, both.export(B, new ImportSplit(0, 0, colours)));
      // 40 of the free go to the unclaimed, 60 to A, 20 to C
      assertEquals(40, both.export(B, new ImportSplit(0, 40, colours)));
    }

    @Test
    void aHaltOfAChainWhoseImportersNeedNoLimitStopsNobodyElse() {
      Books stopped = books.grant(A, 1, foreign(B, 60)).book(A, halted(true));
      TreeMap<Long, Long> colours = new TreeMap<>(Map.of(101L, 60L, 103L, 10L));
      assertEquals(10, stopped.export(B, new ImportSplit(0, 0, colours)));
      colours.put(101L, 61L);
      assertEquals(
          Optional.of(GrantRefusal.CHAIN_NOT_NORMAL),
          stopped.refusal(B, new ImportSplit(0, 0, colours)));
    }

    @Test
    void aShortageIsServedOnceForSeveralColours() {
      // A serves 100 of B and 50 of C; then A is short by 150, B has 100 free
      Books books150 = books.grant(A, 1, foreign(B, 100)).grant(A, 2, foreign(C, 50));
      ImportSplit split = new ImportSplit(0, 0, new TreeMap<>(Map.of(101L, 90L, 103L, 20L)));
      assertEquals(20, books150.export(B, split));
    }

    @Test
    void liquidityIsWhatIsNotPromised() {
      Books promised = books.grant(C, 1, own(60));
      assertEquals(Optional.empty(), promised.refusal(C, own(40)));
      assertEquals(Optional.of(GrantRefusal.VAULT_LIQUIDITY), promised.refusal(C, own(41)));
    }

    @Test
    void everyRefusalComesInOrderOfPrecedence() {
      Books rich = EMPTY.deposit(A, 5_000).deposit(B, 5_000).book(B, halted(true));
      assertEquals(Optional.of(GrantRefusal.VAULT_LIQUIDITY), rich.refusal(A, foreign(B, 5_001)));
      assertEquals(Optional.of(GrantRefusal.CHAIN_NOT_NORMAL), rich.refusal(A, foreign(B, 5_000)));
      Books normal = rich.book(B, halted(false));
      assertEquals(Optional.of(GrantRefusal.EXPORT_LIMIT), normal.refusal(A, foreign(B, 1_001)));
      assertEquals(Optional.empty(), normal.refusal(A, foreign(B, 1_000)));
    }
  }

  @Nested
  class Halts {
    private final Books books =
        EMPTY.deposit(A, 300).deposit(B, 200).deposit(C, 100).book(C, halted(true));

    @Test
    void stopUnitsOfTheirChainAndThoseWithoutAChain() {
      assertEquals(Optional.of(GrantRefusal.CHAIN_NOT_NORMAL), books.refusal(A, foreign(C, 1)));
      assertEquals(Optional.of(GrantRefusal.CHAIN_NOT_NORMAL), books.refusal(A, uncoloured(1)));
      assertEquals(Map.of(word(1), GrantRefusal.CHAIN_NOT_NORMAL), atC(foreign(A, 1)));
    }

    private Map<Hash, GrantRefusal> atC(ImportSplit split) {
      GrantRequest request = new GrantRequest(word(1), USDC, split);
      TreasuryReport report =
          new TreasuryReport(1, new TreeMap<>(), List.of(request), List.of(), List.of(), true);
      return books.decide(C, report, NOW).refused();
    }

    @Test
    void leaveTheOthersAlone() {
      assertEquals(Optional.empty(), books.refusal(A, foreign(B, 1)));
      assertEquals(Optional.empty(), books.refusal(A, own(300)));
      assertEquals(Map.of(), atC(own(100)));
    }

    @Test
    void doNotStopWhatIsFree() {
      Books free =
          EMPTY.deposit(A, 300).deposit(B, 200).grant(A, 1, foreign(B, 120)).book(C, halted(true));
      assertEquals(Optional.empty(), free.refusal(B, uncoloured(120)));
      assertEquals(Optional.of(GrantRefusal.CHAIN_NOT_NORMAL), free.refusal(B, uncoloured(121)));
    }
  }

  @Nested
  class ExportLimit {
    private final TokenConfig token =
        GENESIS.vault(A).flatMap(vault -> vault.token(USDC)).orElseThrow();
    private final Books rich = EMPTY.deposit(A, 50_000).deposit(B, 50_000);

    @Test
    void isFullBeforeItsFirstUse() {
      assertEquals(EXPORT_CAP, ImportLine.EMPTY.exportable(token, 0));
      assertEquals(EXPORT_CAP, rich.line(A).exportable(token, NOW));
    }

    @Test
    void fillsContinuouslyUpToItsCap() {
      ImportLine used = rich.grant(A, 1, foreign(B, 1_000)).line(A);
      assertEquals(0, used.level());
      assertEquals(0, used.exportable(token, NOW));
      assertEquals(0, used.exportable(token, NOW - 3_600_000));
      // 360 an hour is one in ten seconds
      assertEquals(0, used.exportable(token, NOW + 9_999));
      assertEquals(1, used.exportable(token, NOW + 10_000));
      assertEquals(EXPORT_REFILL, used.exportable(token, NOW + 3_600_000));
      assertEquals(EXPORT_CAP - 1, used.exportable(token, NOW + 9_999_999));
      assertEquals(EXPORT_CAP, used.exportable(token, NOW + 10_000_000));
      assertEquals(EXPORT_CAP, used.exportable(token, Long.MAX_VALUE));
    }

    @Test
    void holdsWithTheLargestLimitsAndTimes() {
      long most = 1L << 62;
      TokenConfig large = new TokenConfig(USDC, token.token(), 6, 1, most / 3, most, most);
      ImportLine unused = ImportLine.EMPTY;
      ImportLine used = new ImportLine(0, 0, 0, 0, 5, 1);
      for (long now : new long[] {1, NOW, NOW + 3_600_000, Long.MAX_VALUE / 4_000_000}) {
        assertEquals(most, unused.exportable(large, now));
        assertEquals(now, unused.refilledUntil(large, now));
        assertTrue(used.exportable(large, now) <= most);
        assertTrue(used.refilledUntil(large, now) <= now);
      }
      assertEquals(most, used.exportable(large, Long.MAX_VALUE));
    }

    @Test
    void neverFillsWithoutARefill() {
      TokenConfig once = new TokenConfig(USDC, token.token(), 6, 1, 1_000, 700, 0);
      ImportLine used = new ImportLine(0, 0, 0, 0, 5, 1);
      assertEquals(700, ImportLine.EMPTY.exportable(once, NOW));
      assertEquals(5, used.exportable(once, Long.MAX_VALUE));
      assertEquals(NOW, used.refilledUntil(once, NOW));
    }

    @Test
    void losesNoFractionToManySmallExports() {
      Books books = rich.grant(A, 1, foreign(B, 1_000));
      // one unit in ten seconds; asked for at every six, each grant waits for its unit to be whole
      long granted = 0;
      for (int i = 1; i <= 50; i++) {
        ReportBooked asked = books.ask(A, 10 + i, foreign(B, 1), NOW + 6_000L * i);
        granted += asked.granted().size();
        books = new Books(books.treasury().apply(asked));
      }
      assertEquals(300 / 10, granted);
    }

    @Test
    void isTakenFromByEveryExportAndByNothingElse() {
      Books used = rich.grant(A, 1, foreign(B, 400));
      Books more = used.grant(A, 2, foreign(B, 100)).grant(A, 3, own(500));
      assertEquals(500, more.line(A).level());
      assertEquals(500, more.line(A).exported());
      ReportBooked later = more.ask(A, 4, foreign(B, 600), NOW + 1_000_000);
      // 500 left and 100 filled since
      assertEquals(List.of(new Granted(word(4), 600, 0, NOW + 1_000_000)), later.granted());
      Treasury after = more.treasury().apply(later);
      assertEquals(NOW + 1_000_000, after.line(USDC, 101).levelTime());
      ReportBooked tooMuch = more.ask(A, 4, foreign(B, 601), NOW + 1_000_000);
      assertEquals(Map.of(word(4), GrantRefusal.EXPORT_LIMIT), tooMuch.refused());
    }

    @Test
    void ofOneVaultIsNotThatOfAnother() {
      Books used = rich.deposit(C, 50_000).grant(A, 1, foreign(B, 1_000));
      assertEquals(Optional.of(GrantRefusal.EXPORT_LIMIT), used.refusal(A, foreign(C, 1)));
      assertEquals(Optional.empty(), used.refusal(C, foreign(B, 1_000)));
    }

    @Test
    void neverOverflows() {
      TokenConfig wide = new TokenConfig(USDC, address(1), 18, 1, 1, Long.MAX_VALUE, 3_600_000);
      ImportLine line = new ImportLine(0, 0, 0, 0, Long.MAX_VALUE - 5, 1);
      assertEquals(Long.MAX_VALUE, line.exportable(wide, 1_000));
      assertEquals(Long.MAX_VALUE - 2, line.exportable(wide, 4));
    }

    @Test
    void keepsImportLinesOfDifferentAssetsApart() {
      Books used = rich.book(A, deposited(ETH, 10)).grant(A, 1, foreign(B, 1_000));
      assertEquals(0, used.treasury().line(ETH, 101).exported());
      assertTrue(used.line(A).exported() > 0);
    }
  }
}
