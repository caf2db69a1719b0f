package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.TypedData;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The vectors that the contract's own tests check, {@code bridges/contracts/test/vectors}, read
 * from Java.
 */
final class SolidityVectorsTest {

  private static final Keccak KECCAK = new BouncyKeccak();

  /** The latest deadline that the contract knows is beyond what the domain can say. */
  private static final String UINT64_MAX = "18446744073709551615";

  private static final Pattern MEMBER = Pattern.compile("(\\w+) (\\w+)[,)]");

  @ParameterizedTest
  @MethodSource("batches")
  void theDigestIsTheContracts(JsonNode vector) throws IOException {
    TypedData typed = typedData(vector);

    assertEquals(read("batch.json").path("type").asText(), typed.encodeType());
    assertEquals(hash(vector, "domainSeparator"), typed.domain().separator(KECCAK));
    assertEquals(hash(vector, "structHash"), typed.structHash(KECCAK));
    assertEquals(hash(vector, "digest"), typed.digest(KECCAK));
  }

  @ParameterizedTest
  @MethodSource("batches")
  void theSignaturesAreThoseThatTheKeysMakeHere(JsonNode vector) {
    Hash digest = hash(vector, "digest");
    for (int i = 0; i < vector.path("signers").size(); i++) {
      JsonNode attester = vector.path("attesters").path(vector.path("signers").path(i).asInt());
      SigningKey key = SigningKey.ofHex(attester.path("privateKey").asText());
      Signature signature = new Signature(vector.path("signatures").path(i).asText());

      assertEquals(new Address(attester.path("address").asText()), key.address());
      assertEquals(signature, key.sign(digest));
      assertEquals(Optional.of(key.address()), Secp256k1.best().recover(digest, signature));
    }
  }

  @ParameterizedTest
  @MethodSource("batches")
  void theSetHashesToWhatTheVaultStores(JsonNode vector) {
    assertEquals(
        hash(vector, "attesterSetHash"),
        VaultAbi.attesterSetHash(attesters(vector), vector.path("threshold").asInt()));
  }

  /** Where the ledger can hold the amounts, the domain's batch is the contract's batch. */
  @ParameterizedTest
  @MethodSource("ledgerBatches")
  void theDomainsBatchIsTheContracts(JsonNode vector) {
    SettlementBatch batch = settlementBatch(vector);
    TreeMap<Address, Signature> signatures = new TreeMap<>();
    for (int i = 0; i < vector.path("signers").size(); i++) {
      Address signer = attesters(vector).get(vector.path("signers").path(i).asInt());
      signatures.put(signer, new Signature(vector.path("signatures").path(i).asText()));
    }
    String settle = VaultAbi.encodeSettle(batch, attesters(vector), signatures);

    assertEquals(vector.path("entriesPacked").asText(), Hex.encode(batch.packedEntries()));
    if (!vector.path("batch").path("notAfter").asText().equals(UINT64_MAX)) {
      assertEquals(hash(vector, "digest"), batch.digest(KECCAK));
    }
    assertEquals(
        vector.path("bitmap").asText(),
        new BigInteger(settle.substring(10 + 13 * 64, 10 + 14 * 64), 16).toString());
    String packed = vector.path("signaturesPacked").asText().substring(2);
    assertEquals(packed, settle.substring(settle.length() - packed.length()));
  }

  @Test
  void someBatchesFitTheLedger() throws IOException {
    assertTrue(ledgerBatches().anyMatch(vector -> !vector.path("entries").isEmpty()));
  }

  @Test
  void theDepositChainIsTheContracts() throws IOException {
    Hash accumulator = Hash.ZERO;
    List<VaultDeposit> deposits = new ArrayList<>();
    for (JsonNode vector : read("deposits.json").path("deposits")) {
      VaultDeposit deposit =
          new VaultDeposit(
              vector.path("seq").asLong(),
              new Address(vector.path("token").asText()),
              hash(vector, "accountId"),
              new BigInteger(vector.path("quanta").asText()),
              hash(vector, "acc"),
              1,
              Hash.ZERO,
              Hash.ZERO,
              deposits.size());
      accumulator = DepositChain.next(KECCAK, accumulator, deposit);
      assertEquals(hash(vector, "acc"), accumulator);
      deposits.add(deposit);
    }
    DepositChain.requireLinked(KECCAK, deposits);
    assertFalse(deposits.isEmpty());
  }

  static Stream<JsonNode> batches() throws IOException {
    return StreamSupport.stream(read("batch.json").path("cases").spliterator(), false);
  }

  static Stream<JsonNode> ledgerBatches() throws IOException {
    return batches()
        .filter(v -> new BigInteger(v.path("batch").path("total").asText()).bitLength() < 64);
  }

  private static JsonNode read(String name) throws IOException {
    Path inModule = Path.of("contracts", "test", "vectors", name);
    Path file = Files.exists(inModule) ? inModule : Path.of("bridges").resolve(inModule);
    return new ObjectMapper().readTree(file.toFile());
  }

  /**
   * Members by name and type as the vector's type says, so that nothing of the domain is assumed.
   */
  private static TypedData typedData(JsonNode vector) throws IOException {
    JsonNode domain = vector.path("domain");
    List<TypedData.Field> fields = new ArrayList<>();
    Matcher member = MEMBER.matcher(read("batch.json").path("type").asText().replace("Batch(", ""));
    while (member.find()) {
      String type = member.group(1);
      String name = member.group(2);
      String text =
          name.equals("entries")
              ? vector.path("entriesHash").asText()
              : vector.path("batch").path(name).asText();
      fields.add(new TypedData.Field(type, name, value(type, text)));
    }
    return new TypedData(
        new TypedData.Domain(
            domain.path("name").asText(),
            domain.path("version").asText(),
            domain.path("chainId").asLong(),
            new Address(domain.path("verifyingContract").asText()),
            Optional.empty()),
        "Batch",
        fields);
  }

  private static TypedData.Value value(String type, String text) {
    Map<String, java.util.function.Function<String, TypedData.Value>> readers =
        Map.of(
            "bytes32", word -> new TypedData.Value.Word32(new Hash(word)),
            "address", address -> new TypedData.Value.Account(new Address(address)));
    return readers
        .getOrDefault(type, number -> new TypedData.Value.Number(new BigInteger(number)))
        .apply(text);
  }

  private static SettlementBatch settlementBatch(JsonNode vector) {
    JsonNode batch = vector.path("batch");
    List<SettlementBatch.Entry> entries = new ArrayList<>();
    for (JsonNode entry : vector.path("entries")) {
      entries.add(
          new SettlementBatch.Entry(
              Hash.ZERO, new Address(entry.path("to").asText()), entry.path("quanta").asLong()));
    }
    return new SettlementBatch(
        new VaultId(
            vector.path("domain").path("chainId").asLong(),
            new Address(vector.path("domain").path("verifyingContract").asText())),
        batch.path("setEpoch").asLong(),
        batch.path("nonce").asLong(),
        new Address(batch.path("token").asText()),
        entries,
        batch.path("notAfter").asLong());
  }

  private static List<Address> attesters(JsonNode vector) {
    return StreamSupport.stream(vector.path("attesters").spliterator(), false)
        .map(attester -> new Address(attester.path("address").asText()))
        .toList();
  }

  private static Hash hash(JsonNode vector, String name) {
    return new Hash(vector.path(name).asText());
  }
}
