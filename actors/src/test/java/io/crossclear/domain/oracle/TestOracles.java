package io.crossclear.domain.oracle;

import io.crossclear.domain.oracle.OracleMessage.Proposed;
import io.crossclear.domain.oracle.OracleVerifier.Checked;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.testing.PlainKeccak;
import io.crossclear.testing.StubSignatures;
import io.crossclear.testing.TestNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A network of n oracles, numbered from 0 in ascending order of their addresses, with stub keys.
 */
final class TestOracles {

  static final FeedId BTC = new FeedId("BTC/USD");
  static final FeedId ETH = new FeedId("ETH/USD");
  static final FeedId SOL = new FeedId("SOL/USD");
  static final long MIN_PRICE = 1_00000000L;
  static final long MAX_PRICE = 1_000_000_00000000L;
  static final Hash NETWORK = TestNetwork.word(77);
  static final long START = 1_700_000_000_000L;

  final OracleConfig config;
  final OracleVerifier verifier;

  TestOracles(int n) {
    this(n, NETWORK);
  }

  TestOracles(int n, Hash network) {
    this(config(n), network);
  }

  TestOracles(OracleConfig config, Hash network) {
    this.config = config;
    this.verifier =
        new OracleVerifier(config, network, PlainKeccak.INSTANCE, StubSignatures.INSTANCE);
  }

  static OracleConfig config(int n) {
    return OracleConfig.of(
        IntStream.range(0, n).mapToObj(i -> TestNetwork.address(0x0a00 + i)).toList(),
        List.of(
            FeedConfig.liquid(BTC, MIN_PRICE, MAX_PRICE),
            FeedConfig.liquid(ETH, MIN_PRICE, MAX_PRICE),
            FeedConfig.liquid(SOL, MIN_PRICE, MAX_PRICE)));
  }

  Address oracle(int number) {
    return config.oracles().get(number);
  }

  OracleSeat seat(int number) {
    return seat(number, 10);
  }

  OracleSeat seat(int number, int reservation) {
    return new OracleSeat(
        verifier,
        oracle(number),
        digest -> StubSignatures.sign(oracle(number), digest),
        reservation,
        Duration.ofSeconds(1));
  }

  Signature sign(int number, Hash digest) {
    return StubSignatures.sign(oracle(number), digest);
  }

  /** The same price of every feed. */
  List<ObservedPrice> prices(long price) {
    return config.feeds().stream().map(feed -> new ObservedPrice(price, 3)).toList();
  }

  SignedObservation observe(int number, long round, long price) {
    return observe(number, round, prices(price));
  }

  SignedObservation observe(int number, long round, List<ObservedPrice> prices) {
    return signed(number, new Observation(0, round, oracle(number), START + 500 * round, prices));
  }

  SignedObservation signed(int number, Observation observation) {
    return new SignedObservation(observation, sign(number, verifier.digest(observation)));
  }

  /** Observations of oracles 0, 1, 2, … with these prices. */
  List<SignedObservation> observations(long round, long... prices) {
    List<SignedObservation> all = new ArrayList<>();
    for (int i = 0; i < prices.length; i++) {
      all.add(observe(i, round, prices[i]));
    }
    return all;
  }

  /** What oracle 0, the leader, would propose. */
  Proposed propose(long round, List<SignedObservation> observations) {
    Report report = verifier.report(observations);
    Hash reportHash = verifier.tree(report.rows()).root();
    Hash digest = verifier.voteDigest(0, round, reportHash, report.observedAt());
    return new Proposed(0, round, observations, reportHash, sign(0, digest));
  }

  /** Rows with one price each, in the feeds' order, all observed at one time. */
  List<ReportRow> rows(long observedAt, long... prices) {
    List<ReportRow> rows = new ArrayList<>();
    for (int i = 0; i < prices.length; i++) {
      boolean believed = prices[i] >= MIN_PRICE && prices[i] <= MAX_PRICE;
      rows.add(
          new ReportRow(
              config.feeds().get(i).feed(),
              prices[i],
              prices[i] - 5,
              prices[i] + 5,
              config.oracles().size(),
              observedAt,
              believed ? RowStatus.OK : RowStatus.OUT_OF_RANGE));
    }
    return rows;
  }

  /** What these oracles certify together, whether it is right or not. */
  CertifiedReport certify(long round, long observedAt, List<ReportRow> rows, int... signers) {
    Hash reportHash = verifier.tree(rows).root();
    Hash digest = verifier.voteDigest(0, round, reportHash, observedAt);
    List<Signature> signatures =
        IntStream.of(signers).mapToObj(signer -> sign(signer, digest)).toList();
    return new CertifiedReport(
        new Certificate(0, round, reportHash, observedAt, verifier.configDigest(), signatures),
        rows);
  }

  /** A verified report, signed by the first quorum of oracles. */
  VerifiedReport report(long round, long observedAt, List<ReportRow> rows) {
    int[] signers = IntStream.range(0, config.quorum()).toArray();
    CertifiedReport published = certify(round, observedAt, rows, signers);
    if (verifier.check(published) instanceof Checked.Verified(VerifiedReport report)) {
      return report;
    }
    throw new AssertionError("not certified: " + verifier.check(published));
  }

  /** A verified report of one price of every feed. */
  VerifiedReport report(long round, long observedAt, long price) {
    long[] prices = LongStream.generate(() -> price).limit(config.feeds().size()).toArray();
    return report(round, observedAt, rows(observedAt, prices));
  }
}
