package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One process of this machine. A pid alone names many processes over time; with its start it names
 * one.
 *
 * @param pid 0 for none
 * @param startTicks clock ticks between the machine's boot and the start of the process
 */
public record ProcessId(long pid, long startTicks) {

  /** No process; never alive. */
  public static final ProcessId NONE = new ProcessId(0, 0);

  private static final Path PROC = Path.of("/proc");

  /** The process that has this pid now. */
  public static Optional<ProcessId> of(long pid) {
    return stat(pid).map(fields -> new ProcessId(pid, Long.parseLong(fields[19])));
  }

  /** This JVM. */
  public static ProcessId self() {
    return of(ProcessHandle.current().pid()).orElseThrow();
  }

  /** Every process that can be seen, in the order of the kernel. */
  static List<ProcessId> running() {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.chars().allMatch(c -> c >= '0' && c <= '9'))
          .flatMap(name -> of(Long.parseLong(name)).stream())
          .toList();
    } catch (IOException e) {
      throw new LocalNetworkException("/proc cannot be read, so no process can be supervised.", e);
    }
  }

  /** Whether it still runs; one that ended and was not yet reaped does not. */
  public boolean alive() {
    return pid > 0
        && stat(pid)
            .filter(fields -> !fields[0].equals("Z") && !fields[0].equals("X"))
            .filter(fields -> Long.parseLong(fields[19]) == startTicks)
            .isPresent();
  }

  /** Its command and arguments; empty when it ended. */
  List<String> command() {
    try {
      String line = Files.readString(PROC.resolve(pid + "/cmdline"), StandardCharsets.ISO_8859_1);
      return line.isEmpty() ? List.of() : List.of(line.split("\0", -1)).subList(0, count(line));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static int count(String line) {
    return (int) line.chars().filter(c -> c == 0).count();
  }

  /** Its working folder, when it runs and may be read. */
  Optional<Path> workingFolder() {
    try {
      return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/cwd")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Sends a signal, when it is alive.
   *
   * @param signal a name that the shell knows, such as {@code INT}
   */
  void signal(String signal) {
    if (!alive()) {
      return;
    }
    try {
      // the shell's own kill: a slim machine has no /bin/kill
      new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + pid)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new LocalNetworkException("No signal can be sent to process " + pid + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until it is gone; whether it is. */
  boolean awaitEnd(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (alive()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  /** State letter first; field n of proc(5) is at n − 3. */
  private static Optional<String[]> stat(long pid) {
    try {
      String line = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
      // the name in parentheses may hold anything
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return fields.length > 19 ? Optional.of(fields) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
