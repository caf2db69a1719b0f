package io.crossclear.domain.settlement;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.token;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.AttesterBook.FinalView;
import io.crossclear.domain.settlement.AttesterBook.Slot;
import io.crossclear.domain.settlement.AttesterEvent.DigestSigned;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class AttesterBookTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long LIFE = 15 * 60;
  private static final AttesterBook EMPTY = AttesterBook.EMPTY;

  private static SettlementBatch batch(VaultId vault, long nonce, long notAfter, long... ids) {
    return new SettlementBatch(
        vault,
        1,
        nonce,
        token(vault, USDC),
        LongStream.of(ids)
            .mapToObj(id -> new SettlementBatch.Entry(word(id), owner(1), 10))
            .toList(),
        notAfter);
  }

  private static FinalView view(long seconds, long nonce, Map<Long, Hash> executed) {
    return new FinalView(seconds, nonce, new TreeMap<>(executed));
  }

  private static final FinalView FRESH = view(SECOND, 0, Map.of());

  private static Decision<AttesterEvent, AttesterRejection> sign(
      AttesterBook book, SettlementBatch batch, long digest, FinalView view) {
    return book.sign(batch, word(digest), view, SECOND);
  }

  private static void assertRejected(
      AttesterRejection reason, Decision<AttesterEvent, AttesterRejection> decision) {
    assertEquals(Decision.reject(reason), decision);
  }

  @Test
  void remembersWhatItSigns() {
    SettlementBatch batch = batch(A, 1, SECOND + LIFE, 5, 6);

    AttesterEvent event = only(sign(EMPTY, batch, 100, FRESH));

    DigestSigned expected =
        new DigestSigned(
            A, 1, 1, word(100), SECOND + LIFE, List.of(word(5), word(6)), SECOND * 1000);
    assertEquals(expected, event);
    AttesterBook book = EMPTY.apply(event);
    Optional<List<AttesterBook.Signed>> kept =
        Optional.of(List.of(new AttesterBook.Signed(A, 1, word(100), SECOND + LIFE)));
    assertEquals(kept, book.signed().get(new Slot(A, 1)));
    assertEquals(kept, book.batchesOf().get(word(5)));
    assertEquals(kept, book.batchesOf().get(word(6)));
    assertEquals(1, book.signed().size());
    assertEquals(2, book.batchesOf().size());
    assertEquals(Decision.alreadyDone(), sign(book, batch, 100, FRESH));
  }

  @Test
  void refusesInOrderOfPrecedence() {
    AttesterBook book = EMPTY.apply(only(sign(EMPTY, batch(A, 1, SECOND + LIFE, 5), 100, FRESH)));
    long tooLong = SECOND + LIFE + 1;
    assertRejected(
        AttesterRejection.WRONG_NONCE, sign(book, batch(A, 2, tooLong, 5, 5), 101, FRESH));
    assertRejected(
        AttesterRejection.WRONG_NONCE,
        sign(book, batch(A, 1, SECOND, 5), 100, view(SECOND, 1, Map.of(1L, word(100)))));
    assertRejected(
        AttesterRejection.LIVES_TOO_LONG, sign(book, batch(A, 1, tooLong, 5, 5), 101, FRESH));
    assertRejected(
        AttesterRejection.EARLIER_BATCH_LIVES,
        sign(book, batch(A, 1, SECOND + LIFE, 5, 5), 101, FRESH));
    FinalView executed = view(SECOND, 1, Map.of(1L, word(100)));
    assertRejected(
        AttesterRejection.WITHDRAWAL_TWICE,
        sign(book, batch(A, 2, SECOND + LIFE, 5, 5), 101, executed));
    assertRejected(
        AttesterRejection.WITHDRAWAL_SIGNED_BEFORE,
        sign(book, batch(A, 2, SECOND + LIFE, 6, 5), 101, executed));
    assertEquals(
        101, hashNumber(only(sign(book, batch(A, 2, SECOND + LIFE, 6, 7), 101, executed))));
  }

  private static long hashNumber(AttesterEvent event) {
    return switch (event) {
      case DigestSigned e -> Long.parseLong(e.digest().hex().substring(2), 16);
    };
  }

  @Test
  void measuresALifeOfFifteenMinutesFromTheLaterClock() {
    FinalView ahead = view(SECOND + 40, 0, Map.of());
    assertEquals(7, hashNumber(only(sign(EMPTY, batch(A, 1, SECOND + 40 + LIFE, 5), 7, ahead))));
    assertRejected(
        AttesterRejection.LIVES_TOO_LONG,
        sign(EMPTY, batch(A, 1, SECOND + 41 + LIFE, 5), 7, ahead));
  }

  @Test
  void keepsVaultsApart() {
    AttesterBook book = EMPTY.apply(only(sign(EMPTY, batch(A, 1, SECOND + LIFE, 5), 100, FRESH)));
    assertEquals(8, hashNumber(only(sign(book, batch(B, 1, SECOND + LIFE, 6), 8, FRESH))));
  }

  @Test
  void writesSlotsAsTextAndOrdersThem() {
    Slot slot = new Slot(A, 12);
    assertEquals("12@" + A, slot.toString());
    assertEquals(slot, Slot.parse(slot.toString()));
    assertEquals(-1, Integer.signum(slot.compareTo(new Slot(A, 13))));
    assertEquals(-1, Integer.signum(new Slot(A, 13).compareTo(new Slot(B, 12))));
    assertEquals(1, Integer.signum(new Slot(B, 12).compareTo(new Slot(A, 13))));
  }
}
