package io.crossclear.bridges;

import static io.crossclear.bridges.ChainFixture.account;
import static io.crossclear.bridges.ChainFixture.await;
import static io.crossclear.bridges.ChainFixture.units;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.net.URI;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Four providers of a real chain, three of which must agree, and one or more that lie. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LyingProvidersIT {

  private ChainFixture chain;
  private Address depositor;
  private VaultLogs truth;
  private BlockRef head;

  private ScriptedProvider second;
  private ScriptedProvider third;
  private ScriptedProvider liar;
  private RpcPool pool;

  @BeforeAll
  void depositThrice() {
    chain = new ChainFixture(31_337);
    try (RpcPool honest = chain.pool()) {
      WalletTransactions wallet = chain.wallet(honest, 1);
      depositor = wallet.address();
      for (long units : List.of(100L, 200L, 300L)) {
        wallet.deposit(chain.token, units(units), account(depositor));
      }
      chain.anvil.mine(5);
      head = await(honest.finalized());
      truth = await(honest.vaultLogs(0, head.number()));
    }
  }

  @AfterAll
  void stop() {
    chain.close();
  }

  @BeforeEach
  void fourProviders() {
    second = ScriptedProvider.before(chain.anvil.uri());
    third = ScriptedProvider.before(chain.anvil.uri());
    liar = ScriptedProvider.before(chain.anvil.uri());
    pool = chain.pool(second.uri(), third.uri(), liar.uri());
  }

  @AfterEach
  void closeProviders() {
    pool.close();
    second.close();
    third.close();
    liar.close();
  }

  @Test
  void aHiddenDepositIsOutvoted() {
    liar.lie("eth_getLogs", withoutLog(2));

    assertEquals(truth, await(pool.vaultLogs(0, head.number())));
    awaitLiar(RpcPool.ProviderStatus::outvoted, 1);
  }

  @Test
  void aDepositHiddenInTheMiddleIsARefusalOfItsProvider() {
    liar.lie("eth_getLogs", withoutLog(1));

    assertEquals(truth, await(pool.vaultLogs(0, head.number())));
    awaitLiar(RpcPool.ProviderStatus::failed, 1);
  }

  @Test
  void anEnlargedDepositIsARefusalOfItsProvider() {
    liar.lie(
        "eth_getLogs",
        (params, logs) -> {
          enlarge(logs, 0);
          return logs;
        });

    assertEquals(truth, await(pool.vaultLogs(0, head.number())));
    awaitLiar(RpcPool.ProviderStatus::failed, 1);
  }

  @Test
  void aDepositEnlargedWithAFittingAccumulatorIsOutvoted() {
    liar.lie(
        "eth_getLogs",
        (params, logs) -> {
          enlarge(logs, 2);
          VaultDeposit last = truth.deposits().get(2);
          VaultDeposit larger = enlarged(last);
          Hash fitting =
              DepositChain.next(ChainFixture.KECCAK, truth.deposits().get(1).accumulator(), larger);
          ObjectNode log = (ObjectNode) logs.path(2);
          log.put("data", log.path("data").asText().substring(0, 66) + fitting.hex().substring(2));
          return logs;
        });

    assertEquals(truth, await(pool.vaultLogs(0, head.number())));
    awaitLiar(RpcPool.ProviderStatus::outvoted, 1);
  }

  @Test
  void anInflatedFinalisedHeightIsIgnored() {
    liar.lie("eth_getBlockByNumber", finalizedAt("0xffffff"));

    assertEquals(head, await(pool.finalized()));
    assertEquals(0xffffff, pool.providers().getLast().finalizedHeight());
  }

  @Test
  void aProviderThatIsBehindIsOutvoted() {
    liar.lie("eth_getBlockByNumber", finalizedAt("0x1"));

    assertEquals(head, await(pool.finalized()));
    awaitLiar(RpcPool.ProviderStatus::outvoted, 1);
    assertEquals(truth, await(pool.vaultLogs(0, head.number())));
  }

  @Test
  void aForgedBlockIsARefusalOfItsProvider() {
    liar.lie("eth_getBlockByNumber", member("timestamp", "0x1"));

    assertEquals(head, await(pool.block(head.number())));
    awaitLiar(RpcPool.ProviderStatus::failed, 1);
  }

  @Test
  void aForgedCounterIsOutvoted() {
    VaultView view;
    try (RpcPool honest = chain.pool()) {
      view = await(honest.vault(head.number()));
    }
    liar.lie("eth_call", (params, word) -> TextNode.valueOf("0x" + "0".repeat(63) + "9"));

    assertEquals(view, await(pool.vault(head.number())));
    assertEquals(
        units(600),
        await(pool.tokenBalance(chain.token, chain.vault.id().address(), head.number())));
    awaitLiar(RpcPool.ProviderStatus::outvoted, 2);
  }

  @Test
  void aProviderThatInventsWaitingTransactionsMovesNoNonce() {
    long nonce = await(pool.pendingNonce(depositor));
    liar.lie("eth_getTransactionCount", (params, count) -> TextNode.valueOf("0x7fffffffffffffff"));

    assertEquals(nonce, await(pool.pendingNonce(depositor)));
  }

  @Test
  void aReceiptThatOneProviderInventsIsNone() {
    Hash transaction = truth.deposits().getFirst().transactionHash();
    assertTrue(await(pool.receipt(transaction)).isPresent());
    second.lie("eth_getTransactionReceipt", (params, receipt) -> NullNode.getInstance());
    third.lie("eth_getTransactionReceipt", (params, receipt) -> NullNode.getInstance());

    assertTrue(await(pool.receipt(transaction)).isEmpty());
  }

  @Test
  void aDeadProviderIsDoneWithout() {
    liar.close();

    assertEquals(head, await(pool.finalized()));
    assertEquals(truth, await(pool.vaultLogs(0, head.number())));
    awaitLiar(RpcPool.ProviderStatus::failed, 3);
  }

  @Test
  void twoOfFourThatLieLeaveNoAnswer() {
    third.lie("eth_getLogs", withoutLog(2));
    liar.lie("eth_getLogs", withoutLog(2));

    ChainException refused =
        assertThrows(ChainException.class, () -> await(pool.vaultLogs(0, head.number())));

    assertTrue(refused.getMessage().contains("3 of 4 must say the same"), refused.getMessage());
  }

  @Test
  void liarsAmongThemselvesLeaveNoAnswerAndAreNamed() {
    try (ScriptedProvider first = ScriptedProvider.before(chain.anvil.uri())) {
      List<ScriptedProvider> liars = List.of(first, second, third, liar);
      for (int i = 0; i < liars.size(); i++) {
        String time = "0x" + (i + 1);
        liars.get(i).lie("eth_getBlockByNumber", member("timestamp", time));
      }
      List<URI> urls = liars.stream().map(ScriptedProvider::uri).toList();
      RpcPool.Settings trusting = RpcPool.Settings.forProviders(4).withoutVerifiableHeaders();
      try (RpcPool believing = new RpcPool(chain.vault.id(), urls, trusting)) {
        ChainException refused =
            assertThrows(ChainException.class, () -> await(believing.block(head.number())));

        for (URI url : urls) {
          assertTrue(refused.getMessage().contains(url + " says "), refused.getMessage());
        }
        assertEquals(
            List.of(0L, 0L, 0L, 0L),
            believing.providers().stream().map(RpcPool.ProviderStatus::failed).toList());
      }
    }
  }

  private void awaitLiar(ToLongFunction<RpcPool.ProviderStatus> counter, long expected) {
    await().until(() -> counter.applyAsLong(pool.providers().getLast()) == expected);
    List<RpcPool.ProviderStatus> honest = pool.providers().subList(0, 3);
    assertEquals(
        List.of(0L, 0L, 0L),
        honest.stream().map(status -> status.failed() + status.outvoted()).toList());
  }

  private static BinaryOperator<JsonNode> withoutLog(int index) {
    return (params, logs) -> {
      ((ArrayNode) logs).remove(index);
      return logs;
    };
  }

  private static BinaryOperator<JsonNode> finalizedAt(String number) {
    return (params, block) -> {
      if (params.path(0).asText().equals("finalized")) {
        ((ObjectNode) block).put("number", number);
      }
      return block;
    };
  }

  private static BinaryOperator<JsonNode> member(String name, String value) {
    return (params, block) -> ((ObjectNode) block).put(name, value);
  }

  private static VaultDeposit enlarged(VaultDeposit deposit) {
    return new VaultDeposit(
        deposit.sequence(),
        deposit.token(),
        deposit.accountId(),
        BigInteger.valueOf(9_999),
        deposit.accumulator(),
        deposit.blockNumber(),
        deposit.blockHash(),
        deposit.transactionHash(),
        deposit.logIndex());
  }

  private static void enlarge(JsonNode logs, int index) {
    ObjectNode log = (ObjectNode) logs.path(index);
    String data = log.path("data").asText();
    log.put("data", String.format("0x%064x", 9_999) + data.substring(66));
  }
}
