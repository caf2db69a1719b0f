package io.crossclear.nodes.oracle;

import io.crossclear.domain.oracle.FeedId;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that tickers ever said, a line each: path and body. What the oracles were told, from
 * outside of them. Any thread.
 */
public final class QuoteLog implements AutoCloseable {

  /**
   * What one ticker said once.
   *
   * @param liar whether it is the one that lies
   * @param price in 1e-8
   * @param time of the answer, milliseconds since 1970
   */
  public record Quoted(boolean liar, FeedId feed, long price, long time) {}

  private final BufferedWriter out;

  /** Appends to a file. */
  public QuoteLog(Path file) throws IOException {
    this.out =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Writes one answer down before it is given. */
  public synchronized void add(String path, String body) {
    try {
      out.write(path + " " + body + "\n");
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what was said so far; a last line that is still being written is left out.
   *
   * @param oracles how many there are
   */
  public static List<Quoted> read(Path file, int oracles) throws IOException {
    String text = Files.exists(file) ? Files.readString(file) : "";
    List<Quoted> quotes = new ArrayList<>();
    String liar = LocalTickers.liar(oracles);
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      int gap = line.indexOf(' ');
      TickerJson ticker =
          TickerJson.parse(line.substring(gap + 1).getBytes(StandardCharsets.UTF_8));
      quotes.add(
          new Quoted(
              line.substring(0, gap).equals(liar), ticker.symbol(), ticker.price(), ticker.time()));
    }
    return List.copyOf(quotes);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
