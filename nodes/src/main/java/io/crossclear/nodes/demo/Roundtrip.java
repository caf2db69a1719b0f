package io.crossclear.nodes.demo;

import com.typesafe.config.Config;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.NodeSettings;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.nodes.demo.Evidence.Wallet;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.supervisor.LocalNetwork;
import io.crossclear.nodes.supervisor.NetworkKeys;
import io.crossclear.nodes.supervisor.NetworkState;
import io.crossclear.nodes.supervisor.Parallel;
import io.crossclear.nodes.supervisor.ServiceState;
import io.crossclear.persistence.audit.Ledger;
import io.crossclear.persistence.audit.LedgerReplay;
import io.crossclear.persistence.audit.OpenSagaProbe.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Users deposit on three chains, move a part to a second account of their own, and withdraw
 * everything on another chain than they came from, as far as limits and liquidity go, the rest
 * where the money lies; in the end everybody has exactly what he started with and every book is
 * empty.
 *
 * <p>With chaos the node is killed while deposits are being credited, while transfers are under way
 * and while a batch is being settled; users only ever repeat their requests.
 */
public final class Roundtrip {

  private static final BigInteger GAS = BigInteger.TEN.pow(17);
  private static final Duration PATIENCE = Duration.ofSeconds(180);
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** Rounds of small transfers while there is still a kill to come. */
  private static final int MOST_TRANSFERS = 100;

  private static final Duration READ = Duration.ofHours(1);

  private final DemoOptions options;
  private final Progress progress;
  private final Genesis genesis;
  private final ApiClient client;
  private final Chains chains;
  private final Auditor auditor;
  private final Chaos chaos;
  private final List<DemoUser> users;
  private final AtomicInteger withdrawals = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();

  private Roundtrip(
      DemoOptions options,
      Progress progress,
      LocalNetwork network,
      Genesis genesis,
      Config config,
      ApiClient client,
      Chains chains,
      LedgerReplay replay) {
    this.options = options;
    this.progress = progress;
    this.genesis = genesis;
    this.client = client;
    this.chains = chains;
    this.auditor = new Auditor(replay, chains);
    this.chaos = new Chaos(network, config, client, auditor, progress, options.seed());
    this.users = DemoUser.of(genesis, options.accounts(), options.seed());
  }

  /**
   * Starts a network of its own, tells the story, checks, and stops the network.
   *
   * @throws DemoException when the story does not come to its end in time
   */
  public static DemoResult run(DemoOptions options, Progress progress)
      throws IOException, InterruptedException {
    progress.say("Starting PostgreSQL, three chains and a node in " + options.data() + ".");
    LocalNetwork network =
        LocalNetwork.start(
            LocalNetwork.Options.of(options.data())
                .withProgress(progress::say)
                .ownedByThisProcess());
    try {
      Genesis genesis = network.genesis();
      Config config = NodeSettings.read(network.data().nodeConfig()).config();
      Map<String, URI> urls =
          network.state().map(NetworkState::chains).orElse(List.of()).stream()
              .collect(Collectors.toMap(ServiceState::name, chain -> URI.create(chain.url())));
      try (ApiClient client = new ApiClient(network.http(), PATIENCE);
          Chains chains = new Chains(genesis, urls, NetworkKeys.read(network.keys().faucetFile()));
          LedgerReplay replay = LedgerReplay.open(config, genesis)) {
        double ready = progress.seconds();
        if (!Signer.genesis(client).equals(genesis)) {
          throw new DemoException("The node at " + client.base() + " is another network's.");
        }
        requireKnown(options, genesis);
        progress.say("The network is ready; " + options.accounts() + " users begin.");
        return new Roundtrip(options, progress, network, genesis, config, client, chains, replay)
            .tell(ready);
      }
    } finally {
      network.stop();
    }
  }

  private static void requireKnown(DemoOptions options, Genesis genesis) {
    List<String> names = Checks.names(genesis, options.chaos());
    options
        .broken()
        .filter(name -> !names.contains(name))
        .ifPresent(
            name -> {
              throw new DemoException("There is no check " + name + " in " + names + ".");
            });
  }

  private DemoResult tell(double ready) throws IOException, InterruptedException {
    phase("deposits", Kind.DEPOSIT, this::deposit);
    auditor.take("after the deposits");
    phase("transfers", Kind.TRANSFER, this::transfer);
    auditor.take("after the transfers");
    phase("settlement", Kind.BATCH, this::withdraw);
    Audit end = awaitEmptyBooks();
    progress.say("Reading what everybody has.");
    Evidence evidence =
        new Evidence(genesis, options.accounts(), auditor.audits(), wallets(end), chaos.kills());
    List<Checks.Check> checks = Checks.run(evidence, options.chaos(), options.broken());
    return new DemoResult(checks, figures(evidence, ready));
  }

  private void phase(String moment, Kind kind, Chaos.Phase phase)
      throws IOException, InterruptedException {
    if (options.chaos()) {
      chaos.during(moment, kind, phase);
    } else {
      phase.run();
    }
  }

  // ---- deposits

  private void deposit() throws IOException, InterruptedException {
    int total = users.stream().mapToInt(user -> user.gifts().size()).sum();
    Progress.Count deposited = progress.count("Deposited on chain", total);
    forEach(users, user -> deposit(user, deposited));
    awaitCredited(total);
    for (int more = 1; chaos.hunting() && more <= DemoUser.SPARE; more++) {
      forEach(
          users.subList(0, DemoOptions.LEAST_ACCOUNTS),
          user -> deposit(user, DemoUser.USDC, DemoUser.least(genesis, DemoUser.USDC)));
      awaitCredited(total + more * DemoOptions.LEAST_ACCOUNTS);
    }
  }

  private void awaitCredited(int total) throws InterruptedException {
    Progress.Count credited = progress.count("Deposits credited", total);
    awaitBridges(
        "deposits to be credited",
        bridges -> {
          long read = sum(bridges, Answers.Bridge::depositsRead);
          long waiting = sum(bridges, Answers.Bridge::depositsUncredited);
          credited.reached((int) (read - waiting));
          return read == total && waiting == 0;
        });
  }

  private void deposit(DemoUser user, Progress.Count deposited)
      throws IOException, InterruptedException {
    WalletTransactions faucet = chains.faucet(user.home());
    List<Callable<Object>> funding = new ArrayList<>();
    funding.add(() -> faucet.pay(user.address(), GAS));
    user.given(genesis)
        .forEach(
            (asset, units) ->
                funding.add(
                    () ->
                        faucet.mint(
                            Chains.token(user.home(), asset),
                            user.address(),
                            chains.base(user.home(), asset, units))));
    Parallel.run(funding);
    List<Callable<Object>> deposits = new ArrayList<>();
    user.gifts()
        .forEach(
            (asset, units) ->
                deposits.add(
                    () -> {
                      deposit(user, asset, units);
                      deposited.one();
                      return asset;
                    }));
    Parallel.run(deposits);
  }

  private void deposit(DemoUser user, Asset asset, long units) {
    chains
        .wallet(user.home(), user.key())
        .deposit(
            Chains.token(user.home(), asset),
            chains.base(user.home(), asset, units),
            user.first().word());
  }

  // ---- transfers

  private void transfer() throws IOException, InterruptedException {
    int total = users.stream().mapToInt(user -> user.gifts().size()).sum();
    Progress.Count transferred = progress.count("Transferred to second accounts", total);
    forEach(
        users,
        user -> {
          for (Asset asset : user.gifts().keySet()) {
            transfer(user, asset, user.transferred(genesis, asset));
            transferred.one();
          }
        });
    for (int more = 0; chaos.hunting() && more < MOST_TRANSFERS; more++) {
      forEach(users, user -> transfer(user, DemoUser.USDC, DemoUser.least(genesis, DemoUser.USDC)));
    }
  }

  private void transfer(DemoUser user, Asset asset, long units) {
    client.transfer(user.signer().transfer(user.first(), user.second(), asset, units));
  }

  // ---- withdrawals

  /** One account's balance in one asset. */
  private record Pocket(DemoUser user, AccountId account, Asset asset, Authorization read) {}

  private record Asked(Pocket pocket, long chainId, Hash id) {}

  /** Until nobody has anything left, since what was asked for can still be refused. */
  private void withdraw() throws IOException, InterruptedException {
    List<Pocket> pockets = new ArrayList<>();
    for (DemoUser user : users) {
      for (AccountId account : List.of(user.first(), user.second())) {
        Authorization read = user.signer().read(account, READ);
        user.gifts().keySet().forEach(asset -> pockets.add(new Pocket(user, account, asset, read)));
      }
    }
    while (!pockets.isEmpty()) {
      List<Asked> asked = askForEverything(pockets);
      awaitPaid(asked);
      pockets.clear();
      for (Asked withdrawal : asked) {
        String stage = client.withdrawal(withdrawal.chainId(), withdrawal.id()).stage();
        if (!stage.equals("POSTED")) {
          pockets.add(withdrawal.pocket());
        }
      }
    }
  }

  private List<Asked> askForEverything(List<Pocket> pockets)
      throws IOException, InterruptedException {
    Progress.Count emptied = progress.count("Account balances withdrawn", pockets.size());
    List<Callable<List<Asked>>> tasks = new ArrayList<>();
    for (Pocket pocket : pockets) {
      tasks.add(
          () -> {
            List<Asked> asked = empty(pocket);
            emptied.one();
            return asked;
          });
    }
    return Parallel.run(tasks).stream().flatMap(List::stream).toList();
  }

  /** Withdraws to wherever a quote offers something, until the balance is 0. */
  private List<Asked> empty(Pocket pocket) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<Asked> asked = new ArrayList<>();
    while (true) {
      Answers.Account account = client.account(pocket.account(), pocket.read());
      long balance = account.units(pocket.asset());
      if (balance == 0) {
        return asked;
      }
      if (!withdraw(pocket, balance, asked)) {
        Thread.sleep(LOOK_EVERY); // others are being paid, or a refused one is on its way back
      }
      if (System.nanoTime() > deadline) {
        throw new DemoException(
            "User %d cannot withdraw %d units of %s."
                .formatted(pocket.user().number(), balance, pocket.asset()));
      }
    }
  }

  private boolean withdraw(Pocket pocket, long balance, List<Asked> asked) {
    long least = DemoUser.least(genesis, pocket.asset());
    for (VaultConfig vault : pocket.user().ways()) {
      long chainId = vault.id().chainId();
      Answers.WithdrawalQuote quote =
          client.quote(pocket.account(), pocket.asset(), chainId, pocket.read());
      long units = Math.min(balance, quote.withdrawable() / least * least);
      if (units == 0) {
        continue;
      }
      var signed =
          pocket
              .user()
              .signer()
              .withdraw(pocket.account(), pocket.asset(), units, chainId, pocket.user().address());
      try {
        client.withdraw(signed);
        asked.add(new Asked(pocket, chainId, pocket.user().signer().id(signed)));
        withdrawals.incrementAndGet();
        return true;
      } catch (ApiRefusal othersWereFaster) {
        refusals.incrementAndGet();
        return false;
      }
    }
    return false;
  }

  private void awaitPaid(List<Asked> asked) throws InterruptedException {
    Progress.Count paid = progress.count("Withdrawals paid and posted", asked.size());
    awaitBridges(
        "withdrawals to be paid",
        bridges -> {
          long open = sum(bridges, Answers.Bridge::openWithdrawals);
          paid.reached((int) Math.max(0, asked.size() - open));
          return open == 0;
        });
  }

  // ---- the end

  /** The last reports to the treasury come after the last payout is posted. */
  private Audit awaitEmptyBooks() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.dividedBy(6).toNanos();
    while (!Checks.remains(auditor.look("at the end")).isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(LOOK_EVERY);
    }
    return auditor.take("at the end");
  }

  private List<Wallet> wallets(Audit end) throws IOException, InterruptedException {
    List<Callable<Wallet>> tasks = new ArrayList<>();
    for (DemoUser user : users) {
      tasks.add(
          () -> {
            TreeMap<VaultId, SortedMap<Asset, Long>> left = new TreeMap<>();
            for (ChainView chain : end.chains()) {
              left.put(
                  chain.vault().id(),
                  chains.balances(chain.vault(), user.address(), chain.block()));
            }
            return new Wallet(
                user.number(), user.address(), user.home().id(), user.given(genesis), left);
          });
    }
    return Parallel.run(tasks);
  }

  private Map<String, Object> figures(Evidence evidence, double ready) {
    Ledger ledger = evidence.end().ledger();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("accounts", options.accounts());
    figures.put("seed", options.seed());
    figures.put("wall_seconds", rounded(progress.seconds()));
    figures.put("start_seconds", rounded(ready));
    figures.put("deposits", ledger.credits().size());
    figures.put("transfers", Checks.transfers(ledger));
    figures.put("withdrawals", ledger.payouts().size());
    figures.put("withdrawals_refused", refusals.get());
    long across = 0;
    long batches = 0;
    long paid = 0;
    long gas = 0;
    for (ChainView chain : evidence.end().chains()) {
      across += Checks.across(evidence.wallets(), chain);
      batches += chain.settlements().size();
      paid += chain.paid().size();
      for (Hash transaction : Evidence.settlementTransactions(chain)) {
        gas += chains.gas(chain.vault().id(), transaction);
      }
    }
    figures.put("withdrawals_across", across);
    figures.put("batches", batches);
    figures.put("gas_per_withdrawal", paid == 0 ? 0 : gas / paid);
    List<Long> delays =
        ledger.credits().stream()
            .map(
                credit ->
                    Math.max(
                        0,
                        credit.writtenAt()
                            - chains.finalSince(
                                credit.event().vault(), credit.event().evidence().blockNumber())))
            .sorted()
            .toList();
    figures.put("deposit_final_to_credited_p50_ms", percentile(delays, 50));
    figures.put("deposit_final_to_credited_p99_ms", percentile(delays, 99));
    figures.put("events", ledger.events());
    figures.put("audits", evidence.audits().size());
    figures.put("kills", evidence.kills().size());
    if (options.chaos()) {
      figures.put(
          "recovery_seconds",
          evidence.kills().stream()
              .mapToDouble(kill -> rounded(kill.recovery().toMillis() / 1e3))
              .max()
              .orElse(0));
      figures.put("killed", evidence.kills().stream().map(Roundtrip::report).toList());
    }
    options.broken().ifPresent(name -> figures.put("broken_on_purpose", name));
    return figures;
  }

  private static Map<String, Object> report(Evidence.Kill kill) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("moment", kill.moment());
    report.put("open_sagas", kill.open().size());
    report.put("open", kill.open().stream().map(Ledger.OpenSaga::toString).toList());
    report.put("recovery_seconds", rounded(kill.recovery().toMillis() / 1e3));
    return report;
  }

  private static double rounded(double seconds) {
    return Math.round(seconds * 10) / 10.0;
  }

  /** The smallest value that so many percent do not exceed. */
  static long percentile(List<Long> ascending, int percent) {
    if (ascending.isEmpty()) {
      return 0;
    }
    int rank = Math.ceilDiv(ascending.size() * percent, 100);
    return ascending.get(Math.max(1, rank) - 1);
  }

  // ---- waiting

  /** What a user does. */
  @FunctionalInterface
  private interface Act {
    void by(DemoUser user) throws IOException, InterruptedException;
  }

  private static void forEach(List<DemoUser> users, Act act)
      throws IOException, InterruptedException {
    List<Callable<Object>> tasks = new ArrayList<>();
    for (DemoUser user : users) {
      tasks.add(
          () -> {
            act.by(user);
            return user;
          });
    }
    Parallel.run(tasks);
  }

  private void awaitBridges(String what, Predicate<List<Answers.Bridge>> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<Answers.VaultState> vaults = client.vaults().vaults();
      vaults.stream()
          .filter(vault -> vault.state().equals("HALTED"))
          .findFirst()
          .ifPresent(
              vault -> {
                throw new DemoException("The bridge of " + vault.chainName() + " has halted.");
              });
      List<Answers.Bridge> bridges =
          vaults.stream().flatMap(vault -> vault.bridge().stream()).toList();
      if (bridges.size() == vaults.size() && condition.test(bridges)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new DemoException("Gave up waiting for " + what + ": " + vaults);
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  private static long sum(List<Answers.Bridge> bridges, ToLongFunction<Answers.Bridge> what) {
    return bridges.stream().mapToLong(what).sum();
  }
}
