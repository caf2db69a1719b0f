package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL runs: it refuses root. A user runs it as himself. Root hands it to the user
 * {@code postgres} or {@code nobody}; where these cannot enter the data folder (a folder below
 * {@code /root}, say), it runs in a user namespace in which root has another number.
 *
 * @param prefix put before a command
 * @param uid owner of its files
 * @param gid group of its files
 */
record PostgresAccount(List<String> prefix, int uid, int gid) {

  PostgresAccount {
    prefix = List.copyOf(prefix);
  }

  /**
   * Who can run PostgreSQL with its files in this folder.
   *
   * @throws LocalNetworkException when nobody can
   */
  static PostgresAccount choose(Path folder) throws IOException, InterruptedException {
    int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (uid != 0) {
      return new PostgresAccount(
          List.of(), uid, (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    }
    for (String user : List.of("postgres", "nobody")) {
      for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
        String[] fields = line.split(":", -1);
        if (fields.length > 3 && fields[0].equals(user)) {
          PostgresAccount account =
              new PostgresAccount(
                  List.of(
                      "setpriv", "--reuid=" + fields[2], "--regid=" + fields[3], "--clear-groups"),
                  Integer.parseInt(fields[2]),
                  Integer.parseInt(fields[3]));
          if (account.can("test", "-x", folder.toString())) {
            return account;
          }
        }
      }
    }
    PostgresAccount namespace =
        new PostgresAccount(
            List.of("unshare", "--user", "--map-user=65534", "--map-group=65534"), 0, 0);
    if (namespace.can("test", "-x", folder.toString())) {
      return namespace;
    }
    throw new LocalNetworkException(
        "PostgreSQL refuses to run as root and neither the user postgres nor nobody can enter "
            + folder
            + "; choose a folder that everyone can enter with --data, or run as another user.");
  }

  private boolean can(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command(List.of(command)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // the tool is not installed
    }
  }

  /** The command as this account runs it. */
  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return whole;
  }

  /** Gives the folder with everything in it to this account. */
  void own(Path folder) throws IOException {
    if (prefix.isEmpty()) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (!Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(uid)) {
          Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
          Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
  }
}
