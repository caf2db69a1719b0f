package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.persistence.CrossclearModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code genesis.json}: the record {@link Genesis} on the wire of everything else. */
public final class GenesisFile {

  private static final ObjectMapper JSON = CrossclearModule.json();

  private GenesisFile() {}

  /**
   * Reads a genesis.
   *
   * @throws LocalNetworkException when the file is no valid genesis
   */
  public static Genesis read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readString(file), Genesis.class);
    } catch (JacksonException e) {
      throw new LocalNetworkException(file + " is no genesis: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes a genesis whole, or leaves what was there. */
  public static void write(Path file, Genesis genesis) throws IOException {
    DataFolder.replace(
        file,
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(genesis) + "\n",
        "rw-r--r--");
  }
}
