package io.crossclear.domain.oracle;

import io.crossclear.domain.money.Exact;
import io.crossclear.domain.oracle.OracleMessage.Observed;
import io.crossclear.domain.oracle.OracleMessage.PassedBy;
import io.crossclear.domain.oracle.OracleMessage.Proposed;
import io.crossclear.domain.oracle.OracleMessage.RoundStarted;
import io.crossclear.domain.oracle.OracleMessage.Voted;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One oracle between two inputs. Every oracle follows; the epoch's leader also starts rounds,
 * collects observations, proposes and counts votes.
 *
 * <pre>
 * follower  RoundStarted → AskSources → quoted → Observed → Proposed → (mark stored) → Voted
 * leader    tick → 2f + 1 observations → grace, or all n → Proposed with its own vote → a quorum of votes → Publish
 * </pre>
 *
 * An unfinished round is abandoned by the next. What is not for its round, or forged, changes
 * nothing; what has come before is dropped before a signature is checked.
 *
 * @param epoch fixed while there is one leader
 * @param mark what is stored, or is being stored by the step that led here
 * @param voted the last round in which it voted, or may have voted before a crash
 * @param joined the last round that it takes part in
 * @param joinedAt when it joined, in milliseconds of its own clock
 * @param observed whether it signed its observation of the joined round
 * @param leading the round that it leads
 * @param marks rounds that other oracles are past, as they told it
 */
public record OracleNode(
    long epoch,
    VoteMark mark,
    long voted,
    long joined,
    long joinedAt,
    boolean observed,
    Optional<Leading> leading,
    SortedMap<Address, Long> marks) {

  public OracleNode {
    marks = Exact.ordered(marks);
  }

  /** A round as its leader sees it. */
  record Leading(
      long round, SortedMap<Address, SignedObservation> observations, Optional<Tally> tally) {
    Leading {
      observations = Exact.ordered(observations);
    }
  }

  /**
   * The votes on the leader's proposal.
   *
   * @param digest what is signed
   */
  record Tally(
      Report report,
      Hash reportHash,
      Hash digest,
      SortedMap<Address, Signature> votes,
      boolean done) {
    Tally {
      votes = Exact.ordered(votes);
    }
  }

  /**
   * What an input leads to.
   *
   * @param events to store before anything is done
   */
  public record Step(OracleNode next, List<OracleEvent> events, List<OracleAction> actions) {
    public Step {
      events = List.copyOf(events);
      actions = List.copyOf(actions);
    }
  }

  /** An oracle that starts with what it stored. */
  public static OracleNode recovered(VoteMark mark) {
    return new OracleNode(
        mark.epoch(),
        mark,
        mark.round(),
        mark.round(),
        0,
        true,
        Optional.empty(),
        Collections.emptySortedMap());
  }

  private Step unchanged() {
    return new Step(this, List.of(), List.of());
  }

  private Step act(OracleAction action) {
    return new Step(this, List.of(), List.of(action));
  }

  /** The leader's timer: starts the next round. Nothing at a follower. */
  public Step tick(OracleSeat seat) {
    if (!seat.leads(epoch)) {
      return unchanged();
    }
    long own = Math.max(Math.max(joined, voted), leading.map(Leading::round).orElse(0L));
    long round = Math.max(own, passedElsewhere(seat.verifier().config())) + 1;
    Signature signature = seat.signer().sign(seat.verifier().roundDigest(epoch, round));
    OracleNode next = leading(new Leading(round, Collections.emptySortedMap(), Optional.empty()));
    return next.act(new OracleAction.ToAll(new RoundStarted(epoch, round, signature)));
  }

  /**
   * The (f + 1)th highest of all marks. At most f oracles are beyond it, so a quorum can vote after
   * it; and an honest oracle is at least there, so that liars cannot run away with the numbers.
   */
  private long passedElsewhere(OracleConfig config) {
    long[] all = new long[config.oracles().size()];
    int i = 0;
    for (long each : marks.values()) {
      all[i++] = each;
    }
    Arrays.sort(all);
    return all[all.length - 1 - config.faulty()];
  }

  /** Another oracle, or itself, says something. */
  public Step receive(OracleMessage message, OracleSeat seat, long now) {
    if (message.epoch() != epoch || message.round() < 1) {
      return unchanged();
    }
    return switch (message) {
      case RoundStarted started -> start(started, seat, now);
      case PassedBy claim -> note(claim, seat);
      case Observed(SignedObservation signed) -> collect(signed, seat, now);
      case Proposed proposal -> consider(proposal, seat, now);
      case Voted vote -> count(vote, seat);
    };
  }

  private Step start(RoundStarted started, OracleSeat seat, long now) {
    boolean again = started.round() == joined && joined > voted;
    OracleVerifier verifier = seat.verifier();
    if (again
        || !verifier.signedBy(
            verifier.config().leader(epoch),
            verifier.roundDigest(epoch, started.round()),
            started.signature())) {
      return unchanged();
    }
    if (started.round() <= Math.max(voted, joined)) {
      long passed = Math.max(voted, joined);
      Signature signature = seat.signer().sign(verifier.markDigest(epoch, passed));
      return act(new OracleAction.ToLeader(new PassedBy(epoch, passed, seat.self(), signature)));
    }
    OracleNode next =
        new OracleNode(epoch, mark, voted, started.round(), now, false, leading, marks);
    return next.act(new OracleAction.AskSources(started.round()));
  }

  private Step note(PassedBy claim, OracleSeat seat) {
    OracleVerifier verifier = seat.verifier();
    if (!seat.leads(epoch)
        || verifier.config().oracle(claim.oracle()) < 0
        || claim.round() <= marks.getOrDefault(claim.oracle(), 0L)
        || !verifier.signedBy(
            claim.oracle(), verifier.markDigest(epoch, claim.round()), claim.signature())) {
      return unchanged();
    }
    TreeMap<Address, Long> more = new TreeMap<>(marks);
    more.put(claim.oracle(), claim.round());
    OracleNode next = new OracleNode(epoch, mark, voted, joined, joinedAt, observed, leading, more);
    return next.unchanged();
  }

  /** The sources have answered: signs what it saw, once a round. */
  public Step quoted(long round, List<ObservedPrice> prices, OracleSeat seat, long now) {
    if (round != joined || observed) {
      return unchanged();
    }
    Observation seen = new Observation(epoch, round, seat.self(), now, prices);
    Signature signature = seat.signer().sign(seat.verifier().digest(seen));
    OracleNode next = new OracleNode(epoch, mark, voted, joined, joinedAt, true, leading, marks);
    return next.act(
        new OracleAction.ToLeader(new Observed(new SignedObservation(seen, signature))));
  }

  private Step collect(SignedObservation signed, OracleSeat seat, long now) {
    Observation seen = signed.observation();
    Optional<Leading> open =
        leading.filter(
            round ->
                round.round() == seen.round()
                    && round.tally().isEmpty()
                    && !round.observations().containsKey(seen.oracle()));
    if (open.isEmpty() || !seat.verifier().valid(signed)) {
      return unchanged();
    }
    TreeMap<Address, SignedObservation> more = new TreeMap<>(open.get().observations());
    more.put(seen.oracle(), signed);
    OracleNode next = leading(new Leading(seen.round(), more, Optional.empty()));
    OracleConfig config = seat.verifier().config();
    if (more.size() == config.oracles().size()) {
      return next.propose(seat, now);
    }
    return more.size() == config.observations()
        ? next.act(new OracleAction.AwaitStragglers(seen.round()))
        : next.unchanged();
  }

  /** The leader has waited long enough for the last oracles. */
  public Step graceOver(long round, OracleSeat seat, long now) {
    int needed = seat.verifier().config().observations();
    boolean ready =
        leading
            .filter(open -> open.round() == round)
            .filter(open -> open.tally().isEmpty() && open.observations().size() >= needed)
            .isPresent();
    return ready ? propose(seat, now) : unchanged();
  }

  private Step propose(OracleSeat seat, long now) {
    Leading open = leading.orElseThrow();
    if (open.round() <= voted) {
      return unchanged();
    }
    List<SignedObservation> observations = List.copyOf(open.observations().values());
    OracleVerifier verifier = seat.verifier();
    Report report = verifier.report(observations);
    Hash reportHash = verifier.tree(report.rows()).root();
    Hash digest = verifier.voteDigest(epoch, open.round(), reportHash, report.observedAt());
    Signature own = seat.signer().sign(digest);
    TreeMap<Address, Signature> votes = new TreeMap<>();
    votes.put(seat.self(), own);
    Tally tally = new Tally(report, reportHash, digest, votes, false);
    OracleNode next = leading(new Leading(open.round(), open.observations(), Optional.of(tally)));
    return next.vote(
        open.round(),
        seat,
        now,
        new OracleAction.ToAll(new Proposed(epoch, open.round(), observations, reportHash, own)));
  }

  private Step consider(Proposed proposal, OracleSeat seat, long now) {
    if (proposal.round() != joined
        || proposal.round() <= voted
        || now - joinedAt > seat.proposalWithin().toMillis()) {
      return unchanged();
    }
    Optional<ProposalRefusal> refusal = seat.verifier().refusal(proposal);
    if (refusal.isPresent()) {
      return act(new OracleAction.Complain(proposal.round(), refusal.get()));
    }
    long observedAt = seat.verifier().report(proposal.observations()).observedAt();
    Hash digest =
        seat.verifier().voteDigest(epoch, proposal.round(), proposal.reportHash(), observedAt);
    Voted vote =
        new Voted(
            epoch,
            proposal.round(),
            proposal.reportHash(),
            seat.self(),
            seat.signer().sign(digest));
    return vote(proposal.round(), seat, now, new OracleAction.ToLeader(vote));
  }

  /**
   * Votes in a later round than ever, with the mark stored first unless an earlier write covers it.
   */
  private Step vote(long round, OracleSeat seat, long now, OracleAction then) {
    List<OracleEvent> events = new ArrayList<>();
    VoteMark marked = mark;
    if (round > mark.round()) {
      events.add(new OracleEvent.VotesReserved(epoch, round + seat.reservation() - 1, now));
      marked = mark.apply(events.getFirst());
    }
    OracleNode next =
        new OracleNode(epoch, marked, round, joined, joinedAt, observed, leading, marks);
    return new Step(next, events, List.of(then));
  }

  private Step count(Voted vote, OracleSeat seat) {
    OracleVerifier verifier = seat.verifier();
    Optional<Tally> open =
        leading
            .filter(round -> round.round() == vote.round())
            .flatMap(Leading::tally)
            .filter(tally -> !tally.done() && tally.reportHash().equals(vote.reportHash()))
            .filter(tally -> !tally.votes().containsKey(vote.oracle()));
    if (open.isEmpty()
        || verifier.config().oracle(vote.oracle()) < 0
        || !verifier.signedBy(vote.oracle(), open.get().digest(), vote.vote())) {
      return unchanged();
    }
    Tally tally = open.get();
    TreeMap<Address, Signature> votes = new TreeMap<>(tally.votes());
    votes.put(vote.oracle(), vote.vote());
    boolean done = votes.size() >= verifier.config().quorum();
    Tally counted = new Tally(tally.report(), tally.reportHash(), tally.digest(), votes, done);
    Leading round =
        new Leading(vote.round(), leading.orElseThrow().observations(), Optional.of(counted));
    OracleNode next = leading(round);
    if (!done) {
      return next.unchanged();
    }
    Certificate certificate =
        new Certificate(
            epoch,
            vote.round(),
            tally.reportHash(),
            tally.report().observedAt(),
            verifier.configDigest(),
            List.copyOf(votes.values()));
    return next.act(
        new OracleAction.Publish(new CertifiedReport(certificate, tally.report().rows())));
  }

  private OracleNode leading(Leading round) {
    return new OracleNode(
        epoch, mark, voted, joined, joinedAt, observed, Optional.of(round), marks);
  }
}
