package io.crossclear.nodes.demo;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What tokens themselves say of money that left a vault: their {@code Transfer} logs. The vault's
 * own logs give only a batch's sum, and what a node or a vault claims to have paid is exactly what
 * must not be believed here.
 */
final class TokenPayouts implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Hash TRANSFER =
      new BouncyKeccak()
          .hash("Transfer(address,address,uint256)".getBytes(StandardCharsets.US_ASCII));

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
  private final URI rpc;
  private final VaultConfig vault;
  private final Genesis genesis;

  TokenPayouts(URI rpc, VaultConfig vault, Genesis genesis) {
    this.rpc = rpc;
    this.vault = vault;
    this.genesis = genesis;
  }

  /** Every payment by the vault up to a block, by token in the order of the chain. */
  List<ChainView.Paid> through(long block) {
    List<ChainView.Paid> paid = new ArrayList<>();
    for (TokenConfig token : vault.tokens()) {
      int decimals = genesis.asset(token.asset()).map(AssetConfig::decimals).orElseThrow();
      BigInteger quantum = token.quantum(decimals);
      for (JsonNode log : logs(token.token(), block)) {
        paid.add(
            new ChainView.Paid(
                new Hash(log.path("transactionHash").asText()),
                token.asset(),
                new Address("0x" + log.path("topics").path(2).asText().substring(26)),
                Chains.units(new BigInteger(log.path("data").asText().substring(2), 16), quantum)));
      }
    }
    return paid;
  }

  private JsonNode logs(Address token, long block) {
    ObjectNode request =
        JSON.createObjectNode().put("jsonrpc", "2.0").put("id", 1).put("method", "eth_getLogs");
    ObjectNode filter = request.putArray("params").addObject();
    filter.put("address", token.hex());
    filter.put("fromBlock", "0x" + Long.toHexString(vault.deployedAt()));
    filter.put("toBlock", "0x" + Long.toHexString(block));
    ArrayNode topics = filter.putArray("topics");
    topics.add(TRANSFER.hex());
    topics.add("0x" + "0".repeat(24) + vault.id().address().hex().substring(2));
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(rpc)
                  .timeout(Duration.ofSeconds(10))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      JsonNode result = JSON.readTree(response.body()).path("result");
      if (!result.isArray()) {
        throw new DemoException(rpc + " answers no logs.");
      }
      return result;
    } catch (JacksonException malformed) {
      throw new DemoException(rpc + " answers no JSON.", malformed);
    } catch (IOException unreachable) {
      throw new DemoException(rpc + " does not answer.", unreachable);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DemoException("Interrupted while asking " + rpc + ".", interrupted);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
