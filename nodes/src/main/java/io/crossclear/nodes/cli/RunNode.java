package io.crossclear.nodes.cli;

import io.crossclear.nodes.ClearingNode;
import io.crossclear.nodes.NodeException;
import io.crossclear.nodes.NodeSettings;
import io.crossclear.persistence.DatabaseException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one clearing node until it is told to stop. */
@Command(
    name = "node",
    description = "Run one clearing node in the foreground.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  crossclear node --config deploy/local1.conf")
final class RunNode implements Callable<Integer> {

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The node's configuration; deploy/local1.conf shows every key.")
  private Path config = Path.of("");

  @Override
  public Integer call() {
    try {
      ClearingNode node = ClearingNode.start(NodeSettings.read(config));
      node.serve();
      Runtime.getRuntime().addShutdownHook(new Thread(node::close, "stop"));
      node.system().getWhenTerminated().toCompletableFuture().join();
      return 0;
    } catch (NodeException | DatabaseException e) {
      System.err.println(e.getMessage());
      return 1;
    } catch (RuntimeException e) {
      System.err.println("The node cannot start: " + rootOf(e).getMessage());
      return 1;
    }
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
