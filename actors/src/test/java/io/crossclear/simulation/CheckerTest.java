package io.crossclear.simulation;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.C;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.token;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.ledger.TreasuryEvent.Granted;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.settlement.TreasuryReport;
import io.crossclear.domain.settlement.TreasuryReport.GrantRequest;
import io.crossclear.domain.settlement.Withdrawal.Stage;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.testing.StubSignatures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker is worth something only if it turns red: each test breaks the network in one way. */
final class CheckerTest {

  private static final AccountId RICH = account(1, 1, 0);
  private static final AccountId OTHER = account(2, 2, 1);

  private final Simulation simulation = Simulation.calm();
  private final Network network = simulation.network;

  @BeforeEach
  void isGreenBefore() {
    assertDoesNotThrow(network.checker::check);
  }

  private void assertRed(String what) {
    AssertionError error = assertThrows(AssertionError.class, network.checker::check);
    assertTrue(String.valueOf(error.getMessage()).contains(what), error.toString());
  }

  private void append(AccountId id, AccountEvent event) {
    network.account(id).append(event);
  }

  private void append(TreasuryEvent event) {
    network.treasury.append(event);
  }

  private UserAction.Withdraw payout(AccountId account, long units, long chain, long nonce) {
    return new UserAction.Withdraw(
        account.word(), "USDC", units, chain, owner(9), nonce, simulation.now() / 1000 + 3_600);
  }

  private Stage stage(Hash id) {
    return network.book(A).withdrawals().get(id).orElseThrow().stage();
  }

  @Test
  void aDepositCreditedTwiceIsSeen() {
    AccountEvent again = network.account(RICH).events().getFirst();
    append(RICH, again);
    assertRed("I1");
    assertThrows(AssertionError.class, () -> network.checker.seen(again));
  }

  /**
   * A16: a mark without its chain takes the later deposit and calls the earlier one a duplicate.
   */
  @Test
  void aDepositLostToOneThatOvertookItIsSeen() {
    network.chain(A).deposit(USDC, RICH.word(), 10);
    network.chain(A).deposit(USDC, RICH.word(), 7);
    network.chain(A).mine(simulation.now() / 1000, new Random(1), 1);
    network.checker.check();
    var later = new AccountEvent.Credited(A, 4, USDC, 7, deposited(4), simulation.now());
    append(RICH, later);
    assertDoesNotThrow(() -> network.checker.seen(later));
    // the money of deposit 3 is in the vault and can never be credited
    var decision =
        network.account(RICH).state().credit(A, 3, 2, USDC, 10, deposited(3), simulation.now());
    assertTrue(decision instanceof io.crossclear.domain.Decision.AlreadyDone, decision.toString());
    assertThrows(AssertionError.class, simulation::settle);
  }

  @Test
  void aTransferThatArrivesTwiceIsSeen() {
    var action =
        new UserAction.Transfer(
            RICH.word(), account(1, 2, 0).word(), "USDC", 50, 1, simulation.now() / 1000 + 600);
    simulation.ask(action, 1);
    simulation.until(() -> network.accounts.containsKey(account(1, 2, 0)));
    AccountEvent arrived = network.account(account(1, 2, 0)).events().getFirst();
    append(account(1, 2, 0), arrived);
    assertRed("I1");
    assertThrows(AssertionError.class, () -> network.checker.seen(arrived));
  }

  @Test
  void unitsOutOfNothingAreSeen() {
    append(RICH, new AccountEvent.TransferCredited(word(1), OTHER, 1, USDC, 5, new TreeMap<>(), 1));
    assertRed("I1");
  }

  @Test
  void anImportThatStaysBehindIsSeen() {
    var signed = io.crossclear.testing.TestNetwork.sign(owner(1), payout(RICH, 100, 101, 1));
    Hash id = simulation.digest(payout(RICH, 100, 101, 1), 1);
    // sets units aside as if they had no colour
    append(
        RICH,
        new AccountEvent.WithdrawalReserved(
            id, signed, new ImportSplit(0, 100, new TreeMap<>()), simulation.now()));
    assertRed("imports");
  }

  /** A01: a grant that does not use the export limit. */
  @Test
  void anExportThatIsNotCountedIsSeen() {
    Hash id = reserved(payout(RICH, 1_200, 101, 1));
    append(booked(A, id, new ImportSplit(700, 0, new TreeMap<>(Map.of(102L, 500L))), 0, 1_000));
    assertRed("A01");
  }

  /** A01: a grant that uses more of the limit than there is. */
  @Test
  void anExportBeyondTheLimitIsSeen() {
    Hash id = reserved(payout(RICH, 2_100, 101, 1));
    TreasuryEvent event =
        booked(
            A,
            id,
            new ImportSplit(700, 0, new TreeMap<>(Map.of(102L, 700L, 103L, 700L))),
            1_400,
            0);
    AssertionError error = assertThrows(AssertionError.class, () -> network.checker.seen(event));
    assertTrue(String.valueOf(error.getMessage()).contains("export limit"), error.toString());
  }

  /** The account has the units set aside; the treasury has not answered. */
  private Hash reserved(UserAction.Withdraw action) {
    simulation.ask(action, 1);
    Hash id = simulation.digest(action, 1);
    simulation.until(() -> stage(id) == Stage.RESERVED);
    return id;
  }

  private TreasuryEvent booked(
      io.crossclear.domain.genesis.VaultId vault,
      Hash id,
      ImportSplit split,
      long export,
      long level) {
    Treasury treasury = network.treasury.state();
    long number =
        Optional.ofNullable(treasury.marks().get(vault)).map(Treasury.Mark::number).orElse(0L) + 1;
    TreasuryReport report =
        new TreasuryReport(
            network.book(vault).depositSequence(),
            new TreeMap<>(),
            List.of(new GrantRequest(id, USDC, split)),
            List.of(),
            List.of(),
            false);
    return new TreasuryEvent.ReportBooked(
        vault,
        number,
        report,
        List.of(new Granted(id, export, level, simulation.now())),
        new TreeMap<>(),
        simulation.now());
  }

  @Test
  void aReleaseOfWhatCanStillBePaidIsSeen() {
    UserAction.Withdraw action = payout(RICH, 100, 101, 1);
    simulation.ask(action, 1);
    Hash id = simulation.digest(action, 1);
    simulation.until(() -> stage(id) == Stage.IN_BATCH);
    network.checker.check();
    Treasury treasury = network.treasury.state();
    long number = Optional.ofNullable(treasury.marks().get(A)).orElseThrow().number() + 1;
    append(
        new TreasuryEvent.ReportBooked(
            A,
            number,
            new TreasuryReport(
                network.book(A).depositSequence(),
                new TreeMap<>(),
                List.of(),
                List.of(id),
                List.of(),
                false),
            List.of(),
            new TreeMap<>(),
            simulation.now()));
    assertRed("imports");
  }

  @Test
  void aPayoutWithoutAGrantIsSeen() {
    Hash id = reserved(payout(RICH, 100, 101, 1));
    network
        .bookOf(A)
        .append(
            new io.crossclear.domain.settlement.VaultEvent.TreasuryReported(
                network.book(A).reports() + 1,
                new TreasuryReport(2, new TreeMap<>(), List.of(), List.of(), List.of(), false),
                simulation.now()));
    network
        .bookOf(A)
        .append(
            new io.crossclear.domain.settlement.VaultEvent.TreasuryAnswered(
                network.book(A).reports(), List.of(id), new TreeMap<>(), simulation.now()));
    assertRed("without a grant");
  }

  /**
   * A04: attesters who sign the same withdrawal under the next nonce while the first batch lives.
   */
  @Test
  void aWithdrawalPaidInTwoBatchesIsSeen() {
    UserAction.Withdraw action = payout(RICH, 100, 101, 1);
    simulation.ask(action, 1);
    Hash id = simulation.digest(action, 1);
    simulation.until(() -> stage(id) == Stage.IN_BATCH);
    for (long nonce = 1; nonce <= 2; nonce++) {
      SettlementBatch batch =
          new SettlementBatch(
              A,
              1,
              nonce,
              token(A, USDC),
              List.of(new SettlementBatch.Entry(id, owner(9), 100)),
              simulation.now() / 1000 + 900);
      network.chain(A).submit(batch, quorum(batch.digest(KECCAK)));
    }
    network.chain(A).mine(simulation.now() / 1000, new Random(1), 1);
    assertRed("paid twice");
  }

  private static TreeMap<Address, Signature> quorum(Hash digest) {
    TreeMap<Address, Signature> signatures = new TreeMap<>();
    GENESIS
        .vault(A)
        .orElseThrow()
        .attesters()
        .forEach(attester -> signatures.put(attester, StubSignatures.sign(attester, digest)));
    return signatures;
  }

  /** A21: units that come back although the vault has paid. */
  @Test
  void aPayoutThatIsReturnedTooIsSeen() {
    UserAction.Withdraw action = payout(RICH, 100, 101, 1);
    simulation.ask(action, 1);
    Hash id = simulation.digest(action, 1);
    simulation.until(
        () -> network.book(A).batch().filter(b -> !b.signatures().isEmpty()).isPresent());
    simulation.until(
        () -> {
          network.chain(A).mine(simulation.now() / 1000, new Random(1), 1);
          return !network.chain(A).payments().isEmpty();
        });
    network.checker.check();
    var voided = new AccountEvent.WithdrawalVoided(id, false, simulation.now());
    append(RICH, voided);
    network.checker.seen(voided);
    assertRed("paid and returned");
  }

  @Test
  void aPayoutThatIsPostedWithoutBeingPaidIsSeen() {
    Hash id = reserved(payout(RICH, 100, 101, 1));
    var posted =
        new AccountEvent.WithdrawalPosted(
            id, io.crossclear.testing.TestNetwork.paid(1), simulation.now());
    append(RICH, posted);
    assertThrows(AssertionError.class, () -> network.checker.seen(posted));
    assertRed("I1");
  }

  /** A batch that fewer attesters signed than the threshold moves nothing. */
  @Test
  void twoSignaturesPayNobody() {
    SettlementBatch batch =
        new SettlementBatch(
            A,
            1,
            1,
            token(A, USDC),
            List.of(new SettlementBatch.Entry(word(1), owner(9), 100)),
            simulation.now() / 1000 + 900);
    TreeMap<Address, Signature> two = quorum(batch.digest(KECCAK));
    two.pollFirstEntry();
    two.pollFirstEntry();
    network.chain(A).submit(batch, two);
    network.chain(A).mine(simulation.now() / 1000, new Random(1), 1);
    assertTrue(network.chain(A).payments().isEmpty());
    assertTrue(network.chain(B).payments().isEmpty() && network.chain(C).payments().isEmpty());
  }

  /** Seeds at which a refusal that is answered but not written down leaves units set aside. */
  @Test
  void aRefusalThatIsForgottenStrandsUnits() {
    boolean seen = false;
    for (long seed = 1; seed <= 20 && !seen; seed++) {
      Simulation run = new Simulation(seed);
      run.network.faults.add(Network.Fault.REFUSAL_IS_FORGOTTEN);
      try {
        run.run(700);
      } catch (AssertionError e) {
        seen = String.valueOf(e.getCause()).contains("stranded");
      }
    }
    assertTrue(seen);
  }
}
