package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.nodes.oracle.PricePath;
import io.crossclear.nodes.oracle.Scenario;
import io.crossclear.persistence.CrossclearModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code oracle.json}: the record {@link OracleConfig}, who observes what by which rules. Every
 * certificate carries its digest, so whoever has this file and the genesis can check any price.
 */
public final class OracleFile {

  private static final ObjectMapper JSON = CrossclearModule.json();
  private static final long DOLLAR = 100_000_000;

  private static final List<FeedConfig> FEEDS =
      List.of(
          FeedConfig.liquid(new FeedId("BTC/USD"), 100 * DOLLAR, 10_000_000 * DOLLAR),
          FeedConfig.liquid(new FeedId("ETH/USD"), DOLLAR, 1_000_000 * DOLLAR),
          FeedConfig.liquid(new FeedId("USDC/USD"), DOLLAR / 10, 10 * DOLLAR));

  private OracleFile() {}

  /** Feeds of a local network, ascending; the ranges are what nobody would believe beyond. */
  public static List<FeedConfig> feeds(Pace pace) {
    return FEEDS.stream()
        .map(
            feed ->
                new FeedConfig(
                    feed.feed(),
                    feed.minSources(),
                    feed.quoteAge(),
                    feed.deviationPpm(),
                    feed.heartbeat(),
                    pace.jumpPpm(),
                    feed.minPrice(),
                    feed.maxPrice(),
                    feed.maxAge(),
                    feed.widenPpmPerSecond()))
        .toList();
  }

  /**
   * Whether a local network's oracles would believe a scenario.
   *
   * @throws IllegalArgumentException when a price is outside its feed's range, naming it
   */
  public static void requireBelievable(Scenario scenario) {
    for (FeedConfig feed : FEEDS) {
      PricePath path = scenario.paths().getOrDefault(feed.feed(), PricePath.constant(0));
      for (PricePath.Point point : path.points()) {
        if (point.price() < feed.minPrice() || point.price() > feed.maxPrice()) {
          throw new IllegalArgumentException(
              "No oracle here believes a price of %s of %s; it must be %s to %s."
                  .formatted(
                      feed.feed(),
                      dollars(point.price()),
                      dollars(feed.minPrice()),
                      dollars(feed.maxPrice())));
        }
      }
    }
  }

  private static String dollars(long price) {
    return BigDecimal.valueOf(price, FeedId.DECIMALS).stripTrailingZeros().toPlainString();
  }

  /**
   * Reads a configuration.
   *
   * @throws LocalNetworkException when the file is no valid one
   */
  public static OracleConfig read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readString(file), OracleConfig.class);
    } catch (JacksonException e) {
      throw new LocalNetworkException(
          file + " says nothing valid about oracles: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes a configuration whole, or leaves what was there. */
  public static void write(Path file, OracleConfig config) throws IOException {
    DataFolder.replace(
        file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n", "rw-r--r--");
  }

  /** Gives a local network its oracles, unless it has them. */
  static void create(DataFolder data, Pace pace) throws IOException {
    if (Files.exists(data.oracleFile())) {
      return;
    }
    NetworkKeys keys = new NetworkKeys(data);
    keys.create();
    write(data.oracleFile(), OracleConfig.of(keys.oracles(), feeds(pace)));
  }
}
