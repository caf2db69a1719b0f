package io.crossclear.domain.signing;

import io.crossclear.domain.signing.TypedData.Field;
import io.crossclear.domain.signing.TypedData.Value;
import java.util.List;

/**
 * What an owner can sign. Every number is in the ledger's units and at least 0, only a limit price
 * may be negative; {@code uint64} above 2^63−1 is refused where it is read. Times are seconds since
 * 1970.
 */
public sealed interface UserAction {

  /** The account that acts, as its 32-byte id. */
  Hash account();

  /** The EIP-712 struct of this action. */
  List<Field> fields();

  /** The EIP-712 name of this action. */
  default String typeName() {
    return getClass().getSimpleName();
  }

  /**
   * Pay units out to an address.
   *
   * @param toChain chain id of the vault that pays
   */
  record Withdraw(
      Hash account, String asset, long amount, long toChain, Address to, long nonce, long deadline)
      implements UserAction {
    @Override
    public List<Field> fields() {
      return List.of(
          word("account", account),
          text("asset", asset),
          number("uint64", "amount", amount),
          number("uint256", "toChain", toChain),
          new Field("address", "to", new Value.Account(to)),
          number("uint64", "nonce", nonce),
          number("uint64", "deadline", deadline));
    }
  }

  /** Move units between two accounts of one owner. */
  record Transfer(Hash from, Hash to, String asset, long amount, long nonce, long deadline)
      implements UserAction {
    @Override
    public Hash account() {
      return from;
    }

    @Override
    public List<Field> fields() {
      return List.of(
          word("from", from),
          word("to", to),
          text("asset", asset),
          number("uint64", "amount", amount),
          number("uint64", "nonce", nonce),
          number("uint64", "deadline", deadline));
    }
  }

  /**
   * Buy or sell lots of an instrument.
   *
   * @param venue who may match it; the zero address lets anyone
   * @param size lots
   * @param limitPrice in 1e-8; a buyer pays no more, a seller gets no less
   * @param maxFee settlement units that all fills together may cost
   * @param reduceOnly whether it may only make a position smaller
   */
  record Order(
      Hash account,
      Address venue,
      String instrument,
      boolean buy,
      long size,
      long limitPrice,
      long maxFee,
      boolean reduceOnly,
      long nonce,
      long deadline)
      implements UserAction {
    @Override
    public List<Field> fields() {
      return List.of(
          word("account", account),
          new Field("address", "venue", new Value.Account(venue)),
          text("instrument", instrument),
          flag("buy", buy),
          number("uint64", "size", size),
          number("int64", "limitPrice", limitPrice),
          number("uint64", "maxFee", maxFee),
          flag("reduceOnly", reduceOnly),
          number("uint64", "nonce", nonce),
          number("uint64", "deadline", deadline));
    }
  }

  /** Take back the order with this nonce. */
  record Cancel(Hash account, long nonce) implements UserAction {
    @Override
    public List<Field> fields() {
      return List.of(word("account", account), number("uint64", "nonce", nonce));
    }
  }

  /** Take back every order whose nonce is below this. */
  record CancelBelow(Hash account, long nonceFloor) implements UserAction {
    @Override
    public List<Field> fields() {
      return List.of(word("account", account), number("uint64", "nonceFloor", nonceFloor));
    }
  }

  /**
   * Take over a slice of an account in auction.
   *
   * @param auction the auction's id
   * @param portionPpm part of the slice
   * @param maxPay settlement units paid at most for it
   * @param minPriceSeq price set before which it must not be decided
   */
  record Bid(
      Hash account,
      String auction,
      int portionPpm,
      long maxPay,
      long minPriceSeq,
      long nonce,
      long deadline)
      implements UserAction {
    @Override
    public List<Field> fields() {
      return List.of(
          word("account", account),
          text("auction", auction),
          number("uint32", "portionPpm", portionPpm),
          number("uint64", "maxPay", maxPay),
          number("uint64", "minPriceSeq", minPriceSeq),
          number("uint64", "nonce", nonce),
          number("uint64", "deadline", deadline));
    }
  }

  /** Let whoever shows this signature read the account until {@code expires}. */
  record Read(Hash account, Address key, long expires) implements UserAction {
    @Override
    public List<Field> fields() {
      return List.of(
          word("account", account),
          new Field("address", "key", new Value.Account(key)),
          number("uint64", "expires", expires));
    }
  }

  private static Field word(String name, Hash word) {
    return new Field("bytes32", name, new Value.Word32(word));
  }

  private static Field text(String name, String text) {
    return new Field("string", name, new Value.Text(text));
  }

  private static Field flag(String name, boolean set) {
    return new Field("bool", name, new Value.Flag(set));
  }

  private static Field number(String type, String name, long number) {
    return new Field(type, name, Value.Number.of(number));
  }
}
