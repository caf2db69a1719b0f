package io.crossclear.nodes.oracle;

import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * What happened to prices once, to be replayed: a path per feed between anchors that are facts.
 *
 * @param paths in time since the scenario's first anchor
 * @param length from the first anchor to the last, above 0
 */
public record Scenario(Map<FeedId, PricePath> paths, Duration length) {

  private static final String HEADER = "feed,utc,price";
  private static final FeedId DOLLAR_COIN = new FeedId("USDC/USD");

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
      paths.put(DOLLAR_COIN, PricePath.constant(1_00000000L));
      return new Scenario(paths, anchors.length());
    } catch (IOException e) {
      throw new IllegalStateException("the scenario of March 2020 cannot be read", e);
    }
  }

  /**
   * Bitcoin and ether by files, a dollar coin at one dollar. Of several files, the time that all of
   * them cover; a feed without one follows the first file's returns from where it was in March
   * 2020.
   *
   * @param files at least one, by feed, the first one first
   * @throws IllegalArgumentException when a feed is not one of March 2020's, or the files have
   *     fewer than two steps of time in common
   */
  public static Scenario of(SequencedMap<FeedId, PriceFile> files) {
    Scenario march = march2020();
    Instant from =
        files.values().stream().map(PriceFile::begins).max(Instant::compareTo).orElseThrow();
    Instant to = files.values().stream().map(PriceFile::ends).min(Instant::compareTo).orElseThrow();
    if (!from.plus(files.firstEntry().getValue().step()).isBefore(to)) {
      throw new IllegalArgumentException("The price files have no time in common.");
    }
    Map<FeedId, PricePath> paths = new HashMap<>();
    PricePath first = files.firstEntry().getValue().path(from, to);
    march
        .paths()
        .forEach((feed, path) -> paths.put(feed, following(first, path.at(Duration.ZERO))));
    paths.put(DOLLAR_COIN, PricePath.constant(1_00000000L));
    files.forEach(
        (feed, file) -> {
          if (paths.replace(feed, file.path(from, to)) == null || feed.equals(DOLLAR_COIN)) {
            throw new IllegalArgumentException("Nothing here trades by prices of " + feed + ".");
          }
        });
    return new Scenario(paths, Duration.between(from, to));
  }

  /** The same returns from another price, in doubles' precision: a story, not a figure. */
  private static PricePath following(PricePath leader, long from) {
    double scale = (double) from / leader.points().getFirst().price();
    return new PricePath(
        leader.points().stream()
            .map(p -> new PricePath.Point(p.at(), Math.max(1, Math.round(p.price() * scale))))
            .toList());
  }

  /**
   * Reads a file that {@link #text} wrote.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Scenario read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  /** Every point as a {@code feed,utc,price} line, the scenario's first moment being 1970's. */
  public String text() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (FeedId feed : feeds()) {
      for (PricePath.Point point : Objects.requireNonNull(paths.get(feed)).points()) {
        String price = BigDecimal.valueOf(point.price(), FeedId.DECIMALS).toPlainString();
        text.append(feed + "," + Instant.EPOCH.plus(point.at()) + "," + price + "\n");
      }
    }
    return text.toString();
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
