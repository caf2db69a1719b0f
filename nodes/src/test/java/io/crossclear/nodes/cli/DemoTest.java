package io.crossclear.nodes.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the demo refuses before it starts anything. */
final class DemoTest {

  @Test
  void fewerUsersThanChainsAreAWrongCommandLine() {
    assertEquals(2, Crossclear.execute("demo", "--accounts", "2"));
  }

  @Test
  void aScenarioThatThereIsNotIsAWrongCommandLine() {
    assertEquals(2, Crossclear.execute("demo", "--scenario", "tea"));
  }

  @Test
  void aPriceFileThatIsNoneIsAWrongCommandLine(@TempDir Path folder) throws Exception {
    Path gap = folder.resolve("gap.csv");
    Files.writeString(
        gap,
        """
        unix,utc,open,high,low,close
        1583539200,2020-03-07T00:00:00Z,9000,9100,8900,9050
        1583542800,2020-03-07T01:00:00Z,9050,9100,8900,9000
        1583550000,2020-03-07T03:00:00Z,9000,9100,8900,9050
        """);
    assertEquals(2, Crossclear.execute("demo", "--prices", "BTC=" + gap));
    assertEquals(2, Crossclear.execute("demo", "--prices", "BTC=" + folder.resolve("none.csv")));
    Path cheap = folder.resolve("cheap.csv");
    Files.writeString(
        cheap, "unix,utc,open,high,low,close\n1583539200,x,2,3,1,2\n1583542800,x,2,3,1,2\n");
    assertEquals(2, Crossclear.execute("demo", "--prices", "BTC=" + cheap));
  }

  @Test
  void twoFilesForOneAssetOrOneForAnUnknownOneAreAWrongCommandLine(@TempDir Path folder)
      throws Exception {
    Path good = folder.resolve("good.csv");
    Files.writeString(
        good,
        """
        unix,utc,open,high,low,close
        1583539200,2020-03-07T00:00:00Z,9000,9100,8900,9050
        1583542800,2020-03-07T01:00:00Z,9050,9100,8900,9000
        """);
    String bitcoin = "BTC=" + good;
    assertEquals(
        "There are two price files for BTC/USD.",
        refusal("demo", "--prices", bitcoin, "--prices", bitcoin));
    for (String wrong : List.of("DOGE=" + good, "btc=" + good, "BTC", "BTC=", "=", "")) {
      assertEquals(
          "--prices is BTC=FILE or ETH=FILE, not " + wrong + ".",
          refusal("demo", "--prices", wrong));
    }
    assertEquals(folder + " cannot be read.", refusal("demo", "--prices", "BTC=" + folder));
  }

  @Test
  void aFileIsNoFolderForANetwork(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals(file + " is no folder.", refusal("demo", "--data", file.toString()));
  }

  /** The first line of what a wrong command line is answered with. */
  private static String refusal(String... arguments) throws IOException {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      System.setErr(err);
      assertEquals(2, Crossclear.execute(arguments));
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }

  @Test
  void aRunOfNoLengthIsAWrongCommandLine() {
    assertEquals(2, Crossclear.execute("demo", "--minutes", "0"));
    assertEquals(2, Crossclear.execute("demo", "--minutes", "NaN"));
  }

  @Test
  void pricesForARoundTripAreAWrongCommandLine() {
    assertEquals(
        2, Crossclear.execute("demo", "--scenario", "roundtrip", "--prices", "BTC=some.csv"));
  }

  @Test
  void aFolderWithANetworkIsNotTouched(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("genesis.json"), "{}");
    assertEquals(2, Crossclear.execute("demo", "--data", folder.toString()));
    assertFalse(Files.exists(folder.resolve("network.json")));
  }
}
