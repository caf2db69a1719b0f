package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.MARKET;
import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.deposited;
import static io.crossclear.testing.TestNetwork.only;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.paid;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;

import io.crossclear.domain.Decision;
import io.crossclear.domain.PoolFact;
import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.ClearingEvent.Borrowed;
import io.crossclear.domain.account.ClearingEvent.LegsCommitted;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.ClearingEvent.PoolStep;
import io.crossclear.domain.account.ClearingEvent.SliceReserved;
import io.crossclear.domain.account.ClearingEvent.TornUp;
import io.crossclear.domain.account.ClearingEvent.VariationCollected;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.Leg;
import io.crossclear.domain.account.LossLayer;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.OrderDesk;
import io.crossclear.domain.account.PoolDesk;
import io.crossclear.domain.account.Trading;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Mark;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.ledger.PoolEvent.Answer;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.liquidation.LossPlan;
import io.crossclear.domain.liquidation.TearUpPlan;
import io.crossclear.domain.margin.MarginResult;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.Position;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Amount;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.variation.VariationCycle;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One pool with its accounts and every event of it, one after the other: what the actors would do,
 * without messages. After each event the books are checked. A mutant breaks one rule.
 */
final class LedgerWorld {

  static final Address VENUE = owner(900);
  static final AccountId FUNDER = account(901, 1, 0);
  static final long START = 1_700_000_000_000L;

  /** What is between two entities now. */
  record Transit(long money, long unsettled, Map<String, long[]> lots, Map<Asset, Long> goods) {}

  /** An event of an account, in the order of all events. */
  record Booked(AccountId account, AccountEvent event) {}

  final Random random;
  final Set<Mutant> mutants;
  final LedgerChecks checks;
  final TreeMap<AccountId, MarginAccount> accounts = new TreeMap<>();
  final TreeMap<AccountId, Integer> owners = new TreeMap<>();
  final TreeMap<AccountId, Long> sequences = new TreeMap<>();
  final TreeMap<AccountId, Answer> posted = new TreeMap<>();
  final TreeMap<Asset, Long> vault = new TreeMap<>();
  final TreeMap<String, Long> prices = new TreeMap<>();
  final TreeMap<String, Long> funding = new TreeMap<>();
  final Map<String, Integer> reached = new TreeMap<>();
  final Map<String, Slice> taken = new HashMap<>();
  final List<Object> journal = new ArrayList<>();
  final Map<Hash, FillBatch> cleared = new HashMap<>();
  final TreeMap<String, AccountId> buyers = new TreeMap<>();
  final List<Leg> novated = new ArrayList<>();
  final List<TearUpPlan.Pair> torn = new ArrayList<>();
  final TreeMap<String, long[]> tornPosted = new TreeMap<>();
  Postings postings = Postings.NONE;
  Optional<FillBatch> underWay = Optional.empty();
  long unbookedFees;
  long paidForDefaulter;
  boolean watched = true;
  Optional<AccountId> defaulter = Optional.empty();
  PoolBook pool = PoolBook.EMPTY;
  ClearingPool whole = ClearingPool.EMPTY;
  long seq = 1;
  long now = START;
  long nonce;
  long batches;
  long collateralPrice;
  final Set<String> live = new java.util.TreeSet<>(Set.of(BTC_PERP, ETH_PERP));

  LedgerWorld(long seed, Set<Mutant> mutants) {
    this.random = new Random(seed);
    this.mutants = mutants.isEmpty() ? EnumSet.noneOf(Mutant.class) : EnumSet.copyOf(mutants);
    this.checks = new LedgerChecks(this);
    prices.put(BTC_PERP, 60_000_0000_0003L + random.nextInt(1000));
    prices.put(ETH_PERP, 2_000_0000_0007L + random.nextInt(1000));
    collateralPrice = 2_000_0000_0007L;
    funding.put(BTC_PERP, 0L);
    funding.put(ETH_PERP, 0L);
  }

  boolean is(Mutant mutant) {
    return mutants.contains(mutant);
  }

  // ---------- the outside

  Marks marks() {
    TreeMap<String, Mark> instruments = new TreeMap<>();
    for (String symbol : live) {
      boolean fresh = !whole.closed().containsKey(symbol);
      long price = price(symbol);
      instruments.put(symbol, new Mark(price, of(funding, symbol), fresh, price, price));
    }
    return new Marks(
        seq,
        now,
        pool.index(),
        instruments,
        new TreeMap<>(Map.of(ETH, Mark.fresh(collateralPrice, 0))));
  }

  /** A value that is there. */
  static <K, V> V of(Map<K, V> map, K key) {
    return Optional.ofNullable(map.get(key)).orElseThrow();
  }

  long price(String symbol) {
    return of(prices, symbol);
  }

  /** Certified star price. */
  long star(String symbol) {
    return of(prices, symbol) - of(funding, symbol);
  }

  private Address signer(AccountId id) {
    return owner(of(owners, id));
  }

  private List<Leg> legs(AccountId id, Hash batch) {
    return of(at(id).trading().legs(), batch).legs();
  }

  void tick(long millis) {
    now += millis;
  }

  AccountId open(int number) {
    AccountId id = account(number, 1, 0);
    accounts.put(id, MarginAccount.empty(id));
    owners.put(id, number);
    return id;
  }

  MarginAccount at(AccountId id) {
    return of(accounts, id);
  }

  // ---------- events

  void book(AccountId id, AccountEvent event) {
    journal.add(new Booked(id, event));
    accounts.put(id, at(id).apply(event));
    postings = postings.apply(id, event);
    sequences.merge(id, 1L, Long::sum);
    reached.merge(event.getClass().getSimpleName(), 1, Integer::sum);
    checks.after(event.getClass().getSimpleName());
  }

  /** Books a decision's events; whether it was taken. */
  boolean take(AccountId id, Decision<AccountEvent, AccountRejection> decision) {
    return switch (decision) {
      case Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> events) -> {
        events.forEach(event -> book(id, event));
        yield true;
      }
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done -> false;
      case Decision.Reject<AccountEvent, AccountRejection>(AccountRejection reason) -> {
        reached.merge("refused " + reason, 1, Integer::sum);
        yield false;
      }
    };
  }

  boolean take(Decision<PoolEvent, PoolRejection> decision) {
    return switch (decision) {
      case Decision.Accept<PoolEvent, PoolRejection>(List<PoolEvent> events) -> {
        events.forEach(this::book);
        yield true;
      }
      case Decision.AlreadyDone<PoolEvent, PoolRejection> done -> false;
      case Decision.Reject<PoolEvent, PoolRejection>(PoolRejection reason) -> {
        reached.merge("pool refused " + reason, 1, Integer::sum);
        yield false;
      }
    };
  }

  void book(PoolEvent event) {
    if (event instanceof PoolEvent.StepAnswered answered) {
      posted.remove(answered.account());
    }
    fold(event);
    String name = event.getClass().getSimpleName();
    reached.merge(name, 1, Integer::sum);
    checks.after(name);
  }

  /** A fact of the whole pool; the book is what everybody looks at. */
  void fold(PoolFact fact) {
    journal.add(fact);
    ClearingPool w = whole;
    whole =
        new ClearingPool(
                pool,
                w.cycle(),
                w.cycles(),
                w.cycleTime(),
                w.waterfall(),
                w.covered(),
                w.closed(),
                w.settled(),
                w.windUp(),
                w.facts())
            .apply(fact);
    pool = whole.book();
  }

  /** One step of the pool at one account, from asking to the answer; what it came to. */
  long step(AccountId id, Ask ask) {
    journal.add(marks());
    if (!take(pool.ask(id, ask, now))) {
      return 0;
    }
    return post(id, ask);
  }

  long post(AccountId id, Ask ask) {
    long number = pool.numbers().get(id).orElseThrow();
    post(id, accepted(decide(id, number, ask, marks())));
    Answer answer = of(posted, id);
    take(
        pool.answer(
            id,
            number,
            new Answer(answer.units(), answer.lots(), answer.collateral(), loan(id)),
            now));
    return answer.units();
  }

  /** What the account decides about a step. */
  Decision<AccountEvent, AccountRejection> decide(AccountId id, long number, Ask ask, Marks marks) {
    PoolDesk desk = new PoolDesk(at(id), MARKET);
    return switch (ask) {
      case Ask.Collect a -> desk.collect(number, marks, now);
      case Ask.Lend a ->
          is(Mutant.NO_LENDER_LIMIT)
              ? Decision.accept(
                  new Borrowed(number, new Amount(USDC, a.units()), Math.max(now, at(id).time())))
              : desk.borrow(number, a.units(), marks, now);
      case Ask.Release a -> desk.release(number, a.units(), marks, now);
      case Ask.TearUp a -> desk.tearUp(number, a.instrument(), a.lots(), a.star(), now);
      case Ask.Cover a -> desk.cover(number, a.layer(), a.units(), now);
      case Ask.CoverOwed a -> desk.coverOwed(number, a.layer(), a.units(), now);
      case Ask.Levy a -> desk.levy(number, a.units(), marks, now);
      case Ask.LevyForDebt a -> desk.levy(number, a.units(), marks, now);
      case Ask.Forfeit a -> desk.forfeit(number, a.units(), a.collateral(), now);
      case Ask.Award a -> desk.award(number, a.award(), now);
      case Ask.Pay a -> desk.award(number, new Amount(USDC, a.units()), now);
      case Ask.Settle a -> desk.settle(number, a.instrument(), a.star(), now);
    };
  }

  /** Books a step at the account. */
  void post(AccountId id, List<AccountEvent> events) {
    for (AccountEvent event : events) {
      if (event instanceof PoolStep step) {
        posted.put(id, new Answer(step.units(), step.lots(), step.collateral(), new Loan(0, 0, 0)));
        if (event instanceof TornUp tear) {
          long[] sum = tornPosted.computeIfAbsent(tear.instrument(), s -> new long[2]);
          sum[0] += tear.lots();
          sum[1] += tear.notional();
        }
      }
      book(id, event);
      if (is(Mutant.RESET_COST)
          && event instanceof VariationCollected
          && at(id).trading().unsettled() < 0) {
        accounts.put(id, unsettled(at(id), -at(id).trading().unsettled()));
      }
    }
  }

  private static List<AccountEvent> accepted(Decision<AccountEvent, AccountRejection> decision) {
    if (decision
        instanceof Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> events)) {
      return events;
    }
    throw new AssertionError("a step of the pool was not taken: " + decision);
  }

  Loan loan(AccountId id) {
    return new Loan(
        sequences.getOrDefault(id, 0L),
        Math.max(0, -at(id).balance(USDC)),
        at(id).trading().interest());
  }

  void report(AccountId id) {
    take(pool.report(id, loan(id), now));
  }

  // ---------- money from and to the outside

  void deposit(AccountId id, Asset asset, long units) {
    VaultId through = random.nextBoolean() ? A : B;
    long mark = at(id).depositMarks().getOrDefault(through, 0L);
    watched = false;
    take(id, new PoolDesk(at(id), MARKET).accrue(marks(), now));
    vault.merge(asset, units, Long::sum);
    take(id, at(id).credit(through, mark + 1, mark, asset, units, deposited(mark + 1), now));
    watch();
  }

  void contribute(long units) {
    vault.merge(USDC, units, Long::sum);
    long mark = pool.contributions().getOrDefault(FUNDER, 0L);
    take(pool.contribute(FUNDER, mark + 1, units, now));
  }

  void withdraw(AccountId id, Asset asset, long units) {
    VaultId through = random.nextBoolean() ? A : B;
    var signed =
        sign(
            signer(id),
            new UserAction.Withdraw(
                id.word(),
                asset.symbol(),
                units,
                through.chainId(),
                owner(77),
                ++nonce,
                now / 1000 + 60));
    Decision<AccountEvent, AccountRejection> decision =
        at(id).reserve(signed, VERIFIER.verify(signed), GENESIS, marks(), now);
    if (is(Mutant.WITHDRAW_GAINS)
        && !(decision instanceof Decision.Accept)
        && units <= at(id).balance(asset)) {
      decision = withGains(id, asset, units, signed);
    }
    if (take(id, decision)) {
      checks.withdrawn(id);
      Hash key = VERIFIER.verify(signed).digest();
      if (random.nextInt(4) == 0) {
        take(id, at(id).voidWithdrawal(key, random.nextBoolean(), now));
      } else {
        vault.merge(asset, -units, Long::sum);
        take(id, at(id).post(key, paid(1), now));
      }
    }
  }

  private Decision<AccountEvent, AccountRejection> withGains(
      AccountId id, Asset asset, long units, SignedAction<UserAction.Withdraw> signed) {
    SortedMap<Long, Long> colours = at(id).imports().getOrDefault(asset, new TreeMap<>());
    TreeMap<Long, Long> foreign = new TreeMap<>(colours);
    long own = Math.min(units, colours.getOrDefault(signed.action().toChain(), 0L));
    long uncoloured = at(id).balance(asset) - Exact.sum(colours);
    if (own + uncoloured < units) {
      return Decision.alreadyDone();
    }
    foreign.clear();
    ImportSplit split = new ImportSplit(own, units - own, foreign);
    AccountEvent event =
        new AccountEvent.WithdrawalReserved(
            VERIFIER.verify(signed).digest(), signed, split, Math.max(now, at(id).time()));
    MarginResult margin =
        StandardMargin.INSTANCE.margin(
            at(id).apply(event).exposure(USDC), marks(), MARKET, Valuation.ADMISSION);
    return margin.admitsTrade() ? Decision.accept(event) : Decision.alreadyDone();
  }

  // ---------- trades

  SignedAction<UserAction.Order> order(
      AccountId id, String symbol, boolean buy, long lots, long price) {
    return sign(
        signer(id),
        new UserAction.Order(
            id.word(),
            Address.ZERO,
            symbol,
            buy,
            lots,
            price,
            Long.MAX_VALUE,
            false,
            ++nonce,
            now / 1000 + 600));
  }

  /** A batch of one fill; whether it was novated. */
  boolean fill(AccountId buyer, AccountId seller, String symbol, long lots, long price) {
    Fill fill =
        new Fill(
            1,
            order(buyer, symbol, true, lots, price),
            order(seller, symbol, false, lots, price),
            lots,
            price);
    return batch(List.of(fill)).novated().contains(1);
  }

  /** A batch with all of its events. */
  FillBatch batch(List<Fill> fills) {
    long number = ++batches;
    Hash id = word((int) number);
    Marks marks = marks();
    long deadline = now / 1000 + 60;
    FillBatch batch =
        FillBatch.EMPTY.apply(
            only(
                FillBatch.EMPTY.submit(
                    id, VENUE, number, deadline, fills, VERIFIER, MARKET, marks, now)));
    while (batch.stage() == FillBatch.Stage.RESERVING) {
      AccountId account = batch.waiting().first();
      List<OrderDesk.Request> requests = batch.requests(account, VERIFIER);
      List<AccountEvent> events =
          accepted(
              new OrderDesk(at(account), MARKET)
                  .reserve(id, VENUE, number, deadline, requests, marks, now));
      LegsReserved reserved = (LegsReserved) events.getLast();
      reserved.refused().values().forEach(why -> reached.merge("leg " + why, 1, Integer::sum));
      for (AccountEvent event : events) {
        book(account, tampered(event, requests.getFirst(), id, marks));
      }
      List<Leg> taken = is(Mutant.NO_BAND) ? legs(account, id) : reserved.legs();
      batch = batch.apply(only(batch.taken(account, taken, reserved.refused(), now)));
    }
    batch = batch.apply(only(batch.novate(now)));
    for (AccountId account : batch.waiting()) {
      for (Leg leg : legs(account, id)) {
        if (batch.novated().contains(leg.fill())) {
          novated.add(leg);
        }
      }
    }
    unbookedFees = batch.fees();
    underWay = Optional.of(batch);
    checks.after("Novated");
    while (batch.stage() == FillBatch.Stage.NOVATED) {
      AccountId account = batch.waiting().first();
      commit(id, account, batch.novated());
      batch = batch.apply(only(batch.done(account, now)));
      underWay = Optional.of(batch);
    }
    unbookedFees = 0;
    take(pool.bookFees(VENUE, number, batch.fees(), new TreeMap<>(), now));
    cleared.put(id, batch);
    return batch.apply(only(batch.booked(now)));
  }

  private AccountEvent tampered(
      AccountEvent event, OrderDesk.Request request, Hash batch, Marks marks) {
    if (!(event instanceof LegsReserved reserved)) {
      return event;
    }
    if (is(Mutant.ROUND_SELLER)
        && !reserved.legs().isEmpty()
        && !request.signed().action().buy()
        && random.nextInt(5) == 0) {
      Leg leg = reserved.legs().getFirst();
      OpenLeg terms = leg.terms();
      Leg off =
          new Leg(
              leg.fill(),
              leg.order(),
              leg.signed(),
              leg.price(),
              new OpenLeg(terms.instrument(), terms.lots(), terms.notional() - 1, terms.fee()));
      return new LegsReserved(
          batch,
          VENUE,
          reserved.number(),
          reserved.deadline(),
          marks,
          List.of(off),
          reserved.refused(),
          reserved.time());
    }
    if (is(Mutant.NO_BAND) && reserved.legs().isEmpty()) {
      UserAction.Order order = request.signed().action();
      Instrument instrument = MARKET.held(order.instrument());
      long sign = order.buy() ? 1 : -1;
      long notional =
          instrument.valueDown(request.lots(), request.price() - of(funding, order.instrument()));
      Leg leg =
          new Leg(
              1,
              request.verified().digest(),
              request.signed(),
              request.price(),
              new OpenLeg(order.instrument(), sign * request.lots(), sign * notional, 0));
      return new LegsReserved(
          batch,
          VENUE,
          reserved.number(),
          reserved.deadline(),
          marks,
          List.of(leg),
          new TreeMap<>(),
          reserved.time());
    }
    return event;
  }

  private void commit(Hash batch, AccountId id, List<Integer> fills) {
    List<Leg> legs = legs(id, batch);
    Map<String, Position> before = at(id).trading().positions();
    novated.removeAll(legs);
    List<AccountEvent> events = accepted(new OrderDesk(at(id), MARKET).commit(batch, fills, now));
    book(id, (LegsCommitted) events.getFirst());
    if (is(Mutant.LITERAL_DUST)) {
      for (Leg leg : legs) {
        String symbol = leg.terms().instrument();
        if (!at(id).trading().positions().containsKey(symbol)) {
          long cost = before.getOrDefault(symbol, Position.NONE).cost() + leg.terms().notional();
          accounts.put(id, unsettled(at(id), cost));
          pool = withLines(pool, pool.lines().fund(-cost));
          checks.after("dust");
        }
      }
    }
  }

  private static PoolBook withLines(PoolBook pool, PoolLines lines) {
    return new PoolBook(
        lines,
        pool.loans(),
        pool.numbers(),
        pool.open(),
        pool.contributions(),
        pool.batches(),
        pool.settlements(),
        pool.funding(),
        pool.waterfall(),
        pool.index(),
        pool.indexTime(),
        pool.time());
  }

  static MarginAccount unsettled(MarginAccount a, long delta) {
    Trading t = a.trading();
    Trading next =
        new Trading(
            t.positions(),
            t.unsettled() + delta,
            t.interestIndex(),
            t.interest(),
            t.auction(),
            t.auctions(),
            t.sold(),
            t.legs(),
            t.ended(),
            t.orders(),
            t.cancelled(),
            t.nonceFloor(),
            t.step(),
            t.bids(),
            t.trimmed(),
            t.prices());
    return new MarginAccount(
        a.id(),
        a.balances(),
        a.imports(),
        a.depositMarks(),
        a.withdrawals(),
        a.outgoing(),
        a.outgoingMarks(),
        a.incomingMarks(),
        a.nonces(),
        a.refusals(),
        a.time(),
        next);
  }

  // ---------- prices

  void move(long ppm) {
    watched = false;
    seq++;
    tick(1000);
    for (String symbol : live) {
      prices.put(
          symbol, Math.max(1_0000_0000L, price(symbol) / 1000 * ppm / 1000 + random.nextInt(7)));
    }
    collateralPrice =
        Math.max(1_0000_0000L, collateralPrice / 1000 * ppm / 1000 + random.nextInt(7));
    watch();
  }

  void fund(String symbol, long ppm) {
    watched = false;
    seq++;
    long delta = price(symbol) / 1_000_000 * ppm;
    if (is(Mutant.LAZY_FUNDING)) {
      for (AccountId id : accounts.keySet()) {
        long lots = at(id).trading().positions().getOrDefault(symbol, Position.NONE).lots();
        if (lots != 0) {
          accounts.put(id, unsettled(at(id), -MARKET.held(symbol).valueUp(lots, delta)));
        }
      }
    } else {
      funding.merge(symbol, delta, Long::sum);
    }
    watch();
    checks.after("funding");
  }

  MarginResult margin(AccountId id, Valuation valuation) {
    return StandardMargin.INSTANCE.margin(at(id).exposure(USDC), marks(), MARKET, valuation);
  }

  void watch() {
    watched = false;
    for (AccountId id : List.copyOf(accounts.keySet())) {
      if (!at(id).trading().liquidating() && margin(id, Valuation.LIQUIDATION).breached()) {
        take(id, new AuctionDesk(at(id), MARKET).start(AuctionKind.LIQUIDATION, marks(), now));
      }
    }
    watched = true;
    checks.after("watched");
  }

  // ---------- variation

  void cycle(boolean everybody) {
    take(pool.accrue(MARKET.rules().interest(), now));
    List<AccountId> order = new ArrayList<>(accounts.keySet());
    java.util.Collections.shuffle(order, random);
    if (is(Mutant.RELEASE_FIRST)) {
      for (AccountId id : order) {
        long gain = Math.max(0, at(id).trading().unsettled());
        if (gain > 0) {
          book(
              new PoolEvent.StepAsked(
                  id, pool.numbers().get(id).orElse(0L) + 1, new Ask.Release(gain), now));
          post(id, new Ask.Release(gain));
        }
      }
    }
    List<AccountId> touched =
        order.stream().filter(id -> everybody || random.nextInt(5) > 0).toList();
    VariationCycle cycle = VariationCycle.EMPTY;
    cycle = cycle.apply(only(cycle.start(1, marks(), touched, now)));
    while (cycle.stage() == VariationCycle.Stage.COLLECTING) {
      AccountId id = cycle.waiting().first();
      step(id, new Ask.Collect());
      cycle = cycle.apply(only(cycle.collected(id, at(id).trading().unsettled(), now)));
    }
    while (cycle.stage() == VariationCycle.Stage.LENDING) {
      AccountId id = cycle.waiting().first();
      lend(id, -at(id).trading().unsettled());
      cycle = cycle.apply(only(cycle.borrowed(id, at(id).trading().unsettled(), now)));
    }
    for (AccountId id : cycle.cures()) {
      if (at(id).balance(ETH) > 0) {
        cure(id);
      }
    }
    PoolLines lines = pool.lines();
    cycle =
        cycle.apply(
            only(cycle.share(lines.clearing(), lines.feeUnsettled(), lines.fundUnsettled(), now)));
    while (cycle.stage() == VariationCycle.Stage.RELEASING) {
      AccountId id = cycle.waiting().first();
      long units = step(id, new Ask.Release(of(cycle.shares(), id)));
      cycle = cycle.apply(only(cycle.released(id, units, now)));
    }
    take(pool.releaseLines(cycle.fee(), cycle.fund(), now));
    only(cycle.finish(now));
    watch();
  }

  private void lend(AccountId id, long owed) {
    if (is(Mutant.NO_LENDER_LIMIT)) {
      book(
          new PoolEvent.StepAsked(
              id, pool.numbers().get(id).orElse(0L) + 1, new Ask.Lend(owed), now));
      post(id, new Ask.Lend(owed));
    } else {
      step(id, new Ask.Lend(Math.max(0, Math.min(owed, pool.lines().idle()))));
    }
  }

  // ---------- auctions

  boolean cure(AccountId id) {
    if (at(id).trading().liquidating()) {
      return false;
    }
    // interest can ruin an account that nobody looked at since
    watched = false;
    take(id, new AuctionDesk(at(id), MARKET).start(AuctionKind.CURE, marks(), now));
    if (at(id).trading().auction().isEmpty()) {
      watch();
      return false;
    }
    boolean sold =
        auction(
            id,
            Slice.Kind.CURE,
            new int[] {990_000, 950_000, 800_000}[random.nextInt(3)],
            1_000_000);
    long number = at(id).trading().auctions();
    take(id, new AuctionDesk(at(id), MARKET).end(number, marks(), now));
    if (sold) {
      step(id, new Ask.Collect());
    }
    if (is(Mutant.CURE_NO_WATCH)) {
      watched = true;
      checks.after("cured");
    } else {
      watch();
    }
    return sold;
  }

  /** One slice offered to bidders in a random order until one takes it. */
  boolean auction(AccountId id, Slice.Kind kind, int discountPpm, int portionPpm) {
    Trading.Auction open = at(id).trading().auction().orElseThrow();
    long round = open.round() + 1;
    Marks marks = marks();
    Decision<AccountEvent, AccountRejection> offered =
        new AuctionDesk(at(id), MARKET)
            .reserveSlice(open.number(), round, kind, discountPpm, portionPpm, marks, now);
    if (!take(id, withoutUnsettled(offered))) {
      return false;
    }
    Slice slice = at(id).trading().auction().orElseThrow().slice().orElseThrow();
    String key = AuctionDesk.key(id, open.number(), round);
    List<AccountId> bidders = new ArrayList<>(accounts.keySet());
    java.util.Collections.shuffle(bidders, random);
    for (AccountId bidder : bidders) {
      if (bidder.equals(id)) {
        continue;
      }
      var bid =
          sign(
              signer(bidder),
              new UserAction.Bid(
                  bidder.word(),
                  AuctionDesk.auction(id, open.number()),
                  portionPpm,
                  Long.MAX_VALUE,
                  0,
                  ++nonce,
                  now / 1000 + 60));
      if (!take(
          bidder,
          new AuctionDesk(at(bidder), MARKET)
              .bid(bid, VERIFIER.verify(bid), id, open.number(), round, slice, marks, now))) {
        continue;
      }
      taken.put(key, slice);
      buyers.put(key, bidder);
      if (!take(id, new AuctionDesk(at(id), MARKET).takeSlice(open.number(), round, now))) {
        taken.remove(key);
        take(bidder, new AuctionDesk(at(bidder), MARKET).releaseBid(key, now));
        return false;
      }
      report(id);
      taken.remove(key);
      take(bidder, new AuctionDesk(at(bidder), MARKET).commitSlice(key, marks, now));
      report(bidder);
      reached.merge("slice " + kind, 1, Integer::sum);
      return true;
    }
    return false;
  }

  private Decision<AccountEvent, AccountRejection> withoutUnsettled(
      Decision<AccountEvent, AccountRejection> offered) {
    if (is(Mutant.SLICE_WITHOUT_U)
        && offered
            instanceof Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> events)
        && events.getLast() instanceof SliceReserved e) {
      Slice s = e.slice();
      Slice without =
          new Slice(
              s.kind(),
              s.seq(),
              s.parts(),
              s.collateral(),
              0,
              s.settlement(),
              s.cash(),
              s.pay(),
              s.value());
      List<AccountEvent> next = new ArrayList<>(events);
      next.set(
          next.size() - 1,
          new SliceReserved(
              e.number(),
              e.round(),
              e.discountPpm(),
              e.portionPpm(),
              e.marks(),
              without,
              e.time()));
      return Decision.accept(next);
    }
    return offered;
  }

  void liquidate(AccountId id) {
    if (!at(id).trading().liquidating()) {
      return;
    }
    long number = at(id).trading().auctions();
    take(id, new PoolDesk(at(id), MARKET).accrue(marks(), now));
    report(id);
    if (take(id, new AuctionDesk(at(id), MARKET).end(number, marks(), now))) {
      return;
    }
    MarginResult margin = margin(id, Valuation.LIQUIDATION);
    boolean nobody = random.nextInt(3) == 0;
    if (margin.equity() > 0) {
      int discount = new int[] {950_000, 850_000, 700_000}[random.nextInt(3)];
      int portion = random.nextInt(3) == 0 ? 400_000 : 1_000_000;
      if (!nobody && auction(id, Slice.Kind.SOLVENT, discount, portion)) {
        checks.sold(id, portion);
      } else if (random.nextBoolean()) {
        take(pool.openWaterfall(id, now));
        tearUp(id);
        step(id, new Ask.Collect());
        take(pool.closeWaterfall(id, now));
      }
    } else if (!nobody && insolvent(id, margin)) {
      checks.empty(id);
    } else if (at(id).trading().liquidating() && margin(id, Valuation.LIQUIDATION).equity() <= 0) {
      waterfall(id);
    }
    watch();
    if (at(id).trading().liquidating()) {
      take(id, new AuctionDesk(at(id), MARKET).end(number, marks(), now));
    }
  }

  private boolean insolvent(AccountId id, MarginResult margin) {
    long bounty = Math.min(pool.lines().fund() / 50, AuctionDesk.bountyDown(margin, MARKET));
    long draw = -margin.equity() + bounty;
    if (draw > pool.lines().fund() || draw <= 0) {
      return false;
    }
    step(id, new Ask.Cover(LossLayer.FUND, draw));
    return auction(id, Slice.Kind.INSOLVENT, 0, 1_000_000);
  }

  void tearUp(AccountId id) {
    List<MarginAccount> others =
        accounts.values().stream().filter(a -> !a.id().equals(id)).toList();
    TearUpPlan plan = TearUpPlan.of(at(id), others, marks(), MARKET);
    for (TearUpPlan.Pair pair : plan.pairs()) {
      step(id, new Ask.TearUp(pair.instrument(), pair.lots(), star(pair.instrument())));
      step(pair.holder(), new Ask.TearUp(pair.instrument(), -pair.lots(), star(pair.instrument())));
    }
    tornPosted.clear();
    checks.after("torn up");
  }

  // ---------- waterfall

  void waterfall(AccountId id) {
    defaulter = Optional.of(id);
    take(pool.openWaterfall(id, now));
    reached.merge("waterfall", 1, Integer::sum);
    tearUp(id);
    step(id, new Ask.Collect());
    if (margin(id, Valuation.LIQUIDATION).equity() <= 0) {
      share(id);
    }
    take(pool.closeWaterfall(id, now));
    defaulter = Optional.empty();
  }

  private void share(AccountId id) {
    SortedMap<Asset, Long> unsold = new TreeMap<>();
    if (at(id).balance(ETH) > 0) {
      unsold.put(ETH, at(id).balance(ETH));
    }
    if (!unsold.isEmpty() || at(id).trading().unsettled() > 0) {
      step(id, new Ask.Forfeit(Math.max(0, at(id).trading().unsettled()), unsold));
    }
    long debt = Math.max(0, -at(id).balance(USDC));
    long owed = Math.max(0, -at(id).trading().unsettled());
    if (!is(Mutant.FUND_KEEPS_LENT)) {
      take(pool.recall(debt + owed - pool.lines().fund(), now));
    }
    SortedMap<AccountId, Long> gains = new TreeMap<>();
    for (AccountId other : accounts.keySet()) {
      if (!other.equals(id)) {
        gains.put(other, gain(other));
      }
    }
    PoolLines lines = pool.lines();
    LossPlan.Means means =
        new LossPlan.Means(
            is(Mutant.HAIRCUT_BEFORE_FUND) ? 0 : lines.fund(),
            lines.fundUnsettled(),
            lines.feeUnsettled(),
            lines.clearing());
    LossPlan plan = LossPlan.of(debt, owed, means, gains);
    execute(id, plan, unsold);
    checks.shared(id, plan, lines);
  }

  private void execute(AccountId id, LossPlan plan, SortedMap<Asset, Long> unsold) {
    if (plan.fund() > 0) {
      step(id, new Ask.Cover(LossLayer.FUND, plan.fund()));
      step(id, new Ask.Collect());
    }
    if (plan.claimsForOwed() > 0) {
      step(id, new Ask.CoverOwed(LossLayer.FUND_CLAIMS, plan.claimsForOwed()));
    }
    plan.levies().forEach((winner, units) -> step(winner, new Ask.Levy(units)));
    take(pool.levyFees(plan.feeLevy(), false, now));
    long levied = Exact.sum(plan.levies()) + plan.feeLevy();
    if (levied > 0) {
      step(id, new Ask.CoverOwed(LossLayer.GAINS, levied));
    }
    if (plan.claimsForDebt() > 0) {
      step(id, new Ask.Cover(LossLayer.FUND_CLAIMS, plan.claimsForDebt()));
    }
    plan.leviesForDebt().forEach((winner, units) -> step(winner, new Ask.LevyForDebt(units)));
    take(pool.levyFees(plan.feeLevyForDebt(), true, now));
    long recovered = Exact.sum(plan.leviesForDebt()) + plan.feeLevyForDebt();
    if (recovered > 0) {
      step(id, new Ask.Cover(LossLayer.GAINS_FOR_DEBT, recovered));
    }
    if (plan.lenders() > 0 && !is(Mutant.NO_LENDER_LAYER)) {
      step(id, new Ask.Cover(LossLayer.LENDERS, plan.lenders()));
    }
    for (Map.Entry<Asset, Long> left : unsold.entrySet()) {
      List<AccountId> bearers = List.copyOf(plan.borne().keySet());
      long[] weights = new long[bearers.size() + 1];
      for (int i = 0; i < bearers.size(); i++) {
        weights[i] = of(plan.borne(), bearers.get(i));
      }
      weights[bearers.size()] = plan.paid() - Exact.sum(plan.borne());
      long[] shares = Exact.proRata(left.getValue(), weights);
      for (int i = 0; i < bearers.size(); i++) {
        if (shares[i] > 0) {
          step(bearers.get(i), new Ask.Award(new Amount(left.getKey(), shares[i])));
        }
      }
    }
  }

  /** max(0, unsettled + Σ (⌈value⌉ − cost)). */
  private long gain(AccountId id) {
    long gain = at(id).trading().unsettled();
    long profit = 0;
    for (Map.Entry<String, Position> held : at(id).trading().positions().entrySet()) {
      long star = star(held.getKey());
      Instrument instrument = MARKET.held(held.getKey());
      long lots = held.getValue().lots();
      long value =
          is(Mutant.HAIRCUT_FLOOR)
              ? instrument.valueDown(lots, star)
              : instrument.valueUp(lots, star);
      gain += value - held.getValue().cost();
      profit += instrument.valueDown(lots, star) - held.getValue().entry();
    }
    return is(Mutant.HAIRCUT_ENTRY)
        ? Math.min(Math.max(0, gain), Math.max(0, profit))
        : Math.max(0, gain);
  }

  // ---------- the end of an instrument

  void settle(String symbol) {
    long star = star(symbol);
    live.remove(symbol);
    watched = false;
    take(pool.openSettlement(symbol, star, now));
    for (AccountId id : List.copyOf(accounts.keySet())) {
      if (at(id).trading().positions().containsKey(symbol)) {
        step(id, new Ask.Settle(symbol, star));
      }
    }
    if (is(Mutant.SETTLE_NO_RESIDUE)) {
      book(new PoolEvent.SettlementClosed(symbol, 0, now));
    } else {
      take(pool.closeSettlement(symbol, now));
    }
    watch();
  }

  // ---------- in between

  Transit transit() {
    long money = 0;
    long u = 0;
    TreeMap<String, long[]> lots = new TreeMap<>();
    TreeMap<Asset, Long> goods = new TreeMap<>();
    for (Leg leg : novated) {
      add(lots, leg.terms().instrument(), leg.terms().lots(), leg.terms().notional());
      u -= leg.terms().fee();
    }
    u += unbookedFees;
    for (Map.Entry<String, long[]> sum : tornPosted.entrySet()) {
      add(lots, sum.getKey(), -sum.getValue()[0], -sum.getValue()[1]);
    }
    for (MarginAccount account : accounts.values()) {
      for (Map.Entry<String, Trading.HeldBid> bid : account.trading().bids().entrySet()) {
        Slice slice = bid.getValue().slice();
        if (taken.containsKey(bid.getKey()) && leftDefaulter(bid.getKey())) {
          slice.parts().forEach((symbol, part) -> add(lots, symbol, part.lots(), part.cost()));
          slice.collateral().forEach((asset, units) -> goods.merge(asset, units, Long::sum));
          u += slice.unsettled();
          money += bid.getValue().aside() - slice.bidderPays();
        } else {
          money += bid.getValue().aside();
        }
      }
    }
    for (AccountId id : accounts.keySet()) {
      Ask ask = pool.open().get(id).orElse(null);
      if (ask == null) {
        continue;
      }
      Optional<Answer> answer = Optional.ofNullable(posted.get(id));
      long done = answer.map(Answer::units).orElse(0L);
      switch (ask) {
        case Ask.Cover a -> money += answer.isPresent() ? 0 : a.units();
        case Ask.CoverOwed a -> u += answer.isPresent() ? 0 : a.units();
        case Ask.Levy a -> u += done;
        case Ask.LevyForDebt a -> money += done;
        case Ask.Forfeit a -> {
          u += done;
          answer.ifPresent(
              is ->
                  is.collateral().forEach((asset, units) -> goods.merge(asset, units, Long::sum)));
        }
        case Ask.Award a -> {
          if (answer.isEmpty()) {
            goods.merge(a.award().asset(), a.award().units(), Long::sum);
          }
        }
        case Ask.Pay a -> money += answer.isPresent() ? 0 : a.units();
        case Ask.Settle a ->
            answer.ifPresent(is -> add(lots, a.instrument(), is.lots(), is.units()));
        case Ask.Collect a -> {}
        case Ask.Lend a -> {}
        case Ask.Release a -> {}
        case Ask.TearUp a -> {}
      }
    }
    return new Transit(money, u, lots, goods);
  }

  /** The same as journals would have it. */
  Books books() {
    return new Books(
        accounts,
        new TreeMap<>(Map.of(1, new Books.Pool(pool, USDC))),
        underWay.stream().toList(),
        buyers,
        postings);
  }

  /** The clearing account as a fold of all postings would have it. */
  long clearing() {
    long clearing = pool.lines().clearing();
    for (AccountId id : accounts.keySet()) {
      Ask ask = pool.open().get(id).orElse(null);
      long done = Optional.ofNullable(posted.get(id)).map(Answer::units).orElse(0L);
      clearing +=
          switch (ask) {
            case null -> 0;
            case Ask.Collect a -> done;
            case Ask.Lend a -> done;
            case Ask.Release a -> a.units() - done;
            case Ask.LevyForDebt a -> a.units() - done;
            case Ask.TearUp a -> 0;
            case Ask.Cover a -> 0;
            case Ask.CoverOwed a -> 0;
            case Ask.Levy a -> 0;
            case Ask.Forfeit a -> 0;
            case Ask.Award a -> 0;
            case Ask.Pay a -> 0;
            case Ask.Settle a -> 0;
          };
    }
    return clearing;
  }

  /** Write-downs that the defaulter has not booked. */
  long writtenDown() {
    long units = 0;
    for (AccountId id : accounts.keySet()) {
      Ask ask = pool.open().get(id).orElse(null);
      if (ask instanceof Ask.Cover cover
          && cover.layer() == LossLayer.LENDERS
          && !posted.containsKey(id)) {
        units += cover.units();
      }
    }
    return units;
  }

  private boolean leftDefaulter(String key) {
    String[] parts = key.split("/");
    Trading trading = at(new AccountId(parts[0])).trading();
    return trading.sold().getOrDefault(Long.parseLong(parts[1]), 0L) >= Long.parseLong(parts[2]);
  }

  private static void add(TreeMap<String, long[]> lots, String symbol, long size, long cost) {
    long[] sum = lots.computeIfAbsent(symbol, s -> new long[2]);
    sum[0] += size;
    sum[1] += cost;
  }
}
