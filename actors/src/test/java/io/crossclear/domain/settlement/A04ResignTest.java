package io.crossclear.domain.settlement;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.token;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.AttesterBook.FinalView;
import io.crossclear.domain.signing.Hash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Attack 4: sequential nonces with "never a second digest" would wedge the vault for ever, and a
 * second digest signed too early would pay twice. An attester signs again exactly when final blocks
 * prove that the earlier batch is dead.
 */
final class A04ResignTest {

  private static final long START = 1_700_000_000L;
  private static final long LIFE = AttesterBook.MAX_LIFE_SECONDS;

  private static SettlementBatch batch(VaultId vault, long nonce, long notAfter, long id) {
    return new SettlementBatch(
        vault,
        1,
        nonce,
        token(vault, USDC),
        List.of(new SettlementBatch.Entry(word(id), owner(1), 10)),
        notAfter);
  }

  private static FinalView view(long seconds, long nonce, Map<Long, Hash> executed) {
    return new FinalView(seconds, nonce, new TreeMap<>(executed));
  }

  private static final AttesterBook SIGNED =
      AttesterBook.EMPTY.apply(
          only(
              AttesterBook.EMPTY.sign(
                  batch(A, 1, START + LIFE, 5), word(100), view(START, 0, Map.of()), START)));

  private static Decision<AttesterEvent, AttesterRejection> again(
      AttesterBook book, VaultId vault, long nonce, FinalView view) {
    long clock = START + 2 * LIFE;
    return book.sign(batch(vault, nonce, clock + LIFE, 5), word(101), view, clock);
  }

  @Test
  void noSecondDigestWhileTheFirstCanStillExecute() {
    assertEquals(
        Decision.reject(AttesterRejection.EARLIER_BATCH_LIVES),
        again(SIGNED, A, 1, view(START + LIFE, 0, Map.of())));
  }

  @Test
  void aSecondDigestOnceAFinalBlockIsPastTheFirst() {
    AttesterEvent event = only(again(SIGNED, A, 1, view(START + LIFE + 1, 0, Map.of())));
    AttesterBook book = SIGNED.apply(event);
    assertEquals(
        Decision.reject(AttesterRejection.EARLIER_BATCH_LIVES),
        book.sign(
            batch(A, 1, START + 3 * LIFE, 6),
            word(102),
            view(START + LIFE + 1, 0, Map.of()),
            START + 2 * LIFE));
  }

  @Test
  void noWithdrawalOfAnExecutedBatchEverAgain() {
    assertEquals(
        Decision.reject(AttesterRejection.WITHDRAWAL_SIGNED_BEFORE),
        again(SIGNED, A, 2, view(START + 9 * LIFE, 1, Map.of(1L, word(100)))));
  }

  @Test
  void aWithdrawalWhoseNonceWentToAnotherBatch() {
    only(again(SIGNED, A, 2, view(START + 5, 1, Map.of(1L, word(99)))));
  }

  @Test
  void noWithdrawalWhoseNonceWentToAnUnknownBatch() {
    assertEquals(
        Decision.reject(AttesterRejection.WITHDRAWAL_SIGNED_BEFORE),
        again(SIGNED, A, 2, view(START + 9 * LIFE, 1, Map.of())));
  }

  @Test
  void noWithdrawalOnASecondVaultHoweverLateItIs() {
    assertEquals(
        Decision.reject(AttesterRejection.WITHDRAWAL_SIGNED_BEFORE),
        again(SIGNED, B, 1, view(START + 9 * LIFE, 0, Map.of())));
  }

  /** A lagging provider shows an older nonce than the attester has signed for. */
  @Test
  void noWithdrawalOfALaterNonceThatCanStillExecute() {
    AttesterBook ahead =
        AttesterBook.EMPTY.apply(
            only(
                AttesterBook.EMPTY.sign(
                    batch(A, 2, START + LIFE, 5),
                    word(100),
                    view(START, 1, Map.of(1L, word(1))),
                    START)));
    assertEquals(
        Decision.reject(AttesterRejection.WITHDRAWAL_SIGNED_BEFORE),
        again(ahead, A, 1, view(START + LIFE, 0, Map.of())));
    only(again(ahead, A, 1, view(START + LIFE + 1, 0, Map.of())));
  }

  /**
   * A hostile bridge asks for whatever it likes; the vault executes any batch that the attester
   * signed, at any time until its end. Nothing is paid twice.
   */
  @Property(tries = 400)
  void nothingIsPaidTwiceWhateverAHostileBridgeAsksFor(@ForAll long seed) {
    Random random = new Random(seed);
    AttesterBook book = AttesterBook.EMPTY;
    List<SettlementBatch> signed = new ArrayList<>();
    List<Hash> digests = new ArrayList<>();
    TreeMap<Long, Hash> executed = new TreeMap<>();
    Set<Hash> paid = new HashSet<>();
    long time = START;
    for (int i = 0; i < 60; i++) {
      time += random.nextInt(400);
      long nonce = executed.size();
      SettlementBatch asked =
          batch(A, nonce + random.nextInt(3), time + random.nextInt(901), random.nextInt(3));
      Hash digest = word(asked.hashCode() & 0xffffffffL);
      // what is final lies a little behind the head
      long lag = random.nextInt(60);
      FinalView view = view(time - lag, nonce, executed);
      if (book.sign(asked, digest, view, time)
          instanceof Decision.Accept<AttesterEvent, AttesterRejection>(var events)) {
        book = book.apply(events.getFirst());
        signed.add(asked);
        digests.add(digest);
      }
      for (int b = 0; b < signed.size(); b++) {
        SettlementBatch batch = signed.get(b);
        boolean executes = batch.nonce() == executed.size() + 1 && batch.notAfterSeconds() >= time;
        if (executes && random.nextInt(4) == 0) {
          executed.put(batch.nonce(), digests.get(b));
          batch
              .entries()
              .forEach(entry -> assertTrue(paid.add(entry.withdrawalId()), "paid twice"));
        }
      }
    }
  }
}
