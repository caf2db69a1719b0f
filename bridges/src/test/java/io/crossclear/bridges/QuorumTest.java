package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Votes without any network: providers answer by their place. */
final class QuorumTest {

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<RpcProvider> providers =
      IntStream.range(0, 4)
          .mapToObj(i -> new RpcProvider(URI.create("http://p" + i), 1, new OkHttpClient()))
          .toList();
  private final Quorum quorum = new Quorum(providers, 3, Duration.ofMillis(50), threads);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** All four arrive at once, again and again; the order is the scheduler's. */
  @Test
  void threeOfFourAlwaysWinHoweverTheyArrive() {
    for (int round = 0; round < 3_000; round++) {
      int liar = round % 4;
      assertEquals("true", await(quorum.agreed("q", by(i -> i == liar ? "lie" : "true"))));
      List<String> heard = await(quorum.gathered("q", by(i -> i == liar ? refuse("ill") : "well")));
      assertEquals(List.of("well", "well", "well"), heard);
      assertEquals("taken", await(quorum.any("q", by(i -> i == liar ? "taken" : refuse("no")))));
    }
  }

  @Test
  void twoAgainstTwoIsNoAnswerAndEverybodyIsQuoted() {
    ChainException refused =
        assertThrows(
            ChainException.class,
            () -> await(quorum.agreed("the height", by(i -> i < 2 ? "seven" : "eight"))));

    String message = refused.getMessage();
    assertTrue(message.startsWith("the height: 3 of 4 must say the same; "), message);
    for (String said :
        List.of("http://p0 says seven", "http://p1 says seven", "http://p2 says eight")) {
      assertTrue(message.contains(said), message);
    }
  }

  @Test
  void twoThatAnswerAreTooFew() {
    Function<RpcProvider, String> half = by(i -> i < 2 ? "well" : refuse("ill"));

    ChainException refused =
        assertThrows(ChainException.class, () -> await(quorum.gathered("fees", half)));

    assertTrue(refused.getMessage().contains("http://p3 failed: ill"), refused.getMessage());
    assertEquals(
        List.of(0L, 0L, 1L, 1L), providers.stream().map(p -> p.status().failed()).toList());
  }

  @Test
  void aSilentProviderIsWaitedForNoLongerThanTheGrace() {
    CountDownLatch never = new CountDownLatch(1);
    Function<RpcProvider, String> threeAnswer =
        by(
            i -> {
              if (i == 3) {
                try {
                  never.await();
                } catch (InterruptedException stop) {
                  Thread.currentThread().interrupt();
                }
              }
              return "well";
            });

    assertEquals(3, await(quorum.gathered("fees", threeAnswer)).size());
    assertEquals("well", await(quorum.agreed("fees", threeAnswer)));
  }

  @Test
  void aProgrammersFaultInOneAnswerIsThatProvidersFailure() {
    Function<RpcProvider, String> faulty =
        by(
            i -> {
              if (i == 0) {
                throw new StackOverflowError("deep");
              }
              return "well";
            });

    assertEquals("well", await(quorum.agreed("q", faulty)));
  }

  private Function<RpcProvider, String> by(Function<Integer, String> answer) {
    return provider -> answer.apply(providers.indexOf(provider));
  }

  private static String refuse(String why) {
    throw new ChainException(why);
  }

  private static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
    return TransactionSender.await(stage);
  }
}
