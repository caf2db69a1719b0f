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
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.instrument.Valuation;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.OpenLeg;
import io.crossclear.domain.margin.StandardMargin;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Pure state of one account: every change is an {@link AccountEvent}, every refusal an {@link
 * AccountRejection}.
 *
 * <p>A file of this length is one thought: the whole life of the collateral in one account, in the
 * order in which it happens.
 *
 * @param balances units by asset, none of them 0; only the asset that the pool settles in can be
 *     negative, which is a loan
 * @param imports units by asset and the chain id that they came in through; their sum is at most
 *     the balance
 * @param depositMarks the newest credited deposit of each vault
 * @param withdrawals reserved and neither posted nor voided, by id
 * @param outgoing transfers debited and not confirmed, by id
 * @param outgoingMarks number of transfers to each account so far
 * @param incomingMarks number of the newest transfer credited from each account
 * @param nonces signed actions within their deadlines
 * @param refusals signed actions that stay refused until their deadlines, by digest
 * @param time milliseconds since 1970 of the newest event
 * @param trading positions and everything else of the part that trades
 */
public record MarginAccount(
    AccountId id,
    SortedMap<Asset, Long> balances,
    SortedMap<Asset, SortedMap<Long, Long>> imports,
    SortedMap<VaultId, Long> depositMarks,
    SortedMap<Hash, Reservation> withdrawals,
    SortedMap<Hash, Outgoing> outgoing,
    SortedMap<AccountId, Long> outgoingMarks,
    SortedMap<AccountId, Long> incomingMarks,
    SortedMap<Long, NonceUse> nonces,
    SortedMap<Hash, Refusal> refusals,
    long time,
    Trading trading) {

  /** Signed actions that may be within their deadlines at once. */
  public static final int MAX_ACTIONS = 256;

  /** The furthest deadline of a signed action, in seconds from now. */
  public static final long MAX_DEADLINE_SECONDS = 30L * 24 * 3600;

  /** How long after its deadline a nonce is remembered, in seconds. */
  static final long SKEW_SECONDS = 60;

  /** Units on their way out of a vault. */
  public record Reservation(SignedAction<UserAction.Withdraw> signed, ImportSplit split) {
    /** Units that will be paid. */
    public long units() {
      return signed.action().amount();
    }

    /** What is paid. */
    public Asset asset() {
      return new Asset(signed.action().asset());
    }
  }

  /** Units on their way to another account. */
  public record Outgoing(
      AccountId to, long sequence, Asset asset, long units, SortedMap<Long, Long> imports) {
    public Outgoing {
      imports = Exact.ordered(imports);
    }
  }

  /**
   * A used nonce.
   *
   * @param deadline seconds since 1970
   */
  public record NonceUse(Hash digest, long deadline) {}

  /**
   * A refusal that stays.
   *
   * @param deadline seconds since 1970
   */
  public record Refusal(AccountRejection reason, long deadline) {}

  public MarginAccount {
    balances = Exact.ordered(balances);
    imports = Exact.ordered(imports);
    depositMarks = Exact.ordered(depositMarks);
    withdrawals = Exact.ordered(withdrawals);
    outgoing = Exact.ordered(outgoing);
    outgoingMarks = Exact.ordered(outgoingMarks);
    incomingMarks = Exact.ordered(incomingMarks);
    nonces = Exact.ordered(nonces);
    refusals = Exact.ordered(refusals);
  }

  /** An account that never traded. */
  public MarginAccount(
      AccountId id,
      SortedMap<Asset, Long> balances,
      SortedMap<Asset, SortedMap<Long, Long>> imports,
      SortedMap<VaultId, Long> depositMarks,
      SortedMap<Hash, Reservation> withdrawals,
      SortedMap<Hash, Outgoing> outgoing,
      SortedMap<AccountId, Long> outgoingMarks,
      SortedMap<AccountId, Long> incomingMarks,
      SortedMap<Long, NonceUse> nonces,
      SortedMap<Hash, Refusal> refusals,
      long time) {
    this(
        id,
        balances,
        imports,
        depositMarks,
        withdrawals,
        outgoing,
        outgoingMarks,
        incomingMarks,
        nonces,
        refusals,
        time,
        Trading.NONE);
  }

  /** The account before its first event. */
  public static MarginAccount empty(AccountId id) {
    return new MarginAccount(
        id, none(), none(), none(), none(), none(), none(), none(), none(), none(), 0);
  }

  private static <K, V> SortedMap<K, V> none() {
    return Collections.emptySortedMap();
  }

  /** Units of an asset. */
  public long balance(Asset asset) {
    return balances.getOrDefault(asset, 0L);
  }

  /** Everything that a margin model looks at; slices that may arrive count as legs. */
  public Exposure exposure(Asset settlement) {
    TreeMap<Asset, Long> collateral = new TreeMap<>(balances);
    collateral.remove(settlement);
    List<OpenLeg> legs = new ArrayList<>();
    trading.openLegs().forEach(leg -> legs.add(leg.terms()));
    long unsettled = trading.unsettled();
    for (Trading.HeldBid bid : trading.bids().values()) {
      bid.slice()
          .parts()
          .forEach((name, part) -> legs.add(new OpenLeg(name, part.lots(), part.cost(), 0)));
      unsettled = Math.addExact(unsettled, Math.min(0, bid.slice().unsettled()));
    }
    return new Exposure(balance(settlement), unsettled, collateral, trading.positions(), legs);
  }

  /** What the account holds now, without anything that may still happen. */
  public Exposure holdings(Asset settlement) {
    Exposure all = exposure(settlement);
    return new Exposure(
        all.cash(), trading.unsettled(), all.collateral(), all.positions(), List.of());
  }

  /** The account with other money and trades; everything else as it was. */
  MarginAccount traded(
      SortedMap<Asset, Long> nextBalances,
      SortedMap<Asset, SortedMap<Long, Long>> nextImports,
      Trading nextTrading,
      long at) {
    return new MarginAccount(
        id,
        nextBalances,
        nextImports,
        depositMarks,
        withdrawals,
        outgoing,
        outgoingMarks,
        incomingMarks,
        live(nonces, at),
        stillRefused(refusals, at),
        at,
        nextTrading);
  }

  /** The account that remembers a signed action until its deadline. */
  MarginAccount noted(long nonce, NonceUse use) {
    return new Draft(this, time).nonce(nonce, use).done();
  }

  /**
   * Why units must not leave, with losses counted and gains not. An account without trades needs no
   * prices.
   */
  private Optional<AccountRejection> admission(AccountEvent event, Genesis genesis) {
    Optional<Market> market = genesis.market(id.pool());
    if (market.isEmpty()) {
      return Optional.empty();
    }
    if (trading.liquidating()) {
      return Optional.of(AccountRejection.LIQUIDATING);
    }
    Asset settlement = market.get().settlement();
    if (exposure(settlement).flat()) {
      return Optional.empty();
    }
    if (trading.prices().isEmpty()) {
      return Optional.of(AccountRejection.PRICES_MISSING);
    }
    try {
      Exposure after = apply(event).exposure(settlement);
      var margin =
          StandardMargin.INSTANCE.margin(
              after, trading.prices().get(), market.get(), Valuation.ADMISSION);
      return margin.admitsWithdrawal()
          ? Optional.empty()
          : Optional.of(AccountRejection.INSUFFICIENT_MARGIN);
    } catch (IllegalStateException e) {
      return Optional.of(AccountRejection.PRICES_MISSING);
    } catch (ArithmeticException e) {
      return Optional.of(AccountRejection.OVERFLOW);
    }
  }

  /** Units of an asset that came in through this chain and are still here. */
  public long imported(Asset asset, long chainId) {
    return imports.getOrDefault(asset, Collections.emptySortedMap()).getOrDefault(chainId, 0L);
  }

  /**
   * Decides a deposit relayed from a vault. It is never refused for what it is, only when it comes
   * out of turn.
   *
   * @param sequence the vault's number of this deposit
   * @param previousSequence the number of the last earlier deposit of this vault to this account,
   *     or 0: a credit that overtook another is answered instead of taken, so that none is lost
   * @param units above 0
   */
  public Decision<AccountEvent, AccountRejection> credit(
      VaultId vault,
      long sequence,
      long previousSequence,
      Asset asset,
      long units,
      DepositEvidence evidence,
      long now) {
    if (units <= 0) {
      return Decision.reject(AccountRejection.AMOUNT_MUST_BE_POSITIVE);
    }
    long mark = depositMarks.getOrDefault(vault, 0L);
    if (sequence <= mark) {
      return Decision.alreadyDone();
    }
    if (previousSequence != mark) {
      return Decision.reject(AccountRejection.EARLIER_DEPOSIT_MISSING);
    }
    if (overflows(asset, units)) {
      return Decision.reject(AccountRejection.OVERFLOW);
    }
    return Decision.accept(new Credited(vault, sequence, asset, units, evidence, at(now)));
  }

  /**
   * Decides a withdrawal that its owner signed.
   *
   * @param verified what the signature says, recomputed from the action
   */
  public Decision<AccountEvent, AccountRejection> reserve(
      SignedAction<UserAction.Withdraw> signed, Verified verified, Genesis genesis, long now) {
    if (withdrawals.containsKey(verified.digest())) {
      return Decision.alreadyDone();
    }
    UserAction.Withdraw action = signed.action();
    Optional<AccountRejection> refusal =
        refusal(action, verified, action.amount(), action.nonce(), action.deadline(), now);
    if (refusal.isPresent()) {
      return usedBefore(verified, action.nonce())
          ? Decision.alreadyDone()
          : Decision.reject(refusal.get());
    }
    var asset =
        genesis.assets().stream()
            .filter(known -> known.asset().symbol().equals(action.asset()))
            .findFirst();
    if (asset.isEmpty()) {
      return Decision.reject(AccountRejection.UNKNOWN_ASSET);
    }
    if (genesis
        .vaultOn(action.toChain())
        .flatMap(vault -> vault.token(asset.get().asset()))
        .isEmpty()) {
      return Decision.reject(AccountRejection.UNKNOWN_CHAIN);
    }
    if (action.amount() < asset.get().minWithdrawal()) {
      return Decision.reject(AccountRejection.BELOW_MINIMUM);
    }
    if (genesis.refusedRecipient(action.to())) {
      return Decision.reject(AccountRejection.RECIPIENT_REFUSED);
    }
    if (action.amount() > balance(asset.get().asset())) {
      return Decision.reject(AccountRejection.INSUFFICIENT_BALANCE);
    }
    ImportSplit split = split(asset.get().asset(), action.amount(), action.toChain());
    WithdrawalReserved event = new WithdrawalReserved(verified.digest(), signed, split, at(now));
    return admission(event, genesis)
        .<Decision<AccountEvent, AccountRejection>>map(Decision::reject)
        .orElseGet(() -> Decision.accept(event));
  }

  /** The same for an account that trades: interest is charged and the margin checked first. */
  public Decision<AccountEvent, AccountRejection> reserve(
      SignedAction<UserAction.Withdraw> signed,
      Verified verified,
      Genesis genesis,
      Marks marks,
      long now) {
    return priced(genesis, marks, now, account -> account.reserve(signed, verified, genesis, now));
  }

  /** The decision of the account after interest and with these prices looked at. */
  private Decision<AccountEvent, AccountRejection> priced(
      Genesis genesis,
      Marks marks,
      long now,
      Function<MarginAccount, Decision<AccountEvent, AccountRejection>> decision) {
    Optional<Market> market = genesis.market(id.pool());
    if (market.isEmpty() || exposure(market.get().settlement()).flat()) {
      return decision.apply(this);
    }
    List<AccountEvent> events = new PoolDesk(this, market.get()).accrual(marks, now);
    events.add(new ClearingEvent.MarginChecked(marks, at(now)));
    return switch (decision.apply(PoolDesk.after(this, events))) {
      case Decision.Accept<AccountEvent, AccountRejection>(List<AccountEvent> decided) -> {
        events.addAll(decided);
        yield Decision.accept(events);
      }
      case Decision.AlreadyDone<AccountEvent, AccountRejection> done -> done;
      case Decision.Reject<AccountEvent, AccountRejection> refused -> refused;
    };
  }

  /**
   * Takes a reservation back.
   *
   * @param restoreImports when nothing had been granted for it
   */
  public Decision<AccountEvent, AccountRejection> voidWithdrawal(
      Hash id, boolean restoreImports, long now) {
    if (!withdrawals.containsKey(id)) {
      return Decision.alreadyDone();
    }
    return Decision.accept(new WithdrawalVoided(id, restoreImports, at(now)));
  }

  /** Closes a reservation whose payout is final. */
  public Decision<AccountEvent, AccountRejection> post(Hash id, PayoutEvidence evidence, long now) {
    if (!withdrawals.containsKey(id)) {
      return Decision.alreadyDone();
    }
    return Decision.accept(new WithdrawalPosted(id, evidence, at(now)));
  }

  /** Decides a transfer that the owner of both accounts signed. */
  public Decision<AccountEvent, AccountRejection> debit(
      SignedAction<UserAction.Transfer> signed, Verified verified, Genesis genesis, long now) {
    if (outgoing.containsKey(verified.digest())) {
      return Decision.alreadyDone();
    }
    UserAction.Transfer action = signed.action();
    Optional<AccountRejection> refusal =
        refusal(action, verified, action.amount(), action.nonce(), action.deadline(), now);
    if (refusal.isPresent()) {
      return usedBefore(verified, action.nonce())
          ? Decision.alreadyDone()
          : Decision.reject(refusal.get());
    }
    var known =
        genesis.assets().stream()
            .filter(asset -> asset.asset().symbol().equals(action.asset()))
            .findFirst();
    if (known.isEmpty()) {
      return Decision.reject(AccountRejection.UNKNOWN_ASSET);
    }
    Asset asset = known.get().asset();
    AccountId to = new AccountId(action.to().hex());
    if (!accepts(genesis, to, asset)) {
      return Decision.reject(AccountRejection.UNKNOWN_POOL);
    }
    if (to.equals(id)) {
      return Decision.reject(AccountRejection.SAME_ACCOUNT);
    }
    if (!to.owner().equals(id.owner()) && !contribution(genesis, to, asset)) {
      return Decision.reject(AccountRejection.DIFFERENT_OWNER);
    }
    if (action.amount() > balance(asset)) {
      return Decision.reject(AccountRejection.INSUFFICIENT_BALANCE);
    }
    long sequence = outgoingMarks.getOrDefault(to, 0L) + 1;
    // import of what the fund gets vanishes here
    SortedMap<Long, Long> moved =
        to.isFund() ? none() : importsAbove(asset, balance(asset) - action.amount());
    TransferDebited event =
        new TransferDebited(verified.digest(), signed, sequence, moved, at(now));
    return admission(event, genesis)
        .<Decision<AccountEvent, AccountRejection>>map(Decision::reject)
        .orElseGet(() -> Decision.accept(event));
  }

  /** The same for an account that trades: interest is charged and the margin checked first. */
  public Decision<AccountEvent, AccountRejection> debit(
      SignedAction<UserAction.Transfer> signed,
      Verified verified,
      Genesis genesis,
      Marks marks,
      long now) {
    return priced(genesis, marks, now, account -> account.debit(signed, verified, genesis, now));
  }

  /**
   * Makes a refusal of {@link #reserve}, {@link #debit} or {@link AuctionDesk#bid} last, so that it
   * can be answered: without it a copy of the request that arrives late could be taken after the
   * sender has closed it, and its units would stay aside for ever.
   *
   * @return {@code AlreadyDone} when the refusal lasts by itself; {@code Reject} when too many are
   *     remembered already, and then nothing may be answered
   */
  public Decision<AccountEvent, AccountRejection> refuse(
      Hash digest, AccountRejection reason, long deadline, long now) {
    boolean lasts =
        switch (reason) {
          case EXPIRED,
              DEADLINE_TOO_FAR,
              NONCE_REUSED,
              TOO_MANY_OPEN_ACTIONS,
              INSUFFICIENT_BALANCE,
              LIQUIDATING,
              PRICES_MISSING,
              INSUFFICIENT_MARGIN,
              AUCTION_OPEN,
              OVERFLOW ->
              refusals.containsKey(digest);
          case AMOUNT_MUST_BE_POSITIVE,
              WRONG_ACCOUNT,
              WRONG_DOMAIN,
              WRONG_SIGNER,
              UNKNOWN_ASSET,
              UNKNOWN_CHAIN,
              UNKNOWN_POOL,
              BELOW_MINIMUM,
              RECIPIENT_REFUSED,
              SAME_ACCOUNT,
              DIFFERENT_OWNER,
              UNKNOWN_BATCH,
              UNKNOWN_AUCTION,
              NOTHING_TO_AUCTION,
              SLICE_CHANGED,
              PAY_ABOVE_MAXIMUM,
              PRICES_TOO_OLD,
              NOT_FLAT,
              EARLIER_STEP_MISSING,
              EARLIER_DEPOSIT_MISSING,
              EARLIER_TRANSFER_MISSING ->
              true;
        };
    if (lasts) {
      return Decision.alreadyDone();
    }
    if (stillRefused(refusals, at(now)).size() >= MAX_ACTIONS) {
      return Decision.reject(AccountRejection.TOO_MANY_OPEN_ACTIONS);
    }
    return Decision.accept(new ActionRefused(digest, reason, deadline, at(now)));
  }

  /** Whether a transfer goes into the insurance fund of this account's own pool. */
  private boolean contribution(Genesis genesis, AccountId to, Asset asset) {
    return to.isFund()
        && to.pool() == id.pool()
        && genesis.market(id.pool()).filter(m -> m.settlement().equals(asset)).isPresent();
  }

  private static boolean accepts(Genesis genesis, AccountId to, Asset asset) {
    Optional<PoolConfig> pool = genesis.pool(to.pool());
    return to.pool() == AccountId.UNASSIGNED_POOL
        || pool.isPresent() && pool.get().accepts().contains(asset);
  }

  /** Forgets a transfer that has arrived. */
  public Decision<AccountEvent, AccountRejection> confirm(Hash id, long now) {
    if (!outgoing.containsKey(id)) {
      return Decision.alreadyDone();
    }
    return Decision.accept(new TransferConfirmed(id, at(now)));
  }

  /**
   * Decides a transfer that arrives; like a deposit it is never refused, only asked to wait for its
   * turn.
   */
  public Decision<AccountEvent, AccountRejection> creditTransfer(
      Hash transfer,
      AccountId from,
      long sequence,
      Asset asset,
      long units,
      SortedMap<Long, Long> moved,
      long now) {
    if (units <= 0) {
      return Decision.reject(AccountRejection.AMOUNT_MUST_BE_POSITIVE);
    }
    long mark = incomingMarks.getOrDefault(from, 0L);
    if (sequence <= mark) {
      return Decision.alreadyDone();
    }
    if (sequence != mark + 1) {
      return Decision.reject(AccountRejection.EARLIER_TRANSFER_MISSING);
    }
    if (overflows(asset, units)) {
      return Decision.reject(AccountRejection.OVERFLOW);
    }
    return Decision.accept(
        new TransferCredited(transfer, from, sequence, asset, units, moved, at(now)));
  }

  long at(long now) {
    return Math.max(now, time);
  }

  private boolean overflows(Asset asset, long units) {
    return balance(asset) > Long.MAX_VALUE - units;
  }

  boolean usedBefore(Verified verified, long nonce) {
    NonceUse use = nonces.get(nonce);
    return use != null && use.digest().equals(verified.digest());
  }

  /** What every signed action must satisfy. */
  Optional<AccountRejection> refusal(
      UserAction action, Verified verified, long units, long nonce, long deadline, long now) {
    Refusal refused = refusals.get(verified.digest());
    if (refused != null) {
      return Optional.of(refused.reason());
    }
    if (units <= 0 || nonce < 0) {
      return Optional.of(AccountRejection.AMOUNT_MUST_BE_POSITIVE);
    }
    if (!action.account().hex().equals(id.hex())) {
      return Optional.of(AccountRejection.WRONG_ACCOUNT);
    }
    if (!verified.knownDomain()) {
      return Optional.of(AccountRejection.WRONG_DOMAIN);
    }
    if (!verified.signer().equals(Optional.of(id.owner()))) {
      return Optional.of(AccountRejection.WRONG_SIGNER);
    }
    long second = Math.floorDiv(at(now), 1000L);
    if (deadline < second) {
      return Optional.of(AccountRejection.EXPIRED);
    }
    if (deadline - second > MAX_DEADLINE_SECONDS) {
      return Optional.of(AccountRejection.DEADLINE_TOO_FAR);
    }
    if (nonces.containsKey(nonce) || trading.orderHas(nonce)) {
      return Optional.of(AccountRejection.NONCE_REUSED);
    }
    if (live(nonces, at(now)).size() >= MAX_ACTIONS) {
      return Optional.of(AccountRejection.TOO_MANY_OPEN_ACTIONS);
    }
    return Optional.empty();
  }

  /** Own import first, then what no import claims, then foreign imports, the largest first. */
  private ImportSplit split(Asset asset, long units, long toChain) {
    SortedMap<Long, Long> colours = imports.getOrDefault(asset, Collections.emptySortedMap());
    long own = Math.min(units, colours.getOrDefault(toChain, 0L));
    long uncoloured = Math.min(units - own, balance(asset) - Exact.sum(colours));
    TreeMap<Long, Long> others = new TreeMap<>(colours);
    others.remove(toChain);
    return new ImportSplit(
        own, uncoloured, ImportSplit.largestFirst(others, units - own - uncoloured));
  }

  /** The imports that exceed what remains, the largest first. */
  private SortedMap<Long, Long> importsAbove(Asset asset, long remaining) {
    SortedMap<Long, Long> colours = imports.getOrDefault(asset, Collections.emptySortedMap());
    return ImportSplit.largestFirst(colours, Math.max(0, Exact.sum(colours) - remaining));
  }

  private static SortedMap<Long, NonceUse> live(SortedMap<Long, NonceUse> nonces, long now) {
    long second = Math.floorDiv(now, 1000L);
    TreeMap<Long, NonceUse> live = new TreeMap<>(nonces);
    live.values().removeIf(use -> use.deadline() < second - SKEW_SECONDS);
    return live;
  }

  private static SortedMap<Hash, Refusal> stillRefused(
      SortedMap<Hash, Refusal> refusals, long now) {
    long second = Math.floorDiv(now, 1000L);
    TreeMap<Hash, Refusal> still = new TreeMap<>(refusals);
    still.values().removeIf(refusal -> refusal.deadline() < second - SKEW_SECONDS);
    return still;
  }

  /** The account after an event; never refuses. */
  public MarginAccount apply(AccountEvent event) {
    return switch (event) {
      case Credited e ->
          new Draft(this, e.time())
              .move(e.asset(), e.units())
              .colour(e.asset(), e.vault().chainId(), e.units())
              .depositMark(e.vault(), e.sequence())
              .trimmed(balance(e.asset()) < 0);
      case WithdrawalReserved e ->
          new Draft(this, e.time())
              .move(new Asset(e.signed().action().asset()), -e.signed().action().amount())
              .take(
                  new Asset(e.signed().action().asset()),
                  e.signed().action().toChain(),
                  e.split(),
                  -1)
              .reservation(e.id(), new Reservation(e.signed(), e.split()))
              .nonce(
                  e.signed().action().nonce(), new NonceUse(e.id(), e.signed().action().deadline()))
              .done();
      case WithdrawalVoided e -> {
        Reservation reservation = Optional.ofNullable(withdrawals.get(e.id())).orElseThrow();
        Draft draft =
            new Draft(this, e.time()).move(reservation.asset(), reservation.units()).closed(e.id());
        if (e.importsRestored()) {
          draft.take(
              reservation.asset(), reservation.signed().action().toChain(), reservation.split(), 1);
        }
        yield draft.trimmed(balance(reservation.asset()) < 0);
      }
      case WithdrawalPosted e -> new Draft(this, e.time()).closed(e.id()).done();
      case ActionRefused e ->
          new Draft(this, e.time()).refusal(e.id(), new Refusal(e.reason(), e.deadline())).done();
      case TransferDebited e -> {
        UserAction.Transfer action = e.signed().action();
        Asset asset = new Asset(action.asset());
        AccountId to = new AccountId(action.to().hex());
        yield new Draft(this, e.time())
            .move(asset, -action.amount())
            .colours(asset, e.imports(), -1)
            .outgoing(e.id(), new Outgoing(to, e.sequence(), asset, action.amount(), e.imports()))
            .nonce(action.nonce(), new NonceUse(e.id(), action.deadline()))
            .trimmed(to.isFund());
      }
      case TransferConfirmed e -> new Draft(this, e.time()).confirmed(e.id()).done();
      case TransferCredited e ->
          new Draft(this, e.time())
              .move(e.asset(), e.units())
              .colours(e.asset(), e.imports(), 1)
              .incomingMark(e.from(), e.sequence())
              .trimmed(balance(e.asset()) < 0);
      case ClearingEvent e -> ClearingFold.apply(this, e);
    };
  }

  /** Copies of the parts that one event changes. */
  private static final class Draft {
    private MarginAccount next;

    Draft(MarginAccount before, long time) {
      next =
          new MarginAccount(
              before.id,
              before.balances,
              before.imports,
              before.depositMarks,
              before.withdrawals,
              before.outgoing,
              before.outgoingMarks,
              before.incomingMarks,
              live(before.nonces, time),
              stillRefused(before.refusals, time),
              time,
              before.trading.unpriced());
    }

    MarginAccount done() {
      return next;
    }

    /** Done; a unit that repays a loan or goes to a fund carries no import. */
    MarginAccount trimmed(boolean toPool) {
      return toPool ? ClearingFold.trimmed(next) : next;
    }

    Draft move(Asset asset, long units) {
      return balances(Exact.plus(next.balances, asset, units), next.imports);
    }

    Draft colour(Asset asset, long chainId, long units) {
      TreeMap<Asset, SortedMap<Long, Long>> all = new TreeMap<>(next.imports);
      SortedMap<Long, Long> colours =
          Exact.plus(all.getOrDefault(asset, Collections.emptySortedMap()), chainId, units);
      if (colours.isEmpty()) {
        all.remove(asset);
      } else {
        all.put(asset, colours);
      }
      return balances(next.balances, all);
    }

    Draft colours(Asset asset, SortedMap<Long, Long> moved, int sign) {
      moved.forEach((chain, units) -> colour(asset, chain, sign * units));
      return this;
    }

    Draft take(Asset asset, long ownChain, ImportSplit split, int sign) {
      colour(asset, ownChain, sign * split.own());
      return colours(asset, split.foreign(), sign);
    }

    Draft balances(
        SortedMap<Asset, Long> balances, SortedMap<Asset, SortedMap<Long, Long>> imports) {
      next =
          new MarginAccount(
              next.id,
              balances,
              imports,
              next.depositMarks,
              next.withdrawals,
              next.outgoing,
              next.outgoingMarks,
              next.incomingMarks,
              next.nonces,
              next.refusals,
              next.time,
              next.trading);
      return this;
    }

    Draft depositMark(VaultId vault, long sequence) {
      return parts(
          with(next.depositMarks, vault, sequence), next.withdrawals, next.outgoing, next.nonces);
    }

    Draft reservation(Hash id, Reservation reservation) {
      return parts(
          next.depositMarks, with(next.withdrawals, id, reservation), next.outgoing, next.nonces);
    }

    Draft closed(Hash id) {
      return parts(next.depositMarks, without(next.withdrawals, id), next.outgoing, next.nonces);
    }

    Draft confirmed(Hash id) {
      return parts(next.depositMarks, next.withdrawals, without(next.outgoing, id), next.nonces);
    }

    Draft nonce(long nonce, NonceUse use) {
      return parts(
          next.depositMarks, next.withdrawals, next.outgoing, with(next.nonces, nonce, use));
    }

    Draft refusal(Hash id, Refusal refusal) {
      next =
          new MarginAccount(
              next.id,
              next.balances,
              next.imports,
              next.depositMarks,
              next.withdrawals,
              next.outgoing,
              next.outgoingMarks,
              next.incomingMarks,
              next.nonces,
              with(next.refusals, id, refusal),
              next.time,
              next.trading);
      return this;
    }

    Draft outgoing(Hash id, Outgoing transfer) {
      parts(next.depositMarks, next.withdrawals, with(next.outgoing, id, transfer), next.nonces);
      return marks(
          with(next.outgoingMarks, transfer.to(), transfer.sequence()), next.incomingMarks);
    }

    Draft incomingMark(AccountId from, long sequence) {
      return marks(next.outgoingMarks, with(next.incomingMarks, from, sequence));
    }

    private Draft parts(
        SortedMap<VaultId, Long> depositMarks,
        SortedMap<Hash, Reservation> withdrawals,
        SortedMap<Hash, Outgoing> outgoing,
        SortedMap<Long, NonceUse> nonces) {
      next =
          new MarginAccount(
              next.id,
              next.balances,
              next.imports,
              depositMarks,
              withdrawals,
              outgoing,
              next.outgoingMarks,
              next.incomingMarks,
              nonces,
              next.refusals,
              next.time,
              next.trading);
      return this;
    }

    private Draft marks(
        SortedMap<AccountId, Long> outgoingMarks, SortedMap<AccountId, Long> incomingMarks) {
      next =
          new MarginAccount(
              next.id,
              next.balances,
              next.imports,
              next.depositMarks,
              next.withdrawals,
              next.outgoing,
              outgoingMarks,
              incomingMarks,
              next.nonces,
              next.refusals,
              next.time,
              next.trading);
      return this;
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> with(
        Map<K, V> map, K key, V value) {
      TreeMap<K, V> next = new TreeMap<>(map);
      next.put(key, value);
      return next;
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> without(Map<K, V> map, K key) {
      TreeMap<K, V> next = new TreeMap<>(map);
      next.remove(key);
      return next;
    }
  }
}
