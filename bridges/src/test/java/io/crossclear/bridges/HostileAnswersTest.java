package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.crossclear.domain.signing.Address;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever stands where in an answer, reading it gives the truth or a {@link ChainException}. */
final class HostileAnswersTest {

  private static final Address VAULT = new Address("0xe7f1725e7734ce288f8367e1bb143e90bb3f0512");
  private static final List<LogEntry> TRUTH = VaultAbiTest.deposits(2);

  @Property(tries = 3_000)
  void aLogWithAnyMemberReplacedIsReadOrRefused(
      @ForAll("logMembers") String member, @ForAll("values") JsonNode value) {
    ObjectNode log = json(TRUTH.getFirst());
    JsonNode good = log.path(member);
    replace(log, member, value);

    Optional<LogEntry> read = readOrRefused(() -> LogEntry.read(new RpcReply("log", log)));
    Optional<VaultLogs> logs =
        read.flatMap(entry -> readOrRefused(() -> VaultAbi.decode(VAULT, List.of(entry))));

    if (good.equals(value)) {
      assertEquals(Optional.of(VaultAbi.decode(VAULT, TRUTH.subList(0, 1))), logs);
    }
  }

  @Property(tries = 3_000)
  void aTopicOfAnythingIsReadOrRefused(
      @ForAll("indexes") int index, @ForAll("values") JsonNode value) {
    ObjectNode log = json(TRUTH.getFirst());
    ((ArrayNode) log.path("topics"))
        .set(index, value.isMissingNode() ? NullNode.getInstance() : value);

    readOrRefused(() -> LogEntry.read(new RpcReply("log", log)))
        .ifPresent(entry -> readOrRefused(() -> VaultAbi.decode(VAULT, List.of(entry))));
  }

  @Property(tries = 3_000)
  void aHeaderWithAnyMemberReplacedIsReadOrRefused(
      @ForAll("headerMembers") String member, @ForAll("values") JsonNode value) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    for (String name : HEADER) {
      header.put(name, "0x" + "00".repeat(32));
    }
    replace(header, member, value);
    BlockHeader block = new BlockHeader(new RpcReply("block", header));

    readOrRefused(block::ref);
    readOrRefused(() -> block.computedHash(new BouncyKeccak()));
  }

  private static final List<String> HEADER =
      List.of(
          "parentHash",
          "sha3Uncles",
          "miner",
          "stateRoot",
          "transactionsRoot",
          "receiptsRoot",
          "logsBloom",
          "difficulty",
          "number",
          "gasLimit",
          "gasUsed",
          "timestamp",
          "extraData",
          "mixHash",
          "nonce",
          "hash",
          "baseFeePerGas",
          "withdrawalsRoot");

  private static final List<String> LOG =
      List.of(
          "removed",
          "address",
          "topics",
          "data",
          "blockNumber",
          "blockHash",
          "transactionHash",
          "logIndex");

  @Provide
  Arbitrary<Integer> indexes() {
    return Arbitraries.integers().between(0, 3);
  }

  @Provide
  Arbitrary<String> logMembers() {
    return Arbitraries.of(LOG);
  }

  @Provide
  Arbitrary<String> headerMembers() {
    return Arbitraries.of(HEADER);
  }

  @Provide
  Arbitrary<JsonNode> values() {
    Arbitrary<String> hex =
        Arbitraries.strings()
            .withChars("0123456789abcdefABCDEFx")
            .ofMaxLength(140)
            .map(s -> "0x" + s);
    Arbitrary<String> word = Arbitraries.strings().withChars("0f").ofLength(64).map(s -> "0x" + s);
    return Arbitraries.oneOf(
        Arbitraries.just(NullNode.getInstance()),
        Arbitraries.just(MissingNode.getInstance()),
        Arbitraries.just(JsonNodeFactory.instance.objectNode()),
        Arbitraries.just(JsonNodeFactory.instance.arrayNode().add(1)),
        Arbitraries.of(true, false).map(BooleanNode::valueOf),
        Arbitraries.longs().map(LongNode::valueOf),
        Arbitraries.just(DecimalNode.valueOf(new BigDecimal("1e400"))),
        Arbitraries.strings().ofMaxLength(80).map(TextNode::valueOf),
        hex.map(TextNode::valueOf),
        word.map(TextNode::valueOf));
  }

  private static void replace(ObjectNode node, String member, JsonNode value) {
    if (value.isMissingNode()) {
      node.remove(member);
    } else {
      node.set(member, value);
    }
  }

  private static ObjectNode json(LogEntry entry) {
    ObjectNode log = JsonNodeFactory.instance.objectNode();
    log.put("removed", false).put("address", entry.address().hex()).put("data", entry.data());
    ArrayNode topics = log.putArray("topics");
    entry.topics().forEach(topic -> topics.add(topic.hex()));
    log.put("blockNumber", "0x" + Long.toHexString(entry.blockNumber()));
    log.put("blockHash", entry.blockHash().hex());
    log.put("transactionHash", entry.transactionHash().hex());
    return log.put("logIndex", "0x" + Long.toHexString(entry.logIndex()));
  }

  /** Any other exception fails the property. */
  private static <T> Optional<T> readOrRefused(Supplier<T> reading) {
    try {
      return Optional.of(reading.get());
    } catch (ChainException refused) {
      return Optional.empty();
    }
  }
}
