package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.C;
import static io.crossclear.testing.TestNetwork.EXPORT_CAP;
import static io.crossclear.testing.TestNetwork.EXPORT_REFILL;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.TreasuryEvent.ReportBooked;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.TreasuryReport.GrantRequest;
import io.crossclear.domain.signing.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Attack 1: somebody buys a broken chain's token for next to nothing, deposits it there and takes
 * good money from the other vaults. What leaves them is at most the export limit.
 */
final class A01ExportTest {

  private static final long START = 1_700_000_000_000L;
  private static final List<VaultId> VAULTS = List.of(A, B, C);

  private static Treasury book(Treasury treasury, VaultId vault, TreasuryReport report, long now) {
    long number =
        Optional.ofNullable(treasury.marks().get(vault)).map(Treasury.Mark::number).orElse(0L) + 1;
    return treasury.apply(only(treasury.book(vault, number, report, GENESIS, now)));
  }

  private static TreasuryReport report(
      long deposited, List<GrantRequest> requests, List<Hash> releases, List<Hash> posted) {
    Map<io.crossclear.domain.money.Asset, Long> deposits =
        deposited == 0 ? Map.of() : Map.of(USDC, deposited);
    return new TreasuryReport(1, new TreeMap<>(deposits), requests, releases, posted, false);
  }

  private static GrantRequest of(long id, VaultId from, long units) {
    return new GrantRequest(
        word(id), USDC, new ImportSplit(0, 0, new TreeMap<>(Map.of(from.chainId(), units))));
  }

  @Test
  void worthlessUnitsOfOneChainDrainTheOthersByTheirLimitsAtMost() {
    Treasury treasury =
        book(Treasury.EMPTY, A, report(1_000_000, List.of(), List.of(), List.of()), START);
    treasury = book(treasury, B, report(1_000_000, List.of(), List.of(), List.of()), START);
    // the attacker's deposit on the broken chain
    treasury = book(treasury, C, report(5_000_000, List.of(), List.of(), List.of()), START);

    // he asks for small payouts on both other vaults, all day, until the halt is known
    long taken = 0;
    long id = 0;
    for (long now = START; now < START + 3_600_000; now += 60_000) {
      for (VaultId vault : List.of(A, B)) {
        for (long units : new long[] {500, 100, 10, 1}) {
          GrantRequest request = of(++id, C, units);
          treasury = book(treasury, vault, report(0, List.of(request), List.of(), List.of()), now);
          taken += treasury.grants().get(word(id)).isPresent() ? units : 0;
        }
      }
    }
    assertTrue(taken > 0);
    assertTrue(taken <= 2 * (EXPORT_CAP + EXPORT_REFILL), "taken " + taken);

    TreasuryReport halt =
        new TreasuryReport(2, new TreeMap<>(), List.of(), List.of(), List.of(), true);
    treasury = book(treasury, C, halt, START + 3_600_000);
    GrantRequest request = of(++id, C, 1);
    treasury =
        book(treasury, A, report(0, List.of(request), List.of(), List.of()), START + 9_999_999);
    assertEquals(Optional.empty(), treasury.grants().get(word(id)));
  }

  /**
   * Against a plain model of who holds which colour: whatever is asked for, a vault never owes its
   * own importers more than it has by more than what it exported, and exports fit the bucket.
   */
  @Property(tries = 300)
  void freeAndExportedAreNeverBelowZero(@ForAll long seed) {
    Random random = new Random(seed);
    Treasury treasury = Treasury.EMPTY;
    Map<VaultId, Long> colours = new HashMap<>();
    long white = 0;
    List<Hash> open = new ArrayList<>();
    Map<Hash, VaultId> where = new HashMap<>();
    Map<Hash, Long> units = new HashMap<>();
    long now = START;
    for (int i = 0; i < 80; i++) {
      now += random.nextInt(600_000);
      VaultId vault = VAULTS.get(random.nextInt(3));
      long deposit = random.nextInt(3) == 0 ? 1 + random.nextInt(2_000) : 0;
      colours.merge(vault, deposit, Long::sum);
      List<Hash> here = open.stream().filter(id -> vault.equals(where.get(id))).toList();
      List<Hash> closing =
          here.isEmpty() ? List.of() : List.of(here.get(random.nextInt(here.size())));
      boolean releases = random.nextBoolean();
      for (Hash id : closing) {
        white += releases ? units.getOrDefault(id, 0L) : 0;
        open.remove(id);
      }
      long own = random.nextLong(colours.getOrDefault(vault, 0L) + 1);
      long plain = random.nextLong(white + 1);
      TreeMap<Long, Long> foreign = new TreeMap<>();
      for (VaultId other : VAULTS) {
        long some =
            other.equals(vault) ? 0 : random.nextLong(colours.getOrDefault(other, 0L) / 2 + 1);
        if (some > 0) {
          foreign.put(other.chainId(), some);
        }
      }
      Hash id = word(i);
      GrantRequest request = new GrantRequest(id, USDC, new ImportSplit(own, plain, foreign));
      treasury =
          book(
              treasury,
              vault,
              report(
                  deposit,
                  List.of(request),
                  releases ? closing : List.of(),
                  releases ? List.of() : closing),
              now);
      if (treasury.grants().get(id).isPresent()) {
        open.add(id);
        where.put(id, vault);
        units.put(id, request.split().units());
        white -= plain;
        colours.merge(vault, -own, Long::sum);
        for (VaultId other : VAULTS) {
          colours.merge(other, -foreign.getOrDefault(other.chainId(), 0L), Long::sum);
        }
      }
      for (VaultId each : VAULTS) {
        ImportLine line = treasury.line(USDC, each.chainId());
        assertEquals(colours.getOrDefault(each, 0L), line.imported());
        assertTrue(line.free() + line.exported() >= 0, line.toString());
        assertTrue(line.unpromised() >= 0, line.toString());
        long most = EXPORT_CAP + (now - START) * EXPORT_REFILL / 3_600_000;
        assertTrue(line.exported() <= most, line.toString());
      }
    }
    assertEquals(Collections.emptySortedSet(), treasury.halted());
    assertTrue(treasury.time() <= now);
  }

  @Test
  void theEventSaysWhatItUsed() {
    Treasury treasury =
        book(Treasury.EMPTY, A, report(500, List.of(), List.of(), List.of()), START);
    treasury = book(treasury, C, report(500, List.of(), List.of(), List.of()), START);
    ReportBooked event =
        (ReportBooked)
            only(
                treasury.book(
                    A, 2, report(0, List.of(of(1, C, 200)), List.of(), List.of()), GENESIS, START));
    assertEquals(
        List.of(new TreasuryEvent.Granted(word(1), 200, EXPORT_CAP - 200, START)), event.granted());
  }
}
