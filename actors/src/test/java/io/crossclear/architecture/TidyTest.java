package io.crossclear.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TidyTest {

  private static final Path MAIN = Path.of("src/main/java");

  private static final Pattern BANNED =
      Pattern.compile(
          "\\b(" + String.join("|", "TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK") + ")\\b");

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(MAIN)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  @Test
  void everyPackageSaysWhatItIs() throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path file : sources()) {
      Path info = file.resolveSibling("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
        missing.add(info);
      }
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void nothingIsLeftForLater() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      BANNED
          .matcher(Files.readString(file))
          .results()
          .forEach(r -> found.add(file + ": " + r.group()));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void thereIsSomethingToRead() throws IOException {
    assertTrue(sources().size() > 60);
  }

  @Test
  void whatIsBannedIsFound() {
    assertTrue(BANNED.matcher("// " + "TO" + "DO: later").find());
  }
}
