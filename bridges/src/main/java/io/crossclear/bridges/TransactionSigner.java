package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import java.math.BigInteger;
import java.util.Arrays;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;

/**
 * Signs EIP-1559 transactions of one key on one chain. The same input gives the same bytes.
 *
 * @param chainId above 0
 */
public record TransactionSigner(SigningKey key, long chainId) {

  private static final Keccak KECCAK = new BouncyKeccak();

  /** The sender. */
  public Address address() {
    return key.address();
  }

  /**
   * A call or a plain transfer.
   *
   * @param nonce at least 0
   * @param gasLimit gas
   * @param data {@code 0x} and hexadecimal digits
   * @param value wei, at least 0
   */
  public SignedTransaction sign(
      long nonce, FeeQuote fees, long gasLimit, Address to, String data, BigInteger value) {
    return signed(nonce, fees, gasLimit, to.hex(), data, value);
  }

  /** A contract's creation from its creation code. */
  public SignedTransaction signCreation(long nonce, FeeQuote fees, long gasLimit, String code) {
    return signed(nonce, fees, gasLimit, "", code, BigInteger.ZERO);
  }

  private SignedTransaction signed(
      long nonce, FeeQuote fees, long gasLimit, String to, String data, BigInteger value) {
    RawTransaction transaction =
        RawTransaction.createTransaction(
            chainId,
            BigInteger.valueOf(nonce),
            BigInteger.valueOf(gasLimit),
            to,
            value,
            data,
            fees.maxPriorityFeePerGas(),
            fees.maxFeePerGas());
    Hash digest = KECCAK.hash(TransactionEncoder.encode(transaction));
    byte[] compact = key.sign(digest).bytes();
    byte v = (byte) (27 + ((compact[32] & 0x80) >>> 7));
    compact[32] &= 0x7f;
    Sign.SignatureData signature =
        new Sign.SignatureData(v, Arrays.copyOf(compact, 32), Arrays.copyOfRange(compact, 32, 64));
    byte[] raw = TransactionEncoder.encode(transaction, signature);
    return new SignedTransaction(KECCAK.hash(raw), Hex.encode(raw));
  }

  /**
   * Where a creation with this nonce puts its contract: the last 20 bytes of keccak256(rlp(sender,
   * nonce)).
   */
  public Address created(long nonce) {
    RlpList preimage =
        new RlpList(
            RlpString.create(address().bytes()), RlpString.create(BigInteger.valueOf(nonce)));
    return new Address("0x" + KECCAK.hash(RlpEncoder.encode(preimage)).hex().substring(2 + 24));
  }
}
