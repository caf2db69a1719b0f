package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of the loopback interface. */
final class Ports {

  static final int POSTGRES = 25432;
  static final int FIRST_CHAIN = 28545;
  static final int TICKERS = 28560;
  static final int HTTP = 8480;
  static final int CLUSTER = 27355;

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

  /** The preferred port when it is free, else any that is. */
  static int choose(int preferred) {
    if (preferred > 0 && free(preferred)) {
      return preferred;
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new LocalNetworkException("No port of 127.0.0.1 is free.", e);
    }
  }
}
