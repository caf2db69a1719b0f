package io.crossclear.nodes.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.oracle.FeedId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {

  private static final String WINDOW = "unix,utc,open,high,low,close";
  private static final String FIRST = "1583539200,2020-03-07T00:00:00Z,100.5,110,90,101.25";
  private static final String SECOND = "1583542800,2020-03-07T01:00:00Z,101.25,110,50.00000001,60";

  private static PriceFile window(String... lines) {
    return PriceFile.parse(
        "f.csv",
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(WINDOW), java.util.Arrays.stream(lines))
            .toList());
  }

  private static String kline(long time, String prices) {
    return time + "," + prices + ",12.5,9,1,10,1,1,0";
  }

  @Test
  void aWindowOfSecondsIsRead() {
    PriceFile file = window(FIRST, SECOND);
    assertEquals(Instant.parse("2020-03-07T00:00:00Z"), file.begins());
    assertEquals(Duration.ofHours(1), file.step());
    assertEquals(List.of(100_50000000L, 101_25000000L, 60_00000000L), file.prices());
    assertEquals(Instant.parse("2020-03-07T02:00:00Z"), file.ends());
  }

  @Test
  void klinesAreReadInMillisecondsAndInMicroseconds() {
    for (long unit : new long[] {1_000, 1_000_000}) {
      PriceFile file =
          PriceFile.parse(
              "k.csv",
              List.of(
                  kline(1_583_539_200L * unit, "1,3,1,2"),
                  kline(1_583_539_260L * unit, "2,3,2,3")));
      assertEquals(Instant.parse("2020-03-07T00:00:00Z"), file.begins());
      assertEquals(Duration.ofMinutes(1), file.step());
      assertEquals(List.of(1_00000000L, 2_00000000L, 3_00000000L), file.prices());
    }
  }

  @Test
  void aHeaderOfKlinesIsNoCandle() {
    PriceFile file =
        PriceFile.parse(
            "k.csv",
            List.of(
                "open_time,open,high,low,close,volume,close_time,a,b,c,d,e",
                kline(1_583_539_200_000L, "1,3,1,2"),
                kline(1_583_539_260_000L, "2,3,2,3")));
    assertEquals(3, file.prices().size());
  }

  @Test
  void aGapIsRefusedByItsLine() {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> window(FIRST, SECOND, "1583550000,2020-03-07T03:00:00Z,60,61,59,60"));
    assertEquals(
        "f.csv, line 4: a gap: 2020-03-07T03:00:00Z is 7200 s after the line before it, where 3600"
            + " s are a step.",
        refusal.getMessage());
  }

  @Test
  void anUnsortedLineIsRefused() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> window(SECOND, FIRST));
    assertEquals(
        "f.csv, line 3: 2020-03-07T00:00:00Z is not after the line before it.",
        refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1583542800,x,1,1,1 | 5 columns, where there must be 6.",
        "'' | 1 columns, where there must be 6.",
        "1583542800,x,1,1,1,one | a time or a price is no number of up to 8 decimals.",
        "1583542800,x,1,1,1,1.000000001 | a time or a price is no number of up to 8 decimals.",
        "-1,x,1,1,1,1 | a time or a price is no number of up to 8 decimals.",
        "1586304000,x,1,1,1,1 | a step of 32 days, where 31 are the most.",
        "now,x,1,1,1,1 | a time or a price is no number of up to 8 decimals.",
        "1583542800,x,1,1,0,1 | open and close must lie between low and high, and all above 0.",
        "1583542800,x,1,2,1,3 | open and close must lie between low and high, and all above 0."
      })
  void aMalformedLineIsRefusedInOneSentence(String line, String sentence) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> window(FIRST, line));
    assertEquals("f.csv, line 3: " + sentence, refusal.getMessage());
  }

  @Test
  void aFileThatIsMissingOrEmptyIsRefused() {
    assertEquals(
        "/none.csv cannot be read.",
        assertThrows(IllegalArgumentException.class, () -> PriceFile.read(Path.of("/none.csv")))
            .getMessage());
    assertEquals(
        "f.csv has fewer than two candles.",
        assertThrows(IllegalArgumentException.class, () -> window(FIRST)).getMessage());
  }

  @Test
  void anAssetWithoutAFileFollowsTheFirstFilesReturns() {
    LinkedHashMap<FeedId, PriceFile> files = new LinkedHashMap<>();
    files.put(
        new FeedId("BTC/USD"),
        window(
            "1583539200,2020-03-07T00:00:00Z,100,110,40,50",
            "1583542800,2020-03-07T01:00:00Z,50,110,50,100"));
    Scenario scenario = Scenario.of(files);
    assertEquals(Duration.ofHours(2), scenario.length());
    PricePath ether = Objects.requireNonNull(scenario.paths().get(new FeedId("ETH/USD")));
    assertEquals(194_61000000L, ether.at(Duration.ZERO));
    assertEquals(97_30500000L, ether.at(Duration.ofHours(1)));
    assertEquals(194_61000000L, ether.at(Duration.ofHours(2)));
  }

  @Test
  void ofTwoFilesTheCommonTimeIsReplayed() {
    LinkedHashMap<FeedId, PriceFile> files = new LinkedHashMap<>();
    files.put(new FeedId("BTC/USD"), window(FIRST, SECOND));
    files.put(
        new FeedId("ETH/USD"),
        window(
            "1583537400,x,1,9,1,2",
            "1583539200,x,2,9,1,3",
            "1583541000,x,3,9,1,4",
            "1583542800,x,4,9,1,5"));
    Scenario scenario = Scenario.of(files);
    assertEquals(Duration.ofMinutes(90), scenario.length());
    PricePath ether = Objects.requireNonNull(scenario.paths().get(new FeedId("ETH/USD")));
    assertEquals(2_00000000L, ether.at(Duration.ZERO));
    assertEquals(5_00000000L, ether.at(scenario.length()));
  }

  @Test
  void filesOfDifferentTimesAreRefused() {
    LinkedHashMap<FeedId, PriceFile> files = new LinkedHashMap<>();
    files.put(new FeedId("BTC/USD"), window(FIRST, SECOND));
    files.put(
        new FeedId("ETH/USD"),
        window("1600000000,x,1,9,1,2", "1600003600,x,2,9,1,3", "1600007200,x,2,9,1,3"));
    assertThrows(IllegalArgumentException.class, () -> Scenario.of(files));
  }
}
