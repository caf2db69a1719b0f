package io.crossclear.domain.settlement;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.all;
import static io.crossclear.testing.TestNetwork.config;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.token;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.VaultBook.Cursor;
import io.crossclear.domain.settlement.VaultBook.RawDeposit;
import io.crossclear.domain.settlement.VaultBook.RawSettlement;
import io.crossclear.domain.settlement.VaultEvent.BlocksRead;
import io.crossclear.domain.settlement.VaultEvent.Deposit;
import io.crossclear.domain.settlement.VaultEvent.DepositsCredited;
import io.crossclear.domain.settlement.VaultEvent.HaltReason;
import io.crossclear.domain.settlement.VaultEvent.Halted;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What final blocks say, and what they cannot say. */
final class VaultBookReadTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final VaultBook EMPTY = VaultBook.empty(config(A));
  private static final Cursor TEN = new Cursor(10, word(10), 1_700_000_000L);
  private static final Cursor TWENTY = new Cursor(20, word(20), 1_700_000_100L);

  /** Deposits one after another as the vault chains them, put together by hand. */
  private static final class Vault {
    final List<RawDeposit> deposits = new ArrayList<>();
    private Hash accumulator = Hash.ZERO;

    Vault deposit(Address token, Hash account, BigInteger units) {
      long sequence = deposits.size() + 1;
      String leaf =
          String.format("%016x", sequence)
              + token.hex().substring(2)
              + account.hex().substring(2)
              + String.format("%032x", units);
      Hash leafHash = KECCAK.hash(Hex.decode("0x" + leaf));
      accumulator = KECCAK.hash(Hex.decode(accumulator.hex() + leafHash.hex().substring(2)));
      deposits.add(
          new RawDeposit(sequence, token, account, units, accumulator, deposited(sequence)));
      return this;
    }

    Vault deposit(Asset asset, AccountId account, long units) {
      return deposit(token(A, asset), account.word(), BigInteger.valueOf(units));
    }
  }

  private static Decision<VaultEvent, VaultRejection> read(
      VaultBook book, Hash cursorHash, Cursor through, List<RawDeposit> deposits) {
    return book.read(cursorHash, through, deposits, List.of(), GENESIS, KECCAK, NOW);
  }

  private static void assertHalts(
      HaltReason reason, Decision<VaultEvent, VaultRejection> decision) {
    assertEquals(reason, assertInstanceOf(Halted.class, only(decision)).reason());
  }

  @Nested
  class Deposits {
    @Test
    void areReadInTheirOrderWithTheNumberOfTheOneBefore() {
      Vault vault =
          new Vault()
              .deposit(USDC, account(1, 1, 0), 100)
              .deposit(ETH, account(2, 1, 0), 7)
              .deposit(USDC, account(1, 1, 0), 50);

      BlocksRead event = (BlocksRead) only(read(EMPTY, word(99), TEN, vault.deposits));

      assertEquals(10, event.throughBlock());
      assertEquals(
          List.of(
              deposit(vault, 1, account(1, 1, 0), 0, USDC, 100),
              deposit(vault, 2, account(2, 1, 0), 0, ETH, 7),
              deposit(vault, 3, account(1, 1, 0), 1, USDC, 50)),
          event.deposits());
      VaultBook after = EMPTY.apply(event);
      assertEquals(TEN, after.cursor());
      assertEquals(3, after.depositSequence());
      assertEquals(vault.deposits.getLast().accumulator(), after.accumulator());
      assertEquals(Optional.of(3L), after.depositMarks().get(account(1, 1, 0)));
      assertEquals(List.of(1L, 2L, 3L), List.copyOf(after.uncredited().keySet()));
      assertEquals(NOW, after.time());
      assertEquals(List.of(), after.pending());
    }

    private static Deposit deposit(
        Vault vault, int sequence, AccountId account, long previous, Asset asset, long units) {
      RawDeposit raw = vault.deposits.get(sequence - 1);
      return new Deposit(
          sequence,
          raw.account(),
          account,
          previous,
          asset,
          units,
          raw.accumulator(),
          raw.evidence());
    }

    /** The first vector of the contract's own library, by another implementation of Keccak. */
    @Test
    void areChainedAsTheContractDoes() {
      Hash account = new Hash("0x" + "11".repeat(20) + "00000001" + "0000000000000007");
      Vault vault =
          new Vault().deposit(new Address("0x" + "44".repeat(20)), account, BigInteger.valueOf(77));
      assertEquals(
          new Hash("0xfbc4b7ab06d1a674ae07b88994993bbdbffdd714421d4fe60b891ad83539af21"),
          vault.deposits.getFirst().accumulator());
    }

    @Test
    void continueWhereTheBookStands() {
      Vault vault = new Vault().deposit(USDC, account(1, 1, 0), 100);
      VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits)));
      vault.deposit(USDC, account(1, 1, 0), 5);

      BlocksRead event =
          (BlocksRead) only(read(book, word(10), TWENTY, vault.deposits.subList(1, 2)));

      assertEquals(1, event.deposits().getFirst().previousSequence());
      assertEquals(2, book.apply(event).depositSequence());
    }

    @Test
    void forWhatNoPoolAcceptsGoToTheOwnersUnassignedAccount() {
      Vault vault =
          new Vault()
              .deposit(ETH, account(1, 2, 3), 1)
              .deposit(USDC, account(1, 9, 3), 1)
              .deposit(USDC, account(1, 0, 3), 1)
              .deposit(USDC, account(1, 2, 3), 1);
      BlocksRead event = (BlocksRead) only(read(EMPTY, word(0), TEN, vault.deposits));
      assertEquals(
          List.of(account(1, 0, 0), account(1, 0, 0), account(1, 0, 3), account(1, 2, 3)),
          event.deposits().stream().map(Deposit::account).toList());
      assertEquals(
          List.of(0L, 1L, 0L, 0L),
          event.deposits().stream().map(Deposit::previousSequence).toList());
    }

    @Test
    void mayBeAsLargeAsTheLargestCap() {
      BigInteger most = BigInteger.ONE.shiftLeft(62);
      Vault vault = new Vault().deposit(token(A, USDC), account(1, 1, 0).word(), most);
      BlocksRead event = (BlocksRead) only(read(EMPTY, word(0), TEN, vault.deposits));
      assertEquals(1L << 62, event.deposits().getFirst().units());
      Vault more =
          new Vault().deposit(token(A, USDC), account(1, 1, 0).word(), most.add(BigInteger.ONE));
      assertHalts(HaltReason.FOREIGN_DEPOSIT, read(EMPTY, word(0), TEN, more.deposits));
    }

    @Test
    void areNotedAsCreditedOnce() {
      Vault vault =
          new Vault().deposit(USDC, account(1, 1, 0), 1).deposit(USDC, account(2, 1, 0), 2);
      VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits)));

      VaultEvent event = only(book.credited(List.of(2L, 2L, 9L), NOW));

      assertEquals(new DepositsCredited(List.of(2L), NOW), event);
      VaultBook after = book.apply(event);
      assertEquals(List.of(1L), List.copyOf(after.uncredited().keySet()));
      assertEquals(Decision.alreadyDone(), after.credited(List.of(2L), NOW));
      assertEquals(Decision.alreadyDone(), after.credited(List.of(), NOW));
    }
  }

  @Nested
  class Halts {
    private final Vault vault =
        new Vault().deposit(USDC, account(1, 1, 0), 100).deposit(USDC, account(1, 1, 0), 50);

    @Test
    void whenAFinalBlockChanged() {
      VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits)));
      assertHalts(HaltReason.FINALITY_VIOLATED, read(book, word(11), TWENTY, List.of()));
      assertEquals(Decision.alreadyDone(), read(book, word(10), TWENTY, List.of()));
    }

    @Test
    void whenADepositIsMissing() {
      assertHalts(HaltReason.DEPOSIT_GAP, read(EMPTY, word(0), TEN, vault.deposits.subList(1, 2)));
      assertHalts(
          HaltReason.DEPOSIT_GAP,
          read(EMPTY, word(0), TEN, List.of(vault.deposits.getFirst(), vault.deposits.getFirst())));
    }

    @Test
    void whenATokenOrAnAmountCannotBe() {
      Hash account = account(1, 1, 0).word();
      for (Vault foreign :
          List.of(
              new Vault().deposit(address(0xb1), account, BigInteger.ONE),
              new Vault().deposit(token(A, USDC), account, BigInteger.ZERO))) {
        assertHalts(HaltReason.FOREIGN_DEPOSIT, read(EMPTY, word(0), TEN, foreign.deposits));
      }
    }

    @Test
    void whenTheHashChainDoesNotAddUp() {
      RawDeposit honest = vault.deposits.getFirst();
      List<RawDeposit> lies =
          List.of(
              new RawDeposit(
                  1,
                  honest.token(),
                  honest.account(),
                  BigInteger.TWO,
                  honest.accumulator(),
                  honest.evidence()),
              new RawDeposit(
                  1,
                  token(A, ETH),
                  honest.account(),
                  honest.units(),
                  honest.accumulator(),
                  honest.evidence()),
              new RawDeposit(
                  1,
                  honest.token(),
                  word(5),
                  honest.units(),
                  honest.accumulator(),
                  honest.evidence()));
      for (RawDeposit lie : lies) {
        assertHalts(HaltReason.ACCUMULATOR_MISMATCH, read(EMPTY, word(0), TEN, List.of(lie)));
      }
    }

    @Test
    void whenTheVaultExecutedWhatNobodyProposed() {
      var foreign = new RawSettlement(1, word(5), 9, word(6), word(7));
      assertHalts(
          HaltReason.FOREIGN_SETTLEMENT,
          EMPTY.read(word(0), TEN, List.of(), List.of(foreign), GENESIS, KECCAK, NOW));
    }

    @Test
    void forGoodAndSaysSo() {
      VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits.subList(1, 2))));
      assertEquals(Optional.of(HaltReason.DEPOSIT_GAP), book.halted());
      assertEquals(0, book.depositSequence());
      assertEquals(EMPTY.cursor(), book.cursor());
      assertEquals(
          Decision.reject(VaultRejection.HALTED), read(book, word(0), TEN, vault.deposits));
      TreasuryReport report = ((VaultEvent.TreasuryReported) only(book.report(NOW))).report();
      assertEquals(true, report.halted());
      assertEquals(Decision.alreadyDone(), book.propose(config(A), KECCAK, NOW));
    }
  }

  @Nested
  class Quiet {
    @Test
    void blocksAreNotWrittenDownBefore256OfThem() {
      VaultBook book = EMPTY;
      Cursor before = new Cursor(255, word(255), 5);
      Cursor at = new Cursor(256, word(256), 6);
      assertEquals(Decision.alreadyDone(), read(book, word(0), before, List.of()));
      BlocksRead event = (BlocksRead) only(read(book, word(0), at, List.of()));
      assertEquals(at, book.apply(event).cursor());
      assertEquals(List.of(), event.deposits());
    }

    @Test
    void blocksAreCountedFromTheCursor() {
      VaultBook book =
          EMPTY.apply(only(read(EMPTY, word(0), new Cursor(256, word(256), 6), List.of())));
      assertEquals(
          Decision.alreadyDone(), read(book, word(256), new Cursor(511, word(1), 7), List.of()));
      assertEquals(1, all(read(book, word(256), new Cursor(512, word(1), 7), List.of())).size());
    }

    @Test
    void oldBlocksAreDone() {
      Vault vault = new Vault().deposit(USDC, account(1, 1, 0), 100);
      VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits)));
      assertEquals(Decision.alreadyDone(), read(book, word(77), TEN, vault.deposits));
    }

    @Test
    void timeNeverGoesBack() {
      Vault vault = new Vault().deposit(USDC, account(1, 1, 0), 100);
      VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits)));
      assertEquals(NOW, only(book.credited(List.of(1L), NOW - 5000)).time());
    }
  }

  @Nested
  class Compare {
    private final Vault vault = new Vault().deposit(USDC, account(1, 1, 0), 100);
    private final VaultBook book = EMPTY.apply(only(read(EMPTY, word(0), TEN, vault.deposits)));
    private final Hash chain = vault.deposits.getLast().accumulator();

    @Test
    void agreesWithTheVaultsOwnView() {
      assertEquals(Optional.empty(), book.compare(1, chain, 0, NOW));
    }

    @Test
    void haltsWhenTheyDiffer() {
      assertEquals(
          Optional.of(HaltReason.ACCUMULATOR_MISMATCH),
          book.compare(2, chain, 0, NOW).map(Halted::reason));
      assertEquals(
          Optional.of(HaltReason.ACCUMULATOR_MISMATCH),
          book.compare(1, word(1), 0, NOW).map(Halted::reason));
      assertEquals(
          Optional.of(HaltReason.FOREIGN_SETTLEMENT),
          book.compare(1, chain, 1, NOW).map(Halted::reason));
      assertEquals(NOW, book.compare(1, chain, 1, NOW - 5).orElseThrow().time());
    }
  }

  @Test
  void startsBeforeTheBlockOfTheVaultsCreation() {
    assertEquals(new Cursor(0, Hash.ZERO, 0), VaultBook.empty(config(A)).cursor());
    assertEquals(true, EMPTY.idle());
    assertEquals(
        1,
        all(read(EMPTY, word(5), TEN, new Vault().deposit(USDC, account(1, 1, 0), 1).deposits))
            .size());
  }
}
