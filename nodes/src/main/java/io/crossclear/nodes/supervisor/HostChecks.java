package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether this machine can run a local network, and what to do where it cannot. */
public final class HostChecks {

  private static final Pattern VERSION = Pattern.compile("(\\d+)(?:\\.(\\d+))?[\\w.+-]*");
  private static final Pattern COLOURS = Pattern.compile("\\x1b\\[[0-9;]*m");
  private static final long LEAST_DISK = 1L << 30;

  /** No correct clock shows an earlier time than the day this was written. */
  private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * One finding.
   *
   * @param found what is there
   * @param advice what to do; empty when nothing is to be done
   */
  public record Check(String name, boolean ok, String found, String advice) {}

  private final DataFolder data;
  private final Path anvil;

  /**
   * @param anvil the program that runs a chain
   */
  public HostChecks(DataFolder data, Path anvil) {
    this.data = data;
    this.anvil = anvil;
  }

  /** All of them, in the order in which a network needs them. */
  public List<Check> run() throws InterruptedException {
    List<Check> checks = new ArrayList<>();
    checks.add(platform());
    checks.add(
        new Check("java", Runtime.version().feature() >= 21, "JDK " + Runtime.version(), ""));
    checks.add(
        program(
            "node", 20, "install Node.js 20 or newer, from nodejs.org where apt has an older one"));
    checks.add(program("npm", 7, "install npm 7 or newer: apt-get install npm"));
    checks.add(program("mvn", 3, "install Maven 3.8 or newer: apt-get install maven"));
    checks.add(program(anvil.toString(), 1, "run npm ci in bridges/contracts"));
    checks.add(program("setsid", 2, "install util-linux: apt-get install util-linux"));
    checks.add(writable());
    checks.add(disk());
    checks.add(database());
    checks.add(ports());
    checks.add(clock());
    return checks;
  }

  private static Check platform() {
    String found = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    boolean ok = found.equals("Linux amd64");
    return new Check("platform", ok, found, ok ? "" : "run it on Linux x86_64");
  }

  private static Check program(String command, int least, String advice)
      throws InterruptedException {
    String name = String.valueOf(Path.of(command).getFileName());
    try {
      Process process = new ProcessBuilder(command, "--version").redirectErrorStream(true).start();
      String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(10, TimeUnit.SECONDS);
      Matcher version = VERSION.matcher(COLOURS.matcher(line).replaceAll(""));
      if (!version.find()) {
        return new Check(name, false, "no version in its answer", advice);
      }
      boolean ok = Integer.parseInt(version.group(1)) >= least;
      return new Check(name, ok, version.group(), ok ? "" : advice);
    } catch (IOException e) {
      return new Check(name, false, "not found", advice);
    }
  }

  private Check writable() {
    Path existing = existing(data.root());
    boolean ok = Files.isWritable(existing) && Files.isDirectory(existing);
    return new Check(
        "data folder",
        ok,
        data.root().toString(),
        ok ? "" : "choose a folder that you can write with --data");
  }

  private static Path existing(Path folder) {
    Path candidate = folder;
    while (Files.notExists(candidate)) {
      candidate = Optional.ofNullable(candidate.getParent()).orElse(Path.of("/"));
    }
    return candidate;
  }

  private Check disk() {
    try {
      long free = Files.getFileStore(existing(data.root())).getUsableSpace();
      boolean ok = free >= LEAST_DISK;
      return new Check("disk", ok, (free >> 20) + " MiB free", ok ? "" : "free at least 1 GiB");
    } catch (IOException e) {
      return new Check(
          "disk", false, String.valueOf(e.getMessage()), "choose another folder with --data");
    }
  }

  private Check database() throws InterruptedException {
    try {
      PostgresAccount account = PostgresAccount.choose(existing(data.postgres()));
      String found =
          account.prefix().isEmpty() ? "as this user" : String.join(" ", account.prefix());
      return new Check("postgres account", true, found, "");
    } catch (IOException | LocalNetworkException e) {
      return new Check(
          "postgres account",
          false,
          String.valueOf(e.getMessage()),
          "choose another folder with --data");
    }
  }

  /** Taken ports hinder nothing: others are chosen. */
  private Check ports() {
    if (LocalNetwork.attach(data.root()).supervisor().isPresent()) {
      return new Check("ports", true, "in use by this network", "");
    }
    List<Integer> taken = new ArrayList<>();
    for (int port :
        new int[] {
          Ports.HTTP,
          Ports.CLUSTER,
          Ports.POSTGRES,
          Ports.FIRST_CHAIN,
          Ports.FIRST_CHAIN + 1,
          Ports.FIRST_CHAIN + 2,
          Ports.TICKERS
        }) {
      if (!Ports.free(port)) {
        taken.add(port);
      }
    }
    return new Check(
        "ports", true, taken.isEmpty() ? "free" : taken + " taken, other ports will be used", "");
  }

  private Check clock() {
    Instant now = Instant.now();
    boolean ok = now.isAfter(EARLIEST);
    if (Files.exists(data.networkFile())) {
      try {
        ok &=
            Files.getLastModifiedTime(data.networkFile()).toInstant().isBefore(now.plusSeconds(5));
      } catch (IOException e) {
        return new Check(
            "clock", false, String.valueOf(e.getMessage()), "choose another folder with --data");
      }
    }
    return new Check(
        "clock",
        ok,
        now.toString(),
        ok ? "" : "set the clock: it is behind what this network has seen");
  }
}
