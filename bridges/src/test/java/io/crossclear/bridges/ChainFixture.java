package io.crossclear.bridges;

import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.Signature;
import java.math.BigInteger;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;

/**
 * A chain of its own with one token of 18 decimals, carrying an asset of 6, and a vault of four
 * attesters.
 */
final class ChainFixture implements AutoCloseable {

  static final Keccak KECCAK = new BouncyKeccak();
  static final Asset USDC = new Asset("USDC");
  static final BigInteger QUANTUM = BigInteger.TEN.pow(12);
  static final BigInteger ETHER = BigInteger.TEN.pow(18);

  final Anvil anvil;
  final LocalDeployment deployment;
  final Address token;
  final VaultConfig vault;
  final List<SigningKey> attesters;

  ChainFixture(long chainId) {
    anvil = Anvil.start(chainId, Optional.empty(), 1);
    deployment = LocalDeployment.connect(anvil.uri());
    token = deployment.deployToken("Test dollar", "USDC", 18);
    attesters =
        LongStream.range(0, 4)
            .mapToObj(i -> SigningKey.derive("attester", i))
            .sorted(Comparator.comparing(SigningKey::address))
            .toList();
    long cap = 1L << 40;
    vault =
        deployment.deployVault(
            "local",
            List.of(new TokenConfig(USDC, token, 18, 10, cap, cap, cap)),
            List.of(new AssetConfig(USDC, 6, 1)),
            attesters.stream().map(SigningKey::address).toList(),
            3);
  }

  /** A pool over the chain itself and what else is given. */
  RpcPool pool(URI... others) {
    List<URI> urls = new java.util.ArrayList<>(List.of(others));
    urls.addFirst(anvil.uri());
    return new RpcPool(vault.id(), urls);
  }

  /** A user with wei and tokens. */
  WalletTransactions wallet(RpcPool pool, long user) {
    SigningKey key = SigningKey.derive("user", user);
    deployment.fund(key.address(), ETHER);
    deployment.mint(token, key.address(), units(1_000_000));
    return new WalletTransactions(pool, key);
  }

  /** Base units of so many ledger units. */
  static BigInteger units(long units) {
    return QUANTUM.multiply(BigInteger.valueOf(units));
  }

  /** An account of this owner. */
  static Hash account(Address owner) {
    return new Hash(owner.hex() + "000000000000000000000001");
  }

  /** A batch that pays one recipient. */
  SettlementBatch batch(long nonce, Address to, long units) {
    return new SettlementBatch(
        vault.id(),
        1,
        nonce,
        token,
        List.of(new SettlementBatch.Entry(Hash.ZERO, to, units)),
        4_000_000_000L);
  }

  /** Call data that settles the batch with the signatures of these attesters. */
  String settle(SettlementBatch batch, int... signers) {
    SortedMap<Address, Signature> signatures = new TreeMap<>();
    for (int signer : signers) {
      SigningKey key = attesters.get(signer);
      signatures.put(key.address(), key.sign(batch.digest(KECCAK)));
    }
    return VaultAbi.encodeSettle(batch, vault.attesters(), signatures);
  }

  static <T> T await(CompletionStage<T> stage) {
    return TransactionSender.await(stage);
  }

  @Override
  public void close() {
    deployment.close();
    anvil.close();
  }
}
