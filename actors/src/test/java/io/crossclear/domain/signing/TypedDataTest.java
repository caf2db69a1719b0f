package io.crossclear.domain.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.signing.TypedData.Domain;
import io.crossclear.domain.signing.TypedData.Field;
import io.crossclear.domain.signing.TypedData.Value;
import io.crossclear.testing.PlainKeccak;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Digests of EIP-712. The expected words come from the standard's own example where it is flat, and
 * else from an encoder in another language (js-sha3 over words that were put together by hand).
 */
final class TypedDataTest {

  private static final Keccak KECCAK = PlainKeccak.INSTANCE;
  private static final Address CONTRACT = new Address("0x" + "0".repeat(38) + "a0");
  private static final Hash SALT = new Hash("0x" + "ab".repeat(32));
  private static final Domain SALTED =
      new Domain("Crossclear", "1", 101, CONTRACT, Optional.of(SALT));
  private static final Hash ACCOUNT =
      new Hash("0x" + "11".repeat(20) + "00000001" + "0000000000000007");

  @Nested
  class Separator {
    /** "Ether Mail" of EIP-712. */
    @Test
    void isThePublishedOne() {
      Domain mail =
          new Domain("Ether Mail", "1", 1, new Address("0x" + "cc".repeat(20)), Optional.empty());
      assertEquals(
          new Hash("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"),
          mail.separator(KECCAK));
    }

    @Test
    void dependsOnTheSaltWhenThereIsOne() {
      assertEquals(
          new Hash("0x07016477e7825071da9a043f0eeab7038f5cd1e40d2df767196cfb5cc9341f66"),
          SALTED.separator(KECCAK));
      assertEquals(
          new Hash("0xdad3323f6c770964ca88fa8a1324d7e324ce62f343e5ddc418512bf03b4f6124"),
          new Domain("Crossclear", "1", 101, CONTRACT, Optional.empty()).separator(KECCAK));
    }
  }

  @Nested
  class StructHash {
    /** "Person" of EIP-712, the flat half of its example. */
    @Test
    void isThePublishedOne() {
      TypedData person =
          new TypedData(
              SALTED,
              "Person",
              List.of(
                  new Field("string", "name", new Value.Text("Cow")),
                  new Field(
                      "address",
                      "wallet",
                      new Value.Account(
                          new Address("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")))));
      assertEquals("Person(string name,address wallet)", person.encodeType());
      assertEquals(
          new Hash("0xfc71e5fa27ff56c350aa531bc129ebdf613b772b6604664f5d8dbe21b85eb0c8"),
          person.structHash(KECCAK));
    }

    @Test
    void encodesFlagsAndNegativeNumbers() {
      TypedData probe =
          new TypedData(
              SALTED,
              "Probe",
              List.of(
                  new Field("bool", "buy", new Value.Flag(true)),
                  new Field("int64", "limitPrice", Value.Number.of(-5)),
                  new Field("uint8", "small", Value.Number.of(255))));
      assertEquals(
          new Hash("0x1c30f19018212ca6c7bfc433085c457a6b56f8b4a620413a05b59db0097add0d"),
          probe.structHash(KECCAK));
      assertEquals(
          new Hash("0xf525ecfc830788ad398a8bb0a9fbe7ad73fc75cbf74d58bd632c76fa5692aca5"),
          probe.digest(KECCAK));
    }

    @Test
    void differsForAFlagThatIsNotSet() {
      assertNotEquals(flag(true).structHash(KECCAK), flag(false).structHash(KECCAK));
    }

    private TypedData flag(boolean set) {
      return new TypedData(SALTED, "Flag", List.of(new Field("bool", "set", new Value.Flag(set))));
    }
  }

  @Nested
  class UserActions {
    @Test
    void withdrawHasItsVector() {
      assertVector(
          new UserAction.Withdraw(
              ACCOUNT,
              "USDC",
              1_234_567,
              102,
              new Address("0x" + "22".repeat(20)),
              5,
              1_700_000_000),
          "249815e7a3fbb6223a7f71e18af612887ec14d524020a1fe7379d8ea750d50e4",
          "1b027a9fedcd3b9920de08943aaba50ef36816732ec25fa879ae2d55486b23bd");
    }

    @Test
    void transferHasItsVectorAndActsForItsFirstAccount() {
      Hash to = new Hash("0x" + "11".repeat(20) + "00000002" + "0".repeat(16));
      var transfer = new UserAction.Transfer(ACCOUNT, to, "ETH", 9, 0, 1_700_000_001);
      assertEquals(ACCOUNT, transfer.account());
      assertVector(
          transfer,
          "3f3c0da549b220e7e45730b7374b71e99906b1694f9852e13383884348b5865a",
          "155ef9d8950df2e76e4635d4d21a5686869d5dc5811d78800d820e54746596d0");
    }

    @Test
    void readHasItsVector() {
      assertVector(
          new UserAction.Read(ACCOUNT, new Address("0x" + "33".repeat(20)), 1_700_000_002),
          "3e5585067157cfb06410a5b1b1ecf0926be7a4c09bb223f6270474066aecf1b0",
          "9e9532fc3fde285a1e6bce2196eeb924d7a67c277894526dfa290eec73077ea8");
    }

    private void assertVector(UserAction action, String structHash, String digest) {
      TypedData data = new TypedData(SALTED, action.typeName(), action.fields());
      assertEquals(new Hash("0x" + structHash), data.structHash(KECCAK));
      assertEquals(new Hash("0x" + digest), data.digest(KECCAK));
    }
  }

  @Nested
  class Words {
    @ParameterizedTest
    @CsvSource({
      "uint8, 0, 255",
      "uint64, 0, 18446744073709551615",
      "int8, -128, 127",
      "int64, -9223372036854775808, 9223372036854775807"
    })
    void takeExactlyTheRangeOfTheirType(String type, BigInteger least, BigInteger most) {
      assertEquals(least.mod(BigInteger.TWO.pow(256)), new BigInteger(1, Word.of(type, least)));
      assertEquals(most, new BigInteger(1, Word.of(type, most)));
      assertThrows(
          IllegalArgumentException.class, () -> Word.of(type, least.subtract(BigInteger.ONE)));
      assertThrows(IllegalArgumentException.class, () -> Word.of(type, most.add(BigInteger.ONE)));
    }

    @Test
    void takeAFullWord() {
      BigInteger most = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
      byte[] ones = new byte[32];
      java.util.Arrays.fill(ones, (byte) 0xff);
      assertArrayEquals(ones, Word.of("uint256", most));
      assertArrayEquals(ones, Word.of("int256", BigInteger.valueOf(-1)));
      assertThrows(
          IllegalArgumentException.class, () -> Word.of("uint256", most.add(BigInteger.ONE)));
    }
  }

  /** The types of DESIGN 8, word for word. */
  @Nested
  class TypesOfTrades {
    private static final Hash OWNER = new Hash("0x" + "11".repeat(32));

    @Test
    void areTheOnesThatWalletsShow() {
      assertEquals(
          "Order(bytes32 account,address venue,string instrument,bool buy,uint64 size,int64 limitPrice,"
              + "uint64 maxFee,bool reduceOnly,uint64 nonce,uint64 deadline)",
          type(new UserAction.Order(OWNER, CONTRACT, "BTC-PERP", true, 1, -1, 2, false, 3, 4)));
      assertEquals("Cancel(bytes32 account,uint64 nonce)", type(new UserAction.Cancel(OWNER, 1)));
      assertEquals(
          "CancelBelow(bytes32 account,uint64 nonceFloor)",
          type(new UserAction.CancelBelow(OWNER, 1)));
      assertEquals(
          "Bid(bytes32 account,string auction,uint32 portionPpm,uint64 maxPay,uint64 minPriceSeq,"
              + "uint64 nonce,uint64 deadline)",
          type(new UserAction.Bid(OWNER, "a", 1, 2, 3, 4, 5)));
    }

    @Test
    void everyFieldChangesTheDigest() {
      var order = new UserAction.Order(OWNER, CONTRACT, "BTC-PERP", true, 1, -1, 2, false, 3, 4);
      var other = new UserAction.Order(OWNER, CONTRACT, "BTC-PERP", false, 1, -1, 2, false, 3, 4);
      assertNotEquals(digest(order), digest(other));
    }

    private String type(UserAction action) {
      return new TypedData(SALTED, action.typeName(), action.fields()).encodeType();
    }

    private Hash digest(UserAction action) {
      return new TypedData(SALTED, action.typeName(), action.fields()).digest(KECCAK);
    }
  }
}
