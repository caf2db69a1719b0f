package io.crossclear.nodes.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuoteLogTest {

  private static final FeedId BTC = new FeedId("BTC/USD");

  @TempDir Path folder;

  @Test
  void whatTickersSaidIsReadWithTheLiarNamed() throws IOException {
    Path file = folder.resolve("quotes");
    try (QuoteLog log = new QuoteLog(file)) {
      log.add("/oracle-1/source-3", new TickerJson(BTC, 100, 7).write());
      log.add("/oracle-4/source-3", new TickerJson(BTC, 150, 8).write());
    }
    Files.writeString(file, "/oracle-1/sou", StandardOpenOption.APPEND);
    assertEquals(
        List.of(new QuoteLog.Quoted(false, BTC, 100, 7), new QuoteLog.Quoted(true, BTC, 150, 8)),
        QuoteLog.read(file, 4));
  }

  @Test
  void withoutAFileNothingWasSaid() throws IOException {
    assertEquals(List.of(), QuoteLog.read(folder.resolve("none"), 4));
  }
}
