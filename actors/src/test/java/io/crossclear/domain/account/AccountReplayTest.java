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
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.account.AccountEvent.ActionRefused;
import io.crossclear.domain.account.AccountEvent.Credited;
import io.crossclear.domain.account.AccountEvent.TransferConfirmed;
import io.crossclear.domain.account.AccountEvent.TransferCredited;
import io.crossclear.domain.account.AccountEvent.TransferDebited;
import io.crossclear.domain.account.AccountEvent.WithdrawalPosted;
import io.crossclear.domain.account.AccountEvent.WithdrawalReserved;
import io.crossclear.domain.account.AccountEvent.WithdrawalVoided;
import io.crossclear.domain.account.ClearingEvent.InterestAccrued;
import io.crossclear.domain.account.ClearingEvent.LegsCommitted;
import io.crossclear.domain.account.ClearingEvent.LegsReleased;
import io.crossclear.domain.account.ClearingEvent.MarginChecked;
import io.crossclear.domain.account.ClearingEvent.OrderCancelled;
import io.crossclear.domain.account.ClearingEvent.OrdersCancelledBelow;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction.Cancel;
import io.crossclear.domain.signing.UserAction.CancelBelow;
import io.crossclear.domain.signing.UserAction.Order;
import io.crossclear.domain.signing.UserAction.Transfer;
import io.crossclear.domain.signing.UserAction.Withdraw;
import io.crossclear.testing.TestMarket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class AccountReplayTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final AccountId ID = account(1, 1, 0);
  private static final MarginAccount EMPTY = MarginAccount.empty(ID);

  /** Believes what it is told to. */
  private record Seen(
      boolean deposited, boolean debited, boolean paid, Optional<List<Integer>> novated)
      implements AccountReplay.Evidence {

    Seen(boolean deposited, boolean debited, boolean paid) {
      this(deposited, debited, paid, Optional.empty());
    }

    @Override
    public boolean deposited(AccountId account, Credited event) {
      return deposited;
    }

    @Override
    public boolean debited(AccountId account, TransferCredited event) {
      return debited;
    }

    @Override
    public boolean paid(MarginAccount.Reservation reservation, WithdrawalPosted event) {
      return paid;
    }

    @Override
    public Optional<List<Integer>> novated(AccountId account, Hash batch, Trading.Batch reserved) {
      return novated;
    }

    @Override
    public boolean asked(MarginAccount account, ClearingEvent.PoolStep event) {
      return false;
    }

    @Override
    public boolean indexed(AccountId account, long index) {
      return false;
    }

    @Override
    public boolean sliceOffered(SliceKey key, Slice slice) {
      return false;
    }

    @Override
    public boolean sliceBought(SliceKey key, Slice slice) {
      return false;
    }

    @Override
    public boolean sliceTaken(AccountId bidder, SliceKey key, Slice slice) {
      return false;
    }

    @Override
    public boolean sliceKept(AccountId bidder, SliceKey key, Slice slice) {
      return false;
    }
  }

  private static final AccountReplay ALL = replay(new Seen(true, true, true));

  private static AccountReplay replay(Seen seen) {
    return new AccountReplay(GENESIS, VERIFIER, seen);
  }

  private static SignedAction<Withdraw> withdraw(int signer, long amount, long nonce) {
    return sign(
        owner(signer),
        new Withdraw(ID.word(), "USDC", amount, A.chainId(), owner(7), nonce, NOW / 1000 + 600));
  }

  private static SignedAction<Transfer> transfer(int signer, long amount, long nonce) {
    return sign(
        owner(signer),
        new Transfer(ID.word(), account(1, 2, 0).word(), "USDC", amount, nonce, NOW / 1000 + 600));
  }

  private static final Credited CREDITED = new Credited(A, 1, USDC, 100, deposited(1), NOW);
  private static final ImportSplit OWN_40 = new ImportSplit(40, 0, new TreeMap<>());

  /** One honest event of every kind, each from the state that the ones before it lead to. */
  private static List<AccountEvent> honest() {
    return List.of(
        CREDITED,
        new WithdrawalReserved(id(withdraw(1, 40, 1)), withdraw(1, 40, 1), OWN_40, NOW),
        new WithdrawalVoided(id(withdraw(1, 40, 1)), true, NOW + 1),
        new WithdrawalReserved(id(withdraw(1, 40, 2)), withdraw(1, 40, 2), OWN_40, NOW + 2),
        new WithdrawalPosted(id(withdraw(1, 40, 2)), paid(1), NOW + 3),
        new TransferDebited(
            id(transfer(1, 10, 3)),
            transfer(1, 10, 3),
            1,
            new TreeMap<>(Map.of(101L, 10L)),
            NOW + 4),
        new TransferConfirmed(id(transfer(1, 10, 3)), NOW + 5),
        new TransferCredited(
            word(9), account(1, 2, 0), 1, USDC, 5, new TreeMap<>(Map.of(101L, 5L)), NOW + 6),
        new ActionRefused(
            word(10), AccountRejection.INSUFFICIENT_BALANCE, NOW / 1000 + 600, NOW + 7));
  }

  @Test
  void followsAnHonestJournalToTheSameState() {
    MarginAccount replayed = EMPTY;
    MarginAccount applied = EMPTY;
    for (AccountEvent event : honest()) {
      replayed = ALL.step(replayed, event).orElseThrow(() -> new AssertionError(event.toString()));
      applied = applied.apply(event);
    }
    assertEquals(applied, replayed);
    assertEquals(55, replayed.balance(USDC));
  }

  @Test
  void takesNoEventTwiceAndNoneOutOfTurn() {
    MarginAccount account = EMPTY;
    for (AccountEvent event : honest()) {
      account = ALL.step(account, event).orElseThrow();
      assertEquals(Optional.empty(), ALL.step(account, event), "twice: " + event);
    }
    for (AccountEvent event : new ArrayList<>(honest()).subList(1, 7)) {
      assertEquals(Optional.empty(), ALL.step(EMPTY, event), "too early: " + event);
    }
  }

  @Nested
  class OfTrades {
    private final MarginAccount rich =
        EMPTY.apply(new Credited(A, 1, USDC, 10_000_000_000L, deposited(1), NOW));
    private final SignedAction<Order> order =
        sign(
            owner(1),
            new Order(
                ID.word(),
                Address.ZERO,
                TestMarket.BTC_PERP,
                true,
                1_000,
                10_000 * TestMarket.E8,
                1_000_000,
                false,
                5,
                NOW / 1000 + 600));
    private final MarginAccount reserved =
        rich.apply(
            only(
                new OrderDesk(rich, TestMarket.MARKET)
                    .reserve(
                        word(1),
                        owner(9),
                        1,
                        NOW / 1000 + 60,
                        List.of(
                            new OrderDesk.Request(
                                3, order, VERIFIER.verify(order), 1_000, 10_000 * TestMarket.E8)),
                        TestMarket.marks(1, 10_000, 2_000),
                        NOW)));

    /** A batch that novated these fills, or none. */
    private AccountReplay novated(Optional<List<Integer>> fills) {
      return new AccountReplay(TestMarket.GENESIS, VERIFIER, new Seen(true, true, true, fills));
    }

    private void takes(AccountReplay replay, MarginAccount account, AccountEvent event) {
      assertEquals(Optional.of(account.apply(event)), replay.step(account, event));
    }

    private void refuses(AccountReplay replay, MarginAccount account, AccountEvent event) {
      assertEquals(Optional.empty(), replay.step(account, event), event.toString());
    }

    @Test
    void legsAreBookedOnlyAsTheirBatchDecided() {
      LegsCommitted all = new LegsCommitted(word(1), List.of(3), NOW);
      LegsCommitted none = new LegsCommitted(word(1), List.of(), NOW);
      takes(novated(Optional.of(List.of(2, 3))), reserved, all);
      takes(novated(Optional.of(List.of(2))), reserved, none);
      refuses(novated(Optional.of(List.of(2, 3))), reserved, none);
      refuses(novated(Optional.of(List.of(2))), reserved, all);
      refuses(novated(Optional.empty()), reserved, all);
      refuses(novated(Optional.empty()), reserved, none);
      refuses(novated(Optional.of(List.of(3))), rich, all);
    }

    @Test
    void legsAreReleasedOnlyWhenNoneOfThemHappened() {
      LegsReleased released = new LegsReleased(word(1), NOW);
      takes(novated(Optional.of(List.of(2))), reserved, released);
      refuses(novated(Optional.of(List.of(3))), reserved, released);
      refuses(novated(Optional.empty()), reserved, released);
    }

    @Test
    void ordersAreTakenBackOnlyByTheirOwner() {
      AccountReplay replay = novated(Optional.empty());
      for (int signer : new int[] {1, 2}) {
        var cancel = sign(owner(signer), new Cancel(ID.word(), 5));
        var below = sign(owner(signer), new CancelBelow(ID.word(), 5));
        OrderCancelled one = new OrderCancelled(cancel, Long.MAX_VALUE, NOW);
        OrdersCancelledBelow many = new OrdersCancelledBelow(below, NOW);
        if (signer == 1) {
          takes(replay, rich, one);
          takes(replay, rich, many);
        } else {
          refuses(replay, rich, one);
          refuses(replay, rich, many);
        }
      }
    }

    @Test
    void pricesAreLookedAtOnlyWhenTheyMatterAndInterestIsCharged() {
      AccountReplay replay = novated(Optional.empty());
      refuses(replay, rich, new MarginChecked(TestMarket.marks(1, 10_000, 2_000), NOW));
      takes(replay, reserved, new MarginChecked(TestMarket.marks(1, 10_000, 2_000), NOW));
      refuses(replay, rich, new InterestAccrued(7, new Amount(USDC, 0), NOW));
    }

    @Test
    void nothingHappensInAPoolThatClearsNothing() {
      LegsCommitted all = new LegsCommitted(word(1), List.of(3), NOW);
      AccountReplay other =
          new AccountReplay(GENESIS, VERIFIER, new Seen(true, true, true, Optional.of(List.of(3))));
      refuses(other, reserved, all);
    }
  }

  @Nested
  class Refuses {
    private final MarginAccount funded = EMPTY.apply(CREDITED);

    private void refuses(AccountReplay replay, MarginAccount account, AccountEvent event) {
      assertEquals(Optional.empty(), replay.step(account, event), event.toString());
    }

    @Test
    void aDepositThatNobodySaw() {
      refuses(replay(new Seen(false, true, true)), EMPTY, CREDITED);
    }

    @Test
    void aTransferThatNobodyLetGo() {
      refuses(
          replay(new Seen(true, false, true)),
          EMPTY,
          new TransferCredited(word(9), account(1, 2, 0), 1, USDC, 5, new TreeMap<>(), NOW));
    }

    @Test
    void aPayoutThatNobodySaw() {
      var signed = withdraw(1, 40, 1);
      MarginAccount reserved =
          funded.apply(new WithdrawalReserved(id(signed), signed, OWN_40, NOW));
      WithdrawalPosted posted = new WithdrawalPosted(id(signed), paid(1), NOW);
      refuses(replay(new Seen(true, true, false)), reserved, posted);
      assertEquals(Optional.of(reserved.apply(posted)), ALL.step(reserved, posted));
    }

    @Test
    void aSignatureThatIsNotTheOwners() {
      var forged = withdraw(2, 40, 1);
      refuses(ALL, funded, new WithdrawalReserved(id(forged), forged, OWN_40, NOW));
      var stolen = transfer(2, 10, 1);
      refuses(
          ALL,
          funded,
          new TransferDebited(id(stolen), stolen, 1, new TreeMap<>(Map.of(101L, 10L)), NOW));
    }

    @Test
    void anotherIdSplitOrNumberThanTheDecisionComesTo() {
      var signed = withdraw(1, 40, 1);
      ImportSplit free = new ImportSplit(0, 40, new TreeMap<>());
      refuses(ALL, funded, new WithdrawalReserved(word(1), signed, OWN_40, NOW));
      refuses(ALL, funded, new WithdrawalReserved(id(signed), signed, free, NOW));
      var moved = transfer(1, 10, 1);
      refuses(
          ALL,
          funded,
          new TransferDebited(id(moved), moved, 2, new TreeMap<>(Map.of(101L, 10L)), NOW));
      refuses(ALL, funded, new TransferDebited(id(moved), moved, 1, new TreeMap<>(), NOW));
    }

    @Test
    void aStepBackInTime() {
      refuses(ALL, funded, new Credited(A, 2, USDC, 1, deposited(2), NOW - 1));
    }
  }
}
