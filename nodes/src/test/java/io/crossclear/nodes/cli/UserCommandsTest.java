package io.crossclear.nodes.cli;

import static io.crossclear.nodes.http.TestNetwork.ASTER;
import static io.crossclear.nodes.http.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.signing.Address;
import io.crossclear.nodes.client.DevUsers;
import io.crossclear.nodes.http.ApiFixture;
import io.crossclear.nodes.http.ApiJson;
import io.crossclear.nodes.http.TestNetwork;
import io.crossclear.nodes.supervisor.DataFolder;
import io.crossclear.nodes.supervisor.GenesisFile;
import io.crossclear.nodes.supervisor.OracleFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserCommandsTest {

  private static final long DOLLAR = 1_000_000;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path data;

  private final ApiFixture api = new ApiFixture(TestNetwork.TRADING);

  private record Answer(int code, String out, String err) {
    JsonNode json() {
      try {
        return ApiJson.MAPPER.readTree(out);
      } catch (IOException malformed) {
        throw new IllegalStateException(out, malformed);
      }
    }
  }

  private Answer run(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--data", data.toString()));
    if (!words[0].equals("keys")) {
      arguments.addAll(List.of("--url", api.url().toString()));
    }
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
    try {
      int code = Crossclear.execute(arguments.toArray(String[]::new));
      return new Answer(
          code, said.toString(StandardCharsets.UTF_8), told.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @BeforeAll
  void theClockIsThatOfTheCommands() {
    api.setTime(System.currentTimeMillis());
    for (int user = 1; user <= 3; user++) {
      api.deposit(account(user), ASTER, USDC, 10 * DOLLAR);
    }
  }

  @AfterAll
  void close() {
    api.close();
  }

  @Test
  void whatTradesIsShown() {
    api.settle(5, 50_000, 2_000);
    Answer markets = run("markets");
    assertEquals(0, markets.code(), markets.err());
    assertTrue(
        markets.out().matches("(?s).*BTC-PERP +50000 +49999 +0.00001 BTC yes +10 % +6.5 % +1\n.*"),
        markets.out());
    assertEquals(
        "5000000000000", run("markets", "--json").json().at("/markets/0/mark/price").textValue());
    Answer pool = run("pool");
    assertEquals(0, pool.code(), pool.err());
    assertTrue(pool.out().contains("fund      0 USDC, unsettled 0 USDC\n"), pool.out());
    assertTrue(pool.out().contains("cycles    3, now RELEASING\n"), pool.out());
    assertEquals("3", run("pool", "1", "--json").json().path("cycles").textValue());
    Answer none = run("pool", "2");
    assertEquals(1, none.code());
    assertTrue(none.out().startsWith("Refused, NOT_FOUND"), none.out());
  }

  @Test
  void anOpenAuctionIsShown() {
    assertEquals(new Answer(0, "No auction is open.\n", ""), run("auctions"));
    String id = api.auction();
    Answer open = run("auctions");
    assertEquals(0, open.code(), open.err());
    assertEquals(
        """
        auction   %s
        kind      LIQUIDATION, a slice costs 98 %% of its value
        position  BTC-PERP 10 lots, cost 4.9999
        cash      1, unsettled -0.0025
        equity    0.0975, maintenance 0.2665
        """
            .formatted(id),
        open.out());
    assertEquals(id, run("auctions", "--json").json().at("/auctions/0/auction").textValue());
  }

  @Test
  void aPriceIsCheckedAgainstTheFilesAndNotBelieved() throws IOException {
    api.prices().settle(50_000_00000000L, System.currentTimeMillis());
    Answer nothing = run("prices");
    assertEquals(1, nothing.code());
    assertTrue(nothing.err().contains("genesis.json is missing"), nothing.err());

    GenesisFile.write(data.resolve("genesis.json"), api.genesis());
    OracleFile.write(data.resolve("oracle.json"), api.prices().config());
    Answer shown = run("prices");
    assertEquals(0, shown.code(), shown.out() + shown.err());
    assertTrue(shown.out().matches("(?s).*BTC/USD +50000 .* OK .* certified\n.*"), shown.out());
    assertTrue(shown.out().matches("(?s).*ETH/USD +- +- STALE +- +- +-\n.*"), shown.out());
    JsonNode json = run("prices", "--json").json();
    assertTrue(json.path("prices").path(0).path("verified").asBoolean());
    assertTrue(json.path("prices").path(1).path("verified").isMissingNode());

    List<Address> strangers =
        IntStream.rangeClosed(1, 4)
            .mapToObj(user -> DevUsers.key(api.genesis(), user).address())
            .sorted()
            .toList();
    Path others = data.resolve("others.json");
    OracleFile.write(others, OracleConfig.of(strangers, api.prices().config().feeds()));
    Answer refused = run("prices", "--oracles", others.toString());
    assertEquals(1, refused.code());
    assertTrue(refused.out().contains("was not certified by these oracles"), refused.out());
  }

  private AccountId account(int user) {
    return AccountId.of(DevUsers.key(api.genesis(), user).address(), 1, 0);
  }

  @Test
  void anAccountIsShownToItsOwnerAfterSayingWhatIsSigned() {
    Answer answer = run("account", "show", "--dev", "1");
    assertEquals(0, answer.code(), answer.err());
    assertTrue(answer.out().contains("USDC"), answer.out());
    assertTrue(answer.err().contains("Signing Read"), answer.err());
    assertTrue(answer.err().contains(account(1).hex()), answer.err());
    JsonNode json = run("account", "show", "--dev", "1", "--json").json();
    assertEquals(account(1).hex(), json.path("account").asText());
  }

  @Test
  void aQuoteSaysHowMuchCouldLeave() {
    Answer answer =
        run("account", "quote", "--dev", "3", "--asset", "USDC", "--to-chain", "aster", "--json");
    assertEquals(0, answer.code(), answer.err());
    assertEquals(Long.toString(10 * DOLLAR), answer.json().path("withdrawable").asText());
  }

  @Test
  void aWithdrawalIsShownSignedAndTaken() {
    Answer answer =
        run(
            "withdraw",
            "1.5",
            "--asset",
            "USDC",
            "--to-chain",
            "aster",
            "--dev",
            "1",
            "--no-wait",
            "--json");
    assertEquals(0, answer.code(), answer.err());
    assertEquals("1500000", answer.json().path("units").asText());
    assertEquals("GRANTED", answer.json().path("stage").asText());
    assertTrue(
        answer.err().contains("Signing Withdraw: 1.5 USDC to " + account(1).owner() + " on aster"),
        answer.err());
    assertTrue(
        answer.err().contains("digest    " + answer.json().path("id").asText()), answer.err());
  }

  @Test
  void aTransferArrives() {
    Answer answer = run("transfer", "2", "--asset", "USDC", "--to", "2/0", "--dev", "2");
    assertEquals(0, answer.code(), answer.err());
    assertTrue(answer.out().startsWith("Moved 2 USDC as 0x"), answer.out());
    AccountId second = AccountId.of(account(2).owner(), 2, 0);
    assertEquals(2 * DOLLAR, api.account(second).account().balance(USDC));
  }

  @Test
  void aRefusalIsExitCode1AndItsProblem() {
    Answer text = run("withdraw", "1000", "--asset", "USDC", "--to-chain", "aster", "--dev", "1");
    assertEquals(1, text.code());
    assertTrue(text.out().startsWith("Refused, INSUFFICIENT_BALANCE"), text.out());
    Answer json = run("transfer", "1000", "--asset", "USDC", "--to", "2/0", "--dev", "1", "--json");
    assertEquals(1, json.code());
    assertEquals("INSUFFICIENT_BALANCE", json.json().path("code").asText());
  }

  @Test
  void whatCannotBeMeantIsExitCode1AndOneSentence() {
    Answer chain = run("withdraw", "1", "--asset", "USDC", "--to-chain", "mars", "--dev", "1");
    assertEquals(1, chain.code());
    assertEquals("There is no chain mars; there are aster (31001), borea (31002)\n", chain.err());
    assertEquals(
        1,
        run("withdraw", "1.0000001", "--asset", "USDC", "--to-chain", "aster", "--dev", "1")
            .code());
    assertEquals(
        1, run("withdraw", "1", "--asset", "DOGE", "--to-chain", "aster", "--dev", "1").code());
    assertEquals(1, run("transfer", "1", "--asset", "USDC", "--to", "here", "--dev", "1").code());
    assertEquals(1, run("deposit", "1", "--asset", "ETH", "--chain", "borea", "--dev", "1").code());
  }

  @Test
  void aWrongCommandLineIsExitCode2() {
    assertEquals(2, run("account", "show").code());
    assertEquals(2, run("account", "show", "--dev", "1", "--key", "alice").code());
    assertEquals(2, run("withdraw", "1", "--dev", "1").code());
    assertEquals(2, run("keys", "new").code());
  }

  @Test
  void everyCommandHasExamples() {
    for (String[] command :
        new String[][] {
          {"account"},
          {"account", "show"},
          {"account", "quote"},
          {"deposit"},
          {"withdraw"},
          {"transfer"},
          {"keys"},
          {"keys", "new"},
          {"keys", "show"},
          {"keys", "list"}
        }) {
      List<String> words = new ArrayList<>(List.of(command));
      words.add("--help");
      Answer answer = run(words.toArray(String[]::new));
      assertEquals(0, answer.code());
      assertTrue(answer.out().contains("Examples:"), String.join(" ", command));
    }
  }

  @Test
  void aKeyIsMadeEncryptedShownAndUnlocked() throws IOException {
    Path passphrase = Files.writeString(data.resolve("passphrase"), "correct horse battery\n");
    Answer made = run("keys", "new", "alice", "--passphrase-file", passphrase.toString(), "--json");
    assertEquals(0, made.code(), made.err());
    Path file = data.resolve("keys/users/alice.json");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertTrue(Files.readString(file).contains("\"version\":3"));
    UserKeys keys = new UserKeys(new DataFolder(data));
    SigningKey key = keys.unlock("alice", "correct horse battery");
    assertEquals(made.json().path("address").asText(), key.address().hex());
    assertFalse(Files.readString(file).contains(key.revealHex().substring(2)));
    assertTrue(run("keys", "show", "alice").out().contains(key.address().hex()));
    assertTrue(run("keys", "list").out().contains("alice"));

    Answer again = run("keys", "new", "alice", "--passphrase-file", passphrase.toString());
    assertEquals(1, again.code());
    assertEquals(key.address(), keys.unlock("alice", "correct horse battery").address());

    Answer shown =
        run(
            "account",
            "show",
            "--key",
            "alice",
            "--passphrase-file",
            passphrase.toString(),
            "--json");
    assertEquals(0, shown.code(), shown.err());
    Files.writeString(passphrase, "wrong\n");
    Answer locked =
        run("account", "show", "--key", "alice", "--passphrase-file", passphrase.toString());
    assertEquals(1, locked.code());
    assertEquals("The passphrase of alice is another one.\n", locked.err());
    assertEquals(
        1,
        run("account", "show", "--key", "bob", "--passphrase-file", passphrase.toString()).code());
    assertEquals(1, run("keys", "show", "../faucet").code());
  }
}
