package io.crossclear.nodes.demo;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.nodes.demo.Evidence.Wallet;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.supervisor.Parallel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Everybody asks for everything: on the chain after the one he deposited on as far as limits and
 * liquidity go, the rest where the money lies. What is too little to be withdrawn is made enough by
 * a small deposit.
 *
 * <p>Neither an account nor a vault is ever left with less than the least withdrawal, which nobody
 * could ask for: quote and request are one step at each vault, and small balances leave first,
 * while every vault has plenty.
 */
final class Leaving {

  private static final Duration READ = Duration.ofHours(1);

  /** In least withdrawals; below, a balance leaves first. */
  private static final long SMALL = 10;

  private final Stage stage;
  private final Map<VaultId, ReentrantLock> turns = new TreeMap<>();
  private final Funding funding;
  private final List<DemoUser> users;
  private final AtomicInteger refusals = new AtomicInteger();

  Leaving(Stage stage, Funding funding, List<DemoUser> users) {
    this.stage = stage;
    this.funding = funding;
    this.users = List.copyOf(users);
    stage.genesis().vaults().forEach(vault -> turns.put(vault.id(), new ReentrantLock()));
  }

  /** Requests that were refused because others were faster. */
  int refusals() {
    return refusals.get();
  }

  /** One account's balance in one asset. */
  private record Pocket(DemoUser user, AccountId account, Asset asset, Authorization read) {}

  private record Asked(Pocket pocket, long chainId, Hash id) {}

  /** Until nobody has anything left, since what was asked for can still be refused. */
  void withdraw() throws IOException, InterruptedException {
    List<Pocket> pockets = new ArrayList<>();
    for (DemoUser user : users) {
      for (AccountId account : List.of(user.first(), user.second())) {
        Authorization read = user.signer().read(account, READ);
        stage
            .genesis()
            .assets()
            .forEach(asset -> pockets.add(new Pocket(user, account, asset.asset(), read)));
      }
    }
    while (!pockets.isEmpty()) {
      List<Asked> asked = new ArrayList<>();
      for (List<Pocket> wave : smallFirst(pockets)) {
        asked.addAll(askForEverything(wave));
      }
      awaitPaid(asked);
      pockets.clear();
      for (Asked withdrawal : asked) {
        String stageOf = stage.client().withdrawal(withdrawal.chainId(), withdrawal.id()).stage();
        if (!stageOf.equals("POSTED")) {
          pockets.add(withdrawal.pocket());
        }
      }
    }
  }

  private List<List<Pocket>> smallFirst(List<Pocket> pockets)
      throws IOException, InterruptedException {
    List<Callable<Boolean>> looks = new ArrayList<>();
    for (Pocket pocket : pockets) {
      looks.add(
          () -> {
            long balance = balance(pocket);
            return balance > 0 && balance < SMALL * DemoUser.least(stage.genesis(), pocket.asset());
          });
    }
    List<Boolean> small = Parallel.run(looks);
    List<Pocket> first = new ArrayList<>();
    List<Pocket> rest = new ArrayList<>();
    for (int i = 0; i < pockets.size(); i++) {
      (small.get(i) ? first : rest).add(pockets.get(i));
    }
    return first.isEmpty() ? List.of(rest) : List.of(first, rest);
  }

  private long balance(Pocket pocket) {
    return stage.client().account(pocket.account(), pocket.read()).units(pocket.asset());
  }

  private List<Asked> askForEverything(List<Pocket> pockets)
      throws IOException, InterruptedException {
    Progress.Count emptied = stage.progress().count("Account balances withdrawn", pockets.size());
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
    long deadline = System.nanoTime() + Stage.PATIENCE.toNanos();
    long least = DemoUser.least(stage.genesis(), pocket.asset());
    boolean toppedUp = false;
    List<Asked> asked = new ArrayList<>();
    while (true) {
      long balance = balance(pocket);
      if (balance == 0) {
        return asked;
      }
      if (balance < least) {
        if (!toppedUp) {
          funding.topUp(pocket.user(), pocket.asset(), least);
          toppedUp = true;
        }
        Thread.sleep(Stage.LOOK_EVERY); // until that is credited
      } else if (!withdraw(pocket, balance, least, asked)) {
        Thread.sleep(Stage.LOOK_EVERY); // others are being paid, or a refused one is on its way
      }
      if (System.nanoTime() > deadline) {
        throw new DemoException(
            "User %d cannot withdraw %d units of %s."
                .formatted(pocket.user().number(), balance, pocket.asset()));
      }
    }
  }

  private boolean withdraw(Pocket pocket, long balance, long least, List<Asked> asked) {
    for (VaultConfig vault : pocket.user().ways()) {
      ReentrantLock turn = Objects.requireNonNull(turns.get(vault.id()));
      turn.lock();
      try {
        long chainId = vault.id().chainId();
        Answers.WithdrawalQuote quote =
            stage.client().quote(pocket.account(), pocket.asset(), chainId, pocket.read());
        long units = part(balance, quote.withdrawable(), quote.vaultUnits(), least);
        if (units > 0) {
          return ask(pocket, units, chainId, asked);
        }
      } finally {
        turn.unlock();
      }
    }
    return false;
  }

  private boolean ask(Pocket pocket, long units, long chainId, List<Asked> asked) {
    DemoUser user = pocket.user();
    var signed =
        user.signer().withdraw(pocket.account(), pocket.asset(), units, chainId, user.address());
    try {
      stage.client().withdraw(signed);
      asked.add(new Asked(pocket, chainId, user.signer().id(signed)));
      return true;
    } catch (ApiRefusal changedMeanwhile) {
      refusals.incrementAndGet();
      return false;
    }
  }

  /**
   * What to ask for of a balance, so that neither in the account nor in the vault anything is left
   * or enough for another withdrawal; 0 when there is no such part.
   *
   * @param withdrawable now
   * @param held by the vault and promised nobody
   * @param least that can be withdrawn
   */
  static long part(long balance, long withdrawable, long held, long least) {
    long units = Math.min(balance, withdrawable);
    if (units < held && held - units < least) {
      units = held - least;
    }
    if (units < balance && balance - units < least) {
      units = balance - least;
    }
    return units < least ? 0 : units;
  }

  private void awaitPaid(List<Asked> asked) throws InterruptedException {
    Progress.Count paid = stage.progress().count("Withdrawals paid and posted", asked.size());
    stage.awaitBridges(
        "withdrawals to be paid",
        bridges -> {
          long open = Stage.sum(bridges, Answers.Bridge::openWithdrawals);
          paid.reached((int) Math.max(0, asked.size() - open));
          return open == 0;
        });
  }

  /** The last reports to the treasury come after the last payout is posted. */
  Audit awaitEmptyBooks() throws InterruptedException {
    long deadline = System.nanoTime() + Stage.PATIENCE.dividedBy(6).toNanos();
    while (!Checks.remains(stage.auditor().look("at the end")).isEmpty()
        && System.nanoTime() < deadline) {
      Thread.sleep(Stage.LOOK_EVERY);
    }
    return stage.auditor().take("at the end");
  }

  /** What everybody has in the end. */
  List<Wallet> wallets(Audit end) throws IOException, InterruptedException {
    List<Callable<Wallet>> tasks = new ArrayList<>();
    for (DemoUser user : users) {
      tasks.add(
          () -> {
            TreeMap<VaultId, SortedMap<Asset, Long>> left = new TreeMap<>();
            for (ChainView chain : end.chains()) {
              left.put(
                  chain.vault().id(),
                  stage.chains().balances(chain.vault(), user.address(), chain.block()));
            }
            return new Wallet(
                user.number(),
                user.address(),
                user.homes().stream().map(VaultConfig::id).toList(),
                user.given(stage.genesis()),
                left);
          });
    }
    return Parallel.run(tasks);
  }
}
