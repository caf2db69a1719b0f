package io.crossclear.nodes.http;

import io.crossclear.actors.ClearingEntities;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.bridges.ChainBridgeActor.BridgeStatus;
import io.crossclear.bridges.ChainBridgeActor.Command;
import io.crossclear.bridges.ChainBridgeActor.GetStatus;
import io.crossclear.bridges.ChainBridgeActor.GetWithdrawal;
import io.crossclear.bridges.ChainBridgeActor.RequestWithdrawal;
import io.crossclear.bridges.ChainBridgeActor.WithdrawalStatus;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Hash;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A bridge that asks the account, answers at once, and pays nobody; it can be told to stop or to
 * say nothing.
 */
final class BridgeStandIn {

  enum Mood {
    WORKING,
    HALTED,
    SILENT,
    EXPORTS_NOTHING,
    REFUSES_WITHOUT_CODE
  }

  private static final long FINAL_BLOCK = 4_711;

  private final VaultId vault;
  private final ClearingEntities entities;
  private final Map<Hash, Withdrawal> withdrawals = new ConcurrentHashMap<>();
  private volatile Mood mood = Mood.WORKING;

  BridgeStandIn(VaultId vault, ClearingEntities entities) {
    this.vault = vault;
    this.entities = entities;
  }

  void be(Mood next) {
    mood = next;
  }

  int requests() {
    return withdrawals.size();
  }

  Behavior<Command> behavior() {
    return Behaviors.receiveMessage(
        command -> {
          if (mood != Mood.SILENT) {
            answer(command);
          }
          return Behaviors.same();
        });
  }

  private void answer(Command command) {
    switch (command) {
      case GetStatus ask ->
          ask.replyTo()
              .tell(
                  new BridgeStatus(
                      vault,
                      FINAL_BLOCK,
                      1_893_456_000L,
                      3,
                      1,
                      2,
                      withdrawals.size(),
                      mood == Mood.HALTED ? Optional.of("DEPOSIT_CHAIN_BROKEN") : Optional.empty(),
                      false));
      case GetWithdrawal ask ->
          ask.replyTo()
              .tell(
                  new WithdrawalStatus(
                      ask.id(),
                      Optional.ofNullable(withdrawals.get(ask.id())),
                      mood == Mood.HALTED));
      case RequestWithdrawal request -> request(request);
      default -> throw new IllegalStateException("a stand-in is not asked " + command);
    }
  }

  private void request(RequestWithdrawal request) {
    if (mood == Mood.HALTED) {
      request.replyTo().tell(new WithdrawalStatus(request.id(), Optional.empty(), true));
      return;
    }
    entities
        .account(new AccountId(request.signed().action().account().hex()))
        .<MarginAccountActor.Reply>ask(
            replyTo -> new MarginAccountActor.Reserve(request.signed(), replyTo),
            Duration.ofSeconds(5))
        .thenAccept(
            reply -> {
              withdrawals.putIfAbsent(request.id(), decided(request, reply));
              request
                  .replyTo()
                  .tell(
                      new WithdrawalStatus(
                          request.id(), Optional.ofNullable(withdrawals.get(request.id())), false));
            });
  }

  private Withdrawal decided(RequestWithdrawal request, MarginAccountActor.Reply reply) {
    return switch (reply) {
      case MarginAccountActor.Reserved reserved ->
          switch (mood) {
            case EXPORTS_NOTHING ->
                withdrawal(
                    request, Withdrawal.Stage.RETURNING, reserved, Optional.of("EXPORT_LIMIT"));
            case REFUSES_WITHOUT_CODE ->
                withdrawal(
                    request, Withdrawal.Stage.REFUSED, reserved, Optional.of("TIDE_TOO_HIGH"));
            case WORKING, HALTED, SILENT ->
                withdrawal(request, Withdrawal.Stage.GRANTED, reserved, Optional.empty());
          };
      case MarginAccountActor.Rejected rejected ->
          new Withdrawal(
              1,
              request.signed(),
              Withdrawal.Stage.REFUSED,
              Optional.empty(),
              0,
              false,
              Optional.of(rejected.reason().name()),
              0,
              Optional.empty());
      case MarginAccountActor.Done done ->
          throw new IllegalStateException("not an answer to Reserve");
      case MarginAccountActor.Debited debited ->
          throw new IllegalStateException("not an answer to Reserve");
      case MarginAccountActor.Closed closed ->
          throw new IllegalStateException("not an answer to Reserve");
      case MarginAccountActor.LegsTaken legs ->
          throw new IllegalStateException("not an answer to Reserve");
      case MarginAccountActor.Stepped stepped ->
          throw new IllegalStateException("not an answer to Reserve");
      case MarginAccountActor.AuctionIsOpen open ->
          throw new IllegalStateException("not an answer to Reserve");
      case MarginAccountActor.SliceOffered offered ->
          throw new IllegalStateException("not an answer to Reserve");
    };
  }

  private static Withdrawal withdrawal(
      RequestWithdrawal request,
      Withdrawal.Stage stage,
      MarginAccountActor.Reserved reserved,
      Optional<String> refusal) {
    ImportSplit split = reserved.split();
    return new Withdrawal(
        1,
        request.signed(),
        stage,
        Optional.of(split),
        reserved.sequence(),
        refusal.isEmpty(),
        refusal,
        0,
        Optional.empty());
  }
}
