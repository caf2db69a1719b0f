package io.crossclear.domain.account;

import static io.crossclear.testing.TestNetwork.owner;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.signing.Hash;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccountIdTest {

  @Property(tries = 300)
  void keepsOwnerPoolAndIndexApart(@ForAll int pool, @ForAll long index) {
    AccountId id = AccountId.of(owner(5), pool, index);

    assertEquals(owner(5), id.owner());
    assertEquals(pool, id.pool());
    assertEquals(index, id.index());
    assertEquals(id, new AccountId(id.toString()));
    assertEquals(new Hash(id.hex()), id.word());
    assertEquals(66, id.hex().length());
  }

  @Test
  void laysItsPartsOutInOrder() {
    assertEquals(
        owner(5).hex() + "00000001" + "00000000000000ff", AccountId.of(owner(5), 1, 255).hex());
    assertEquals(owner(5).hex() + "f".repeat(24), AccountId.of(owner(5), -1, -1).hex());
  }

  @Test
  void sendsWhatNoPoolAcceptsToTheOwnersPoolZero() {
    AccountId unassigned = AccountId.of(owner(5), 3, 9).unassigned();
    assertEquals(AccountId.of(owner(5), AccountId.UNASSIGNED_POOL, 0), unassigned);
    assertEquals(unassigned, unassigned.unassigned());
  }

  @Test
  void ordersByOwnerThenPoolThenIndex() {
    assertEquals(
        -1, Integer.signum(AccountId.of(owner(1), 9, 9).compareTo(AccountId.of(owner(2), 1, 1))));
    assertEquals(
        1, Integer.signum(AccountId.of(owner(1), 2, 0).compareTo(AccountId.of(owner(1), 1, 9))));
    assertEquals(
        1, Integer.signum(AccountId.of(owner(1), -1, 0).compareTo(AccountId.of(owner(1), 1, 0))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0x",
        "0x00",
        "1",
        "0xzz00000000000000000000000000000000000000000000000000000000000000"
      })
  void refusesWhatIsNoWord(String text) {
    assertThrows(IllegalArgumentException.class, () -> new AccountId(text));
  }

  @Test
  void isOneAccountHoweverItsDigitsAreWritten() {
    String digits = "0x" + "AB".repeat(32);
    assertEquals(new AccountId("0x" + "ab".repeat(32)), new AccountId(digits));
  }
}
