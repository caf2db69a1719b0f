package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** An auction of one account as a saga. */
public final class AuctionActor {

  /** What an auction is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Open it, since its account has; a copy changes nothing and is not answered. */
  public record Open(AccountId account, long number, AuctionKind kind, long seq)
      implements Command {}

  /** Queue a bid; answered once it is written down or refused. */
  public record Bid(SignedAction<UserAction.Bid> signed, ActorRef<Status> replyTo)
      implements Command {}

  /** Say how far it is. */
  public record Get(ActorRef<Status> replyTo) implements Command {}

  /** Go on, if something is left to do. */
  public record Nudge() implements Command {}

  /**
   * How far an auction is.
   *
   * @param auction {@link LiquidationAuction#EMPTY} when it was never opened
   * @param discountPpm price of a slice now as a part of its value; 0 before it opened
   * @param refusal stable code when a bid is refused: a {@code LiquidationAuction.Rejection} or
   *     {@code AccountRejection}
   */
  public record Status(LiquidationAuction auction, int discountPpm, Optional<String> refusal)
      implements ActorSerializable {}

  /** The entity type; its ids are those that bids name, {@code 0xaccount/number}. */
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Auction");

  private AuctionActor() {}
}
