package io.crossclear.nodes.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.nodes.supervisor.LocalNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo itself, small, with its three kills, on a network of real processes. */
@Tag("soak")
final class RoundtripDemoIT {

  @Test
  void sixUsersGetEverythingBackThoughTheNodeIsKilledThreeTimes(@TempDir Path temporary)
      throws Exception {
    Path anvil =
        Path.of("../bridges/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil")
            .toAbsolutePath()
            .normalize();
    assertTrue(Files.isExecutable(anvil), "run npm ci in bridges/contracts: there is no " + anvil);
    System.setProperty("crossclear.anvil", anvil.toString());
    // a folder that everyone can enter, so that root hands PostgreSQL to another user
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path data = temporary.resolve("network");

    DemoResult result =
        Roundtrip.run(DemoOptions.of(data, 6, 7).withChaos(), new Progress(System.out));

    assertTrue(result.holds(), result.text());
    assertEquals(3, result.figures().get("kills"), result.text());
    assertTrue(
        LocalNetwork.attach(data).stop().isEmpty(), "the demo ends everything that it started");
  }
}
