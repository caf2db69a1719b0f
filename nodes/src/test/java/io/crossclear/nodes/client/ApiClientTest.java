package io.crossclear.nodes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.http.ApiCode;
import io.crossclear.nodes.http.ApiJson;
import io.crossclear.nodes.http.Problem;
import io.crossclear.nodes.http.TestNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiClientTest {

  private static final Hash ID = new Hash("0x" + "1d".repeat(32));
  private static final String TRANSFER =
      "{\"asOf\":{\"seq\":\"0\",\"time\":\"9223372036854775807\",\"chainHeights\":{\"31001\":\"5\"}},\"id\":\""
          + ID
          + "\",\"stage\":\"CLOSED\",\"somethingNew\":1}";

  private record Scripted(int status, String type, String body) {
    static Scripted problem(ApiCode code) {
      return new Scripted(
          code.status(),
          "application/problem+json",
          new String(ApiJson.write(Problem.of(code, "For a test.")), StandardCharsets.UTF_8));
    }

    static Scripted text(int status, String type, String body) {
      return new Scripted(status, type, body);
    }
  }

  private final Deque<Scripted> script = new ArrayDeque<>();
  private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
  private final List<HttpServer> servers = new ArrayList<>();

  private URI serve(int port, Scripted... answers) throws IOException {
    script.addAll(List.of(answers));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          Scripted answer = script.size() > 1 ? script.removeFirst() : script.getFirst();
          exchange.getResponseHeaders().add("Content-Type", answer.type());
          byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    servers.add(server);
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  private static SignedAction<UserAction.Transfer> signed() {
    Signer signer = new Signer(TestNetwork.GENESIS, SigningKey.random());
    return signer.transfer(signer.account(1, 0), signer.account(1, 1), TestNetwork.USDC, 5);
  }

  @Test
  void whatIsUnavailableIsAskedAgainWithTheVerySameRequest() throws IOException {
    URI url =
        serve(
            0,
            Scripted.problem(ApiCode.UNAVAILABLE),
            Scripted.text(
                503, "text/plain", "The server was not able to produce a timely response."),
            Scripted.text(200, "application/json", TRANSFER));
    try (ApiClient client = new ApiClient(url, Duration.ofSeconds(10))) {
      assertEquals("CLOSED", client.transfer(signed()).stage());
    }
    assertEquals(3, bodies.size());
    assertEquals(1, bodies.stream().distinct().count());
    assertFalse(bodies.getFirst().isEmpty());
  }

  @Test
  void aRefusalIsAskedOnce() throws IOException {
    URI url = serve(0, Scripted.problem(ApiCode.NONCE_REUSED));
    try (ApiClient client = new ApiClient(url, Duration.ofSeconds(10))) {
      ApiRefusal refusal = assertThrows(ApiRefusal.class, () -> client.transfer(signed()));
      assertTrue(refusal.is(ApiCode.NONCE_REUSED));
      assertEquals("NONCE_REUSED: For a test.", refusal.getMessage());
    }
    assertEquals(1, bodies.size());
  }

  @Test
  void aStoppedBridgeIsAskedOnce() throws IOException {
    URI url = serve(0, Scripted.problem(ApiCode.BRIDGE_HALTED));
    try (ApiClient client = new ApiClient(url, Duration.ofSeconds(10))) {
      assertTrue(
          assertThrows(ApiRefusal.class, () -> client.transfer(ID)).is(ApiCode.BRIDGE_HALTED));
    }
    assertEquals(1, bodies.size());
  }

  @Test
  void aNodeThatComesBackIsFound() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (ApiClient client =
        new ApiClient(URI.create("http://127.0.0.1:" + port), Duration.ofSeconds(20))) {
      assertFalse(client.alive());
      Thread later =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      Thread.sleep(400);
                      serve(port, Scripted.text(200, "application/json", TRANSFER));
                    } catch (IOException | InterruptedException impossible) {
                      throw new IllegalStateException(impossible);
                    }
                  });
      assertEquals(ID, client.transfer(ID).id());
      later.join();
    }
  }

  @Test
  void patienceEnds() throws IOException {
    URI url = serve(0, Scripted.problem(ApiCode.UNAVAILABLE));
    try (ApiClient client = new ApiClient(url, Duration.ofMillis(500))) {
      assertThrows(ApiUnreachable.class, () -> client.transfer(ID));
    }
    assertTrue(bodies.size() > 1);
    try (ApiClient nobody =
        new ApiClient(URI.create("http://127.0.0.1:1"), Duration.ofMillis(300))) {
      assertThrows(ApiUnreachable.class, () -> nobody.transfer(ID));
      assertThrows(ApiUnreachable.class, nobody::ready);
    }
  }

  @Test
  void aCodeOfANewerServerKeepsItsName() throws IOException {
    URI url =
        serve(
            0,
            Scripted.text(
                418,
                "application/problem+json",
                "{\"type\":\"x\",\"title\":\"t\",\"status\":418,\"code\":\"TEAPOT\",\"detail\":\"d\",\"more\":1}"));
    try (ApiClient client = new ApiClient(url)) {
      ApiRefusal refusal = assertThrows(ApiRefusal.class, () -> client.transfer(ID));
      assertEquals("TEAPOT", refusal.problem().code());
      assertTrue(refusal.problem().known().isEmpty());
    }
  }

  @Test
  void theReadinessOfANodeIsToldAsItIs() throws IOException {
    URI url =
        serve(
            0,
            Scripted.text(
                503,
                "application/json",
                "{\"ready\":false,\"started\":true,\"missing\":[\"borea\"]}"));
    try (ApiClient client = new ApiClient(url)) {
      assertEquals(List.of("borea"), client.ready().missing());
      ApiUnreachable late =
          assertThrows(ApiUnreachable.class, () -> client.awaitReady(Duration.ofMillis(300)));
      assertTrue(String.valueOf(late.getMessage()).contains("borea"));
    }
  }

  @Test
  void numbersBeyondADoubleStayExact() throws IOException {
    URI url = serve(0, Scripted.text(200, "application/json", TRANSFER));
    try (ApiClient client = new ApiClient(url)) {
      assertEquals(Long.MAX_VALUE, client.transfer(ID).asOf().time());
    }
  }

  @Test
  void anAuthorizationNeverShowsItself() {
    assertEquals("Bearer …", Authorization.operator("secret").toString());
  }
}
