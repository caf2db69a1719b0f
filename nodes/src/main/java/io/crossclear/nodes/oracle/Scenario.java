package io.crossclear.nodes.oracle;

import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened to prices once, to be replayed: a path per feed between anchors that are facts.
 *
 * @param paths in time since the scenario's first anchor
 * @param length from the first anchor to the last, above 0
 */
public record Scenario(Map<FeedId, PricePath> paths, Duration length) {

  private static final String HEADER = "feed,utc,price";

  /**
   * @throws IllegalArgumentException when it has no length
   */
  public Scenario {
    paths = Map.copyOf(paths);
    if (length.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException("a scenario needs two moments");
    }
  }

  /** 12 and 13 March 2020, when bitcoin and ether lost half; a dollar coin stays at one dollar. */
  public static Scenario march2020() {
    try (InputStream file = Scenario.class.getResourceAsStream("/scenarios/2020-03.csv")) {
      if (file == null) {
        throw new IllegalStateException("the scenario of March 2020 is not on the class path");
      }
      Scenario anchors = parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
      Map<FeedId, PricePath> paths = new HashMap<>(anchors.paths());
      paths.put(new FeedId("USDC/USD"), PricePath.constant(1_00000000L));
      return new Scenario(paths, anchors.length());
    } catch (IOException e) {
      throw new IllegalStateException("the scenario of March 2020 cannot be read", e);
    }
  }

  /**
   * Reads {@code feed,utc,price} lines below that header; lines that begin with # are comments.
   *
   * @throws IllegalArgumentException when a line is none, or a feed's lines are not in order
   */
  static Scenario parse(String csv) {
    Map<FeedId, List<Anchor>> anchors = new TreeMap<>();
    List<String> lines = csv.lines().filter(line -> !line.startsWith("#")).toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new IllegalArgumentException("a scenario begins with " + HEADER);
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      if (fields.length != 3) {
        throw new IllegalArgumentException("no anchor: " + line);
      }
      anchors
          .computeIfAbsent(new FeedId(fields[0]), feed -> new ArrayList<>())
          .add(new Anchor(Instant.parse(fields[1]), units(fields[2])));
    }
    List<Instant> moments =
        anchors.values().stream().flatMap(Collection::stream).map(Anchor::at).sorted().toList();
    if (moments.isEmpty()) {
      throw new IllegalArgumentException("a scenario needs an anchor");
    }
    Map<FeedId, PricePath> paths = new HashMap<>();
    anchors.forEach((feed, of) -> paths.put(feed, path(moments.getFirst(), of)));
    return new Scenario(paths, Duration.between(moments.getFirst(), moments.getLast()));
  }

  private record Anchor(Instant at, long price) {}

  private static long units(String price) {
    return new BigDecimal(price).movePointRight(FeedId.DECIMALS).longValueExact();
  }

  private static PricePath path(Instant begins, List<Anchor> anchors) {
    return new PricePath(
        anchors.stream()
            .map(a -> new PricePath.Point(Duration.between(begins, a.at()), a.price()))
            .toList());
  }

  /** Its feeds, ascending. */
  public List<FeedId> feeds() {
    return paths.keySet().stream().sorted(Comparator.naturalOrder()).toList();
  }

  /**
   * How to replay it for ever: forth and back, so that no price ever jumps, and by the clock alone,
   * so that a server that was started again goes on where the others are.
   *
   * @param speed seconds of the scenario in one second
   */
  public Playback forthAndBack(int speed) {
    long whole = length.toMillis();
    return now -> {
      long at = Math.floorMod(now * speed, 2 * whole);
      return Duration.ofMillis(at <= whole ? at : 2 * whole - at);
    };
  }
}
