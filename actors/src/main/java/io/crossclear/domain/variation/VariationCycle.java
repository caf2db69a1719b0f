package io.crossclear.domain.variation;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.variation.CycleEvent.Borrowed;
import io.crossclear.domain.variation.CycleEvent.Collected;
import io.crossclear.domain.variation.CycleEvent.Finished;
import io.crossclear.domain.variation.CycleEvent.Released;
import io.crossclear.domain.variation.CycleEvent.SharesFixed;
import io.crossclear.domain.variation.CycleEvent.Started;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One variation cycle of a pool: collect from everybody it touches, lend to who still owes, fix the
 * shares of what was collected, release them. Every posting is a step that the pool book grants;
 * what to ask next follows from the state alone. Trades, auctions and withdrawals go on meanwhile.
 *
 * @param number 0 before the first event
 * @param unsettled of every touched account, as of its newest answer
 * @param shares fixed for the winners
 * @param waiting accounts whose answer the stage waits for
 */
public record VariationCycle(
    long number,
    Optional<Marks> marks,
    Stage stage,
    SortedMap<AccountId, Long> unsettled,
    SortedMap<AccountId, Long> shares,
    long fee,
    long fund,
    SortedSet<AccountId> waiting,
    long time) {

  /** How far it is, which is also what to do next. */
  public enum Stage {
    /** Nothing is known of it. */
    UNKNOWN,
    /** To collect from the waiting accounts. */
    COLLECTING,
    /** To lend to the waiting accounts. */
    LENDING,
    /** To fix the shares. */
    SHARING,
    /** To release to the waiting accounts. */
    RELEASING,
    /** To release fees and the fund's claims. */
    CLOSING,
    /** Done. */
    FINISHED
  }

  /** Why something is not taken. */
  public enum Rejection {
    /** The cycle is at another stage. */
    OUT_OF_TURN
  }

  /** A cycle before its first event. */
  public static final VariationCycle EMPTY =
      new VariationCycle(
          0,
          Optional.empty(),
          Stage.UNKNOWN,
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          0,
          0,
          Collections.emptySortedSet(),
          0);

  public VariationCycle {
    unsettled = Exact.ordered(unsettled);
    shares = Exact.ordered(shares);
    waiting = Collections.unmodifiableSortedSet(new TreeSet<>(waiting));
  }

  /** Whether something is left to do. */
  public boolean open() {
    return stage != Stage.UNKNOWN && stage != Stage.FINISHED;
  }

  /** Begins with the accounts that it touches. */
  public Decision<CycleEvent, Rejection> start(
      long cycle, Marks prices, List<AccountId> accounts, long now) {
    return stage == Stage.UNKNOWN
        ? Decision.accept(new Started(cycle, prices, accounts, Math.max(now, time)))
        : Decision.alreadyDone();
  }

  /** Takes what is left at an account after it has paid. */
  public Decision<CycleEvent, Rejection> collected(AccountId account, long left, long now) {
    return in(Stage.COLLECTING, account, new Collected(account, left, Math.max(now, time)));
  }

  /** Takes what is left at a loser after he has borrowed. */
  public Decision<CycleEvent, Rejection> borrowed(AccountId account, long left, long now) {
    return in(Stage.LENDING, account, new Borrowed(account, left, Math.max(now, time)));
  }

  /** Who still owes: these accounts' collateral is auctioned, beside the cycle. */
  public List<AccountId> cures() {
    return stage.compareTo(Stage.LENDING) <= 0
        ? List.of()
        : unsettled.entrySet().stream()
            .filter(left -> left.getValue() < 0)
            .map(Map.Entry::getKey)
            .toList();
  }

  /**
   * Fixes the shares: min(clearing, Σ g) pro rata to g, the gains of the touched winners, the fees
   * and the fund's claims; exact, and nobody more than his gain.
   */
  public Decision<CycleEvent, Rejection> share(
      long clearing, long feeUnsettled, long fundUnsettled, long now) {
    if (stage != Stage.SHARING) {
      return stage.compareTo(Stage.SHARING) < 0
          ? Decision.reject(Rejection.OUT_OF_TURN)
          : Decision.alreadyDone();
    }
    TreeMap<AccountId, Long> gains = new TreeMap<>(unsettled);
    gains.values().removeIf(gain -> gain <= 0);
    long[] weights = new long[gains.size() + 2];
    int i = 0;
    for (long gain : gains.values()) {
      weights[i++] = gain;
    }
    weights[i] = feeUnsettled;
    weights[i + 1] = fundUnsettled;
    long all = Math.addExact(Exact.sum(gains), Math.addExact(feeUnsettled, fundUnsettled));
    long[] cut = Exact.proRata(Math.min(Math.max(0, clearing), all), weights);
    TreeMap<AccountId, Long> fixed = new TreeMap<>();
    i = 0;
    for (AccountId winner : gains.keySet()) {
      if (cut[i] > 0) {
        fixed.put(winner, cut[i]);
      }
      i++;
    }
    return Decision.accept(new SharesFixed(fixed, cut[i], cut[i + 1], Math.max(now, time)));
  }

  /** Takes a winner's answer. */
  public Decision<CycleEvent, Rejection> released(AccountId account, long units, long now) {
    return in(Stage.RELEASING, account, new Released(account, units, Math.max(now, time)));
  }

  /** Takes the pool's word that fees and claims are released as far as they could be. */
  public Decision<CycleEvent, Rejection> finish(long now) {
    if (stage == Stage.CLOSING) {
      return Decision.accept(new Finished(Math.max(now, time)));
    }
    return stage == Stage.FINISHED
        ? Decision.alreadyDone()
        : Decision.reject(Rejection.OUT_OF_TURN);
  }

  private Decision<CycleEvent, Rejection> in(Stage expected, AccountId account, CycleEvent event) {
    if (stage == expected && waiting.contains(account)) {
      return Decision.accept(event);
    }
    return stage.compareTo(expected) < 0
        ? Decision.reject(Rejection.OUT_OF_TURN)
        : Decision.alreadyDone();
  }

  /** The cycle after an event; never refuses. */
  public VariationCycle apply(CycleEvent event) {
    return switch (event) {
      case Started e ->
          new VariationCycle(
              e.number(),
              Optional.of(e.marks()),
              e.accounts().isEmpty() ? Stage.SHARING : Stage.COLLECTING,
              unsettled,
              shares,
              0,
              0,
              new TreeSet<>(e.accounts()),
              e.time());
      case Collected e -> left(e.account(), e.unsettled(), Stage.COLLECTING, e.time());
      case Borrowed e -> left(e.account(), e.unsettled(), Stage.LENDING, e.time());
      case SharesFixed e ->
          new VariationCycle(
              number,
              marks,
              e.shares().isEmpty() ? Stage.CLOSING : Stage.RELEASING,
              unsettled,
              e.shares(),
              e.fee(),
              e.fund(),
              new TreeSet<>(e.shares().keySet()),
              e.time());
      case Released e -> {
        TreeSet<AccountId> rest = new TreeSet<>(waiting);
        rest.remove(e.account());
        yield at(rest.isEmpty() ? Stage.CLOSING : Stage.RELEASING, unsettled, rest, e.time());
      }
      case Finished e -> at(Stage.FINISHED, unsettled, waiting, e.time());
    };
  }

  private VariationCycle left(AccountId account, long amount, Stage during, long at) {
    TreeMap<AccountId, Long> next = new TreeMap<>(unsettled);
    next.put(account, amount);
    TreeSet<AccountId> rest = new TreeSet<>(waiting);
    rest.remove(account);
    if (!rest.isEmpty()) {
      return at(during, next, rest, at);
    }
    if (during == Stage.LENDING) {
      return at(Stage.SHARING, next, rest, at);
    }
    for (Map.Entry<AccountId, Long> owing : next.entrySet()) {
      if (owing.getValue() < 0) {
        rest.add(owing.getKey());
      }
    }
    return at(rest.isEmpty() ? Stage.SHARING : Stage.LENDING, next, rest, at);
  }

  private VariationCycle at(
      Stage next, SortedMap<AccountId, Long> amounts, SortedSet<AccountId> rest, long at) {
    return new VariationCycle(number, marks, next, amounts, shares, fee, fund, rest, at);
  }
}
