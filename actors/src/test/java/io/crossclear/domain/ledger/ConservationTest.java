package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.id;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Conservation.Flows;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Transfer;
import io.crossclear.domain.signing.UserAction.Withdraw;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ConservationTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final AccountId FROM = account(1, 1, 0);
  private static final AccountId TO = account(1, 2, 0);

  private static final SignedAction<Withdraw> PAYOUT =
      sign(owner(1), new Withdraw(FROM.word(), "USDC", 30, 101, owner(7), 1, NOW / 1000 + 60));
  private static final SignedAction<Transfer> TRANSFER =
      sign(owner(1), new Transfer(FROM.word(), TO.word(), "USDC", 50, 2, NOW / 1000 + 60));

  /** 200 USDC and 9 ETH came in, 30 USDC are set aside, 50 are on their way: 120 remain. */
  private static MarginAccount sender() {
    MarginAccount account = MarginAccount.empty(FROM);
    account = credited(account, A, 1, USDC, 200);
    account = credited(account, B, 1, ETH, 9);
    account = account.apply(only(account.reserve(PAYOUT, VERIFIER.verify(PAYOUT), GENESIS, NOW)));
    return account.apply(only(account.debit(TRANSFER, VERIFIER.verify(TRANSFER), GENESIS, NOW)));
  }

  private static MarginAccount credited(
      MarginAccount account, VaultId vault, long sequence, Asset asset, long units) {
    return account.apply(
        only(account.credit(vault, sequence, 0, asset, units, deposited(sequence), NOW)));
  }

  private static MarginAccount arrived() {
    MarginAccount empty = MarginAccount.empty(TO);
    return empty.apply(
        only(
            empty.creditTransfer(
                id(TRANSFER), FROM, 1, USDC, 50, new TreeMap<>(Map.of(101L, 50L)), NOW)));
  }

  private static Flows flows(
      long credited, long posted, long held, long uncredited, long unposted) {
    return new Flows(credited, posted, new TreeMap<>(Map.of(A, held)), uncredited, unposted);
  }

  private static Conservation usdc(List<MarginAccount> accounts, Flows flows) {
    return Conservation.of(USDC, accounts, flows);
  }

  @Test
  void addsEverySideUp() {
    // 15 more are on the chain and not credited; the 30 are paid and not posted
    Conservation sum = usdc(List.of(sender()), flows(200, 0, 185, 15, 30));

    assertEquals(
        new Conservation(
            USDC, 120, 120, 50, 30, 200, 0, new TreeMap<>(Map.of(A, 185L)), 15, 30),
        sum);
    assertEquals(200, sum.owed());
    assertEquals(200, sum.booked());
    assertEquals(200, sum.kept());
    assertTrue(sum.holds());
    assertTrue(sum.covered());
  }

  @Test
  void countsATransferOnceWhileBothAccountsKnowOfIt() {
    Conservation sum = usdc(List.of(sender(), arrived()), flows(200, 0, 200, 0, 0));
    assertEquals(170, sum.balances());
    assertEquals(0, sum.inTransit());
    assertEquals(200, sum.owed());
    MarginAccount untouched = MarginAccount.empty(TO);
    assertEquals(50, usdc(List.of(sender(), untouched), flows(200, 0, 200, 0, 0)).inTransit());
  }

  @Test
  void keepsAssetsApart() {
    Conservation sum =
        Conservation.of(ETH, List.of(sender(), arrived()), flows(9, 0, 9, 0, 0));
    assertEquals(9, sum.owed());
    assertEquals(0, sum.inTransit());
    assertEquals(0, sum.pending());
    assertTrue(sum.holds());
  }

  @Test
  void failsWhenAnySideDiffers() {
    List<MarginAccount> accounts = List.of(sender());
    assertTrue(usdc(accounts, flows(230, 30, 200, 0, 0)).holds());
    assertFalse(usdc(accounts, flows(231, 30, 200, 0, 0)).holds());
    assertFalse(usdc(accounts, flows(230, 30, 201, 0, 0)).holds());
    assertFalse(usdc(accounts, flows(230, 30, 200, 1, 0)).holds());
    assertFalse(usdc(accounts, flows(231, 30, 201, 0, 0)).holds());
  }

  @Test
  void isCoveredWhileTheVaultsCanPayEverybody() {
    List<MarginAccount> accounts = List.of(sender());
    assertTrue(usdc(accounts, flows(200, 0, 200, 0, 0)).covered());
    assertFalse(usdc(accounts, flows(200, 0, 199, 0, 0)).covered());
    assertTrue(usdc(accounts, flows(200, 0, 170, 0, 30)).covered());
    assertFalse(usdc(accounts, flows(200, 0, 169, 0, 30)).covered());
  }

  @Test
  void saysEveryTerm() {
    assertEquals(
        "USDC: balances 120 + in transit 50 + pending 30 = 200; credited 230 - posted 30 = 200;"
            + " vaults 185 - uncredited 15 + unposted 30 = 200",
        usdc(List.of(sender()), flows(230, 30, 185, 15, 30)).toString());
  }

  @Test
  void refusesAnAccountTwiceAndSumsThatDoNotFit() {
    assertThrows(
        IllegalStateException.class,
        () -> usdc(List.of(sender(), sender()), flows(0, 0, 0, 0, 0)));
    assertThrows(
        ArithmeticException.class,
        () -> usdc(List.of(), flows(Long.MAX_VALUE, -1, 0, 0, 0)).booked());
  }
}
