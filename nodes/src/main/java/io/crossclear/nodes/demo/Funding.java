package io.crossclear.nodes.demo;

import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.supervisor.Parallel;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Money into accounts: minted to users, deposited by them, credited by the network. */
final class Funding {

  private static final BigInteger GAS = BigInteger.TEN.pow(17);

  private final Stage stage;
  private final List<DemoUser> users;
  private final AtomicInteger extra = new AtomicInteger();

  Funding(Stage stage, List<DemoUser> users) {
    this.stage = stage;
    this.users = List.copyOf(users);
  }

  /** Deposits of all gifts. */
  private int gifts() {
    return users.stream().mapToInt(user -> user.homes().size() * user.gifts().size()).sum();
  }

  /**
   * Everybody deposits the gifts at home; returns when all are credited. While there is still a
   * kill to come, the first users go on with small deposits.
   */
  void deposit() throws IOException, InterruptedException {
    Progress.Count deposited = stage.progress().count("Deposited on chain", gifts());
    Stage.forEach(users, user -> deposit(user, deposited));
    awaitCredited();
    for (int more = 1; stage.chaos().hunting() && more <= DemoUser.SPARE; more++) {
      Stage.forEach(
          users.subList(0, DemoOptions.LEAST_ACCOUNTS),
          user -> topUp(user, DemoUser.USDC, DemoUser.least(stage.genesis(), DemoUser.USDC)));
      awaitCredited();
    }
  }

  private void awaitCredited() throws InterruptedException {
    int total = gifts() + extra.get();
    Progress.Count credited = stage.progress().count("Deposits credited", total);
    stage.awaitBridges(
        "deposits to be credited",
        bridges -> {
          long read = Stage.sum(bridges, Answers.Bridge::depositsRead);
          long waiting = Stage.sum(bridges, Answers.Bridge::depositsUncredited);
          credited.reached((int) (read - waiting));
          return read == total && waiting == 0;
        });
  }

  private void deposit(DemoUser user, Progress.Count deposited)
      throws IOException, InterruptedException {
    List<Callable<Object>> funding = new ArrayList<>();
    for (VaultConfig home : user.homes()) {
      WalletTransactions faucet = stage.chains().faucet(home);
      funding.add(() -> faucet.pay(user.address(), GAS));
      user.given(stage.genesis())
          .forEach(
              (asset, units) ->
                  funding.add(
                      () ->
                          faucet.mint(
                              Chains.token(home, asset),
                              user.address(),
                              stage.chains().base(home, asset, units))));
    }
    Parallel.run(funding);
    List<Callable<Object>> deposits = new ArrayList<>();
    for (VaultConfig home : user.homes()) {
      user.gifts()
          .forEach(
              (asset, units) ->
                  deposits.add(
                      () -> {
                        deposit(user, home, asset, units);
                        deposited.one();
                        return asset;
                      }));
    }
    Parallel.run(deposits);
  }

  /** A small deposit out of what the user has to spare. */
  void topUp(DemoUser user, Asset asset, long units) {
    extra.incrementAndGet();
    deposit(user, user.home(), asset, units);
  }

  private void deposit(DemoUser user, VaultConfig home, Asset asset, long units) {
    stage
        .chains()
        .wallet(home, user.key())
        .deposit(
            Chains.token(home, asset),
            stage.chains().base(home, asset, units),
            user.first().word());
  }
}
