package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.persistence.CrossclearModule;
import java.io.IOException;
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
