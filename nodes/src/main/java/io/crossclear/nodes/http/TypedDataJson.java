package io.crossclear.nodes.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.TypedData.Value;
import java.math.BigInteger;
import java.util.List;

/** Typed data in the JSON that wallets sign with {@code eth_signTypedData_v4}. */
public final class TypedDataJson {

  /** The largest whole number that every JSON reader keeps. */
  private static final long SAFE = (1L << 53) - 1;

  private TypedDataJson() {}

  /** Types, primary type, domain and message; numbers of the message are decimal text. */
  public static JsonNode of(TypedData data) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode types = json.putObject("types");
    ArrayNode domainType = types.putArray("EIP712Domain");
    ObjectNode domain = JsonNodeFactory.instance.objectNode();
    member(domainType, "string", "name");
    domain.put("name", data.domain().name());
    member(domainType, "string", "version");
    domain.put("version", data.domain().version());
    member(domainType, "uint256", "chainId");
    chainId(domain, data.domain().chainId());
    member(domainType, "address", "verifyingContract");
    domain.put("verifyingContract", data.domain().verifyingContract().hex());
    data.domain()
        .salt()
        .ifPresent(
            salt -> {
              member(domainType, "bytes32", "salt");
              domain.put("salt", salt.hex());
            });
    ArrayNode messageType = types.putArray(data.primaryType());
    json.put("primaryType", data.primaryType());
    json.set("domain", domain);
    data.fields().forEach(field -> member(messageType, field.type(), field.name()));
    json.set("message", message(data.fields()));
    return json;
  }

  /** The struct alone: each member by its name. */
  public static ObjectNode message(List<TypedData.Field> fields) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    for (TypedData.Field field : fields) {
      switch (field.value()) {
        case Value.Word32(Hash word) -> message.put(field.name(), word.hex());
        case Value.Account(Address address) -> message.put(field.name(), address.hex());
        case Value.Text(String text) -> message.put(field.name(), text);
        case Value.Number(BigInteger number) -> message.put(field.name(), number.toString());
        case Value.Flag(boolean set) -> message.put(field.name(), set);
      }
    }
    return message;
  }

  /**
   * Wallets compare this one with their own chain's number, so it is a number wherever that is
   * exact.
   */
  private static void chainId(ObjectNode domain, long chainId) {
    if (chainId > SAFE) {
      domain.put("chainId", Long.toString(chainId));
    } else if (chainId <= Integer.MAX_VALUE) {
      domain.put("chainId", (int) chainId);
    } else {
      domain.put("chainId", chainId);
    }
  }

  private static void member(ArrayNode type, String kind, String name) {
    type.addObject().put("name", name).put("type", kind);
  }
}
