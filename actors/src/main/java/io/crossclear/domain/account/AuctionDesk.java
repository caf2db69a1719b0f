package io.crossclear.domain.account;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.ClearingEvent.AuctionEnded;
import io.crossclear.domain.account.ClearingEvent.AuctionStarted;
import io.crossclear.domain.account.ClearingEvent.BidReleased;
import io.crossclear.domain.account.ClearingEvent.BidReserved;
import io.crossclear.domain.account.ClearingEvent.SliceCommitted;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.SliceTaken;
import io.crossclear.domain.account.Trading.Auction;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.account.Trading.HeldBid;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * An account's decisions in auctions, on either side. The account in auction fixes each slice
 * exactly; any other posting takes the offer away. A bidder sets his money aside before anything
 * leaves the other account, so the payer always posts first.
 *
 * @param market the pool of the account
 */
public record AuctionDesk(MarginAccount account, Market market) {

  /** The auction's id, which bids name. */
  public static String auction(AccountId account, long number) {
    return account.hex() + "/" + number;
  }

  /** One slice of an auction. */
  public static String key(AccountId account, long number, long round) {
    return auction(account, number) + "/" + round;
  }

  /**
   * Opens an auction: of the kind LIQUIDATION when equity &lt; maintenance even with every price
   * that is not fresh taken in the account's favour and what it has set aside for slices counted,
   * and then in place of a CURE; of the kind CURE when something is owed or borrowed.
   */
  public Decision<AccountEvent, AccountRejection> start(AuctionKind kind, Marks marks, long now) {
    if (account.trading().liquidating()
        || account.trading().auction().filter(open -> open.kind() == kind).isPresent()) {
      return Decision.alreadyDone();
    }
    return guarded(
        () -> {
          List<AccountEvent> events = new PoolDesk(account, market).accrual(marks, now);
          MarginAccount current = PoolDesk.after(account, events);
          boolean needed =
              switch (kind) {
                case LIQUIDATION -> whole(current, marks).breached();
                case CURE ->
                    current.trading().unsettled() < 0 || current.balance(market.settlement()) < 0;
              };
          if (!needed) {
            return Decision.reject(AccountRejection.NOTHING_TO_AUCTION);
          }
          long number = account.trading().auctions() + 1;
          events.add(new AuctionStarted(number, kind, marks, account.at(now)));
          return Decision.accept(events);
        });
  }

  /** Closes an auction; a liquidation only when the account is above its maintenance margin. */
  public Decision<AccountEvent, AccountRejection> end(long number, Marks marks, long now) {
    Optional<Auction> open = open(number);
    if (open.isEmpty()) {
      return number <= account.trading().auctions()
          ? Decision.alreadyDone()
          : Decision.reject(AccountRejection.UNKNOWN_AUCTION);
    }
    return guarded(
        () -> {
          MarginResult margin = margin(account, marks);
          boolean breached = margin.breached() || margin.equity() < 0;
          return open.get().kind() == AuctionKind.LIQUIDATION && breached
              ? Decision.reject(AccountRejection.INSUFFICIENT_MARGIN)
              : Decision.accept(new AuctionEnded(number, marks, account.at(now)));
        });
  }

  /**
   * Fixes the slice of a round.
   *
   * @param round above every round so far, or the newest one while its slice is on offer
   * @param kind INSOLVENT only when what is left is worth at most the bounty: maintenance margin ·
   *     bounty
   * @param discountPpm price as a part of the value; of no meaning for INSOLVENT
   * @param portionPpm part of the fraction; of meaning for SOLVENT only
   */
  public Decision<AccountEvent, AccountRejection> reserveSlice(
      long number,
      long round,
      Slice.Kind kind,
      int discountPpm,
      int portionPpm,
      Marks marks,
      long now) {
    Optional<Auction> open = open(number);
    if (open.isEmpty() || (open.get().kind() == AuctionKind.CURE) != (kind == Slice.Kind.CURE)) {
      return Decision.reject(AccountRejection.UNKNOWN_AUCTION);
    }
    if (round == open.get().round() && open.get().slice().isPresent()) {
      return Decision.alreadyDone();
    }
    if (round <= open.get().round()) {
      return Decision.reject(AccountRejection.SLICE_CHANGED);
    }
    return guarded(
        () -> {
          List<AccountEvent> events = new PoolDesk(account, market).accrual(marks, now);
          MarginAccount current = PoolDesk.after(account, events);
          Optional<Slice> slice = slice(current, kind, discountPpm, portionPpm, marks);
          if (slice.isEmpty()) {
            return Decision.reject(AccountRejection.NOTHING_TO_AUCTION);
          }
          events.add(
              new SliceReserved(
                  number, round, discountPpm, portionPpm, marks, slice.get(), account.at(now)));
          return Decision.accept(events);
        });
  }

  private Optional<Slice> slice(
      MarginAccount current, Slice.Kind kind, int discountPpm, int portionPpm, Marks marks) {
    Exposure holdings = current.holdings(market.settlement());
    return switch (kind) {
      case CURE -> Slice.cure(holdings, marks, market, discountPpm);
      case SOLVENT ->
          Slice.solvent(
              holdings,
              StandardMargin.INSTANCE.margin(holdings, marks, market, Valuation.LIQUIDATION),
              marks,
              market,
              discountPpm,
              portionPpm);
      case INSOLVENT -> {
        long bounty = bountyDown(margin(current, marks), market);
        Slice all = Slice.insolvent(holdings, marks, market);
        yield all.value() < 0 || all.value() > bounty ? Optional.empty() : Optional.of(all);
      }
    };
  }

  /** What the fund gives at most for taking an insolvent account: ⌊maintenance · bounty⌋. */
  public static long bountyDown(MarginResult margin, Market market) {
    return Exact.mulDivDown(margin.maintenance(), market.rules().bountyPpm(), Instrument.PPM);
  }

  /**
   * Lets the offered slice go; refused when the account has changed since. A refusal lasts, and a
   * copy is answered also when the auction is over.
   */
  public Decision<AccountEvent, AccountRejection> takeSlice(long number, long round, long now) {
    if (round <= account.trading().sold().getOrDefault(number, 0L)) {
      return Decision.alreadyDone();
    }
    Optional<Auction> open = open(number);
    if (open.isEmpty()) {
      return Decision.reject(AccountRejection.UNKNOWN_AUCTION);
    }
    return open.get().round() == round && open.get().slice().isPresent()
        ? Decision.accept(new SliceTaken(number, round, account.at(now)))
        : Decision.reject(AccountRejection.SLICE_CHANGED);
  }

  /**
   * Sets aside what a slice costs. Afterwards the cash is at least 0 and, with the slice taken
   * over, the margin is admitted with losses and without gains. Done means that the money is aside:
   * a bid that was released or delivered is used up and refused.
   *
   * @param from the account in auction
   * @param slice as that account fixed it
   */
  public Decision<AccountEvent, AccountRejection> bid(
      SignedAction<UserAction.Bid> signed,
      Verified verified,
      AccountId from,
      long number,
      long round,
      Slice slice,
      Marks marks,
      long now) {
    String key = key(from, number, round);
    HeldBid held = account.trading().bids().get(key);
    UserAction.Bid action = signed.action();
    if (held != null && held.bid().equals(verified.digest())) {
      return Decision.alreadyDone();
    }
    if (held != null) {
      return Decision.reject(AccountRejection.AUCTION_OPEN);
    }
    Optional<AccountRejection> refusal =
        account.refusal(
            action, verified, action.portionPpm(), action.nonce(), action.deadline(), now);
    if (refusal.isPresent()) {
      return Decision.reject(refusal.get());
    }
    if (from.equals(account.id())) {
      return Decision.reject(AccountRejection.SAME_ACCOUNT);
    }
    if (account.trading().liquidating()) {
      return Decision.reject(AccountRejection.LIQUIDATING);
    }
    if (!action.auction().equals(auction(from, number)) || from.pool() != account.id().pool()) {
      return Decision.reject(AccountRejection.UNKNOWN_AUCTION);
    }
    if (slice.pay() > action.maxPay()) {
      return Decision.reject(AccountRejection.PAY_ABOVE_MAXIMUM);
    }
    if (slice.seq() < action.minPriceSeq()) {
      return Decision.reject(AccountRejection.PRICES_TOO_OLD);
    }
    return guarded(
        () -> {
          List<AccountEvent> events = new PoolDesk(account, market).accrual(marks, now);
          MarginAccount current = PoolDesk.after(account, events);
          long aside = Math.max(0, slice.bidderPays());
          if (aside > current.balance(market.settlement())) {
            return Decision.reject(AccountRejection.INSUFFICIENT_BALANCE);
          }
          BidReserved event =
              new BidReserved(verified.digest(), signed, key, slice, aside, marks, account.at(now));
          MarginAccount taken =
              current
                  .apply(event)
                  .apply(new SliceCommitted(key, values(slice, marks), account.at(now)));
          MarginResult margin =
              StandardMargin.INSTANCE.margin(
                  taken.exposure(market.settlement()), marks, market, Valuation.ADMISSION);
          if (margin.cash() < 0 || !margin.admitsWithdrawal()) {
            return Decision.reject(AccountRejection.INSUFFICIENT_MARGIN);
          }
          events.add(event);
          return Decision.accept(events);
        });
  }

  /** Gives back what was set aside. */
  public Decision<AccountEvent, AccountRejection> releaseBid(String key, long now) {
    return account.trading().bids().containsKey(key)
        ? Decision.accept(new BidReleased(key, account.at(now)))
        : Decision.alreadyDone();
  }

  /** Takes the slice over that left the other account. Never refused once it is paid. */
  public Decision<AccountEvent, AccountRejection> commitSlice(String key, Marks marks, long now) {
    HeldBid held = account.trading().bids().get(key);
    return held == null
        ? Decision.alreadyDone()
        : Decision.accept(new SliceCommitted(key, values(held.slice(), marks), account.at(now)));
  }

  private SortedMap<String, Long> values(Slice slice, Marks marks) {
    TreeMap<String, Long> values = new TreeMap<>();
    slice
        .parts()
        .forEach(
            (symbol, part) ->
                values.put(
                    symbol,
                    marks.mark(symbol).map(mark -> worth(symbol, part, mark)).orElse(part.cost())));
    return values;
  }

  /** What the part is worth, or its cost when that does not fit: it only ranks holders. */
  private long worth(String symbol, Position part, Mark mark) {
    try {
      return market.held(symbol).valueDown(part.lots(), mark.star());
    } catch (ArithmeticException e) {
      return part.cost();
    }
  }

  private Optional<Auction> open(long number) {
    return account.trading().auction().filter(auction -> auction.number() == number);
  }

  /**
   * The margin with what is set aside for slices: it comes back, or it has bought something worth
   * no less. Who bids is not liquidated while he waits for an answer.
   */
  private MarginResult whole(MarginAccount current, Marks marks) {
    Exposure risk = current.exposure(market.settlement());
    long cash = risk.cash();
    for (HeldBid bid : current.trading().bids().values()) {
      cash = Math.addExact(cash, bid.aside());
    }
    return StandardMargin.INSTANCE.margin(
        new Exposure(cash, risk.unsettled(), risk.collateral(), risk.positions(), risk.legs()),
        marks,
        market,
        Valuation.LIQUIDATION);
  }

  private MarginResult margin(MarginAccount current, Marks marks) {
    return StandardMargin.INSTANCE.margin(
        current.exposure(market.settlement()), marks, market, Valuation.LIQUIDATION);
  }

  /** A decision that is refused when a number does not fit or a price is missing. */
  private static Decision<AccountEvent, AccountRejection> guarded(
      Supplier<Decision<AccountEvent, AccountRejection>> decision) {
    try {
      return decision.get();
    } catch (IllegalStateException e) {
      return Decision.reject(AccountRejection.PRICES_MISSING);
    } catch (ArithmeticException e) {
      return Decision.reject(AccountRejection.OVERFLOW);
    }
  }
}
