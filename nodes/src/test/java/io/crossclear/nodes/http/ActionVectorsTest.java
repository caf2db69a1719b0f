package io.crossclear.nodes.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.UserAction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Digests and signatures that two other implementations of EIP-712 made of the same inputs. */
class ActionVectorsTest {

  private static final BouncyKeccak KECCAK = new BouncyKeccak();

  private static JsonNode file() {
    try (InputStream in = ActionVectorsTest.class.getResourceAsStream("/eip712/actions.json")) {
      if (in == null) {
        throw new IllegalStateException("the vectors are missing");
      }
      return ApiJson.MAPPER.readTree(in);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyVectorHolds() {
    JsonNode file = file();
    SigningKey key = SigningKey.ofHex(file.path("key").asText());
    return StreamSupport.stream(file.path("vectors").spliterator(), false)
        .map(
            vector ->
                DynamicTest.dynamicTest(vector.path("name").asText(), () -> holds(vector, key)));
  }

  private static void holds(JsonNode vector, SigningKey key) {
    UserAction action = action(vector.path("primaryType").asText(), vector.path("message"));
    ActionVerifier verifier =
        new ActionVerifier(
            KECCAK,
            Secp256k1.best(),
            new Hash(vector.path("networkId").asText()),
            (chain, address) -> true);
    long chainId = Long.parseLong(vector.path("chainId").asText());
    Address contract = new Address(vector.path("verifyingContract").asText());
    TypedData data = verifier.typedData(action, chainId, contract);
    Hash digest = data.digest(KECCAK);
    assertEquals(vector.path("digest").asText(), digest.hex());
    assertEquals(vector.path("signature").asText(), key.sign(digest).hex());
    assertEquals(
        vector.path("signature").asText(),
        Signature.parse(vector.path("signature65").asText()).hex());

    assertEquals(vector.path("typedData").toString(), TypedDataJson.of(data).toString());
  }

  private static UserAction action(String type, JsonNode message) {
    Fields fields = ApiJson.read(ApiJson.write(message));
    UserAction action =
        switch (type) {
          case "Withdraw" -> ActionBody.withdraw(fields);
          case "Transfer" -> ActionBody.transfer(fields);
          case "Read" ->
              new UserAction.Read(
                  fields.word("account"), fields.address("key"), fields.uint64("expires"));
          case String other -> throw new IllegalStateException(other);
        };
    fields.end();
    return action;
  }
}
