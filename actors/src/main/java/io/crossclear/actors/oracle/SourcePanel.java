package io.crossclear.actors.oracle;

import io.crossclear.domain.oracle.FeedConfig;
import io.crossclear.domain.oracle.ObservedPrice;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.SourceQuote;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.CircuitBreaker;

/**
 * An oracle's sources, asked all at once. A source that fails or takes too long has said nothing;
 * one that does so again and again is left alone for a while.
 */
final class SourcePanel {

  private record Watched(String name, PriceSource source, CircuitBreaker breaker) {

    CompletableFuture<Optional<SourceQuote>> quote(FeedConfig feed) {
      CompletionStage<SourceQuote> answer =
          breaker.callWithCircuitBreakerCS(() -> source.quote(feed.feed()));
      // the name is ours: a source cannot speak for another
      return answer
          .handle(
              (quote, failure) ->
                  failure == null && quote != null
                      ? Optional.of(
                          new SourceQuote(name, quote.feed(), quote.price(), quote.time()))
                      : Optional.<SourceQuote>empty())
          .toCompletableFuture();
    }
  }

  private final OracleConfig config;
  private final Clock clock;
  private final List<Watched> sources = new ArrayList<>();

  SourcePanel(
      ActorSystem<?> system,
      OracleConfig config,
      Map<String, PriceSource> sources,
      OracleServices.Timing timing,
      Clock clock) {
    this.config = config;
    this.clock = clock;
    new TreeMap<>(sources)
        .forEach(
            (name, source) ->
                this.sources.add(
                    new Watched(
                        name,
                        source,
                        CircuitBreaker.create(
                            system.classicSystem().scheduler(),
                            timing.sourceFailures(),
                            timing.sourceTimeout(),
                            timing.sourceReset()))));
  }

  /** What the sources together say of every feed, in the configuration's order; it never fails. */
  CompletionStage<List<ObservedPrice>> observe() {
    List<List<CompletableFuture<Optional<SourceQuote>>>> asked =
        config.feeds().stream()
            .map(feed -> sources.stream().map(source -> source.quote(feed)).toList())
            .toList();
    CompletableFuture<?>[] all =
        asked.stream().flatMap(List::stream).toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(all)
        .thenApply(
            done -> {
              long now = clock.millis();
              List<ObservedPrice> prices = new ArrayList<>(asked.size());
              for (int i = 0; i < asked.size(); i++) {
                List<SourceQuote> quotes =
                    asked.get(i).stream().flatMap(quote -> quote.join().stream()).toList();
                prices.add(SourceQuote.observe(config.feeds().get(i), quotes, now));
              }
              return List.copyOf(prices);
            });
  }
}
