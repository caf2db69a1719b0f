package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.oracle.OracleEvent.VotesReserved;
import io.crossclear.domain.oracle.OracleMessage.Observed;
import io.crossclear.domain.oracle.OracleMessage.PassedBy;
import io.crossclear.domain.oracle.OracleMessage.Proposed;
import io.crossclear.domain.oracle.OracleMessage.RoundStarted;
import io.crossclear.domain.oracle.OracleMessage.Voted;
import io.crossclear.domain.oracle.OracleNode.Step;
import io.crossclear.domain.signing.Hash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class OracleNodeTest {

  private static final long PRICE = 50_000_00000000L;
  private static final long NOW = TestOracles.START;

  private final TestOracles network = new TestOracles(4);

  private RoundStarted start(long round) {
    return new RoundStarted(0, round, network.sign(0, network.verifier.roundDigest(0, round)));
  }

  private static OracleAction only(Step step) {
    assertEquals(1, step.actions().size(), step.actions().toString());
    return step.actions().getFirst();
  }

  private static void assertNothing(OracleNode before, Step step) {
    assertSame(before, step.next());
    assertEquals(List.of(), step.events());
    assertEquals(List.of(), step.actions());
  }

  /** Oracle 1 in a round that it has observed. */
  private OracleNode observing(VoteMark mark, long round) {
    OracleSeat seat = network.seat(1);
    OracleNode joined = OracleNode.recovered(mark).receive(start(round), seat, NOW).next();
    return joined.quoted(round, network.prices(PRICE), seat, NOW).next();
  }

  private Proposed proposal(long round, long... prices) {
    return network.propose(round, network.observations(round, prices));
  }

  @Nested
  final class Following {

    @Test
    void aStartedRoundIsObservedOnce() {
      OracleSeat seat = network.seat(1);
      Step joined = OracleNode.recovered(VoteMark.NONE).receive(start(1), seat, NOW);
      assertEquals(new OracleAction.AskSources(1), only(joined));

      Step quoted = joined.next().quoted(1, network.prices(PRICE), seat, NOW + 40);

      Observation seen = new Observation(0, 1, network.oracle(1), NOW + 40, network.prices(PRICE));
      assertEquals(new OracleAction.ToLeader(new Observed(network.signed(1, seen))), only(quoted));
      assertEquals(List.of(), quoted.events());
      assertNothing(
          quoted.next(), quoted.next().quoted(1, network.prices(PRICE + 1), seat, NOW + 41));
      assertNothing(quoted.next(), quoted.next().receive(start(1), seat, NOW + 42));
    }

    @Test
    void quotesOfAnAbandonedRoundAreDropped() {
      OracleNode later = observing(VoteMark.NONE, 2);

      assertNothing(later, later.quoted(1, network.prices(PRICE), network.seat(1), NOW));
    }

    @Test
    void onlyTheLeaderStartsARound() {
      OracleNode node = OracleNode.recovered(VoteMark.NONE);
      RoundStarted forged =
          new RoundStarted(0, 1, network.sign(2, network.verifier.roundDigest(0, 1)));
      RoundStarted replayed =
          new RoundStarted(0, 2, network.sign(0, network.verifier.roundDigest(0, 1)));
      RoundStarted ofAnotherEpoch =
          new RoundStarted(4, 1, network.sign(0, network.verifier.roundDigest(4, 1)));

      for (RoundStarted wrong : List.of(forged, replayed, ofAnotherEpoch)) {
        assertNothing(node, node.receive(wrong, network.seat(1), NOW));
      }
    }

    @Test
    void aVoteLeavesOnlyAfterItsMarkIsStored() {
      Step step =
          observing(VoteMark.NONE, 1)
              .receive(proposal(1, PRICE, PRICE, PRICE), network.seat(1, 10), NOW + 100);

      assertEquals(List.of(new VotesReserved(0, 10, NOW + 100)), step.events());
      OracleAction.ToLeader sent = assertInstanceOf(OracleAction.ToLeader.class, only(step));
      Voted vote = assertInstanceOf(Voted.class, sent.message());
      assertEquals(1, vote.round());
      assertEquals(network.oracle(1), vote.oracle());
    }

    @Test
    void oneStoredMarkServesManyRounds() {
      OracleSeat seat = network.seat(1, 3);
      OracleNode node = observing(VoteMark.NONE, 1);
      List<Integer> writes = new ArrayList<>();
      for (long round = 1; round <= 7; round++) {
        node = node.receive(start(round), seat, NOW).next();
        node = node.quoted(round, network.prices(PRICE), seat, NOW).next();
        Step voted = node.receive(proposal(round, PRICE, PRICE, PRICE), seat, NOW);
        assertInstanceOf(OracleAction.ToLeader.class, only(voted));
        writes.add(voted.events().size());
        node = voted.next();
      }

      assertEquals(List.of(1, 0, 0, 1, 0, 0, 1), writes);
    }

    @Test
    void aRoundHasOneVoteWhateverIsProposed() {
      OracleNode voted =
          observing(VoteMark.NONE, 1)
              .receive(proposal(1, PRICE, PRICE, PRICE), network.seat(1), NOW)
              .next();

      assertNothing(voted, voted.receive(proposal(1, PRICE, PRICE, PRICE), network.seat(1), NOW));
      assertNothing(
          voted, voted.receive(proposal(1, PRICE, PRICE + 1, PRICE + 2), network.seat(1), NOW));
    }

    @Test
    void afterACrashItNeverVotesInARoundThatItMayHaveVotedIn() {
      OracleSeat seat = network.seat(1, 10);
      Step before =
          observing(VoteMark.NONE, 1).receive(proposal(1, PRICE, PRICE, PRICE), seat, NOW);
      VoteMark stored = VoteMark.NONE.apply(before.events().getFirst());
      OracleNode after = OracleNode.recovered(stored);

      for (long round = 1; round <= 10; round++) {
        Step asked = after.receive(start(round), seat, NOW);
        OracleAction.ToLeader answer = assertInstanceOf(OracleAction.ToLeader.class, only(asked));
        assertEquals(10, assertInstanceOf(PassedBy.class, answer.message()).round());
        assertNothing(
            asked.next(), asked.next().receive(proposal(round, PRICE, PRICE, PRICE), seat, NOW));
      }
      assertInstanceOf(OracleAction.AskSources.class, only(after.receive(start(11), seat, NOW)));
    }

    @Test
    void alteredProposalsAreComplainedOfAndTheRightOneStillCounts() {
      OracleNode node = observing(VoteMark.NONE, 1);
      Proposed right = proposal(1, PRICE, PRICE + 1, PRICE + 2);
      Proposed altered =
          new Proposed(
              0,
              1,
              right.observations(),
              proposal(1, PRICE, PRICE, PRICE).reportHash(),
              right.vote());
      Proposed thin =
          new Proposed(0, 1, right.observations().subList(0, 2), right.reportHash(), right.vote());

      Step refused = node.receive(altered, network.seat(1), NOW);
      assertEquals(new OracleAction.Complain(1, ProposalRefusal.OTHER_ROWS), only(refused));
      assertEquals(
          new OracleAction.Complain(1, ProposalRefusal.TOO_FEW_OBSERVATIONS),
          only(node.receive(thin, network.seat(1), NOW)));
      assertInstanceOf(
          OracleAction.ToLeader.class, only(refused.next().receive(right, network.seat(1), NOW)));
    }

    @Test
    void aProposalThatComesTooLateIsWorthNothing() {
      OracleNode node = observing(VoteMark.NONE, 1);

      assertNothing(
          node, node.receive(proposal(1, PRICE, PRICE, PRICE), network.seat(1), NOW + 1_001));
    }

    @Test
    void aProposalOfARoundThatItHasNotJoinedIsWorthNothing() {
      OracleNode node = observing(VoteMark.NONE, 2);

      for (long round : new long[] {1, 3}) {
        assertNothing(
            node, node.receive(proposal(round, PRICE, PRICE, PRICE), network.seat(1), NOW));
      }
    }
  }

  @Nested
  final class Leading {

    private final OracleSeat seat = network.seat(0);

    private OracleNode started() {
      Step tick = OracleNode.recovered(VoteMark.NONE).tick(seat);
      assertEquals(new OracleAction.ToAll(start(1)), only(tick));
      return tick.next();
    }

    private Step observe(OracleNode node, int oracle, long price) {
      return node.receive(new Observed(network.observe(oracle, 1, price)), seat, NOW);
    }

    @Test
    void followersDoNotStartRounds() {
      OracleNode node = OracleNode.recovered(VoteMark.NONE);

      assertNothing(node, node.tick(network.seat(1)));
    }

    @Test
    void itProposesWhenAllWereHeard() {
      OracleNode node = started();
      for (int i = 0; i < 3; i++) {
        node = observe(node, i, PRICE).next();
      }
      Step last = observe(node, 3, PRICE);

      OracleAction.ToAll sent = assertInstanceOf(OracleAction.ToAll.class, only(last));
      Proposed proposal = assertInstanceOf(Proposed.class, sent.message());
      assertEquals(4, proposal.observations().size());
      assertEquals(Optional.empty(), network.verifier.refusal(proposal));
      assertEquals(1, last.events().size(), "its own vote is in the proposal and stored before it");
    }

    @Test
    void itWaitsALittleForTheLast() {
      OracleNode node = started();
      assertEquals(List.of(), observe(node, 3, PRICE).actions());
      node = observe(node, 3, PRICE).next();
      assertNothing(node, node.graceOver(1, seat, NOW));
      node = observe(node, 1, PRICE).next();
      Step third = observe(node, 0, PRICE);
      assertEquals(new OracleAction.AwaitStragglers(1), only(third));

      Step proposed = third.next().graceOver(1, seat, NOW);

      OracleAction.ToAll sent = assertInstanceOf(OracleAction.ToAll.class, only(proposed));
      assertEquals(3, assertInstanceOf(Proposed.class, sent.message()).observations().size());
      assertNothing(proposed.next(), proposed.next().graceOver(1, seat, NOW));
      assertNothing(proposed.next(), observe(proposed.next(), 2, PRICE));
      assertNothing(third.next(), third.next().graceOver(2, seat, NOW));
    }

    @Test
    void forgedRepeatedAndMisshapenObservationsAreDropped() {
      OracleNode node = observe(started(), 1, PRICE).next();
      Observation second = new Observation(0, 1, network.oracle(2), NOW, network.prices(PRICE));
      SignedObservation forged =
          new SignedObservation(second, network.sign(3, network.verifier.digest(second)));

      assertNothing(node, observe(node, 1, PRICE + 1));
      assertNothing(node, node.receive(new Observed(forged), seat, NOW));
      assertNothing(node, node.receive(new Observed(network.observe(2, 2, PRICE)), seat, NOW));
      assertNothing(node, node.receive(new Observed(network.observe(2, 1, List.of())), seat, NOW));
    }

    @Test
    void aQuorumOfVotesIsPublishedOnce() {
      OracleNode node = started();
      for (int i = 0; i < 4; i++) {
        node = observe(node, i, PRICE + i).next();
      }
      Report report =
          network.verifier.report(network.observations(1, PRICE, PRICE + 1, PRICE + 2, PRICE + 3));
      Hash reportHash = network.verifier.tree(report.rows()).root();
      Hash digest = network.verifier.voteDigest(0, 1, reportHash, report.observedAt());
      Voted first = new Voted(0, 1, reportHash, network.oracle(3), network.sign(3, digest));
      Voted forged = new Voted(0, 1, reportHash, network.oracle(2), network.sign(3, digest));
      Voted second = new Voted(0, 1, reportHash, network.oracle(2), network.sign(2, digest));

      Step one = node.receive(first, seat, NOW);
      assertEquals(List.of(), one.actions());
      assertNothing(one.next(), one.next().receive(first, seat, NOW));
      assertNothing(one.next(), one.next().receive(forged, seat, NOW));
      Step two = one.next().receive(second, seat, NOW);

      CertifiedReport published = assertInstanceOf(OracleAction.Publish.class, only(two)).report();
      assertInstanceOf(OracleVerifier.Checked.Verified.class, network.verifier.check(published));
      assertEquals(report.rows(), published.rows());
      Voted late = new Voted(0, 1, reportHash, network.oracle(1), network.sign(1, digest));
      assertNothing(two.next(), two.next().receive(late, seat, NOW));
    }

    @Test
    void itSkipsRoundsThatFPlus1OraclesArePast() {
      OracleNode node = started();
      node = passed(node, 2, 500).next();
      assertEquals(2, roundOf(node.tick(seat)), "one oracle alone may lie");
      node = passed(node, 3, 400).next();
      assertEquals(401, roundOf(node.tick(seat)));
      node = passed(node, 3, Long.MAX_VALUE / 2).next();
      assertEquals(501, roundOf(node.tick(seat)), "a liar gets no further than the honest");
      assertNothing(node, passed(node, 2, 499));
      PassedBy forged =
          new PassedBy(
              0, 900, network.oracle(1), network.sign(3, network.verifier.markDigest(0, 900)));
      assertNothing(node, node.receive(forged, seat, NOW));
    }

    private Step passed(OracleNode node, int oracle, long round) {
      return node.receive(
          new PassedBy(
              0,
              round,
              network.oracle(oracle),
              network.sign(oracle, network.verifier.markDigest(0, round))),
          seat,
          NOW);
    }

    private static long roundOf(Step tick) {
      OracleAction.ToAll sent = assertInstanceOf(OracleAction.ToAll.class, only(tick));
      return sent.message().round();
    }

    @Test
    void itNeverStartsARoundTwice() {
      Step first = OracleNode.recovered(VoteMark.NONE).tick(seat);
      Step second = first.next().tick(seat);

      assertNotEquals(roundOf(first), roundOf(second));
      assertEquals(11, roundOf(OracleNode.recovered(new VoteMark(0, 10)).tick(seat)));
    }
  }

  /**
   * Oracles, the messages between them in any order, crashes, and a liar whose word is chosen at
   * random.
   */
  private static final class World {

    private record Letter(int to, OracleMessage message) {}

    final TestOracles network;
    final Random random;
    final List<OracleNode> nodes = new ArrayList<>();
    final List<VoteMark> marks = new ArrayList<>();
    final List<Letter> letters = new ArrayList<>();
    final Map<String, Hash> votes = new HashMap<>();
    final Map<Long, Hash> certified = new HashMap<>();
    final int liar;
    long now = TestOracles.START;

    World(int n, long seed) {
      network = new TestOracles(n);
      random = new Random(seed);
      liar = 1 + random.nextInt(n - 1);
      for (int i = 0; i < n; i++) {
        nodes.add(OracleNode.recovered(VoteMark.NONE));
        marks.add(VoteMark.NONE);
      }
    }

    private long honestPrice(int oracle) {
      return PRICE + oracle;
    }

    void take(int oracle, Step step) {
      boolean crashes = random.nextInt(40) == 0;
      for (OracleEvent event : step.events()) {
        marks.set(oracle, marks.get(oracle).apply(event));
      }
      nodes.set(oracle, step.next());
      for (OracleAction action : step.actions()) {
        act(oracle, action);
      }
      if (crashes) {
        nodes.set(oracle, OracleNode.recovered(marks.get(oracle)));
      }
    }

    private void act(int oracle, OracleAction action) {
      switch (action) {
        case OracleAction.ToAll(OracleMessage message) -> {
          for (int to = 0; to < nodes.size(); to++) {
            send(to, message);
          }
        }
        case OracleAction.ToLeader(OracleMessage message) -> {
          if (message instanceof Voted vote) {
            String ballot = oracle + "@" + vote.round();
            assertTrue(votes.putIfAbsent(ballot, vote.reportHash()) == null, ballot);
          }
          send(0, message);
        }
        case OracleAction.AskSources(long round) -> {
          long price = oracle == liar ? random.nextLong() : honestPrice(oracle);
          take(
              oracle,
              nodes.get(oracle).quoted(round, network.prices(price), network.seat(oracle), now));
        }
        case OracleAction.AwaitStragglers(long round) ->
            take(oracle, nodes.get(oracle).graceOver(round, network.seat(oracle), now));
        case OracleAction.Publish(CertifiedReport report) -> publish(report);
        case OracleAction.Complain complain -> throw new AssertionError(complain.toString());
      }
    }

    private void publish(CertifiedReport report) {
      assertInstanceOf(OracleVerifier.Checked.Verified.class, network.verifier.check(report));
      Certificate certificate = report.certificate();
      assertEquals(
          certificate.reportHash(),
          certified.getOrDefault(certificate.round(), certificate.reportHash()));
      certified.put(certificate.round(), certificate.reportHash());
      for (ReportRow row : report.rows()) {
        assertTrue(row.low() >= PRICE && row.high() < PRICE + nodes.size(), row.toString());
        assertTrue(row.low() <= row.price() && row.price() <= row.high(), row.toString());
      }
    }

    private void send(int to, OracleMessage message) {
      if (random.nextInt(50) == 0) {
        return;
      }
      letters.add(new Letter(to, message));
      if (random.nextInt(20) == 0) {
        letters.add(new Letter(to, message));
      }
    }

    void run(int steps) {
      for (int i = 0; i < steps; i++) {
        now += 3;
        if (letters.isEmpty() || random.nextInt(60) == 0) {
          take(0, nodes.get(0).tick(network.seat(0)));
        } else {
          Letter letter = letters.remove(random.nextInt(Math.min(letters.size(), 8)));
          int to = letter.to();
          take(to, nodes.get(to).receive(letter.message(), network.seat(to), now));
        }
      }
    }
  }

  @Property(tries = 40)
  void noRoundHasTwoCertificatesAndNoOracleTwoVotesWhateverIsLostRepeatedOrCrashes(
      @ForAll long seed) {
    for (int n : new int[] {4, 7}) {
      World world = new World(n, seed);

      world.run(1500);

      assertTrue(world.certified.size() >= 2, "rounds certified: " + world.certified.size());
    }
  }

  /**
   * A leader that shows half of the oracles one report and the rest another, with f liars voting
   * for both.
   */
  @Test
  void anEquivocatingLeaderGetsAtMostOneCertificate() {
    for (int n : new int[] {4, 7, 10, 13}) {
      TestOracles many = new TestOracles(n);
      int f = many.config.faulty();
      long[] prices = new long[n];
      for (int i = 0; i < n; i++) {
        prices[i] = PRICE + i;
      }
      List<SignedObservation> all = many.observations(1, prices);
      Proposed one = many.propose(1, all);
      Proposed two = many.propose(1, all.subList(0, many.config.observations()));
      assertNotEquals(one.reportHash(), two.reportHash());
      for (int split = f; split <= n; split++) {
        Set<Integer> forOne = new HashSet<>();
        Set<Integer> forTwo = new HashSet<>();
        for (int i = 0; i < f; i++) {
          forOne.add(i);
          forTwo.add(i);
        }
        for (int i = f; i < n; i++) {
          OracleSeat seat = many.seat(i);
          RoundStarted start =
              new RoundStarted(0, 1, many.sign(0, many.verifier.roundDigest(0, 1)));
          OracleNode node = OracleNode.recovered(VoteMark.NONE).receive(start, seat, NOW).next();
          Proposed shownFirst = i < split ? one : two;
          Proposed shownNext = i < split ? two : one;
          Step first = node.receive(shownFirst, seat, NOW);
          Step next = first.next().receive(shownNext, seat, NOW);
          assertEquals(List.of(), next.actions());
          OracleAction.ToLeader sent = assertInstanceOf(OracleAction.ToLeader.class, only(first));
          Hash voted = assertInstanceOf(Voted.class, sent.message()).reportHash();
          (voted.equals(one.reportHash()) ? forOne : forTwo).add(i);
        }
        int quorum = many.config.quorum();
        assertTrue(
            forOne.size() < quorum || forTwo.size() < quorum,
            "n = " + n + ": " + forOne + " and " + forTwo);
      }
    }
  }
}
