package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.signing.Address;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalLong;

/** The few questions that whoever runs a local chain asks it. */
final class ChainRpc {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final URI url;

  ChainRpc(String url) {
    this.url = URI.create(url);
  }

  /** The chain's id, when it answers. */
  OptionalLong chainId() throws InterruptedException {
    return number("eth_chainId");
  }

  /** Number of the newest block, when it answers. */
  OptionalLong head() throws InterruptedException {
    return number("eth_blockNumber");
  }

  private OptionalLong number(String method) throws InterruptedException {
    try {
      return OptionalLong.of(Long.decode(call(method).asText()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Gives a local account this much wei. */
  void setBalance(Address address, BigInteger wei) throws IOException, InterruptedException {
    call("anvil_setBalance", address.hex(), "0x" + wei.toString(16));
  }

  /** What a contract answers to call data on top of the head. */
  String callContract(Address to, String callData) throws IOException, InterruptedException {
    ObjectNode request = request("eth_call");
    ArrayNode list = request.putArray("params");
    list.addObject().put("to", to.hex()).put("data", callData);
    list.add("latest");
    return send("eth_call", request).asText();
  }

  /**
   * The result of a call.
   *
   * @throws IOException when there is no answer, or it is an error
   */
  JsonNode call(String method, String... parameters) throws IOException, InterruptedException {
    ObjectNode request = request(method);
    ArrayNode list = request.putArray("params");
    for (String parameter : parameters) {
      list.add(parameter);
    }
    return send(method, request);
  }

  private static ObjectNode request(String method) {
    return JSON.createObjectNode().put("jsonrpc", "2.0").put("id", 1).put("method", method);
  }

  private JsonNode send(String method, ObjectNode request)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(5))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    JsonNode answer = JSON.readTree(response.body());
    if (!answer.has("result")) {
      throw new IOException(method + ": " + answer);
    }
    return answer.get("result");
  }
}
