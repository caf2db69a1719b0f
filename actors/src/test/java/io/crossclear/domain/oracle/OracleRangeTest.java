package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.oracle.OracleAction.ToAll;
import io.crossclear.domain.oracle.OracleMessage.PassedBy;
import io.crossclear.domain.oracle.OracleMessage.Proposed;
import io.crossclear.domain.oracle.OracleMessage.RoundStarted;
import io.crossclear.domain.oracle.OracleMessage.Voted;
import io.crossclear.domain.oracle.OracleNode.Step;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.testing.StubSignatures;
import io.crossclear.testing.TestNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every documented range of the oracles, and words of liars that change nothing. */
final class OracleRangeTest {

  private static final TestOracles ORACLES = new TestOracles(4);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MONTH = Duration.ofDays(30);

  private static void taken(Runnable make) {
    assertDoesNotThrow(make::run);
  }

  private static void refused(Runnable make) {
    assertThrows(IllegalArgumentException.class, make::run);
  }

  @Nested
  class AFeed {
    private final long far = FeedConfig.FARTHEST_PRICE;

    private FeedConfig feed(
        int sources, Duration quotes, Duration heartbeat, Duration age, int deviation, int jump) {
      return new FeedConfig(
          TestOracles.BTC, sources, quotes, deviation, heartbeat, jump, 1, 2, age, 0);
    }

    private FeedConfig range(long lowest, long highest, int widen) {
      return new FeedConfig(
          TestOracles.BTC, 3, SECOND, 1, SECOND, 2, lowest, highest, SECOND, widen);
    }

    @Test
    void asksThreeTo255Sources() {
      taken(() -> feed(3, SECOND, SECOND, SECOND, 1, 2));
      taken(() -> feed(255, SECOND, SECOND, SECOND, 1, 2));
      refused(() -> feed(2, SECOND, SECOND, SECOND, 1, 2));
      refused(() -> feed(256, SECOND, SECOND, SECOND, 1, 2));
    }

    @Test
    void hasAgesAboveNothingAndBelowAMonth() {
      Duration longest = MONTH.minusNanos(1);
      taken(() -> feed(3, longest, longest, longest, 1, 2));
      for (Duration wrong : List.of(Duration.ZERO, SECOND.negated(), MONTH)) {
        refused(() -> feed(3, wrong, SECOND, SECOND, 1, 2));
        refused(() -> feed(3, SECOND, wrong, SECOND, 1, 2));
        refused(() -> feed(3, SECOND, SECOND, wrong, 1, 2));
      }
    }

    @Test
    void jumpsFartherThanItDeviates() {
      refused(() -> feed(3, SECOND, SECOND, SECOND, 0, 2));
      refused(() -> feed(3, SECOND, SECOND, SECOND, 2, 2));
      refused(() -> range(1, 2, -1));
    }

    @Test
    void believesARangeWithin2To60() {
      taken(() -> range(-far, far, 0));
      refused(() -> range(2, 2, 0));
      refused(() -> range(-far - 1, 2, 0));
      refused(() -> range(1, far + 1, 0));
    }
  }

  @Nested
  class AConfiguration {
    private final List<FeedConfig> feeds = ORACLES.config.feeds();

    private List<Address> oracles(int n) {
      return IntStream.range(0, n).mapToObj(i -> TestNetwork.address(0x0a00 + i)).toList();
    }

    @Test
    void hasFourTo255Oracles() {
      taken(() -> OracleConfig.of(oracles(255), feeds));
      refused(() -> OracleConfig.of(oracles(256), feeds));
      refused(() -> OracleConfig.of(oracles(3), feeds));
    }

    @Test
    void hasOneTo4096Feeds() {
      List<FeedConfig> most = new ArrayList<>();
      for (int i = 0; i < 4_097; i++) {
        most.add(FeedConfig.liquid(new FeedId("A" + (10_000 + i) + "/USD"), 1, 2));
      }
      taken(() -> OracleConfig.of(oracles(4), most.subList(0, 4_096)));
      refused(() -> OracleConfig.of(oracles(4), most));
      refused(() -> OracleConfig.of(oracles(4), List.of()));
    }

    /** A liquid feed is stale after 5 s. */
    @Test
    void haltsNoFeedBeforeItIsStale() {
      Duration age = Duration.ofSeconds(5);
      taken(() -> new OracleConfig(oracles(4), feeds, 3, age, age.plusNanos(1)));
      refused(() -> new OracleConfig(oracles(4), feeds, 3, age, age));
    }
  }

  @Nested
  class ASeat {
    private OracleSeat seat(Address self, int reservation, Duration within) {
      return new OracleSeat(
          ORACLES.verifier, self, digest -> StubSignatures.sign(self, digest), reservation, within);
    }

    @Test
    void isAnOraclesWithLimitsAboveNothing() {
      taken(() -> seat(ORACLES.oracle(0), 1, Duration.ofNanos(1)));
      refused(() -> seat(TestNetwork.address(1), 1, SECOND));
      refused(() -> seat(ORACLES.oracle(0), 0, SECOND));
      refused(() -> seat(ORACLES.oracle(0), 1, Duration.ZERO));
    }
  }

  @Test
  void anObservationHasUpTo255SourcesOrNoneAndThenNoPrice() {
    taken(() -> new ObservedPrice(-5, 1));
    taken(() -> new ObservedPrice(0, 255));
    refused(() -> new ObservedPrice(0, -1));
    refused(() -> new ObservedPrice(5, 256));
    refused(() -> new ObservedPrice(5, 0));
    assertEquals(new ObservedPrice(0, 0), ObservedPrice.ABSTAINED);
  }

  @Test
  void twoReportsAreEqualWhenTheyCertifyTheSame() {
    VerifiedReport report = ORACLES.report(1, TestOracles.START, 100_00000000L);
    VerifiedReport copy = ORACLES.report(1, TestOracles.START, 100_00000000L);
    assertEquals(report, copy);
    assertEquals(report.hashCode(), copy.hashCode());
    assertNotEquals(report, ORACLES.report(2, TestOracles.START, 100_00000000L));
    assertNotEquals(report, (Object) report.certificate());
    assertEquals("report of round 1", report.toString());
  }

  @Nested
  class ACertificate {
    private Optional<CertificateRefusal> refusal(long epoch, long round, long observedAt) {
      Certificate certificate =
          new Certificate(
              epoch,
              round,
              TestNetwork.word(1),
              observedAt,
              ORACLES.verifier.configDigest(),
              List.of());
      return ORACLES.verifier.refusal(certificate);
    }

    @Test
    void hasNoNumberBelowZeroWhoeverSignedIt() {
      Optional<CertificateRefusal> outOfRange = Optional.of(CertificateRefusal.OUT_OF_RANGE);
      assertEquals(outOfRange, refusal(-1, 0, 0));
      assertEquals(outOfRange, refusal(0, -1, 0));
      assertEquals(outOfRange, refusal(0, 0, -1));
      assertEquals(Optional.of(CertificateRefusal.TOO_FEW_SIGNATURES), refusal(0, 0, 0));
    }
  }

  @Nested
  class AProposal {
    @Test
    void holdsObservationsOfItsEpochAndItsRoundOnly() {
      List<SignedObservation> fine =
          ORACLES.observations(7, 100_00000000L, 101_00000000L, 102_00000000L);
      Proposed proposal = ORACLES.propose(7, fine);
      assertEquals(Optional.empty(), ORACLES.verifier.refusal(proposal));
      Observation first = fine.getFirst().observation();
      Observation later = new Observation(1, 7, first.oracle(), first.observedAt(), first.prices());
      Observation other = new Observation(0, 8, first.oracle(), first.observedAt(), first.prices());
      for (Observation wrong : List.of(later, other)) {
        List<SignedObservation> mixed = new ArrayList<>(fine);
        mixed.set(0, ORACLES.signed(0, wrong));
        assertEquals(
            Optional.of(ProposalRefusal.OTHER_ROUND),
            ORACLES.verifier.refusal(
                new Proposed(0, 7, mixed, proposal.reportHash(), proposal.vote())));
      }
    }

    @Test
    void holdsNoObservationFromBeforeAllTime() {
      List<SignedObservation> mixed =
          new ArrayList<>(ORACLES.observations(7, 100_00000000L, 101_00000000L, 102_00000000L));
      Observation first = mixed.getFirst().observation();
      mixed.set(0, ORACLES.signed(0, new Observation(0, 7, first.oracle(), -1, first.prices())));
      assertEquals(
          Optional.of(ProposalRefusal.NOT_AN_ORACLE),
          ORACLES.verifier.refusal(ORACLES.propose(7, mixed)));
    }
  }

  @Nested
  class TheTimeOfAReport {
    /** Clocks 10, 40, 20, 30: the third of all, and of the three that have a price the second. */
    @Test
    void isTheMiddleOfTheClocksWhateverTheirOrder() {
      List<ObservedPrice> prices = ORACLES.prices(100_00000000L);
      List<ObservedPrice> without = new ArrayList<>(prices);
      without.set(0, ObservedPrice.ABSTAINED);
      long[] clocks = {10, 40, 20, 30};
      List<Observation> observations = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        observations.add(
            new Observation(0, 1, ORACLES.oracle(i), clocks[i], i == 3 ? without : prices));
      }
      Report report = Report.of(ORACLES.config, observations);
      assertEquals(30, report.observedAt());
      assertEquals(20, report.rows().getFirst().observedAt());
      assertEquals(30, report.rows().getLast().observedAt());
    }
  }

  /** The second way: the documented layout, written by hand. */
  @Test
  void theDigestOfAConfigurationIsOverEveryOracleAndFeed() throws java.io.IOException {
    var bytes = new java.io.ByteArrayOutputStream();
    var out = new java.io.DataOutputStream(bytes);
    out.writeBytes("crossclear oracle config 1");
    out.writeInt(4);
    out.writeInt(3);
    for (Address oracle : ORACLES.config.oracles()) {
      out.write(oracle.bytes());
    }
    for (FeedConfig feed : ORACLES.config.feeds()) {
      out.write(feed.feed().key(TestNetwork.KECCAK).bytes());
      out.writeInt(3);
      out.writeLong(5_000);
      out.writeInt(1_000);
      out.writeLong(60_000);
      out.writeInt(50_000);
      out.writeLong(TestOracles.MIN_PRICE);
      out.writeLong(TestOracles.MAX_PRICE);
      out.writeLong(5_000);
      out.writeInt(200);
    }
    out.writeInt(3);
    out.writeLong(5_000);
    out.writeLong(600_000);
    assertEquals(
        TestNetwork.KECCAK.hash(bytes.toByteArray()), ORACLES.config.digest(TestNetwork.KECCAK));
  }

  @Nested
  class ALeaf {
    private final Hash leaf = TestNetwork.word(3);

    @Test
    void liesWithinItsTree() {
      refused(() -> MerkleTree.root(leaf, -1, 2, List.of(leaf), TestNetwork.KECCAK));
      refused(() -> MerkleTree.root(leaf, 2, 2, List.of(leaf), TestNetwork.KECCAK));
      refused(() -> MerkleTree.root(leaf, 0, 0, List.of(), TestNetwork.KECCAK));
    }
  }

  /** Oracle 0 leads epoch 0; oracles 1 to 3 follow. */
  @Nested
  class AWordOfALiar {
    private final OracleSeat leader = ORACLES.seat(0);
    private final OracleNode node = OracleNode.recovered(VoteMark.NONE);
    private final Signature anything = ORACLES.sign(1, TestNetwork.word(5));

    private void unchanged(OracleNode at, OracleMessage message) {
      Step step = at.receive(message, leader, 0);
      assertEquals(at, step.next());
      assertEquals(List.of(), step.events());
      assertEquals(List.of(), step.actions());
    }

    @Test
    void aboutAnotherEpochOrNoRoundChangesNothing() {
      unchanged(node, new RoundStarted(1, 5, anything));
      Signature zero = ORACLES.sign(0, ORACLES.verifier.roundDigest(0, 0));
      unchanged(node, new RoundStarted(0, 0, zero));
    }

    @Test
    void whoIsNoOracleMovesNoMark() {
      Address stranger = TestNetwork.address(1);
      Signature signed = StubSignatures.sign(stranger, ORACLES.verifier.markDigest(0, 50));
      unchanged(node, new PassedBy(0, 50, stranger, signed));
    }

    @Test
    void toAFollowerMovesNoMark() {
      OracleSeat follower = ORACLES.seat(2);
      Signature signed = ORACLES.sign(1, ORACLES.verifier.markDigest(0, 50));
      Step step = node.receive(new PassedBy(0, 50, ORACLES.oracle(1), signed), follower, 0);
      assertEquals(node, step.next());
    }

    @Test
    void movesAMarkForwardOnly() {
      OracleNode marked = passed(node, 50);
      assertNotEquals(node, marked);
      for (long round : new long[] {50, 49}) {
        Signature old = ORACLES.sign(1, ORACLES.verifier.markDigest(0, round));
        unchanged(marked, new PassedBy(0, round, ORACLES.oracle(1), old));
      }
      unchanged(marked, new PassedBy(0, 51, ORACLES.oracle(1), anything));
    }

    private OracleNode passed(OracleNode at, long round) {
      Signature signed = ORACLES.sign(1, ORACLES.verifier.markDigest(0, round));
      return at.receive(new PassedBy(0, round, ORACLES.oracle(1), signed), leader, 0).next();
    }

    /** One of four may lie: his mark alone never moves the number of the next round. */
    @Test
    void runsAwayWithNoRound() {
      OracleNode marked = passed(node, 1_000_000);
      ToAll started = (ToAll) marked.tick(leader).actions().getFirst();
      assertEquals(1, started.message().round());
    }

    @Test
    void isNoVote() {
      OracleNode led = node.tick(leader).next();
      Signature own = ORACLES.sign(0, ORACLES.verifier.roundDigest(0, 1));
      led = led.receive(new RoundStarted(0, 1, own), leader, 0).next();
      for (int i = 0; i < 4; i++) {
        led =
            led.receive(new OracleMessage.Observed(ORACLES.observe(i, 1, 100_00000000L)), leader, 0)
                .next();
      }
      OracleNode.Tally tally = led.leading().orElseThrow().tally().orElseThrow();
      Address stranger = TestNetwork.address(1);
      Signature his = StubSignatures.sign(stranger, tally.digest());
      unchanged(led, new Voted(0, 1, tally.reportHash(), stranger, his));
      unchanged(led, new Voted(0, 1, tally.reportHash(), ORACLES.oracle(1), his));
      unchanged(led, new Voted(0, 1, TestNetwork.word(8), ORACLES.oracle(1), anything));
      unchanged(led, new Voted(0, 2, tally.reportHash(), ORACLES.oracle(1), anything));
      // his own vote again
      Signature again = ORACLES.sign(0, tally.digest());
      unchanged(led, new Voted(0, 1, tally.reportHash(), ORACLES.oracle(0), again));
      OracleNode done = led;
      for (int i = 1; i < ORACLES.config.quorum(); i++) {
        Signature vote = ORACLES.sign(i, tally.digest());
        done =
            done.receive(new Voted(0, 1, tally.reportHash(), ORACLES.oracle(i), vote), leader, 0)
                .next();
      }
      // a vote beyond the quorum publishes nothing again
      Signature late = ORACLES.sign(3, tally.digest());
      unchanged(done, new Voted(0, 1, tally.reportHash(), ORACLES.oracle(3), late));
      assertEquals(Collections.emptyList(), done.tick(ORACLES.seat(1)).actions());
    }
  }
}
