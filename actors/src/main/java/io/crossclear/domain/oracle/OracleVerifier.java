package io.crossclear.domain.oracle;

import io.crossclear.domain.oracle.OracleMessage.Proposed;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignatureRecovery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Recomputes everything that oracles sign. Each digest is keccak256 of
 *
 * <pre>
 * tag (32, ASCII padded with 0) ‖ networkId (32) ‖ configuration digest (32) ‖ fields, big endian
 * </pre>
 *
 * The tags begin with a letter, so that no digest is also one of a transaction or of typed data.
 */
public final class OracleVerifier {

  private static final byte[] ROUND_TAG = tag("crossclear oracle round 1");
  private static final byte[] MARK_TAG = tag("crossclear oracle mark 1");
  private static final byte[] OBSERVATION_TAG = tag("crossclear oracle observation 1");
  private static final byte[] VOTE_TAG = tag("crossclear oracle vote 1");

  private final OracleConfig config;
  private final Keccak keccak;
  private final SignatureRecovery recovery;
  private final Hash configDigest;
  private final byte[] network;
  private final List<Hash> keys;

  /** The rules of one network's oracles. */
  public OracleVerifier(
      OracleConfig config, Hash networkId, Keccak keccak, SignatureRecovery recovery) {
    this.config = config;
    this.keccak = keccak;
    this.recovery = recovery;
    this.configDigest = config.digest(keccak);
    this.network = ByteBuffer.allocate(64).put(networkId.bytes()).put(configDigest.bytes()).array();
    this.keys = config.feeds().stream().map(feed -> feed.feed().key(keccak)).toList();
  }

  private static byte[] tag(String text) {
    return Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), 32);
  }

  /** The configuration. */
  public OracleConfig config() {
    return config;
  }

  /** Its digest, which every certificate carries. */
  public Hash configDigest() {
    return configDigest;
  }

  /** What a leader signs to start a round: epoch u64 ‖ round u64. */
  public Hash roundDigest(long epoch, long round) {
    return digest(ROUND_TAG, ByteBuffer.allocate(16).putLong(epoch).putLong(round).array());
  }

  /** What an oracle signs to say which rounds it is past: epoch u64 ‖ round u64. */
  public Hash markDigest(long epoch, long round) {
    return digest(MARK_TAG, ByteBuffer.allocate(16).putLong(epoch).putLong(round).array());
  }

  /** What an oracle signs to observe: {@link Observation#encode()}. */
  public Hash digest(Observation observation) {
    return digest(OBSERVATION_TAG, observation.encode());
  }

  /** What an oracle signs to vote: epoch u64 ‖ round u64 ‖ reportHash (32) ‖ observedAt u64. */
  public Hash voteDigest(long epoch, long round, Hash reportHash, long observedAt) {
    return digest(
        VOTE_TAG,
        ByteBuffer.allocate(56)
            .putLong(epoch)
            .putLong(round)
            .put(reportHash.bytes())
            .putLong(observedAt)
            .array());
  }

  /** The one digest of everything that a certificate says; it does not depend on who signed. */
  public Hash digest(Certificate certificate) {
    return voteDigest(
        certificate.epoch(),
        certificate.round(),
        certificate.reportHash(),
        certificate.observedAt());
  }

  private Hash digest(byte[] tag, byte[] fields) {
    return keccak.hash(
        ByteBuffer.allocate(96 + fields.length).put(tag).put(network).put(fields).array());
  }

  /** Whether this oracle made this signature. */
  boolean signedBy(Address oracle, Hash digest, Signature signature) {
    return recovery.recover(digest, signature).filter(oracle::equals).isPresent();
  }

  /** Whether an observation covers the feeds and its oracle signed it. */
  boolean valid(SignedObservation signed) {
    Observation observation = signed.observation();
    return config.oracle(observation.oracle()) >= 0
        && observation.prices().size() == config.feeds().size()
        && observation.observedAt() >= 0
        && signedBy(observation.oracle(), digest(observation), signed.signature());
  }

  /** The tree over a report's rows, which are one per feed. */
  MerkleTree tree(List<ReportRow> rows) {
    List<Hash> leaves = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      leaves.add(keccak.hash(rows.get(i).leaf(keys.get(i))));
    }
    return MerkleTree.of(leaves, keccak);
  }

  /** The report of these observations. */
  Report report(List<SignedObservation> observations) {
    return Report.of(config, observations.stream().map(SignedObservation::observation).toList());
  }

  /**
   * Why an oracle must not vote for a proposal; empty when it may. Everything is recomputed,
   * nothing believed.
   */
  public Optional<ProposalRefusal> refusal(Proposed proposal) {
    List<SignedObservation> observations = proposal.observations();
    if (observations.size() < config.observations()) {
      return Optional.of(ProposalRefusal.TOO_FEW_OBSERVATIONS);
    }
    if (observations.size() > config.oracles().size()) {
      return Optional.of(ProposalRefusal.TOO_MANY_OBSERVATIONS);
    }
    for (SignedObservation signed : observations) {
      Observation observation = signed.observation();
      if (observation.epoch() != proposal.epoch() || observation.round() != proposal.round()) {
        return Optional.of(ProposalRefusal.OTHER_ROUND);
      }
      if (observation.prices().size() != config.feeds().size()) {
        return Optional.of(ProposalRefusal.OTHER_FEEDS);
      }
    }
    for (int i = 1; i < observations.size(); i++) {
      Address before = observations.get(i - 1).observation().oracle();
      if (before.compareTo(observations.get(i).observation().oracle()) >= 0) {
        return Optional.of(ProposalRefusal.OBSERVERS_NOT_ASCENDING);
      }
    }
    if (!observations.stream().allMatch(this::valid)) {
      return Optional.of(ProposalRefusal.NOT_AN_ORACLE);
    }
    Report report = report(observations);
    Hash reportHash = tree(report.rows()).root();
    if (!reportHash.equals(proposal.reportHash())) {
      return Optional.of(ProposalRefusal.OTHER_ROWS);
    }
    Hash vote = voteDigest(proposal.epoch(), proposal.round(), reportHash, report.observedAt());
    return signedBy(config.leader(proposal.epoch()), vote, proposal.vote())
        ? Optional.empty()
        : Optional.of(ProposalRefusal.NOT_THE_LEADER);
  }

  /**
   * Why a certificate is none; empty when ⌊(n + f) / 2⌋ + 1 distinct oracles signed exactly this.
   */
  public Optional<CertificateRefusal> refusal(Certificate certificate) {
    if (!certificate.config().equals(configDigest)) {
      return Optional.of(CertificateRefusal.OTHER_CONFIG);
    }
    if (certificate.epoch() < 0 || certificate.round() < 0 || certificate.observedAt() < 0) {
      return Optional.of(CertificateRefusal.OUT_OF_RANGE);
    }
    if (certificate.signatures().size() < config.quorum()) {
      return Optional.of(CertificateRefusal.TOO_FEW_SIGNATURES);
    }
    if (certificate.signatures().size() > config.oracles().size()) {
      return Optional.of(CertificateRefusal.TOO_MANY_SIGNATURES);
    }
    Hash digest = digest(certificate);
    int last = -1;
    for (Signature signature : certificate.signatures()) {
      int signer = recovery.recover(digest, signature).map(config::oracle).orElse(-1);
      if (signer < 0) {
        return Optional.of(CertificateRefusal.NOT_AN_ORACLE);
      }
      if (signer <= last) {
        return Optional.of(CertificateRefusal.SIGNERS_NOT_ASCENDING);
      }
      last = signer;
    }
    return Optional.empty();
  }

  /** What checking a published report came to. */
  public sealed interface Checked {
    /** It is certified. */
    record Verified(VerifiedReport report) implements Checked {}

    /** It is not. */
    record Refused(CertificateRefusal reason) implements Checked {}
  }

  /** Checks a published report: the certificate, and that these are its rows. */
  public Checked check(CertifiedReport published) {
    Optional<CertificateRefusal> refusal = refusal(published.certificate());
    if (refusal.isPresent()) {
      return new Checked.Refused(refusal.get());
    }
    List<ReportRow> rows = published.rows();
    if (!rows.stream()
        .map(ReportRow::feed)
        .toList()
        .equals(config.feeds().stream().map(FeedConfig::feed).toList())) {
      return new Checked.Refused(CertificateRefusal.OTHER_FEEDS);
    }
    MerkleTree tree = tree(rows);
    return tree.root().equals(published.certificate().reportHash())
        ? new Checked.Verified(new VerifiedReport(published.certificate(), rows, tree))
        : new Checked.Refused(CertificateRefusal.OTHER_ROWS);
  }

  /**
   * Whether the certificate is one, and certifies exactly this row of one of the configuration's
   * feeds.
   */
  public boolean proves(RowProof proof, Certificate certificate) {
    try {
      return proof.rows() == config.feeds().size()
          && config.indexOf(proof.row().feed()) == proof.index()
          && proof.reportHash(keccak).equals(certificate.reportHash())
          && refusal(certificate).isEmpty();
    } catch (IllegalArgumentException impossiblePath) {
      return false;
    }
  }
}
