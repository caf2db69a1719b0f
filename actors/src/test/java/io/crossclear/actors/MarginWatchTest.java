package io.crossclear.actors;

import static io.crossclear.testing.TestMarket.BTC_PERP;
import static io.crossclear.testing.TestMarket.ETH_PERP;
import static io.crossclear.testing.TestMarket.GENESIS;
import static io.crossclear.testing.TestMarket.marks;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.ExposureTable.OpenAuction;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.AuctionDesk;
import io.crossclear.domain.account.Trading.AuctionKind;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolEvent.Loan;
import io.crossclear.domain.margin.Exposure;
import io.crossclear.domain.margin.Position;
import io.crossclear.testing.TestMarket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A watch over rows, prices and accounts that a test moves. */
final class MarginWatchTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "MarginWatchTest",
          ConfigFactory.parseString("pekko.actor.provider = local")
              .withFallback(ConfigFactory.load()));
  private static final long DOLLAR = 1_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SOON = Duration.ofMillis(300);
  private static final AccountId ID = account(1, 1, 0);

  private final Board board = new Board();
  private final Rows rows = new Rows();
  private final ExposureBook book = new ExposureBook(rows);
  private final TestProbe<MarginAccountActor.Command> accounts =
      KIT.createTestProbe(MarginAccountActor.Command.class);
  private final TestProbe<AuctionActor.Command> auctions =
      KIT.createTestProbe(AuctionActor.Command.class);
  private final TestProbe<MarginWatch.Seen> seen = KIT.createTestProbe(MarginWatch.Seen.class);
  private final ActorRef<MarginWatch.Command> watch =
      KIT.spawn(
          MarginWatch.create(
              new ClearingServices(GENESIS, VERIFIER, book, new NoSagas(), () -> 0, board),
              id -> accounts.ref(),
              id -> auctions.ref()));

  private static final class Board implements MarketView {
    volatile Marks marks = TestMarket.marks(1, 10_000, 2_000);

    @Override
    public Optional<Marks> marks(int pool) {
      return pool == 1 ? Optional.of(marks) : Optional.empty();
    }

    @Override
    public long round() {
      return marks.seq();
    }
  }

  private static final class Rows implements ExposureTable {
    @Override
    public CompletionStage<Void> upsert(Exposure exposure) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<Exposure>> ofShard(int shard) {
      return CompletableFuture.completedStage(List.of());
    }
  }

  @AfterEach
  void stopWatch() {
    KIT.stop(watch);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private void load() {
    book.load().toCompletableFuture().join();
  }

  /** 1 unit of an instrument long at its price in the first round, with this much cash. */
  private void row(AccountId id, String instrument, long dollars, Optional<OpenAuction> open) {
    long lots = instrument.equals(BTC_PERP) ? 100_000 : 10_000;
    long cost = (instrument.equals(BTC_PERP) ? 10_000 : 2_000) * DOLLAR;
    Exposure risk =
        new Exposure(
            dollars * DOLLAR,
            0,
            new TreeMap<>(),
            new TreeMap<>(Map.of(instrument, new Position(lots, cost, cost))),
            List.of());
    book.upsert(
            new ExposureTable.Exposure(
                Shards.of(id.hex()),
                id,
                1,
                new TreeMap<>(),
                List.of(),
                Optional.of(
                    new ExposureTable.Clearing(
                        risk, 0, 0, open, new Loan(1, 0, 0), new TreeMap<>()))))
        .toCompletableFuture()
        .join();
  }

  private void row(AccountId id, long dollars) {
    row(id, BTC_PERP, dollars, Optional.empty());
  }

  private MarginWatch.Seen seen() {
    watch.tell(new MarginWatch.Get(seen.ref()));
    return seen.receiveMessage(PATIENCE);
  }

  private void awaitRounds(long rounds) {
    seen.awaitAssert(
        PATIENCE,
        () -> {
          assertEquals(rounds, seen().rounds());
          return true;
        });
  }

  private MarginAccountActor.StartAuction asked() {
    return accounts.expectMessageClass(MarginAccountActor.StartAuction.class, PATIENCE);
  }

  @Nested
  class ANewRound {
    @Test
    void thatBreachesNobodyTouchesNobody() {
      row(ID, 2_000);
      row(account(2, 1, 0), 3_000);
      load();
      awaitRounds(1);
      board.marks = marks(2, 9_500, 2_000);
      awaitRounds(2);

      accounts.expectNoMessage(SOON);
      auctions.expectNoMessage();
      assertEquals(new MarginWatch.Seen(2, 0, 0), seen());
    }

    @Test
    void thatBreachesOneAsksThatOneOnly() {
      row(ID, 1_000);
      row(account(2, 1, 0), 3_000);
      load();
      awaitRounds(1);
      board.marks = marks(2, 9_500, 2_000);

      MarginAccountActor.StartAuction start = asked();
      assertEquals(AuctionKind.LIQUIDATION, start.kind());
      start.replyTo().tell(new MarginAccountActor.AuctionIsOpen(4, AuctionKind.LIQUIDATION, 2));
      assertEquals(
          new AuctionActor.Open(ID, 4, AuctionKind.LIQUIDATION, 2),
          auctions.receiveMessage(PATIENCE));
      accounts.expectNoMessage(SOON);
      assertEquals(1, seen().breaches());
    }

    @Test
    void isLookedAtOnceEveryRowIsLoaded() {
      row(ID, 10);
      accounts.expectNoMessage(SOON);

      load();

      asked();
    }

    @Test
    void thatLeavesOutAPriceSkipsWhoNeedsIt() {
      row(ID, ETH_PERP, 10, Optional.empty());
      row(account(2, 1, 0), 10);
      Marks all = board.marks;
      board.marks =
          new Marks(
              1,
              all.time(),
              0,
              new TreeMap<>(Map.of(BTC_PERP, all.mark(BTC_PERP).orElseThrow())),
              all.collateral());
      load();

      asked();
      accounts.expectNoMessage(SOON);
      assertEquals(new MarginWatch.Seen(1, 1, 1), seen());
    }

    @Test
    void withANumberThatDoesNotFitSkipsThatRow() {
      row(ID, Long.MAX_VALUE / DOLLAR);
      board.marks = marks(1, 20_000, 2_000);
      load();

      awaitRounds(1);
      assertEquals(new MarginWatch.Seen(1, 0, 1), seen());
      row(account(2, 1, 0), 10);
      board.marks = marks(2, 9_000, 2_000);
      asked();
    }
  }

  @Nested
  class ABreachedAccount {
    @Test
    void thatDoesNotAnswerIsAskedAgainAfterASecond() {
      row(ID, 10);
      load();
      asked();
      long first = System.nanoTime();
      Thread rounds = rounds();

      asked();

      rounds.interrupt();
      long apart = System.nanoTime() - first;
      assertEquals(true, apart > Duration.ofMillis(800).toNanos(), "asked after " + apart + " ns");
      assertEquals(1, seen().breaches());
    }

    /** A new round every 20 ms, all at the same prices. */
    private Thread rounds() {
      return Thread.startVirtualThread(
          () -> {
            try {
              for (long seq = 2; seq < 10_000; seq++) {
                board.marks = marks(seq, 10_000, 2_000);
                Thread.sleep(20);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }

    @Test
    void thatHasRecoveredAndRefusesIsLeftAlone() {
      row(ID, 10);
      load();
      asked().replyTo().tell(new MarginAccountActor.Rejected(AccountRejection.NOTHING_TO_AUCTION));
      row(ID, 5_000);
      board.marks = marks(2, 10_000, 2_000);
      awaitRounds(2);

      accounts.expectNoMessage(SOON);
      auctions.expectNoMessage();
    }
  }

  @Nested
  class ARowWithAnAuction {
    @Test
    void hasItsSagaOpenedOnceInAWhile() {
      row(ID, BTC_PERP, 10, Optional.of(new OpenAuction(3, AuctionKind.LIQUIDATION)));
      load();

      assertEquals(
          new AuctionActor.Open(ID, 3, AuctionKind.LIQUIDATION, 1),
          auctions.receiveMessage(PATIENCE));
      board.marks = marks(2, 9_000, 2_000);
      awaitRounds(2);
      auctions.expectNoMessage(SOON);
      accounts.expectNoMessage();
      assertEquals(
          new AuctionActor.Open(ID, 3, AuctionKind.LIQUIDATION, 2),
          auctions.receiveMessage(PATIENCE));
    }

    @Test
    void ofACureIsStillWatched() {
      row(ID, BTC_PERP, 10, Optional.of(new OpenAuction(3, AuctionKind.CURE)));
      load();

      assertEquals(AuctionDesk.auction(ID, 3), auctionOf(auctions.receiveMessage(PATIENCE)));
      asked().replyTo().tell(new MarginAccountActor.AuctionIsOpen(4, AuctionKind.LIQUIDATION, 1));
      assertEquals(AuctionDesk.auction(ID, 4), auctionOf(auctions.receiveMessage(PATIENCE)));
    }

    private static String auctionOf(AuctionActor.Command command) {
      AuctionActor.Open open = (AuctionActor.Open) command;
      return AuctionDesk.auction(open.account(), open.number());
    }
  }
}
