package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;

final class TransactionSignerTest {

  private static final Address TO = new Address("0x5615deb798bb3e4dfa0139dfa1b3d433cc23b72f");
  private static final SigningKey KEY = SigningKey.derive("sender", 0);

  /** web3j's own signer, with its own key handling, is the second way. */
  @Property(tries = 200)
  void itSignsTheBytesThatWeb3jSigns(
      @ForAll @LongRange(min = 1, max = 1L << 40) long chainId,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long nonce,
      @ForAll @LongRange(min = 21_000, max = 30_000_000) long gas,
      @ForAll("wei") BigInteger tip,
      @ForAll("wei") BigInteger base,
      @ForAll("wei") BigInteger value,
      @ForAll byte[] data) {
    FeeQuote fees = new FeeQuote(base.add(tip), tip);
    String hex = Hex.encode(data);
    RawTransaction transaction =
        RawTransaction.createTransaction(
            chainId,
            BigInteger.valueOf(nonce),
            BigInteger.valueOf(gas),
            TO.hex(),
            value,
            hex,
            tip,
            base.add(tip));
    byte[] expected =
        TransactionEncoder.signMessage(transaction, Credentials.create(KEY.revealHex()));

    SignedTransaction signed =
        new TransactionSigner(KEY, chainId).sign(nonce, fees, gas, TO, hex, value);

    assertEquals(Hex.encode(expected), signed.raw());
    assertEquals(new BouncyKeccak().hash(expected), signed.hash());
  }

  @Example
  void itNamesTheContractThatANonceCreates() {
    SigningKey funded =
        SigningKey.ofHex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

    assertEquals(
        new Address("0x5fbdb2315678afecb367f032d93f642f64180aa3"),
        new TransactionSigner(funded, 31_337).created(0));
    assertNotEquals(
        new TransactionSigner(funded, 31_337).created(127),
        new TransactionSigner(funded, 31_337).created(128));
  }

  @Example
  void aCreationGoesToNobody() {
    FeeQuote fees = new FeeQuote(BigInteger.TEN, BigInteger.ONE);
    TransactionSigner signer = new TransactionSigner(KEY, 1);
    Hash creation = signer.signCreation(0, fees, 100_000, "0x6000").hash();

    assertNotEquals(
        creation, signer.sign(0, fees, 100_000, Address.ZERO, "0x6000", BigInteger.ZERO).hash());
  }

  @Example
  void aFeeCoversItsOwnTip() {
    assertThrows(
        IllegalArgumentException.class, () -> new FeeQuote(BigInteger.ONE, BigInteger.TWO));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FeeQuote(BigInteger.ONE, BigInteger.ONE.negate()));
  }

  @Provide
  Arbitrary<BigInteger> wei() {
    return Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.TEN.pow(24));
  }
}
