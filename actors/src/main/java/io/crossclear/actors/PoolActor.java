package io.crossclear.actors;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.ledger.PoolBook;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.ledger.PoolRejection;
import io.crossclear.domain.ledger.PoolTerms;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.SortedMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** A pool: owner of its lines, of its variation cycles, of waterfalls, settlement and funding. */
public final class PoolActor {

  /** What a pool is asked. */
  public sealed interface Command extends ActorSerializable {}

  /** Book the fees of a novated batch; answered with {@link Booked}. */
  public record BookFees(
      Address venue,
      long batch,
      long units,
      SortedMap<String, PoolEvent.Traded> traded,
      ActorRef<Reply> replyTo)
      implements Command {
    public BookFees {
      traded = Exact.ordered(traded);
    }
  }

  /**
   * Take units of an account into the insurance fund; answered with {@link Booked}.
   *
   * @param sequence number of the account's transfer to the fund, without gaps
   */
  public record Contribute(
      Hash transfer, AccountId from, long sequence, long units, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Pay out of the fund what an insolvent account lacks, with a bounty, so that a bidder can take
   * it over; answered with {@link Covered} when the account has it. A copy changes nothing.
   *
   * @param auction of the account
   * @param round of the slice that the bidder is to take
   */
  public record CoverInsolvent(AccountId account, long auction, long round, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Tear up what nobody took and share the loss; answered with {@link Shared} when it is over. A
   * copy changes nothing.
   */
  public record ShareLoss(AccountId account, long auction, ActorRef<Reply> replyTo)
      implements Command {}

  /** Settle an instrument away at the next certified price; answered with {@link Booked}. */
  public record Settle(String instrument, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Pay fund and fees to an account, when nothing trades any more and nobody owes; answered with
   * {@link Booked} when it is begun.
   */
  public record WindUp(AccountId to, ActorRef<Reply> replyTo) implements Command {}

  /** Show the pool. */
  public record Get(ActorRef<View> replyTo) implements Command {}

  /** What a pool answers. */
  public sealed interface Reply extends ActorSerializable {}

  /** It is written down, now or before. */
  public record Booked() implements Reply {}

  /** The fund has paid; 0 when nothing was missing. */
  public record Covered(long units) implements Reply {}

  /** The account has no positions, owes nothing, or never was in need of it. */
  public record Shared() implements Reply {}

  /** Not now; ask again. */
  public record Busy(String why) implements Reply {}

  /** It is refused and stays refused. */
  public record Rejected(PoolRejection reason) implements Reply {}

  /**
   * The pool as it is.
   *
   * @param terms as every node hears them
   * @param cycles finished variation cycles
   * @param stage of the cycle under way, or what else is under way
   * @param settling instruments that are being settled away
   * @param settled instruments that are gone
   */
  public record View(
      PoolBook book,
      PoolTerms terms,
      long cycles,
      String stage,
      List<String> settling,
      List<String> settled)
      implements ActorSerializable {
    public View {
      settling = List.copyOf(settling);
      settled = List.copyOf(settled);
    }
  }

  /** The entity type; its ids are numbers of pools. */
  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "Pool");

  private PoolActor() {}
}
