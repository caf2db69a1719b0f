package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.ActorSerializable;
import io.crossclear.actors.AuctionActor;
import io.crossclear.actors.FillBatchActor;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.PoolActor;
import io.crossclear.actors.TransferActor;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.ledger.Ask;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.jackson.JacksonCborSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything that a sharded entity is told, or answers, reaches another node as it was sent. A
 * message is made of its own components, so a new one needs nothing here.
 */
final class CommandsOnTheWireTest {

  private static final List<Class<?>> ENTITIES =
      List.of(
          MarginAccountActor.class,
          TransferActor.class,
          TreasuryActor.class,
          PoolActor.class,
          FillBatchActor.class,
          AuctionActor.class);

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.load(ConfigFactory.parseResources("crossclear-serialization.conf")));

  private static final Serialization SERIALIZATION = SerializationExtension.get(KIT.system());

  private final Map<Class<?>, Object> known = new HashMap<>();
  private long counter;

  CommandsOnTheWireTest() {
    Stream.of(
            Stream.of(
                KIT.<Object>createTestProbe().ref(),
                new Asset("USDC"),
                WireSamples.address(0xd2),
                WireSamples.hash(0x71),
                WireSamples.signature(0x61),
                WireSamples.ACCOUNT,
                WireSamples.VAULT),
            WireSamples.events().stream(),
            ClearingSamples.values().stream(),
            WireSamples.states().stream())
        .flatMap(samples -> samples)
        .forEach(sample -> known.put(sample.getClass(), sample));
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @TestFactory
  Stream<DynamicTest> whatIsSentArrives() {
    return ENTITIES.stream()
        .flatMap(entity -> Stream.of(entity.getDeclaredClasses()))
        .filter(type -> type.isRecord() && ActorSerializable.class.isAssignableFrom(type))
        .filter(type -> Modifier.isPublic(type.getModifiers()))
        .map(
            type ->
                DynamicTest.dynamicTest(
                    type.getName(), () -> arrives(assertInstanceOf(type, sample(type)))));
  }

  @Test
  void whateverAPoolAsksForArrives() {
    Set<Class<?>> asked = new HashSet<>();
    ActorRef<MarginAccountActor.Reply> asker =
        KIT.<MarginAccountActor.Reply>createTestProbe().ref();
    for (Ask ask : ClearingSamples.asks()) {
      asked.add(ask.getClass());
      arrives(new MarginAccountActor.PoolStep(3, ask, ClearingSamples.MARKS, asker));
    }
    assertEquals(Set.copyOf(WireNames.members(Ask.class)), asked);
  }

  private static void arrives(Object message) {
    assertInstanceOf(JacksonCborSerializer.class, SERIALIZATION.findSerializerFor(message));
    KIT.serializationTestKit().verifySerialization(message, true);
  }

  /** A value of the type, from its components' types. */
  private Object sample(Type type) throws ReflectiveOperationException {
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      Class<?> raw = (Class<?>) generic.getRawType();
      if (raw == Optional.class) {
        return Optional.of(sample(of[0]));
      } else if (raw == List.class) {
        return List.of(sample(of[0]));
      } else if (raw == SortedMap.class) {
        return new TreeMap<>(Map.of(sample(of[0]), sample(of[1])));
      } else if (raw == SortedSet.class) {
        return new TreeSet<>(Set.of(sample(of[0])));
      } else if (raw == BucketMap.class) {
        return BucketMap.<AccountId, Object>empty().with((AccountId) sample(of[0]), sample(of[1]));
      } else if (raw == SignedAction.class) {
        return new SignedAction<>(
            (UserAction) sample(of[0]),
            31337,
            WireSamples.VAULT.address(),
            WireSamples.signature(0x61));
      }
      return sample(raw);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == long.class || raw == Long.class) {
      return ++counter;
    } else if (raw == int.class || raw == Integer.class) {
      return (int) ++counter;
    } else if (raw == boolean.class) {
      return true;
    } else if (raw == String.class) {
      return "text " + ++counter;
    } else if (raw.isEnum()) {
      return raw.getEnumConstants()[0];
    }
    for (Map.Entry<Class<?>, Object> candidate : known.entrySet()) {
      if (raw.isAssignableFrom(candidate.getKey())) {
        return candidate.getValue();
      }
    }
    return record(raw.isSealed() ? WireNames.members(raw).getFirst() : raw);
  }

  private Object record(Class<?> type) throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = sample(components[i].getGenericType());
    }
    return type.getDeclaredConstructor(types).newInstance(values);
  }
}
