package io.crossclear.nodes.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerIT {

  @Test
  void itStartsInAFolderThatOnlyItsOwnerCanEnterAndIsAdoptedThere(@TempDir Path folder)
      throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    PostgresServer server = new PostgresServer(new DataFolder(folder).create(), 0);
    PostgresServer next = new PostgresServer(new DataFolder(folder), 0);
    try {
      server.start();
      assertTrue(server.serving());
      assertTrue(server.empty());

      next.start();

      assertEquals(server.running(), next.running());
      assertEquals(server.port(), next.port());
    } finally {
      server.stop(Duration.ofSeconds(10));
    }
    assertFalse(next.running().alive());
  }
}
