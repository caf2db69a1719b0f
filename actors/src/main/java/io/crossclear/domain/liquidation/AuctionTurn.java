package io.crossclear.domain.liquidation;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading.Auction;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.margin.StandardMargin;
import java.util.Optional;

/** What an open auction does at one price set. */
public sealed interface AuctionTurn {

  /** Nothing yet. */
  record Wait() implements AuctionTurn {}

  /** Ask the account to close it. */
  record End() implements AuctionTurn {}

  /** Ask the pool to share the loss. */
  record Share() implements AuctionTurn {}

  /** Ask the pool to pay what the account lacks; {@code round} is above every round so far. */
  record Cover(long round) implements AuctionTurn {}

  /** Ask the account for a slice; {@code round} is above every round so far. */
  record Offer(long round, Slice.Kind kind, int discountPpm, int portionPpm)
      implements AuctionTurn {}

  /**
   * The turn at these prices. A liquidation ends once the account is above its maintenance margin.
   * A cure ends once nothing is owed or borrowed, or when nobody wants the collateral at the floor.
   * An account worth something is sold in parts; one worth nothing goes as a whole, once the fund
   * has paid what it lacks.
   *
   * @param account in auction, as it is now
   */
  static AuctionTurn of(
      LiquidationAuction auction, MarginAccount account, Marks marks, Market market, long now) {
    var opened = auction.opened().orElseThrow();
    Optional<Auction> open =
        account.trading().auction().filter(one -> one.number() == opened.number());
    if (open.isEmpty()) {
      return opened.number() <= account.trading().auctions() ? new End() : new Wait();
    }
    boolean exhausted = auction.exhausted(market.rules(), marks.seq());
    Optional<LiquidationAuction.Waiting> due = auction.due(marks.seq());
    return switch (opened.kind()) {
      case CURE -> {
        boolean missing =
            account.trading().unsettled() < 0 || account.balance(market.settlement()) < 0;
        yield !missing || exhausted
            ? new End()
            : due.map(bid -> offer(auction, open.get(), bid, Slice.Kind.CURE, marks, market))
                .orElseGet(Wait::new);
      }
      case LIQUIDATION -> {
        if (well(account, opened.number(), marks, market, now)) {
          yield new End();
        }
        if (exhausted || due.isEmpty()) {
          yield exhausted ? new Share() : new Wait();
        }
        yield sale(auction, account, open.get(), due.get(), marks, market);
      }
    };
  }

  private static boolean well(
      MarginAccount account, long number, Marks marks, Market market, long now) {
    return !(new AuctionDesk(account, market).end(number, marks, now)
        instanceof Decision.Reject<?, ?>);
  }

  private static AuctionTurn sale(
      LiquidationAuction auction,
      MarginAccount account,
      Auction open,
      LiquidationAuction.Waiting bid,
      Marks marks,
      Market market) {
    try {
      MarginResult margin =
          StandardMargin.INSTANCE.margin(
              account.exposure(market.settlement()), marks, market, Valuation.LIQUIDATION);
      long bounty = AuctionDesk.bountyDown(margin, market);
      // what the fund has put in stays within the bounty: the account is still worth nothing
      if (auction.funded() && margin.equity() >= 0 && margin.equity() <= bounty) {
        return offer(auction, open, bid, Slice.Kind.INSOLVENT, marks, market);
      }
      return margin.equity() > 0
          ? offer(auction, open, bid, Slice.Kind.SOLVENT, marks, market)
          : new Cover(round(auction, open));
    } catch (IllegalStateException | ArithmeticException e) {
      return new Wait();
    }
  }

  private static AuctionTurn offer(
      LiquidationAuction auction,
      Auction open,
      LiquidationAuction.Waiting bid,
      Slice.Kind kind,
      Marks marks,
      Market market) {
    return new Offer(
        round(auction, open),
        kind,
        auction.discountPpm(market.rules(), marks.seq()),
        bid.bid().action().portionPpm());
  }

  private static long round(LiquidationAuction auction, Auction open) {
    return Math.max(auction.round(), open.round()) + 1;
  }
}
