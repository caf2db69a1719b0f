package io.crossclear.nodes.supervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of another JVM with this one's Java, class path and {@code crossclear.*}
 * properties.
 */
public final class JavaCommand {

  private JavaCommand() {}

  /**
   * A command that runs the main class of Crossclear.
   *
   * @param options of the JVM, such as {@code -Xmx96m}
   * @param arguments of the program
   */
  public static List<String> crossclear(List<String> options, List<String> arguments) {
    return of(options, "io.crossclear.nodes.Main", arguments);
  }

  static List<String> of(List<String> options, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-XX:+UseSerialGC");
    command.add("--enable-native-access=ALL-UNNAMED");
    if (Runtime.version().feature() >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("crossclear."))
        .sorted()
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }
}
