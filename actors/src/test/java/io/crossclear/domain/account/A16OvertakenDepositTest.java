package io.crossclear.domain.account;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.Decision;
import io.crossclear.testing.TestNetwork;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * Attack 16: deposits 5 and 7 are under way, 7 arrives first. A mark alone would take 7 and then
 * call 5 a duplicate; the chained mark answers 7 instead until 5 is there.
 */
final class A16OvertakenDepositTest {

  private static final MarginAccount EMPTY = MarginAccount.empty(account(1, 1, 0));

  /** A deposit with the number of the one before it. */
  private record Relayed(long sequence, long previous, long units) {
    Decision<AccountEvent, AccountRejection> to(MarginAccount account) {
      return account.credit(A, sequence, previous, USDC, units, deposited(sequence), 1);
    }
  }

  @Test
  void anOvertakingDepositIsAnsweredAndTheOvertakenOneIsNotLost() {
    Relayed five = new Relayed(5, 0, 100);
    Relayed seven = new Relayed(7, 5, 40);

    assertEquals(Decision.reject(AccountRejection.EARLIER_DEPOSIT_MISSING), seven.to(EMPTY));
    MarginAccount after = EMPTY.apply(only(five.to(EMPTY)));
    after = after.apply(only(seven.to(after)));
    assertEquals(140, after.balance(USDC));
    assertEquals(Decision.alreadyDone(), five.to(after));
  }

  @Property(tries = 300)
  void everyDepositIsCreditedOnceInWhateverOrderTheyAreRelayed(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 100) Integer> amounts,
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 7) Integer> order) {
    List<Relayed> deposits = new ArrayList<>();
    long previous = 0;
    for (int i = 0; i < amounts.size(); i++) {
      long sequence = previous + 1 + i % 3;
      deposits.add(new Relayed(sequence, previous, amounts.get(i)));
      previous = sequence;
    }
    MarginAccount account = EMPTY;
    List<Integer> relays = new ArrayList<>(order);
    for (int i = 0; i < deposits.size(); i++) {
      relays.add(i);
    }
    for (int relay : relays) {
      var decision = deposits.get(relay % deposits.size()).to(account);
      if (decision instanceof Decision.Accept<AccountEvent, AccountRejection> accepted) {
        account = account.apply(TestNetwork.only(accepted));
      }
    }
    assertEquals(amounts.stream().mapToLong(i -> i).sum(), account.balance(USDC));
    assertEquals(account.balance(USDC), account.imported(USDC, A.chainId()));
  }
}
