package io.crossclear.nodes.http;

import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.ExposureBook;
import io.crossclear.actors.ExposureTable;
import io.crossclear.actors.FillBatchActor;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.MarginAccountActor.Reply;
import io.crossclear.actors.MarketView;
import io.crossclear.actors.PoolActor;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.VenueBatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * The handlers of what trades: markets, pools, fill batches, orders taken back, auctions and bids.
 * Signatures are checked before an actor is woken; everything else the actors decide.
 *
 * @param exposures this node's rows, which name the open auctions
 * @param asOf of an answer with this sequence
 */
record TradeApi(
    ActorSystem<?> system,
    ClearingEntities entities,
    Genesis genesis,
    ActionVerifier verifier,
    MarketView market,
    ExposureBook exposures,
    ReadAccess access,
    ApiSettings settings,
    TradeWriter answers,
    LongFunction<CompletionStage<Answers.AsOf>> asOf) {

  private static final int LISTED_AUCTIONS = 100;
  private static final Duration AUCTION_WAIT = Duration.ofSeconds(1);

  /** A pool that clears trades. */
  private record Pool(PoolConfig config, Market market) {}

  CompletionStage<HttpResponse> markets() {
    return genesis.instruments().isEmpty()
        ? HttpApi.refused(ApiCode.NOT_FOUND, "Nothing trades in this network.")
        : asOf.apply(Math.max(0, market.round()))
            .thenApply(at -> HttpAnswer.ok(answers.markets(at)));
  }

  // ---- pools

  CompletionStage<HttpResponse> pool(String number) {
    return shown(pooled(number), 200);
  }

  private Pool pooled(String text) {
    long number = HttpAnswer.number("number", text);
    return genesis.pools().stream()
        .filter(pool -> Integer.toUnsignedLong(pool.number()) == number)
        .findFirst()
        .flatMap(pool -> genesis.market(pool.number()).map(trades -> new Pool(pool, trades)))
        .orElseThrow(
            () ->
                new Problem.Refusal(ApiCode.NOT_FOUND, "No pool with this number clears trades."));
  }

  private CompletionStage<HttpResponse> shown(Pool pool, int status) {
    return entities
        .pool(pool.config().number())
        .ask(PoolActor.Get::new, settings.answerWithin())
        .thenCompose(
            view ->
                asOf.apply(view.terms().number())
                    .thenApply(
                        at ->
                            HttpAnswer.status(
                                status,
                                TradeWriter.pool(
                                    at, pool.config(), pool.market().settlement(), view))));
  }

  CompletionStage<HttpResponse> settle(HttpRequest request, String symbol) {
    operator(request);
    Instrument instrument =
        genesis.instruments().stream()
            .filter(listed -> listed.symbol().equals(symbol))
            .findFirst()
            .orElseThrow(
                () -> new Problem.Refusal(ApiCode.NOT_FOUND, "No such instrument trades."));
    Pool pool = pooled(Integer.toUnsignedString(instrument.pool()));
    return HttpAnswer.body(request, system)
        .thenCompose(
            body -> {
              body.end();
              return begun(pool, replyTo -> new PoolActor.Settle(symbol, replyTo));
            });
  }

  CompletionStage<HttpResponse> windUp(HttpRequest request, String number) {
    operator(request);
    Pool pool = pooled(number);
    return HttpAnswer.body(request, system)
        .thenCompose(
            body -> {
              AccountId to = new AccountId(body.word("to").hex());
              body.end();
              if (to.pool() != pool.config().number()) {
                throw new Problem.Refusal(ApiCode.OTHER_POOL, "The account is in another pool.");
              }
              if (to.owner().equals(Address.ZERO)) {
                throw new Problem.Refusal(ApiCode.RECIPIENT_REFUSED, "Nobody owns this account.");
              }
              return begun(pool, replyTo -> new PoolActor.WindUp(to, replyTo));
            });
  }

  private void operator(HttpRequest request) {
    access.checkOperator(request.getHeader("Authorization").map(HttpHeader::value));
  }

  private CompletionStage<HttpResponse> begun(
      Pool pool, Function<ActorRef<PoolActor.Reply>, PoolActor.Command> command) {
    return entities
        .pool(pool.config().number())
        .<PoolActor.Reply>ask(command::apply, settings.answerWithin())
        .thenCompose(
            reply ->
                switch (reply) {
                  case PoolActor.Booked booked -> shown(pool, 202);
                  case PoolActor.Busy(String why) -> HttpApi.refused(ApiCode.BUSY, why);
                  case PoolActor.Rejected(var reason) -> HttpApi.refused(reason.name());
                  case PoolActor.Covered covered -> unexpected(covered);
                  case PoolActor.Shared shared -> unexpected(shared);
                });
  }

  private static CompletionStage<HttpResponse> unexpected(Object reply) {
    return CompletableFuture.failedStage(new IllegalStateException("not asked for: " + reply));
  }

  // ---- fill batches

  CompletionStage<HttpResponse> submit(HttpRequest request) {
    return HttpAnswer.body(request, system, ApiSettings.BATCH_LIMIT)
        .thenCompose(
            body -> {
              VenueBatch batch = ActionBody.batch(body, verifier.networkId());
              int pool = batch.fills().getFirst().buyer().pool();
              if (genesis.market(pool).isEmpty()) {
                throw new Problem.Refusal(
                    ApiCode.UNKNOWN_POOL, "The buyer's pool clears no trades.");
              }
              ActionBody.verified(verifier, batch);
              return entities
                  .fillBatch(batch.venue(), batch.number())
                  .<FillBatchActor.Status>ask(
                      replyTo -> new FillBatchActor.Submit(batch, replyTo), settings.answerWithin())
                  .exceptionallyCompose(failure -> unpriced(pool, failure))
                  .thenCompose(status -> decided(batch, status));
            });
  }

  /** A batch waits for the next price set; without any it is clear what it waits for. */
  private <T> CompletionStage<T> unpriced(int pool, Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return CompletableFuture.failedStage(
        failure instanceof TimeoutException && market.marks(pool).isEmpty()
            ? new Problem.Refusal(ApiCode.PRICES_MISSING, "The pool has no prices yet.")
            : failure);
  }

  private CompletionStage<HttpResponse> decided(VenueBatch batch, FillBatchActor.Status status) {
    if (status.refusal().isPresent()) {
      return HttpApi.refused(status.refusal().get());
    }
    return switch (status.batch().stage()) {
      case UNKNOWN, RESERVING, RESERVED ->
          HttpApi.refused(ApiCode.UNAVAILABLE, "The fills are not decided yet.");
      case NOVATED, COMMITTED, CLOSED -> fillBatch(batch.venue(), batch.number(), status, 202);
    };
  }

  CompletionStage<HttpResponse> fillBatch(String venue, String number) {
    Address by = HttpAnswer.address("venue", venue);
    long named = HttpAnswer.number("number", number);
    return entities
        .fillBatch(by, named)
        .ask(FillBatchActor.Get::new, settings.answerWithin())
        .thenCompose(
            status ->
                status.batch().stage() == FillBatch.Stage.UNKNOWN
                    ? HttpApi.refused(ApiCode.NOT_FOUND, "No such batch of this venue was taken.")
                    : fillBatch(by, named, status, 200));
  }

  private CompletionStage<HttpResponse> fillBatch(
      Address venue, long number, FillBatchActor.Status batch, int status) {
    long seq = batch.batch().submitted().map(submitted -> submitted.marks().seq()).orElse(0L);
    return asOf.apply(seq)
        .thenApply(
            at -> HttpAnswer.status(status, TradeWriter.fillBatch(at, venue, number, batch)));
  }

  // ---- orders taken back

  CompletionStage<HttpResponse> cancel(HttpRequest request) {
    return HttpAnswer.body(request, system)
        .thenCompose(
            body ->
                body.object("action").has("nonceFloor")
                    ? cancel(body, ActionBody::cancelBelow, MarginAccountActor.CancelBelow::new)
                    : cancel(body, ActionBody::cancel, MarginAccountActor.Cancel::new));
  }

  private <A extends UserAction> CompletionStage<HttpResponse> cancel(
      Fields body,
      Function<Fields, A> reader,
      BiFunction<SignedAction<A>, ActorRef<Reply>, MarginAccountActor.Command> command) {
    SignedAction<A> signed = ActionBody.signed(body, verifier.networkId(), reader);
    ActionBody.verified(verifier, signed, 1);
    AccountId account = new AccountId(signed.action().account().hex());
    return entities
        .account(account)
        .<Reply>ask(replyTo -> command.apply(signed, replyTo), settings.answerWithin())
        .thenCompose(reply -> cancelled(account, reply));
  }

  private CompletionStage<HttpResponse> cancelled(AccountId account, Reply reply) {
    return reply instanceof MarginAccountActor.Done(long sequence)
        ? asOf.apply(sequence).thenApply(at -> HttpAnswer.ok(new Answers.Cancelled(at, account)))
        : CompletableFuture.failedStage(
            HttpApi.rejection(reply)
                .<Throwable>map(HttpApi::refusal)
                .orElseGet(() -> new IllegalStateException("not asked for: " + reply)));
  }

  // ---- auctions

  CompletionStage<HttpResponse> bid(HttpRequest request) {
    return HttpAnswer.body(request, system)
        .thenCompose(
            body -> {
              SignedAction<UserAction.Bid> signed =
                  ActionBody.signed(body, verifier.networkId(), ActionBody::bid);
              Hash id = ActionBody.verified(verifier, signed, 1).digest();
              return entities
                  .auction(signed.action().auction())
                  .<AuctionActor.Status>ask(
                      replyTo -> new AuctionActor.Bid(signed, replyTo), settings.answerWithin())
                  .thenCompose(status -> queued(id, signed, status));
            });
  }

  private CompletionStage<HttpResponse> queued(
      Hash id, SignedAction<UserAction.Bid> signed, AuctionActor.Status status) {
    if (status.refusal().isPresent()) {
      return HttpApi.refused(status.refusal().get());
    }
    boolean waits =
        status.auction().queue().stream().anyMatch(waiting -> waiting.bid().equals(signed));
    return asOf.apply(Math.max(0, market.round()))
        .thenApply(
            at ->
                HttpAnswer.status(
                    202,
                    new Answers.Bid(
                        at, signed.action().auction(), id, waits, status.discountPpm())));
  }

  CompletionStage<HttpResponse> auctions() {
    List<ExposureTable.Exposure> open =
        exposures.all().stream()
            .filter(row -> row.clearing().flatMap(ExposureTable.Clearing::auction).isPresent())
            .toList();
    CompletionStage<List<Answers.AuctionLine>> lines = CompletableFuture.completedStage(List.of());
    for (ExposureTable.Exposure row : open.subList(0, Math.min(LISTED_AUCTIONS, open.size()))) {
      lines = lines.thenCombine(line(row), AnswerWriter::plus);
    }
    return lines.thenCompose(
        listed ->
            asOf.apply(Math.max(0, market.round()))
                .thenApply(at -> HttpAnswer.ok(new Answers.Auctions(at, open.size(), listed))));
  }

  private CompletionStage<Answers.AuctionLine> line(ExposureTable.Exposure row) {
    var clearing = row.clearing().orElseThrow();
    var open = clearing.auction().orElseThrow();
    return entities
        .auction(AuctionDesk.auction(row.account(), open.number()))
        .ask(AuctionActor.Get::new, AUCTION_WAIT)
        .thenApply(Optional::of)
        .exceptionally(unanswered -> Optional.empty())
        .thenApply(status -> answers.line(row, clearing, open, status));
  }

  CompletionStage<HttpResponse> auction(String account, String number) {
    AccountId of = new AccountId(HttpAnswer.word("account", account).hex());
    return entities
        .auction(AuctionDesk.auction(of, HttpAnswer.number("number", number)))
        .ask(AuctionActor.Get::new, settings.answerWithin())
        .thenCompose(
            status ->
                status.auction().stage() == LiquidationAuction.Stage.UNKNOWN
                    ? HttpApi.refused(ApiCode.NOT_FOUND, "No such auction was opened.")
                    : asOf.apply(Math.max(0, market.round()))
                        .thenApply(at -> HttpAnswer.ok(TradeWriter.auction(at, status))));
  }
}
