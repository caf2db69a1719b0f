package io.crossclear.domain.settlement;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.BucketMap;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.settlement.VaultEvent.BatchExpired;
import io.crossclear.domain.settlement.VaultEvent.BatchPaid;
import io.crossclear.domain.settlement.VaultEvent.BatchProposed;
import io.crossclear.domain.settlement.VaultEvent.BatchSigned;
import io.crossclear.domain.settlement.VaultEvent.BlocksRead;
import io.crossclear.domain.settlement.VaultEvent.Deposit;
import io.crossclear.domain.settlement.VaultEvent.DepositsCredited;
import io.crossclear.domain.settlement.VaultEvent.HaltReason;
import io.crossclear.domain.settlement.VaultEvent.Halted;
import io.crossclear.domain.settlement.VaultEvent.SubmissionSigned;
import io.crossclear.domain.settlement.VaultEvent.TreasuryAnswered;
import io.crossclear.domain.settlement.VaultEvent.TreasuryReported;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalRefused;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalRequested;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalReserved;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalReturned;
import io.crossclear.domain.settlement.VaultEvent.WithdrawalsPosted;
import io.crossclear.domain.settlement.Withdrawal.Stage;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Pure state of one bridge: what its vault said in final blocks, and every payout on its way
 * through it.
 *
 * <p>It is a saga: {@link #apply} says where it stands, {@link #pending} what to send. A file of
 * this length is one thought: deposits in, batches out, in the order in which they happen.
 *
 * @param cursor the newest final block that was read
 * @param depositSequence the newest deposit read
 * @param accumulator the vault's hash chain after it
 * @param depositMarks the newest deposit read for each account
 * @param uncredited deposits read and not credited, by sequence
 * @param reportedDeposits the newest deposit that the treasury has booked
 * @param withdrawals all withdrawals, closed ones until a day after their deadline
 * @param open numbers and ids of withdrawals with something left to do
 * @param closed numbers and ids of the others
 * @param executedNonce the vault's newest executed batch
 * @param batch the batch that holds the next nonce
 * @param lastSubmission the newest transaction that was signed, whichever batch it carries: it may
 *     still hold its nonce
 * @param report the report that the treasury has not answered
 * @param reports number of the newest report
 * @param releases granted withdrawals that came back and are not yet reported
 * @param posted withdrawals paid and not yet reported
 * @param halted why the bridge stopped
 * @param arrivals number of withdrawals so far
 * @param time milliseconds since 1970 of the newest event
 */
public record VaultBook(
    VaultId vault,
    Cursor cursor,
    long depositSequence,
    Hash accumulator,
    BucketMap<AccountId, Long> depositMarks,
    SortedMap<Long, Deposit> uncredited,
    long reportedDeposits,
    BucketMap<Hash, Withdrawal> withdrawals,
    SortedMap<Long, Hash> open,
    SortedMap<Long, Hash> closed,
    long executedNonce,
    Optional<VaultBatch> batch,
    Optional<SubmissionSigned> lastSubmission,
    Optional<TreasuryReported> report,
    long reports,
    List<Hash> releases,
    List<Hash> posted,
    Optional<HaltReason> halted,
    boolean haltReported,
    long arrivals,
    long time) {

  /**
   * How long a batch may wait for a block, in seconds; attesters allow {@link
   * AttesterBook#MAX_LIFE_SECONDS}.
   */
  public static final long BATCH_LIFE_SECONDS = 5L * 60;

  /** Batches with one withdrawal that may run out of time before it is given back. */
  public static final int MAX_EXPIRIES = 3;

  /** Withdrawals in one batch; the vault would take {@link SettlementBatch#MAX_ENTRIES}. */
  public static final int BATCH_ENTRIES = 100;

  /** Requests, releases and postings in one report, each; the rest goes into the next. */
  static final int REPORT_ENTRIES = 500;

  /** Final blocks after which the cursor is written down even if they say nothing. */
  static final long CURSOR_BLOCKS = 256;

  /** No vault takes more: it is the largest deposit cap. */
  private static final BigInteger MAX_DEPOSIT = BigInteger.ONE.shiftLeft(62);

  private static final long PAID_KEPT_SECONDS = 24L * 3600;
  private static final long REFUSED_KEPT_SECONDS = 15L * 60;

  /**
   * A final block.
   *
   * @param seconds its time, seconds since 1970
   */
  public record Cursor(long block, Hash hash, long seconds) {}

  /** A deposit as a final block tells it, not yet checked against the genesis. */
  public record RawDeposit(
      long sequence,
      Address token,
      Hash account,
      BigInteger units,
      Hash accumulator,
      DepositEvidence evidence) {}

  /** A batch that the vault executed in a final block. */
  public record RawSettlement(
      long nonce, Hash digest, long block, Hash blockHash, Hash transactionHash) {}

  public VaultBook {
    uncredited = Exact.ordered(uncredited);
    open = Exact.ordered(open);
    closed = Exact.ordered(closed);
    releases = List.copyOf(releases);
    posted = List.copyOf(posted);
  }

  /** The book before its first event: the vault's creation block is still to be read. */
  public static VaultBook empty(VaultConfig config) {
    return new VaultBook(
        config.id(),
        new Cursor(config.deployedAt() - 1, Hash.ZERO, 0),
        0,
        Hash.ZERO,
        BucketMap.empty(),
        Collections.emptySortedMap(),
        0,
        BucketMap.empty(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(),
        List.of(),
        Optional.empty(),
        false,
        0,
        0);
  }

  // ---- deposits

  /**
   * Takes what the final blocks after the cursor say.
   *
   * @param cursorHash hash of the cursor's block as the chain tells it now
   * @param through the last block read, final
   */
  public Decision<VaultEvent, VaultRejection> read(
      Hash cursorHash,
      Cursor through,
      List<RawDeposit> deposits,
      List<RawSettlement> settlements,
      Genesis genesis,
      Keccak keccak,
      long now) {
    if (halted.isPresent()) {
      return Decision.reject(VaultRejection.HALTED);
    }
    if (through.block() <= cursor.block()) {
      return Decision.alreadyDone();
    }
    if (!cursor.hash().equals(Hash.ZERO) && !cursor.hash().equals(cursorHash)) {
      return halt(
          HaltReason.FINALITY_VIOLATED, "block " + cursor.block() + " was " + cursor.hash(), now);
    }
    VaultConfig config = genesis.vault(vault).orElseThrow();
    List<Deposit> read = new ArrayList<>();
    TreeMap<AccountId, Long> marks = new TreeMap<>();
    long sequence = depositSequence;
    Hash chain = accumulator;
    for (RawDeposit raw : deposits) {
      sequence++;
      if (raw.sequence() != sequence) {
        return halt(
            HaltReason.DEPOSIT_GAP,
            "expected deposit " + sequence + ", read " + raw.sequence(),
            now);
      }
      Optional<TokenConfig> token = config.tokenAt(raw.token());
      if (token.isEmpty() || raw.units().signum() <= 0 || raw.units().compareTo(MAX_DEPOSIT) > 0) {
        return halt(HaltReason.FOREIGN_DEPOSIT, "deposit " + sequence + " of " + raw.token(), now);
      }
      chain = extend(chain, raw, keccak);
      if (!chain.equals(raw.accumulator())) {
        return halt(HaltReason.ACCUMULATOR_MISMATCH, "deposit " + sequence, now);
      }
      Asset asset = token.get().asset();
      AccountId account = creditedAccount(new AccountId(raw.account().hex()), asset, genesis);
      long previous = marks.getOrDefault(account, depositMarks.get(account).orElse(0L));
      marks.put(account, sequence);
      read.add(
          new Deposit(
              sequence,
              raw.account(),
              account,
              previous,
              asset,
              raw.units().longValueExact(),
              raw.accumulator(),
              raw.evidence()));
    }
    return withSettlements(through, read, settlements, now);
  }

  private Decision<VaultEvent, VaultRejection> withSettlements(
      Cursor through, List<Deposit> deposits, List<RawSettlement> settlements, long now) {
    List<VaultEvent> events = new ArrayList<>();
    long nonce = executedNonce;
    for (RawSettlement settlement : settlements) {
      nonce++;
      boolean ours =
          batch.isPresent()
              && settlement.nonce() == batch.get().content().nonce()
              && settlement.digest().equals(batch.get().digest());
      if (settlement.nonce() != nonce || !ours) {
        return halt(
            HaltReason.FOREIGN_SETTLEMENT,
            "batch " + settlement.nonce() + " " + settlement.digest(),
            now);
      }
      PayoutEvidence evidence =
          new PayoutEvidence(
              settlement.nonce(),
              settlement.digest(),
              settlement.block(),
              settlement.blockHash(),
              settlement.transactionHash());
      events.add(new BatchPaid(settlement.digest(), evidence, at(now)));
    }
    boolean expired =
        batch.isPresent()
            && settlements.isEmpty()
            && through.seconds() > batch.get().content().notAfterSeconds();
    if (expired) {
      events.add(new BatchExpired(batch.orElseThrow().digest(), through.block(), at(now)));
    }
    if (events.isEmpty()
        && deposits.isEmpty()
        && through.block() - cursor.block() < CURSOR_BLOCKS) {
      return Decision.alreadyDone();
    }
    events.addFirst(
        new BlocksRead(through.block(), through.hash(), through.seconds(), deposits, at(now)));
    return Decision.accept(events);
  }

  /** Compares the vault's own view at the cursor with the book; empty when they agree. */
  public Optional<Halted> compare(long sequence, Hash chain, long nonce, long now) {
    if (sequence != depositSequence || !chain.equals(accumulator)) {
      return Optional.of(
          new Halted(
              HaltReason.ACCUMULATOR_MISMATCH,
              "vault has deposit "
                  + sequence
                  + " "
                  + chain
                  + ", book has "
                  + depositSequence
                  + " "
                  + accumulator,
              at(now)));
    }
    if (nonce != executedNonce) {
      return Optional.of(
          new Halted(
              HaltReason.FOREIGN_SETTLEMENT,
              "vault executed " + nonce + ", book knows " + executedNonce,
              at(now)));
    }
    return Optional.empty();
  }

  private Decision<VaultEvent, VaultRejection> halt(HaltReason reason, String detail, long now) {
    return Decision.accept(new Halted(reason, detail, at(now)));
  }

  /**
   * keccak256(accumulator ‖ keccak256(sequence ‖ token ‖ account ‖ units as uint128)), as the vault
   * does.
   */
  private static Hash extend(Hash chain, RawDeposit raw, Keccak keccak) {
    byte[] units = new byte[16];
    byte[] magnitude = raw.units().toByteArray();
    System.arraycopy(magnitude, 0, units, 16 - magnitude.length, magnitude.length);
    byte[] leaf =
        ByteBuffer.allocate(76)
            .putLong(raw.sequence())
            .put(raw.token().bytes())
            .put(raw.account().bytes())
            .put(units)
            .array();
    return keccak.hash(
        ByteBuffer.allocate(64).put(chain.bytes()).put(keccak.hash(leaf).bytes()).array());
  }

  /**
   * Who is credited a deposit: the account that it names, or its owner's unassigned one when no
   * pool accepts it.
   */
  public static AccountId creditedAccount(AccountId named, Asset asset, Genesis genesis) {
    boolean accepted =
        named.pool() == AccountId.UNASSIGNED_POOL
            || genesis
                .pool(named.pool())
                .filter(pool -> pool.accepts().contains(asset))
                .isPresent();
    return accepted ? named : named.unassigned();
  }

  /** Notes deposits that their accounts have. */
  public Decision<VaultEvent, VaultRejection> credited(List<Long> sequences, long now) {
    List<Long> fresh = sequences.stream().filter(uncredited::containsKey).distinct().toList();
    return fresh.isEmpty()
        ? Decision.alreadyDone()
        : Decision.accept(new DepositsCredited(fresh, at(now)));
  }

  // ---- withdrawals

  /** Writes a request down; the account decides on it. */
  public Decision<VaultEvent, VaultRejection> request(
      Hash id, SignedAction<UserAction.Withdraw> signed, long now) {
    if (signed.action().toChain() != vault.chainId()) {
      return Decision.reject(VaultRejection.WRONG_CHAIN);
    }
    if (withdrawals.get(id).isPresent()) {
      return Decision.alreadyDone();
    }
    if (halted.isPresent()) {
      return Decision.reject(VaultRejection.HALTED);
    }
    if (over(signed, REFUSED_KEPT_SECONDS, at(now))) {
      return Decision.reject(VaultRejection.OUT_OF_TURN);
    }
    if (signed.action().deadline()
        > Math.floorDiv(at(now), 1000L) + MarginAccount.MAX_DEADLINE_SECONDS) {
      // neither the account nor this book could remember it until then
      return Decision.reject(VaultRejection.OUT_OF_TURN);
    }
    return Decision.accept(new WithdrawalRequested(id, signed, at(now)));
  }

  /** So long after its deadline that it may have been here, been closed and been forgotten. */
  private static boolean over(
      SignedAction<UserAction.Withdraw> signed, long keptSeconds, long time) {
    return signed.action().deadline() < Math.floorDiv(time, 1000L) - keptSeconds;
  }

  /** Takes the account's yes. */
  public Decision<VaultEvent, VaultRejection> reserved(
      Hash id, ImportSplit split, long accountSequence, long now) {
    return inStage(
        id, Stage.REQUESTED, new WithdrawalReserved(id, split, accountSequence, at(now)));
  }

  /** Takes the account's no. */
  public Decision<VaultEvent, VaultRejection> refused(Hash id, String reason, long now) {
    return inStage(id, Stage.REQUESTED, new WithdrawalRefused(id, reason, at(now)));
  }

  /** Notes that the account has its units back. */
  public Decision<VaultEvent, VaultRejection> returned(Hash id, long now) {
    return inStage(id, Stage.RETURNING, new WithdrawalReturned(id, at(now)));
  }

  private Decision<VaultEvent, VaultRejection> inStage(Hash id, Stage stage, VaultEvent event) {
    Optional<Withdrawal> withdrawal = withdrawals.get(id);
    if (withdrawal.isEmpty()) {
      return Decision.reject(VaultRejection.UNKNOWN);
    }
    return withdrawal.get().stage() == stage ? Decision.accept(event) : Decision.alreadyDone();
  }

  // ---- treasury

  /** Fixes the next report when none is open and there is something to tell. */
  public Decision<VaultEvent, VaultRejection> report(long now) {
    if (report.isPresent()) {
      return Decision.alreadyDone();
    }
    // a chain that contradicts itself is not believed in what it said before either
    long depositsThrough = halted.isPresent() ? reportedDeposits : depositSequence;
    TreeMap<Asset, Long> deposited = new TreeMap<>();
    List<TreasuryReport.GrantRequest> requests = new ArrayList<>();
    if (halted.isEmpty()) {
      for (Deposit deposit : uncredited.tailMap(reportedDeposits + 1).values()) {
        deposited.merge(deposit.asset(), deposit.units(), Math::addExact);
      }
      for (Map.Entry<Hash, Withdrawal> entry : inStage(Stage.RESERVED)) {
        if (requests.size() == REPORT_ENTRIES) {
          break;
        }
        Withdrawal withdrawal = entry.getValue();
        requests.add(
            new TreasuryReport.GrantRequest(
                entry.getKey(), withdrawal.asset(), withdrawal.split().orElseThrow()));
      }
    }
    boolean haltNews = halted.isPresent() && !haltReported;
    if (deposited.isEmpty()
        && requests.isEmpty()
        && releases.isEmpty()
        && posted.isEmpty()
        && !haltNews) {
      return Decision.alreadyDone();
    }
    TreasuryReport content =
        new TreasuryReport(
            depositsThrough, deposited, requests, some(releases), some(posted), halted.isPresent());
    return Decision.accept(new TreasuryReported(reports + 1, content, at(now)));
  }

  private static List<Hash> some(List<Hash> ids) {
    return ids.subList(0, Math.min(ids.size(), REPORT_ENTRIES));
  }

  /** Takes the treasury's answer to the open report. */
  public Decision<VaultEvent, VaultRejection> answered(
      long number, List<Hash> granted, SortedMap<Hash, GrantRefusal> refused, long now) {
    if (report.isEmpty() || report.get().number() != number) {
      return number <= reports
          ? Decision.alreadyDone()
          : Decision.reject(VaultRejection.OUT_OF_TURN);
    }
    return Decision.accept(new TreasuryAnswered(number, granted, refused, at(now)));
  }

  /**
   * Gives back, once the bridge has stopped, whatever is in no batch: nobody would ever pay it
   * here, and its owner may take it elsewhere. What a batch holds may still be paid by anyone who
   * has the signatures, so it stays.
   */
  public Decision<VaultEvent, VaultRejection> giveBack(long now) {
    if (halted.isEmpty() || report.isPresent()) {
      return Decision.alreadyDone();
    }
    List<VaultEvent> refused = new ArrayList<>();
    for (Stage stage : List.of(Stage.RESERVED, Stage.GRANTED)) {
      inStage(stage)
          .forEach(
              entry ->
                  refused.add(new WithdrawalRefused(entry.getKey(), "BRIDGE_HALTED", at(now))));
    }
    return refused.isEmpty() ? Decision.alreadyDone() : Decision.accept(refused);
  }

  // ---- batches

  /**
   * Decides the next batch when none is open: the asset whose withdrawal waits longest, oldest
   * first.
   *
   * <p>A withdrawal whose batches ran out of time {@link #MAX_EXPIRIES} times is given back
   * instead: none of them can succeed any more.
   */
  public Decision<VaultEvent, VaultRejection> propose(VaultConfig config, Keccak keccak, long now) {
    if (batch.isPresent() || halted.isPresent()) {
      return Decision.alreadyDone();
    }
    List<VaultEvent> events = new ArrayList<>();
    List<Map.Entry<Hash, Withdrawal>> chosen = new ArrayList<>();
    for (Map.Entry<Hash, Withdrawal> entry : inStage(Stage.GRANTED)) {
      Withdrawal withdrawal = entry.getValue();
      if (withdrawal.expiries() >= MAX_EXPIRIES) {
        events.add(new WithdrawalRefused(entry.getKey(), "PAYOUT_EXPIRED", at(now)));
      } else if (chosen.isEmpty()
          || fits(withdrawal, chosen.getFirst().getValue(), chosen.size())) {
        chosen.add(entry);
      }
    }
    if (!chosen.isEmpty()) {
      Asset asset = chosen.getFirst().getValue().asset();
      Address token = config.token(asset).orElseThrow().token();
      long notAfter =
          Math.max(Math.floorDiv(at(now), 1000L), cursor.seconds()) + BATCH_LIFE_SECONDS;
      List<Hash> ids = chosen.stream().map(Map.Entry::getKey).toList();
      Hash digest = content(executedNonce + 1, token, ids, notAfter).digest(keccak);
      events.add(
          new BatchProposed(executedNonce + 1, asset, token, ids, digest, notAfter, at(now)));
    }
    return events.isEmpty() ? Decision.alreadyDone() : Decision.accept(events);
  }

  /**
   * Whether a withdrawal goes into a batch with this first one. After a batch ran out of time its
   * withdrawals go on in smaller ones, in the end alone, so that one that cannot be paid keeps no
   * other from being paid.
   */
  private static boolean fits(Withdrawal withdrawal, Withdrawal first, int chosen) {
    int limit =
        switch (first.expiries()) {
          case 0 -> BATCH_ENTRIES;
          case 1 -> BATCH_ENTRIES / 10;
          default -> 1;
        };
    return chosen < limit
        && withdrawal.asset().equals(first.asset())
        && withdrawal.expiries() == first.expiries();
  }

  private SettlementBatch content(long nonce, Address token, List<Hash> ids, long notAfter) {
    List<SettlementBatch.Entry> entries = new ArrayList<>();
    for (Hash id : ids) {
      UserAction.Withdraw action = withdrawals.get(id).orElseThrow().signed().action();
      entries.add(new SettlementBatch.Entry(id, action.to(), action.amount()));
    }
    return new SettlementBatch(vault, 1, nonce, token, entries, notAfter);
  }

  /** Takes a quorum's signatures. */
  public Decision<VaultEvent, VaultRejection> signed(
      Hash digest, SortedMap<Address, Signature> signatures, long now) {
    return forBatch(
        digest,
        batch.filter(open -> open.signatures().isEmpty()).isPresent(),
        new BatchSigned(digest, signatures, at(now)));
  }

  /** Writes a transaction down before it is sent. */
  public Decision<VaultEvent, VaultRejection> submission(SubmissionSigned submission) {
    return forBatch(submission.digest(), true, submission);
  }

  private Decision<VaultEvent, VaultRejection> forBatch(
      Hash digest, boolean expected, VaultEvent event) {
    if (batch.isEmpty() || !batch.get().digest().equals(digest)) {
      return Decision.reject(VaultRejection.OUT_OF_TURN);
    }
    return expected ? Decision.accept(event) : Decision.alreadyDone();
  }

  /** Notes payouts that their accounts have closed. */
  public Decision<VaultEvent, VaultRejection> posted(List<Hash> ids, long now) {
    List<Hash> fresh =
        ids.stream()
            .filter(id -> withdrawals.get(id).filter(w -> w.stage() == Stage.PAID).isPresent())
            .distinct()
            .toList();
    return fresh.isEmpty()
        ? Decision.alreadyDone()
        : Decision.accept(new WithdrawalsPosted(fresh, at(now)));
  }

  // ---- what to send

  /** Everything that has to be sent until it is answered, in a fixed order. */
  public List<VaultStep> pending() {
    List<VaultStep> steps = new ArrayList<>();
    report.ifPresent(open -> steps.add(new VaultStep.Report(open.number(), open.report())));
    Set<AccountId> waiting = new HashSet<>();
    for (Deposit deposit : uncredited.values()) {
      // the treasury books a deposit before its account can spend it; an account takes its deposits
      // in order
      if (halted.isEmpty()
          && deposit.sequence() <= reportedDeposits
          && waiting.add(deposit.account())) {
        steps.add(new VaultStep.Credit(deposit));
      }
    }
    for (Hash id : open.values()) {
      Withdrawal withdrawal = withdrawals.get(id).orElseThrow();
      switch (withdrawal.stage()) {
        case REQUESTED -> steps.add(new VaultStep.Reserve(id, withdrawal.signed()));
        case RETURNING ->
            steps.add(new VaultStep.Return(id, withdrawal.signed(), !withdrawal.granted()));
        case PAID ->
            steps.add(
                new VaultStep.Post(id, withdrawal.signed(), withdrawal.payout().orElseThrow()));
        case RESERVED, GRANTED, IN_BATCH, POSTED, REFUSED -> {}
      }
    }
    if (halted.isEmpty() && batch.isPresent()) {
      VaultBatch next = batch.get();
      steps.add(
          next.signatures().isEmpty()
              ? new VaultStep.Attest(next.content().nonce(), next.withdrawals(), next.digest())
              : new VaultStep.Submit(next.digest()));
    }
    return steps;
  }

  /** Whether anything is left to do except wait for the chain. */
  public boolean idle() {
    return open.isEmpty()
        && uncredited.isEmpty()
        && report.isEmpty()
        && releases.isEmpty()
        && posted.isEmpty();
  }

  private List<Map.Entry<Hash, Withdrawal>> inStage(Stage stage) {
    List<Map.Entry<Hash, Withdrawal>> found = new ArrayList<>();
    for (Hash id : open.values()) {
      Withdrawal withdrawal = withdrawals.get(id).orElseThrow();
      if (withdrawal.stage() == stage) {
        found.add(Map.entry(id, withdrawal));
      }
    }
    return found;
  }

  private long at(long now) {
    return Math.max(now, time);
  }

  // ---- state

  /** The book after an event; never refuses. */
  public VaultBook apply(VaultEvent event) {
    Draft draft = new Draft(this, event.time());
    switch (event) {
      case BlocksRead e -> {
        draft.cursor = new Cursor(e.throughBlock(), e.blockHash(), e.blockSeconds());
        for (Deposit deposit : e.deposits()) {
          draft.depositSequence = deposit.sequence();
          draft.accumulator = deposit.accumulator();
          draft.depositMarks = draft.depositMarks.with(deposit.account(), deposit.sequence());
          draft.uncredited.put(deposit.sequence(), deposit);
        }
      }
      case Halted e -> draft.halted = Optional.of(e.reason());
      case DepositsCredited e -> e.sequences().forEach(draft.uncredited::remove);
      case WithdrawalRequested e -> {
        draft.arrivals++;
        draft.put(
            e.id(),
            new Withdrawal(
                draft.arrivals,
                e.signed(),
                Stage.REQUESTED,
                Optional.empty(),
                0,
                false,
                Optional.empty(),
                0,
                Optional.empty()));
      }
      case WithdrawalReserved e ->
          draft.change(e.id(), w -> w.reserved(e.split(), e.accountSequence()));
      case WithdrawalRefused e ->
          draft.change(
              e.id(),
              w ->
                  w.refused(
                      e.reason(), w.stage() == Stage.REQUESTED ? Stage.REFUSED : Stage.RETURNING));
      case WithdrawalReturned e -> {
        if (draft.withdrawals.get(e.id()).orElseThrow().granted()) {
          draft.releases.add(e.id());
        }
        draft.change(e.id(), w -> w.at(Stage.REFUSED));
      }
      case TreasuryReported e -> {
        draft.report = Optional.of(e);
        draft.reports = e.number();
      }
      case TreasuryAnswered e -> draft.answered(e);
      case BatchProposed e -> {
        draft.batch =
            Optional.of(
                new VaultBatch(
                    content(e.nonce(), e.token(), e.withdrawals(), e.notAfterSeconds()),
                    e.digest(),
                    Collections.emptySortedMap(),
                    List.of()));
        e.withdrawals().forEach(id -> draft.change(id, w -> w.at(Stage.IN_BATCH)));
      }
      case BatchSigned e ->
          draft.batch =
              batch.map(
                  b -> new VaultBatch(b.content(), b.digest(), e.signatures(), b.submissions()));
      case SubmissionSigned e -> {
        draft.batch = batch.map(b -> submitted(b, e));
        draft.lastSubmission = Optional.of(e);
      }
      case BatchPaid e -> {
        draft.executedNonce = e.evidence().nonce();
        batch
            .orElseThrow()
            .withdrawals()
            .forEach(id -> draft.change(id, w -> w.paid(e.evidence())));
        draft.batch = Optional.empty();
      }
      case BatchExpired e -> {
        batch.orElseThrow().withdrawals().forEach(id -> draft.change(id, Withdrawal::expired));
        draft.batch = Optional.empty();
      }
      case WithdrawalsPosted e -> {
        e.ids().forEach(id -> draft.change(id, w -> w.at(Stage.POSTED)));
        draft.posted.addAll(e.ids());
      }
    }
    return draft.done();
  }

  private static VaultBatch submitted(VaultBatch batch, SubmissionSigned submission) {
    List<SubmissionSigned> submissions = new ArrayList<>(batch.submissions());
    submissions.add(submission);
    return new VaultBatch(batch.content(), batch.digest(), batch.signatures(), submissions);
  }

  /** The parts of the book while one event changes them. */
  private static final class Draft {
    final VaultId vault;
    final long time;
    final TreeMap<Long, Deposit> uncredited;
    final TreeMap<Long, Hash> open;
    final TreeMap<Long, Hash> closed;
    final List<Hash> releases;
    final List<Hash> posted;
    Cursor cursor;
    long depositSequence;
    Hash accumulator;
    BucketMap<AccountId, Long> depositMarks;
    long reportedDeposits;
    BucketMap<Hash, Withdrawal> withdrawals;
    long executedNonce;
    Optional<VaultBatch> batch;
    Optional<SubmissionSigned> lastSubmission;
    Optional<TreasuryReported> report;
    long reports;
    Optional<HaltReason> halted;
    boolean haltReported;
    long arrivals;

    Draft(VaultBook book, long time) {
      this.vault = book.vault;
      this.time = time;
      this.uncredited = new TreeMap<>(book.uncredited);
      this.open = new TreeMap<>(book.open);
      this.closed = new TreeMap<>(book.closed);
      this.releases = new ArrayList<>(book.releases);
      this.posted = new ArrayList<>(book.posted);
      this.cursor = book.cursor;
      this.depositSequence = book.depositSequence;
      this.accumulator = book.accumulator;
      this.depositMarks = book.depositMarks;
      this.reportedDeposits = book.reportedDeposits;
      this.withdrawals = book.withdrawals;
      this.executedNonce = book.executedNonce;
      this.batch = book.batch;
      this.lastSubmission = book.lastSubmission;
      this.report = book.report;
      this.reports = book.reports;
      this.halted = book.halted;
      this.haltReported = book.haltReported;
      this.arrivals = book.arrivals;
    }

    void put(Hash id, Withdrawal withdrawal) {
      withdrawals = withdrawals.with(id, withdrawal);
      if (withdrawal.open()) {
        open.put(withdrawal.number(), id);
      } else {
        open.remove(withdrawal.number());
        closed.put(withdrawal.number(), id);
      }
    }

    void change(Hash id, UnaryOperator<Withdrawal> change) {
      put(id, change.apply(withdrawals.get(id).orElseThrow()));
    }

    void answered(TreasuryAnswered answer) {
      TreasuryReport told = report.orElseThrow().report();
      reportedDeposits = told.depositsThrough();
      releases.removeAll(told.releases());
      posted.removeAll(told.posted());
      haltReported = told.halted();
      answer.granted().forEach(id -> change(id, Withdrawal::withGrant));
      answer
          .refused()
          .forEach((id, reason) -> change(id, w -> w.refused(reason.name(), Stage.RETURNING)));
      report = Optional.empty();
      forgetOld();
    }

    /** Closed withdrawals, once the treasury knows of them and nobody can ask for them again. */
    private void forgetOld() {
      for (Hash id : List.copyOf(closed.values())) {
        Withdrawal withdrawal = withdrawals.get(id).orElseThrow();
        long kept = withdrawal.stage() == Stage.POSTED ? PAID_KEPT_SECONDS : REFUSED_KEPT_SECONDS;
        if (over(withdrawal.signed(), kept, time)
            && !posted.contains(id)
            && !releases.contains(id)) {
          closed.remove(withdrawal.number());
          withdrawals = withdrawals.without(id);
        }
      }
    }

    VaultBook done() {
      return new VaultBook(
          vault,
          cursor,
          depositSequence,
          accumulator,
          depositMarks,
          uncredited,
          reportedDeposits,
          withdrawals,
          open,
          closed,
          executedNonce,
          batch,
          lastSubmission,
          report,
          reports,
          releases,
          posted,
          halted,
          haltReported,
          arrivals,
          time);
    }
  }
}
