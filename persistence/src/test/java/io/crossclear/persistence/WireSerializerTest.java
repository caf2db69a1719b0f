package io.crossclear.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.ActorSerializable;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.io.NotSerializableException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.apache.pekko.serialization.jackson.JacksonCborSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Pekko's serialization with our configuration. */
final class WireSerializerTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.load(ConfigFactory.parseResources("crossclear-serialization.conf")));

  private final Serialization serialization = SerializationExtension.get(KIT.system());

  /** A message as actors send it. */
  record Ask(
      SignedAction<UserAction.Withdraw> signed,
      UserAction action,
      Optional<String> note,
      ActorRef<String> replyTo)
      implements ActorSerializable {}

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private SerializerWithStringManifest serializer() {
    return assertInstanceOf(
        WireSerializer.class, serialization.findSerializerFor(WireSamples.events().getFirst()));
  }

  @Test
  void eventsAndStatesAreStoredUnderShortNames() throws Exception {
    for (Object event : WireSamples.events()) {
      assertInstanceOf(WireSerializer.class, serialization.findSerializerFor(event));
    }
    for (Object state : WireSamples.states()) {
      assertInstanceOf(WireSerializer.class, serialization.findSerializerFor(state));
    }
    assertEquals("account.credited", serializer().manifest(WireSamples.events().getFirst()));
    assertEquals("account.state", serializer().manifest(WireSamples.states().getFirst()));
  }

  @Test
  void messagesWithReferencesAndSealedFieldsSurviveTheTrip() {
    Ask ask =
        new Ask(
            WireSamples.WITHDRAW,
            WireSamples.TRANSFER.action(),
            Optional.of("x"),
            KIT.<String>createTestProbe().ref());
    assertInstanceOf(JacksonCborSerializer.class, serialization.findSerializerFor(ask));
    KIT.serializationTestKit().verifySerialization(ask, true);
  }

  @Test
  void theMessagesOfAnAccountSurviveTheTrip() {
    ActorRef<MarginAccountActor.Reply> asker =
        KIT.<MarginAccountActor.Reply>createTestProbe().ref();
    List<ActorSerializable> messages =
        List.of(
            new MarginAccountActor.Reserve(WireSamples.WITHDRAW, asker),
            new MarginAccountActor.Reserved(WireSamples.hash(0x31), WireSamples.SPLIT, 2),
            new MarginAccountActor.Rejected(AccountRejection.INSUFFICIENT_BALANCE),
            new MarginAccountActor.View((MarginAccount) WireSamples.states().getFirst(), 2));
    for (ActorSerializable message : messages) {
      KIT.serializationTestKit().verifySerialization(message, true);
    }
  }

  @Test
  void anUnknownNameIsRefusedByName() {
    NotSerializableException refused =
        assertThrows(
            NotSerializableException.class,
            () -> serializer().fromBinary(new byte[0], "account.minted"));
    assertTrue(String.valueOf(refused.getMessage()).contains("account.minted"));
  }

  @Test
  void bytesOfAnotherTypeAreRefused() {
    byte[] bytes = serializer().toBinary(WireSamples.events().getFirst());
    assertThrows(
        NotSerializableException.class,
        () -> serializer().fromBinary(bytes, "account.withdrawal-posted"));
  }
}
