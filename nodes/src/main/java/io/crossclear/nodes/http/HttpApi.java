package io.crossclear.nodes.http;

import static org.apache.pekko.http.javadsl.server.Directives.completeWithFuture;
import static org.apache.pekko.http.javadsl.server.Directives.concat;
import static org.apache.pekko.http.javadsl.server.Directives.extractRequest;
import static org.apache.pekko.http.javadsl.server.Directives.get;
import static org.apache.pekko.http.javadsl.server.Directives.handleExceptions;
import static org.apache.pekko.http.javadsl.server.Directives.handleRejections;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.apache.pekko.http.javadsl.server.Directives.pathPrefix;
import static org.apache.pekko.http.javadsl.server.Directives.post;
import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.ExposureBook;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.MarginAccountActor.Reply;
import io.crossclear.actors.MarketView;
import io.crossclear.actors.TransferActor;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.bridges.ChainBridgeActor;
import io.crossclear.bridges.ChainBridgeActor.BridgeStatus;
import io.crossclear.bridges.ChainBridgeActor.WithdrawalStatus;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.MethodRejection;
import org.apache.pekko.http.javadsl.server.Rejection;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes under {@code /v1} and the three probes. Every handler reads strictly, asks actors, and
 * answers; the actors decide. What a handler adds is only order: signatures are checked before an
 * account is woken, and an account is asked what it would say before anything is written, so that
 * most refusals cost no event. What trades is handled by {@link TradeApi}.
 *
 * <p>This file is the table of all routes with what each asks, so it is longer than most.
 */
public final class HttpApi {

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
  private static final Duration BRIDGE_WAIT = Duration.ofSeconds(2);
  private static final Duration UNBIND = Duration.ofSeconds(10);

  private final ActorSystem<?> system;
  private final ClearingEntities entities;
  private final Function<VaultId, EntityRef<ChainBridgeActor.Command>> bridges;
  private final Genesis genesis;
  private final ActionVerifier verifier;
  private final Readiness readiness;
  private final Optional<PriceDesk> prices;
  private final ApiSettings settings;
  private final ReadAccess access;
  private final ChainHeights heights;
  private final AnswerWriter answers;
  private final MarketView market;
  private final TradeWriter traded;
  private final TradeApi trade;

  private HttpApi(
      ActorSystem<?> system,
      ClearingEntities entities,
      Function<VaultId, EntityRef<ChainBridgeActor.Command>> bridges,
      Genesis genesis,
      Hash networkId,
      ActionVerifier verifier,
      Readiness readiness,
      Optional<PriceDesk> prices,
      MarketView market,
      ExposureBook exposures,
      ApiSettings settings) {
    this.system = system;
    this.entities = entities;
    this.bridges = bridges;
    this.genesis = genesis;
    this.verifier = verifier;
    this.readiness = readiness;
    this.prices = prices;
    this.settings = settings;
    this.access = new ReadAccess(verifier, settings);
    this.heights =
        new ChainHeights(genesis.vaults().stream().map(VaultConfig::id).toList(), bridges);
    this.answers = new AnswerWriter(genesis, networkId);
    this.market = market;
    this.traded = new TradeWriter(genesis, market);
    this.trade =
        new TradeApi(
            system,
            entities,
            genesis,
            verifier,
            market,
            exposures,
            access,
            settings,
            traded,
            this::asOf);
  }

  /**
   * The routes.
   *
   * @param bridges the bridge of each of the genesis's vaults
   * @param networkId salt of every domain, the verifier's own
   * @param prices empty in a network without oracles
   * @param market this node's price sets
   * @param exposures this node's rows
   */
  public static Route create(
      ActorSystem<?> system,
      ClearingEntities entities,
      Function<VaultId, EntityRef<ChainBridgeActor.Command>> bridges,
      Genesis genesis,
      Hash networkId,
      ActionVerifier verifier,
      Readiness readiness,
      Optional<PriceDesk> prices,
      MarketView market,
      ExposureBook exposures,
      ApiSettings settings) {
    return new HttpApi(
            system, entities, bridges, genesis, networkId, verifier, readiness, prices, market,
            exposures, settings)
        .routes();
  }

  /**
   * Listens until the system ends; then nothing new is taken and what is under way has 10 seconds.
   */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, Route route, ApiSettings settings) {
    ServerSettings defaults = ServerSettings.create(system.classicSystem());
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .withSettings(
            defaults
                // neither tell strangers what runs here nor let them write into the log
                .withServerHeader(Optional.empty())
                .withParserSettings(defaults.getParserSettings().withIllegalHeaderWarnings(false)))
        .bind(route)
        .thenApply(binding -> binding.addToCoordinatedShutdown(UNBIND, system));
  }

  private Route routes() {
    Route probes =
        concat(
            path(
                "alive",
                () -> get(() -> answer(() -> now(HttpAnswer.ok(new Answers.Alive(true)))))),
            path(
                "ready",
                () -> get(() -> answer(() -> now(probe(readiness.now(), Readiness.State::ready))))),
            path(
                "startup",
                () ->
                    get(
                        () ->
                            answer(() -> now(probe(readiness.now(), Readiness.State::started))))));
    Route reads =
        concat(
            path("network", () -> get(() -> answer(this::network))),
            path("vaults", () -> get(() -> answer(this::vaults))),
            path("treasury", () -> get(() -> answer(this::treasury))),
            path("prices", () -> get(() -> answer(this::prices))),
            path(segment("prices").slash(segment()), feed -> get(() -> answer(() -> price(feed)))),
            path(
                segment("prices").slash(segment()).slash(segment()),
                (base, quote) -> get(() -> answer(() -> price(base + "/" + quote)))),
            path(
                segment("accounts").slash(segment()),
                id -> get(() -> extractRequest(request -> answer(() -> account(request, id))))),
            path(
                segment("accounts").slash(segment()).slash("quote"),
                id -> get(() -> extractRequest(request -> answer(() -> quote(request, id))))),
            path(
                segment("withdrawals").slash(segment()).slash(segment()),
                (chain, id) -> get(() -> answer(() -> withdrawal(chain, id)))),
            path(
                segment("transfers").slash(segment()),
                id -> get(() -> answer(() -> transfer(id)))));
    Route writes =
        concat(
            path(segment("actions").slash("prepare"), () -> posted(this::prepare)),
            path("withdrawals", () -> posted(this::withdraw)),
            path("transfers", () -> posted(request -> transfer(request))));
    Route trades =
        concat(
            path("markets", () -> get(() -> answer(trade::markets))),
            path(
                segment("pools").slash(segment()),
                number -> get(() -> answer(() -> trade.pool(number)))),
            path(
                segment("pools").slash(segment()).slash("wind-up"),
                number -> posted(request -> trade.windUp(request, number))),
            path(
                segment("instruments").slash(segment()).slash("settle"),
                symbol -> posted(request -> trade.settle(request, symbol))),
            path("fill-batches", () -> posted(trade::submit)),
            path(
                segment("fill-batches").slash(segment()).slash(segment()),
                (venue, number) -> get(() -> answer(() -> trade.fillBatch(venue, number)))),
            path("cancels", () -> posted(trade::cancel)),
            path("bids", () -> posted(trade::bid)),
            path("auctions", () -> get(() -> answer(trade::auctions))),
            path(
                segment("auctions").slash(segment()).slash(segment()),
                (account, number) -> get(() -> answer(() -> trade.auction(account, number)))));
    RejectionHandler rejections =
        RejectionHandler.newBuilder()
            .handleAll(MethodRejection.class, HttpApi::otherMethods)
            .handle(
                Rejection.class,
                rejection -> answer(() -> refused(ApiCode.NOT_FOUND, "Nothing is here.")))
            .handleNotFound(answer(() -> refused(ApiCode.NOT_FOUND, "Nothing is here.")))
            .build();
    ExceptionHandler failures =
        ExceptionHandler.newBuilder()
            .matchAny(failure -> completeWithFuture(now(failed(failure))))
            .build();
    return handleExceptions(
        failures,
        () ->
            handleRejections(
                rejections,
                () -> concat(probes, pathPrefix("v1", () -> concat(reads, writes, trades)))));
  }

  private static Route posted(Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    return post(() -> extractRequest(request -> answer(() -> handler.apply(request))));
  }

  private static Route otherMethods(List<MethodRejection> rejections) {
    String allowed =
        rejections.stream()
            .map(rejection -> rejection.supported().value())
            .distinct()
            .collect(Collectors.joining(", "));
    return completeWithFuture(
        now(
            HttpAnswer.problem(
                Problem.of(ApiCode.METHOD_NOT_ALLOWED, "This path has " + allowed + "."),
                "Allow",
                allowed)));
  }

  // ---- probes and reading

  private static HttpResponse probe(
      Readiness.State state, Function<Readiness.State, Boolean> good) {
    return HttpAnswer.status(
        good.apply(state) ? 200 : 503,
        new Answers.Ready(state.ready(), state.started(), state.missing()));
  }

  private CompletionStage<HttpResponse> network() {
    return asOf(0).thenApply(asOf -> HttpAnswer.ok(answers.network(asOf)));
  }

  private CompletionStage<HttpResponse> account(HttpRequest request, String id) {
    AccountId account = accountId(request, id);
    HttpAnswer.query(request).end();
    return view(account)
        .thenCompose(
            view ->
                asOf(view.sequence())
                    .thenApply(
                        asOf ->
                            HttpAnswer.ok(
                                answers.account(
                                    asOf, view.account(), traded.trading(view.account())))));
  }

  private AccountId accountId(HttpRequest request, String id) {
    AccountId account = new AccountId(HttpAnswer.word("account", id).hex());
    access.check(request.getHeader("Authorization").map(HttpHeader::value), account);
    return account;
  }

  private CompletionStage<HttpResponse> quote(HttpRequest request, String id) {
    AccountId account = accountId(request, id);
    Fields query = HttpAnswer.query(request);
    String symbol = query.text("asset");
    long toChain = query.uint64("toChain");
    query.end();
    var asset =
        genesis.assets().stream()
            .filter(known -> known.asset().symbol().equals(symbol))
            .findFirst()
            .orElseThrow(() -> refusal(AccountRejection.UNKNOWN_ASSET));
    VaultConfig vault =
        genesis
            .vaultOn(toChain)
            .filter(candidate -> candidate.token(asset.asset()).isPresent())
            .orElseThrow(() -> refusal(AccountRejection.UNKNOWN_CHAIN));
    return view(account)
        .thenCombine(
            treasuryView(),
            (view, treasury) ->
                asOf(view.sequence())
                    .thenApply(
                        asOf ->
                            HttpAnswer.ok(
                                answers.quote(
                                    asOf,
                                    view.account(),
                                    treasury.treasury(),
                                    asset,
                                    vault,
                                    market.marks(account.pool())))))
        .thenCompose(Function.identity());
  }

  private CompletionStage<MarginAccountActor.View> view(AccountId account) {
    return entities.account(account).ask(MarginAccountActor.Get::new, settings.answerWithin());
  }

  private CompletionStage<TreasuryActor.View> treasuryView() {
    return entities.treasury().ask(TreasuryActor.Get::new, settings.answerWithin());
  }

  private CompletionStage<HttpResponse> treasury() {
    return treasuryView()
        .thenCompose(
            view ->
                asOf(AnswerWriter.sequence(view.treasury()))
                    .thenApply(asOf -> HttpAnswer.ok(answers.treasury(asOf, view.treasury()))));
  }

  private CompletionStage<HttpResponse> vaults() {
    CompletionStage<List<Answers.VaultState>> states = CompletableFuture.completedStage(List.of());
    for (VaultConfig vault : genesis.vaults()) {
      CompletionStage<BridgeStatus> asked =
          bridges.apply(vault.id()).ask(ChainBridgeActor.GetStatus::new, BRIDGE_WAIT);
      CompletionStage<Answers.VaultState> state =
          asked
              .thenApply(
                  status -> {
                    heights.saw(status);
                    return Optional.of(status);
                  })
              .exceptionally(unanswered -> Optional.empty())
              .thenApply(status -> AnswerWriter.vault(vault, status));
      states = states.thenCombine(state, AnswerWriter::plus);
    }
    return states.thenCompose(
        all -> asOf(0).thenApply(asOf -> HttpAnswer.ok(new Answers.Vaults(asOf, all))));
  }

  private CompletionStage<HttpResponse> prices() {
    PriceDesk desk = desk();
    return asOf(desk.round()).thenApply(asOf -> HttpAnswer.ok(desk.all(asOf)));
  }

  private CompletionStage<HttpResponse> price(String feed) {
    PriceDesk desk = desk();
    return asOf(desk.round())
        .thenCompose(
            asOf ->
                desk.one(feed, asOf)
                    .map(price -> now(HttpAnswer.ok(price)))
                    .orElseGet(
                        () -> refused(ApiCode.NOT_FOUND, "The oracles observe no such feed.")));
  }

  private PriceDesk desk() {
    return prices.orElseThrow(
        () -> new Problem.Refusal(ApiCode.NOT_FOUND, "This network has no oracles."));
  }

  // ---- actions

  private CompletionStage<HttpResponse> prepare(HttpRequest request) {
    return HttpAnswer.body(request, system)
        .thenCompose(
            body -> {
              UserAction action = ActionBody.prepared(body, settings.seconds());
              long chain =
                  ActionBody.domainChain(body, action, genesis.vaults().getFirst().id().chainId());
              body.end();
              VaultId vault =
                  genesis
                      .vaultOn(chain)
                      .map(VaultConfig::id)
                      .orElseThrow(() -> refusal(AccountRejection.UNKNOWN_CHAIN));
              TypedData data = verifier.typedData(action, vault.chainId(), vault.address());
              return asOf(0)
                  .thenApply(
                      asOf ->
                          HttpAnswer.ok(
                              new Answers.Prepared(
                                  asOf, TypedDataJson.of(data), data.digest(verifier.keccak()))));
            });
  }

  /**
   * The account is asked first what it would say; then the bridge writes the request down and
   * answers when account and treasury have decided. A request that was taken before its deadline is
   * answered after it as well.
   */
  private CompletionStage<HttpResponse> withdraw(HttpRequest request) {
    return HttpAnswer.body(request, system)
        .thenCompose(
            body -> {
              SignedAction<UserAction.Withdraw> signed =
                  ActionBody.signed(body, verifier.networkId(), ActionBody::withdraw);
              Hash id = ActionBody.verified(verifier, signed, signed.action().amount()).digest();
              return entities
                  .account(new AccountId(signed.action().account().hex()))
                  .<Reply>ask(
                      replyTo -> new MarginAccountActor.TryReserve(signed, replyTo),
                      settings.answerWithin())
                  .thenCompose(
                      reply ->
                          rejection(reply)
                              .map(reason -> unlessKnown(id, signed.action().toChain(), reason))
                              .orElseGet(() -> request(id, signed)));
            })
        .thenCompose(this::accepted);
  }

  private CompletionStage<WithdrawalStatus> request(
      Hash id, SignedAction<UserAction.Withdraw> signed) {
    return bridge(signed.action().toChain())
        .ask(
            replyTo -> new ChainBridgeActor.RequestWithdrawal(id, signed, replyTo),
            settings.answerWithin());
  }

  private CompletionStage<WithdrawalStatus> unlessKnown(
      Hash id, long chain, AccountRejection reason) {
    if (reason != AccountRejection.EXPIRED || genesis.vaultOn(chain).isEmpty()) {
      return CompletableFuture.failedStage(refusal(reason));
    }
    return status(chain, id)
        .thenApply(
            status -> {
              if (status.withdrawal().isEmpty()) {
                throw refusal(reason);
              }
              return status;
            });
  }

  private CompletionStage<WithdrawalStatus> status(long chain, Hash id) {
    return bridge(chain)
        .ask(replyTo -> new ChainBridgeActor.GetWithdrawal(id, replyTo), settings.answerWithin());
  }

  private EntityRef<ChainBridgeActor.Command> bridge(long chain) {
    return bridges.apply(
        genesis
            .vaultOn(chain)
            .map(VaultConfig::id)
            .orElseThrow(() -> refusal(AccountRejection.UNKNOWN_CHAIN)));
  }

  private CompletionStage<HttpResponse> accepted(WithdrawalStatus status) {
    if (status.withdrawal().isEmpty()) {
      return status.halted()
          ? refused(ApiCode.BRIDGE_HALTED, "The bridge of that chain has stopped trusting it.")
          : CompletableFuture.failedStage(refusal(AccountRejection.UNKNOWN_CHAIN));
    }
    Withdrawal withdrawal = status.withdrawal().get();
    return switch (withdrawal.stage()) {
      case REQUESTED -> refused(ApiCode.UNAVAILABLE, "The account has not decided yet.");
      case RETURNING, REFUSED -> refused(withdrawal.refusal().orElse(ApiCode.REFUSED.name()));
      case RESERVED, GRANTED, IN_BATCH, PAID, POSTED ->
          asOf(withdrawal.accountSequence())
              .thenApply(
                  asOf ->
                      HttpAnswer.status(202, AnswerWriter.withdrawal(asOf, status, withdrawal)));
    };
  }

  private CompletionStage<HttpResponse> withdrawal(String chain, String id) {
    Hash digest = HttpAnswer.word("id", id);
    return status(HttpAnswer.number("chainId", chain), digest)
        .thenCompose(
            status ->
                status
                    .withdrawal()
                    .map(
                        withdrawal ->
                            asOf(withdrawal.accountSequence())
                                .thenApply(
                                    asOf ->
                                        HttpAnswer.ok(
                                            AnswerWriter.withdrawal(asOf, status, withdrawal))))
                    .orElseGet(
                        () ->
                            refused(
                                ApiCode.NOT_FOUND,
                                "This chain's bridge knows no such withdrawal.")));
  }

  private CompletionStage<HttpResponse> transfer(HttpRequest request) {
    return HttpAnswer.body(request, system)
        .thenCompose(
            body -> {
              SignedAction<UserAction.Transfer> signed =
                  ActionBody.signed(body, verifier.networkId(), ActionBody::transfer);
              Hash id = ActionBody.verified(verifier, signed, signed.action().amount()).digest();
              return entities
                  .account(new AccountId(signed.action().from().hex()))
                  .<Reply>ask(
                      replyTo -> new MarginAccountActor.TryDebit(signed, replyTo),
                      settings.answerWithin())
                  .thenCompose(
                      reply ->
                          rejection(reply)
                              .map(reason -> unlessKnown(id, reason))
                              .orElseGet(() -> requestTransfer(id, signed)))
                  .thenCompose(status -> accepted(id, status));
            });
  }

  private CompletionStage<TransferActor.Status> requestTransfer(
      Hash id, SignedAction<UserAction.Transfer> signed) {
    return entities
        .transfer(id)
        .ask(replyTo -> new TransferActor.Request(signed, replyTo), settings.answerWithin());
  }

  private CompletionStage<TransferActor.Status> unlessKnown(Hash id, AccountRejection reason) {
    if (reason != AccountRejection.EXPIRED) {
      return CompletableFuture.failedStage(refusal(reason));
    }
    return transferStatus(id)
        .thenApply(
            status -> {
              if (status.stage() == TransferSaga.Stage.UNKNOWN) {
                throw refusal(reason);
              }
              return status;
            });
  }

  private CompletionStage<TransferActor.Status> transferStatus(Hash id) {
    return entities.transfer(id).ask(TransferActor.Get::new, settings.answerWithin());
  }

  private CompletionStage<HttpResponse> accepted(Hash id, TransferActor.Status status) {
    return switch (status.stage()) {
      case UNKNOWN -> refused(ApiCode.UNAVAILABLE, "The transfer has not been written down yet.");
      case REFUSED -> refused(status.reason().orElse(ApiCode.REFUSED.name()));
      case REQUESTED, DEBITED, CREDITED, CLOSED ->
          asOf(0)
              .thenApply(asOf -> HttpAnswer.status(202, AnswerWriter.transfer(asOf, id, status)));
    };
  }

  private CompletionStage<HttpResponse> transfer(String id) {
    Hash digest = HttpAnswer.word("id", id);
    return transferStatus(digest)
        .thenCompose(
            status ->
                status.stage() == TransferSaga.Stage.UNKNOWN
                    ? refused(ApiCode.NOT_FOUND, "No such transfer is known.")
                    : asOf(0)
                        .thenApply(
                            asOf -> HttpAnswer.ok(AnswerWriter.transfer(asOf, digest, status))));
  }

  // ---- refusals

  static Optional<AccountRejection> rejection(Reply reply) {
    return switch (reply) {
      case MarginAccountActor.Rejected(AccountRejection reason) -> Optional.of(reason);
      case MarginAccountActor.Done done -> Optional.empty();
      case MarginAccountActor.Reserved reserved -> Optional.empty();
      case MarginAccountActor.Debited debited -> Optional.empty();
      case MarginAccountActor.Closed closed -> Optional.empty();
      case MarginAccountActor.LegsTaken legs -> Optional.empty();
      case MarginAccountActor.Stepped stepped -> Optional.empty();
      case MarginAccountActor.AuctionIsOpen open -> Optional.empty();
      case MarginAccountActor.SliceOffered offered -> Optional.empty();
    };
  }

  static Problem.Refusal refusal(AccountRejection reason) {
    ApiCode code = ApiCode.valueOf(reason.name());
    return new Problem.Refusal(code, code.title() + ".");
  }

  static CompletionStage<HttpResponse> refused(ApiCode code, String detail) {
    return CompletableFuture.failedStage(new Problem.Refusal(code, detail));
  }

  static CompletionStage<HttpResponse> refused(String code) {
    ApiCode known = ApiCode.of(code).orElse(ApiCode.REFUSED);
    return refused(
        known, known == ApiCode.REFUSED ? "Refused with " + code + "." : known.title() + ".");
  }

  private static Route answer(Supplier<CompletionStage<HttpResponse>> handler) {
    CompletionStage<HttpResponse> response;
    try {
      response = handler.get();
    } catch (RuntimeException refusedAtOnce) {
      response = CompletableFuture.failedStage(refusedAtOnce);
    }
    return completeWithFuture(response.exceptionally(HttpApi::failed));
  }

  private static HttpResponse failed(Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof Problem.Refusal refusal) {
      return HttpAnswer.problem(refusal.problem());
    }
    if (failure instanceof TimeoutException) {
      return HttpAnswer.problem(
          Problem.of(ApiCode.UNAVAILABLE, "No answer in time; send the same request again."));
    }
    LOG.error("a request failed", failure);
    return HttpAnswer.problem(
        Problem.of(ApiCode.INTERNAL, "The service failed; its log says how."));
  }

  private static CompletionStage<HttpResponse> now(HttpResponse response) {
    return CompletableFuture.completedStage(response);
  }

  private CompletionStage<Answers.AsOf> asOf(long sequence) {
    return heights
        .current()
        .thenApply(chains -> new Answers.AsOf(sequence, settings.clock().millis(), chains));
  }
}
