package io.crossclear.nodes;

import static io.crossclear.nodes.LocalStack.ETH;
import static io.crossclear.nodes.LocalStack.USDC;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.bridges.SigningKey;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.Withdrawal.Stage;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Money in on one chain, over to another account, out on another chain, with everything real. */
final class RoundtripIT {

  private static LocalStack stack;
  private static ClearingNode node;

  @BeforeAll
  static void start() {
    stack = new LocalStack();
    node = stack.node(ConfigFactory.empty());
  }

  @AfterAll
  static void stop() {
    node.close();
    stack.close();
  }

  private static void awaitBalance(AccountId account, Asset asset, long units) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertEquals(units, stack.account(node, account).balance(asset)));
  }

  @Test
  void paysOnAnotherChainWhatWasDepositedAndTransferred() {
    SigningKey user = SigningKey.derive("roundtrip", 1);
    LocalStack.Chain from = stack.chains.get(0);
    LocalStack.Chain to = stack.chains.get(1);
    WalletTransactions wallet = stack.wallet(from, user);
    WalletTransactions other = stack.wallet(to, user);
    AccountId first = AccountId.of(user.address(), 1, 0);
    AccountId second = AccountId.of(user.address(), 1, 1);
    AccountId third = AccountId.of(user.address(), 1, 2);
    wallet.deposit(stack.token(from, USDC), stack.base(from, USDC, 500_000_000), first.word());
    wallet.deposit(stack.token(from, ETH), stack.base(from, ETH, 200_000_000), first.word());
    other.deposit(stack.token(to, USDC), stack.base(to, USDC, 300_000_000), third.word());
    awaitBalance(first, USDC, 500_000_000);
    awaitBalance(first, ETH, 200_000_000);
    awaitBalance(third, USDC, 300_000_000);

    var transfer =
        stack.sign(
            node.verifier(),
            user,
            new UserAction.Transfer(
                first.word(),
                second.word(),
                "USDC",
                120_000_000,
                stack.nonce(),
                LocalStack.deadline()));
    assertEquals(TransferSaga.Stage.CREDITED, stack.transfer(node, transfer).stage());
    awaitBalance(second, USDC, 120_000_000);
    assertEquals(380_000_000, stack.account(node, first).balance(USDC));

    long before = stack.held(to, USDC, user.address());
    var withdraw =
        stack.sign(
            node.verifier(),
            user,
            new UserAction.Withdraw(
                second.word(),
                "USDC",
                100_000_000,
                to.vault().id().chainId(),
                user.address(),
                stack.nonce(),
                LocalStack.deadline()));
    Hash id = node.verifier().verify(withdraw).digest();
    assertTrue(stack.withdraw(node, to, withdraw).withdrawal().isPresent());
    await()
        .atMost(Duration.ofSeconds(40))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertEquals(
                    Stage.POSTED,
                    stack.withdrawal(node, to, id).withdrawal().orElseThrow().stage()));
    assertEquals(before + 100_000_000, stack.held(to, USDC, user.address()));
    assertEquals(200_000_000, stack.vaultUnits(to, USDC));
    assertEquals(500_000_000, stack.vaultUnits(from, USDC));
    assertEquals(20_000_000, stack.account(node, second).balance(USDC));
    assertTrue(stack.account(node, second).withdrawals().isEmpty());
  }
}
