package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.liquidation.Waterfall;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.variation.CycleEvent;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A {@link LedgerWorld} whose pool runs as its actor would run it: facts are written in groups,
 * steps and answers travel, and views are older than what they lead to.
 */
final class PoolWorld {

  /** A round of an auction that the fund was asked for. */
  record Round(long auction, long round) {}

  private record Reply(AccountId account, long number, Answer answer, long unsettled) {}

  final LedgerWorld world;
  final Map<AccountId, Round> covering = new HashMap<>();
  Optional<AccountId> payee = Optional.empty();
  private final List<Reply> replies = new ArrayList<>();
  private TreeMap<AccountId, MarginAccount> views = new TreeMap<>();
  private Waterfall viewedAt = Waterfall.EMPTY;

  PoolWorld(long seed) {
    world = new LedgerWorld(seed, EnumSet.noneOf(Mutant.class));
  }

  private List<PoolRow> rows() {
    return world.accounts.values().stream()
        .map(account -> new PoolRow(account.id(), account.exposure(USDC), world.loan(account.id())))
        .toList();
  }

  void persist(List<PoolFact> facts) {
    if (facts.isEmpty()) {
      return;
    }
    boolean before = world.whole.waterfall().open();
    boolean during = world.whole.cycle().open();
    for (PoolFact fact : facts) {
      switch (fact) {
        case PoolEvent event -> {
          if (event instanceof PoolEvent.WaterfallOpened opened) {
            world.defaulter = Optional.of(opened.defaulter());
          }
          world.book(event);
          if (event instanceof PoolEvent.SettlementClosed closed) {
            world.live.remove(closed.instrument());
          }
          if (event instanceof PoolEvent.WoundUp) {
            world.reached.merge("WoundUp", 1, Integer::sum);
          }
        }
        default -> {
          world.fold(fact);
          String name = fact.getClass().getSimpleName();
          if (fact instanceof CycleEvent.Finished) {
            name = "Finished cycle";
          } else if (fact instanceof WaterfallEvent.Finished) {
            name = "Finished waterfall";
          } else if (fact instanceof WaterfallEvent.LossCovered covered && covered.equity() > 0) {
            name = "Waterfall without loss";
          }
          world.reached.merge(name, 1, Integer::sum);
        }
      }
    }
    if (!before && during && world.whole.waterfall().open()) {
      world.reached.merge("Waterfall during a cycle", 1, Integer::sum);
    }
    if (before && !world.whole.waterfall().open()) {
      AccountId was = world.defaulter.orElseThrow();
      world.watched = false;
      world.defaulter = Optional.empty();
      world.watch();
      ended(was);
    }
  }

  private boolean take(Decision<PoolFact, PoolRejection> decision) {
    switch (decision) {
      case Decision.Accept<PoolFact, PoolRejection>(var facts) -> {
        persist(facts);
        return true;
      }
      case Decision.AlreadyDone<PoolFact, PoolRejection> done -> {}
      case Decision.Reject<PoolFact, PoolRejection>(var reason) ->
          world.reached.merge("pool refused " + reason, 1, Integer::sum);
    }
    return false;
  }

  // ---------- one thing of the pool, at random

  void step() {
    world.tick(world.random.nextInt(1, 60_000));
    switch (world.random.nextInt(8)) {
      case 0 -> persist(world.whole.tick(rows(), Optional.of(world.marks()), MARKET, world.now));
      case 1, 2 -> persist(world.whole.next(MARKET, world.now));
      case 3, 4 -> deliver();
      case 5, 6 -> answer();
      default -> look();
    }
  }

  /** One open step reaches its account, perhaps not for the first time. */
  private void deliver() {
    List<ClearingPool.OpenStep> open = world.whole.steps();
    if (open.isEmpty()) {
      return;
    }
    ClearingPool.OpenStep step = open.get(world.random.nextInt(open.size()));
    AccountId id = step.account();
    Marks marks = step.marks().orElseGet(world::marks);
    switch (world.decide(id, step.number(), step.ask(), marks)) {
      case Decision.Accept<AccountEvent, AccountRejection>(var events) -> {
        // a final price and a levy change what an account is worth
        world.watched = false;
        world.post(id, events);
        world.watch();
      }
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done ->
          world.reached.merge("step twice", 1, Integer::sum);
      case Decision.Reject<AccountEvent, AccountRejection>(var reason) -> {
        world.reached.merge("step refused " + reason, 1, Integer::sum);
        return;
      }
    }
    Trading.Step newest = world.at(id).trading().step();
    if (world.random.nextInt(5) == 0) {
      world.reached.merge("answer lost", 1, Integer::sum);
      return;
    }
    Reply reply =
        new Reply(
            id,
            newest.number(),
            new Answer(newest.units(), newest.lots(), newest.collateral(), world.loan(id)),
            world.at(id).trading().unsettled());
    replies.add(reply);
    if (world.random.nextInt(5) == 0) {
      world.reached.merge("answer twice", 1, Integer::sum);
      replies.add(reply);
    }
  }

  private void answer() {
    if (!replies.isEmpty()) {
      Reply reply = replies.remove(world.random.nextInt(replies.size()));
      take(
          world.whole.stepped(
              reply.account(), reply.number(), reply.answer(), reply.unsettled(), world.now));
    }
  }

  /** Views are asked for, and come a while later. */
  private void look() {
    if (views.isEmpty()) {
      world.whole.looksAt(rows()).forEach(id -> views.put(id, world.at(id)));
      viewedAt = world.whole.waterfall();
      return;
    }
    if (viewedAt.equals(world.whole.waterfall())) {
      persist(world.whole.looked(views, MARKET, world.now));
    }
    views = new TreeMap<>();
  }

  // ---------- commands

  void shareLoss(AccountId id, long auction) {
    take(world.whole.shareLoss(world.at(id), auction, world.marks(), MARKET, world.now));
  }

  void cover(AccountId id, long auction) {
    Trading.Auction open = world.at(id).trading().auction().orElseThrow();
    long round = open.round() + 1 + world.whole.facts();
    if (take(
        world.whole.coverInsolvent(
            world.at(id), auction, round, world.marks(), MARKET, world.now))) {
      covering.put(id, new Round(auction, round));
    }
  }

  void close(String instrument) {
    take(world.whole.settle(instrument, world.seq, MARKET, world.now));
  }

  void windUp(AccountId to) {
    if (take(world.whole.windUp(to, rows(), MARKET, world.now))) {
      payee = Optional.of(to);
    }
  }

  /** Collateral is sold for loans and what is owed, where the pool asks for it. */
  void cures(List<AccountId> ids) {
    List<AccountId> asked = world.whole.cures(rows(), MARKET);
    for (AccountId id : ids) {
      if (asked.contains(id) && world.at(id).balance(ETH) > 0 && world.cure(id)) {
        world.reached.merge("cured", 1, Integer::sum);
      }
    }
  }

  /** Closes the account's auction if it is well; whether none is open. */
  boolean ended(AccountId id) {
    if (world.at(id).trading().auction().isEmpty()) {
      return true;
    }
    long number = world.at(id).trading().auctions();
    return world.take(
        id, new AuctionDesk(world.at(id), MARKET).end(number, world.marks(), world.now));
  }

  String where() {
    return world.pool.lines()
        + " "
        + world.pool.open()
        + " cycle "
        + world.whole.cycle().stage()
        + " waterfall "
        + world.whole.waterfall().stage()
        + " settled "
        + world.whole.settled()
        + " rows "
        + rows()
        + " reached "
        + world.reached;
  }
}
