package io.crossclear.nodes;

import io.crossclear.nodes.cli.Crossclear;

/** The one program: a command line that also runs nodes and the supervisor. */
public final class Main {

  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    boolean node = arguments.length > 0 && arguments[0].equals("node");
    if (!node && System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "logback-cli.xml");
    }
    System.exit(Crossclear.execute(arguments));
  }
}
