package io.crossclear.bridges;

import static io.crossclear.bridges.WrittenNetwork.A;
import static io.crossclear.bridges.WrittenNetwork.ATTESTERS;
import static io.crossclear.bridges.WrittenNetwork.KECCAK;
import static io.crossclear.bridges.WrittenNetwork.NOW;
import static io.crossclear.bridges.WrittenNetwork.SECOND;
import static io.crossclear.bridges.WrittenNetwork.address;
import static io.crossclear.bridges.WrittenNetwork.config;
import static io.crossclear.bridges.WrittenNetwork.token;
import static io.crossclear.bridges.WrittenNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.VaultBatch;
import io.crossclear.domain.settlement.VaultEvent.SubmissionSigned;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/** What becomes of a batch's transaction, step by step. */
final class SubmissionTest {

  private static final SigningKey RELAYER = SigningKey.derive("relayer", 0);
  private static final long LONG_AGO = NOW - Submission.BUMP_AFTER_MILLIS - 1;

  private final HandMadeWriter chain = new HandMadeWriter();
  private final Submission submission =
      new Submission(
          config(A),
          new BridgeServices.Chain(
              new WrittenChain(config(A)), chain, RELAYER, Duration.ofSeconds(1)),
          () -> NOW);

  private static VaultBatch batch(SubmissionSigned... submissions) {
    SettlementBatch content =
        new SettlementBatch(
            A,
            1,
            1,
            token(A),
            List.of(new SettlementBatch.Entry(word(1), address(0x77), 100)),
            SECOND + 300);
    Hash digest = content.digest(KECCAK);
    TreeMap<Address, Signature> signatures = new TreeMap<>();
    ATTESTERS.subList(0, 3).forEach(key -> signatures.put(key.address(), key.sign(digest)));
    return new VaultBatch(content, digest, signatures, List.of(submissions));
  }

  private Submission.Outcome go(VaultBatch batch, Optional<SubmissionSigned> lastEver) {
    return TransactionSender.await(submission.go(batch, lastEver));
  }

  private Submission.Outcome go(SubmissionSigned... submissions) {
    return go(batch(submissions), Optional.of(submissions[submissions.length - 1]));
  }

  /** What was signed; its bytes say the same as its record, and nothing was sent. */
  private SubmissionSigned signed(Submission.Outcome outcome) {
    SubmissionSigned event = assertInstanceOf(Submission.Signed.class, outcome).event();
    Transaction1559 raw =
        (Transaction1559) TransactionDecoder.decode(event.rawTransaction()).getTransaction();
    assertEquals(event.senderNonce(), raw.getNonce().longValueExact());
    assertEquals(event.maxFeePerGas(), raw.getMaxFeePerGas().longValueExact());
    assertEquals(event.maxPriorityFeePerGas(), raw.getMaxPriorityFeePerGas().longValueExact());
    assertEquals(A.chainId(), raw.getChainId());
    assertEquals(A.address().hex(), raw.getTo());
    assertEquals(batch().digest(), event.digest());
    assertEquals(NOW, event.time());
    assertEquals(List.of(), chain.sent);
    return event;
  }

  private static void assertWaits(String why, Submission.Outcome outcome) {
    assertEquals(new Submission.Waiting(batch().digest(), why), outcome);
  }

  /** An earlier transaction of this batch. */
  private static SubmissionSigned attempt(long nonce, long fee, long tip, long time) {
    return new SubmissionSigned(
        batch().digest(), nonce, word(0x1000 + nonce + fee), "0x0" + nonce, fee, tip, time);
  }

  @Nested
  class TheFirstTransaction {

    @Test
    void takesTheMinedNonceAndTheMarketsFee() {
      chain.minedNonce = 7;

      SubmissionSigned first = signed(go(batch(), Optional.empty()));

      assertEquals(7, first.senderNonce());
      assertEquals(1_000, first.maxFeePerGas());
      assertEquals(100, first.maxPriorityFeePerGas());
    }

    @Test
    void replacesADeadBatchsTransactionThatHoldsItsNonce() {
      chain.minedNonce = 7;

      SubmissionSigned first = signed(go(batch(), Optional.of(attempt(7, 1_600, 160, NOW))));

      assertEquals(7, first.senderNonce());
      assertEquals(1_801, first.maxFeePerGas());
      assertEquals(181, first.maxPriorityFeePerGas());
    }

    @Test
    void needsNoHigherFeeOnceADeadBatchsTransactionIsMined() {
      chain.minedNonce = 8;

      SubmissionSigned first = signed(go(batch(), Optional.of(attempt(7, 1_600, 160, NOW))));

      assertEquals(8, first.senderNonce());
      assertEquals(1_000, first.maxFeePerGas());
    }

    @Test
    void isNotSignedWhileItWouldRevert() {
      chain.revert = Optional.of("BatchExpired");

      assertWaits("it would revert with BatchExpired", go(batch(), Optional.empty()));
      assertEquals(List.of(), chain.sent);
    }
  }

  @Nested
  class AWaitingTransaction {

    @Test
    void isSentAgainAsItIs() {
      SubmissionSigned last = attempt(0, 1_000, 100, NOW - Submission.BUMP_AFTER_MILLIS);

      assertWaits("", go(last));
      assertEquals(List.of(last.rawTransaction()), chain.sent);
    }

    @ParameterizedTest
    @CsvSource({"1000,100", "1001,1", "7,7", "1999,0", "2600,2600"})
    void isReplacedWithBothFeesAtLeastAnEighthHigher(long fee, long tip) {
      SubmissionSigned next = signed(go(attempt(0, fee, tip, LONG_AGO)));

      assertEquals(0, next.senderNonce());
      assertTrue(8 * next.maxFeePerGas() >= 9 * fee);
      assertTrue(8 * next.maxPriorityFeePerGas() >= 9 * tip);
      assertTrue(next.maxFeePerGas() <= 3 * chain.market);
      assertTrue(next.maxPriorityFeePerGas() <= next.maxFeePerGas());
    }

    @Test
    void followsAMarketThatRoseByMore() {
      chain.market = 5_000;
      chain.tip = 900;

      SubmissionSigned next = signed(go(attempt(0, 1_000, 100, LONG_AGO)));

      assertEquals(5_000, next.maxFeePerGas());
      assertEquals(900, next.maxPriorityFeePerGas());
    }

    @Test
    void climbsToThreeTimesTheMarketAndIsThenOnlySentAgain() {
      List<SubmissionSigned> attempts = new ArrayList<>(List.of(attempt(0, 1_000, 100, LONG_AGO)));
      while (go(attempts.toArray(SubmissionSigned[]::new)) instanceof Submission.Signed step) {
        SubmissionSigned next = step.event();
        assertTrue(8 * next.maxFeePerGas() >= 9 * attempts.getLast().maxFeePerGas());
        assertTrue(next.maxFeePerGas() <= 3_000);
        assertEquals(List.of(), chain.sent);
        attempts.add(
            new SubmissionSigned(
                next.digest(),
                next.senderNonce(),
                next.transactionHash(),
                next.rawTransaction(),
                next.maxFeePerGas(),
                next.maxPriorityFeePerGas(),
                LONG_AGO));
      }
      SubmissionSigned last = attempts.getLast();

      // one more eighth would be too much
      assertTrue(9 * last.maxFeePerGas() + 8 > 8 * 3_000);
      assertEquals(List.of(last.rawTransaction()), chain.sent);
      assertWaits(
          "its fee is already 3 times the market's", go(attempts.toArray(SubmissionSigned[]::new)));
      assertEquals(List.of(last.rawTransaction(), last.rawTransaction()), chain.sent);
    }

    @Test
    void isSentAgainAndNotReplacedWhenAReplacementWouldRevert() {
      chain.revert = Optional.of("NotEnoughSignatures");
      SubmissionSigned last = attempt(0, 1_000, 100, LONG_AGO);

      assertWaits("it would revert with NotEnoughSignatures", go(last));
      assertEquals(List.of(last.rawTransaction()), chain.sent);
    }

    @Test
    void isFollowedByANewOneWhenItsNonceWentToAnother() {
      chain.minedNonce = 4;

      SubmissionSigned next = signed(go(attempt(3, 2_900, 290, LONG_AGO)));

      assertEquals(4, next.senderNonce());
      assertEquals(1_000, next.maxFeePerGas());
    }
  }

  @Nested
  class AMinedTransaction {

    @Test
    void thatSucceededIsWaitedFor() {
      SubmissionSigned last = attempt(0, 1_000, 100, LONG_AGO);
      chain.mine(last.transactionHash(), true);

      assertWaits("", go(last));
      assertEquals(List.of(), chain.sent);
    }

    @Test
    void thatSucceededUnderAnEarlierFeeIsWaitedFor() {
      SubmissionSigned first = attempt(0, 1_000, 100, LONG_AGO);
      SubmissionSigned second = attempt(0, 1_200, 120, LONG_AGO);
      chain.mine(first.transactionHash(), true);

      assertWaits("", go(first, second));
      assertEquals(List.of(), chain.sent);
    }

    @Test
    void thatRevertedIsFollowedByANewOneWithANewNonce() {
      SubmissionSigned last = attempt(0, 2_900, 290, NOW);
      chain.mine(last.transactionHash(), false);

      SubmissionSigned next = signed(go(last));

      assertEquals(1, next.senderNonce());
      assertEquals(1_000, next.maxFeePerGas());
      assertEquals(100, next.maxPriorityFeePerGas());
    }

    @Test
    void thatRevertedAndWouldRevertAgainIsWaitedFor() {
      SubmissionSigned last = attempt(0, 1_000, 100, NOW);
      chain.mine(last.transactionHash(), false);
      chain.revert = Optional.of("WrongNonce");

      assertWaits("it would revert with WrongNonce", go(last));
      assertEquals(List.of(), chain.sent);
    }
  }

  @Nested
  class ADeadBatchsTransaction {

    /** It may have been dropped by every provider, and then nothing else can take its nonce. */
    @Test
    void thatIsAtTheCapIsSentAgainSoThatItsNonceBecomesFree() {
      chain.minedNonce = 7;
      SubmissionSigned dead = attempt(7, 2_900, 290, LONG_AGO);

      assertWaits("its fee is already 3 times the market's", go(batch(), Optional.of(dead)));
      assertEquals(List.of(dead.rawTransaction()), chain.sent);
    }
  }
}
