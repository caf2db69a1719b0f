package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.paid;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.UserAction;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ConservationTest {

  private static final AccountId FIRST = account(1, 1, 0);
  private static final AccountId SECOND = account(1, 1, 1);

  private static MarginAccount credited(
      MarginAccount account, long number, Asset asset, long units) {
    return account.apply(
        new AccountEvent.Credited(A, number, asset, units, deposited(number), number));
  }

  private static final MarginAccount RICH = credited(MarginAccount.empty(FIRST), 1, USDC, 1_000);

  private static final AccountEvent.TransferDebited DEBIT =
      new AccountEvent.TransferDebited(
          word(1),
          sign(owner(1), new UserAction.Transfer(FIRST.word(), SECOND.word(), "USDC", 400, 1, 9)),
          1,
          new TreeMap<>(),
          2);

  private static final AccountEvent.TransferCredited ARRIVAL =
      new AccountEvent.TransferCredited(word(1), FIRST, 1, USDC, 400, new TreeMap<>(), 3);

  private static final AccountEvent.WithdrawalReserved RESERVATION =
      new AccountEvent.WithdrawalReserved(
          word(2),
          sign(
              owner(1),
              new UserAction.Withdraw(FIRST.word(), "USDC", 300, B.chainId(), owner(1), 2, 9)),
          new ImportSplit(0, 0, new TreeMap<>(Map.of(A.chainId(), 300L))),
          4);

  private static Conservation.Flows flows(
      long credited, long posted, Map<VaultId, Long> held, long uncredited, long unposted) {
    return new Conservation.Flows(credited, posted, new TreeMap<>(held), uncredited, unposted);
  }

  private static Conservation sum(Conservation.Flows flows, MarginAccount... accounts) {
    return Conservation.of(USDC, List.of(accounts), flows);
  }

  @Nested
  class Holds {

    @Test
    void forNothing() {
      assertTrue(sum(flows(0, 0, Map.of(), 0, 0)).holds());
    }

    @Test
    void forADepositThatIsCredited() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH);
      assertTrue(sum.holds());
      assertTrue(sum.covered());
      assertEquals(1_000, sum.owed());
    }

    @Test
    void forADepositThatIsOnlyOnTheChain() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L, B, 70L), 70, 0), RICH);
      assertTrue(sum.holds());
      assertEquals(1_000, sum.kept());
    }

    @Test
    void whileATransferIsUnderWay() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH.apply(DEBIT));
      assertTrue(sum.holds());
      assertEquals(600, sum.balances());
      assertEquals(400, sum.inTransit());
    }

    @Test
    void whenATransferHasArrivedAndIsNotYetForgotten() {
      MarginAccount second = MarginAccount.empty(SECOND).apply(ARRIVAL);
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH.apply(DEBIT), second);
      assertTrue(sum.holds());
      assertEquals(0, sum.inTransit());
      assertEquals(1_000, sum.balances());
    }

    @Test
    void whileAPayoutIsReservedPaidAndPosted() {
      MarginAccount reserved = RICH.apply(RESERVATION);
      Conservation before = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), reserved);
      assertTrue(before.holds());
      assertEquals(300, before.pending());
      Conservation paid = sum(flows(1_000, 0, Map.of(A, 700L), 0, 300), reserved);
      assertTrue(paid.holds());
      assertTrue(paid.covered());
      MarginAccount posted = reserved.apply(new AccountEvent.WithdrawalPosted(word(2), paid(1), 5));
      assertTrue(sum(flows(1_000, 300, Map.of(A, 700L), 0, 0), posted).holds());
    }

    @Test
    void whateverOtherAssetsAreThere() {
      MarginAccount both = credited(RICH, 2, ETH, 5);
      assertTrue(sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), both).holds());
    }
  }

  @Nested
  class DoesNotHold {

    @Test
    void whenADepositIsCreditedTwice() {
      MarginAccount twice = credited(RICH, 2, USDC, 1_000);
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), twice);
      assertFalse(sum.holds());
      assertFalse(sum.covered());
    }

    @Test
    void whenATransferArrivesTwice() {
      MarginAccount second =
          MarginAccount.empty(SECOND)
              .apply(ARRIVAL)
              .apply(
                  new AccountEvent.TransferCredited(
                      word(1), FIRST, 1, USDC, 400, new TreeMap<>(), 4));
      assertFalse(sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH.apply(DEBIT), second).holds());
    }

    @Test
    void whenATransferIsForgottenBeforeItArrives() {
      MarginAccount first = RICH.apply(DEBIT).apply(new AccountEvent.TransferConfirmed(word(1), 3));
      assertFalse(sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), first).holds());
    }

    @Test
    void whenAVaultPaysWhatNobodyReserved() {
      Conservation sum = sum(flows(1_000, 0, Map.of(A, 999L), 0, 0), RICH);
      assertFalse(sum.holds());
      assertFalse(sum.covered());
    }
  }

  @Test
  void coverSeesAPayoutThatCameBackAfterItWasPaid() {
    MarginAccount returned =
        RICH.apply(RESERVATION).apply(new AccountEvent.WithdrawalVoided(word(2), true, 5));
    Conservation sum = sum(flows(1_000, 0, Map.of(A, 700L), 0, 300), returned);
    assertTrue(sum.holds());
    assertFalse(sum.covered());
  }

  @Test
  void saysEveryTerm() {
    assertEquals(
        "USDC: balances 600 + pools 0 + clearing 0 + in transit 400 + pending 0 = 1000; credited 1000 - posted 0 = 1000; "
            + "vaults 1070 - uncredited 70 + unposted 0 = 1000",
        sum(flows(1_000, 0, Map.of(A, 1_000L, B, 70L), 70, 0), RICH.apply(DEBIT)).toString());
  }

  @Test
  void refusesAnAccountTwice() {
    assertThrows(
        IllegalStateException.class,
        () -> sum(flows(1_000, 0, Map.of(A, 1_000L), 0, 0), RICH, RICH));
  }
}
