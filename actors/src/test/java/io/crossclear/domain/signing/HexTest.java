package io.crossclear.domain.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HexTest {

  private static final String DIGITS = "52908400098527886e0f7030069857d2e4169ee7";

  @Property(tries = 200)
  void writesAndReadsEveryBytes(@ForAll @Size(max = 70) byte[] bytes) {
    String text = Hex.encode(bytes);
    // by arithmetic: the digits are the number that the bytes are
    BigInteger number = new BigInteger(1, bytes);
    String digits = bytes.length == 0 ? "" : String.format("%0" + 2 * bytes.length + "x", number);

    assertEquals("0x" + digits, text);
    assertArrayEquals(bytes, Hex.decode(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "0", "00", "0X00", "x00", " 0x00", "0x0", "0x0g", "0x 0", "0x00 ", "0x-1", "0x٠٠"
      })
  void refusesToDecodeWhatIsNoHexadecimalText(String text) {
    assertThrows(IllegalArgumentException.class, () -> Hex.decode(text));
  }

  @Nested
  class OfAnAddress {
    @Test
    void isKeptInLowerCase() {
      Address address = new Address("0x" + DIGITS.toUpperCase(Locale.ROOT));

      assertEquals("0x" + DIGITS, address.hex());
      assertEquals("0x" + DIGITS, address.toString());
      assertEquals(new Address("0x" + DIGITS), address);
      assertEquals(20, address.bytes().length);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "0x",
          "52908400098527886e0f7030069857d2e4169ee7",
          "0X52908400098527886e0f7030069857d2e4169ee7",
          "0x52908400098527886e0f7030069857d2e4169ee",
          "0x52908400098527886e0f7030069857d2e4169ee70",
          "0x52908400098527886e0f7030069857d2e4169eg7",
          "0x52908400098527886e0f7030069857d2e4169e:7",
          "0x52908400098527886e0f7030069857d2e4169e/7",
          "0x52908400098527886e0f7030069857d2e4169e@7",
          "0x52908400098527886e0f7030069857d2e4169e`7",
          "0x52908400098527886e0f7030069857d2e4169e 7",
          "0x52908400098527886e0f7030069857d2e4169e٧7",
          "0x+2908400098527886e0f7030069857d2e4169ee7",
          "0x\0002908400098527886e0f7030069857d2e4169ee7",
          "1x52908400098527886e0f7030069857d2e4169ee7"
        })
    void isRefusedInAnyOtherForm(String text) {
      assertThrows(IllegalArgumentException.class, () -> new Address(text));
    }

    @Test
    void takesEveryDigitAtTheEdgesOfItsRanges() {
      assertEquals(
          "0x09afaf0000000000000000000000000000000000",
          new Address("0x09afAF0000000000000000000000000000000000").hex());
    }

    @Test
    void ordersLikeItsNumber() {
      Address low = new Address("0x" + "0".repeat(39) + "1");
      Address high = new Address("0xA" + "0".repeat(39));
      assertEquals(-1, Integer.signum(low.compareTo(high)));
      assertEquals(1, Integer.signum(high.compareTo(low)));
      assertEquals(0, low.compareTo(new Address(low.hex())));
      assertEquals(BigInteger.ZERO, new BigInteger(1, Address.ZERO.bytes()));
    }
  }

  @Nested
  class OfAHash {
    @Test
    void isKeptInLowerCase() {
      Hash hash = new Hash("0x" + "Ab".repeat(32));
      assertEquals("0x" + "ab".repeat(32), hash.hex());
      assertEquals(hash.hex(), hash.toString());
      assertEquals(hash, Hash.of(hash.bytes()));
      assertEquals(BigInteger.ZERO, new BigInteger(1, Hash.ZERO.bytes()));
    }

    @Test
    void isRefusedWithAnotherLength() {
      assertThrows(IllegalArgumentException.class, () -> new Hash("0x" + "a".repeat(63)));
      assertThrows(IllegalArgumentException.class, () -> new Hash("0x" + "a".repeat(65)));
      assertThrows(IllegalArgumentException.class, () -> Hash.of(new byte[31]));
    }

    @Test
    void ordersLikeItsNumber() {
      Hash low = new Hash("0x" + "0".repeat(63) + "9");
      Hash high = new Hash("0x" + "0".repeat(63) + "a");
      assertEquals(-1, Integer.signum(low.compareTo(high)));
      assertEquals(1, Integer.signum(high.compareTo(low)));
    }
  }
}
