package io.crossclear.nodes;

import static io.crossclear.nodes.LocalStack.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.bridges.SigningKey;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.ApiUnreachable;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.Answers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users move money while the real node process is killed with SIGKILL twelve times; every unit
 * arrives once.
 */
final class NodeKilledIT {

  private static final int KILLS = 12;
  private static final int USERS = 6;
  private static final long SEED = 20_200_312;
  private static final long LIQUIDITY = 1_000_000_000;
  private static final long DEPOSIT = 50_000_000;
  private static final long TRANSFER = 20_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path folder = Path.of("");

  private static Process launch(Path config, Path log) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx400m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "node",
            "--config",
            config.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  @Test
  void movesEveryUnitOnceThoughTheProcessIsKilledTwelveTimes() throws Exception {
    int port = LocalStack.freePort();
    try (LocalStack stack = new LocalStack();
        ApiClient api = new ApiClient(URI.create("http://127.0.0.1:" + port), PATIENCE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Path config = stack.configFile(folder, port);
      Path log = folder.resolve("node.log");
      Process node = launch(config, log);
      Runtime.getRuntime().addShutdownHook(new Thread(node::destroyForcibly));
      api.awaitReady(PATIENCE);
      liquidity(stack, api);
      List<CompletableFuture<?>> users = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        int number = i;
        users.add(CompletableFuture.runAsync(() -> user(stack, api, number), threads));
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(users.toArray(CompletableFuture<?>[]::new));
      Random random = new Random(SEED);
      for (int kill = 0; kill < KILLS; kill++) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
        node.destroyForcibly().waitFor();
        node = launch(config, log);
        api.awaitReady(PATIENCE);
      }
      all.orTimeout(180, TimeUnit.SECONDS).join();
      check(stack, api);
      node.destroyForcibly().waitFor();
    }
  }

  /** So that no vault has to wait for another user's deposit. */
  private static void liquidity(LocalStack stack, ApiClient api) {
    SigningKey key = key(USERS);
    AccountId account = AccountId.of(key.address(), 1, 0);
    for (LocalStack.Chain chain : stack.chains) {
      stack
          .wallet(chain, key)
          .deposit(stack.token(chain, USDC), stack.base(chain, USDC, LIQUIDITY), account.word());
    }
    until(() -> units(api, Signer.of(api, key), account) == 3 * LIQUIDITY);
  }

  /** Three rounds of: deposit, transfer half of it, withdraw that on the next chain. */
  private static void user(LocalStack stack, ApiClient api, int number) {
    SigningKey key = key(number);
    Signer signer = Signer.of(api, key);
    AccountId first = AccountId.of(key.address(), 1, 0);
    AccountId second = AccountId.of(key.address(), 1, 1);
    LocalStack.Chain from = stack.chains.get(number % 3);
    LocalStack.Chain to = stack.chains.get((number + 1) % 3);
    WalletTransactions wallet = stack.wallet(from, key);
    for (int round = 1; round <= 3; round++) {
      wallet.deposit(stack.token(from, USDC), stack.base(from, USDC, DEPOSIT), first.word());
      long expected = round * DEPOSIT - (round - 1) * TRANSFER;
      until(() -> units(api, signer, first) == expected);
      var transfer =
          signer.sign(
              new UserAction.Transfer(
                  first.word(),
                  second.word(),
                  "USDC",
                  TRANSFER,
                  stack.nonce(),
                  LocalStack.deadline()),
              from.vault().id());
      api.transfer(transfer);
      until(() -> units(api, signer, second) == TRANSFER);
      var withdraw =
          signer.sign(
              new UserAction.Withdraw(
                  second.word(),
                  "USDC",
                  TRANSFER,
                  to.vault().id().chainId(),
                  key.address(),
                  stack.nonce(),
                  LocalStack.deadline()),
              to.vault().id());
      api.withdraw(withdraw);
      Answers.Withdrawal over =
          api.awaitWithdrawal(
              to.vault().id().chainId(), signer.id(withdraw), PATIENCE, stage -> {});
      assertEquals("POSTED", over.stage());
    }
  }

  private static SigningKey key(int number) {
    return SigningKey.derive("killed-process", number);
  }

  private static long units(ApiClient api, Signer signer, AccountId account) {
    return api.account(account, signer.read(account, Duration.ofMinutes(5))).units(USDC);
  }

  private static void until(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        if (condition.getAsBoolean()) {
          return;
        }
      } catch (ApiUnreachable dead) {
        // it comes back
      }
      assertTrue(System.nanoTime() < end, "it does not come true");
      LocalStack.pause();
    }
  }

  private static void check(LocalStack stack, ApiClient api) {
    long vaults = stack.chains.stream().mapToLong(chain -> stack.vaultUnits(chain, USDC)).sum();
    assertEquals(3 * LIQUIDITY + USERS * 3 * (DEPOSIT - TRANSFER), vaults);
    for (int number = 0; number < USERS; number++) {
      SigningKey key = key(number);
      Signer signer = Signer.of(api, key);
      assertEquals(3 * (DEPOSIT - TRANSFER), units(api, signer, AccountId.of(key.address(), 1, 0)));
      assertEquals(0, units(api, signer, AccountId.of(key.address(), 1, 1)));
      LocalStack.Chain to = stack.chains.get((number + 1) % 3);
      assertEquals(3 * TRANSFER, stack.held(to, USDC, key.address()));
    }
  }
}
