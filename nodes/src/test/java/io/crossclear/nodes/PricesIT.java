package io.crossclear.nodes;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.PriceCheck;
import io.crossclear.nodes.http.Answers.Certified;
import io.crossclear.nodes.http.Answers.PriceLine;
import io.crossclear.nodes.oracle.LocalTickers;
import io.crossclear.nodes.oracle.PricePath;
import io.crossclear.nodes.oracle.Scenario;
import io.crossclear.nodes.supervisor.JavaCommand;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prices of a real node: four oracles, twelve tickers in a process of their own, one of which lies.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PricesIT {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int ORACLES = 4;

  private final Scenario scenario = Scenario.march2020();
  private final List<SigningKey> keys =
      LongStream.range(0, ORACLES).mapToObj(i -> SigningKey.derive("prices", i)).toList();
  private final OracleConfig config =
      OracleConfig.of(
          keys.stream().map(SigningKey::address).sorted().toList(),
          scenario.feeds().stream()
              .map(feed -> FeedConfig.liquid(feed, 1, FeedConfig.FARTHEST_PRICE))
              .toList());
  private final int tickersPort = LocalStack.freePort();
  private final LocalStack stack = new LocalStack();
  private final ClearingNode node;
  private final ApiClient client;
  private final PriceCheck check = new PriceCheck(stack.genesis, config);
  private final Path folder;
  private Process tickers;

  PricesIT(@TempDir Path folder) throws IOException {
    this.folder = folder;
    int httpPort = LocalStack.freePort();
    List<NodeSettings.LocalOracle> here = new ArrayList<>();
    for (int oracle = 1; oracle <= ORACLES; oracle++) {
      int number = oracle;
      here.add(
          new NodeSettings.LocalOracle(
              keys.get(oracle - 1),
              IntStream.rangeClosed(1, LocalTickers.PER_ORACLE)
                  .mapToObj(source -> LocalTickers.uri(tickersPort, number, source))
                  .toList()));
    }
    NodeSettings settings =
        stack.settings(ConfigFactory.parseString("crossclear.http.port = " + httpPort));
    tickers = startTickers();
    node =
        ClearingNode.start(
            settings.withPrices(
                new NodeSettings.PriceSettings(
                    config,
                    here,
                    NodeSettings.timing(settings.config().getConfig("crossclear.oracle")))));
    client = new ApiClient(URI.create("http://127.0.0.1:" + httpPort));
  }

  private Process startTickers() throws IOException {
    List<String> arguments =
        List.of("tickers", "--data", folder.toString(), "--port", Integer.toString(tickersPort));
    return new ProcessBuilder(
            JavaCommand.crossclear(List.of("-Xmx48m", "-XX:TieredStopAtLevel=1"), arguments))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("tickers.log").toFile())
        .start();
  }

  @BeforeAll
  void serve() {
    node.serve();
  }

  @AfterAll
  void stop() {
    client.close();
    node.close();
    tickers.destroyForcibly();
    stack.close();
  }

  private List<PriceLine> awaitAll(FeedStatus status) {
    return await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> client.prices().prices(),
            lines -> lines.stream().allMatch(line -> line.status() == status));
  }

  /** Within what an honest ticker can have said in the seconds before the row was made. */
  private void assertHonest(FeedId feed, Certified price) {
    PricePath path = Optional.ofNullable(scenario.paths().get(feed)).orElseThrow();
    long[] truths =
        LongStream.rangeClosed(-30, 10)
            .map(
                tenth ->
                    path.at(
                        scenario
                            .forthAndBack(LocalTickers.SPEED)
                            .at(price.observedAt() + tenth * 100)))
            .sorted()
            .toArray();
    long lowest = truths[0] - truths[0] / 1_000_000 * LocalTickers.NOISE_PPM;
    long highest =
        truths[truths.length - 1] + truths[truths.length - 1] / 1_000_000 * LocalTickers.NOISE_PPM;
    assertTrue(
        lowest <= price.low()
            && price.low() <= price.price()
            && price.price() <= price.high()
            && price.high() <= highest,
        () -> feed + " is " + price + ", not within " + lowest + " and " + highest);
  }

  @Test
  void pricesAreCertifiedGoStaleWithoutTickersAndComeBack() throws Exception {
    List<PriceLine> lines = awaitAll(FeedStatus.OK);
    long seen = 0;
    for (PriceLine line : lines) {
      Certified price = line.certified().orElseThrow();
      assertEquals(Optional.empty(), check.fault(line, System.currentTimeMillis()));
      assertHonest(line.feed(), price);
      seen = Math.max(seen, price.seq());
    }

    tickers.destroyForcibly().waitFor();
    for (PriceLine line : awaitAll(FeedStatus.STALE)) {
      assertEquals(Optional.empty(), check.fault(line, System.currentTimeMillis()));
    }

    tickers = startTickers();
    for (PriceLine line : awaitAll(FeedStatus.OK)) {
      Certified price = line.certified().orElseThrow();
      assertEquals(Optional.empty(), check.fault(line, System.currentTimeMillis()));
      assertTrue(price.seq() > seen, line.toString());
    }
  }
}
