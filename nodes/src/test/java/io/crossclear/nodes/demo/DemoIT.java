package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.nodes.supervisor.LocalNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both demos, small, with their three kills, on networks of real processes. */
@Tag("soak")
final class DemoIT {

  @TempDir Path temporary;

  private Path data() throws IOException {
    Path anvil =
        Path.of("../bridges/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil")
            .toAbsolutePath()
            .normalize();
    assertTrue(Files.isExecutable(anvil), "run npm ci in bridges/contracts: there is no " + anvil);
    System.setProperty("crossclear.anvil", anvil.toString());
    // a folder that everyone can enter, so that root hands PostgreSQL to another user
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    return temporary.resolve("network");
  }

  @Test
  void sixUsersGetEverythingBackThoughTheNodeIsKilledThreeTimes() throws Exception {
    Path data = data();
    holds(Roundtrip.run(DemoOptions.of(data, 6, 7).withChaos(), new Progress(System.out)), data);
  }

  @Test
  void twentyTradersGoThroughMarch2020ThoughTheNodeIsKilledThreeTimes() throws Exception {
    Path data = data();
    holds(Crash.run(DemoOptions.of(data, 20, 7).withChaos(), new Progress(System.out)), data);
  }

  private static void holds(DemoResult result, Path data) throws Exception {
    assertTrue(result.holds(), result.text());
    assertEquals(3, result.figures().get("kills"), result.text());
    assertTrue(
        LocalNetwork.attach(data).stop().isEmpty(), "the demo ends everything that it started");
  }
}
