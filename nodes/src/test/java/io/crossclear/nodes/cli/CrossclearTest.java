package io.crossclear.nodes.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossclearTest {

  private record Answer(int code, String out, String err) {}

  private static Answer run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream complained = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
    try {
      int code = Crossclear.execute(arguments);
      return new Answer(
          code, said.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void aWrongFlagIsAnsweredInTwoLinesAndExitCode2() {
    Answer answer = run("up", "--fast");
    assertEquals(2, answer.code());
    assertEquals("", answer.out());
    assertEquals("Unknown option: '--fast'\nTry: crossclear up --help\n", answer.err());
  }

  @Test
  void anUnknownCommandIsAnsweredWithExitCode2() {
    assertEquals(2, run("fly").code());
  }

  @Test
  void helpNamesEveryPublicCommandAndEveryExitCode() {
    Answer answer = run("--help");
    assertEquals(0, answer.code());
    for (String word : new String[] {"up", "down", "status", "doctor", "Exit codes:"}) {
      assertTrue(answer.out().contains(word), word);
    }
  }

  @Test
  void theStatusOfNoNetworkIsExitCode3(@TempDir Path folder) {
    Answer answer = run("status", "--json", "--data", folder.toString());
    assertEquals(3, answer.code());
    assertEquals("{\"phase\":\"STOPPED\",\"services\":[]}\n", answer.out());
  }

  @Test
  void downWithoutANetworkChangesNothing(@TempDir Path folder) {
    Answer answer = run("down", "--data", folder.resolve("none").toString());
    assertEquals(new Answer(0, "Nothing was running.\n", ""), answer);
    assertTrue(Files.notExists(folder.resolve("none")));
  }

  @Test
  void theDoctorSaysWhatToInstall(@TempDir Path folder) {
    String before = System.getProperty("crossclear.anvil", "");
    System.setProperty("crossclear.anvil", folder.resolve("anvil").toString());
    try {
      Answer answer = run("doctor", "--data", folder.toString());
      assertEquals(1, answer.code());
      assertTrue(answer.out().contains("run npm ci in bridges/contracts"), answer.out());
    } finally {
      if (before.isEmpty()) {
        System.clearProperty("crossclear.anvil");
      } else {
        System.setProperty("crossclear.anvil", before);
      }
    }
  }
}
