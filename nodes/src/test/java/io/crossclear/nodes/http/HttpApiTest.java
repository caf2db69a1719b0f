package io.crossclear.nodes.http;

import static io.crossclear.nodes.http.ApiFixture.assertProblem;
import static io.crossclear.nodes.http.ApiFixture.body;
import static io.crossclear.nodes.http.TestNetwork.ASTER;
import static io.crossclear.nodes.http.TestNetwork.BOREA;
import static io.crossclear.nodes.http.TestNetwork.ETH;
import static io.crossclear.nodes.http.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.client.ApiRefusal;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.ApiFixture.Answer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpApiTest {

  private static final Address SOMEWHERE = new Address("0x" + "ee".repeat(20));
  private static final long DOLLAR = 1_000_000;

  private final ApiFixture api = new ApiFixture();

  @BeforeAll
  void waitUntilTheEntitiesAnswer() {
    api.account(api.somebody().account(1, 0));
  }

  @AfterEach
  void everyBridgeWorksAgain() {
    api.bridges.values().forEach(bridge -> bridge.be(BridgeStandIn.Mood.WORKING));
    api.readiness.set(new Readiness.State(true, List.of()));
  }

  @AfterAll
  void close() {
    api.close();
  }

  /** A signer with this many USDC from the first chain in account 0 of pool 1. */
  private Signer rich(long units) {
    Signer signer = api.somebody();
    api.deposit(signer.account(1, 0), ASTER, USDC, units);
    return signer;
  }

  private long seconds() {
    return api.millis.get() / 1000;
  }

  private UserAction.Withdraw action(Signer signer, long units) {
    return new UserAction.Withdraw(
        signer.account(1, 0).word(),
        "USDC",
        units,
        ASTER.chainId(),
        SOMEWHERE,
        Signer.freshNonce(),
        seconds() + 600);
  }

  private Answer withdraw(SignedAction<?> signed) {
    return api.post("/v1/withdrawals", body(signed).toString());
  }

  @Nested
  class Probes {

    @Test
    void aReadyNodeSaysSo() {
      assertEquals(200, api.get("/alive").status());
      assertEquals(200, api.get("/ready").status());
      assertEquals(200, api.get("/startup").status());
      assertTrue(api.client.alive());
      assertTrue(api.client.ready().ready());
    }

    @Test
    void readinessGoesBackAndNamesWhatIsMissingWhileTheProcessIsAliveAndStarted() {
      api.readiness.set(new Readiness.State(true, List.of("chain borea: no final block for 40 s")));
      Answer answer = api.get("/ready");
      assertEquals(503, answer.status());
      assertEquals(
          "chain borea: no final block for 40 s", answer.body().path("missing").path(0).asText());
      assertEquals(200, api.get("/alive").status());
      assertEquals(200, api.get("/startup").status());
    }

    @Test
    void aNodeThatWasNeverReadyHasNotStarted() {
      api.readiness.set(new Readiness.State(false, List.of("journal")));
      assertEquals(503, api.get("/startup").status());
      assertEquals(503, api.get("/ready").status());
      assertEquals(List.of("journal"), api.client.startup().missing());
    }
  }

  @Nested
  class Network {

    @Test
    void itsIdIsTheHashOfTheGenesisItShows() {
      assertEquals(api.genesis, Signer.genesis(api.client));
      assertEquals(api.genesis, api.client.network().genesis());
      assertEquals(api.verifier.networkId(), api.client.network().networkId());
    }

    @Test
    void everyLongIsTextAndEveryBodySaysAsOfWhen() {
      JsonNode body = api.get("/v1/network").body();
      assertTrue(body.at("/genesis/assets/0/minWithdrawal").isTextual());
      assertTrue(body.at("/limits/deadlineSeconds").isTextual());
      assertEquals(Long.toString(api.millis.get()), body.at("/asOf/time").textValue());
      assertEquals("4711", body.at("/asOf/chainHeights/31001").textValue());
      assertEquals("4711", body.at("/asOf/chainHeights/31002").textValue());
      assertEquals("10000000000", body.at("/vaults/0/tokens/1/quantum").textValue());
    }
  }

  @Nested
  class Reading {

    @Test
    void theOwnerSeesTheAccount() {
      Signer owner = rich(5 * DOLLAR);
      AccountId id = owner.account(1, 0);
      api.deposit(id, BOREA, USDC, 2 * DOLLAR);
      Answers.Account account = api.client.account(id, owner.read(id, Duration.ofHours(1)));
      assertEquals(7 * DOLLAR, account.units(USDC));
      assertEquals(0, account.units(ETH));
      assertEquals(2, account.asOf().seq());
      assertEquals(owner.address(), account.owner());
      assertEquals(
          List.of(
              new Answers.ChainUnits(31001, 5 * DOLLAR), new Answers.ChainUnits(31002, 2 * DOLLAR)),
          account.balances().getFirst().imports());
      assertEquals(2, account.deposits().size());
    }

    @Test
    void theOperatorSeesAnyAccountAndOneThatNobodyUsedIsEmpty() {
      AccountId nobodys = AccountId.of(SOMEWHERE, 1, 77);
      Answers.Account account =
          api.client.account(nobodys, Authorization.operator(ApiFixture.TOKEN));
      assertTrue(account.balances().isEmpty());
      assertEquals(0, account.asOf().seq());
    }

    @Test
    void withoutAuthorizationNothingIsShown() {
      AccountId id = api.somebody().account(1, 0);
      Answer answer = api.get("/v1/accounts/" + id);
      assertProblem(ApiCode.UNAUTHORIZED, answer);
      assertEquals(
          "Crossclear-Read, Bearer",
          answer.raw().headers().firstValue("WWW-Authenticate").orElse(""));
      assertProblem(
          ApiCode.UNAUTHORIZED, api.get("/v1/accounts/" + id + "/quote?asset=USDC&toChain=31001"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "Bearer operator-token-of-the-test-networ",
          "Bearer ",
          "Basic YTpi",
          "Crossclear-Read",
          "Crossclear-Read !!!",
          "Crossclear-Read e30",
          "Crossclear-Read W10"
        })
    void whatIsNoAuthorizationIsRefused(String header) {
      AccountId id = api.somebody().account(1, 0);
      assertProblem(ApiCode.UNAUTHORIZED, api.get("/v1/accounts/" + id, "Authorization", header));
    }

    @Test
    void anotherAccountsReadIsForbidden() {
      Signer owner = api.somebody();
      Authorization read = owner.read(owner.account(1, 1), Duration.ofHours(1));
      assertProblem(
          ApiCode.FORBIDDEN,
          api.get("/v1/accounts/" + owner.account(1, 0), "Authorization", read.header()));
    }

    @Test
    void aReadForAnotherKeyIsForbidden() {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      Authorization read =
          Authorization.of(
              owner.sign(new UserAction.Read(id.word(), SOMEWHERE, seconds() + 60), ASTER));
      assertProblem(
          ApiCode.FORBIDDEN, api.get("/v1/accounts/" + id, "Authorization", read.header()));
    }

    @Test
    void aReadThatNamesTheOwnersKeyIsTaken() {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      Authorization read =
          Authorization.of(
              owner.sign(new UserAction.Read(id.word(), owner.address(), seconds() + 60), BOREA));
      assertEquals(id, api.client.account(id, read).account());
    }

    @Test
    void aReadThatSomebodyElseSignedShowsWhatWasHashed() {
      AccountId id = api.somebody().account(1, 0);
      Signer thief = api.somebody();
      Authorization read =
          Authorization.of(
              thief.sign(new UserAction.Read(id.word(), Address.ZERO, seconds() + 60), ASTER));
      Answer answer = api.get("/v1/accounts/" + id, "Authorization", read.header());
      assertProblem(ApiCode.WRONG_SIGNER, answer);
      assertEquals(thief.address().hex(), answer.body().path("recoveredSigner").asText());
      assertEquals("Read", answer.body().at("/typedData/primaryType").asText());
    }

    @ParameterizedTest
    @CsvSource({"-1, UNAUTHORIZED", "0, UNAUTHORIZED", "1, ''", "86400, ''", "86401, UNAUTHORIZED"})
    void aReadLivesFromNowToADay(long fromNow, String code) {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      Authorization read = owner.read(id, Duration.ofSeconds(fromNow));
      assertEquals(code, api.get("/v1/accounts/" + id, "Authorization", read.header()).code());
    }

    @Test
    void aReadForNoVaultOfTheNetworkIsRefused() {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      Authorization read =
          Authorization.of(
              owner.sign(
                  new UserAction.Read(id.word(), Address.ZERO, seconds() + 60),
                  new VaultId(31001, SOMEWHERE)));
      assertProblem(
          ApiCode.UNAUTHORIZED, api.get("/v1/accounts/" + id, "Authorization", read.header()));
    }

    @Test
    void aReadWithAFieldTooManyIsRefused() {
      Signer owner = api.somebody();
      AccountId id = owner.account(1, 0);
      String read =
          owner.read(id, Duration.ofHours(1)).header().substring("Crossclear-Read ".length());
      String json = new String(Base64.getUrlDecoder().decode(read), StandardCharsets.UTF_8);
      String more = json.replaceFirst("\\{", "{\"scope\":\"all\",");
      assertProblem(
          ApiCode.UNAUTHORIZED,
          api.get(
              "/v1/accounts/" + id,
              "Authorization",
              "Crossclear-Read "
                  + Base64.getUrlEncoder().encodeToString(more.getBytes(StandardCharsets.UTF_8))));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "0x12",
          "abc",
          "0xzz00000000000000000000000000000000000000000000000000000000000000"
        })
    void whatIsNoAccountIdIsRefused(String id) {
      assertProblem(
          ApiCode.INVALID_FIELD,
          api.get("/v1/accounts/" + id, "Authorization", "Bearer " + ApiFixture.TOKEN));
    }
  }

  @Nested
  class Quoting {

    @Test
    void ownImportsLeaveWholeAndOthersUpToTheExportLimit() {
      Signer owner = rich(5 * DOLLAR);
      api.deposit(api.somebody().account(1, 0), BOREA, USDC, 50 * DOLLAR);
      AccountId id = owner.account(1, 0);
      Authorization read = owner.read(id, Duration.ofHours(1));
      Answers.WithdrawalQuote own = api.client.quote(id, USDC, 31001, read);
      assertEquals(5 * DOLLAR, own.withdrawable());
      assertEquals(5 * DOLLAR, own.own());
      assertTrue(own.limitedBy().isEmpty());
      Answers.WithdrawalQuote foreign = api.client.quote(id, USDC, 31002, read);
      assertEquals(TestNetwork.EXPORT_CAP, foreign.withdrawable());
      assertEquals("EXPORT_LIMIT", foreign.limitedBy().orElse(""));
      assertEquals(0, foreign.own());
      assertTrue(foreign.vaultUnits() >= 50 * DOLLAR);
    }

    @Test
    void lessThanTheLeastWithdrawalIsNothing() {
      Signer owner = rich(TestNetwork.MIN_USDC - 1);
      AccountId id = owner.account(1, 0);
      Answers.WithdrawalQuote quote =
          api.client.quote(id, USDC, 31001, owner.read(id, Duration.ofHours(1)));
      assertEquals(0, quote.withdrawable());
      assertEquals("BELOW_MINIMUM", quote.limitedBy().orElse(""));
    }

    @ParameterizedTest
    @CsvSource({
      "asset=DOGE&toChain=31001, UNKNOWN_ASSET",
      "asset=USDC&toChain=99, UNKNOWN_CHAIN",
      "asset=ETH&toChain=31002, UNKNOWN_CHAIN",
      "asset=USDC, MISSING_FIELD",
      "toChain=31001, MISSING_FIELD",
      "asset=USDC&toChain=31001&all=yes, UNKNOWN_FIELD",
      "asset=USDC&toChain=31001&toChain=31002, DUPLICATE_FIELD",
      "asset=USDC&toChain=0x7919, INVALID_FIELD",
      "asset=USDC&toChain=9223372036854775808, NUMBER_OUT_OF_RANGE"
    })
    void aWrongQuestionIsRefused(String query, ApiCode code) {
      AccountId id = api.somebody().account(1, 0);
      assertProblem(
          code,
          api.get(
              "/v1/accounts/" + id + "/quote?" + query,
              "Authorization",
              "Bearer " + ApiFixture.TOKEN));
    }
  }

  @Nested
  class Withdrawing {

    @Test
    void anOwnersWithdrawalIsTakenOnceHoweverOftenItIsSent() {
      Signer owner = rich(5 * DOLLAR);
      SignedAction<UserAction.Withdraw> signed =
          owner.withdraw(owner.account(1, 0), USDC, DOLLAR, 31001, SOMEWHERE);
      Answers.Withdrawal first = api.client.withdraw(signed);
      assertEquals("GRANTED", first.stage());
      assertEquals(owner.id(signed), first.id());
      assertEquals(DOLLAR, first.units());
      assertEquals(DOLLAR, first.split().orElseThrow().own());
      Answers.Withdrawal again = api.client.withdraw(signed);
      assertEquals(first.id(), again.id());
      assertEquals(4 * DOLLAR, api.account(owner.account(1, 0)).account().balance(USDC));
      assertEquals(first.id(), api.client.withdrawal(31001, first.id()).id());
      assertEquals(202, withdraw(signed).status());
      Answers.Account account =
          api.client.account(
              owner.account(1, 0), owner.read(owner.account(1, 0), Duration.ofHours(1)));
      assertEquals(first.id(), account.withdrawals().getFirst().id());
    }

    @Test
    void aRequestThatWasTakenIsAnsweredAfterItsDeadlineAsWell() {
      Signer owner = rich(5 * DOLLAR);
      SignedAction<UserAction.Withdraw> signed =
          owner.withdraw(owner.account(1, 0), USDC, DOLLAR, 31001, SOMEWHERE);
      api.client.withdraw(signed);
      api.millis.addAndGet(3_600_000);
      api.deposit(owner.account(1, 0), ASTER, USDC, 1);
      assertEquals("GRANTED", api.client.withdraw(signed).stage());
    }

    @Test
    void aWholeDomainAsTheWalletSignedItIsTaken() {
      Signer owner = rich(5 * DOLLAR);
      UserAction.Withdraw action = action(owner, DOLLAR);
      ObjectNode body = body(owner.sign(action, ASTER));
      body.set("domain", TypedDataJson.of(owner.typedData(action, ASTER)).path("domain"));
      assertEquals(202, api.post("/v1/withdrawals", body.toString()).status());
    }

    @Test
    void aSignatureOf65BytesIsTakenAndItsHighTwinIsNot() {
      Signer owner = rich(5 * DOLLAR);
      ObjectNode body = body(owner.sign(action(owner, DOLLAR), ASTER));
      byte[] compact =
          new io.crossclear.domain.signing.Signature(body.path("signature").asText()).bytes();
      int parity = (compact[32] & 0x80) >>> 7;
      compact[32] &= 0x7f;
      byte[] full = java.util.Arrays.copyOf(compact, 65);
      full[64] = (byte) (27 + parity);
      body.put("signature", io.crossclear.domain.signing.Hex.encode(full));
      assertEquals(202, api.post("/v1/withdrawals", body.toString()).status());
      full[32] |= (byte) 0x80;
      body.put("signature", io.crossclear.domain.signing.Hex.encode(full));
      assertProblem(ApiCode.INVALID_FIELD, api.post("/v1/withdrawals", body.toString()));
    }

    @Test
    void aWrongSignerIsShownWhatWasHashedAndWhoSignedIt() {
      Signer owner = rich(5 * DOLLAR);
      Signer thief = api.somebody();
      UserAction.Withdraw action = action(owner, DOLLAR);
      SignedAction<UserAction.Withdraw> signed = thief.sign(action, ASTER);
      Answer answer = withdraw(signed);
      assertProblem(ApiCode.WRONG_SIGNER, answer);
      assertEquals(thief.address().hex(), answer.body().path("recoveredSigner").asText());
      assertEquals(owner.address().hex(), answer.body().path("expectedSigner").asText());
      assertEquals(owner.id(signed).hex(), answer.body().path("digest").asText());
      assertEquals(
          TypedDataJson.of(owner.typedData(action, ASTER)).toString(),
          answer.body().path("typedData").toString());
      assertEquals(1, api.account(owner.account(1, 0)).sequence(), "nothing is written");
    }

    @Test
    void aSignatureOfNobodyHasNoRecoveredSigner() {
      Signer owner = rich(5 * DOLLAR);
      ObjectNode body = body(owner.sign(action(owner, DOLLAR), ASTER));
      body.put("signature", "0x" + "00".repeat(64));
      Answer answer = api.post("/v1/withdrawals", body.toString());
      assertProblem(ApiCode.WRONG_SIGNER, answer);
      assertFalse(answer.body().has("recoveredSigner"));
      assertEquals(owner.address().hex(), answer.body().path("expectedSigner").asText());
    }

    @Test
    void whatWasSignedForAnotherNetworkIsAnotherSigner() {
      SigningKey key = SigningKey.random();
      Signer here = new Signer(api.genesis, key, api.clock);
      api.deposit(here.account(1, 0), ASTER, USDC, DOLLAR);
      Signer there =
          new Signer(TestNetwork.genesis(new Hash("0x" + "77".repeat(32))), key, api.clock);
      Answer answer = withdraw(there.sign(action(here, DOLLAR), ASTER));
      assertProblem(ApiCode.WRONG_SIGNER, answer);
      assertEquals(
          api.verifier.networkId().hex(),
          answer.body().at("/typedData/domain/salt").asText(),
          "what to sign instead");
    }

    @Test
    void aDomainThatSaysAnotherNetworkIsRefusedByName() {
      Signer owner = rich(DOLLAR);
      ObjectNode body = body(owner.sign(action(owner, DOLLAR), ASTER));
      body.withObject("/domain").put("salt", "0x" + "77".repeat(32));
      assertProblem(ApiCode.WRONG_DOMAIN, api.post("/v1/withdrawals", body.toString()));
      body.withObject("/domain").remove("salt");
      body.withObject("/domain").put("name", "Clearcross");
      assertProblem(ApiCode.WRONG_DOMAIN, api.post("/v1/withdrawals", body.toString()));
    }

    @Test
    void aDomainOfAnotherContractOrChainIsRefused() {
      Signer owner = rich(5 * DOLLAR);
      assertProblem(
          ApiCode.WRONG_DOMAIN,
          withdraw(owner.sign(action(owner, DOLLAR), new VaultId(31001, SOMEWHERE))));
      assertProblem(
          ApiCode.WRONG_DOMAIN,
          withdraw(owner.sign(action(owner, DOLLAR), new VaultId(99, ASTER.address()))));
      assertProblem(
          ApiCode.WRONG_DOMAIN,
          withdraw(
              owner.sign(action(owner, DOLLAR), new VaultId(BOREA.chainId(), ASTER.address()))));
    }

    @Test
    void everyRefusalOfTheAccountHasItsOwnCodeAndWritesNothing() {
      Signer owner = rich(5 * DOLLAR);
      UserAction.Withdraw good = action(owner, DOLLAR);
      assertRefused(
          ApiCode.AMOUNT_MUST_BE_POSITIVE, owner, with(good, 0, 31001, SOMEWHERE, good.deadline()));
      assertRefused(ApiCode.EXPIRED, owner, with(good, DOLLAR, 31001, SOMEWHERE, seconds() - 1));
      assertRefused(
          ApiCode.DEADLINE_TOO_FAR,
          owner,
          with(good, DOLLAR, 31001, SOMEWHERE, seconds() + 30 * 86_400 + 1));
      assertRefused(
          ApiCode.DEADLINE_TOO_FAR, owner, with(good, DOLLAR, 31001, SOMEWHERE, Long.MAX_VALUE));
      assertRefused(
          ApiCode.UNKNOWN_CHAIN, owner, with(good, DOLLAR, 99, SOMEWHERE, good.deadline()));
      assertRefused(
          ApiCode.UNKNOWN_CHAIN, owner, with(good, DOLLAR, 0, SOMEWHERE, good.deadline()));
      assertRefused(
          ApiCode.BELOW_MINIMUM,
          owner,
          with(good, TestNetwork.MIN_USDC - 1, 31001, SOMEWHERE, good.deadline()));
      assertRefused(
          ApiCode.RECIPIENT_REFUSED,
          owner,
          with(good, DOLLAR, 31001, ASTER.address(), good.deadline()));
      assertRefused(
          ApiCode.RECIPIENT_REFUSED,
          owner,
          with(good, DOLLAR, 31001, Address.ZERO, good.deadline()));
      assertRefused(
          ApiCode.INSUFFICIENT_BALANCE,
          owner,
          with(good, 5 * DOLLAR + 1, 31001, SOMEWHERE, good.deadline()));
      assertRefused(
          ApiCode.INSUFFICIENT_BALANCE,
          owner,
          with(good, Long.MAX_VALUE, 31001, SOMEWHERE, good.deadline()));
      assertRefused(
          ApiCode.UNKNOWN_ASSET,
          owner,
          new UserAction.Withdraw(
              good.account(), "DOGE", DOLLAR, 31001, SOMEWHERE, good.nonce(), good.deadline()));
      assertRefused(
          ApiCode.UNKNOWN_CHAIN,
          owner,
          new UserAction.Withdraw(
              good.account(), "ETH", DOLLAR, 31002, SOMEWHERE, good.nonce(), good.deadline()));
    }

    private UserAction.Withdraw with(
        UserAction.Withdraw like, long units, long toChain, Address to, long deadline) {
      return new UserAction.Withdraw(
          like.account(), like.asset(), units, toChain, to, like.nonce(), deadline);
    }

    private void assertRefused(ApiCode code, Signer owner, UserAction.Withdraw action) {
      int requests = api.bridge(ASTER).requests();
      assertProblem(code, withdraw(owner.sign(action, ASTER)));
      assertEquals(1, api.account(owner.account(1, 0)).sequence());
      assertEquals(requests, api.bridge(ASTER).requests());
    }

    @Test
    void aNonceIsGoodForOneAction() {
      Signer owner = rich(5 * DOLLAR);
      UserAction.Withdraw action = action(owner, DOLLAR);
      assertEquals(202, withdraw(owner.sign(action, ASTER)).status());
      UserAction.Withdraw other =
          new UserAction.Withdraw(
              action.account(),
              "USDC",
              2 * DOLLAR,
              31001,
              SOMEWHERE,
              action.nonce(),
              action.deadline());
      assertProblem(ApiCode.NONCE_REUSED, withdraw(owner.sign(other, ASTER)));
    }

    @Test
    void anAccountThatNobodyFilledHasNothing() {
      Signer poor = api.somebody();
      assertProblem(ApiCode.INSUFFICIENT_BALANCE, withdraw(poor.sign(action(poor, DOLLAR), ASTER)));
    }

    @Test
    void theTreasurysRefusalIsTheFinalAnswer() {
      Signer owner = rich(5 * DOLLAR);
      api.bridge(ASTER).be(BridgeStandIn.Mood.EXPORTS_NOTHING);
      SignedAction<UserAction.Withdraw> signed =
          owner.withdraw(owner.account(1, 0), USDC, DOLLAR, 31001, SOMEWHERE);
      ApiRefusal refusal = assertThrows(ApiRefusal.class, () -> api.client.withdraw(signed));
      assertTrue(refusal.is(ApiCode.EXPORT_LIMIT));
      assertEquals(
          "EXPORT_LIMIT", api.client.withdrawal(31001, owner.id(signed)).refusal().orElse(""));
    }

    @Test
    void aReasonWithoutACodeIsRefusedAndNamed() {
      Signer owner = rich(5 * DOLLAR);
      api.bridge(ASTER).be(BridgeStandIn.Mood.REFUSES_WITHOUT_CODE);
      Answer answer = withdraw(owner.withdraw(owner.account(1, 0), USDC, DOLLAR, 31001, SOMEWHERE));
      assertProblem(ApiCode.REFUSED, answer);
      assertTrue(answer.body().path("detail").asText().contains("TIDE_TOO_HIGH"));
    }

    @Test
    void aStoppedBridgeTakesNothing() {
      Signer owner = rich(5 * DOLLAR);
      api.bridge(ASTER).be(BridgeStandIn.Mood.HALTED);
      Answer answer = withdraw(owner.withdraw(owner.account(1, 0), USDC, DOLLAR, 31001, SOMEWHERE));
      assertProblem(ApiCode.BRIDGE_HALTED, answer);
      assertEquals("HALTED", api.client.vaults().vaults().getFirst().state());
    }

    @Test
    void aBridgeThatSaysNothingIsUnavailableAndTheSameRequestIsTakenLater() {
      Signer owner = rich(5 * DOLLAR);
      SignedAction<UserAction.Withdraw> signed =
          owner.withdraw(owner.account(1, 0), USDC, DOLLAR, 31001, SOMEWHERE);
      api.bridge(ASTER).be(BridgeStandIn.Mood.SILENT);
      Answer answer = withdraw(signed);
      assertProblem(ApiCode.UNAVAILABLE, answer);
      assertEquals("1", answer.raw().headers().firstValue("Retry-After").orElse(""));
      assertEquals("UNREACHABLE", api.client.vaults().vaults().getFirst().state());
      api.bridge(ASTER).be(BridgeStandIn.Mood.WORKING);
      assertEquals("GRANTED", api.client.withdraw(signed).stage());
    }

    @Test
    void anUnknownWithdrawalIsNotFound() {
      assertProblem(ApiCode.NOT_FOUND, api.get("/v1/withdrawals/31001/" + Hash.ZERO));
      assertProblem(ApiCode.UNKNOWN_CHAIN, api.get("/v1/withdrawals/99/" + Hash.ZERO));
      assertProblem(ApiCode.INVALID_FIELD, api.get("/v1/withdrawals/31001/0x12"));
      assertProblem(ApiCode.INVALID_FIELD, api.get("/v1/withdrawals/aster/" + Hash.ZERO));
    }
  }

  @Nested
  class Transferring {

    @Test
    void unitsArriveAtAnotherAccountOfTheOwnerOnce() {
      Signer owner = rich(5 * DOLLAR);
      SignedAction<UserAction.Transfer> signed =
          owner.transfer(owner.account(1, 0), owner.account(2, 0), USDC, DOLLAR);
      Answers.Transfer first = api.client.transfer(signed);
      api.client.transfer(signed);
      assertEquals(4 * DOLLAR, api.account(owner.account(1, 0)).account().balance(USDC));
      assertEquals(DOLLAR, api.account(owner.account(2, 0)).account().balance(USDC));
      assertEquals(first.id(), api.client.transfer(first.id()).id());
    }

    @Test
    void itsRefusalsHaveTheirCodes() {
      Signer owner = rich(5 * DOLLAR);
      Signer other = api.somebody();
      AccountId from = owner.account(1, 0);
      assertRefused(ApiCode.SAME_ACCOUNT, owner, owner.transfer(from, from, USDC, DOLLAR));
      assertRefused(
          ApiCode.DIFFERENT_OWNER, owner, owner.transfer(from, other.account(1, 0), USDC, DOLLAR));
      assertRefused(
          ApiCode.UNKNOWN_POOL, owner, owner.transfer(from, owner.account(9, 0), USDC, DOLLAR));
      assertRefused(
          ApiCode.UNKNOWN_POOL, owner, owner.transfer(from, owner.account(2, 0), ETH, DOLLAR));
      assertRefused(
          ApiCode.INSUFFICIENT_BALANCE,
          owner,
          owner.transfer(from, owner.account(2, 0), USDC, 6 * DOLLAR));
      assertRefused(
          ApiCode.WRONG_SIGNER, owner, other.transfer(from, owner.account(2, 0), USDC, DOLLAR));
      assertRefused(
          ApiCode.EXPIRED,
          owner,
          owner.sign(
              new UserAction.Transfer(
                  from.word(), owner.account(2, 0).word(), "USDC", 1, 1, seconds() - 1),
              ASTER));
    }

    private void assertRefused(
        ApiCode code, Signer owner, SignedAction<UserAction.Transfer> signed) {
      assertProblem(code, api.post("/v1/transfers", body(signed).toString()));
      assertEquals(1, api.account(owner.account(1, 0)).sequence());
    }

    @Test
    void anUnknownTransferIsNotFound() {
      assertProblem(ApiCode.NOT_FOUND, api.get("/v1/transfers/" + Hash.ZERO));
    }
  }

  @Nested
  class Preparing {

    @Test
    void whatIsOfferedIsWhatTheSignerWouldSign() {
      Signer owner = api.somebody();
      List<UserAction> actions =
          List.of(
              action(owner, DOLLAR),
              new UserAction.Transfer(
                  owner.account(1, 0).word(), owner.account(2, 0).word(), "USDC", 1, 2, 3),
              new UserAction.Read(owner.account(1, 0).word(), owner.address(), 5));
      for (UserAction action : actions) {
        for (VaultId vault : List.of(ASTER, BOREA)) {
          Answers.Prepared prepared = api.client.prepare(action, vault.chainId());
          assertTrue(owner.agrees(prepared, action, vault));
          assertFalse(owner.agrees(prepared, action(owner, DOLLAR), vault));
        }
      }
    }

    @Test
    void nonceAndDeadlineAreOfferedWhereTheyAreMissing() {
      String body =
          "{\"type\":\"withdraw\",\"account\":\"%s\",\"asset\":\"USDC\",\"amount\":\"1\",\"toChain\":\"31002\",\"to\":\"%s\"}"
              .formatted(api.somebody().account(1, 0), SOMEWHERE);
      JsonNode first = api.post("/v1/actions/prepare", body).body().path("typedData");
      JsonNode second = api.post("/v1/actions/prepare", body).body().path("typedData");
      assertEquals(Long.toString(seconds() + 600), first.at("/message/deadline").asText());
      assertTrue(Long.parseLong(first.at("/message/nonce").asText()) < 1L << 62);
      assertFalse(first.at("/message/nonce").asText().equals(second.at("/message/nonce").asText()));
      assertEquals(31002, first.at("/domain/chainId").asLong());
      assertEquals(BOREA.address().hex(), first.at("/domain/verifyingContract").asText());
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{'type':'lend'} | INVALID_FIELD",
          "{} | MISSING_FIELD",
          "{'type':'read','account':'ACCOUNT','chainId':'99'} | UNKNOWN_CHAIN",
          "{'type':'read','account':'ACCOUNT','nonce':'1'} | UNKNOWN_FIELD"
        })
    void aWrongRequestIsRefused(String body, ApiCode code) {
      String json = body.replace('\'', '"').replace("ACCOUNT", api.somebody().account(1, 0).hex());
      assertProblem(code, api.post("/v1/actions/prepare", json));
    }
  }

  @Nested
  class Forms {

    private String good() {
      Signer owner = api.somebody();
      return body(owner.sign(action(owner, DOLLAR), ASTER)).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"text\"", "null", "{} {}", "{'a':1}", "nonsense"})
    void whatIsNoObjectIsRefused(String body) {
      assertProblem(ApiCode.MALFORMED_JSON, api.post("/v1/withdrawals", body));
    }

    @Test
    void deepNestingIsRefused() {
      assertProblem(ApiCode.MALFORMED_JSON, api.post("/v1/withdrawals", "{\"a\":".repeat(5_000)));
    }

    @Test
    void aFieldThatIsThereTwiceIsRefused() {
      assertProblem(
          ApiCode.DUPLICATE_FIELD,
          api.post("/v1/withdrawals", good().replace("\"nonce\"", "\"amount\":\"1\",\"nonce\"")));
    }

    @Test
    void anUnknownFieldIsRefusedWhereverItIs() {
      assertProblem(
          ApiCode.UNKNOWN_FIELD,
          api.post("/v1/withdrawals", good().replaceFirst("\\{", "{\"extra\":1,")));
      assertProblem(
          ApiCode.UNKNOWN_FIELD,
          api.post("/v1/withdrawals", good().replace("\"amount\"", "\"Amount\":\"1\",\"amount\"")));
      assertProblem(
          ApiCode.UNKNOWN_FIELD,
          api.post("/v1/withdrawals", good().replace("\"chainId\"", "\"x\":1,\"chainId\"")));
    }

    @Test
    void aMissingFieldIsNamed() {
      Answer answer =
          api.post(
              "/v1/withdrawals", good().replaceAll("\"deadline\":\"\\d+\"", "\"deadlin\":\"1\""));
      assertProblem(ApiCode.MISSING_FIELD, answer);
      assertEquals("The field action.deadline is missing.", answer.body().path("detail").asText());
    }

    @ParameterizedTest
    @CsvSource({
      "'\"9223372036854775808\"', NUMBER_OUT_OF_RANGE",
      "'\"18446744073709551615\"', NUMBER_OUT_OF_RANGE",
      "'9223372036854775808', NUMBER_OUT_OF_RANGE",
      "'\"-1\"', NUMBER_OUT_OF_RANGE",
      "'-1', NUMBER_OUT_OF_RANGE",
      "'1', INVALID_FIELD",
      "'1.0', INVALID_FIELD",
      "'\"01\"', INVALID_FIELD",
      "'\"+1\"', INVALID_FIELD",
      "'\"-0\"', INVALID_FIELD",
      "'\"1e3\"', INVALID_FIELD",
      "'\"1.0\"', INVALID_FIELD",
      "'\"0x10\"', INVALID_FIELD",
      "'\" 1\"', INVALID_FIELD",
      "'\"\"', INVALID_FIELD",
      "'\"٣\"', INVALID_FIELD",
      "'null', INVALID_FIELD",
      "'true', INVALID_FIELD",
      "'[\"1\"]', INVALID_FIELD"
    })
    void aNumberIsCanonicalDecimalTextUpTo63Bits(String amount, ApiCode code) {
      assertProblem(
          code,
          api.post(
              "/v1/withdrawals", good().replaceAll("\"amount\":\"\\d+\"", "\"amount\":" + amount)));
    }

    @ParameterizedTest
    @CsvSource({
      "account, 0x12",
      "account, 0X" + ZEROS,
      "account, 0x" + ZEROS + "0",
      "to, 0x" + ZEROS,
      "to, 0xgggggggggggggggggggggggggggggggggggggggg",
      "to, ''"
    })
    void hexadecimalTextHasItsExactLength(String field, String text) {
      assertProblem(
          ApiCode.INVALID_FIELD,
          api.post(
              "/v1/withdrawals",
              good()
                  .replaceAll(
                      "\"" + field + "\":\"0x[0-9a-f]+\"", "\"" + field + "\":\"" + text + "\"")));
    }

    private static final String ZEROS =
        "0000000000000000000000000000000000000000000000000000000000000000";

    @ParameterizedTest
    @ValueSource(strings = {"0x12", "0x", "", "zz"})
    void aSignatureHas64Or65Bytes(String signature) {
      assertProblem(
          ApiCode.INVALID_FIELD,
          api.post(
              "/v1/withdrawals",
              good()
                  .replaceAll(
                      "\"signature\":\"0x[0-9a-f]+\"", "\"signature\":\"" + signature + "\"")));
    }

    @Test
    void aBodyOf64KiBIsReadAndOneByteMoreIsNot() {
      String padding = " ".repeat(ApiSettings.BODY_LIMIT - 2);
      assertProblem(ApiCode.MISSING_FIELD, api.post("/v1/withdrawals", "{" + padding + "}"));
      assertProblem(ApiCode.BODY_TOO_LARGE, api.post("/v1/withdrawals", "{ " + padding + "}"));
    }

    @Test
    void aBodyOfUnknownLengthIsCutAsWell() {
      byte[] large =
          ("{" + " ".repeat(ApiSettings.BODY_LIMIT) + "}").getBytes(StandardCharsets.US_ASCII);
      assertProblem(
          ApiCode.BODY_TOO_LARGE,
          api.send(
              HttpRequest.newBuilder(api.url.resolve("/v1/withdrawals"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofInputStream(
                          () -> new ByteArrayInputStream(large)))));
    }

    @Test
    void anotherContentTypeIsRefused() {
      assertProblem(
          ApiCode.UNSUPPORTED_MEDIA_TYPE,
          api.post("/v1/withdrawals", "{}", "Content-Type", "text/plain"));
    }

    @Test
    void jsonWithACharsetIsTaken() {
      assertProblem(
          ApiCode.MISSING_FIELD,
          api.post("/v1/withdrawals", "{}", "Content-Type", "application/json; charset=utf-8"));
    }

    @Test
    void anotherMethodIsAnsweredWithThoseThatThereAre() {
      Answer answer = api.get("/v1/actions/prepare");
      assertProblem(ApiCode.METHOD_NOT_ALLOWED, answer);
      assertEquals("POST", answer.raw().headers().firstValue("Allow").orElse(""));
      assertProblem(ApiCode.METHOD_NOT_ALLOWED, api.post("/v1/treasury", "{}"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"/", "/v1", "/v2/network", "/v1/networks", "/v1/accounts", "/v1/accounts/a/b/c"})
    void anotherPathIsNotFound(String path) {
      assertProblem(ApiCode.NOT_FOUND, api.get(path));
    }
  }

  @Nested
  class Aggregates {

    @Test
    void whereNothingTradesThatIsSaid() {
      assertProblem(ApiCode.NOT_FOUND, api.get("/v1/markets"));
      assertProblem(ApiCode.NOT_FOUND, api.get("/v1/pools/1"));
      assertEquals(0, api.client.auctions().open());
      AccountId id = api.somebody().account(1, 0);
      assertTrue(
          api.client.account(id, Authorization.operator(ApiFixture.TOKEN)).trading().isEmpty());
    }

    @Test
    void theTreasuryIsPublicAndCountsItsReports() {
      rich(5 * DOLLAR);
      Answers.Treasury treasury = api.client.treasury();
      assertEquals(3, treasury.lines().size(), "every asset at every vault that carries it");
      Answers.TreasuryLine aster =
          treasury.lines().stream()
              .filter(line -> line.asset().equals(USDC) && line.chainId() == 31001)
              .findFirst()
              .orElseThrow();
      assertTrue(aster.netImport() >= 5 * DOLLAR);
      assertEquals(0, aster.free());
      assertEquals(TestNetwork.EXPORT_CAP, aster.exportable());
      assertTrue(treasury.asOf().seq() >= 1);
      assertTrue(treasury.haltedVaults().isEmpty());
    }

    @Test
    void everyVaultSaysHowItsBridgeIs() {
      Answers.Vaults vaults = api.client.vaults();
      assertEquals(
          List.of("aster", "borea"),
          vaults.vaults().stream().map(Answers.VaultState::chainName).toList());
      assertEquals("NORMAL", vaults.vaults().getFirst().state());
      assertEquals(4_711, vaults.vaults().getFirst().bridge().orElseThrow().finalBlock());
    }
  }
}
