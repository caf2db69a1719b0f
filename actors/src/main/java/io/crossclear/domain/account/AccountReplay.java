package io.crossclear.domain.account;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountEvent.ActionRefused;
import io.crossclear.domain.account.AccountEvent.Credited;
import io.crossclear.domain.account.AccountEvent.TransferConfirmed;
import io.crossclear.domain.account.AccountEvent.TransferCredited;
import io.crossclear.domain.account.AccountEvent.TransferDebited;
import io.crossclear.domain.account.AccountEvent.WithdrawalPosted;
import io.crossclear.domain.account.AccountEvent.WithdrawalReserved;
import io.crossclear.domain.account.AccountEvent.WithdrawalVoided;
import io.crossclear.domain.account.ClearingEvent.AuctionEnded;
import io.crossclear.domain.account.ClearingEvent.AuctionStarted;
import io.crossclear.domain.account.ClearingEvent.BidReleased;
import io.crossclear.domain.account.ClearingEvent.BidReserved;
import io.crossclear.domain.account.ClearingEvent.InterestAccrued;
import io.crossclear.domain.account.ClearingEvent.LegsCommitted;
import io.crossclear.domain.account.ClearingEvent.LegsReleased;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.MarginChecked;
import io.crossclear.domain.account.ClearingEvent.OrderCancelled;
import io.crossclear.domain.account.ClearingEvent.OrdersCancelledBelow;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.ClearingEvent.SliceCommitted;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Hash;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Executes an account's journal again, trusting nothing in it but prices: every event must be what
 * the same decision comes to from the state before it, its signature its owner's, and what came
 * from outside must be there. A decision that charges interest or looks at prices writes that down
 * as an event of its own first; each is judged by itself, and the one after it must then be all
 * that is left of the decision, so that neither can be left out.
 */
public record AccountReplay(Genesis genesis, ActionVerifier verifier, Evidence evidence) {

  /** Port: what the one who replays has seen with his own eyes. */
  public interface Evidence {

    /** Whether a final block of the vault holds exactly this deposit. */
    boolean deposited(AccountId account, Credited event);

    /** Whether the other account's journal, replayed the same way, let exactly these units go. */
    boolean debited(AccountId account, TransferCredited event);

    /** Whether a final block of the vault that pays holds the batch that this payout names. */
    boolean paid(MarginAccount.Reservation reservation, WithdrawalPosted event);

    /**
     * Fills that the batch's journal novated, of this account and others; empty while nothing is
     * decided, or when the journal does not hold exactly these legs of the account.
     */
    Optional<List<Integer>> novated(AccountId account, Hash batch, Trading.Batch reserved);

    /**
     * Whether the pool's journal asked for this step, and it comes to exactly this.
     *
     * @param account before the step
     */
    boolean asked(MarginAccount account, PoolStep event);

    /** Whether the pool's journal let its interest index grow to exactly this. */
    boolean indexed(AccountId account, long index);

    /** Whether the account in auction, replayed the same way, offered exactly this slice. */
    boolean sliceOffered(SliceKey key, Slice slice);

    /** Whether a bidder, replayed the same way, has set aside what exactly this slice costs. */
    boolean sliceBought(SliceKey key, Slice slice);

    /** Whether the account in auction, replayed the same way, let the slice go to this bidder. */
    boolean sliceTaken(AccountId bidder, SliceKey key, Slice slice);

    /** Whether the account in auction never let the slice go to this bidder, and never will. */
    boolean sliceKept(AccountId bidder, SliceKey key, Slice slice);
  }

  /** The account after the event, or empty when the event cannot be true. */
  public Optional<MarginAccount> step(MarginAccount account, AccountEvent event) {
    try {
      return event.time() >= account.time() && right(account, event)
          ? Optional.of(account.apply(event))
          : Optional.empty();
    } catch (ArithmeticException | IllegalStateException | IllegalArgumentException impossible) {
      return Optional.empty();
    }
  }

  private boolean right(MarginAccount account, AccountEvent event) {
    return switch (event) {
      case Credited e ->
          evidence.deposited(account.id(), e)
              && is(
                  account.credit(
                      e.vault(),
                      e.sequence(),
                      account.depositMarks().getOrDefault(e.vault(), 0L),
                      e.asset(),
                      e.units(),
                      e.evidence(),
                      e.time()),
                  e);
      case WithdrawalReserved e ->
          is(account.reserve(e.signed(), verifier.verify(e.signed()), genesis, e.time()), e);
      case WithdrawalVoided e ->
          is(account.voidWithdrawal(e.id(), e.importsRestored(), e.time()), e);
      case WithdrawalPosted e ->
          Optional.ofNullable(account.withdrawals().get(e.id()))
                  .filter(reservation -> evidence.paid(reservation, e))
                  .isPresent()
              && is(account.post(e.id(), e.evidence(), e.time()), e);
      case ActionRefused e -> is(account.refuse(e.id(), e.reason(), e.deadline(), e.time()), e);
      case TransferDebited e ->
          is(account.debit(e.signed(), verifier.verify(e.signed()), genesis, e.time()), e);
      case TransferConfirmed e -> is(account.confirm(e.id(), e.time()), e);
      case TransferCredited e ->
          evidence.debited(account.id(), e)
              && is(
                  account.creditTransfer(
                      e.id(), e.from(), e.sequence(), e.asset(), e.units(), e.imports(), e.time()),
                  e);
      case ClearingEvent e ->
          genesis
              .market(account.id().pool())
              .filter(market -> right(account, market, e))
              .isPresent();
    };
  }

  private boolean right(MarginAccount account, Market market, ClearingEvent event) {
    AccountId id = account.id();
    OrderDesk orders = new OrderDesk(account, market);
    AuctionDesk auctions = new AuctionDesk(account, market);
    return switch (event) {
      case MarginChecked e ->
          !account.exposure(market.settlement()).flat()
              && new PoolDesk(account, market).accrual(e.marks(), e.time()).isEmpty();
      case InterestAccrued e ->
          evidence.indexed(id, e.index()) && e.equals(interest(account, market, e));
      case LegsReserved e -> reserved(orders, e);
      case LegsReleased e ->
          novated(account, e.batch(), List.of()) && is(orders.release(e.batch(), e.time()), e);
      case LegsCommitted e ->
          novated(account, e.batch(), e.fills())
              && is(orders.commit(e.batch(), e.fills(), e.time()), e);
      case OrderCancelled e ->
          is(orders.cancel(e.signed(), verifier.verify(e.signed()), e.time()), e);
      case OrdersCancelledBelow e ->
          is(orders.cancelBelow(e.signed(), verifier.verify(e.signed()), e.time()), e);
      case PoolStep e ->
          e.step() == account.trading().step().number() + 1 && evidence.asked(account, e);
      case AuctionStarted e -> is(auctions.start(e.kind(), e.marks(), e.time()), e);
      case AuctionEnded e -> is(auctions.end(e.number(), e.marks(), e.time()), e);
      case SliceReserved e ->
          is(
              auctions.reserveSlice(
                  e.number(),
                  e.round(),
                  e.slice().kind(),
                  e.discountPpm(),
                  e.portionPpm(),
                  e.marks(),
                  e.time()),
              e);
      case SliceTaken e ->
          is(auctions.takeSlice(e.number(), e.round(), e.time()), e)
              && account
                  .trading()
                  .auction()
                  .flatMap(Trading.Auction::slice)
                  .filter(
                      slice -> evidence.sliceBought(new SliceKey(id, e.number(), e.round()), slice))
                  .isPresent();
      case BidReserved e ->
          SliceKey.of(e.key())
              .filter(key -> is(bid(auctions, key, e), e))
              .filter(key -> evidence.sliceOffered(key, e.slice()))
              .isPresent();
      case BidReleased e ->
          held(account, e.key())
              .filter(slice -> is(auctions.releaseBid(e.key(), e.time()), e))
              .filter(slice -> evidence.sliceKept(id, SliceKey.of(e.key()).orElseThrow(), slice))
              .isPresent();
      case SliceCommitted e ->
          // the values rank the positions and move nothing
          held(account, e.key())
              .filter(slice -> slice.parts().keySet().equals(e.values().keySet()))
              .filter(slice -> evidence.sliceTaken(id, SliceKey.of(e.key()).orElseThrow(), slice))
              .isPresent();
    };
  }

  /** i = ⌈|cash| · (index − last index) / 10^9⌉ of a loan; without one the index alone moves on. */
  private static InterestAccrued interest(
      MarginAccount account, Market market, InterestAccrued event) {
    long debt = Math.max(0, Math.negateExact(account.balance(market.settlement())));
    long grown = Math.subtractExact(event.index(), account.trading().interestIndex());
    if (grown <= 0) {
      throw new IllegalStateException("the index did not grow");
    }
    long interest = Exact.mulDivUp(debt, grown, InterestCurve.INDEX_SCALE);
    return new InterestAccrued(
        event.index(), new Amount(market.settlement(), interest), event.time());
  }

  /** Every leg again, each after the ones before it; what was refused moves nothing. */
  private boolean reserved(OrderDesk desk, LegsReserved event) {
    List<OrderDesk.Request> requests =
        event.legs().stream()
            .map(
                leg ->
                    new OrderDesk.Request(
                        leg.fill(),
                        leg.signed(),
                        verifier.verify(leg.signed()),
                        Math.absExact(leg.terms().lots()),
                        leg.price()))
            .toList();
    long fills = event.legs().stream().map(Leg::fill).distinct().count();
    LegsReserved taken =
        new LegsReserved(
            event.batch(),
            event.venue(),
            event.number(),
            event.deadline(),
            event.marks(),
            event.legs(),
            Collections.emptySortedMap(),
            event.time());
    return fills == event.legs().size()
        && event.legs().stream().noneMatch(leg -> event.refused().containsKey(leg.fill()))
        && is(
            desk.reserve(
                event.batch(),
                event.venue(),
                event.number(),
                event.deadline(),
                requests,
                event.marks(),
                event.time()),
            taken);
  }

  /** Whether of the account's legs those with these fills happened, and no others. */
  private boolean novated(MarginAccount account, Hash batch, List<Integer> fills) {
    Trading.Batch reserved = account.trading().legs().get(batch);
    return reserved != null
        && evidence
            .novated(account.id(), batch, reserved)
            .map(happened -> booked(reserved, happened))
            .equals(Optional.of(booked(reserved, fills)));
  }

  private static List<Leg> booked(Trading.Batch reserved, List<Integer> fills) {
    return reserved.legs().stream().filter(leg -> fills.contains(leg.fill())).toList();
  }

  private static Optional<Slice> held(MarginAccount account, String key) {
    return Optional.ofNullable(account.trading().bids().get(key)).map(Trading.HeldBid::slice);
  }

  private Decision<AccountEvent, AccountRejection> bid(
      AuctionDesk desk, SliceKey key, BidReserved event) {
    return desk.bid(
        event.signed(),
        verifier.verify(event.signed()),
        key.account(),
        key.number(),
        key.round(),
        event.slice(),
        event.marks(),
        event.time());
  }

  private static boolean is(Decision<AccountEvent, AccountRejection> decision, AccountEvent event) {
    return decision.equals(Decision.accept(List.of(event)));
  }
}
