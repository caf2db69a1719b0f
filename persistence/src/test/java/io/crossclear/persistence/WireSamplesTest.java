package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What was written can be read for ever: the frozen files are the proof. They are written once for
 * a new sample, by {@code -Dwire.write=true}, and never overwritten.
 */
final class WireSamplesTest {

  private static final Path FOLDER = Path.of("src/test/resources/wire");
  private static final boolean WRITE = Boolean.getBoolean("wire.write");

  private static ActorSystem system;
  private static WireSerializer serializer;

  @BeforeAll
  static void startSerializers() {
    system =
        ActorSystem.create(
            "wire",
            ConfigFactory.load(ConfigFactory.parseResources("crossclear-serialization.conf")));
    serializer = new WireSerializer((ExtendedActorSystem) system);
  }

  @AfterAll
  static void stop() {
    TestKit.shutdownActorSystem(system);
  }

  @Test
  void everyEventOfEveryFamilyHasASample() {
    Set<String> stored = new TreeSet<>();
    WireNames.FAMILIES.forEach(
        family -> WireNames.members(family.events()).forEach(event -> stored.add(event.getName())));
    assertEquals(stored, names(WireSamples.events()));
  }

  @Test
  void everyStateComesBackEqual() throws IOException {
    for (Object state : WireSamples.states()) {
      byte[] bytes = serializer.toBinary(state);
      assertEquals(state, serializer.fromBinary(bytes, manifest(state)));
    }
    Set<String> stored = new TreeSet<>();
    WireNames.FAMILIES.forEach(family -> stored.add(family.state().getName()));
    assertEquals(stored, names(WireSamples.states()));
  }

  private static Set<String> names(List<Object> samples) {
    return samples.stream()
        .map(sample -> sample.getClass().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyFrozenFileStillHasItsType() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<String> orphans =
          files
              .map(file -> file.getFileName().toString().replaceAll("\\.(json|cbor\\.hex)$", ""))
              .filter(manifest -> WireNames.stored(manifest).isEmpty())
              .toList();
      assertEquals(List.of(), orphans, "renamed? keep the old wire name in WireNames.KEPT");
    }
  }

  @TestFactory
  Stream<DynamicTest> theFrozenBytesAreReadAndWrittenUnchanged() {
    return WireSamples.events().stream()
        .map(sample -> DynamicTest.dynamicTest(manifest(sample), () -> frozen(sample)));
  }

  private static String manifest(Object sample) {
    return serializer.manifest(sample);
  }

  private static void frozen(Object sample) throws IOException {
    ObjectMapper json = CrossclearModule.json();
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter()
            .withSeparators(
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER))
            .withObjectIndenter(new DefaultIndenter("  ", "\n"));
    String text = json.writer(printer).writeValueAsString(sample) + "\n";
    String hex = HexFormat.of().formatHex(serializer.toBinary(sample)) + "\n";
    Path jsonFile = FOLDER.resolve(manifest(sample) + ".json");
    Path cborFile = FOLDER.resolve(manifest(sample) + ".cbor.hex");
    writeOnce(jsonFile, text);
    writeOnce(cborFile, hex);

    String frozenText = Files.readString(jsonFile);
    String frozenHex = Files.readString(cborFile);
    byte[] frozenBytes = HexFormat.of().parseHex(frozenHex.strip());
    assertAll(
        () -> assertEquals(frozenText, text),
        () -> assertEquals(frozenHex, hex),
        () -> assertEquals(sample, json.readValue(frozenText, sample.getClass())),
        () -> assertEquals(sample, serializer.fromBinary(frozenBytes, manifest(sample))));
  }

  private static void writeOnce(Path file, String content) throws IOException {
    if (WRITE && !Files.exists(file)) {
      Files.writeString(file, content);
    }
    assertTrue(Files.exists(file), () -> file + " is missing; freeze it with -Dwire.write=true");
  }
}
