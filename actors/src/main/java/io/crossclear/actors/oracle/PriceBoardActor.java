package io.crossclear.actors.oracle;

import io.crossclear.actors.ActorSerializable;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.CertifiedReport;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.OracleVerifier;
import io.crossclear.domain.oracle.OracleVerifier.Checked;
import io.crossclear.domain.oracle.PriceBoard;
import io.crossclear.domain.oracle.PriceNotice;
import io.crossclear.domain.oracle.VerifiedReport;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.pubsub.Topic;

/**
 * A node's price board: checks every certificate itself, folds it and shows the result in {@link
 * LatestPrices}.
 */
public final class PriceBoardActor extends AbstractBehavior<PriceBoardActor.Command> {

  /** What a board is told. */
  public sealed interface Command extends ActorSerializable {}

  /** A round's report, as anybody may publish it. */
  public record Published(CertifiedReport report) implements Command {}

  /** Say what these feeds are worth; feeds without a price are left out. */
  public record GetPrices(List<FeedId> feeds, ActorRef<Prices> replyTo) implements Command {
    public GetPrices {
      feeds = List.copyOf(feeds);
    }
  }

  /**
   * What the board shows.
   *
   * @param round of the newest certificate; −1 before the first
   * @param time protocol time, in milliseconds since 1970
   */
  public record Prices(long round, long time, List<CertifiedPrice> prices)
      implements ActorSerializable {
    public Prices {
      prices = List.copyOf(prices);
    }
  }

  private final OracleVerifier verifier;
  private final LatestPrices latest;
  private final Consumer<PriceNotice> notices;

  /**
   * The board behind a view.
   *
   * @param notices told on the board's thread: it must not block
   * @param certificates where reports are published
   */
  public static Behavior<Command> create(
      OracleVerifier verifier,
      LatestPrices latest,
      Consumer<PriceNotice> notices,
      ActorRef<Topic.Command<Published>> certificates) {
    return Behaviors.setup(
        context -> {
          certificates.tell(Topic.subscribe(context.getSelf().narrow()));
          return new PriceBoardActor(context, verifier, latest, notices);
        });
  }

  private PriceBoardActor(
      ActorContext<Command> context,
      OracleVerifier verifier,
      LatestPrices latest,
      Consumer<PriceNotice> notices) {
    super(context);
    this.verifier = verifier;
    this.latest = latest;
    this.notices = notices;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onCommand).build();
  }

  private Behavior<Command> onCommand(Command command) {
    switch (command) {
      case Published(CertifiedReport report) -> take(report);
      case GetPrices get ->
          get.replyTo()
              .tell(
                  new Prices(
                      latest.round(),
                      latest.now(),
                      get.feeds().stream().flatMap(feed -> latest.price(feed).stream()).toList()));
    }
    return this;
  }

  private void take(CertifiedReport report) {
    if (report.certificate().round() <= latest.round()) {
      return;
    }
    switch (verifier.check(report)) {
      case Checked.Refused refused ->
          getContext()
              .getLog()
              .warn(
                  "certificate of round {} refused: {}",
                  report.certificate().round(),
                  refused.reason());
      case Checked.Verified(VerifiedReport verified) -> {
        PriceBoard.Step step = latest.board().apply(verified, latest.monotonic());
        latest.replace(step.next());
        step.notices().forEach(notices);
      }
    }
  }
}
