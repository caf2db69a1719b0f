package io.crossclear.nodes.http;

import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.security.SecureRandom;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Requests that carry an action: signed ones, and those that ask what to sign. */
final class ActionBody {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String NAME = "Crossclear";
  private static final String VERSION = "1";

  private ActionBody() {}

  /**
   * Reads {@code {action, domain, signature}}. The domain may be repeated whole as the wallet
   * signed it; then its name, version and salt must be this network's.
   */
  static <A extends UserAction> SignedAction<A> signed(
      Fields body, Hash networkId, Function<Fields, A> reader) {
    Fields fields = body.object("action");
    A action = reader.apply(fields);
    fields.end();
    Fields domain = body.object("domain");
    long chainId = domain.chainId("chainId");
    Address verifyingContract = domain.address("verifyingContract");
    boolean ours =
        domain.optional("name", domain::text).filter(name -> !name.equals(NAME)).isEmpty()
            && domain
                .optional("version", domain::text)
                .filter(version -> !version.equals(VERSION))
                .isEmpty()
            && domain
                .optional("salt", domain::word)
                .filter(salt -> !salt.equals(networkId))
                .isEmpty();
    domain.end();
    var signature = body.signature("signature");
    body.end();
    if (!ours) {
      throw new Problem.Refusal(
          ApiCode.WRONG_DOMAIN,
          "The domain must be " + NAME + " " + VERSION + " with salt " + networkId + ".");
    }
    return new SignedAction<>(action, chainId, verifyingContract, signature);
  }

  /** A withdrawal with all its fields. */
  static UserAction.Withdraw withdraw(Fields fields) {
    return withdraw(fields, Fields::uint64, Fields::uint64);
  }

  /** A transfer with all its fields. */
  static UserAction.Transfer transfer(Fields fields) {
    return transfer(fields, Fields::uint64, Fields::uint64);
  }

  private static UserAction.Withdraw withdraw(
      Fields fields,
      BiFunction<Fields, String, Long> nonce,
      BiFunction<Fields, String, Long> deadline) {
    return new UserAction.Withdraw(
        fields.word("account"),
        fields.text("asset"),
        fields.uint64("amount"),
        fields.chainId("toChain"),
        fields.address("to"),
        nonce.apply(fields, "nonce"),
        deadline.apply(fields, "deadline"));
  }

  private static UserAction.Transfer transfer(
      Fields fields,
      BiFunction<Fields, String, Long> nonce,
      BiFunction<Fields, String, Long> deadline) {
    return new UserAction.Transfer(
        fields.word("from"),
        fields.word("to"),
        fields.text("asset"),
        fields.uint64("amount"),
        nonce.apply(fields, "nonce"),
        deadline.apply(fields, "deadline"));
  }

  /**
   * The action of a request to prepare, its nonce, deadline and key offered where they are missing.
   */
  static UserAction prepared(Fields body, long nowSeconds) {
    BiFunction<Fields, String, Long> nonce =
        (fields, name) -> fields.optional(name, fields::uint64).orElseGet(ActionBody::freshNonce);
    BiFunction<Fields, String, Long> deadline =
        (fields, name) ->
            fields
                .optional(name, fields::uint64)
                .orElse(nowSeconds + ApiSettings.OFFERED_DEADLINE_SECONDS);
    return switch (body.text("type")) {
      case "withdraw" -> withdraw(body, nonce, deadline);
      case "transfer" -> transfer(body, nonce, deadline);
      case "read" ->
          new UserAction.Read(
              body.word("account"),
              body.optional("key", body::address).orElse(Address.ZERO),
              deadline.apply(body, "expires"));
      case String other -> throw body.invalid("type", "must be withdraw, transfer or read");
    };
  }

  /** 62 random bits: a number that no other action of the account uses. */
  static long freshNonce() {
    return RANDOM.nextLong() >>> 2;
  }

  /**
   * The chain whose vault the offered domain names: the one asked for, the one that pays, or the
   * first.
   */
  static long domainChain(Fields body, UserAction action, long firstChain) {
    return body.optional("chainId", body::chainId)
        .orElseGet(
            () ->
                switch (action) {
                  case UserAction.Withdraw withdraw -> withdraw.toChain();
                  case UserAction.Transfer transfer -> firstChain;
                  case UserAction.Order order -> firstChain;
                  case UserAction.Cancel cancel -> firstChain;
                  case UserAction.CancelBelow cancel -> firstChain;
                  case UserAction.Bid bid -> firstChain;
                  case UserAction.Read read -> firstChain;
                });
  }

  /**
   * Refuses what its signature alone condemns, in the account's own order, before any account is
   * woken for it.
   */
  static ActionVerifier.Verified verified(
      ActionVerifier verifier, SignedAction<?> signed, long amount) {
    ActionVerifier.Verified verified = verifier.verify(signed);
    Address owner = new Address(signed.action().account().hex().substring(0, 42));
    if (amount <= 0) {
      throw new Problem.Refusal(ApiCode.AMOUNT_MUST_BE_POSITIVE, "The amount must be above 0.");
    }
    if (!verified.knownDomain()) {
      throw new Problem.Refusal(
          ApiCode.WRONG_DOMAIN,
          signed.verifyingContract()
              + " on chain "
              + signed.chainId()
              + " is no vault of this network.");
    }
    if (verified.signer().filter(owner::equals).isEmpty()) {
      throw new Problem.Refusal(
          Problem.wrongSigner(
              verified,
              owner,
              verifier.typedData(signed.action(), signed.chainId(), signed.verifyingContract())));
    }
    return verified;
  }
}
