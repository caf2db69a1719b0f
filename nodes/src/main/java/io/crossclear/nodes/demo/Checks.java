package io.crossclear.nodes.demo;

import io.crossclear.bridges.VaultDeposit;
import io.crossclear.bridges.VaultSettlement;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.ledger.ClearingCheck;
import io.crossclear.domain.ledger.Conservation;
import io.crossclear.domain.ledger.ImportLine;
import io.crossclear.domain.ledger.PoolBook;
import io.crossclear.domain.ledger.PoolLines;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.demo.ChainView.Paid;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.nodes.demo.Evidence.Kill;
import io.crossclear.nodes.demo.Evidence.Wallet;
import io.crossclear.persistence.audit.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The checks of each scenario, each a pure function of the evidence, each with a way to falsify its
 * evidence so that everybody can see it fail. A file of this length is one thought: the list of
 * what must be true.
 */
final class Checks {

  /** How often a demo with chaos kills the node. */
  static final int KILLS = 3;

  /**
   * An answer.
   *
   * @param violations sentences; none when the check holds
   */
  record Check(String name, List<String> violations) {
    Check {
      violations = List.copyOf(violations);
    }

    boolean holds() {
      return violations.isEmpty();
    }
  }

  private record Rule(
      String name, Function<Evidence, List<String>> violations, UnaryOperator<Evidence> falsify) {}

  private Checks() {}

  /** Which checks there are. */
  enum Kind {
    ROUNDTRIP,
    CRASH
  }

  /** Names in the order in which they are shown. */
  static List<String> names(Kind kind, Genesis genesis, boolean chaos) {
    return rules(kind, genesis, chaos).stream().map(Rule::name).toList();
  }

  /**
   * Answers every check.
   *
   * @param broken the check that sees falsified evidence; the others see what there is
   */
  static List<Check> run(Kind kind, Evidence evidence, boolean chaos, Optional<String> broken) {
    List<Check> checks = new ArrayList<>();
    for (Rule rule : rules(kind, evidence.genesis(), chaos)) {
      Evidence seen =
          broken.filter(rule.name()::equals).isPresent()
              ? rule.falsify().apply(evidence)
              : evidence;
      checks.add(new Check(rule.name(), rule.violations().apply(seen)));
    }
    return checks;
  }

  /**
   * Says of each check whether it fails when it alone sees falsified evidence: one that does not
   * proves nothing.
   */
  static Map<String, Boolean> failWhenFalsified(Kind kind, Evidence evidence, boolean chaos) {
    Map<String, Boolean> fail = new LinkedHashMap<>();
    for (Rule rule : rules(kind, evidence.genesis(), chaos)) {
      boolean fails = !rule.violations().apply(rule.falsify().apply(evidence)).isEmpty();
      fail.put(rule.name(), fails);
    }
    return fail;
  }

  /** The answers to every check, and with {@link DemoOptions#EACH} what falsified evidence does. */
  static DemoResult result(
      Kind kind, Evidence evidence, DemoOptions options, Map<String, Object> figures) {
    Map<String, Object> shown = new LinkedHashMap<>(figures);
    boolean each = options.broken().filter(DemoOptions.EACH::equals).isPresent();
    Map<String, Boolean> fail =
        each ? failWhenFalsified(kind, evidence, options.chaos()) : Map.of();
    if (each) {
      shown.put("fails_when_falsified", fail);
    }
    return new DemoResult(
        run(kind, evidence, options.chaos(), options.broken()),
        shown,
        fail.entrySet().stream().filter(one -> !one.getValue()).map(Map.Entry::getKey).toList());
  }

  private static List<Rule> rules(Kind kind, Genesis genesis, boolean chaos) {
    List<Rule> rules = new ArrayList<>();
    List<Asset> assets = genesis.assets().stream().map(AssetConfig::asset).sorted().toList();
    for (Asset asset : assets) {
      rules.add(
          new Rule(
              "conservation." + asset,
              evidence -> conservation(evidence, asset),
              evidence -> withoutCredit(evidence, asset)));
    }
    rules.add(new Rule("deposits_once", Checks::depositsOnce, Checks::withCreditTwice));
    rules.add(new Rule("withdrawals_once", Checks::withdrawalsOnce, Checks::withPaymentTwice));
    if (kind == Kind.CRASH) {
      for (String instrument : CrashChecks.instruments(genesis)) {
        rules.add(
            new Rule(
                "positions_zero." + instrument,
                evidence -> CrashChecks.positionsZero(evidence, instrument),
                evidence -> CrashChecks.withLot(evidence, instrument)));
      }
      rules.add(
          new Rule(
              "equity_never_negative_outside_waterfall",
              CrashChecks::equityNeverNegative,
              CrashChecks::withDebtor));
      rules.add(
          new Rule("clearing_account", CrashChecks::clearingAccount, CrashChecks::withClearedUnit));
    }
    rules.add(
        new Rule("vault_covers_positive_balances", Checks::vaultCovers, Checks::withUnbackedUnit));
    if (kind == Kind.CRASH) {
      rules.add(
          new Rule("liar_outvoted", CrashChecks::liarOutvoted, CrashChecks::withLieCertified));
    }
    rules.add(
        switch (kind) {
          case ROUNDTRIP ->
              new Rule("nobody_left_unpaid", Checks::nobodyLeftUnpaid, Checks::withUnitLost);
          case CRASH ->
              new Rule("nobody_left_unpaid", CrashChecks::nobodyLeftUnpaid, Checks::withUnitLost);
        });
    rules.add(new Rule("books_empty", Checks::booksEmpty, Checks::withUnbackedUnit));
    rules.add(
        switch (kind) {
          case ROUNDTRIP ->
              new Rule("activity_floor", Checks::activityFloor, Checks::withoutPayments);
          case CRASH ->
              new Rule("activity_floor", CrashChecks::activityFloor, CrashChecks::withoutTrades);
        });
    if (chaos) {
      rules.add(new Rule("killed_while_open", Checks::killedWhileOpen, Checks::withIdleKill));
    }
    return rules;
  }

  // ---- conservation

  private static List<String> conservation(Evidence evidence, Asset asset) {
    List<String> violations = new ArrayList<>();
    for (Audit audit : evidence.audits()) {
      Conservation sum = audit.conservation(asset);
      if (!sum.holds()) {
        violations.add(audit.when() + ": " + sum);
      }
    }
    return violations;
  }

  /** The journal says nothing of one deposit that an account took. */
  private static Evidence withoutCredit(Evidence evidence, Asset asset) {
    Ledger ledger = evidence.end().ledger();
    List<Ledger.Credit> credits = new ArrayList<>(ledger.credits());
    credits.stream()
        .filter(credit -> credit.event().asset().equals(asset))
        .findFirst()
        .ifPresent(credits::remove);
    return withLedger(evidence, ledger.withFlows(credits, ledger.payouts()));
  }

  private static Evidence withLedger(Evidence evidence, Ledger ledger) {
    return evidence.withEnd(new Audit(evidence.end().when(), ledger, evidence.end().chains()));
  }

  // ---- deposits

  /** Each deposit log has exactly one credit of the same units to the account that it names. */
  private static List<String> depositsOnce(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    Map<String, List<Ledger.Credit>> credits = new HashMap<>();
    for (Ledger.Credit credit : evidence.end().ledger().credits()) {
      String key = credit.event().vault() + "#" + credit.event().sequence();
      credits.computeIfAbsent(key, none -> new ArrayList<>()).add(credit);
    }
    for (ChainView chain : evidence.end().chains()) {
      for (VaultDeposit deposit : chain.deposits()) {
        String key = chain.vault().id() + "#" + deposit.sequence();
        List<Ledger.Credit> found = Optional.ofNullable(credits.remove(key)).orElse(List.of());
        if (found.size() != 1) {
          violations.add("deposit " + key + " was credited " + found.size() + " times");
        } else if (!matches(evidence.genesis(), chain.vault(), deposit, found.getFirst())) {
          violations.add("deposit " + deposit + " was credited as " + found.getFirst());
        }
      }
    }
    credits.keySet().forEach(key -> violations.add("no chain has deposit " + key));
    return violations;
  }

  private static boolean matches(
      Genesis genesis, VaultConfig vault, VaultDeposit deposit, Ledger.Credit credit) {
    AccountEvent.Credited event = credit.event();
    Optional<Asset> asset = vault.tokenAt(deposit.token()).map(TokenConfig::asset);
    return asset.filter(event.asset()::equals).isPresent()
        && deposit.quanta().bitLength() < 64
        && deposit.quanta().longValueExact() == event.units()
        && credited(genesis, new AccountId(deposit.accountId().hex()), event.asset())
            .equals(credit.account())
        && deposit.blockHash().equals(event.evidence().blockHash())
        && deposit.logIndex() == event.evidence().logIndex();
  }

  /** What no pool accepts goes to the owner's unassigned account. */
  private static AccountId credited(Genesis genesis, AccountId named, Asset asset) {
    boolean accepted =
        genesis.pool(named.pool()).filter(pool -> pool.accepts().contains(asset)).isPresent();
    return accepted ? named : named.unassigned();
  }

  private static Evidence withCreditTwice(Evidence evidence) {
    Ledger ledger = evidence.end().ledger();
    List<Ledger.Credit> credits = new ArrayList<>(ledger.credits());
    credits.add(credits.getFirst());
    return withLedger(evidence, ledger.withFlows(credits, ledger.payouts()));
  }

  // ---- withdrawals

  private record Entry(Asset asset, Address to, long units) {}

  /**
   * Each batch's payments, as the tokens logged them, are exactly the withdrawals that accounts
   * posted for it; nothing else left a vault; and wallets have exactly that much more.
   */
  private static List<String> withdrawalsOnce(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    Ledger ledger = evidence.end().ledger();
    Set<Hash> ids = new HashSet<>();
    for (Ledger.Payout payout : ledger.payouts()) {
      if (!ids.add(payout.event().id())) {
        violations.add("withdrawal " + payout.event().id() + " was posted twice");
      }
    }
    Set<Ledger.Payout> explained = new HashSet<>();
    for (ChainView chain : evidence.end().chains()) {
      for (VaultSettlement batch : chain.settlements()) {
        List<Ledger.Payout> posted =
            ledger.payouts().stream().filter(payout -> pays(chain.vault(), batch, payout)).toList();
        explained.addAll(posted);
        violations.addAll(unequal(chain, batch, posted));
      }
      Set<Hash> known = Evidence.settlementTransactions(chain);
      chain.paid().stream()
          .filter(paid -> !known.contains(paid.transaction()))
          .forEach(paid -> violations.add("no batch on " + name(chain) + " paid " + paid));
    }
    ledger.payouts().stream()
        .filter(payout -> !explained.contains(payout))
        .forEach(payout -> violations.add("no chain paid withdrawal " + payout.event().id()));
    evidence.wallets().forEach(wallet -> violations.addAll(unpaid(evidence, wallet)));
    return violations;
  }

  private static boolean pays(VaultConfig vault, VaultSettlement batch, Ledger.Payout payout) {
    return payout.reservation().signed().action().toChain() == vault.id().chainId()
        && payout.event().evidence().nonce() == batch.nonce()
        && payout.event().evidence().digest().equals(batch.digest())
        && payout.event().evidence().transactionHash().equals(batch.transactionHash());
  }

  private static List<String> unequal(
      ChainView chain, VaultSettlement batch, List<Ledger.Payout> posted) {
    Map<Entry, Integer> difference = new HashMap<>();
    long sum = 0;
    long count = 0;
    for (Paid paid : chain.paid()) {
      if (paid.transaction().equals(batch.transactionHash())) {
        difference.merge(new Entry(paid.asset(), paid.to(), paid.units()), 1, Integer::sum);
        sum += paid.units();
        count++;
      }
    }
    Optional<Asset> asset = chain.vault().tokenAt(batch.token()).map(TokenConfig::asset);
    for (VaultSettlement.FailedPush push : batch.failedPushes()) {
      long units = push.quanta().longValueExact();
      difference.merge(new Entry(asset.orElseThrow(), push.to(), units), 1, Integer::sum);
      sum += units;
      count++;
    }
    for (Ledger.Payout payout : posted) {
      Address to = payout.reservation().signed().action().to();
      difference.merge(
          new Entry(payout.reservation().asset(), to, payout.reservation().units()),
          -1,
          Integer::sum);
    }
    List<String> violations = new ArrayList<>();
    difference.forEach(
        (entry, times) -> {
          if (times != 0) {
            violations.add(
                "batch %d on %s paid %s %+d times more than was posted"
                    .formatted(batch.nonce(), name(chain), entry, times));
          }
        });
    if (sum != batch.total().longValueExact() || count != batch.count()) {
      violations.add(
          "batch %d on %s is %d entries of %s units, its tokens moved %d of %d"
              .formatted(batch.nonce(), name(chain), batch.count(), batch.total(), count, sum));
    }
    return violations;
  }

  private static String name(ChainView chain) {
    return chain.vault().chainName();
  }

  /** What a wallet started with, less its deposits, plus its payouts, is what it has. */
  private static List<String> unpaid(Evidence evidence, Wallet wallet) {
    List<String> violations = new ArrayList<>();
    for (ChainView chain : evidence.end().chains()) {
      for (TokenConfig token : chain.vault().tokens()) {
        Asset asset = token.asset();
        long expected = wallet.given(chain.vault().id(), asset);
        for (VaultDeposit deposit : chain.deposits()) {
          if (deposit.token().equals(token.token())
              && new AccountId(deposit.accountId().hex()).owner().equals(wallet.owner())) {
            expected -= deposit.quanta().longValueExact();
          }
        }
        for (Ledger.Payout payout : evidence.end().ledger().payouts()) {
          var action = payout.reservation().signed().action();
          if (action.toChain() == chain.vault().id().chainId()
              && action.to().equals(wallet.owner())
              && payout.reservation().asset().equals(asset)) {
            expected += payout.reservation().units();
          }
        }
        long left = wallet.left(chain.vault().id(), asset);
        if (left != expected) {
          violations.add(
              "user %d has %d %s units on %s where its payouts make %d"
                  .formatted(wallet.user(), left, asset, name(chain), expected));
        }
      }
    }
    return violations;
  }

  private static Evidence withPaymentTwice(Evidence evidence) {
    return withChain(
        evidence,
        chain -> !chain.paid().isEmpty(),
        chain -> {
          List<Paid> paid = new ArrayList<>(chain.paid());
          paid.add(paid.getFirst());
          return chain.withLogs(chain.deposits(), paid);
        });
  }

  private static Evidence withChain(
      Evidence evidence,
      java.util.function.Predicate<ChainView> which,
      UnaryOperator<ChainView> change) {
    List<ChainView> chains = new ArrayList<>(evidence.end().chains());
    for (int i = 0; i < chains.size(); i++) {
      if (which.test(chains.get(i))) {
        chains.set(i, change.apply(chains.get(i)));
        break;
      }
    }
    return evidence.withEnd(new Audit(evidence.end().when(), evidence.end().ledger(), chains));
  }

  // ---- cover

  private static List<String> vaultCovers(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    for (Audit audit : evidence.audits()) {
      for (AssetConfig asset : evidence.genesis().assets()) {
        Conservation sum = audit.conservation(asset.asset());
        if (!sum.covered()) {
          violations.add(audit.when() + ": " + sum);
        }
      }
    }
    return violations;
  }

  /** An account has a unit that no vault got. */
  private static Evidence withUnbackedUnit(Evidence evidence) {
    Ledger ledger = evidence.end().ledger();
    Ledger.Credit credit = ledger.credits().getFirst();
    AccountEvent.Credited event = credit.event();
    TreeMap<AccountId, MarginAccount> accounts = new TreeMap<>(ledger.accounts());
    accounts.computeIfPresent(
        credit.account(),
        (id, account) ->
            account.apply(
                new AccountEvent.Credited(
                    event.vault(),
                    Long.MAX_VALUE,
                    event.asset(),
                    1,
                    event.evidence(),
                    account.time())));
    return withLedger(evidence, ledger.withAccounts(accounts));
  }

  // ---- users

  private static List<String> nobodyLeftUnpaid(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    for (Wallet wallet : evidence.wallets()) {
      for (AssetConfig config : evidence.genesis().assets()) {
        Asset asset = config.asset();
        long out = wallet.left(asset);
        long in = wallet.given(asset);
        if (out != in) {
          violations.add(
              "user %d put in %d %s units and got out %d".formatted(wallet.user(), in, asset, out));
        }
      }
    }
    return violations;
  }

  private static Evidence withUnitLost(Evidence evidence) {
    List<Wallet> wallets = new ArrayList<>(evidence.wallets());
    Wallet first = wallets.getFirst();
    TreeMap<Asset, Long> given = new TreeMap<>(first.given());
    given.replaceAll((asset, units) -> units + 1);
    wallets.set(0, new Wallet(first.user(), first.owner(), first.homes(), given, first.left()));
    return evidence.withWallets(wallets);
  }

  // ---- books

  private static List<String> booksEmpty(Evidence evidence) {
    return remains(evidence.end());
  }

  /** Everything that an audit finds in books that should be empty. */
  static List<String> remains(Audit audit) {
    List<String> remains = new ArrayList<>();
    Ledger ledger = audit.ledger();
    for (MarginAccount account : ledger.accounts().values()) {
      if (!account.balances().isEmpty()) {
        remains.add("account " + account.id() + " has " + account.balances());
      }
      if (!account.withdrawals().isEmpty() || !account.outgoing().isEmpty()) {
        remains.add("account " + account.id() + " has reservations");
      }
      Trading trading = account.trading();
      if (!trading.positions().isEmpty()
          || trading.unsettled() != 0
          || trading.auction().isPresent()
          || !trading.legs().isEmpty()
          || !trading.bids().isEmpty()) {
        remains.add("account " + account.id() + " still trades, owes or is owed");
      }
    }
    ledger.books().pools().forEach((number, pool) -> remains.addAll(remains(number, pool.book())));
    for (ClearingCheck pool : audit.pools()) {
      if (!pool.quiet()) {
        remains.add("something is in transit in pool " + pool.pool());
      }
    }
    ledger.open().forEach(saga -> remains.add("open: " + saga));
    ledger.openRows().forEach(row -> remains.add("noted as open: " + row));
    ledger
        .vaults()
        .forEach(
            (vault, book) -> {
              if (!book.idle() || book.halted().isPresent()) {
                remains.add("the bridge of " + vault + " is not idle");
              }
            });
    if (ledger.treasury().grants().size() > 0) {
      remains.add("the treasury has promised " + ledger.treasury().grants().size() + " payouts");
    }
    for (SortedMap<Long, ImportLine> lines : ledger.treasury().lines().values()) {
      lines.forEach(
          (chain, line) -> {
            if (line.netImport() != 0 || line.pending() != 0 || line.imported() != 0) {
              remains.add("the treasury's line of chain " + chain + " is " + line);
            }
          });
    }
    for (ChainView chain : audit.chains()) {
      chain
          .held()
          .forEach(
              (asset, units) -> {
                if (units != 0) {
                  remains.add(
                      "the vault on " + name(chain) + " has " + units + " units of " + asset);
                }
              });
    }
    return remains;
  }

  private static List<String> remains(int number, PoolBook book) {
    PoolLines lines = book.lines();
    List<String> remains = new ArrayList<>();
    for (long line :
        new long[] {
          lines.clearing(),
          lines.fund(),
          lines.fundUnsettled(),
          lines.fee(),
          lines.feeUnsettled(),
          lines.lending(),
          lines.lent(),
          lines.shares()
        }) {
      if (line != 0) {
        remains.add("pool " + number + " has " + lines);
        break;
      }
    }
    if (!book.settlements().isEmpty() || book.waterfall().isPresent()) {
      remains.add("pool " + number + " is settling or sharing a loss");
    }
    return remains;
  }

  // ---- activity

  /** A check that everything is right proves little where nothing happened. */
  private static List<String> activityFloor(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    Ledger ledger = evidence.end().ledger();
    int deposits = ledger.credits().size();
    if (deposits < evidence.accounts()) {
      violations.add(deposits + " deposits of at least " + evidence.accounts());
    }
    long transfers = transfers(ledger);
    if (2 * transfers < evidence.accounts()) {
      violations.add(transfers + " transfers of at least half of " + evidence.accounts());
    }
    for (ChainView chain : evidence.end().chains()) {
      if (chain.settlements().stream().noneMatch(batch -> batch.count() > 0)) {
        violations.add("no batch was paid on " + name(chain));
      }
      if (across(evidence.wallets(), chain) == 0) {
        violations.add("nobody was paid across on " + name(chain));
      }
    }
    return violations;
  }

  /** Transfers that arrived and are closed. */
  static long transfers(Ledger ledger) {
    return ledger.transfers().values().stream()
        .filter(saga -> saga.stage() == TransferSaga.Stage.CLOSED)
        .count();
  }

  /** Payments on a chain to users whose home is another one. */
  static long across(List<Wallet> wallets, ChainView chain) {
    Set<Address> strangers = new HashSet<>();
    for (Wallet wallet : wallets) {
      if (!wallet.homes().contains(chain.vault().id())) {
        strangers.add(wallet.owner());
      }
    }
    return chain.paid().stream().filter(paid -> strangers.contains(paid.to())).count();
  }

  private static Evidence withoutPayments(Evidence evidence) {
    return withChain(evidence, chain -> true, chain -> chain.withLogs(chain.deposits(), List.of()));
  }

  // ---- chaos

  private static List<String> killedWhileOpen(Evidence evidence) {
    List<String> violations = new ArrayList<>();
    if (evidence.kills().size() < KILLS) {
      violations.add("the node was killed " + evidence.kills().size() + " times of " + KILLS);
    }
    for (Kill kill : evidence.kills()) {
      if (kill.open().isEmpty()) {
        violations.add("nothing was open when the node was killed during " + kill.moment());
      }
    }
    return violations;
  }

  private static Evidence withIdleKill(Evidence evidence) {
    if (evidence.kills().isEmpty()) {
      return evidence; // that fails as it is
    }
    List<Kill> kills = new ArrayList<>(evidence.kills());
    Kill last = kills.removeLast();
    kills.add(new Kill(last.moment(), List.of(), last.at(), last.recovery()));
    return evidence.withKills(kills);
  }
}
