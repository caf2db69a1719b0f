package io.crossclear.domain.ledger;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.TreasuryEvent.Granted;
import io.crossclear.domain.ledger.TreasuryEvent.ImportsTrimmed;
import io.crossclear.domain.ledger.TreasuryEvent.ReportBooked;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.TreasuryReport.GrantRequest;
import io.crossclear.domain.signing.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Pure state of a pool's treasury: what each vault holds for the ledger, what is promised out of
 * it, and how much may leave through one vault that came in through another. Limits are decided
 * here, before an account's payout goes on.
 *
 * <p>The import rule (who may take which units out where) follows the booking table's section on
 * import colours: an account's own import needs nothing; what no import claims uses what is free;
 * everything else uses the export limit, and nothing of it leaves while a chain involved is not
 * normal. Then {@code free + exported ≥ 0} for ever, so a broken chain costs the others at most the
 * export limit.
 *
 * <p>A file of this length is one thought: one report, decided and folded by the same draft.
 *
 * @param lines by asset and chain id
 * @param grants promised and not yet posted or released
 * @param marks the newest report of each vault with its answer
 * @param halted vaults whose bridge has stopped trusting its chain
 * @param trims import that vanished at each account, ever, by asset and chain id
 */
public record Treasury(
    SortedMap<Asset, SortedMap<Long, ImportLine>> lines,
    BucketMap<Hash, Grant> grants,
    SortedMap<VaultId, Mark> marks,
    SortedSet<VaultId> halted,
    long time,
    BucketMap<AccountId, SortedMap<Asset, SortedMap<Long, Long>>> trims) {

  /** Units promised to one payout. */
  public record Grant(Asset asset, long chainId, long units) {}

  /** A vault's newest report and what was answered. */
  public record Mark(long number, List<Hash> granted, SortedMap<Hash, GrantRefusal> refused) {
    public Mark {
      granted = List.copyOf(granted);
      refused = Exact.ordered(refused);
    }
  }

  /** The treasury before its first report. */
  public static final Treasury EMPTY =
      new Treasury(
          Collections.emptySortedMap(),
          BucketMap.empty(),
          Collections.emptySortedMap(),
          Collections.emptySortedSet(),
          0);

  /** A treasury of accounts that never traded. */
  public Treasury(
      SortedMap<Asset, SortedMap<Long, ImportLine>> lines,
      BucketMap<Hash, Grant> grants,
      SortedMap<VaultId, Mark> marks,
      SortedSet<VaultId> halted,
      long time) {
    this(lines, grants, marks, halted, time, BucketMap.empty());
  }

  public Treasury {
    lines = Exact.ordered(lines);
    marks = Exact.ordered(marks);
    halted = Collections.unmodifiableSortedSet(new TreeSet<>(halted));
  }

  /** The book of an asset at the vault on this chain. */
  public ImportLine line(Asset asset, long chainId) {
    return lines
        .getOrDefault(asset, Collections.emptySortedMap())
        .getOrDefault(chainId, ImportLine.EMPTY);
  }

  /** The answer to a vault's report, when it is the newest one. */
  public Optional<Mark> answer(VaultId vault, long number) {
    return Optional.ofNullable(marks.get(vault)).filter(mark -> mark.number() == number);
  }

  /** Books a report and decides its requests, one after the other in their order. */
  public Decision<TreasuryEvent, TreasuryRejection> book(
      VaultId vault, long number, TreasuryReport report, Genesis genesis, long now) {
    if (genesis.vault(vault).isEmpty()) {
      return Decision.reject(TreasuryRejection.UNKNOWN_VAULT);
    }
    long mark = Optional.ofNullable(marks.get(vault)).map(Mark::number).orElse(0L);
    if (number <= mark) {
      return Decision.alreadyDone();
    }
    if (number != mark + 1) {
      return Decision.reject(TreasuryRejection.EARLIER_REPORT_MISSING);
    }
    long at = Math.max(now, time);
    Draft draft = new Draft(this, at);
    draft.bookFacts(vault, report);
    List<Granted> granted = new ArrayList<>();
    TreeMap<Hash, GrantRefusal> refused = new TreeMap<>();
    for (GrantRequest request : report.requests()) {
      Optional<GrantRefusal> refusal = draft.refusal(vault, request, genesis);
      if (refusal.isPresent()) {
        refused.put(request.id(), refusal.get());
      } else {
        Granted grant = draft.terms(vault, request, genesis);
        draft.grant(vault, request, grant);
        granted.add(grant);
      }
    }
    return Decision.accept(new ReportBooked(vault, number, report, granted, refused, at));
  }

  /**
   * Books import that vanished at an account, as far as it is not known.
   *
   * @param totals ever, by asset and chain id: {@code Trading.trimmed}
   */
  public Decision<TreasuryEvent, TreasuryRejection> trim(
      AccountId account, SortedMap<Asset, SortedMap<Long, Long>> totals, long now) {
    boolean more =
        totals.entrySet().stream()
            .anyMatch(
                asset ->
                    asset.getValue().entrySet().stream()
                        .anyMatch(
                            chain ->
                                chain.getValue()
                                    > trimmed(account, asset.getKey(), chain.getKey())));
    return more
        ? Decision.accept(new ImportsTrimmed(account, totals, Math.max(now, time)))
        : Decision.alreadyDone();
  }

  private long trimmed(AccountId account, Asset asset, long chainId) {
    return trims
        .get(account)
        .map(totals -> totals.getOrDefault(asset, Collections.emptySortedMap()))
        .map(chains -> chains.getOrDefault(chainId, 0L))
        .orElse(0L);
  }

  /** The treasury after an event; never refuses. */
  public Treasury apply(TreasuryEvent event) {
    return switch (event) {
      case ReportBooked e -> {
        Draft draft = new Draft(this, e.time());
        draft.bookFacts(e.vault(), e.report());
        Map<Hash, Granted> terms =
            e.granted().stream().collect(Collectors.toMap(Granted::id, Function.identity()));
        for (GrantRequest request : e.report().requests()) {
          Optional.ofNullable(terms.get(request.id()))
              .ifPresent(grant -> draft.grant(e.vault(), request, grant));
        }
        List<Hash> granted = e.granted().stream().map(Granted::id).toList();
        draft.marks.put(e.vault(), new Mark(e.number(), granted, e.refused()));
        yield draft.done();
      }
      case ImportsTrimmed e -> {
        Draft draft = new Draft(this, e.time());
        e.totals()
            .forEach(
                (asset, chains) ->
                    chains.forEach(
                        (chain, total) -> {
                          long gone = Math.max(0, total - trimmed(e.account(), asset, chain));
                          draft.put(asset, chain, draft.line(asset, chain).importTaken(gone));
                        }));
        draft.trims = draft.trims.with(e.account(), e.totals());
        yield draft.done();
      }
    };
  }

  /** Lines and grants while one report changes them. */
  private static final class Draft {
    final TreeMap<Asset, SortedMap<Long, ImportLine>> lines;
    final TreeMap<VaultId, Mark> marks;
    final TreeSet<VaultId> halted;
    final long time;
    BucketMap<Hash, Grant> grants;
    BucketMap<AccountId, SortedMap<Asset, SortedMap<Long, Long>>> trims;

    Draft(Treasury before, long time) {
      this.lines = new TreeMap<>(before.lines);
      this.marks = new TreeMap<>(before.marks);
      this.halted = new TreeSet<>(before.halted);
      this.grants = before.grants;
      this.trims = before.trims;
      this.time = time;
    }

    void bookFacts(VaultId vault, TreasuryReport report) {
      long chain = vault.chainId();
      report
          .deposited()
          .forEach((asset, units) -> put(asset, chain, line(asset, chain).deposited(units)));
      for (Hash id : report.posted()) {
        closeGrant(id)
            .ifPresent(g -> put(g.asset(), chain, line(g.asset(), chain).posted(g.units())));
      }
      for (Hash id : report.releases()) {
        closeGrant(id)
            .ifPresent(g -> put(g.asset(), chain, line(g.asset(), chain).released(g.units())));
      }
      if (report.halted()) {
        halted.add(vault);
      } else {
        halted.remove(vault);
      }
    }

    private Optional<Grant> closeGrant(Hash id) {
      Optional<Grant> grant = grants.get(id);
      grants = grants.without(id);
      return grant;
    }

    Optional<GrantRefusal> refusal(VaultId vault, GrantRequest request, Genesis genesis) {
      ImportLine here = line(request.asset(), vault.chainId());
      if (here.unpromised() < request.split().units()) {
        return Optional.of(GrantRefusal.VAULT_LIQUIDITY);
      }
      Exports exports = exports(vault.chainId(), request);
      if (exports.total() > 0) {
        if (!normal(vault, exports, genesis)) {
          return Optional.of(GrantRefusal.CHAIN_NOT_NORMAL);
        }
        if (exports.total() > here.exportable(token(vault, request.asset(), genesis), time)) {
          return Optional.of(GrantRefusal.EXPORT_LIMIT);
        }
      }
      return Optional.empty();
    }

    /**
     * Uncoloured units may come from anywhere, so every chain must be normal for them to be
     * exported.
     */
    private boolean normal(VaultId vault, Exports exports, Genesis genesis) {
      if (exports.uncoloured() > 0) {
        return halted.isEmpty();
      }
      return !halted.contains(vault)
          && exports.foreign().keySet().stream()
              .noneMatch(
                  chain -> genesis.vaultOn(chain).filter(v -> halted.contains(v.id())).isPresent());
    }

    Granted terms(VaultId vault, GrantRequest request, Genesis genesis) {
      ImportLine here = line(request.asset(), vault.chainId());
      long export = exports(vault.chainId(), request).total();
      TokenConfig token = token(vault, request.asset(), genesis);
      long level = here.exportable(token, time) - export;
      return new Granted(request.id(), export, level, here.refilledUntil(token, time));
    }

    void grant(VaultId vault, GrantRequest request, Granted terms) {
      long chain = vault.chainId();
      Asset asset = request.asset();
      ImportSplit split = request.split();
      put(asset, chain, line(asset, chain).granted(split.units(), split.own(), terms));
      split
          .foreign()
          .forEach((from, units) -> put(asset, from, line(asset, from).importTaken(units)));
      grants = grants.with(request.id(), new Grant(asset, chain, split.units()));
    }

    /**
     * The part of a payout that needs the export limit. An importer whose own vault is short
     * because it served others takes what is free elsewhere without using it.
     */
    private Exports exports(long chain, GrantRequest request) {
      long free = Math.max(0, line(request.asset(), chain).free());
      ImportSplit split = request.split();
      long uncoloured = Math.max(0, split.uncoloured() - free);
      free -= split.uncoloured() - uncoloured;
      TreeMap<Long, Long> foreign = new TreeMap<>();
      for (Map.Entry<Long, Long> colour : split.foreign().entrySet()) {
        long shortage = Math.max(0, -line(request.asset(), colour.getKey()).free());
        long exempt = Math.min(Math.min(colour.getValue(), shortage), free);
        free -= exempt;
        if (colour.getValue() > exempt) {
          foreign.put(colour.getKey(), colour.getValue() - exempt);
        }
      }
      return new Exports(uncoloured, foreign);
    }

    private static TokenConfig token(VaultId vault, Asset asset, Genesis genesis) {
      return genesis.vault(vault).flatMap(config -> config.token(asset)).orElseThrow();
    }

    private ImportLine line(Asset asset, long chain) {
      return lines
          .getOrDefault(asset, Collections.emptySortedMap())
          .getOrDefault(chain, ImportLine.EMPTY);
    }

    private void put(Asset asset, long chain, ImportLine line) {
      TreeMap<Long, ImportLine> chains =
          new TreeMap<>(lines.getOrDefault(asset, Collections.emptySortedMap()));
      chains.put(chain, line);
      lines.put(asset, Collections.unmodifiableSortedMap(chains));
    }

    Treasury done() {
      return new Treasury(lines, grants, marks, halted, time, trims);
    }
  }

  private record Exports(long uncoloured, SortedMap<Long, Long> foreign) {
    long total() {
      return Math.addExact(uncoloured, Exact.sum(foreign));
    }
  }
}
