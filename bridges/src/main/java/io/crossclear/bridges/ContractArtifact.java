package io.crossclear.bridges;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A compiled contract from the resources, as {@code npm run artifacts} in {@code bridges/contracts}
 * writes it.
 *
 * @param bytecode creation code, {@code 0x} and hexadecimal digits
 */
record ContractArtifact(JsonNode abi, String bytecode) {

  static final ContractArtifact CLEARING_VAULT = load("ClearingVault");
  static final ContractArtifact TEST_TOKEN = load("TestToken");

  private static ContractArtifact load(String name) {
    String path = "/contracts/" + name + ".json";
    try (InputStream in = ContractArtifact.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(
            path + " is missing: run \"npm run artifacts\" in bridges/contracts");
      }
      JsonNode json = new ObjectMapper().readTree(in);
      return new ContractArtifact(json.path("abi"), json.path("bytecode").textValue());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Names of one kind of member ({@code function}, {@code event}, {@code error}) by canonical
   * signature.
   */
  Map<String, String> signatures(String kind) {
    Map<String, String> names = new LinkedHashMap<>();
    for (JsonNode member : abi) {
      if (kind.equals(member.path("type").asText())) {
        String name = member.path("name").asText();
        names.put(name + types(member.path("inputs")), name);
      }
    }
    return names;
  }

  private static String types(JsonNode inputs) {
    return StreamSupport.stream(inputs.spliterator(), false)
        .map(
            input -> {
              String type = input.path("type").asText();
              return type.startsWith("tuple")
                  ? types(input.path("components")) + type.substring("tuple".length())
                  : type;
            })
        .collect(Collectors.joining(",", "(", ")"));
  }
}
