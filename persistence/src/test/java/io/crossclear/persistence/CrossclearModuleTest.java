package io.crossclear.persistence;

import static io.crossclear.persistence.WireSamples.ACCOUNT;
import static io.crossclear.persistence.WireSamples.USDC;
import static io.crossclear.persistence.WireSamples.VAULT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.UserAction;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of the wire. */
final class CrossclearModuleTest {

  private final ObjectMapper json = CrossclearModule.json();

  private record Holder(UserAction action, Optional<Asset> asset) {}

  record Looks(long units) {
    public boolean isEmpty() {
      return units == 0;
    }

    public long getDouble() {
      return 2 * units;
    }
  }

  @Nested
  class Text {

    @Test
    void valuesAreTheirText() throws Exception {
      assertEquals("\"USDC\"", json.writeValueAsString(USDC));
      assertEquals("\"" + VAULT + "\"", json.writeValueAsString(VAULT));
      assertEquals("\"" + ACCOUNT.hex() + "\"", json.writeValueAsString(ACCOUNT));
      assertEquals("\"BTC/USD\"", json.writeValueAsString(new FeedId("BTC/USD")));
      assertEquals("\"PT0.5S\"", json.writeValueAsString(Duration.ofMillis(500)));
      assertEquals(Duration.ofMillis(500), json.readValue("\"PT0.5S\"", Duration.class));
    }

    @Test
    void valuesAreTheirTextAsKeysToo() throws Exception {
      SortedMap<Asset, Long> map = new TreeMap<>();
      map.put(USDC, Long.MAX_VALUE);
      map.put(new Asset("ETH"), -1L);
      String text = json.writeValueAsString(map);
      assertEquals("{\"ETH\":-1,\"USDC\":9223372036854775807}", text);
      assertEquals(map, json.readValue(text, new TypeReference<TreeMap<Asset, Long>>() {}));
    }

    @Test
    void textThatTheDomainRefusesIsRefused() {
      assertThrows(JsonMappingException.class, () -> json.readValue("\"usdc\"", Asset.class));
      assertThrows(JsonMappingException.class, () -> json.readValue("\"0x12\"", Hash.class));
      assertThrows(JsonMappingException.class, () -> json.readValue("7", Address.class));
      assertThrows(JsonMappingException.class, () -> json.readValue("\"BTC\"", FeedId.class));
      assertThrows(JsonMappingException.class, () -> json.readValue("\"soon\"", Duration.class));
    }
  }

  @Nested
  class SealedFields {

    private final UserAction read =
        new UserAction.Read(ACCOUNT.word(), WireSamples.address(0xf1), 1_800_000_000L);

    @Test
    void aValueBehindItsFamilyCarriesItsName() throws Exception {
      String text = json.writeValueAsString(new Holder(read, Optional.empty()));
      assertTrue(text.startsWith("{\"action\":{\"type\":\"read\","), text);
      assertEquals(new Holder(read, Optional.empty()), json.readValue(text, Holder.class));
    }

    @Test
    void aValueBehindItsOwnTypeDoesNot() throws Exception {
      assertFalse(json.writeValueAsString(WireSamples.WITHDRAW.action()).contains("\"type\""));
    }

    @Test
    void theNamesOfActionsAreFixed() {
      assertEquals(
          List.of("withdraw", "transfer", "order", "cancel", "cancel-below", "bid", "read"),
          WireNames.members(UserAction.class).stream().map(WireNames::of).toList());
    }

    @Test
    void theNamesOfWhatAPoolAsksForAreFixed() {
      assertEquals(
          List.of(
              "collect",
              "lend",
              "release",
              "tear-up",
              "cover",
              "cover-owed",
              "levy",
              "levy-for-debt",
              "forfeit",
              "award",
              "pay",
              "settle"),
          WireNames.members(Ask.class).stream().map(WireNames::of).toList());
    }

    @Test
    void everyAskIsReadBackAlsoOneWithoutComponents() throws Exception {
      assertEquals(
          "{\"type\":\"collect\"}",
          json.writerFor(Ask.class).writeValueAsString(new Ask.Collect()));
      Set<Class<?>> seen = new HashSet<>();
      for (Ask ask : ClearingSamples.asks()) {
        String text = json.writerFor(Ask.class).writeValueAsString(ask);
        assertEquals(ask, json.readValue(text, Ask.class));
        seen.add(ask.getClass());
      }
      assertEquals(Set.copyOf(WireNames.members(Ask.class)), seen);
    }

    @Test
    void everySignedActionIsReadBack() throws Exception {
      for (UserAction action : ClearingSamples.actions()) {
        String text = json.writerFor(UserAction.class).writeValueAsString(action);
        assertEquals(action, json.readValue(text, UserAction.class));
      }
    }

    @Test
    void anInstrumentCarriesItsName() throws Exception {
      String text = json.writerFor(Instrument.class).writeValueAsString(ClearingSamples.BTC_PERP);
      assertTrue(text.startsWith("{\"type\":\"perpetual\",\"symbol\":\"BTC-PERP\""), text);
      assertEquals(ClearingSamples.BTC_PERP, json.readValue(text, Instrument.class));
    }

    @Test
    void anUnknownNameIsRefused() {
      assertThrows(
          JsonMappingException.class,
          () -> json.readValue("{\"type\":\"mint\"}", UserAction.class));
    }
  }

  @Nested
  class Absence {

    @Test
    void nothingAbsentIsWritten() throws Exception {
      TransferSaga saga =
          new TransferSaga(
              Optional.empty(),
              TransferSaga.Stage.UNKNOWN,
              0,
              new TreeMap<>(),
              Optional.empty(),
              0);
      String text = json.writeValueAsString(saga);
      assertEquals("{\"stage\":\"UNKNOWN\",\"sequence\":0,\"imports\":{},\"time\":0}", text);
      assertEquals(saga, json.readValue(text, TransferSaga.class));
    }

    @Test
    void aMissingNumberIsRefusedAndNeverZero() {
      String withoutNonce =
          "{\"digest\":\"%1$s\",\"blockNumber\":1,\"blockHash\":\"%1$s\",\"transactionHash\":\"%1$s\"}"
              .formatted(Hash.ZERO);
      JsonProcessingException refused =
          assertThrows(
              JsonMappingException.class, () -> json.readValue(withoutNonce, PayoutEvidence.class));
      assertTrue(String.valueOf(refused.getMessage()).contains("nonce"));
    }

    @Test
    void anExplicitNullIsRefused() throws Exception {
      String text = json.writeValueAsString(WireSamples.PAID);
      String withNull = text.replace("\"" + WireSamples.PAID.digest() + "\"", "null");
      assertThrows(
          JsonMappingException.class, () -> json.readValue(withNull, PayoutEvidence.class));
    }

    @Test
    void whatIsUnknownIsIgnored() throws Exception {
      String text =
          json.writeValueAsString(WireSamples.PAID).replaceFirst("\\{", "{\"later\":[1,{}],");
      assertEquals(WireSamples.PAID, json.readValue(text, PayoutEvidence.class));
    }

    @Test
    void aFractionIsNoWholeNumber() throws Exception {
      String text =
          json.writeValueAsString(WireSamples.PAID).replace("\"nonce\":4", "\"nonce\":4.5");
      assertThrows(JsonMappingException.class, () -> json.readValue(text, PayoutEvidence.class));
    }
  }

  @Test
  void aGenesisWithAMarketIsReadBack() throws Exception {
    String text = json.writeValueAsString(ClearingSamples.GENESIS);
    assertTrue(text.contains("\"cyclePeriod\":\"PT1H\""), text);
    assertEquals(ClearingSamples.GENESIS, json.readValue(text, Genesis.class));
  }

  @Test
  void methodsThatLookLikeGettersAreNotWritten() throws Exception {
    assertEquals("{\"units\":3}", json.writeValueAsString(new Looks(3)));
  }

  @Test
  void anEventBehindItsFamilyIsReadBack() throws Exception {
    for (Object event : WireSamples.account()) {
      String text = json.writerFor(AccountEvent.class).writeValueAsString(event);
      assertEquals(event, json.readValue(text, AccountEvent.class));
    }
  }

  @Property(tries = 200)
  void bucketMapsAreStoredAsPlainMapsAndFindTheirKeysAgain(@ForAll List<Long> keys)
      throws Exception {
    BucketMap<Long, Long> map = BucketMap.empty();
    TreeMap<Long, Long> plain = new TreeMap<>();
    for (Long key : keys) {
      map = map.with(key, key / 2);
      plain.put(key, key / 2);
    }
    ObjectMapper mapper = CrossclearModule.json();
    TypeReference<BucketMap<Long, Long>> type = new TypeReference<>() {};
    String text = mapper.writerFor(type).writeValueAsString(map);
    assertEquals(mapper.writeValueAsString(plain), text);
    assertEquals(map, mapper.readValue(text, type));
  }
}
