package io.crossclear.nodes;

import static io.crossclear.nodes.LocalStack.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.TransferActor;
import io.crossclear.bridges.AttesterActor;
import io.crossclear.bridges.ChainBridgeActor;
import io.crossclear.bridges.SigningKey;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.Withdrawal.Stage;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.persistence.KillPoints;
import io.crossclear.persistence.KillPoints.Side;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One deposit, one transfer and one withdrawal, while the node dies before and after every single
 * write of one entity: each time the next node goes on, and in the end every unit was moved once.
 */
final class KillPointMatrixIT {

  private static final long DEPOSITED = 100_000_000;
  private static final long TRANSFERRED = 60_000_000;
  private static final long WITHDRAWN = 50_000_000;

  private static final AtomicInteger USERS = new AtomicInteger();

  private static final LocalStack stack = new LocalStack();

  private final SigningKey user = SigningKey.derive("killed", USERS.incrementAndGet());
  private final AccountId first = AccountId.of(user.address(), 1, 0);
  private final AccountId second = AccountId.of(user.address(), 1, 1);
  private ClearingNode node = stack.node(mortal());

  @AfterAll
  static void stopChains() {
    stack.close();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /**
   * A node that dies at kill points, at once and without a word, and is soon in its cluster again.
   */
  private static Config mortal() {
    return KillPoints.config()
        .withFallback(
            ConfigFactory.parseString(
                """
                pekko.coordinated-shutdown.run-by-actor-system-terminate = off
                pekko.cluster {
                  periodic-tasks-initial-delay = 50ms
                  leader-actions-interval = 100ms
                  gossip-interval = 100ms
                  unreachable-nodes-reaper-interval = 100ms
                  sharding.retry-interval = 100ms
                  singleton.hand-over-retry-interval = 100ms
                }
                """));
  }

  private String prefix(String entity) {
    return switch (entity) {
      case "first account" -> MarginAccountActor.persistenceId(first);
      case "second account" -> MarginAccountActor.persistenceId(second);
      case "transfer" -> TransferActor.TYPE_KEY.name();
      case "treasury" -> "Treasury";
      case "attester" ->
          AttesterActor.TYPE_KEY.name()
              + "|"
              + stack.chains.getFirst().vault().attesters().getFirst();
      case "bridge in" -> ChainBridgeActor.persistenceId(stack.chains.get(0).vault().id());
      case "bridge out" -> ChainBridgeActor.persistenceId(stack.chains.get(1).vault().id());
      default -> throw new IllegalArgumentException(entity);
    };
  }

  @ParameterizedTest(name = "{0}, {1} writes")
  @CsvSource({
    "first account, 3",
    "second account, 3",
    "transfer, 4",
    "treasury, 3",
    "attester, 1",
    "bridge in, 4",
    "bridge out, 10"
  })
  void movesEveryUnitOnceThoughTheNodeDiesBeforeAndAfterEveryWrite(String entity, int writes) {
    LocalStack.Chain from = stack.chains.get(0);
    LocalStack.Chain to = stack.chains.get(1);
    WalletTransactions wallet = stack.wallet(from, user);
    SigningKey other = SigningKey.derive("liquidity", USERS.get());
    long before = stack.vaultUnits(from, USDC);
    long beforeThere = stack.vaultUnits(to, USDC);
    stack
        .wallet(to, other)
        .deposit(
            stack.token(to, USDC),
            stack.base(to, USDC, DEPOSITED),
            AccountId.of(other.address(), 1, 0).word());
    until(
        () -> stack.account(node, AccountId.of(other.address(), 1, 0)).balance(USDC) == DEPOSITED);
    int kills = 0;
    // the first write is killed on both sides, then the second, and so on
    KillPoints points = arm(prefix(entity), Side.BEFORE);
    wallet.deposit(stack.token(from, USDC), stack.base(from, USDC, DEPOSITED), first.word());
    var transfer =
        sign(
            new UserAction.Transfer(
                first.word(),
                second.word(),
                "USDC",
                TRANSFERRED,
                stack.nonce(),
                LocalStack.deadline()));
    var withdraw =
        sign(
            new UserAction.Withdraw(
                second.word(),
                "USDC",
                WITHDRAWN,
                to.vault().id().chainId(),
                user.address(),
                stack.nonce(),
                LocalStack.deadline()));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (!done(transfer, withdraw, to)) {
      assertTrue(System.nanoTime() < end, "stuck after " + kills + " kills of " + entity);
      if (points.killed().toCompletableFuture().isDone()) {
        kills++;
        node.close();
        node = stack.node(mortal());
        points = arm(prefix(entity), kills % 2 == 0 ? Side.BEFORE : Side.AFTER);
      }
      LocalStack.pause();
    }
    assertTrue(kills >= 2 * writes - 1, entity + " was killed only " + kills + " times");
    assertEquals(WITHDRAWN, stack.held(to, USDC, user.address()));
    assertEquals(before + DEPOSITED, stack.vaultUnits(from, USDC));
    assertEquals(beforeThere + DEPOSITED - WITHDRAWN, stack.vaultUnits(to, USDC));
    assertEquals(DEPOSITED - TRANSFERRED, stack.account(node, first).balance(USDC));
    assertEquals(TRANSFERRED - WITHDRAWN, stack.account(node, second).balance(USDC));
  }

  private KillPoints arm(String prefix, Side side) {
    KillPoints points = KillPoints.of(node.system());
    points.arm(prefix, 1, side);
    return points;
  }

  private <A extends UserAction> SignedAction<A> sign(A action) {
    return stack.sign(node.verifier(), user, action);
  }

  /** Pushes the walk on by one question; whether it has come to its end. */
  private boolean done(
      SignedAction<UserAction.Transfer> transfer,
      SignedAction<UserAction.Withdraw> withdraw,
      LocalStack.Chain to) {
    try {
      MarginAccount account = stack.account(node, first);
      if (account.depositMarks().isEmpty()) {
        return false;
      }
      if (stack.transfer(node, transfer).stage() != TransferSaga.Stage.CLOSED) {
        return false;
      }
      Hash id = node.verifier().verify(withdraw).digest();
      var status = stack.withdrawal(node, to, id).withdrawal();
      if (status.isEmpty()) {
        stack.withdraw(node, to, withdraw);
        return false;
      }
      return status.get().stage() == Stage.POSTED
          && stack.account(node, second).withdrawals().isEmpty()
          && stack.treasury(node).grants().get(id).isEmpty();
    } catch (CompletionException unanswered) {
      return false;
    }
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        if (condition.getAsBoolean()) {
          return;
        }
      } catch (CompletionException unanswered) {
        // asked again
      }
      assertTrue(System.nanoTime() < end, "it does not come true");
      LocalStack.pause();
    }
  }
}
