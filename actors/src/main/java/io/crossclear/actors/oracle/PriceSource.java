package io.crossclear.actors.oracle;

import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.SourceQuote;
import java.util.concurrent.CompletionStage;

/** Port: one source of prices. Implementations may be called from any thread and never block. */
@FunctionalInterface
public interface PriceSource {

  /**
   * What the source says now; fails when it does not answer, or not in a way that can be
   * understood.
   */
  CompletionStage<SourceQuote> quote(FeedId feed);
}
