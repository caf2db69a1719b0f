package io.crossclear.nodes.http;

import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.VenueBatch;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Requests that carry an action: signed ones, and those that ask what to sign. */
final class ActionBody {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String NAME = "Crossclear";
  private static final String VERSION = "1";

  private static final Pattern AUCTION = Pattern.compile("0x[0-9a-f]{64}/[1-9][0-9]{0,17}");

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
    Domain domain = domain(body, networkId);
    var signature = body.signature("signature");
    body.end();
    return new SignedAction<>(action, domain.chainId(), domain.verifyingContract(), signature);
  }

  /** The part of a domain that a signer chooses. */
  private record Domain(long chainId, Address verifyingContract) {}

  private static Domain domain(Fields body, Hash networkId) {
    Fields fields = body.object("domain");
    Domain domain = new Domain(fields.chainId("chainId"), fields.address("verifyingContract"));
    boolean ours =
        fields.optional("name", fields::text).filter(name -> !name.equals(NAME)).isEmpty()
            && fields
                .optional("version", fields::text)
                .filter(version -> !version.equals(VERSION))
                .isEmpty()
            && fields
                .optional("salt", fields::word)
                .filter(salt -> !salt.equals(networkId))
                .isEmpty();
    fields.end();
    if (!ours) {
      throw new Problem.Refusal(
          ApiCode.WRONG_DOMAIN,
          "The domain must be " + NAME + " " + VERSION + " with salt " + networkId + ".");
    }
    return domain;
  }

  /**
   * Reads {@code {venue, number, deadline, fills: [{number, buy, sell, lots, price}], domain,
   * signature}}, where buy and sell are signed orders.
   */
  static VenueBatch batch(Fields body, Hash networkId) {
    Address venue = body.address("venue");
    long number = body.positive("number");
    long deadline = body.uint64("deadline");
    List<Fields> listed = body.list("fills");
    if (listed.isEmpty() || listed.size() > FillBatch.MAX_FILLS) {
      throw new Problem.Refusal(ApiCode.SIZE_OUT_OF_RANGE, ApiCode.SIZE_OUT_OF_RANGE.title() + ".");
    }
    Set<Integer> numbers = new HashSet<>();
    List<Fill> fills = new ArrayList<>();
    for (Fields fields : listed) {
      Fill fill =
          new Fill(
              fields.number("number", 1, Integer.MAX_VALUE),
              signed(fields.object("buy"), networkId, ActionBody::order),
              signed(fields.object("sell"), networkId, ActionBody::order),
              fields.uint64("lots"),
              fields.int64("price"));
      fields.end();
      if (!numbers.add(fill.number())) {
        throw new Problem.Refusal(
            ApiCode.NUMBER_REUSED, "Two fills have the number " + fill.number() + ".");
      }
      fills.add(fill);
    }
    Domain domain = domain(body, networkId);
    VenueBatch batch =
        new VenueBatch(
            venue,
            number,
            deadline,
            fills,
            domain.chainId(),
            domain.verifyingContract(),
            body.signature("signature"));
    body.end();
    return batch;
  }

  /** A withdrawal with all its fields. */
  static UserAction.Withdraw withdraw(Fields fields) {
    return withdraw(fields, Fields::uint64, Fields::uint64);
  }

  /** A transfer with all its fields. */
  static UserAction.Transfer transfer(Fields fields) {
    return transfer(fields, Fields::uint64, Fields::uint64);
  }

  /** An order with all its fields. */
  static UserAction.Order order(Fields fields) {
    return order(fields, Fields::uint64, Fields::uint64);
  }

  /** A bid with all its fields. */
  static UserAction.Bid bid(Fields fields) {
    return bid(fields, Fields::uint64, Fields::uint64);
  }

  /** A cancellation with all its fields. */
  static UserAction.Cancel cancel(Fields fields) {
    return new UserAction.Cancel(fields.word("account"), fields.uint64("nonce"));
  }

  /** A cancellation of all orders below a nonce, with all its fields. */
  static UserAction.CancelBelow cancelBelow(Fields fields) {
    return new UserAction.CancelBelow(fields.word("account"), fields.uint64("nonceFloor"));
  }

  private static UserAction.Order order(
      Fields fields,
      BiFunction<Fields, String, Long> nonce,
      BiFunction<Fields, String, Long> deadline) {
    return new UserAction.Order(
        fields.word("account"),
        fields.address("venue"),
        fields.text("instrument"),
        fields.flag("buy"),
        fields.uint64("size"),
        fields.int64("limitPrice"),
        fields.uint64("maxFee"),
        fields.flag("reduceOnly"),
        nonce.apply(fields, "nonce"),
        deadline.apply(fields, "deadline"));
  }

  private static UserAction.Bid bid(
      Fields fields,
      BiFunction<Fields, String, Long> nonce,
      BiFunction<Fields, String, Long> deadline) {
    Hash account = fields.word("account");
    String auction = fields.text("auction");
    if (!AUCTION.matcher(auction).matches()) {
      throw fields.invalid(
          "auction", "must be an account's id in lower case, a slash and a number");
    }
    return new UserAction.Bid(
        account,
        auction,
        fields.number("portionPpm", 1, 1_000_000),
        fields.uint64("maxPay"),
        fields.uint64("minPriceSeq"),
        nonce.apply(fields, "nonce"),
        deadline.apply(fields, "deadline"));
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
      case "order" -> order(body, nonce, deadline);
      case "cancel" -> cancel(body);
      case "cancel-below" -> cancelBelow(body);
      case "bid" -> bid(body, nonce, deadline);
      case "read" ->
          new UserAction.Read(
              body.word("account"),
              body.optional("key", body::address).orElse(Address.ZERO),
              deadline.apply(body, "expires"));
      case String other ->
          throw body.invalid(
              "type", "must be withdraw, transfer, order, cancel, cancel-below, bid or read");
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
   *
   * @param amount that must be above 0
   */
  static ActionVerifier.Verified verified(
      ActionVerifier verifier, SignedAction<?> signed, long amount) {
    ActionVerifier.Verified verified = verifier.verify(signed);
    Address owner = new Address(signed.action().account().hex().substring(0, 42));
    if (amount <= 0) {
      throw new Problem.Refusal(ApiCode.AMOUNT_MUST_BE_POSITIVE, "The amount must be above 0.");
    }
    if (!verified.knownDomain()) {
      throw noVault(signed.chainId(), signed.verifyingContract());
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

  /** The same of a venue's signature; those of its fills are each fill's own affair. */
  static void verified(ActionVerifier verifier, VenueBatch batch) {
    if (!verifier.connected().test(batch.chainId(), batch.verifyingContract())) {
      throw noVault(batch.chainId(), batch.verifyingContract());
    }
    VenueBatch.Verified verified = batch.verify(verifier);
    if (!verified.signer().equals(Optional.of(batch.venue()))) {
      throw new Problem.Refusal(
          Problem.wrongSigner(
              verified.signer(),
              verified.digest(),
              batch.venue(),
              VenueBatch.typedData(
                  verifier,
                  batch.venue(),
                  batch.number(),
                  batch.deadline(),
                  batch.fills(),
                  batch.chainId(),
                  batch.verifyingContract())));
    }
  }

  private static Problem.Refusal noVault(long chainId, Address address) {
    return new Problem.Refusal(
        ApiCode.WRONG_DOMAIN, address + " on chain " + chainId + " is no vault of this network.");
  }
}
