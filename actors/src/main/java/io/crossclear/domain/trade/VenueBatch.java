package io.crossclear.domain.trade;

import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.TypedData.Field;
import io.crossclear.domain.signing.TypedData.Value;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What a venue signs: fills that it matched, under a number that it never uses again. The typed
 * data is {@code FillBatch(address venue,uint64 number,uint64 deadline,bytes32 fills)}, where
 * {@code fills} is keccak256 of five words for each fill: digest of the buy order, digest of the
 * sell order, lots, price, number.
 *
 * @param number from 1
 * @param deadline seconds since 1970, at most 120 away
 * @param chainId of the domain that was signed
 * @param verifyingContract of the domain that was signed: a connected vault on that chain
 */
public record VenueBatch(
    Address venue,
    long number,
    long deadline,
    List<Fill> fills,
    long chainId,
    Address verifyingContract,
    Signature signature) {

  public VenueBatch {
    fills = List.copyOf(fills);
  }

  /** What the signature says. */
  public record Verified(Hash digest, Optional<Address> signer, boolean knownDomain) {}

  /** The typed data that the venue signs. */
  public static TypedData typedData(
      ActionVerifier verifier,
      Address venue,
      long number,
      long deadline,
      List<Fill> fills,
      long chainId,
      Address verifyingContract) {
    ByteArrayOutputStream words = new ByteArrayOutputStream(160 * fills.size());
    for (Fill fill : fills) {
      words.writeBytes(digest(verifier, fill.buy()));
      words.writeBytes(digest(verifier, fill.sell()));
      for (long number256 : new long[] {fill.lots(), fill.price(), fill.number()}) {
        words.writeBytes(word(number256));
      }
    }
    return new TypedData(
        new TypedData.Domain(
            "Crossclear", "1", chainId, verifyingContract, Optional.of(verifier.networkId())),
        "FillBatch",
        List.of(
            new Field("address", "venue", new Value.Account(venue)),
            new Field("uint64", "number", Value.Number.of(number)),
            new Field("uint64", "deadline", Value.Number.of(deadline)),
            new Field(
                "bytes32",
                "fills",
                new Value.Word32(verifier.keccak().hash(words.toByteArray())))));
  }

  /** Who signed an order is not asked here: that is slow, and decided fill by fill. */
  private static byte[] digest(ActionVerifier verifier, SignedAction<?> order) {
    return verifier
        .typedData(order.action(), order.chainId(), order.verifyingContract())
        .digest(verifier.keccak())
        .bytes();
  }

  /** A number as int256. */
  private static byte[] word(long number) {
    byte[] bytes = BigInteger.valueOf(number).toByteArray();
    byte[] word = new byte[32];
    if (number < 0) {
      java.util.Arrays.fill(word, (byte) 0xff);
    }
    System.arraycopy(bytes, 0, word, 32 - bytes.length, bytes.length);
    return word;
  }

  /**
   * Recomputes digest and signer.
   *
   * @throws IllegalArgumentException when a number is outside its type, so nobody can have signed
   */
  public Verified verify(ActionVerifier verifier) {
    Hash digest =
        typedData(verifier, venue, number, deadline, fills, chainId, verifyingContract)
            .digest(verifier.keccak());
    return new Verified(
        digest,
        verifier.recovery().recover(digest, signature),
        verifier.connected().test(chainId, verifyingContract));
  }
}
