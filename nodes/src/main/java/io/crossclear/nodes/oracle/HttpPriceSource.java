package io.crossclear.nodes.oracle;

import io.crossclear.actors.oracle.PriceSource;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.SourceQuote;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * A ticker over HTTP: {@code GET base?symbol=BTC%2FUSD} answers 200 and a {@link TickerJson} of
 * that symbol. Nothing is followed, guessed or retried; a body beyond 1 KiB is cut off and refused.
 */
public final class HttpPriceSource implements PriceSource {

  private static final int LONGEST_BODY = 1024;

  private final String name;
  private final URI base;
  private final HttpClient client;
  private final Duration timeout;
  private final Duration oldest;
  private final Clock clock;

  /**
   * The source at this address.
   *
   * @param name for people
   * @param client shared by all sources
   * @param timeout from the question to the whole answer
   * @param oldest how far the ticker's time may lie from the clock
   */
  public HttpPriceSource(
      String name, URI base, HttpClient client, Duration timeout, Duration oldest, Clock clock) {
    this.name = name;
    this.base = base;
    this.client = client;
    this.timeout = timeout;
    this.oldest = oldest;
    this.clock = clock;
  }

  @Override
  public CompletionStage<SourceQuote> quote(FeedId feed) {
    String symbol = URLEncoder.encode(feed.pair(), StandardCharsets.US_ASCII);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "?symbol=" + symbol)).timeout(timeout).build();
    return client
        .sendAsync(request, head -> new Limited(LONGEST_BODY))
        .thenApply(response -> read(feed, response));
  }

  private SourceQuote read(FeedId feed, HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw new PriceSourceException(name + " answered " + response.statusCode());
    }
    TickerJson ticker = TickerJson.parse(response.body());
    if (!ticker.symbol().equals(feed)) {
      throw new PriceSourceException(name + " answered for " + ticker.symbol() + ", not " + feed);
    }
    long now = clock.millis();
    long age = oldest.toMillis();
    if (ticker.time() < now - age || ticker.time() > now + age) {
      throw new PriceSourceException(
          name + " is " + (now - ticker.time()) + " ms away from our clock");
    }
    return new SourceQuote(name, feed, ticker.price(), ticker.time());
  }

  @Override
  public String toString() {
    return name;
  }

  /** A body of at most so many bytes; a longer one is cut off as soon as it shows. */
  private static final class Limited implements BodySubscriber<byte[]> {

    private final int limit;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    Limited(int limit) {
      this.limit = limit;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
      subscription.complete(to);
      to.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        if (body.size() + part.remaining() > limit) {
          subscription.thenAccept(Flow.Subscription::cancel);
          whole.completeExceptionally(
              new PriceSourceException("the ticker is longer than " + limit + " bytes"));
          return;
        }
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        body.writeBytes(bytes);
      }
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.complete(body.toByteArray());
    }
  }
}
