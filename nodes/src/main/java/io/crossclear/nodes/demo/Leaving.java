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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Everybody asks for everything: on the chain after the one he deposited on as far as limits and
 * liquidity go, the rest where the money lies. What is too little to be withdrawn is made enough by
 * a small deposit.
 */
final class Leaving {

  private static final Duration READ = Duration.ofHours(1);

  private final Stage stage;
  private final Funding funding;
  private final List<DemoUser> users;
  private final AtomicInteger refusals = new AtomicInteger();

  Leaving(Stage stage, Funding funding, List<DemoUser> users) {
    this.stage = stage;
    this.funding = funding;
    this.users = List.copyOf(users);
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
      List<Asked> asked = askForEverything(pockets);
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
      Answers.Account account = stage.client().account(pocket.account(), pocket.read());
      long balance = account.units(pocket.asset());
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
      long chainId = vault.id().chainId();
      Answers.WithdrawalQuote quote =
          stage.client().quote(pocket.account(), pocket.asset(), chainId, pocket.read());
      long units = part(balance, quote.withdrawable(), least);
      if (units == 0) {
        continue;
      }
      var signed =
          pocket
              .user()
              .signer()
              .withdraw(pocket.account(), pocket.asset(), units, chainId, pocket.user().address());
      try {
        stage.client().withdraw(signed);
        asked.add(new Asked(pocket, chainId, pocket.user().signer().id(signed)));
        return true;
      } catch (ApiRefusal othersWereFaster) {
        refusals.incrementAndGet();
        return false;
      }
    }
    return false;
  }

  /**
   * What to ask for of a balance, so that nothing is left or enough for another withdrawal; 0 when
   * there is no such part.
   *
   * @param withdrawable now
   * @param least that can be withdrawn
   */
  static long part(long balance, long withdrawable, long least) {
    long units = Math.min(balance, withdrawable);
    long rest = balance - units;
    units = rest > 0 && rest < least ? balance - least : units;
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
