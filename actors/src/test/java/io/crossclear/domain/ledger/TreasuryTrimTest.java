package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.only;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.testing.TestNetwork;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TreasuryTrimTest {

  private static SortedMap<Asset, SortedMap<Long, Long>> totals(long units) {
    return new TreeMap<>(Map.of(USDC, new TreeMap<>(Map.of(A.chainId(), units))));
  }

  @Test
  void unitsPaidToThePoolAreFreeOfTheirImportOnce() {
    TreasuryReport report =
        new TreasuryReport(
            1, new TreeMap<>(Map.of(USDC, 100L)), List.of(), List.of(), List.of(), false);
    Treasury treasury =
        Treasury.EMPTY.apply(only(Treasury.EMPTY.book(A, 1, report, TestNetwork.GENESIS, 5)));
    assertEquals(0, treasury.line(USDC, 101).free());
    Treasury trimmed = treasury.apply(only(treasury.trim(account(1, 1, 0), totals(30), 6)));
    assertEquals(30, trimmed.line(USDC, 101).free());
    assertEquals(Decision.alreadyDone(), trimmed.trim(account(1, 1, 0), totals(30), 6));
    assertEquals(Decision.alreadyDone(), trimmed.trim(account(1, 1, 0), totals(20), 6));
    Treasury more = trimmed.apply(only(trimmed.trim(account(1, 1, 0), totals(45), 7)));
    assertEquals(45, more.line(USDC, 101).free());
    assertEquals(100, more.line(USDC, 101).netImport());
  }
}
