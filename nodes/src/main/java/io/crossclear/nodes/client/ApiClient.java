package io.crossclear.nodes.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.VenueBatch;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.http.ApiCode;
import io.crossclear.nodes.http.ApiJson;
import io.crossclear.nodes.http.Problem;
import io.crossclear.nodes.http.TypedDataJson;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The API as methods. Every request, signed actions included, can be repeated without doing
 * anything twice, so a node that cannot be reached or answers UNAVAILABLE is asked again, ever more
 * slowly, until the client's patience is over. Methods block; safe for any thread.
 *
 * <p>They throw {@link ApiRefusal} for a no with a code, and {@link ApiUnreachable} when nobody
 * answered in time.
 */
public final class ApiClient implements AutoCloseable {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final URI base;
  private final Duration patience;
  private final HttpClient http;

  /**
   * A client with 15 seconds of patience.
   *
   * @param base such as {@code http://127.0.0.1:8480}
   */
  public ApiClient(URI base) {
    this(base, Duration.ofSeconds(15));
  }

  /**
   * A client.
   *
   * @param patience how long one request is repeated
   */
  public ApiClient(URI base, Duration patience) {
    this.base = URI.create(base.toString().replaceFirst("/+$", ""));
    this.patience = patience;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
  }

  /** Where it asks. */
  public URI base() {
    return base;
  }

  // ---- probes, each asked once

  /** Whether a process answers at all. */
  public boolean alive() {
    try {
      return once(get("/alive")).statusCode() == 200;
    } catch (IOException nobody) {
      return false;
    }
  }

  /** Whether the node takes requests, and what is missing where it does not. */
  public Answers.Ready ready() {
    return probe("/ready");
  }

  /** Whether the node has ever been ready. */
  public Answers.Ready startup() {
    return probe("/startup");
  }

  private Answers.Ready probe(String path) {
    try {
      return parsed(once(get(path)), Answers.Ready.class);
    } catch (IOException nobody) {
      throw new ApiUnreachable(base + " does not answer.", nobody);
    }
  }

  /**
   * Waits until the node is ready.
   *
   * @throws ApiUnreachable when it is not in time; the message names what is missing
   */
  public void awaitReady(Duration within) {
    long end = System.nanoTime() + within.toNanos();
    String missing = "it does not answer";
    while (System.nanoTime() < end) {
      try {
        Answers.Ready state = ready();
        if (state.ready()) {
          return;
        }
        missing = String.join(", ", state.missing());
      } catch (ApiUnreachable notYet) {
        missing = "it does not answer";
      }
      pause(LOOK_AGAIN);
    }
    throw new ApiUnreachable(base + " is not ready: " + missing + ".");
  }

  // ---- reading

  /** The network: genesis, id, units, limits. */
  public Answers.Network network() {
    return ask(get("/v1/network"), Answers.Network.class);
  }

  /** An account. */
  public Answers.Account account(AccountId account, Authorization authorization) {
    return ask(authorized("/v1/accounts/" + account, authorization), Answers.Account.class);
  }

  /** How much could be withdrawn to a chain right now. */
  public Answers.WithdrawalQuote quote(
      AccountId account, Asset asset, long toChain, Authorization authorization) {
    String query = "?asset=" + encoded(asset.symbol()) + "&toChain=" + toChain;
    return ask(
        authorized("/v1/accounts/" + account + "/quote" + query, authorization),
        Answers.WithdrawalQuote.class);
  }

  /** Every vault's bridge. */
  public Answers.Vaults vaults() {
    return ask(get("/v1/vaults"), Answers.Vaults.class);
  }

  /** The treasury. */
  public Answers.Treasury treasury() {
    return ask(get("/v1/treasury"), Answers.Treasury.class);
  }

  /** Every feed, unchecked: see {@link PriceCheck}. */
  public Answers.Prices prices() {
    return ask(get("/v1/prices"), Answers.Prices.class);
  }

  /** One feed, unchecked: see {@link PriceCheck}. */
  public Answers.FeedPrice price(FeedId feed) {
    return ask(get("/v1/prices/" + encoded(feed.pair())), Answers.FeedPrice.class);
  }

  /** Everything that trades, with its marks. */
  public Answers.Markets markets() {
    return ask(get("/v1/markets"), Answers.Markets.class);
  }

  /** A pool that clears trades. */
  public Answers.Pool pool(int number) {
    return ask(get("/v1/pools/" + Integer.toUnsignedString(number)), Answers.Pool.class);
  }

  /** A fill batch. */
  public Answers.FillBatch fillBatch(Address venue, long number) {
    return ask(get("/v1/fill-batches/" + venue + "/" + number), Answers.FillBatch.class);
  }

  /** Open auctions. */
  public Answers.Auctions auctions() {
    return ask(get("/v1/auctions"), Answers.Auctions.class);
  }

  /**
   * An auction.
   *
   * @param id {@code 0xaccount/number}
   */
  public Answers.Auction auction(String id) {
    return ask(get("/v1/auctions/" + id), Answers.Auction.class);
  }

  /** A withdrawal. */
  public Answers.Withdrawal withdrawal(long chainId, Hash id) {
    return ask(get("/v1/withdrawals/" + chainId + "/" + id), Answers.Withdrawal.class);
  }

  /** A transfer. */
  public Answers.Transfer transfer(Hash id) {
    return ask(get("/v1/transfers/" + id), Answers.Transfer.class);
  }

  // ---- acting

  /**
   * What a server would have signed for this action.
   *
   * @param chainId of the domain
   */
  public Answers.Prepared prepare(UserAction action, long chainId) {
    ObjectNode body = TypedDataJson.message(action.fields());
    body.put("type", kind(action));
    body.put("chainId", Long.toString(chainId));
    return ask(post("/v1/actions/prepare", body), Answers.Prepared.class);
  }

  private static String kind(UserAction action) {
    return switch (action) {
      case UserAction.Withdraw a -> "withdraw";
      case UserAction.Transfer a -> "transfer";
      case UserAction.Order a -> "order";
      case UserAction.Cancel a -> "cancel";
      case UserAction.CancelBelow a -> "cancel-below";
      case UserAction.Bid a -> "bid";
      case UserAction.Read a -> "read";
    };
  }

  /** Asks for a payout; returns when account and treasury have taken it. */
  public Answers.Withdrawal withdraw(SignedAction<UserAction.Withdraw> signed) {
    return ask(post("/v1/withdrawals", body(signed)), Answers.Withdrawal.class);
  }

  /** Moves units to another account of the same owner; returns when they have arrived. */
  public Answers.Transfer transfer(SignedAction<UserAction.Transfer> signed) {
    return ask(post("/v1/transfers", body(signed)), Answers.Transfer.class);
  }

  /**
   * Waits until a withdrawal is paid and posted, or refused after all.
   *
   * @param progress told of every new stage
   * @throws ApiUnreachable when it is not over in time
   */
  public Answers.Withdrawal awaitWithdrawal(
      long chainId, Hash id, Duration within, Consumer<Answers.Withdrawal> progress) {
    long end = System.nanoTime() + within.toNanos();
    String stage = "";
    while (true) {
      Answers.Withdrawal withdrawal = withdrawal(chainId, id);
      if (!withdrawal.stage().equals(stage)) {
        stage = withdrawal.stage();
        progress.accept(withdrawal);
      }
      if (withdrawal.over()) {
        return withdrawal;
      }
      if (System.nanoTime() > end) {
        throw new ApiUnreachable("Withdrawal " + id + " is still " + stage + ".");
      }
      pause(LOOK_AGAIN);
    }
  }

  /** Clears a batch; returns when its fills are decided. */
  public Answers.FillBatch submit(VenueBatch batch) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("venue", batch.venue().hex());
    body.put("number", Long.toString(batch.number()));
    body.put("deadline", Long.toString(batch.deadline()));
    ArrayNode fills = body.putArray("fills");
    for (Fill fill : batch.fills()) {
      ObjectNode json = fills.addObject();
      json.put("number", Integer.toString(fill.number()));
      json.set("buy", body(fill.buy()));
      json.set("sell", body(fill.sell()));
      json.put("lots", Long.toString(fill.lots()));
      json.put("price", Long.toString(fill.price()));
    }
    domain(body, batch.chainId(), batch.verifyingContract());
    body.put("signature", batch.signature().hex());
    return ask(post("/v1/fill-batches", body), Answers.FillBatch.class);
  }

  /** Takes one order back. */
  public Answers.Cancelled cancel(SignedAction<UserAction.Cancel> signed) {
    return ask(post("/v1/cancels", body(signed)), Answers.Cancelled.class);
  }

  /** Takes every order below a nonce back. */
  public Answers.Cancelled cancelBelow(SignedAction<UserAction.CancelBelow> signed) {
    return ask(post("/v1/cancels", body(signed)), Answers.Cancelled.class);
  }

  /** Queues a bid; it is decided on the first round after it came. */
  public Answers.Bid bid(SignedAction<UserAction.Bid> signed) {
    return ask(post("/v1/bids", body(signed)), Answers.Bid.class);
  }

  /**
   * Settles an instrument away at the next certified price; returns when that has begun, and
   * refuses with BUSY while something else is under way.
   */
  public Answers.Pool settle(String symbol, String operatorToken) {
    return ask(
        post(
            "/v1/instruments/" + encoded(symbol) + "/settle",
            JsonNodeFactory.instance.objectNode(),
            Authorization.operator(operatorToken)),
        Answers.Pool.class);
  }

  /**
   * Pays fund and fees of a pool to an account; returns when that has begun, and refuses with BUSY
   * while something trades or somebody owes.
   */
  public Answers.Pool windUp(int pool, AccountId to, String operatorToken) {
    return ask(
        post(
            "/v1/pools/" + Integer.toUnsignedString(pool) + "/wind-up",
            JsonNodeFactory.instance.objectNode().put("to", to.hex()),
            Authorization.operator(operatorToken)),
        Answers.Pool.class);
  }

  private static ObjectNode body(SignedAction<?> signed) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("action", TypedDataJson.message(signed.action().fields()));
    domain(body, signed.chainId(), signed.verifyingContract());
    body.put("signature", signed.signature().hex());
    return body;
  }

  private static void domain(ObjectNode body, long chainId, Address verifyingContract) {
    body.putObject("domain")
        .put("chainId", Long.toString(chainId))
        .put("verifyingContract", verifyingContract.hex());
  }

  // ---- the wire

  private HttpRequest get(String path) {
    return request(path).GET().build();
  }

  private HttpRequest authorized(String path, Authorization authorization) {
    return request(path).header("Authorization", authorization.header()).GET().build();
  }

  private HttpRequest post(String path, ObjectNode body) {
    return posting(path, body).build();
  }

  private HttpRequest post(String path, ObjectNode body, Authorization authorization) {
    return posting(path, body).header("Authorization", authorization.header()).build();
  }

  private HttpRequest.Builder posting(String path, ObjectNode body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofByteArray(ApiJson.write(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(ANSWER_WITHIN);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private <T> T ask(HttpRequest request, Class<T> type) {
    long end = System.nanoTime() + patience.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      ApiUnreachable unreachable;
      try {
        HttpResponse<byte[]> response = once(request);
        if (response.statusCode() < 300) {
          return parsed(response, type);
        }
        Problem problem = problem(response);
        if (!transientFailure(problem)) {
          throw new ApiRefusal(problem);
        }
        unreachable =
            new ApiUnreachable(base + " answers " + problem.code() + ": " + problem.detail());
      } catch (IOException nobody) {
        unreachable = new ApiUnreachable(base + " does not answer.", nobody);
      }
      if (System.nanoTime() + pause.toNanos() > end) {
        throw unreachable;
      }
      pause(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private static boolean transientFailure(Problem problem) {
    return problem.status() == 503 && !problem.is(ApiCode.BRIDGE_HALTED);
  }

  private HttpResponse<byte[]> once(HttpRequest request) throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ApiUnreachable("Interrupted while waiting for " + base + ".", interrupted);
    }
  }

  private static Problem problem(HttpResponse<byte[]> response) {
    boolean ours =
        response
            .headers()
            .firstValue("Content-Type")
            .filter(type -> type.startsWith("application/problem+json"))
            .isPresent();
    if (ours) {
      try {
        return ApiJson.MAPPER.readValue(response.body(), Problem.class);
      } catch (IOException malformed) {
        // something between changed it
      }
    }
    ApiCode code = response.statusCode() == 503 ? ApiCode.UNAVAILABLE : ApiCode.INTERNAL;
    return new Problem(
        "about:blank",
        "Not our answer",
        response.statusCode(),
        code.name(),
        "HTTP " + response.statusCode() + " without a problem.",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private <T> T parsed(HttpResponse<byte[]> response, Class<T> type) throws IOException {
    try {
      return ApiJson.MAPPER.readValue(response.body(), type);
    } catch (JsonProcessingException malformed) {
      throw new IllegalStateException(
          base + " answers something else than its API says", malformed);
    }
  }

  private static void pause(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ApiUnreachable("Interrupted while waiting.", interrupted);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
