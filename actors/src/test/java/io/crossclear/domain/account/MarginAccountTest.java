package io.crossclear.domain.account;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.C;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.MIN_WITHDRAWAL;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.paid;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent.ActionRefused;
import io.crossclear.domain.account.AccountEvent.Credited;
import io.crossclear.domain.account.AccountEvent.TransferConfirmed;
import io.crossclear.domain.account.AccountEvent.TransferCredited;
import io.crossclear.domain.account.AccountEvent.TransferDebited;
import io.crossclear.domain.account.AccountEvent.WithdrawalPosted;
import io.crossclear.domain.account.AccountEvent.WithdrawalReserved;
import io.crossclear.domain.account.AccountEvent.WithdrawalVoided;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.signing.UserAction.Transfer;
import io.crossclear.domain.signing.UserAction.Withdraw;
import io.crossclear.testing.TestMarket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MarginAccountTest {

  private static final long SECOND = 1_700_000_000L;
  private static final long NOW = SECOND * 1000 + 250;
  private static final long SOON = SECOND + 600;
  private static final AccountId ID = account(1, 1, 0);
  private static final Address RECIPIENT = owner(77);
  private static final MarginAccount EMPTY = MarginAccount.empty(ID);

  private static Decision<AccountEvent, AccountRejection> credit(
      MarginAccount account, VaultId vault, long sequence, long previous, Asset asset, long units) {
    return account.credit(vault, sequence, previous, asset, units, deposited(sequence), NOW);
  }

  /** The account after a deposit that comes in turn. */
  private static MarginAccount with(MarginAccount account, VaultId vault, Asset asset, long units) {
    long mark = account.depositMarks().getOrDefault(vault, 0L);
    return account.apply(only(credit(account, vault, mark + 1, mark, asset, units)));
  }

  private static Withdraw withdraw(long amount, VaultId through, long nonce) {
    return new Withdraw(ID.word(), "USDC", amount, through.chainId(), RECIPIENT, nonce, SOON);
  }

  private static Decision<AccountEvent, AccountRejection> reserve(
      MarginAccount account, SignedAction<Withdraw> signed, long now) {
    return account.reserve(signed, VERIFIER.verify(signed), GENESIS, now);
  }

  private static Decision<AccountEvent, AccountRejection> reserve(
      MarginAccount account, Withdraw action) {
    return reserve(account, sign(owner(1), action), NOW);
  }

  private static Transfer transfer(AccountId to, long amount, long nonce) {
    return new Transfer(ID.word(), to.word(), "USDC", amount, nonce, SOON);
  }

  private static Decision<AccountEvent, AccountRejection> debit(
      MarginAccount account, SignedAction<Transfer> signed, long now) {
    return account.debit(signed, VERIFIER.verify(signed), GENESIS, now);
  }

  private static Decision<AccountEvent, AccountRejection> debit(
      MarginAccount account, Transfer action) {
    return debit(account, sign(owner(1), action), NOW);
  }

  private static <E> void assertRejected(
      AccountRejection reason, Decision<E, AccountRejection> decision) {
    assertEquals(Decision.reject(reason), decision);
  }

  private static <E> void assertDone(Decision<E, AccountRejection> decision) {
    assertEquals(Decision.alreadyDone(), decision);
  }

  @Nested
  class Credit {
    @Test
    void addsToBalanceAndImportAndNothingElse() {
      var decision = credit(EMPTY, A, 7, 0, USDC, 500);

      Credited event = new Credited(A, 7, USDC, 500, deposited(7), NOW);
      assertEquals(Decision.accept(event), decision);
      MarginAccount after = EMPTY.apply(event);
      assertEquals(Map.of(USDC, 500L), after.balances());
      assertEquals(Map.of(USDC, Map.of(101L, 500L)), after.imports());
      assertEquals(Map.of(A, 7L), after.depositMarks());
      assertEquals(NOW, after.time());
      assertEquals(
          new MarginAccount(
              ID,
              after.balances(),
              after.imports(),
              after.depositMarks(),
              EMPTY.withdrawals(),
              EMPTY.outgoing(),
              EMPTY.outgoingMarks(),
              EMPTY.incomingMarks(),
              EMPTY.nonces(),
              EMPTY.refusals(),
              NOW),
          after);
    }

    @Test
    void creditsADepositOnceWhenRelayedTwice() {
      MarginAccount once = EMPTY.apply(only(credit(EMPTY, A, 7, 0, USDC, 500)));
      assertDone(credit(once, A, 7, 0, USDC, 500));
      assertDone(credit(once, A, 3, 0, USDC, 500));
    }

    @Test
    void keepsAMarkPerVault() {
      MarginAccount account = with(with(EMPTY, A, USDC, 5), B, USDC, 6);
      assertEquals(Map.of(A, 1L, B, 1L), account.depositMarks());
      assertEquals(Map.of(101L, 5L, 102L, 6L), account.imports().get(USDC));
      assertEquals(11, account.balance(USDC));
    }

    @Test
    void refusesInOrderOfPrecedence() {
      MarginAccount full = with(EMPTY, A, USDC, Long.MAX_VALUE);
      assertRejected(AccountRejection.AMOUNT_MUST_BE_POSITIVE, credit(full, A, 1, 0, USDC, 0));
      assertRejected(AccountRejection.AMOUNT_MUST_BE_POSITIVE, credit(full, A, 1, 0, USDC, -1));
      assertDone(credit(full, A, 1, 9, USDC, 1));
      assertRejected(AccountRejection.EARLIER_DEPOSIT_MISSING, credit(full, A, 3, 2, USDC, 1));
      assertRejected(AccountRejection.EARLIER_DEPOSIT_MISSING, credit(full, A, 3, 0, USDC, 1));
      assertRejected(AccountRejection.OVERFLOW, credit(full, A, 2, 1, USDC, 1));
      assertEquals(1, all(credit(full, A, 2, 1, ETH, 1)).size());
    }

    @Test
    void takesUnitsUpToTheLargestBalance() {
      MarginAccount account = with(EMPTY, A, USDC, Long.MAX_VALUE - 5);
      assertRejected(AccountRejection.OVERFLOW, credit(account, A, 2, 1, USDC, 6));
      assertEquals(Long.MAX_VALUE, with(account, A, USDC, 5).balance(USDC));
    }

    @Test
    void neverGoesBackInTime() {
      MarginAccount account = with(EMPTY, A, USDC, 5);
      AccountEvent late = only(account.credit(A, 2, 1, USDC, 5, deposited(2), NOW - 10_000));
      assertEquals(NOW, late.time());
    }
  }

  @Nested
  class Reserve {
    private final MarginAccount rich =
        with(with(with(EMPTY, A, USDC, 300), B, USDC, 200), C, USDC, 100);

    @Test
    void setsUnitsAsideWithTheirImportsAndNothingElse() {
      Withdraw action = withdraw(350, A, 4);
      var signed = sign(owner(1), action);
      Hash digest = id(signed);

      AccountEvent event = only(reserve(rich, action));

      ImportSplit split = new ImportSplit(300, 0, new TreeMap<>(Map.of(102L, 50L)));
      assertEquals(new WithdrawalReserved(digest, signed, split, NOW), event);
      MarginAccount after = rich.apply(event);
      assertEquals(Map.of(USDC, 250L), after.balances());
      assertEquals(Map.of(USDC, Map.of(102L, 150L, 103L, 100L)), after.imports());
      assertEquals(
          Map.of(digest, new MarginAccount.Reservation(signed, split)), after.withdrawals());
      assertEquals(350, after.withdrawals().values().iterator().next().units());
      assertEquals(USDC, after.withdrawals().values().iterator().next().asset());
      assertEquals(Map.of(4L, new MarginAccount.NonceUse(digest, SOON)), after.nonces());
      assertEquals(rich.depositMarks(), after.depositMarks());
      assertEquals(Map.of(), after.outgoing());
    }

    /** Own import first, then what no import claims, then foreign imports, the largest first. */
    @Test
    void takesImportsInTheirOrder() {
      MarginAccount returned = uncoloured(rich, 300, A);
      assertEquals(Map.of(102L, 200L, 103L, 100L), returned.imports().get(USDC));
      assertEquals(600, returned.balance(USDC));

      assertEquals(new ImportSplit(0, 250, new TreeMap<>()), split(returned, 250, A));
      assertEquals(
          new ImportSplit(0, 300, new TreeMap<>(Map.of(102L, 200L, 103L, 50L))),
          split(returned, 550, A));
      assertEquals(
          new ImportSplit(200, 300, new TreeMap<>(Map.of(103L, 100L))), split(returned, 600, B));
      assertEquals(new ImportSplit(150, 0, new TreeMap<>()), split(returned, 150, B));
      assertEquals(600, split(returned, 600, C).units());
    }

    @Test
    void takesTheLowerChainFirstWhenForeignImportsAreEqual() {
      MarginAccount even = with(with(EMPTY, B, USDC, 50), C, USDC, 50);
      assertEquals(
          new ImportSplit(0, 0, new TreeMap<>(Map.of(102L, 50L, 103L, 10L))), split(even, 60, A));
    }

    private ImportSplit split(MarginAccount account, long units, VaultId through) {
      WithdrawalReserved event =
          (WithdrawalReserved) only(reserve(account, withdraw(units, through, 50)));
      return event.split();
    }

    /** The account whose units came back from a withdrawal without their colour. */
    private MarginAccount uncoloured(MarginAccount account, long units, VaultId through) {
      Withdraw action = withdraw(units, through, 49);
      MarginAccount reserved = account.apply(only(reserve(account, action)));
      return reserved.apply(only(reserved.voidWithdrawal(id(sign(owner(1), action)), false, NOW)));
    }

    @Test
    void isDoneWhenItIsOpenOrWasClosed() {
      Withdraw action = withdraw(600, A, 4);
      MarginAccount reserved = rich.apply(only(reserve(rich, action)));
      assertDone(reserve(reserved, action));
      assertDone(reserve(reserved, sign(owner(1), action), NOW + 3_600_000));

      MarginAccount posted =
          reserved.apply(only(reserved.post(id(sign(owner(1), action)), paid(1), NOW)));
      assertDone(reserve(posted, action));
    }

    @Test
    void refusesEachSignedFaultByName() {
      MarginAccount account = rich;
      Hash me = ID.word();
      assertRejected(AccountRejection.AMOUNT_MUST_BE_POSITIVE, reserve(account, withdraw(0, A, 1)));
      var other = new Withdraw(account(1, 1, 1).word(), "USDC", 10, 101, RECIPIENT, 1, SOON);
      assertRejected(AccountRejection.WRONG_ACCOUNT, reserve(account, other));
      var signed = sign(owner(1), withdraw(10, A, 1));
      var foreign = new SignedAction<>(signed.action(), 999, A.address(), signed.signature());
      assertRejected(AccountRejection.WRONG_DOMAIN, reserve(account, foreign, NOW));
      assertRejected(
          AccountRejection.WRONG_SIGNER, reserve(account, sign(owner(2), withdraw(10, A, 1)), NOW));
      var tampered =
          new SignedAction<>(withdraw(11, A, 1), A.chainId(), A.address(), signed.signature());
      assertRejected(AccountRejection.WRONG_SIGNER, reserve(account, tampered, NOW));
      assertRejected(AccountRejection.EXPIRED, reserve(account, signed, (SOON + 1) * 1000));
      assertEquals(1, all(reserve(account, signed, SOON * 1000 + 999)).size());
      long furthest = SECOND + 30 * 24 * 3600;
      assertRejected(
          AccountRejection.DEADLINE_TOO_FAR,
          reserve(account, new Withdraw(me, "USDC", 10, 101, RECIPIENT, 1, furthest + 1)));
      assertEquals(
          1,
          all(reserve(account, new Withdraw(me, "USDC", 10, 101, RECIPIENT, 1, furthest))).size());
      assertRejected(
          AccountRejection.UNKNOWN_ASSET,
          reserve(account, new Withdraw(me, "DOGE", 10, 101, RECIPIENT, 1, SOON)));
      assertRejected(
          AccountRejection.UNKNOWN_ASSET,
          reserve(account, new Withdraw(me, "not an asset", 10, 101, RECIPIENT, 1, SOON)));
      assertRejected(
          AccountRejection.UNKNOWN_CHAIN,
          reserve(account, new Withdraw(me, "USDC", 10, 104, RECIPIENT, 1, SOON)));
      assertRejected(
          AccountRejection.UNKNOWN_CHAIN,
          reserve(account, new Withdraw(me, "ETH", 10, 103, RECIPIENT, 1, SOON)));
      assertRejected(
          AccountRejection.BELOW_MINIMUM, reserve(account, withdraw(MIN_WITHDRAWAL - 1, A, 1)));
      assertEquals(1, all(reserve(account, withdraw(MIN_WITHDRAWAL, A, 1))).size());
      for (Address nobody : List.of(Address.ZERO, A.address(), B.address(), address(0xc1))) {
        assertRejected(
            AccountRejection.RECIPIENT_REFUSED,
            reserve(account, new Withdraw(me, "USDC", 10, 101, nobody, 1, SOON)));
      }
      assertRejected(AccountRejection.INSUFFICIENT_BALANCE, reserve(account, withdraw(601, A, 1)));
      assertEquals(1, all(reserve(account, withdraw(600, A, 1))).size());
    }

    /** Each action has this fault and every later one; the earlier one is named. */
    @Test
    void namesTheFirstFaultOfMany() {
      long past = SECOND - 1;
      Withdraw worst = new Withdraw(account(2, 1, 0).word(), "DOGE", 0, 999, Address.ZERO, 1, past);
      Withdraw positive = new Withdraw(worst.account(), "DOGE", 1, 999, Address.ZERO, 1, past);
      Withdraw mine = new Withdraw(ID.word(), "DOGE", 1, 999, Address.ZERO, 1, past);
      Withdraw far = new Withdraw(ID.word(), "DOGE", 1, 999, Address.ZERO, 1, Long.MAX_VALUE);
      Withdraw known = new Withdraw(ID.word(), "USDC", 1, 999, Address.ZERO, 1, SOON);
      Withdraw reachable = new Withdraw(ID.word(), "USDC", 1, 101, Address.ZERO, 1, SOON);
      Withdraw enough = new Withdraw(ID.word(), "USDC", 601, 101, Address.ZERO, 1, SOON);
      List<AccountRejection> named = new ArrayList<>();
      named.add(reason(reserve(rich, in(999, worst, 2), NOW)));
      named.add(reason(reserve(rich, in(999, positive, 2), NOW)));
      named.add(reason(reserve(rich, in(999, mine, 2), NOW)));
      named.add(reason(reserve(rich, in(101, mine, 2), NOW)));
      named.add(reason(reserve(rich, in(101, mine, 1), NOW)));
      named.add(reason(reserve(rich, in(101, far, 1), NOW)));
      MarginAccount busy = rich.apply(only(reserve(rich, withdraw(10, A, 1))));
      named.add(reason(reserve(busy, in(101, known, 1), NOW)));
      named.add(
          reason(
              reserve(
                  rich,
                  in(101, new Withdraw(ID.word(), "DOGE", 1, 999, Address.ZERO, 1, SOON), 1),
                  NOW)));
      named.add(reason(reserve(rich, in(101, known, 1), NOW)));
      named.add(reason(reserve(rich, in(101, reachable, 1), NOW)));
      named.add(reason(reserve(rich, in(101, enough, 1), NOW)));

      assertEquals(
          List.of(
              AccountRejection.AMOUNT_MUST_BE_POSITIVE,
              AccountRejection.WRONG_ACCOUNT,
              AccountRejection.WRONG_DOMAIN,
              AccountRejection.WRONG_SIGNER,
              AccountRejection.EXPIRED,
              AccountRejection.DEADLINE_TOO_FAR,
              AccountRejection.NONCE_REUSED,
              AccountRejection.UNKNOWN_ASSET,
              AccountRejection.UNKNOWN_CHAIN,
              AccountRejection.BELOW_MINIMUM,
              AccountRejection.RECIPIENT_REFUSED),
          named);
      assertEquals(named.stream().sorted().toList(), named);
    }

    private SignedAction<Withdraw> in(long chainId, Withdraw action, int signer) {
      var honest = sign(owner(signer), action);
      return new SignedAction<>(action, chainId, A.address(), honest.signature());
    }

    @Test
    void takesANonceOnceWhateverItIsFor() {
      MarginAccount busy = rich.apply(only(reserve(rich, withdraw(10, A, 4))));
      assertRejected(AccountRejection.NONCE_REUSED, reserve(busy, withdraw(11, A, 4)));
      assertRejected(AccountRejection.NONCE_REUSED, debit(busy, transfer(account(1, 1, 1), 10, 4)));
    }

    @Test
    void remembersANonceUntilAMinuteAfterItsDeadline() {
      MarginAccount busy = rich.apply(only(reserve(rich, withdraw(10, A, 4))));
      MarginAccount atSkew = touched(busy, (SOON + 60) * 1000 + 999);
      MarginAccount afterSkew = touched(busy, (SOON + 61) * 1000);
      assertEquals(Set.of(4L), atSkew.nonces().keySet());
      assertEquals(Set.of(), afterSkew.nonces().keySet());
    }

    /** The account after some deposit at this time. */
    private MarginAccount touched(MarginAccount account, long now) {
      return account.apply(only(account.credit(A, 2, 1, USDC, 1, deposited(2), now)));
    }

    @Test
    void keeps256ActionsWithinTheirDeadlines() {
      MarginAccount account = rich;
      for (int nonce = 0; nonce < MarginAccount.MAX_ACTIONS; nonce++) {
        Withdraw action = new Withdraw(ID.word(), "USDC", 5, 101, RECIPIENT, nonce, SOON);
        MarginAccount reserved = account.apply(only(reserve(account, action)));
        account =
            reserved.apply(only(reserved.voidWithdrawal(id(sign(owner(1), action)), true, NOW)));
      }
      Withdraw next = new Withdraw(ID.word(), "USDC", 5, 101, RECIPIENT, 999, SOON + 4000);
      assertRejected(AccountRejection.TOO_MANY_OPEN_ACTIONS, reserve(account, next));
      assertRejected(
          AccountRejection.TOO_MANY_OPEN_ACTIONS,
          reserve(account, sign(owner(1), next), (SOON + 60) * 1000));
      assertEquals(1, all(reserve(account, sign(owner(1), next), (SOON + 61) * 1000)).size());
    }

    /** A balance that could pay comes after the refusal; the refusal stands all the same. */
    @Test
    void staysRefusedOnceTheRefusalIsWritten() {
      Withdraw action = withdraw(700, A, 4);
      Hash digest = id(sign(owner(1), action));
      assertRejected(AccountRejection.INSUFFICIENT_BALANCE, reserve(rich, action));
      MarginAccount refused =
          rich.apply(only(rich.refuse(digest, AccountRejection.INSUFFICIENT_BALANCE, SOON, NOW)));
      MarginAccount richer = with(refused, A, USDC, 500);

      assertRejected(AccountRejection.INSUFFICIENT_BALANCE, reserve(richer, action));
      assertEquals(1, all(reserve(richer, withdraw(701, A, 4))).size());
      MarginAccount later = touchedAfter(richer, (SOON + 61) * 1000);
      assertEquals(Map.of(), later.refusals());
      assertRejected(AccountRejection.EXPIRED, reserve(later, action));
    }

    private MarginAccount touchedAfter(MarginAccount account, long now) {
      return account.apply(only(account.credit(B, 2, 1, USDC, 1, deposited(2), now)));
    }
  }

  private static AccountRejection reason(Decision<AccountEvent, AccountRejection> decision) {
    if (decision instanceof Decision.Reject<AccountEvent, AccountRejection>(var reason)) {
      return reason;
    }
    throw new AssertionError("expected a refusal: " + decision);
  }

  @Nested
  class Refuse {
    private static final Set<AccountRejection> CHANGEABLE =
        EnumSet.of(
            AccountRejection.EXPIRED,
            AccountRejection.DEADLINE_TOO_FAR,
            AccountRejection.NONCE_REUSED,
            AccountRejection.TOO_MANY_OPEN_ACTIONS,
            AccountRejection.INSUFFICIENT_BALANCE,
            AccountRejection.LIQUIDATING,
            AccountRejection.PRICES_MISSING,
            AccountRejection.INSUFFICIENT_MARGIN,
            AccountRejection.AUCTION_OPEN,
            AccountRejection.OVERFLOW);

    @ParameterizedTest
    @EnumSource(AccountRejection.class)
    void writesDownWhatTimeCouldUndoAndNothingElse(AccountRejection reason) {
      var decision = EMPTY.refuse(word(5), reason, SOON, NOW);
      if (CHANGEABLE.contains(reason)) {
        ActionRefused event = new ActionRefused(word(5), reason, SOON, NOW);
        assertEquals(Decision.accept(event), decision);
        MarginAccount after = EMPTY.apply(event);
        assertEquals(Map.of(word(5), new MarginAccount.Refusal(reason, SOON)), after.refusals());
        assertEquals(Map.of(), after.balances());
        assertEquals(Map.of(), after.nonces());
        assertDone(after.refuse(word(5), reason, SOON, NOW));
      } else {
        assertDone(decision);
      }
    }

    @Test
    void remembersAtMost256UntilAMinuteAfterTheirDeadlines() {
      MarginAccount account = EMPTY;
      for (int i = 0; i < MarginAccount.MAX_ACTIONS; i++) {
        account =
            account.apply(only(account.refuse(word(i), AccountRejection.NONCE_REUSED, SOON, NOW)));
      }
      assertRejected(
          AccountRejection.TOO_MANY_OPEN_ACTIONS,
          account.refuse(word(999), AccountRejection.NONCE_REUSED, SOON, (SOON + 60) * 1000));
      MarginAccount later =
          account.apply(
              only(
                  account.refuse(
                      word(999), AccountRejection.EXPIRED, SOON + 30, (SOON + 61) * 1000)));
      assertEquals(Set.of(word(999)), later.refusals().keySet());
    }

    @Test
    void countsForDebitsToo() {
      MarginAccount account = with(EMPTY, A, USDC, 10);
      Transfer action = transfer(account(1, 1, 1), 11, 4);
      Hash digest = id(sign(owner(1), action));
      MarginAccount refused =
          account.apply(
              only(account.refuse(digest, AccountRejection.INSUFFICIENT_BALANCE, SOON, NOW)));
      assertRejected(
          AccountRejection.INSUFFICIENT_BALANCE, debit(with(refused, A, USDC, 10), action));
    }
  }

  @Nested
  class VoidWithdrawal {
    private final MarginAccount rich = with(with(EMPTY, A, USDC, 300), B, USDC, 200);
    private final Withdraw action = withdraw(400, A, 4);
    private final Hash digest = id(sign(owner(1), action));
    private final MarginAccount reserved = rich.apply(only(reserve(rich, action)));

    @Test
    void restoresTheImportsWhenNothingWasGranted() {
      AccountEvent event = only(reserved.voidWithdrawal(digest, true, NOW + 5));
      assertEquals(new WithdrawalVoided(digest, true, NOW + 5), event);
      MarginAccount after = reserved.apply(event);
      assertEquals(rich.balances(), after.balances());
      assertEquals(rich.imports(), after.imports());
      assertEquals(Map.of(), after.withdrawals());
      assertEquals(reserved.nonces(), after.nonces());
    }

    @Test
    void returnsUnitsWithoutColourWhenSomethingWasGranted() {
      MarginAccount after = reserved.apply(only(reserved.voidWithdrawal(digest, false, NOW)));
      assertEquals(rich.balances(), after.balances());
      assertEquals(Map.of(USDC, Map.of(102L, 100L)), after.imports());
    }

    @Test
    void isDoneForWhatIsNotReserved() {
      assertDone(reserved.voidWithdrawal(word(1), true, NOW));
      MarginAccount after = reserved.apply(only(reserved.voidWithdrawal(digest, true, NOW)));
      assertDone(after.voidWithdrawal(digest, true, NOW));
    }

    @Test
    void isAFaultWhenAppliedToWhatIsNotReserved() {
      assertThrows(
          RuntimeException.class, () -> rich.apply(new WithdrawalVoided(word(1), true, NOW)));
    }
  }

  @Nested
  class Post {
    @Test
    void closesTheReservationAndNothingElse() {
      MarginAccount rich = with(EMPTY, A, USDC, 300);
      Withdraw action = withdraw(100, A, 4);
      Hash digest = id(sign(owner(1), action));
      MarginAccount reserved = rich.apply(only(reserve(rich, action)));

      AccountEvent event = only(reserved.post(digest, paid(3), NOW + 1));

      assertEquals(new WithdrawalPosted(digest, paid(3), NOW + 1), event);
      MarginAccount after = reserved.apply(event);
      assertEquals(Map.of(), after.withdrawals());
      assertEquals(reserved.balances(), after.balances());
      assertEquals(reserved.imports(), after.imports());
      assertEquals(reserved.nonces(), after.nonces());
      assertDone(after.post(digest, paid(3), NOW + 1));
      assertDone(after.voidWithdrawal(digest, true, NOW + 1));
    }
  }

  @Nested
  class Debit {
    private final AccountId to = account(1, 2, 3);
    private final MarginAccount rich = with(with(EMPTY, A, USDC, 300), B, USDC, 200);

    @Test
    void letsUnitsGoWithTheImportsThatExceedWhatRemains() {
      Transfer action = transfer(to, 350, 4);
      var signed = sign(owner(1), action);

      AccountEvent event = only(debit(rich, action));

      // 150 remain, 500 are imported: 350 go along, 300 of the largest first
      SortedMap<Long, Long> moved = new TreeMap<>(Map.of(101L, 300L, 102L, 50L));
      assertEquals(new TransferDebited(id(signed), signed, 1, moved, NOW), event);
      MarginAccount after = rich.apply(event);
      assertEquals(Map.of(USDC, 150L), after.balances());
      assertEquals(Map.of(USDC, Map.of(102L, 150L)), after.imports());
      assertEquals(
          Map.of(id(signed), new MarginAccount.Outgoing(to, 1, USDC, 350, moved)),
          after.outgoing());
      assertEquals(Map.of(to, 1L), after.outgoingMarks());
      assertEquals(Map.of(4L, new MarginAccount.NonceUse(id(signed), SOON)), after.nonces());
      assertEquals(rich.depositMarks(), after.depositMarks());
    }

    @Test
    void leavesImportsBehindWhileUncolouredUnitsSuffice() {
      Withdraw action = withdraw(300, A, 9);
      MarginAccount reserved = rich.apply(only(reserve(rich, action)));
      MarginAccount half =
          reserved.apply(only(reserved.voidWithdrawal(id(sign(owner(1), action)), false, NOW)));

      TransferDebited small = (TransferDebited) only(debit(half, transfer(to, 300, 4)));
      TransferDebited large = (TransferDebited) only(debit(half, transfer(to, 301, 4)));

      assertEquals(Map.of(), small.imports());
      assertEquals(Map.of(102L, 1L), large.imports());
    }

    @Test
    void letsTheSettlementAssetIntoTheFundOfItsOwnPoolWhereItsImportVanishes() {
      SignedAction<Transfer> gift = sign(owner(1), transfer(AccountId.fund(1), 350, 4));
      TransferDebited event =
          (TransferDebited) only(rich.debit(gift, VERIFIER.verify(gift), TestMarket.GENESIS, NOW));
      assertEquals(Map.of(), event.imports());
      MarginAccount after = rich.apply(event);
      assertEquals(Map.of(USDC, 150L), after.balances());
      assertEquals(Map.of(USDC, Map.of(102L, 150L)), after.imports());
      assertEquals(Map.of(USDC, Map.of(101L, 300L, 102L, 50L)), after.trading().trimmed());

      SignedAction<Transfer> astray = sign(owner(1), transfer(AccountId.fund(2), 350, 4));
      assertRejected(
          AccountRejection.DIFFERENT_OWNER,
          rich.debit(astray, VERIFIER.verify(astray), TestMarket.GENESIS, NOW));
      SignedAction<Transfer> ether =
          sign(owner(1), new Transfer(ID.word(), AccountId.fund(1).word(), "ETH", 1, 4, SOON));
      assertRejected(
          AccountRejection.DIFFERENT_OWNER,
          rich.debit(ether, VERIFIER.verify(ether), TestMarket.GENESIS, NOW));
    }

    @Test
    void numbersTransfersToEachAccountByThemselves() {
      MarginAccount one = rich.apply(only(debit(rich, transfer(to, 10, 1))));
      MarginAccount two = one.apply(only(debit(one, transfer(to, 10, 2))));
      MarginAccount three = two.apply(only(debit(two, transfer(account(1, 1, 9), 10, 3))));
      assertEquals(Map.of(to, 2L, account(1, 1, 9), 1L), three.outgoingMarks());
      assertEquals(3, three.outgoing().size());
    }

    @Test
    void refusesEachFaultInOrderOfPrecedence() {
      AccountId stranger = account(2, 1, 0);
      AccountId nowhere = account(2, 9, 0);
      List<AccountRejection> named = new ArrayList<>();
      named.add(reason(debit(rich, new Transfer(ID.word(), nowhere.word(), "DOGE", 0, 4, SOON))));
      named.add(reason(debit(rich, new Transfer(ID.word(), nowhere.word(), "DOGE", 501, 4, SOON))));
      named.add(reason(debit(rich, new Transfer(ID.word(), nowhere.word(), "USDC", 501, 4, SOON))));
      named.add(reason(debit(rich, new Transfer(ID.word(), ID.word(), "USDC", 501, 4, SOON))));
      named.add(
          reason(debit(rich, new Transfer(ID.word(), stranger.word(), "USDC", 501, 4, SOON))));
      named.add(reason(debit(rich, new Transfer(ID.word(), to.word(), "USDC", 501, 4, SOON))));
      assertEquals(
          List.of(
              AccountRejection.AMOUNT_MUST_BE_POSITIVE,
              AccountRejection.UNKNOWN_ASSET,
              AccountRejection.UNKNOWN_POOL,
              AccountRejection.SAME_ACCOUNT,
              AccountRejection.DIFFERENT_OWNER,
              AccountRejection.INSUFFICIENT_BALANCE),
          named);
      assertEquals(named.stream().sorted().toList(), named);
      assertRejected(
          AccountRejection.WRONG_SIGNER, debit(rich, sign(owner(2), transfer(to, 10, 4)), NOW));
      assertEquals(1, all(debit(rich, transfer(to, 500, 4))).size());
    }

    @Test
    void takesOnlyWhatThePoolAccepts() {
      MarginAccount eth = with(EMPTY, A, ETH, 10);
      Transfer toCash = new Transfer(ID.word(), to.word(), "ETH", 10, 4, SOON);
      Transfer toNone = new Transfer(ID.word(), ID.unassigned().word(), "ETH", 10, 4, SOON);
      assertRejected(AccountRejection.UNKNOWN_POOL, debit(eth, toCash));
      assertEquals(1, all(debit(eth, toNone)).size());
    }

    @Test
    void isDoneWhenItIsOpenOrWasConfirmed() {
      Transfer action = transfer(to, 500, 4);
      MarginAccount debited = rich.apply(only(debit(rich, action)));
      assertDone(debit(debited, action));
      assertDone(debit(debited, sign(owner(1), action), NOW + 3_600_000));
      MarginAccount confirmed =
          debited.apply(only(debited.confirm(id(sign(owner(1), action)), NOW)));
      assertDone(debit(confirmed, action));
    }
  }

  @Nested
  class Confirm {
    @Test
    void forgetsTheTransferAndNothingElse() {
      MarginAccount rich = with(EMPTY, A, USDC, 300);
      Transfer action = transfer(account(1, 1, 1), 100, 4);
      Hash digest = id(sign(owner(1), action));
      MarginAccount debited = rich.apply(only(debit(rich, action)));

      AccountEvent event = only(debited.confirm(digest, NOW + 1));

      assertEquals(new TransferConfirmed(digest, NOW + 1), event);
      MarginAccount after = debited.apply(event);
      assertEquals(Map.of(), after.outgoing());
      assertEquals(debited.balances(), after.balances());
      assertEquals(debited.outgoingMarks(), after.outgoingMarks());
      assertDone(after.confirm(digest, NOW + 1));
      assertDone(rich.confirm(digest, NOW + 1));
    }
  }

  @Nested
  class CreditTransfer {
    private final AccountId from = account(1, 1, 8);
    private final SortedMap<Long, Long> moved = new TreeMap<>(Map.of(101L, 30L));

    private Decision<AccountEvent, AccountRejection> arrive(
        MarginAccount account, long sequence, long units) {
      return account.creditTransfer(word(sequence), from, sequence, USDC, units, moved, NOW);
    }

    @Test
    void addsUnitsAndTheirImportsOnce() {
      AccountEvent event = only(arrive(EMPTY, 1, 100));

      assertEquals(new TransferCredited(word(1), from, 1, USDC, 100, moved, NOW), event);
      MarginAccount after = EMPTY.apply(event);
      assertEquals(Map.of(USDC, 100L), after.balances());
      assertEquals(Map.of(USDC, Map.of(101L, 30L)), after.imports());
      assertEquals(Map.of(from, 1L), after.incomingMarks());
      assertEquals(Map.of(), after.depositMarks());
      assertDone(arrive(after, 1, 100));
    }

    @Test
    void refusesInOrderOfPrecedence() {
      MarginAccount full = EMPTY.apply(only(arrive(EMPTY, 1, Long.MAX_VALUE)));
      assertRejected(AccountRejection.AMOUNT_MUST_BE_POSITIVE, arrive(full, 1, 0));
      assertDone(arrive(full, 1, 1));
      assertRejected(AccountRejection.EARLIER_TRANSFER_MISSING, arrive(full, 3, 1));
      assertRejected(AccountRejection.OVERFLOW, arrive(full, 2, 1));
    }

    @Test
    void takesAnOvertakingTransferInItsTurn() {
      assertRejected(AccountRejection.EARLIER_TRANSFER_MISSING, arrive(EMPTY, 2, 5));
      MarginAccount one = EMPTY.apply(only(arrive(EMPTY, 1, 7)));
      MarginAccount two = one.apply(only(arrive(one, 2, 5)));
      assertEquals(12, two.balance(USDC));
      assertEquals(60, two.imported(USDC, 101));
    }
  }

  @Nested
  class State {
    @Test
    void cannotBeChangedFromOutside() {
      MarginAccount account = with(EMPTY, A, USDC, 5);
      assertThrows(UnsupportedOperationException.class, () -> account.balances().clear());
      assertThrows(UnsupportedOperationException.class, () -> account.imports().clear());
      assertThrows(
          UnsupportedOperationException.class,
          () -> account.imports().values().forEach(SortedMap::clear));
      assertThrows(UnsupportedOperationException.class, () -> account.depositMarks().clear());
    }

    @Test
    void showsZeroForWhatItDoesNotHold() {
      assertEquals(0, EMPTY.balance(ETH));
      assertEquals(0, EMPTY.imported(ETH, 101));
      assertEquals(0, with(EMPTY, A, USDC, 5).imported(USDC, 102));
      assertEquals(5, with(EMPTY, A, USDC, 5).imported(USDC, 101));
    }

    @Test
    void sumsAllPartsOfASplit() {
      ImportSplit split = new ImportSplit(1, 20, new TreeMap<>(Map.of(101L, 300L, 102L, 4000L)));
      assertEquals(4321, split.units());
      assertEquals(4300, Exact.sum(split.foreign()));
    }

    @Test
    void namesTheAccountOfEveryAction() {
      UserAction action = transfer(account(1, 1, 1), 1, 1);
      assertEquals(ID.word(), action.account());
    }
  }
}
