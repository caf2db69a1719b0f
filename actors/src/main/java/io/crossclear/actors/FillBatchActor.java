package io.crossclear.actors;

import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.VenueBatch;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** A fill batch as a saga. */
public final class FillBatchActor {

  /** What a fill batch is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Clear the batch; answered when it is novated or nothing of it can be. */
  public record Submit(VenueBatch batch, ActorRef<Status> replyTo) implements Command {}

  /** Say how far it is. */
  public record Get(ActorRef<Status> replyTo) implements Command {}

  /** Go on, if something is left to do. */
  public record Nudge() implements Command {}

  /**
   * How far a batch is.
   *
   * @param batch {@link FillBatch#EMPTY} when nobody submitted it
   * @param refusal stable code when the whole batch is refused: a {@code FillBatch.Rejection},
   *     {@code WRONG_SIGNER}, {@code WRONG_DOMAIN} or {@code BATCH_NUMBER_REUSED}
   */
  public record Status(FillBatch batch, Optional<String> refusal) implements ActorSerializable {}

  /** The entity type; its ids are {@code 0xvenue/number}. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "FillBatch");

  private FillBatchActor() {}

  /** The entity's id of a venue's batch. */
  public static String id(io.crossclear.domain.signing.Address venue, long number) {
    return venue.hex() + "/" + number;
  }
}
