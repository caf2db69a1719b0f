package io.crossclear.bridges;

import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Address;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import okhttp3.OkHttpClient;

/**
 * Sets up a chain of one's own: test tokens, a vault, funded addresses. It refuses every client
 * that is no development chain. Methods block until the transaction is included, so call them from
 * a virtual thread; several may run at once. Failures are {@link ChainException}s.
 */
public final class LocalDeployment implements AutoCloseable {

  private static final List<String> DEVELOPMENT_CHAINS = List.of("anvil", "hardhat", "ganache");

  /** First account of the mnemonic that development chains fund: everybody knows this key. */
  private static final String FUNDED_KEY =
      "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

  private final RpcPool pool;
  private final TransactionSender sender;

  private LocalDeployment(RpcPool pool, SigningKey funder) {
    this.pool = pool;
    this.sender = new TransactionSender(pool, funder);
  }

  /** With the account that anvil, hardhat and ganache fund. */
  public static LocalDeployment connect(URI rpc) {
    return connect(rpc, SigningKey.ofHex(FUNDED_KEY));
  }

  /**
   * Asks the client what it is.
   *
   * @param funder pays for everything; nobody else may send with it meanwhile
   * @throws ChainException when nothing answers, or what answers is no development chain
   */
  public static LocalDeployment connect(URI rpc, SigningKey funder) {
    OkHttpClient client = new OkHttpClient.Builder().callTimeout(Duration.ofSeconds(10)).build();
    try {
      RpcProvider provider = new RpcProvider(rpc, 0, client);
      String version = provider.send("web3_clientVersion").text().toLowerCase(Locale.ROOT);
      if (DEVELOPMENT_CHAINS.stream().noneMatch(version::contains)) {
        throw new ChainException(
            provider.name() + " is no development chain: " + RpcRefusal.shortened(version));
      }
      VaultId none = new VaultId(provider.send("eth_chainId").number(), Address.ZERO);
      return new LocalDeployment(new RpcPool(none, List.of(rpc)), funder);
    } finally {
      client.connectionPool().evictAll();
    }
  }

  /** The chain's id. */
  public long chainId() {
    return pool.vault().chainId();
  }

  /** Puts a token on the chain that anyone can mint. */
  public Address deployToken(String name, String symbol, int decimals) {
    return create(VaultAbi.encodeTestTokenCreation(name, symbol, decimals)).at();
  }

  /**
   * Puts a vault on the chain.
   *
   * @param tokens on this chain already
   * @param assets of those tokens, which give their quanta
   * @param attesters ascending
   * @return what the genesis says of it
   */
  public VaultConfig deployVault(
      String chainName,
      List<TokenConfig> tokens,
      List<AssetConfig> assets,
      List<Address> attesters,
      int threshold) {
    List<VaultAbi.Listing> listings =
        tokens.stream()
            .map(
                token ->
                    new VaultAbi.Listing(
                        token.token(),
                        token.quantum(decimals(assets, token)),
                        token.minDeposit(),
                        token.depositCap()))
            .toList();
    Created vault = create(VaultAbi.encodeVaultCreation(attesters, threshold, listings));
    return new VaultConfig(
        new VaultId(chainId(), vault.at()),
        chainName,
        vault.blockNumber(),
        tokens,
        attesters,
        threshold);
  }

  private static int decimals(List<AssetConfig> assets, TokenConfig token) {
    return assets.stream()
        .filter(asset -> asset.asset().equals(token.asset()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown asset " + token.asset()))
        .decimals();
  }

  private record Created(Address at, long blockNumber) {}

  private Created create(String code) {
    TransactionSender.Included included = sender.send(Optional.empty(), code, BigInteger.ZERO);
    return new Created(sender.signer().created(included.nonce()), included.receipt().blockNumber());
  }

  /** Gives wei. */
  public Receipt fund(Address to, BigInteger wei) {
    return sender.send(Optional.of(to), "0x", wei).receipt();
  }

  /**
   * Mints a test token.
   *
   * @param amount base units
   */
  public Receipt mint(Address token, Address to, BigInteger amount) {
    return sender
        .send(Optional.of(token), VaultAbi.encodeMint(to, amount), BigInteger.ZERO)
        .receipt();
  }

  @Override
  public void close() {
    pool.close();
  }
}
