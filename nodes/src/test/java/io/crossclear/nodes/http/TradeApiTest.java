package io.crossclear.nodes.http;

import static io.crossclear.nodes.http.ApiFixture.assertProblem;
import static io.crossclear.nodes.http.ApiFixture.body;
import static io.crossclear.nodes.http.TestNetwork.ASTER;
import static io.crossclear.nodes.http.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.actors.PoolActor;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.PoolRejection;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.VenueBatch;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.ApiFixture.Answer;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts, fill batches and auctions are real; the pool is a stand-in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TradeApiTest {

  private static final long E8 = 100_000_000;
  private static final long MARK = 50_000;

  private final ApiFixture api = new ApiFixture(TestNetwork.TRADING);
  private final Signer venue = api.somebody();
  private final Signer alice = api.somebody();
  private final Signer bob = api.somebody();
  private final AtomicLong numbers = new AtomicLong();
  private long before;

  @BeforeAll
  void bothHaveMoney() {
    api.deposit(alice.account(1, 0), ASTER, USDC, 1_000_000_000);
    api.deposit(bob.account(1, 0), ASTER, USDC, 1_000_000_000);
  }

  @BeforeEach
  void pricesAreThere() {
    api.trades.settle(41, MARK, 2_000);
    api.trades.poolSays = new PoolActor.Booked();
    remember();
  }

  /** From here on nothing must change. */
  private void remember() {
    api.trades.asked.clear();
    before = events();
  }

  private long events() {
    return api.account(alice.account(1, 0)).sequence() + api.account(bob.account(1, 0)).sequence();
  }

  @AfterAll
  void close() {
    api.close();
  }

  private long seconds() {
    return api.millis.get() / 1000;
  }

  private SignedAction<UserAction.Order> order(Signer owner, boolean buy, String instrument) {
    return owner.order(
        owner.account(1, 0), Address.ZERO, instrument, buy, 10, MARK * E8, 1_000_000, false);
  }

  private Fill fill(int number) {
    return new Fill(
        number, order(alice, true, "BTC-PERP"), order(bob, false, "BTC-PERP"), 10, MARK * E8);
  }

  private VenueBatch batch(Fill... fills) {
    return venue.batch(numbers.incrementAndGet(), seconds() + 60, List.of(fills));
  }

  private static ObjectNode json(VenueBatch batch) {
    ObjectNode json = ApiJson.MAPPER.createObjectNode();
    json.put("venue", batch.venue().hex());
    json.put("number", Long.toString(batch.number()));
    json.put("deadline", Long.toString(batch.deadline()));
    ArrayNode fills = json.putArray("fills");
    for (Fill fill : batch.fills()) {
      ObjectNode entry = fills.addObject();
      entry.put("number", Integer.toString(fill.number()));
      entry.set("buy", body(fill.buy()));
      entry.set("sell", body(fill.sell()));
      entry.put("lots", Long.toString(fill.lots()));
      entry.put("price", Long.toString(fill.price()));
    }
    json.putObject("domain")
        .put("chainId", Long.toString(batch.chainId()))
        .put("verifyingContract", batch.verifyingContract().hex());
    json.put("signature", batch.signature().hex());
    return json;
  }

  private Answer submit(VenueBatch batch) {
    return api.post("/v1/fill-batches", json(batch).toString());
  }

  private void assertRefusedAndNothingChanged(ApiCode code, Answer answer) {
    assertProblem(code, answer);
    assertEquals(List.of(), api.trades.asked);
    assertEquals(before, events());
  }

  @Nested
  class Markets {

    @Test
    void everyInstrumentIsListedWithItsMarkAndRules() {
      Answers.Markets markets = api.client.markets();
      assertEquals(
          List.of("BTC-PERP", "ETH-PERP"),
          markets.markets().stream().map(Answers.MarketLine::symbol).toList());
      assertEquals(41, markets.asOf().seq());
      Answers.MarketLine btc = markets.market("BTC-PERP").orElseThrow();
      assertEquals("PERPETUAL", btc.kind());
      assertEquals("BTC/USD", btc.feed());
      assertEquals(5, btc.lotExponent());
      assertEquals(1, btc.pool());
      assertEquals(USDC, btc.settlement());
      assertEquals(65_000, btc.rules().maintenancePpm());
      assertEquals(
          Optional.of(
              new Answers.MarkLine(41, MARK * E8, E8, (MARK - 1) * E8, true, MARK * E8, MARK * E8)),
          btc.mark());
    }

    @Test
    void numbersAreTextAndRatiosAreNot() {
      var line = api.get("/v1/markets").body().at("/markets/0");
      assertEquals("5000000000000", line.at("/mark/price").textValue());
      assertTrue(line.at("/rules/initialPpm").isInt());
      assertTrue(line.at("/rules/maxLots").isTextual());
    }

    @Test
    void withoutPricesTheyAreListedWithoutMarks() {
      api.trades.silence();
      Answers.Markets markets = api.client.markets();
      assertEquals(2, markets.markets().size());
      assertTrue(markets.markets().stream().allMatch(line -> line.mark().isEmpty()));
      assertEquals(0, markets.asOf().seq());
    }
  }

  @Nested
  class Pools {

    @Test
    void aPoolIsPublic() {
      Answers.Pool pool = api.client.pool(1);
      assertEquals("main", pool.name());
      assertEquals(USDC, pool.settlement());
      assertEquals(7, pool.asOf().seq());
      assertEquals(3, pool.cycles());
      assertEquals("RELEASING", pool.stage());
      assertEquals(List.of("ETH-PERP"), pool.settling());
      assertEquals(1_000, pool.interestIndex());
      assertEquals(Map.of("BTC-PERP", E8), pool.funding());
    }

    @ParameterizedTest
    @CsvSource({
      "2, NOT_FOUND",
      "0, NOT_FOUND",
      "4294967297, NOT_FOUND",
      "18446744073709551617, NUMBER_OUT_OF_RANGE",
      "main, INVALID_FIELD"
    })
    void whatIsNoPoolThatClearsIsRefused(String number, ApiCode code) {
      assertProblem(code, api.get("/v1/pools/" + number));
      assertRefusedAndNothingChanged(
          code, operator("/v1/pools/" + number + "/wind-up", "{\"to\":\"0x\"}"));
    }

    private Answer operator(String path, String body) {
      return api.send(
          HttpRequest.newBuilder(api.url.resolve(path))
              .header("Content-Type", "application/json")
              .header("Authorization", "Bearer " + ApiFixture.TOKEN)
              .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void theOperatorSettlesAnInstrumentAndWindsThePoolUp() {
      AccountId to = alice.account(1, 0);
      assertEquals(1, api.client.settle("BTC-PERP", ApiFixture.TOKEN).number());
      assertEquals(1, api.client.windUp(1, to, ApiFixture.TOKEN).number());
      assertEquals(List.of("BTC-PERP", to), api.trades.asked);
      assertEquals(202, operator("/v1/instruments/BTC-PERP/settle", "{}").status());
    }

    @Test
    void nobodyElseDoes() {
      Authorization read = alice.read(alice.account(1, 0), Duration.ofHours(1));
      for (String path : List.of("/v1/instruments/BTC-PERP/settle", "/v1/pools/1/wind-up")) {
        assertRefusedAndNothingChanged(ApiCode.UNAUTHORIZED, api.post(path, "{}"));
        for (String header :
            List.of(read.header(), "Bearer " + ApiFixture.TOKEN + "x", "Bearer ")) {
          assertRefusedAndNothingChanged(
              ApiCode.UNAUTHORIZED, api.post(path, "{}", "Authorization", header));
        }
      }
    }

    @Test
    void aBusyPoolSaysWhyAndCanBeAskedAgain() {
      api.trades.poolSays = new PoolActor.Busy("A variation cycle is under way.");
      ApiRefusal busy =
          assertThrows(ApiRefusal.class, () -> api.client.settle("BTC-PERP", ApiFixture.TOKEN));
      assertTrue(busy.is(ApiCode.BUSY));
      assertEquals("A variation cycle is under way.", busy.problem().detail());
      assertEquals(409, busy.problem().status());
    }

    @Test
    void aPoolsRefusalHasItsCode() {
      api.trades.poolSays = new PoolActor.Rejected(PoolRejection.WATERFALL_OPEN);
      assertProblem(ApiCode.WATERFALL_OPEN, operator("/v1/instruments/BTC-PERP/settle", "{}"));
    }

    @Test
    void moneyGoesToNobodyAndToNoOtherPool() {
      assertRefusedAndNothingChanged(
          ApiCode.OTHER_POOL,
          operator("/v1/pools/1/wind-up", "{\"to\":\"" + alice.account(2, 0) + "\"}"));
      assertRefusedAndNothingChanged(
          ApiCode.RECIPIENT_REFUSED,
          operator("/v1/pools/1/wind-up", "{\"to\":\"" + AccountId.fund(1) + "\"}"));
      assertRefusedAndNothingChanged(
          ApiCode.NOT_FOUND, operator("/v1/instruments/DOGE-PERP/settle", "{}"));
      assertRefusedAndNothingChanged(
          ApiCode.UNKNOWN_FIELD, operator("/v1/instruments/BTC-PERP/settle", "{\"price\":\"1\"}"));
    }
  }

  @Nested
  class Batches {

    @BeforeEach
    void roundsGoBy() {
      api.trades.run();
    }

    @Test
    void aBatchIsClearedOnceHoweverOftenItIsSent() {
      long held = lots(alice);
      VenueBatch batch = batch(fill(1), fill(2));
      Answers.FillBatch first = api.client.submit(batch);
      assertEquals(venue.address(), first.venue());
      assertEquals(batch.number(), first.number());
      assertEquals(batch.verify(api.verifier).digest(), first.id());
      assertTrue(first.seq() > 41);
      assertTrue(first.decided());
      assertEquals(List.of(1, 2), first.novated());
      assertEquals(Map.of(), first.refused());
      // four sides, each 10 lots of 10^-5 at 50,000, 0.05 % of it
      assertEquals(4 * 2_500, first.fees());
      assertEquals(first.novated(), api.client.submit(batch).novated());
      assertEquals(202, submit(batch).status());
      assertEquals(first.id(), api.client.fillBatch(venue.address(), batch.number()).id());
      cleared(batch);
      assertEquals(held + 20, lots(alice));
      Answers.Trading sold = trading(bob);
      assertEquals(-lots(alice), sold.lots("BTC-PERP"));
      assertEquals(List.of(), sold.legs());
      assertTrue(
          sold.orders().stream()
              .anyMatch(
                  use ->
                      use.order().equals(bob.id(batch.fills().getFirst().sell()))
                          && use.filled() == 10
                          && use.fees() == 2_500));
      Answers.PositionLine position = sold.positions().getFirst();
      // at the star price, a dollar of funding below the mark
      assertEquals(
          Optional.of(Math.floorDiv(position.lots() * (MARK - 1) * 1_000_000, 100_000)),
          position.value());
      Answers.Valued margin = sold.margin().orElseThrow().admission();
      assertEquals(
          1_000_000_000 + sold.unsettled() + position.value().get() - position.cost(),
          margin.equity());
      assertEquals(-position.lots() * MARK, margin.initial());
    }

    /** The batch once nothing more will happen to it. */
    private Answers.FillBatch cleared(VenueBatch batch) {
      api.client.submit(batch);
      api.await(() -> api.client.fillBatch(batch.venue(), batch.number()).stage().equals("CLOSED"));
      return api.client.fillBatch(batch.venue(), batch.number());
    }

    private Answers.Trading trading(Signer owner) {
      return api.client
          .account(owner.account(1, 0), Authorization.operator(ApiFixture.TOKEN))
          .trading()
          .orElseThrow();
    }

    private long lots(Signer owner) {
      return trading(owner).lots("BTC-PERP");
    }

    @Test
    void anOrderThatWasTakenBackIsNotFilled() {
      Fill one = fill(1);
      api.client.cancel(alice.cancel(alice.account(1, 0), one.buy().action().nonce()));
      Answers.FillBatch answer = cleared(batch(one, fill(2)));
      assertEquals(List.of(2), answer.novated());
      assertEquals(Map.of(1, "CANCELLED"), answer.refused());
    }

    @Test
    void anotherBatchWithTheNumberIsRefused() {
      VenueBatch batch = batch(fill(1));
      cleared(batch);
      remember();
      VenueBatch other = venue.batch(batch.number(), batch.deadline(), List.of(fill(1)));
      assertRefusedAndNothingChanged(ApiCode.BATCH_NUMBER_REUSED, submit(other));
    }

    @Test
    void aFillIsRefusedByNameAndTheOthersGoOn() {
      SignedAction<UserAction.Order> buy = order(alice, true, "BTC-PERP");
      SignedAction<UserAction.Order> stolen = bob.sign(buy.action(), ASTER);
      Answers.FillBatch answer =
          cleared(
              batch(
                  new Fill(1, buy, order(alice, false, "BTC-PERP"), 10, MARK * E8),
                  new Fill(
                      2,
                      order(alice, true, "DOGE-PERP"),
                      order(bob, false, "DOGE-PERP"),
                      10,
                      MARK * E8),
                  new Fill(3, stolen, order(bob, false, "BTC-PERP"), 10, MARK * E8),
                  new Fill(4, buy, order(bob, false, "ETH-PERP"), 10, MARK * E8),
                  new Fill(5, buy, order(bob, true, "BTC-PERP"), 10, MARK * E8),
                  new Fill(6, buy, order(bob, false, "BTC-PERP"), 0, MARK * E8),
                  new Fill(7, buy, order(bob, false, "BTC-PERP"), 10, -MARK * E8),
                  fill(8)));
      assertEquals(
          Map.of(
              1, "MAKER_IS_TAKER",
              2, "UNKNOWN_INSTRUMENT",
              3, "BAD_SIGNATURE",
              4, "DIFFERENT_INSTRUMENTS",
              5, "SAME_SIDE",
              6, "SIZE_MUST_BE_POSITIVE",
              7, "PRICE_OUTSIDE_BAND"),
          answer.refused());
      assertEquals(List.of(8), answer.novated());
    }

    @Test
    void aBatchThatItsVenueDidNotSignShowsWhatWasHashed() {
      VenueBatch own = batch(fill(1));
      VenueBatch claimed =
          new VenueBatch(
              alice.address(),
              own.number(),
              own.deadline(),
              own.fills(),
              own.chainId(),
              own.verifyingContract(),
              own.signature());
      Answer answer = submit(claimed);
      assertRefusedAndNothingChanged(ApiCode.WRONG_SIGNER, answer);
      assertEquals(alice.address().hex(), answer.body().path("expectedSigner").asText());
      assertFalse(answer.body().path("recoveredSigner").isMissingNode());
      assertEquals(
          claimed.verify(api.verifier).digest().hex(), answer.body().path("digest").asText());
      assertEquals("FillBatch", answer.body().at("/typedData/primaryType").asText());
      assertEquals(alice.address().hex(), answer.body().at("/typedData/message/venue").asText());
    }

    @Test
    void aBatchForNoVaultOfTheNetworkIsRefused() {
      ObjectNode wrong = json(batch(fill(1)));
      wrong.withObject("/domain").put("verifyingContract", "0x" + "ee".repeat(20));
      assertRefusedAndNothingChanged(
          ApiCode.WRONG_DOMAIN, api.post("/v1/fill-batches", wrong.toString()));
      ObjectNode salted = json(batch(fill(1)));
      salted.withObject("/fills/0/buy/domain").put("salt", "0x" + "00".repeat(32));
      assertRefusedAndNothingChanged(
          ApiCode.WRONG_DOMAIN, api.post("/v1/fill-batches", salted.toString()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 121, 1_000_000})
    void aDeadlineThatIsOverOrFarAwayIsRefused(long fromNow) {
      VenueBatch batch =
          venue.batch(numbers.incrementAndGet(), seconds() + fromNow, List.of(fill(1)));
      assertRefusedAndNothingChanged(ApiCode.DEADLINE_OUT_OF_RANGE, submit(batch));
    }

    @Test
    void fiveHundredFillsAreReadAndNoneOrOneMoreAreNot() {
      Fill[] fills = IntStream.rangeClosed(1, 501).mapToObj(this::copy).toArray(Fill[]::new);
      VenueBatch most = batch(Arrays.copyOf(fills, 500));
      assertTrue(json(most).toString().length() > ApiSettings.BODY_LIMIT);
      Answers.FillBatch answer = cleared(most);
      // both orders are of 10 lots
      assertEquals(List.of(1), answer.novated());
      assertEquals(499, answer.refused().size());
      remember();
      assertRefusedAndNothingChanged(ApiCode.SIZE_OUT_OF_RANGE, submit(batch(fills)));
      assertRefusedAndNothingChanged(ApiCode.SIZE_OUT_OF_RANGE, submit(batch()));
    }

    private final Fill one = fill(1);

    private Fill copy(int number) {
      return new Fill(number, one.buy(), one.sell(), one.lots(), one.price());
    }

    @Test
    void twoFillsWithOneNumberAreRefused() {
      assertRefusedAndNothingChanged(ApiCode.NUMBER_REUSED, submit(batch(fill(3), fill(3))));
    }

    @Test
    void withoutPricesItIsClearWhatIsMissing() {
      api.trades.silence();
      // of strangers, since the batch goes on waiting for a while
      SignedAction<UserAction.Order> buy = order(api.somebody(), true, "BTC-PERP");
      SignedAction<UserAction.Order> sell = order(api.somebody(), false, "BTC-PERP");
      assertRefusedAndNothingChanged(
          ApiCode.PRICES_MISSING, submit(batch(new Fill(1, buy, sell, 10, MARK * E8))));
    }

    @Test
    void aPoolThatClearsNothingIsRefused() {
      var buy =
          alice.order(alice.account(2, 0), Address.ZERO, "BTC-PERP", true, 1, MARK * E8, 1, false);
      assertRefusedAndNothingChanged(
          ApiCode.UNKNOWN_POOL, submit(batch(new Fill(1, buy, one.sell(), 1, MARK * E8))));
    }

    @ParameterizedTest
    @CsvSource({
      "/number, 9223372036854775808, NUMBER_OUT_OF_RANGE",
      "/number, 0, NUMBER_OUT_OF_RANGE",
      "/deadline, 18446744073709551615, NUMBER_OUT_OF_RANGE",
      "/fills/0/number, 0, NUMBER_OUT_OF_RANGE",
      "/fills/0/number, 2147483648, NUMBER_OUT_OF_RANGE",
      "/fills/0/lots, 9223372036854775808, NUMBER_OUT_OF_RANGE",
      "/fills/0/lots, -1, NUMBER_OUT_OF_RANGE",
      "/fills/0/price, 9223372036854775808, NUMBER_OUT_OF_RANGE",
      "/fills/0/price, -9223372036854775809, NUMBER_OUT_OF_RANGE",
      "/fills/0/price, 1.5, INVALID_FIELD",
      "/fills/0/price, -0, INVALID_FIELD",
      "/fills/0/buy/action/size, 18446744073709551615, NUMBER_OUT_OF_RANGE",
      "/fills/0/buy/action/limitPrice, -9223372036854775809, NUMBER_OUT_OF_RANGE",
      "/fills/0/buy/action/maxFee, 9223372036854775808, NUMBER_OUT_OF_RANGE",
      "/fills/0/buy/action/buy, true, INVALID_FIELD",
      "/fills/0/buy/signature, 0x12, INVALID_FIELD",
      "/fills/0/sell/action/account, 0x12, INVALID_FIELD",
      "/venue, 0x12, INVALID_FIELD",
      "/fills, none, INVALID_FIELD",
      "/fills/0/buy, none, INVALID_FIELD"
    })
    void aFieldWithoutAValidValueIsRefused(String at, String text, ApiCode code) {
      ObjectNode json = json(batch(fill(1)));
      int name = at.lastIndexOf('/');
      ((ObjectNode) json.at(at.substring(0, name))).put(at.substring(name + 1), text);
      assertRefusedAndNothingChanged(code, api.post("/v1/fill-batches", json.toString()));
    }

    @Test
    void aFieldTooManyOrTooFewIsRefusedWhereverItIs() {
      for (String at : List.of("", "/fills/0", "/fills/0/buy", "/fills/0/buy/action")) {
        ObjectNode more = json(batch(fill(1)));
        ((ObjectNode) more.at(at)).put("note", "x");
        assertRefusedAndNothingChanged(
            ApiCode.UNKNOWN_FIELD, api.post("/v1/fill-batches", more.toString()));
      }
      ObjectNode less = json(batch(fill(1)));
      ((ObjectNode) less.at("/fills/0/sell/action")).remove("nonce");
      Answer answer = api.post("/v1/fill-batches", less.toString());
      assertRefusedAndNothingChanged(ApiCode.MISSING_FIELD, answer);
      assertEquals(
          "The field fills[0].sell.action.nonce is missing.",
          answer.body().path("detail").asText());
      ObjectNode text = json(batch(fill(1)));
      ((ArrayNode) text.at("/fills")).add("fill");
      assertRefusedAndNothingChanged(
          ApiCode.INVALID_FIELD, api.post("/v1/fill-batches", text.toString()));
    }

    @Test
    void whatIsNoJsonOrTooLargeIsRefused() {
      String good = json(batch(fill(1))).toString();
      assertRefusedAndNothingChanged(
          ApiCode.MALFORMED_JSON,
          api.post("/v1/fill-batches", good.substring(0, good.length() - 1)));
      assertRefusedAndNothingChanged(
          ApiCode.DUPLICATE_FIELD,
          api.post("/v1/fill-batches", good.replaceFirst("\\{", "{\"number\":\"1\",")));
      assertRefusedAndNothingChanged(
          ApiCode.BODY_TOO_LARGE,
          api.post("/v1/fill-batches", good + " ".repeat(ApiSettings.BATCH_LIMIT)));
    }

    @Test
    void aBatchThatNobodyKnowsIsNotFound() {
      assertProblem(ApiCode.NOT_FOUND, api.get("/v1/fill-batches/" + venue.address() + "/999999"));
      assertProblem(ApiCode.INVALID_FIELD, api.get("/v1/fill-batches/0x12/1"));
      assertProblem(ApiCode.INVALID_FIELD, api.get("/v1/fill-batches/" + venue.address() + "/01"));
    }
  }

  @Nested
  class Cancels {

    @Test
    void anOwnerTakesOrdersBackAndACopyChangesNothing() {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      var one = owner.cancel(id, 5);
      assertEquals(id, api.client.cancel(one).account());
      assertEquals(1, api.client.cancel(one).asOf().seq());
      assertEquals(2, api.client.cancelBelow(owner.cancelBelow(id, 9)).asOf().seq());
      assertEquals(
          9,
          api.client
              .account(id, Authorization.operator(ApiFixture.TOKEN))
              .trading()
              .orElseThrow()
              .nonceFloor());
    }

    @Test
    void anAccountThatNeverTradesHasNoOrders() {
      assertProblem(
          ApiCode.UNKNOWN_POOL,
          api.post("/v1/cancels", body(alice.cancel(alice.account(2, 0), 5)).toString()));
    }

    @Test
    void whatTheOwnerDidNotSignWakesNoAccount() {
      AccountId id = alice.account(1, 0);
      for (UserAction action :
          List.of(new UserAction.Cancel(id.word(), 5), new UserAction.CancelBelow(id.word(), 5))) {
        Answer answer = api.post("/v1/cancels", body(bob.sign(action, ASTER)).toString());
        assertProblem(ApiCode.WRONG_SIGNER, answer);
        assertEquals(action.typeName(), answer.body().at("/typedData/primaryType").asText());
      }
      assertEquals(before, events());
    }

    @Test
    void theTwoKindsAreNeverMixed() {
      ObjectNode both = body(alice.cancel(alice.account(1, 0), 5));
      both.withObject("/action").put("nonceFloor", "6");
      assertProblem(ApiCode.UNKNOWN_FIELD, api.post("/v1/cancels", both.toString()));
      ObjectNode none = body(alice.cancel(alice.account(1, 0), 5));
      none.withObject("/action").remove("nonce");
      assertProblem(ApiCode.MISSING_FIELD, api.post("/v1/cancels", none.toString()));
      ObjectNode far = body(alice.cancel(alice.account(1, 0), 5));
      far.withObject("/action").put("nonce", "9223372036854775808");
      assertProblem(ApiCode.NUMBER_OUT_OF_RANGE, api.post("/v1/cancels", far.toString()));
    }

    @Test
    void aCancelForNoVaultOfTheNetworkIsRefused() {
      var signed =
          alice.sign(
              new UserAction.Cancel(alice.account(1, 0).word(), 5),
              new VaultId(31001, alice.address()));
      assertProblem(ApiCode.WRONG_DOMAIN, api.post("/v1/cancels", body(signed).toString()));
    }
  }

  @Nested
  class Auctions {

    @Test
    void anOpenAuctionShowsWhatABidderHasToKnow() {
      String id = api.auction();
      Answers.Auctions auctions = api.client.auctions();
      Answers.AuctionLine line =
          auctions.auctions().stream()
              .filter(open -> open.auction().equals(id))
              .findFirst()
              .orElseThrow();
      assertEquals(auctions.auctions().size(), auctions.open());
      assertEquals(id, line.account() + "/" + line.number());
      assertEquals("LIQUIDATION", line.kind());
      assertEquals(Optional.of(980_000), line.discountPpm());
      assertEquals(1_000_000, line.cash());
      assertEquals(-2_500, line.unsettled());
      assertEquals(Map.of(), line.collateral());
      // 10 lots of 10^-5, bought at 49,999 and worth 40,999
      assertEquals(
          List.of(new Answers.PositionLine("BTC-PERP", 10, 4_999_900, Optional.of(4_099_900L))),
          line.positions());
      Answers.Valued margin = line.margin().orElseThrow().liquidation();
      assertEquals(1_000_000 - 2_500 - 900_000, margin.equity());
      assertEquals(266_500, margin.maintenance());
      Answers.Auction auction = api.client.auction(id);
      assertEquals("OPEN", auction.stage());
      assertEquals(41, auction.opened());
      assertEquals(980_000, auction.discountPpm());
      assertFalse(auction.over());
      Answers.Trading trading =
          api.client
              .account(line.account(), Authorization.operator(ApiFixture.TOKEN))
              .trading()
              .orElseThrow();
      assertEquals(
          Optional.of(new Answers.OpenAuction(id, line.number(), "LIQUIDATION")),
          trading.auction());
      assertEquals(line.margin(), trading.margin());
    }

    @Test
    void withoutPricesThereIsNoMargin() {
      api.auction();
      api.trades.silence();
      Answers.AuctionLine line = api.client.auctions().auctions().getFirst();
      assertTrue(line.margin().isEmpty());
      assertTrue(line.positions().getFirst().value().isEmpty());
    }

    @Test
    void aBidWaitsOnceHoweverOftenItIsSentAndIsDecidedOnTheNextRound() {
      String id = api.auction();
      Signer bidder = api.somebody();
      AccountId account = bidder.account(1, 0);
      api.deposit(account, ASTER, USDC, 100_000_000);
      var bid = bidder.bid(account, id, 1_000_000, 5_000_000, 0);
      Answers.Bid answer = api.client.bid(bid);
      assertTrue(answer.queued());
      assertEquals(bidder.id(bid), answer.id());
      assertEquals(980_000, answer.discountPpm());
      assertTrue(api.client.bid(bid).queued());
      assertEquals(1, api.client.auction(id).bids());
      assertEquals(202, api.post("/v1/bids", body(bid).toString()).status());
      api.trades.settle(42, 41_000, 2_000);
      api.await(
          () ->
              api.client
                      .account(account, Authorization.operator(ApiFixture.TOKEN))
                      .trading()
                      .orElseThrow()
                      .lots("BTC-PERP")
                  > 0);
      api.await(() -> api.client.auction(id).bids() == 0);
    }

    @Test
    void moreThanCanWaitIsRefused() {
      String id = api.auction();
      for (int i = 0; i < LiquidationAuction.MAX_BIDS; i++) {
        api.client.bid(alice.bid(alice.account(1, i), id, 1_000_000, 1, 0));
      }
      assertProblem(
          ApiCode.TOO_MANY_BIDS,
          api.post(
              "/v1/bids", body(alice.bid(alice.account(1, 99), id, 1_000_000, 1, 0)).toString()));
      assertEquals(LiquidationAuction.MAX_BIDS, api.client.auction(id).bids());
    }

    @Test
    void aBidOnNothingOrBySomebodyElseIsRefused() {
      String closed = bob.account(1, 0) + "/777777";
      assertProblem(
          ApiCode.NOT_OPEN,
          api.post(
              "/v1/bids",
              body(alice.bid(alice.account(1, 0), closed, 1_000_000, 1, 0)).toString()));
      String id = api.auction();
      var stolen = bob.sign(alice.bid(alice.account(1, 0), id, 1_000_000, 1, 0).action(), ASTER);
      assertProblem(ApiCode.WRONG_SIGNER, api.post("/v1/bids", body(stolen).toString()));
      assertEquals(0, api.client.auction(id).bids());
    }

    @ParameterizedTest
    @CsvSource({
      "portionPpm, 0, NUMBER_OUT_OF_RANGE",
      "portionPpm, 1000001, NUMBER_OUT_OF_RANGE",
      "portionPpm, 4294967296, NUMBER_OUT_OF_RANGE",
      "maxPay, 9223372036854775808, NUMBER_OUT_OF_RANGE",
      "minPriceSeq, -1, NUMBER_OUT_OF_RANGE",
      "auction, 5, INVALID_FIELD",
      "auction, 0xAB/1, INVALID_FIELD",
      "auction, '', INVALID_FIELD"
    })
    void aBidWithoutAValidValueIsRefused(String field, String text, ApiCode code) {
      String id = api.auction();
      ObjectNode json = body(alice.bid(alice.account(1, 0), id, 1_000_000, 1, 0));
      json.withObject("/action").put(field, text);
      assertProblem(code, api.post("/v1/bids", json.toString()));
      assertEquals(0, api.client.auction(id).bids());
    }

    @Test
    void whatWasNeverOpenedIsNotFound() {
      assertProblem(ApiCode.NOT_FOUND, api.get("/v1/auctions/" + bob.account(1, 0) + "/888888"));
      assertProblem(ApiCode.INVALID_FIELD, api.get("/v1/auctions/0x12/1"));
    }
  }

  @Nested
  class Accounts {

    @Test
    void anAccountThatNeverTradedHasNothingOfItAndAWholeMargin() {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      api.deposit(id, ASTER, USDC, 5_000_000);
      Answers.Account account = api.client.account(id, Authorization.operator(ApiFixture.TOKEN));
      Answers.Trading trading = account.trading().orElseThrow();
      assertEquals(List.of(), trading.positions());
      assertEquals(0, trading.lots("BTC-PERP"));
      assertTrue(trading.auction().isEmpty());
      Answers.Margin margin = trading.margin().orElseThrow();
      assertEquals(41, margin.seq());
      assertEquals(new Answers.Valued(5_000_000, 0, 0, 0, 0, 0), margin.admission());
      assertTrue(
          api.client
              .account(owner.account(2, 0), Authorization.operator(ApiFixture.TOKEN))
              .trading()
              .isEmpty());
    }
  }

  @Nested
  class Preparing {

    @Test
    void aWalletSeesTheTypedDataOfEveryAction() {
      AccountId id = alice.account(1, 0);
      for (UserAction action :
          List.of(
              order(alice, true, "BTC-PERP").action(),
              new UserAction.Order(
                  id.word(), venue.address(), "ETH-PERP", false, 1, -5, 0, true, 9, seconds()),
              alice.cancel(id, 7).action(),
              alice.cancelBelow(id, 8).action(),
              alice.bid(id, id + "/1", 500_000, 3, 2).action())) {
        Answers.Prepared prepared = api.client.prepare(action, ASTER.chainId());
        assertTrue(alice.agrees(prepared, action, ASTER), action::toString);
        assertEquals(alice.typedData(action, ASTER).digest(new BouncyKeccak()), prepared.digest());
      }
    }

    @Test
    void nonceAndDeadlineAreOfferedWhereTheyAreMissing() {
      Answer answer =
          api.post(
              "/v1/actions/prepare",
              """
              {"type":"order","account":"%s","venue":"%s","instrument":"BTC-PERP","buy":true,
               "size":"1","limitPrice":"5","maxFee":"1","reduceOnly":false}"""
                  .formatted(alice.account(1, 0), Address.ZERO));
      assertEquals(200, answer.status(), answer.body()::toString);
      assertEquals(
          Long.toString(seconds() + ApiSettings.OFFERED_DEADLINE_SECONDS),
          answer.body().at("/typedData/message/deadline").asText());
    }
  }
}
