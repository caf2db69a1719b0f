package io.crossclear.bridges;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * An RPC endpoint on this machine that answers what a test says. What the test says nothing about
 * goes to a real chain behind it, or is answered as an unknown method.
 */
final class ScriptedProvider implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Optional<URI> behind;
  private final Map<String, Function<JsonNode, String>> answers = new ConcurrentHashMap<>();
  private final Map<String, BinaryOperator<JsonNode>> lies = new ConcurrentHashMap<>();

  private ScriptedProvider(HttpServer server, Optional<URI> behind) {
    this.server = server;
    this.behind = behind;
  }

  /** With nothing behind it, on chain 1. */
  static ScriptedProvider alone() {
    return start(Optional.empty()).result("eth_chainId", "\"0x1\"");
  }

  /** Honest but for what the test changes. */
  static ScriptedProvider before(URI chain) {
    return start(Optional.of(chain));
  }

  private static ScriptedProvider start(Optional<URI> behind) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      ScriptedProvider provider = new ScriptedProvider(server, behind);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", provider::handle);
      server.start();
      return provider;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Always answers this result to the method. */
  ScriptedProvider result(String method, String json) {
    return answer(method, params -> "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + json + "}");
  }

  /** Always answers this error to the method. */
  ScriptedProvider error(String method, String json) {
    return answer(method, params -> "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":" + json + "}");
  }

  /** Answers a whole body to the method. */
  ScriptedProvider answer(String method, Function<JsonNode, String> body) {
    answers.put(method, body);
    return this;
  }

  /**
   * Changes the chain's result; the lie is given the parameters and the true result, which is its
   * own to change.
   */
  ScriptedProvider lie(String method, BinaryOperator<JsonNode> lie) {
    lies.put(method, lie);
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    byte[] body = respond(request).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private String respond(String request) throws IOException {
    JsonNode json = JSON.readTree(request);
    String method = json.path("method").asText();
    Function<JsonNode, String> answer = answers.get(method);
    if (answer != null) {
      return answer.apply(json.path("params"));
    }
    if (behind.isEmpty()) {
      return "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"unknown"
          + " method\"}}";
    }
    String truth = Anvil.post(behind.get(), request);
    BinaryOperator<JsonNode> lie = lies.get(method);
    if (lie == null) {
      return truth;
    }
    ObjectNode told = (ObjectNode) JSON.readTree(truth);
    told.set("result", lie.apply(json.path("params"), told.path("result")));
    return told.toString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
