package io.crossclear.bridges;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.http.HttpService;

/**
 * One RPC endpoint of one chain. Calls block; the pool makes them from virtual threads. An answer
 * above {@value #MOST_BYTES} bytes and a redirection are refused.
 */
final class RpcProvider {

  static final long MOST_BYTES = 8L << 20;

  private final String name;
  private final HttpService service;
  private final long chainId;
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder outvoted = new LongAdder();
  private volatile boolean onItsChain;
  private volatile long finalizedHeight = -1;

  /**
   * @param chainId that the endpoint must be on
   */
  RpcProvider(URI url, long chainId, OkHttpClient client) {
    this.name = publicName(url);
    this.service = new HttpService(url.toString(), client);
    this.chainId = chainId;
  }

  /** Paths and user parts of provider addresses hold their keys. */
  static String publicName(URI url) {
    return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  /** Limits the size of answers, after decompression. */
  static final Interceptor SIZE_LIMIT =
      chain -> {
        okhttp3.Response response = chain.proceed(chain.request());
        ResponseBody body = response.body();
        if (body == null) {
          return response;
        }
        Source limited =
            new ForwardingSource(body.source()) {
              private long read;

              @Override
              public long read(Buffer sink, long bytes) throws IOException {
                long count = super.read(sink, bytes);
                read += Math.max(count, 0);
                if (read > MOST_BYTES) {
                  throw new IOException("the answer is too large: above " + MOST_BYTES + " bytes");
                }
                return count;
              }
            };
        return response
            .newBuilder()
            .body(ResponseBody.create(Okio.buffer(limited), body.contentType(), -1))
            .build();
      };

  /** Address without its keys. */
  String name() {
    return name;
  }

  /**
   * Calls a method.
   *
   * @throws RpcRefusal when the provider answers with an error
   * @throws ChainException when it does not answer, answers what is no JSON-RPC, or is on another
   *     chain
   */
  RpcReply call(String method, Object... params) {
    if (!onItsChain) {
      long actual = send("eth_chainId").number();
      if (actual != chainId) {
        throw new ChainException("is on chain " + actual + ", not on chain " + chainId);
      }
      onItsChain = true;
    }
    return send(method, params);
  }

  /** Calls a method whichever chain the endpoint is on. */
  RpcReply send(String method, Object... params) {
    JsonResponse response;
    try {
      response = service.send(request(method, List.of(params)), JsonResponse.class);
    } catch (IOException | RuntimeException unanswered) {
      String reason =
          unanswered.getMessage() == null ? unanswered.toString() : unanswered.getMessage();
      if (reason.contains("too large")) {
        throw new RpcRefusal(-32005, reason, Optional.empty());
      }
      throw new ChainException(method + " failed: " + RpcRefusal.shortened(reason), unanswered);
    }
    if (response == null) {
      throw new ChainException(method + " was answered with nothing");
    }
    Response.Error error = response.getError();
    if (error != null) {
      String message = error.getMessage() == null ? "no reason given" : error.getMessage();
      throw new RpcRefusal(error.getCode(), message, Optional.ofNullable(error.getData()));
    }
    JsonNode result = response.getResult();
    return new RpcReply(method, result == null ? MissingNode.getInstance() : result);
  }

  private Request<Object, JsonResponse> request(String method, List<Object> params) {
    return new Request<>(method, params, service, JsonResponse.class);
  }

  /** The envelope with its result unread, so that reading it is strict. */
  static final class JsonResponse extends Response<JsonNode> {}

  void countAnswer() {
    answered.increment();
  }

  void countFailure() {
    failed.increment();
  }

  void countOutvoted() {
    outvoted.increment();
  }

  void sawFinalized(long height) {
    finalizedHeight = height;
  }

  /** Counters since the pool was made. */
  RpcPool.ProviderStatus status() {
    return new RpcPool.ProviderStatus(
        name, answered.sum(), failed.sum(), outvoted.sum(), finalizedHeight);
  }
}
