package io.crossclear.domain.settlement;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.config;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.token;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.TreasuryReport.GrantRequest;
import io.crossclear.domain.settlement.VaultBook.Cursor;
import io.crossclear.domain.settlement.VaultBook.RawSettlement;
import io.crossclear.domain.settlement.VaultEvent.BatchExpired;
import io.crossclear.domain.settlement.VaultEvent.BatchPaid;
import io.crossclear.domain.settlement.VaultEvent.BatchProposed;
import io.crossclear.domain.settlement.VaultEvent.BatchSigned;
import io.crossclear.domain.settlement.VaultEvent.BlocksRead;
import io.crossclear.domain.settlement.VaultEvent.Deposit;
import io.crossclear.domain.settlement.VaultEvent.HaltReason;
import io.crossclear.domain.settlement.VaultEvent.Halted;
import io.crossclear.domain.settlement.VaultEvent.SubmissionSigned;
import io.crossclear.domain.settlement.VaultEvent.TreasuryAnswered;
import io.crossclear.domain.settlement.VaultEvent.TreasuryReported;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalRefused;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalRequested;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalReserved;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalReturned;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalsPosted;
import io.crossclear.domain.settlement.Withdrawal.Stage;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Withdraw;
import io.crossclear.testing.StubSignatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A payout's way through its bridge, decision by decision. */
final class VaultBookPayoutTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000;
  private static final long LIFE = 5 * 60;
  private static final long DAY = 24 * 3600;
  private static final long QUARTER = 15 * 60;
  private static final ImportSplit OWN_10 = new ImportSplit(10, 0, new TreeMap<>());
  private static final SortedMap<Hash, GrantRefusal> NONE = new TreeMap<>();
  private static final VaultBook EMPTY = VaultBook.empty(config(A));

  private static SignedAction<Withdraw> payout(int number, String asset, long deadline) {
    return sign(
        owner(1),
        new Withdraw(
            account(1, 1, 0).word(), asset, 10, 101, owner(70 + number), number, deadline));
  }

  private static SignedAction<Withdraw> payout(int number) {
    return payout(number, "USDC", SECOND + 600);
  }

  // ---- books at each stage, on the honest way

  private static VaultBook requested(VaultBook book, SignedAction<Withdraw> signed) {
    return book.apply(only(book.request(id(signed), signed, NOW)));
  }

  private static VaultBook reserved(VaultBook book, SignedAction<Withdraw> signed) {
    VaultBook requested = requested(book, signed);
    return requested.apply(only(requested.reserved(id(signed), OWN_10, 3, NOW)));
  }

  /** Reports whatever there is to report and applies this answer. */
  private static VaultBook answered(
      VaultBook book, List<Hash> granted, SortedMap<Hash, GrantRefusal> refused) {
    VaultBook reported = book.apply(only(book.report(NOW)));
    return reported.apply(only(reported.answered(reported.reports(), granted, refused, NOW)));
  }

  private static VaultBook granted(VaultBook book, SignedAction<Withdraw> signed) {
    return answered(reserved(book, signed), List.of(id(signed)), NONE);
  }

  private static VaultBook proposed(VaultBook book) {
    VaultBook next = book;
    for (VaultEvent event : all(book.propose(config(A), KECCAK, NOW))) {
      next = next.apply(event);
    }
    return next;
  }

  private static VaultBook inBatch(SignedAction<Withdraw> signed) {
    return proposed(granted(EMPTY, signed));
  }

  private static Cursor cursor(VaultBook book, long seconds) {
    return new Cursor(book.cursor().block() + 1, word(book.cursor().block() + 1), seconds);
  }

  /** The book after a final block with this time in which the vault executed these batches. */
  private static Decision<VaultEvent, VaultRejection> read(
      VaultBook book, long seconds, RawSettlement... settlements) {
    return book.read(
        book.cursor().hash(),
        cursor(book, seconds),
        List.of(),
        List.of(settlements),
        GENESIS,
        KECCAK,
        NOW);
  }

  private static RawSettlement executed(VaultBook book) {
    VaultBatch batch = book.batch().orElseThrow();
    return new RawSettlement(batch.content().nonce(), batch.digest(), 9, word(9), word(19));
  }

  private static VaultBook after(VaultBook book, Decision<VaultEvent, VaultRejection> decision) {
    VaultBook next = book;
    for (VaultEvent event : all(decision)) {
      next = next.apply(event);
    }
    return next;
  }

  private static VaultBook paid(VaultBook inBatch) {
    return after(inBatch, read(inBatch, SECOND, executed(inBatch)));
  }

  private static VaultBook expired(VaultBook inBatch) {
    long past = inBatch.batch().orElseThrow().content().notAfterSeconds() + 1;
    return after(inBatch, read(inBatch, past));
  }

  private static VaultBook halted(VaultBook book) {
    return book.apply(new Halted(HaltReason.DEPOSIT_GAP, "", NOW));
  }

  private static Stage stage(VaultBook book, SignedAction<Withdraw> signed) {
    return book.withdrawals().get(id(signed)).orElseThrow().stage();
  }

  private static void assertRejected(
      VaultRejection reason, Decision<VaultEvent, VaultRejection> decision) {
    assertEquals(Decision.reject(reason), decision);
  }

  private static void assertDone(Decision<VaultEvent, VaultRejection> decision) {
    assertEquals(Decision.alreadyDone(), decision);
  }

  @Nested
  class Request {
    private final SignedAction<Withdraw> signed = payout(1);

    @Test
    void isWrittenDownAndSentToTheAccount() {
      VaultEvent event = only(EMPTY.request(id(signed), signed, NOW));

      assertEquals(new WithdrawalRequested(id(signed), signed, NOW), event);
      VaultBook book = EMPTY.apply(event);
      assertEquals(Stage.REQUESTED, stage(book, signed));
      assertEquals(List.of(new VaultStep.Reserve(id(signed), signed)), book.pending());
      assertEquals(Map.of(1L, id(signed)), book.open());
      assertFalse(book.idle());
      assertDone(book.request(id(signed), signed, NOW));
    }

    @Test
    void refusesInOrderOfPrecedence() {
      VaultBook stopped = halted(EMPTY);
      var elsewhere =
          sign(
              owner(1),
              new Withdraw(
                  account(1, 1, 0).word(), "USDC", 10, 102, owner(7), 1, SECOND - 2 * DAY));
      var ancient = payout(1, "USDC", SECOND - QUARTER - 1);
      assertRejected(VaultRejection.WRONG_CHAIN, stopped.request(id(elsewhere), elsewhere, NOW));
      assertDone(halted(requested(EMPTY, signed)).request(id(signed), signed, NOW));
      assertRejected(VaultRejection.HALTED, stopped.request(id(ancient), ancient, NOW));
      assertRejected(VaultRejection.OUT_OF_TURN, EMPTY.request(id(ancient), ancient, NOW));
      var recent = payout(1, "USDC", SECOND - QUARTER);
      assertEquals(1, all(EMPTY.request(id(recent), recent, NOW)).size());
    }
  }

  @Nested
  class FarDeadlines {
    @Test
    void areRefusedAtOnceSinceNoAccountCouldRememberThem() {
      var furthest = payout(1, "USDC", SECOND + 30 * DAY);
      var far = payout(2, "USDC", SECOND + 30 * DAY + 1);
      assertEquals(1, all(EMPTY.request(id(furthest), furthest, NOW)).size());

      assertEquals(Decision.reject(VaultRejection.OUT_OF_TURN), EMPTY.request(id(far), far, NOW));
    }
  }

  @Nested
  class GiveBack {
    private final SignedAction<Withdraw> first = payout(1);
    private final SignedAction<Withdraw> second = payout(2);

    @Test
    void returnsWhatIsInNoBatchOnceHalted() {
      VaultBook book = halted(reserved(granted(EMPTY, first), second));

      List<VaultEvent> events = all(book.giveBack(NOW));

      assertEquals(
          List.of(
              new WithdrawalRefused(id(second), "BRIDGE_HALTED", NOW),
              new WithdrawalRefused(id(first), "BRIDGE_HALTED", NOW)),
          events);
      VaultBook after = book.apply(events.get(0)).apply(events.get(1));
      assertEquals(
          List.of(
              new VaultStep.Return(id(first), first, false),
              new VaultStep.Return(id(second), second, true)),
          after.pending());
      assertDone(after.giveBack(NOW));
    }

    @Test
    void leavesWhatABatchHoldsAndWaitsForTheTreasury() {
      assertDone(granted(EMPTY, first).giveBack(NOW));
      VaultBook inBatch = halted(proposed(granted(EMPTY, first)));
      assertDone(inBatch.giveBack(NOW));
      VaultBook reserved = reserved(EMPTY, first);
      assertDone(halted(reserved.apply(only(reserved.report(NOW)))).giveBack(NOW));
    }
  }

  @Nested
  class AccountsAnswer {
    private final SignedAction<Withdraw> signed = payout(1);
    private final VaultBook requested = requested(EMPTY, signed);

    @Test
    void yesIsNotedWithTheSplit() {
      VaultEvent event = only(requested.reserved(id(signed), OWN_10, 3, NOW));

      assertEquals(new WithdrawalReserved(id(signed), OWN_10, 3, NOW), event);
      VaultBook book = requested.apply(event);
      Withdrawal withdrawal = book.withdrawals().get(id(signed)).orElseThrow();
      assertEquals(Stage.RESERVED, withdrawal.stage());
      assertEquals(Optional.of(OWN_10), withdrawal.split());
      assertEquals(3, withdrawal.accountSequence());
      assertEquals(USDC, withdrawal.asset());
      assertEquals(List.of(), book.pending());
      assertDone(book.reserved(id(signed), OWN_10, 3, NOW));
      assertDone(book.refused(id(signed), "LATE", NOW));
    }

    @Test
    void noClosesIt() {
      VaultEvent event = only(requested.refused(id(signed), "INSUFFICIENT_BALANCE", NOW));

      assertEquals(new WithdrawalRefused(id(signed), "INSUFFICIENT_BALANCE", NOW), event);
      VaultBook book = requested.apply(event);
      assertEquals(Stage.REFUSED, stage(book, signed));
      assertEquals(
          Optional.of("INSUFFICIENT_BALANCE"),
          book.withdrawals().get(id(signed)).orElseThrow().refusal());
      assertTrue(book.idle());
      assertEquals(Map.of(1L, id(signed)), book.closed());
      assertDone(book.reserved(id(signed), OWN_10, 3, NOW));
    }

    @Test
    void toWhatNobodyAskedIsUnknown() {
      assertRejected(VaultRejection.UNKNOWN, EMPTY.reserved(word(1), OWN_10, 3, NOW));
      assertRejected(VaultRejection.UNKNOWN, EMPTY.refused(word(1), "NO", NOW));
      assertRejected(VaultRejection.UNKNOWN, EMPTY.returned(word(1), NOW));
      assertDone(requested.returned(id(signed), NOW));
    }
  }

  @Nested
  class Report {
    private static VaultBook deposited(VaultBook book, long... units) {
      List<Deposit> deposits = new ArrayList<>();
      long sequence = book.depositSequence();
      for (long amount : units) {
        sequence++;
        deposits.add(
            new Deposit(
                sequence,
                account(1, 1, 0).word(),
                account((int) (sequence % 2), 1, 0),
                Math.max(0, sequence - 2),
                sequence == 3 ? ETH : USDC,
                amount,
                word(sequence),
                io.crossclear.testing.TestNetwork.deposited(sequence)));
      }
      return book.apply(new BlocksRead(book.cursor().block() + 1, word(1), SECOND, deposits, NOW));
    }

    @Test
    void saysNothingWhenThereIsNothingToSay() {
      assertDone(EMPTY.report(NOW));
      assertDone(requested(EMPTY, payout(1)).report(NOW));
    }

    @Test
    void tellsDepositsByAssetAndRequestsInTheirOrder() {
      VaultBook book = deposited(EMPTY, 100, 20, 3);
      for (int number : List.of(2, 1)) {
        book = reserved(book, payout(number));
      }

      TreasuryReported event = (TreasuryReported) only(book.report(NOW));

      assertEquals(
          new TreasuryReport(
              3,
              new TreeMap<>(Map.of(USDC, 120L, ETH, 3L)),
              List.of(
                  new GrantRequest(id(payout(2)), USDC, OWN_10),
                  new GrantRequest(id(payout(1)), USDC, OWN_10)),
              List.of(),
              List.of(),
              false),
          event.report());
      assertEquals(1, event.number());
    }

    @Test
    void staysTheSameUntilItIsAnswered() {
      VaultBook book = deposited(EMPTY, 100);
      VaultBook reported = book.apply(only(book.report(NOW)));
      VaultBook more = deposited(reported, 7);
      assertDone(more.report(NOW));
      assertEquals(
          reported.report().orElseThrow().report(),
          assertInstanceOf(VaultStep.Report.class, more.pending().getFirst()).report());

      VaultBook answered = more.apply(only(more.answered(1, List.of(), NONE, NOW)));
      TreasuryReported second = (TreasuryReported) only(answered.report(NOW));
      assertEquals(2, second.number());
      assertEquals(Map.of(USDC, 7L), second.report().deposited());
    }

    @Test
    void comesBeforeTheCreditAndCreditsGoOnePerAccountInOrder() {
      VaultBook book = deposited(EMPTY, 100, 20, 3);
      assertEquals(List.of(), book.pending());
      VaultBook answered = answered(book, List.of(), NONE);
      assertEquals(List.of(1L, 2L), credits(answered));
      VaultBook one = answered.apply(only(answered.credited(List.of(1L), NOW)));
      assertEquals(List.of(2L, 3L), credits(one));
      assertFalse(one.idle());
      assertDone(one.report(NOW));
    }

    private static List<Long> credits(VaultBook book) {
      return book.pending().stream()
          .map(step -> assertInstanceOf(VaultStep.Credit.class, step).deposit().sequence())
          .toList();
    }

    @Test
    void asksForNothingOnceHaltedAndTellsOfTheHaltOnce() {
      VaultBook book = halted(reserved(EMPTY, payout(1)));
      TreasuryReported event = (TreasuryReported) only(book.report(NOW));
      assertEquals(List.of(), event.report().requests());
      assertTrue(event.report().halted());
      VaultBook told = answered(book, List.of(), NONE);
      assertTrue(told.haltReported());
      assertDone(told.report(NOW));
    }

    @Test
    void believesNoDepositThatAHaltOvertook() {
      VaultBook book = answered(deposited(EMPTY, 100), List.of(), NONE);
      VaultBook halted = halted(deposited(book, 7));
      assertEquals(List.of(), halted.pending());
      TreasuryReported event = (TreasuryReported) only(halted.report(NOW));
      assertEquals(Map.of(), event.report().deposited());
      assertEquals(1, event.report().depositsThrough());
      assertEquals(1, answered(halted, List.of(), NONE).reportedDeposits());
    }

    @Test
    void tellsFiveHundredOfEachKindAtMostAndTheRestNext() {
      VaultBook book = EMPTY;
      for (int number = 1; number <= VaultBook.REPORT_ENTRIES + 1; number++) {
        book = reserved(book, payout(number));
      }
      for (int size : List.of(VaultBook.REPORT_ENTRIES, 1)) {
        TreasuryReported told = (TreasuryReported) only(book.report(NOW));
        List<Hash> ids = told.report().requests().stream().map(GrantRequest::id).toList();
        assertEquals(size, ids.size());
        book = answered(book, ids, NONE);
      }
      while (book.withdrawals().get(id(payout(501))).orElseThrow().stage() != Stage.PAID) {
        book = paid(proposed(book));
      }
      book = book.apply(only(book.posted(List.copyOf(book.open().values()), NOW)));
      for (int size : List.of(VaultBook.REPORT_ENTRIES, 1)) {
        TreasuryReported told = (TreasuryReported) only(book.report(NOW));
        assertEquals(size, told.report().posted().size());
        book = answered(book, List.of(), NONE);
      }
      assertTrue(book.idle());
    }

    @Test
    void tellsOfAHaltThatCameAfterTheOpenReport() {
      VaultBook book = reserved(EMPTY, payout(1));
      VaultBook reported = halted(book.apply(only(book.report(NOW))));
      VaultBook answered =
          reported.apply(only(reported.answered(1, List.of(id(payout(1))), NONE, NOW)));
      assertFalse(answered.haltReported());
      assertTrue(((TreasuryReported) only(answered.report(NOW))).report().halted());
    }
  }

  @Nested
  class Answered {
    private final VaultBook book = reserved(reserved(EMPTY, payout(1)), payout(2));
    private final VaultBook reported = book.apply(only(book.report(NOW)));

    @Test
    void grantsAndRefuses() {
      SortedMap<Hash, GrantRefusal> no =
          new TreeMap<>(Map.of(id(payout(2)), GrantRefusal.EXPORT_LIMIT));

      VaultEvent event = only(reported.answered(1, List.of(id(payout(1))), no, NOW));

      assertEquals(new TreasuryAnswered(1, List.of(id(payout(1))), no, NOW), event);
      VaultBook after = reported.apply(event);
      assertEquals(Stage.GRANTED, stage(after, payout(1)));
      assertTrue(after.withdrawals().get(id(payout(1))).orElseThrow().granted());
      assertEquals(Stage.RETURNING, stage(after, payout(2)));
      assertEquals(List.of(new VaultStep.Return(id(payout(2)), payout(2), true)), after.pending());
      assertEquals(Optional.empty(), after.report());
      assertDone(after.answered(1, List.of(), NONE, NOW));
    }

    @Test
    void isTakenForTheOpenReportOnly() {
      assertRejected(VaultRejection.OUT_OF_TURN, reported.answered(2, List.of(), NONE, NOW));
      assertRejected(VaultRejection.OUT_OF_TURN, EMPTY.answered(1, List.of(), NONE, NOW));
      assertDone(reported.answered(0, List.of(), NONE, NOW));
    }

    @Test
    void aRefusedPayoutIsReturnedAndNotReleased() {
      VaultBook refused =
          answered(
              reserved(EMPTY, payout(1)),
              List.of(),
              new TreeMap<>(Map.of(id(payout(1)), GrantRefusal.VAULT_LIQUIDITY)));
      VaultEvent event = only(refused.returned(id(payout(1)), NOW));
      assertEquals(new WithdrawalReturned(id(payout(1)), NOW), event);
      VaultBook after = refused.apply(event);
      assertEquals(Stage.REFUSED, stage(after, payout(1)));
      assertEquals(List.of(), after.releases());
      assertTrue(after.idle());
      assertDone(after.report(NOW));
      assertDone(after.returned(id(payout(1)), NOW));
    }
  }

  @Nested
  class Propose {
    @Test
    void putsTheOldestGrantedIntoTheNextNonce() {
      VaultBook book = granted(granted(EMPTY, payout(2)), payout(1));

      BatchProposed event = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));

      List<Hash> ids = List.of(id(payout(2)), id(payout(1)));
      assertEquals(1, event.nonce());
      assertEquals(USDC, event.asset());
      assertEquals(token(A, USDC), event.token());
      assertEquals(ids, event.withdrawals());
      assertEquals(SECOND + LIFE, event.notAfterSeconds());
      SettlementBatch content =
          new SettlementBatch(
              A,
              1,
              1,
              token(A, USDC),
              List.of(
                  new SettlementBatch.Entry(ids.get(0), owner(72), 10),
                  new SettlementBatch.Entry(ids.get(1), owner(71), 10)),
              SECOND + LIFE);
      assertEquals(content.digest(KECCAK), event.digest());
      VaultBook after = book.apply(event);
      assertEquals(content, after.batch().orElseThrow().content());
      assertEquals(ids, after.batch().orElseThrow().withdrawals());
      assertEquals(Stage.IN_BATCH, stage(after, payout(1)));
      assertEquals(List.of(new VaultStep.Attest(1, ids, event.digest())), after.pending());
      assertDone(after.propose(config(A), KECCAK, NOW));
    }

    @Test
    void takesTheAssetThatWaitsLongest() {
      VaultBook book =
          granted(
              granted(granted(EMPTY, payout(1, "ETH", SECOND + 600)), payout(2)),
              payout(3, "ETH", SECOND + 600));
      BatchProposed event = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));
      assertEquals(ETH, event.asset());
      assertEquals(token(A, ETH), event.token());
      assertEquals(2, event.withdrawals().size());
      assertEquals(Stage.GRANTED, stage(book.apply(event), payout(2)));
    }

    @Test
    void takesAHundredAtMost() {
      VaultBook book = EMPTY;
      for (int number = 1; number <= 101; number++) {
        book = granted(book, payout(number));
      }
      BatchProposed event = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));
      assertEquals(VaultBook.BATCH_ENTRIES, event.withdrawals().size());
      assertEquals(Stage.GRANTED, stage(book.apply(event), payout(101)));
    }

    /** After a batch died its withdrawals go on in tens, then alone; fresh ones are kept apart. */
    @Test
    void splitsABatchThatRanOutOfTimeUntilEachIsAlone() {
      VaultBook book = EMPTY;
      for (int number = 1; number <= 12; number++) {
        book = granted(book, payout(number));
      }
      book = granted(expired(proposed(book)), payout(13));

      BatchProposed ten = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));

      assertEquals(10, ten.withdrawals().size());
      book = expired(book.apply(ten));
      BatchProposed alone = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));
      assertEquals(List.of(id(payout(1))), alone.withdrawals());
      for (int number = 1; number <= 10; number++) {
        book = proposed(book);
        assertEquals(List.of(id(payout(number))), book.batch().orElseThrow().withdrawals());
        book = paid(book);
      }
      BatchProposed rest = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));
      assertEquals(List.of(id(payout(11)), id(payout(12))), rest.withdrawals());
      book = paid(book.apply(rest));
      BatchProposed fresh = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));
      assertEquals(List.of(id(payout(13))), fresh.withdrawals());
    }

    @Test
    void livesFiveMinutesOfTheLaterClock() {
      VaultBook book = granted(EMPTY, payout(1));
      BatchProposed late = (BatchProposed) only(book.propose(config(A), KECCAK, NOW + 5_999));
      assertEquals(SECOND + 5 + LIFE, late.notAfterSeconds());
      VaultBook ahead = book.apply(new BlocksRead(9, word(9), SECOND + 50, List.of(), NOW));
      BatchProposed chain = (BatchProposed) only(ahead.propose(config(A), KECCAK, NOW));
      assertEquals(SECOND + 50 + LIFE, chain.notAfterSeconds());
    }

    @Test
    void waitsWithoutGrantsAndWhenHalted() {
      assertDone(EMPTY.propose(config(A), KECCAK, NOW));
      assertDone(reserved(EMPTY, payout(1)).propose(config(A), KECCAK, NOW));
      assertDone(halted(granted(EMPTY, payout(1))).propose(config(A), KECCAK, NOW));
    }

    @Test
    void givesBackWhatRanOutOfTimeThreeTimesAndPaysTheOthers() {
      VaultBook book = granted(EMPTY, payout(1));
      for (int times = 1; times <= VaultBook.MAX_EXPIRIES; times++) {
        book = expired(proposed(book));
        assertEquals(times, book.withdrawals().get(id(payout(1))).orElseThrow().expiries());
        assertEquals(Stage.GRANTED, stage(book, payout(1)));
      }
      book = granted(book, payout(2));

      List<VaultEvent> events = all(book.propose(config(A), KECCAK, NOW));

      assertEquals(new WithdrawalRefused(id(payout(1)), "PAYOUT_EXPIRED", NOW), events.get(0));
      assertEquals(
          List.of(id(payout(2))),
          assertInstanceOf(BatchProposed.class, events.get(1)).withdrawals());
      assertEquals(2, events.size());
      VaultBook after = proposed(book);
      assertEquals(Stage.RETURNING, stage(after, payout(1)));
      assertTrue(after.pending().contains(new VaultStep.Return(id(payout(1)), payout(1), false)));
      VaultBook returned = after.apply(only(after.returned(id(payout(1)), NOW)));
      assertEquals(List.of(id(payout(1))), returned.releases());
      assertFalse(returned.idle());
      TreasuryReported report = (TreasuryReported) only(returned.report(NOW));
      assertEquals(List.of(id(payout(1))), report.report().releases());
      assertEquals(List.of(), answered(returned, List.of(), NONE).releases());
    }
  }

  @Nested
  class Batch {
    private final SignedAction<Withdraw> signed = payout(1);
    private final VaultBook open = inBatch(signed);
    private final Hash digest = open.batch().orElseThrow().digest();
    private final SortedMap<Address, Signature> quorum = quorum(digest);

    private static SortedMap<Address, Signature> quorum(Hash digest) {
      TreeMap<Address, Signature> signatures = new TreeMap<>();
      for (Address attester : config(A).attesters().subList(0, 3)) {
        signatures.put(attester, StubSignatures.sign(attester, digest));
      }
      return signatures;
    }

    private SubmissionSigned submission(Hash of) {
      return new SubmissionSigned(of, 4, word(8), "0x02", 100, 2, NOW);
    }

    @Test
    void isSignedOnceAndThenSubmitted() {
      VaultEvent event = only(open.signed(digest, quorum, NOW));
      assertEquals(new BatchSigned(digest, quorum, NOW), event);
      VaultBook book = open.apply(event);
      assertEquals(quorum, book.batch().orElseThrow().signatures());
      assertEquals(List.of(new VaultStep.Submit(digest)), book.pending());
      assertDone(book.signed(digest, quorum, NOW));
      assertRejected(VaultRejection.OUT_OF_TURN, book.signed(word(1), quorum, NOW));
      assertRejected(VaultRejection.OUT_OF_TURN, EMPTY.signed(digest, quorum, NOW));
    }

    @Test
    void keepsEveryTransactionThatCarriesIt() {
      VaultBook book = open.apply(only(open.signed(digest, quorum, NOW)));
      book = book.apply(only(book.submission(submission(digest))));
      book = book.apply(only(book.submission(submission(digest))));
      assertEquals(2, book.batch().orElseThrow().submissions().size());
      assertEquals(Optional.of(submission(digest)), book.lastSubmission());
      assertEquals(Optional.of(submission(digest)), paid(book).lastSubmission());
      assertEquals(quorum, book.batch().orElseThrow().signatures());
      assertRejected(VaultRejection.OUT_OF_TURN, book.submission(submission(word(1))));
      assertRejected(VaultRejection.OUT_OF_TURN, EMPTY.submission(submission(digest)));
    }

    @Test
    void isPaidWhenAFinalBlockSaysSo() {
      List<VaultEvent> events = all(read(open, SECOND, executed(open)));

      PayoutEvidence evidence = new PayoutEvidence(1, digest, 9, word(9), word(19));
      assertEquals(
          List.of(
              new BlocksRead(1, word(1), SECOND, List.of(), NOW),
              new BatchPaid(digest, evidence, NOW)),
          events);
      VaultBook book = paid(open);
      assertEquals(Stage.PAID, stage(book, signed));
      assertEquals(1, book.executedNonce());
      assertEquals(Optional.empty(), book.batch());
      assertEquals(List.of(new VaultStep.Post(id(signed), signed, evidence)), book.pending());
    }

    @Test
    void isPaidEvenInABlockAfterItsLastTimeWasRead() {
      VaultBook book = after(open, read(open, SECOND + LIFE + 1, executed(open)));
      assertEquals(Stage.PAID, stage(book, signed));
    }

    @Test
    void expiresOnlyWhenAFinalBlockIsPastItsLastTime() {
      assertDone(read(open, SECOND + LIFE));
      List<VaultEvent> events = all(read(open, SECOND + LIFE + 1));
      assertEquals(new BatchExpired(digest, 1, NOW), events.get(1));
      VaultBook book = expired(open);
      assertEquals(Optional.empty(), book.batch());
      assertEquals(0, book.executedNonce());
      assertEquals(Stage.GRANTED, stage(book, signed));
      BatchProposed again = (BatchProposed) only(book.propose(config(A), KECCAK, NOW));
      assertEquals(1, again.nonce());
    }

    @Test
    void ofAnotherNonceOrDigestHaltsTheBridge() {
      for (RawSettlement other :
          List.of(
              new RawSettlement(2, digest, 9, word(9), word(19)),
              new RawSettlement(1, word(3), 9, word(9), word(19)))) {
        Halted halted = (Halted) only(read(open, SECOND, other));
        assertEquals(HaltReason.FOREIGN_SETTLEMENT, halted.reason());
      }
      RawSettlement ours = executed(open);
      RawSettlement next = new RawSettlement(2, word(3), 9, word(9), word(19));
      assertInstanceOf(Halted.class, only(read(open, SECOND, ours, next)));
    }

    @Test
    void isNotPursuedOnceHalted() {
      assertEquals(List.of(), halted(open).pending());
    }
  }

  @Nested
  class Posted {
    private final SignedAction<Withdraw> signed = payout(1);
    private final VaultBook paid = paid(inBatch(signed));

    @Test
    void closesAndTellsTheTreasuryOnce() {
      VaultEvent event = only(paid.posted(List.of(id(signed), id(signed), word(3)), NOW));
      assertEquals(new WithdrawalsPosted(List.of(id(signed)), NOW), event);
      VaultBook book = paid.apply(event);
      assertEquals(Stage.POSTED, stage(book, signed));
      assertFalse(book.idle());
      assertDone(book.posted(List.of(id(signed)), NOW));
      TreasuryReported report = (TreasuryReported) only(book.report(NOW));
      assertEquals(List.of(id(signed)), report.report().posted());
      VaultBook told = answered(book, List.of(), NONE);
      assertEquals(List.of(), told.posted());
      assertTrue(told.idle());
      assertDone(told.report(NOW));
    }

    @Test
    void isNothingBeforeItIsPaid() {
      VaultBook open = inBatch(signed);
      assertDone(open.posted(List.of(id(signed)), NOW));
    }
  }

  @Nested
  class Forgets {
    /** Closes with a report that is answered at this time. */
    private VaultBook answeredAt(VaultBook book, long now) {
      VaultBook more = Report.deposited(book, 1);
      VaultBook reported = more.apply(only(more.report(now)));
      return reported.apply(only(reported.answered(reported.reports(), List.of(), NONE, now)));
    }

    private VaultBook refused(VaultBook book, SignedAction<Withdraw> signed) {
      VaultBook requested = requested(book, signed);
      return requested.apply(only(requested.refused(id(signed), "NO", NOW)));
    }

    @Test
    void refusedPayoutsAQuarterOfAnHourAfterTheirDeadline() {
      VaultBook book = refused(EMPTY, payout(1));
      long at = (SECOND + 600 + QUARTER) * 1000;
      assertTrue(answeredAt(book, at + 999).withdrawals().get(id(payout(1))).isPresent());
      VaultBook later = answeredAt(book, at + 1000);
      assertTrue(later.withdrawals().get(id(payout(1))).isEmpty());
      assertEquals(Map.of(), later.closed());
      assertRejected(
          VaultRejection.OUT_OF_TURN, later.request(id(payout(1)), payout(1), at + 1000));
    }

    @Test
    void paidPayoutsADayAfterTheirDeadline() {
      VaultBook paid = paid(inBatch(payout(1)));
      VaultBook posted = paid.apply(only(paid.posted(List.of(id(payout(1))), NOW)));
      VaultBook told = answered(posted, List.of(), NONE);
      long at = (SECOND + 600 + DAY) * 1000;
      assertEquals(Stage.POSTED, stage(answeredAt(told, at + 999), payout(1)));
      VaultBook later = answeredAt(told, at + 1000);
      assertEquals(0, later.withdrawals().size());
      assertRejected(
          VaultRejection.OUT_OF_TURN, later.request(id(payout(1)), payout(1), at + 1000));
    }

    @Test
    void thoseBehindOneWithAFarDeadlineToo() {
      var far = payout(1, "USDC", SECOND + 20 * DAY);
      VaultBook book = refused(refused(EMPTY, far), payout(2));
      VaultBook later = answeredAt(book, (SECOND + 600 + QUARTER + 1) * 1000);
      assertEquals(Map.of(1L, id(far)), later.closed());
      assertEquals(1, later.withdrawals().size());
    }

    @Test
    void nothingThatIsOpenOrNotYetReported() {
      long late = (SECOND + 600 + 2 * DAY) * 1000;
      VaultBook open = reserved(EMPTY, payout(1));
      VaultBook reported = open.apply(only(open.report(NOW)));
      VaultBook still = reported.apply(only(reported.answered(1, List.of(), NONE, late)));
      assertEquals(Stage.RESERVED, stage(still, payout(1)));

      VaultBook paid = paid(inBatch(payout(1)));
      VaultBook waiting = Report.deposited(paid, 1);
      VaultBook asked = waiting.apply(only(waiting.report(NOW)));
      VaultBook posted = asked.apply(only(asked.posted(List.of(id(payout(1))), NOW)));
      VaultBook unreported =
          posted.apply(only(posted.answered(posted.reports(), List.of(), NONE, late)));
      assertEquals(Stage.POSTED, stage(unreported, payout(1)));
      assertEquals(List.of(id(payout(1))), unreported.posted());
      assertEquals(0, answeredAt(unreported, late).withdrawals().size());
    }

    @Test
    void noReleaseBeforeTheTreasuryKnowsOfIt() {
      long late = (SECOND + 600 + 2 * DAY) * 1000;
      VaultBook book = granted(EMPTY, payout(1));
      for (int times = 0; times < VaultBook.MAX_EXPIRIES; times++) {
        book = expired(proposed(book));
      }
      VaultBook returning = Report.deposited(proposed(book), 1);
      VaultBook asked = returning.apply(only(returning.report(NOW)));
      VaultBook released = asked.apply(only(asked.returned(id(payout(1)), NOW)));
      VaultBook kept =
          released.apply(only(released.answered(released.reports(), List.of(), NONE, late)));
      assertEquals(Stage.REFUSED, stage(kept, payout(1)));
      assertEquals(List.of(id(payout(1))), kept.releases());
    }
  }

  @Nested
  class Stages {
    @ParameterizedTest
    @EnumSource(Stage.class)
    void areOpenUntilNothingIsLeftToDo(Stage stage) {
      VaultBook book = requested(EMPTY, payout(1));
      Withdrawal withdrawal = book.withdrawals().get(id(payout(1))).orElseThrow().at(stage);
      assertEquals(stage != Stage.POSTED && stage != Stage.REFUSED, withdrawal.open());
    }

    @Test
    void pendingStepsComeInAFixedOrder() {
      VaultBook book = Report.deposited(EMPTY, 5);
      book = answered(book, List.of(), NONE);
      book = requested(granted(book, payout(1)), payout(2));
      book = proposed(book);
      book = reserved(book, payout(3));
      book = book.apply(only(book.report(NOW)));
      assertEquals(
          List.of("Report", "Credit", "Reserve", "Attest"),
          book.pending().stream().map(step -> step.getClass().getSimpleName()).toList());
    }
  }

  @Test
  void aVaultOnlyPaysItsOwnChain() {
    VaultId other = B;
    VaultBook book = VaultBook.empty(config(other));
    assertRejected(VaultRejection.WRONG_CHAIN, book.request(id(payout(1)), payout(1), NOW));
    assertEquals(7, deposited(7).blockNumber());
  }
}
