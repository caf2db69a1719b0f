package io.crossclear.nodes.supervisor;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Stands in for a node: reads its configuration and says that it is ready. */
public final class ReadyServer {

  private ReadyServer() {}

  /** Serves until it is ended. */
  public static void main(String[] arguments) throws IOException {
    List<String> words = List.of(arguments);
    File file = new File(words.get(words.indexOf("--config") + 1));
    Config http = ConfigFactory.parseFile(file).getConfig("crossclear.http");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(http.getString("host"), http.getInt("port")), 0);
    server.createContext(
        "/ready",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }
}
