package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Ports of the loopback interface. A chosen port is opened seconds later, by another process, so
 * until this one ends a lock keeps other networks of this machine from choosing it as well: two
 * nodes on one port would be one node to whoever asks.
 */
final class Ports {

  static final int POSTGRES = 25432;
  static final int FIRST_CHAIN = 28545;
  static final int TICKERS = 28560;
  static final int HTTP = 8480;
  static final int CLUSTER = 27355;

  private static final Map<Integer, FileLock> CHOSEN = new HashMap<>();

  private Ports() {}

  /** Whether this port can be listened on. */
  static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The preferred port when it is free and nobody else chose it, else any such port. */
  static synchronized int choose(int preferred) {
    if (preferred > 0 && free(preferred) && take(preferred)) {
      return preferred;
    }
    while (true) {
      int port = any();
      if (take(port)) {
        return port;
      }
    }
  }

  private static int any() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new LocalNetworkException("No port of 127.0.0.1 is free.", e);
    }
  }

  /** Whether no other process holds the port's lock; where no locks can be had, it is taken. */
  private static boolean take(int port) {
    if (CHOSEN.containsKey(port)) {
      return true;
    }
    try {
      Path folder =
          Path.of(System.getProperty("java.io.tmpdir"))
              .resolve("crossclear-ports-" + System.getProperty("user.name"));
      Files.createDirectories(folder);
      FileChannel file =
          FileChannel.open(
              folder.resolve(Integer.toString(port)),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      FileLock lock = file.tryLock();
      if (lock == null) {
        file.close();
        return false;
      }
      CHOSEN.put(port, lock);
      return true;
    } catch (IOException noLocks) {
      return true;
    }
  }
}
