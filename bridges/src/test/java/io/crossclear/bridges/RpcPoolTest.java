package io.crossclear.bridges;

import static io.crossclear.bridges.ChainFixture.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool against endpoints that answer whatever they like. */
final class RpcPoolTest {

  private static final Address VAULT = new Address("0xe7f1725e7734ce288f8367e1bb143e90bb3f0512");
  private static final VaultId ID = new VaultId(1, VAULT);
  private static final Address SENDER = new Address("0xd562edad6d7a405440a4548b009ada531b520166");
  private static final String SHOWN = "0x" + "00".repeat(31) + "aa";
  private static final RpcPool.Settings TRUSTING =
      RpcPool.Settings.forProviders(1)
          .withTimeout(Duration.ofSeconds(2))
          .withoutVerifiableHeaders();

  private ScriptedProvider provider;
  private RpcPool pool;

  @BeforeEach
  void start() {
    provider = ScriptedProvider.alone();
    pool = new RpcPool(ID, List.of(provider.uri()), TRUSTING);
  }

  @AfterEach
  void stop() {
    pool.close();
    provider.close();
  }

  @Nested
  class Configuration {

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,2", "4,3", "5,4", "7,5"})
    void theUsualQuorumIsTwoThirdsRoundedUp(int providers, int quorum) {
      assertEquals(quorum, RpcPool.Settings.forProviders(providers).quorum());
    }

    @Test
    void aQuorumIsMoreThanHalfAndAtMostAll() {
      List<URI> two = List.of(URI.create("http://a"), URI.create("http://b"));
      for (int quorum : List.of(-1, 0, 1, 3)) {
        assertThrows(
            IllegalArgumentException.class,
            () -> new RpcPool(ID, two, TRUSTING.withQuorum(quorum)));
      }
    }

    @Test
    void aProviderVotesOnce() {
      List<URI> twice = List.of(URI.create("http://a"), URI.create("http://a"));
      assertThrows(IllegalArgumentException.class, () -> new RpcPool(ID, twice));
      assertThrows(IllegalArgumentException.class, () -> new RpcPool(ID, List.of()));
    }
  }

  @Nested
  class Blocks {

    @Test
    void aWellFormedBlockIsRead() {
      provider.result("eth_getBlockByNumber", block("0x7", SHOWN, "0x65"));

      assertEquals(new BlockRef(7, new Hash(SHOWN), 101), await(pool.block(7)));
      assertEquals(7, await(pool.finalized()).number());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "null",
          "7",
          "\"text\"",
          "[]",
          "{}",
          "{\"number\":\"0x7\",\"timestamp\":\"0x65\"}",
          "{\"number\":\"0x7\",\"hash\":null,\"timestamp\":\"0x65\"}",
          "{\"number\":\"0x7\",\"hash\":\"0x1\",\"timestamp\":\"0x65\"}",
          "{\"number\":\"0x7\",\"hash\":7,\"timestamp\":\"0x65\"}",
          "{\"number\":7,\"hash\":\"0xaa\",\"timestamp\":\"0x65\"}",
        })
    void aMalformedBlockIsRefused(String json) {
      provider.result("eth_getBlockByNumber", json);

      assertRefused(pool.block(7));
      assertRefused(pool.finalized());
      assertRefused(pool.vaultLogs(0, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x", "7", "0x8000000000000000", "-0x7", "0xg", "0x٧", "0x6"})
    void aHeightThatIsNoneOrNotTheOneAskedForIsRefused(String number) {
      provider.result("eth_getBlockByNumber", block(number, SHOWN, "0x65"));

      assertRefused(pool.block(7));
    }

    @Test
    void aHeaderHashesToItsHashUnlessTheChainIsKnownNotTo() {
      provider.result("eth_getBlockByNumber", block("0x7", SHOWN, "0x65"));
      try (RpcPool strict =
          new RpcPool(ID, List.of(provider.uri()), RpcPool.Settings.forProviders(1))) {
        assertRefused(strict.block(7));
      }
    }
  }

  @Nested
  class Endpoints {

    @ParameterizedTest
    @ValueSource(
        strings = {"", "nonsense", "[]", "7", "{}", "{\"error\":{}}", "null", "{\"result\":"})
    void whatIsNoAnswerIsAFailure(String body) {
      provider.answer("eth_getBlockByNumber", params -> body);

      assertRefused(pool.block(7));
      assertEquals(1, pool.providers().getFirst().failed());
    }

    @Test
    void anAnswerAboveTheLimitIsNotReadToItsEnd() {
      provider.answer(
          "eth_getBlockByNumber",
          params -> "{\"result\":\"" + "x".repeat((int) RpcProvider.MOST_BYTES) + "\"}");

      assertTrue(assertRefused(pool.block(7)).contains("too large"));
    }

    @Test
    void aNestedAnswerDoesNotOverflow() {
      provider.answer(
          "eth_getBlockByNumber",
          params -> "{\"result\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");

      assertRefused(pool.block(7));
    }

    @Test
    void aSilentProviderFailsInTime() {
      provider.answer(
          "eth_getBlockByNumber",
          params -> {
            try {
              Thread.sleep(Duration.ofSeconds(3));
            } catch (InterruptedException stop) {
              Thread.currentThread().interrupt();
            }
            return "{}";
          });
      try (RpcPool impatient =
          new RpcPool(ID, List.of(provider.uri()), TRUSTING.withTimeout(Duration.ofMillis(200)))) {
        assertTrue(assertRefused(impatient.block(7)).contains("failed"));
      }
    }

    @Test
    void keysInAddressesAreNotRepeated() {
      URI secret =
          URI.create(provider.uri().toString().replace("//", "//user:pass@") + "/v3/apikey?k=q");
      provider.error("eth_getBlockByNumber", "{\"code\":-1,\"message\":\"no\"}");
      try (RpcPool keyed = new RpcPool(ID, List.of(secret), TRUSTING)) {
        String message = assertRefused(keyed.block(7));

        for (String part : List.of("user", "pass", "apikey", "k=q")) {
          assertFalse(message.contains(part), message);
        }
        assertTrue(message.contains(provider.uri().toString()), message);
        assertEquals(provider.uri().toString(), keyed.providers().getFirst().provider());
      }
    }

    @Test
    void anotherChainIsRefusedUntilItIsTheRightOne() {
      provider.result("eth_getBlockByNumber", block("0x7", SHOWN, "0x65"));
      provider.result("eth_chainId", "\"0x2\"");
      assertTrue(assertRefused(pool.block(7)).contains("is on chain 2, not on chain 1"));

      provider.result("eth_chainId", "\"0x1\"");
      assertEquals(7, await(pool.block(7)).number());
    }

    @Test
    void aClosedPoolFailsItsStages() {
      pool.close();

      assertTrue(assertRefused(pool.block(7)).contains("closed"));
      assertRefused(pool.finalized());
    }
  }

  @Nested
  class Logs {

    private final List<LogEntry> deposits = VaultAbiTest.deposits(8);

    @BeforeEach
    void chainOfTenBlocks() {
      provider.answer(
          "eth_getBlockByNumber",
          params -> {
            String tag = params.path(0).asText();
            long number = tag.equals("finalized") ? 10 : Long.decode(tag);
            return result(
                block(
                    "0x" + Long.toHexString(number),
                    String.format("0x%064x", new BigInteger("1000", 16).longValue() + number),
                    "0x1"));
          });
    }

    @Test
    void theirBlocksAreTheCanonicalOnes() {
      provider.answer("eth_getLogs", params -> result(logs(deposits)));

      assertTrue(assertRefused(pool.vaultLogs(0, 10)).contains("at the height of block"));
    }

    @Test
    void aRangeBeyondFinalityIsRefused() {
      assertTrue(assertRefused(pool.vaultLogs(0, 11)).contains("calls only block 10 finalised"));
      assertThrows(IllegalArgumentException.class, () -> pool.vaultLogs(5, 4));
      assertThrows(IllegalArgumentException.class, () -> pool.vaultLogs(-1, 4));
    }

    @Test
    void rangesAreHalvedUntilTheProviderCanServeThem() {
      canonicalBlocks();
      List<Long> spans = new CopyOnWriteArrayList<>();
      provider.answer(
          "eth_getLogs",
          params -> {
            long first = Long.decode(params.path(0).path("fromBlock").asText());
            long last = Long.decode(params.path(0).path("toBlock").asText());
            spans.add(last - first + 1);
            return last - first > 2
                ? "{\"error\":{\"code\":-32005,\"message\":\"query returned more than 10000"
                    + " results\"}}"
                : result(logs(between(first, last)));
          });

      VaultLogs logs = await(pool.vaultLogs(1, 10));

      assertEquals(8, logs.deposits().size());
      assertEquals(10L, spans.getFirst());
      assertTrue(spans.contains(2L), spans.toString());
    }

    @Test
    void aProviderThatCannotServeOneBlockFails() {
      provider.error("eth_getLogs", "{\"code\":-32005,\"message\":\"too many results\"}");

      assertTrue(assertRefused(pool.vaultLogs(0, 10)).contains("too many results"));
    }

    @Test
    void anotherErrorIsNotTriedAgain() {
      List<JsonNode> calls = new CopyOnWriteArrayList<>();
      provider.answer(
          "eth_getLogs",
          params -> {
            calls.add(params);
            return "{\"error\":{\"code\":-32000,\"message\":\"unauthorised\"}}";
          });

      assertRefused(pool.vaultLogs(0, 10));
      assertEquals(1, calls.size());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "null", "{}", "[null]", "[7]", "[{}]", "[[]]",
        })
    void malformedLogsAreRefused(String json) {
      provider.result("eth_getLogs", json);

      assertRefused(pool.vaultLogs(0, 10));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "\"removed\":false|\"removed\":true",
          "\"removed\":false|\"removed\":\"no\"",
          "\"logIndex\":\"0x0\"|\"logIndex\":\"0x10000000000000000\"",
          "\"logIndex\":\"0x0\"|\"logIndex\":null",
          "\"blockNumber\":\"0x1\"|\"blockNumber\":\"0xb\"",
          "\"data\":\"0x|\"data\":\"0x0",
          "\"data\":\"0x|\"data\":\"",
          "\"topics\":[|\"topics\":[[],",
        })
    void aLogWithOneBadMemberIsRefused(String good, String bad) {
      canonicalBlocks();
      String json = logs(deposits.subList(0, 1));
      provider.result("eth_getLogs", json);
      assertEquals(1, await(pool.vaultLogs(0, 10)).deposits().size());
      assertTrue(json.contains(good), json);

      provider.result("eth_getLogs", json.replace(good, bad));

      assertRefused(pool.vaultLogs(0, 10));
    }

    @Test
    void logsOutOfOrderAreRefused() {
      canonicalBlocks();
      provider.result("eth_getLogs", logs(deposits.reversed()));
      assertTrue(assertRefused(pool.vaultLogs(0, 10)).contains("not its place"));

      LogEntry first = deposits.getFirst();
      provider.result("eth_getLogs", logs(List.of(first, first)));
      assertTrue(assertRefused(pool.vaultLogs(0, 10)).contains("not after the log before"));
    }

    private void canonicalBlocks() {
      Map<Long, String> hashes =
          deposits.stream()
              .collect(Collectors.toMap(LogEntry::blockNumber, entry -> entry.blockHash().hex()));
      provider.answer(
          "eth_getBlockByNumber",
          params -> {
            String tag = params.path(0).asText();
            long number = tag.equals("finalized") ? 10 : Long.decode(tag);
            return result(
                block("0x" + Long.toHexString(number), hashes.getOrDefault(number, SHOWN), "0x1"));
          });
    }

    private List<LogEntry> between(long first, long last) {
      return deposits.stream()
          .filter(entry -> entry.blockNumber() >= first && entry.blockNumber() <= last)
          .toList();
    }
  }

  @Nested
  class Calls {

    @ParameterizedTest
    @ValueSource(strings = {"\"0x\"", "\"0x01\"", "null", "7", "[]"})
    void whatIsNoWordIsRefused(String json) {
      provider.result("eth_call", json);

      assertRefused(pool.vault(3));
      assertRefused(pool.tokenBalance(VAULT, SENDER, 3));
    }

    @Test
    void aCounterBeyondTheLedgerIsRefusedAndABalanceIsNot() {
      provider.result("eth_call", "\"0x" + "f".repeat(64) + "\"");

      assertRefused(pool.vault(3));
      assertEquals(
          BigInteger.TWO.pow(256).subtract(BigInteger.ONE),
          await(pool.tokenBalance(VAULT, SENDER, 3)));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0xb5dfd9e5\"}|Reentered",
          "{\"code\":-32000,\"message\":\"revert\",\"data\":\"0xb5dfd9e5\"}|Reentered",
          "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x\"}|error 3: execution"
              + " reverted",
          "{\"code\":-32015,\"message\":\"VM execution error: reverted\"}|error -32015: VM"
              + " execution error: reverted",
        })
    void aRevertIsAnAnswer(String error, String reason) {
      provider.error("eth_call", error);

      assertEquals(Optional.of(reason), await(pool.simulate(SENDER, VAULT, "0x")));
    }

    @Test
    void anotherErrorIsNoRevert() {
      provider.error("eth_call", "{\"code\":-32005,\"message\":\"rate exceeded\"}");

      assertRefused(pool.simulate(SENDER, VAULT, "0x"));
    }

    @Test
    void aRevertingEstimateNamesTheError() {
      provider.error(
          "eth_estimateGas", "{\"code\":3,\"message\":\"reverted\",\"data\":\"0xb5dfd9e5\"}");

      assertTrue(assertRefused(pool.estimateGas(SENDER, VAULT, "0x")).contains("Reentered"));
    }
  }

  @Nested
  class Sending {

    private final String raw = "0x02c0";
    private final Hash hash = new BouncyKeccak().hash(Hex.decode(raw));

    @ParameterizedTest
    @ValueSource(
        strings = {
          "already known",
          "ALREADY_EXISTS: already known",
          "AlreadyKnown",
          "Known transaction",
          "transaction already imported"
        })
    void aKnownTransactionIsASuccess(String message) {
      provider.error("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"" + message + "\"}");

      assertEquals(hash, await(pool.broadcast(raw)));
    }

    @Test
    void aRefusedTransactionSaysWhy() {
      provider.error("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"nonce too low\"}");

      assertTrue(assertRefused(pool.broadcast(raw)).contains("nonce too low"));
    }

    @Test
    void aProviderThatTakesItForAnotherIsRefused() {
      provider.result("eth_sendRawTransaction", "\"" + SHOWN + "\"");

      assertRefused(pool.broadcast(raw));
    }

    @Test
    void oneAcceptingProviderIsEnough() {
      provider.result("eth_sendRawTransaction", "\"" + hash + "\"");
      try (ScriptedProvider second =
              ScriptedProvider.alone()
                  .error("eth_sendRawTransaction", "{\"code\":-1,\"message\":\"no\"}");
          RpcPool two = new RpcPool(ID, List.of(second.uri(), provider.uri()))) {
        assertEquals(hash, await(two.broadcast(raw)));
      }
    }

    @Test
    void theFeeIsTwiceTheBaseFeeAndTheMedianTip() {
      provider.result(
          "eth_feeHistory",
          "{\"baseFeePerGas\":[\"0x1\",\"0x3b9aca00\"],"
              + "\"reward\":[[\"0x0\"],[\"0x5f5e100\"],[\"0xbebc200\"]]}");

      assertEquals(
          new FeeQuote(BigInteger.valueOf(2_100_000_000), BigInteger.valueOf(100_000_000)),
          await(pool.fees()));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "null",
          "{}",
          "{\"baseFeePerGas\":[]}",
          "{\"baseFeePerGas\":[null]}",
          "{\"baseFeePerGas\":[\"0x1\"],\"reward\":[\"0x1\"]}",
          "{\"baseFeePerGas\":[\"0x1\"],\"reward\":7}"
        })
    void aMalformedFeeHistoryIsRefused(String json) {
      provider.result("eth_feeHistory", json);

      assertRefused(pool.fees());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{}",
          "{\"transactionHash\":\""
              + "0x00000000000000000000000000000000000000000000000000000000000000bb"
              + "\"}",
          "{\"transactionHash\":\""
              + "0x00000000000000000000000000000000000000000000000000000000000000aa"
              + "\",\"status\":\"0x2\"}",
          "{\"transactionHash\":\""
              + "0x00000000000000000000000000000000000000000000000000000000000000aa"
              + "\",\"status\":\"0x1\"}"
        })
    void aMalformedReceiptIsRefused(String json) {
      provider.result("eth_getTransactionReceipt", json);

      assertRefused(pool.receipt(new Hash(SHOWN)));
    }
  }

  private static String assertRefused(CompletionStage<?> stage) {
    ChainException refused = assertThrows(ChainException.class, () -> await(stage));
    return refused.getMessage();
  }

  private static String result(String json) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + json + "}";
  }

  private static String block(String number, String hash, String timestamp) {
    return "{\"number\":\""
        + number
        + "\",\"hash\":\""
        + hash
        + "\",\"timestamp\":\""
        + timestamp
        + "\"}";
  }

  private static String logs(List<LogEntry> entries) {
    return entries.stream()
        .map(
            entry ->
                """
                {"removed":false,"address":"%s","topics":[%s],"data":"%s","blockNumber":"0x%x",\
                "blockHash":"%s","transactionHash":"%s","logIndex":"0x%x"}\
                """
                    .formatted(
                        entry.address(),
                        entry.topics().stream()
                            .map(topic -> "\"" + topic + "\"")
                            .collect(Collectors.joining(",")),
                        entry.data(),
                        entry.blockNumber(),
                        entry.blockHash(),
                        entry.transactionHash(),
                        entry.logIndex()))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
