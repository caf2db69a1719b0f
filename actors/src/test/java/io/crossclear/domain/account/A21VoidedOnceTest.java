package io.crossclear.domain.account;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.paid;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Withdraw;
import org.junit.jupiter.api.Test;

/**
 * Attack 21, as far as collateral goes: what was set aside for a payout comes back once, and never
 * while the payout can still happen again under the same signature.
 */
final class A21VoidedOnceTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final AccountId ID = account(1, 1, 0);

  private final SignedAction<Withdraw> signed =
      sign(
          owner(1),
          new Withdraw(ID.word(), "USDC", 60, A.chainId(), owner(7), 1, NOW / 1000 + 600));
  private final Hash digest = id(signed);
  private final MarginAccount before =
      MarginAccount.empty(ID)
          .apply(only(MarginAccount.empty(ID).credit(A, 1, 0, USDC, 100, deposited(1), NOW)));
  private final MarginAccount reserved = before.apply(only(reserve(before, NOW)));

  private Decision<AccountEvent, AccountRejection> reserve(MarginAccount account, long now) {
    return account.reserve(signed, VERIFIER.verify(signed), GENESIS, now);
  }

  @Test
  void unitsComeBackOnceHoweverOftenTheReturnIsRelayed() {
    MarginAccount voided = reserved.apply(only(reserved.voidWithdrawal(digest, true, NOW)));
    assertEquals(100, voided.balance(USDC));
    assertEquals(Decision.alreadyDone(), voided.voidWithdrawal(digest, true, NOW));
    assertEquals(Decision.alreadyDone(), voided.voidWithdrawal(digest, false, NOW));
  }

  @Test
  void aReturnedWithdrawalIsNeverReservedAgain() {
    MarginAccount voided = reserved.apply(only(reserved.voidWithdrawal(digest, true, NOW)));
    assertEquals(Decision.alreadyDone(), reserve(voided, NOW));
    assertEquals(Decision.alreadyDone(), reserve(voided, NOW + 3_600_000));
    // its nonce is forgotten, but then its deadline is over
    long later = NOW + 3_600_000;
    MarginAccount forgetful =
        voided.apply(only(voided.credit(A, 2, 1, USDC, 1, deposited(2), later)));
    assertEquals(0, forgetful.nonces().size());
    assertEquals(Decision.reject(AccountRejection.EXPIRED), reserve(forgetful, later));
    assertEquals(Decision.reject(AccountRejection.EXPIRED), reserve(forgetful, NOW));
  }

  @Test
  void aPostedWithdrawalNeverComesBack() {
    MarginAccount posted = reserved.apply(only(reserved.post(digest, paid(1), NOW)));
    assertEquals(40, posted.balance(USDC));
    assertEquals(Decision.alreadyDone(), posted.voidWithdrawal(digest, true, NOW));
  }

  @Test
  void aReturnedWithdrawalIsNotPostedToo() {
    MarginAccount voided = reserved.apply(only(reserved.voidWithdrawal(digest, false, NOW)));
    assertEquals(Decision.alreadyDone(), voided.post(digest, paid(1), NOW));
  }
}
