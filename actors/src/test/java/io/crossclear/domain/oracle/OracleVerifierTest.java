package io.crossclear.domain.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.oracle.OracleMessage.Proposed;
import io.crossclear.domain.oracle.OracleVerifier.Checked;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.testing.PlainKeccak;
import io.crossclear.testing.StubSignatures;
import io.crossclear.testing.TestNetwork;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OracleVerifierTest {

  private static final long PRICE = 50_000_00000000L;
  private static final long AT = TestOracles.START;

  private final TestOracles network = new TestOracles(4);
  private final List<ReportRow> rows = network.rows(AT, PRICE, PRICE, PRICE);

  private static int[] first(int count) {
    return IntStream.range(0, count).toArray();
  }

  private Optional<CertificateRefusal> refusal(CertifiedReport report) {
    return switch (network.verifier.check(report)) {
      case Checked.Verified verified -> Optional.empty();
      case Checked.Refused refused -> Optional.of(refused.reason());
    };
  }

  private CertifiedReport with(CertifiedReport report, List<Signature> signatures) {
    Certificate c = report.certificate();
    return new CertifiedReport(
        new Certificate(
            c.epoch(), c.round(), c.reportHash(), c.observedAt(), c.config(), signatures),
        report.rows());
  }

  @Nested
  final class Certificates {

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 10, 13})
    void aQuorumCertifiesAndOneLessDoesNot(int n) {
      TestOracles many = new TestOracles(n);
      List<ReportRow> theirs = many.rows(AT, PRICE, PRICE, PRICE);
      CertifiedReport enough = many.certify(7, AT, theirs, first(many.config.quorum()));
      CertifiedReport all = many.certify(7, AT, theirs, first(n));
      CertifiedReport less = many.certify(7, AT, theirs, first(many.config.quorum() - 1));
      CertifiedReport liars = many.certify(7, AT, theirs, first(many.config.faulty()));

      assertEquals(Optional.empty(), many.verifier.refusal(enough.certificate()));
      assertEquals(Optional.empty(), many.verifier.refusal(all.certificate()));
      assertEquals(
          Optional.of(CertificateRefusal.TOO_FEW_SIGNATURES),
          many.verifier.refusal(less.certificate()));
      assertEquals(
          Optional.of(CertificateRefusal.TOO_FEW_SIGNATURES),
          many.verifier.refusal(liars.certificate()));
    }

    @Test
    void liarsCannotSignTwice() {
      assertEquals(
          Optional.of(CertificateRefusal.SIGNERS_NOT_ASCENDING),
          refusal(network.certify(7, AT, rows, 0, 0, 0)));
      assertEquals(
          Optional.of(CertificateRefusal.SIGNERS_NOT_ASCENDING),
          refusal(network.certify(7, AT, rows, 0, 1, 1)));
      assertEquals(
          Optional.of(CertificateRefusal.SIGNERS_NOT_ASCENDING),
          refusal(network.certify(7, AT, rows, 2, 1, 0)));
      assertEquals(
          Optional.of(CertificateRefusal.TOO_MANY_SIGNATURES),
          refusal(network.certify(7, AT, rows, 0, 0, 0, 0, 0)));
    }

    @Test
    void strangersDoNotCount() {
      CertifiedReport right = network.certify(7, AT, rows, 0, 1, 2);
      Hash digest = network.verifier.digest(right.certificate());
      List<Signature> signatures = new ArrayList<>(right.certificate().signatures());
      signatures.set(1, StubSignatures.sign(TestNetwork.address(0x99), digest));

      assertEquals(Optional.of(CertificateRefusal.NOT_AN_ORACLE), refusal(with(right, signatures)));
      signatures.set(1, new Signature("0x" + "0".repeat(128)));
      assertEquals(Optional.of(CertificateRefusal.NOT_AN_ORACLE), refusal(with(right, signatures)));
    }

    @Test
    void signaturesForAnotherNetworkRoundEpochTimeOrReportAreWorthNothing() {
      CertifiedReport right = network.certify(7, AT, rows, 0, 1, 2);
      Certificate c = right.certificate();
      List<Certificate> others =
          List.of(
              new Certificate(1, 7, c.reportHash(), AT, c.config(), c.signatures()),
              new Certificate(0, 8, c.reportHash(), AT, c.config(), c.signatures()),
              new Certificate(0, 7, TestNetwork.word(3), AT, c.config(), c.signatures()),
              new Certificate(0, 7, c.reportHash(), AT + 1, c.config(), c.signatures()));

      assertEquals(Optional.empty(), refusal(right));
      for (Certificate other : others) {
        assertEquals(
            Optional.of(CertificateRefusal.NOT_AN_ORACLE), network.verifier.refusal(other));
      }
      TestOracles elsewhere = new TestOracles(4, TestNetwork.word(78));
      assertEquals(Optional.of(CertificateRefusal.NOT_AN_ORACLE), elsewhere.verifier.refusal(c));
    }

    @Test
    void anotherConfigurationIsRefusedByName() {
      CertifiedReport right = network.certify(7, AT, rows, 0, 1, 2);
      OracleConfig fewerFeeds =
          OracleConfig.of(network.config.oracles(), network.config.feeds().subList(0, 2));
      TestOracles reconfigured = new TestOracles(fewerFeeds, TestOracles.NETWORK);

      assertEquals(
          Optional.of(CertificateRefusal.OTHER_CONFIG),
          reconfigured.verifier.refusal(right.certificate()));
    }

    @Test
    void rowsThatWereNotCertifiedAreRefused() {
      CertifiedReport right = network.certify(7, AT, rows, 0, 1, 2);
      List<ReportRow> altered = network.rows(AT, PRICE, PRICE + 1, PRICE);

      assertEquals(
          Optional.of(CertificateRefusal.OTHER_ROWS),
          refusal(new CertifiedReport(right.certificate(), altered)));
      assertEquals(
          Optional.of(CertificateRefusal.OTHER_FEEDS),
          refusal(new CertifiedReport(right.certificate(), rows.subList(0, 2))));
      assertEquals(
          Optional.of(CertificateRefusal.OTHER_FEEDS),
          refusal(new CertifiedReport(right.certificate(), rows.reversed())));
    }

    /** H-02: whatever bit is turned, the certificate falls. */
    @Test
    void everyBitOfASignatureMatters() {
      CertifiedReport right = network.certify(7, AT, rows, 0, 1, 2);
      byte[] signature = right.certificate().signatures().get(1).bytes();
      for (int bit = 0; bit < signature.length * 8; bit++) {
        byte[] turned = signature.clone();
        turned[bit / 8] ^= (byte) (1 << bit % 8);
        List<Signature> signatures = new ArrayList<>(right.certificate().signatures());
        signatures.set(1, new Signature(io.crossclear.domain.signing.Hex.encode(turned)));

        assertNotEquals(Optional.empty(), refusal(with(right, signatures)), "bit " + bit);
      }
    }
  }

  @Nested
  final class Rows {

    @Test
    void everyRowIsProvedByItsPath() {
      VerifiedReport report = network.report(7, AT, rows);
      for (int i = 0; i < rows.size(); i++) {
        assertTrue(network.verifier.proves(report.proof(i), report.certificate()));
      }
    }

    @Test
    void aTamperedRowOrPathIsNot() {
      VerifiedReport report = network.report(7, AT, rows);
      RowProof proof = report.proof(1);
      ReportRow r = proof.row();
      List<ReportRow> tampered =
          List.of(
              new ReportRow(TestOracles.BTC, r.price(), r.low(), r.high(), 4, AT, r.status()),
              new ReportRow(r.feed(), r.price() + 1, r.low(), r.high(), 4, AT, r.status()),
              new ReportRow(r.feed(), r.price(), r.low() + 1, r.high(), 4, AT, r.status()),
              new ReportRow(r.feed(), r.price(), r.low(), r.high() + 1, 4, AT, r.status()),
              new ReportRow(r.feed(), r.price(), r.low(), r.high(), 3, AT, r.status()),
              new ReportRow(r.feed(), r.price(), r.low(), r.high(), 4, AT + 1, r.status()),
              new ReportRow(r.feed(), r.price(), r.low(), r.high(), 4, AT, RowStatus.OUT_OF_RANGE));
      for (ReportRow row : tampered) {
        assertFalse(
            network.verifier.proves(new RowProof(row, 1, 3, proof.path()), report.certificate()),
            row.toString());
      }
      List<Hash> path = new ArrayList<>(proof.path());
      path.set(0, TestNetwork.word(1));
      assertFalse(network.verifier.proves(new RowProof(r, 1, 3, path), report.certificate()));
      for (RowProof wrong :
          List.of(
              new RowProof(r, 0, 3, proof.path()),
              new RowProof(r, 1, 2, proof.path()),
              new RowProof(r, 1, 4, proof.path()),
              new RowProof(r, 1, 3, proof.path().subList(0, 1)),
              new RowProof(r, -1, 3, proof.path()))) {
        assertFalse(network.verifier.proves(wrong, report.certificate()), wrong.toString());
      }
    }

    @Test
    void aRightPathToACertificateOfTooFewIsNot() {
      VerifiedReport report = network.report(7, AT, rows);
      CertifiedReport weak = network.certify(7, AT, rows, 0, 1);

      assertFalse(network.verifier.proves(report.proof(0), weak.certificate()));
    }

    /** H-26: feeds swapped at deployment. */
    @Test
    void aPriceOfOneFeedIsNeverTheRowOfAnother() {
      VerifiedReport report = network.report(7, AT, network.rows(AT, 1_00000000L, PRICE, PRICE));
      RowProof btc = report.proof(0);
      ReportRow r = btc.row();
      ReportRow asEth =
          new ReportRow(TestOracles.ETH, r.price(), r.low(), r.high(), r.count(), AT, r.status());

      assertFalse(
          network.verifier.proves(new RowProof(asEth, 0, 3, btc.path()), report.certificate()));
      assertFalse(
          network.verifier.proves(new RowProof(asEth, 1, 3, btc.path()), report.certificate()));
    }
  }

  @Nested
  final class Proposals {

    private final List<SignedObservation> seen =
        network.observations(7, PRICE, PRICE + 10, PRICE + 20, PRICE + 30);

    private Optional<ProposalRefusal> refusal(List<SignedObservation> observations) {
      return network.verifier.refusal(network.propose(7, observations));
    }

    @Test
    void whatFollowsFromEnoughObservationsIsTaken() {
      assertEquals(Optional.empty(), refusal(seen));
      for (int left = 0; left < 4; left++) {
        List<SignedObservation> three = new ArrayList<>(seen);
        three.remove(left);
        assertEquals(Optional.empty(), refusal(three));
      }
    }

    @Test
    void droppingObservationsBelow2fPlus1IsRefused() {
      assertEquals(Optional.of(ProposalRefusal.TOO_FEW_OBSERVATIONS), refusal(seen.subList(0, 2)));
      assertEquals(
          Optional.of(ProposalRefusal.TOO_MANY_OBSERVATIONS),
          refusal(List.of(seen.get(0), seen.get(1), seen.get(2), seen.get(3), seen.get(3))));
    }

    @Test
    void alteredRowsAreRefused() {
      Proposed right = network.propose(7, seen);
      Hash other = network.verifier.tree(network.rows(AT, PRICE, PRICE, PRICE)).root();
      Hash digest = network.verifier.voteDigest(0, 7, other, AT);

      assertEquals(
          Optional.of(ProposalRefusal.OTHER_ROWS),
          network.verifier.refusal(
              new Proposed(0, 7, right.observations(), other, network.sign(0, digest))));
    }

    @Test
    void anObserverHasOneObservation() {
      SignedObservation again = network.observe(1, 7, PRICE + 999);

      assertEquals(
          Optional.of(ProposalRefusal.OBSERVERS_NOT_ASCENDING),
          refusal(List.of(seen.get(0), seen.get(1), again)));
      assertEquals(
          Optional.of(ProposalRefusal.OBSERVERS_NOT_ASCENDING),
          refusal(List.of(seen.get(1), seen.get(0), seen.get(2))));
    }

    @Test
    void observationsOfOtherRoundsFeedsOrStrangersAreRefused() {
      SignedObservation old = network.observe(2, 6, PRICE);
      assertEquals(
          Optional.of(ProposalRefusal.OTHER_ROUND),
          refusal(List.of(seen.get(0), seen.get(1), old)));

      SignedObservation narrow = network.observe(2, 7, List.of(new ObservedPrice(PRICE, 3)));
      Proposed withNarrow =
          new Proposed(
              0,
              7,
              List.of(seen.get(0), seen.get(1), narrow),
              TestNetwork.word(1),
              network.sign(0, TestNetwork.word(1)));
      assertEquals(Optional.of(ProposalRefusal.OTHER_FEEDS), network.verifier.refusal(withNarrow));

      Observation third = seen.get(2).observation();
      SignedObservation forged =
          new SignedObservation(third, network.sign(3, network.verifier.digest(third)));
      assertEquals(
          Optional.of(ProposalRefusal.NOT_AN_ORACLE),
          refusal(List.of(seen.get(0), seen.get(1), forged)));

      Observation stranger =
          new Observation(0, 7, TestNetwork.address(0x0b00), AT, network.prices(PRICE));
      SignedObservation strange =
          new SignedObservation(
              stranger, StubSignatures.sign(stranger.oracle(), network.verifier.digest(stranger)));
      assertEquals(
          Optional.of(ProposalRefusal.NOT_AN_ORACLE),
          refusal(List.of(seen.get(0), seen.get(1), strange)));
    }

    @Test
    void anObservationSignedForAnotherNetworkIsRefused() {
      TestOracles elsewhere = new TestOracles(4, TestNetwork.word(78));

      assertEquals(
          Optional.of(ProposalRefusal.NOT_AN_ORACLE),
          refusal(List.of(seen.get(0), seen.get(1), elsewhere.observe(2, 7, PRICE))));
    }

    @Test
    void onlyTheLeaderProposes() {
      Proposed right = network.propose(7, seen);
      Hash digest =
          network.verifier.voteDigest(
              0, 7, right.reportHash(), network.verifier.report(seen).observedAt());

      assertEquals(
          Optional.of(ProposalRefusal.NOT_THE_LEADER),
          network.verifier.refusal(
              new Proposed(0, 7, seen, right.reportHash(), network.sign(1, digest))));
    }
  }

  /**
   * The wire, written out by hand: none of this can change while a certificate is worth anything.
   */
  @Nested
  final class Digests {

    private Hash expected(String tag, byte[] fields) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(Arrays.copyOf(tag.getBytes(StandardCharsets.US_ASCII), 32));
      out.writeBytes(TestOracles.NETWORK.bytes());
      out.writeBytes(network.config.digest(PlainKeccak.INSTANCE).bytes());
      out.writeBytes(fields);
      return PlainKeccak.INSTANCE.hash(out.toByteArray());
    }

    @Test
    void aVoteBindsEpochRoundReportAndTime() {
      Hash reportHash = TestNetwork.word(0xabc);

      assertEquals(
          expected(
              "crossclear oracle vote 1",
              ByteBuffer.allocate(56)
                  .putLong(2)
                  .putLong(3)
                  .put(reportHash.bytes())
                  .putLong(AT)
                  .array()),
          network.verifier.voteDigest(2, 3, reportHash, AT));
    }

    @Test
    void anObservationBindsWhoWhenAndEveryPrice() {
      Observation seen =
          new Observation(
              2,
              3,
              network.oracle(1),
              AT,
              List.of(
                  new ObservedPrice(-5, 255), ObservedPrice.ABSTAINED, new ObservedPrice(6, 3)));

      assertEquals(
          expected(
              "crossclear oracle observation 1",
              ByteBuffer.allocate(75)
                  .putLong(2)
                  .putLong(3)
                  .put(network.oracle(1).bytes())
                  .putLong(AT)
                  .putInt(3)
                  .putLong(-5)
                  .put((byte) 255)
                  .putLong(0)
                  .put((byte) 0)
                  .putLong(6)
                  .put((byte) 3)
                  .array()),
          network.verifier.digest(seen));
    }

    @Test
    void aRowIsHashedWithItsFeedsKey() {
      Hash key = TestOracles.BTC.key(PlainKeccak.INSTANCE);

      assertEquals(
          io.crossclear.domain.signing.Hex.encode(
              ByteBuffer.allocate(70)
                  .put((byte) 0)
                  .put(key.bytes())
                  .putLong(PRICE)
                  .putLong(PRICE - 5)
                  .putLong(PRICE + 5)
                  .putInt(4)
                  .putLong(AT)
                  .put((byte) 0)
                  .array()),
          io.crossclear.domain.signing.Hex.encode(rows.getFirst().leaf(key)));
    }

    @Test
    void theSameFieldsAreNeverTheSameDigestForAnotherPurpose() {
      assertNotEquals(network.verifier.roundDigest(2, 3), network.verifier.markDigest(2, 3));
    }
  }
}
