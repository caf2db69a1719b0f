package io.crossclear.nodes.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
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
  void aFolderWithANetworkIsNotTouched(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("genesis.json"), "{}");
    assertEquals(2, Crossclear.execute("demo", "--data", folder.toString()));
    assertFalse(Files.exists(folder.resolve("network.json")));
  }
}
