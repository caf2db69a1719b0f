package io.crossclear.domain.ledger;

import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountReplay;
import io.crossclear.domain.account.ClearingEvent.LegsReserved;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.signing.Hash;
import io.crossclear.testing.TestNetwork;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Random pools whose accounts are executed again, as they were and with every number changed. */
final class AccountReplayPropertyTest {

  private static final int SEEDS = 40;

  /** Parts that are believed: prices, and what only ranks or colours. */
  private static final Set<String> BELIEVED =
      Set.of("time", "marks", "SliceCommitted.values", "WithdrawalVoided.importsRestored");

  private static AccountReplay replay(WorldEvidence evidence) {
    return new AccountReplay(GENESIS, VERIFIER, evidence);
  }

  @Test
  void everyJournalOfATruePoolIsExecutedToTheSameAccount() {
    Set<String> kinds = new TreeSet<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      replayed(seed, LedgerPropertyTest.drive(seed, 100, EnumSet.noneOf(Mutant.class)), kinds);
    }
    assertTrue(
        kinds.containsAll(
            List.of(
                "AuctionEnded",
                "AuctionStarted",
                "BidReserved",
                "Borrowed",
                "FinalSettled",
                "Forfeited",
                "InterestAccrued",
                "LegsCommitted",
                "LegsReserved",
                "Levied",
                "LossCovered",
                "MarginChecked",
                "OwedCovered",
                "SliceCommitted",
                "SliceReserved",
                "SliceTaken",
                "TornUp",
                "VariationCollected",
                "VariationReleased",
                "WithdrawalReserved")),
        kinds.toString());
  }

  @Test
  void everyJournalOfAPoolThatRunsStepByStepIsExecutedToTheSameAccount() {
    Set<String> kinds = new TreeSet<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      replayed(seed, ClearingPoolPropertyTest.drive(seed).world, kinds);
    }
    assertTrue(kinds.containsAll(List.of("AwardedInKind", "Borrowed", "Levied")), kinds.toString());
  }

  private static void replayed(long seed, LedgerWorld world, Set<String> kinds) {
    WorldEvidence evidence = new WorldEvidence(world);
    for (var journal : evidence.journals.entrySet()) {
      MarginAccount account = MarginAccount.empty(journal.getKey());
      for (AccountEvent event : journal.getValue()) {
        kinds.add(event.getClass().getSimpleName());
        account =
            replay(evidence)
                .step(account, event)
                .orElseThrow(() -> new AssertionError("seed " + seed + ": " + event));
      }
      assertEquals(world.at(journal.getKey()), account);
    }
  }

  @Test
  void noNumberInAnEventCanBeAnotherWithoutAnEventBeingRefused() {
    Map<String, Integer> forged = new TreeMap<>();
    for (long seed = 1; seed <= 8; seed++) {
      WorldEvidence evidence =
          new WorldEvidence(LedgerPropertyTest.drive(seed, 100, EnumSet.noneOf(Mutant.class)));
      for (var journal : evidence.journals.entrySet()) {
        List<AccountEvent> events = journal.getValue();
        MarginAccount account = MarginAccount.empty(journal.getKey());
        MarginAccount end = run(evidence, account, events).orElseThrow();
        for (int i = 0; i < events.size(); i++) {
          AccountEvent event = events.get(i);
          for (Object forgery : forgeries((Record) event)) {
            List<AccountEvent> rest = new ArrayList<>(events.subList(i, events.size()));
            rest.set(0, (AccountEvent) forgery);
            assertTrue(
                run(evidence, account, rest).filter(other -> !other.equals(end)).isEmpty(),
                () -> event + "\n became \n" + forgery);
            forged.merge(event.getClass().getSimpleName(), 1, Integer::sum);
          }
          account = account.apply(event);
        }
      }
    }
    assertTrue(forged.size() >= 18, forged.toString());
  }

  /** The account after all of the events, or empty when one of them is refused. */
  private static Optional<MarginAccount> run(
      WorldEvidence evidence, MarginAccount account, List<AccountEvent> events) {
    Optional<MarginAccount> next = Optional.of(account);
    for (AccountEvent event : events) {
      next = next.flatMap(before -> replay(evidence).step(before, event));
    }
    return next;
  }

  @Test
  void noEventIsTakenTwiceOrBeforeTheOnesThatLedToIt() {
    WorldEvidence evidence =
        new WorldEvidence(LedgerPropertyTest.drive(3, 100, EnumSet.noneOf(Mutant.class)));
    for (var journal : evidence.journals.entrySet()) {
      MarginAccount account = MarginAccount.empty(journal.getKey());
      for (AccountEvent event : journal.getValue()) {
        account = account.apply(event);
        if (!event.getClass().getSimpleName().equals("MarginChecked")) {
          assertEquals(Optional.empty(), replay(evidence).step(account, event), "twice: " + event);
        }
      }
    }
  }

  /** The event with one number in it changed, in every way. What a batch refused is no event. */
  private static List<Object> forgeries(Record event) {
    if (event instanceof LegsReserved reserved && reserved.legs().isEmpty()) {
      return List.of();
    }
    String kind = event.getClass().getSimpleName();
    return changed(event, part -> BELIEVED.contains(part) || BELIEVED.contains(kind + "." + part));
  }

  private static List<Object> changed(Record record, Predicate<String> believed) {
    RecordComponent[] parts = record.getClass().getRecordComponents();
    Object[] values = Arrays.stream(parts).map(part -> value(part, record)).toArray();
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      if (believed.test(parts[i].getName())) {
        continue;
      }
      for (Object other : others(values[i])) {
        Object[] next = values.clone();
        next[i] = other;
        make(record.getClass(), parts, next).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Object value(RecordComponent part, Record record) {
    try {
      part.getAccessor().setAccessible(true);
      return part.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Optional<Object> make(Class<?> type, RecordComponent[] parts, Object[] values) {
    try {
      var constructor =
          type.getDeclaredConstructor(
              Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return Optional.of(constructor.newInstance(values));
    } catch (InvocationTargetException refusedByTheRecord) {
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static TreeMap<Object, Object> copy(SortedMap<?, ?> map) {
    TreeMap<Object, Object> next = new TreeMap<>();
    map.forEach(next::put);
    return next;
  }

  /** Values a little different. */
  private static List<Object> others(Object value) {
    return switch (value) {
      case Long number -> List.of(number + 1, number - 1);
      case Integer number -> List.of(number + 1);
      case Boolean flag -> List.of(!flag);
      case String text -> List.of(text + "x");
      case Hash hash -> List.of(TestNetwork.word(0xabcd));
      case Enum<?> constant -> {
        Object[] all = constant.getDeclaringClass().getEnumConstants();
        yield List.of(all[(constant.ordinal() + 1) % all.length]);
      }
      case Marks prices -> List.of();
      case Record record -> changed(record, part -> false);
      case SortedMap<?, ?> map when !map.isEmpty() -> {
        TreeMap<Object, Object> less = copy(map);
        Object key = less.firstKey();
        Object first = Optional.ofNullable(less.remove(key)).orElseThrow();
        List<Object> all = new ArrayList<>(List.of(less));
        for (Object other : others(first)) {
          TreeMap<Object, Object> next = copy(map);
          next.put(key, other);
          all.add(next);
        }
        yield all;
      }
      case List<?> list when !list.isEmpty() ->
          others(list.getFirst()).stream()
              .map(
                  other -> {
                    List<Object> next = new ArrayList<>(list);
                    next.set(0, other);
                    return (Object) next;
                  })
              .toList();
      default -> List.of();
    };
  }
}
