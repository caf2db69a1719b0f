package io.crossclear.domain.settlement;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.settlement.SettlementBatch.Entry;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected words come from an encoder in another language (js-sha3). */
final class SettlementBatchTest {

  private static final Address TOKEN = new Address("0x" + "44".repeat(20));
  private static final Entry FIRST = new Entry(word(1), new Address("0x" + "22".repeat(20)), 1000);
  private static final Entry SECOND =
      new Entry(word(2), new Address("0x" + "33".repeat(20)), 1L << 62);
  private final SettlementBatch batch = batch(List.of(FIRST, SECOND));

  private static SettlementBatch batch(List<Entry> entries) {
    return new SettlementBatch(A, 1, 7, TOKEN, entries, 1_700_000_900);
  }

  @Test
  void packsRecipientAndUnitsIntoOneWordPerEntry() {
    assertEquals(
        "0x"
            + "22".repeat(20)
            + "0000000000000000000003e8"
            + "33".repeat(20)
            + "000000004000000000000000",
        Hex.encode(batch.packedEntries()));
  }

  @Test
  void hasTheVaultsDigest() {
    assertEquals(
        new Hash("0xc767f2f63919fe18757b33cd844f8048691e1f43592da1f41c29dbd258cb75e4"),
        batch.digest(KECCAK));
    assertEquals(
        new Hash("0x19782b47cd499b4cdd9a544c697e2bb0022af0d8b6546eea117d5e93ca7c0f20"),
        batch.typedData(KECCAK).structHash(KECCAK));
    assertEquals(
        new Hash("0x7d17fbf037658808a74375c118508368fe11bc5743c68bd46f649b8da34c3db7"),
        new SettlementBatch(A, 1, 7, Address.ZERO, List.of(), 1_700_000_900).digest(KECCAK));
  }

  @Test
  void hasAnotherDigestForAnotherOrder() {
    assertNotEquals(batch.digest(KECCAK), batch(List.of(SECOND, FIRST)).digest(KECCAK));
  }

  @Test
  void addsItsUnitsUpWithoutWrapping() {
    assertEquals((1L << 62) + 1000, batch.total());
    assertEquals(0, batch(List.of()).total());
    assertThrows(ArithmeticException.class, () -> batch(List.of(SECOND, SECOND)).total());
  }

  @Test
  void doesNotSeeLaterChangesOfItsEntries() {
    List<Entry> entries = new java.util.ArrayList<>(List.of(FIRST));
    SettlementBatch copy = batch(entries);
    entries.add(SECOND);
    assertEquals(List.of(FIRST), copy.entries());
    assertEquals(address(0xa0), copy.vault().address());
  }
}
