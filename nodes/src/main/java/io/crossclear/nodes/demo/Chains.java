package io.crossclear.nodes.demo;

import io.crossclear.bridges.ChainException;
import io.crossclear.bridges.RpcPool;
import io.crossclear.bridges.SigningKey;
import io.crossclear.bridges.VaultLogs;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The demo's own way to every chain, beside the node's. Methods block; any thread. */
final class Chains implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(40);

  private record Chain(
      VaultConfig vault,
      RpcPool pool,
      WalletTransactions faucet,
      TokenPayouts payouts,
      ConcurrentHashMap<Address, WalletTransactions> wallets,
      ConcurrentSkipListMap<Long, Long> finalSince) {}

  private final Genesis genesis;
  private final TreeMap<VaultId, Chain> chains = new TreeMap<>();
  private volatile boolean closed;

  /**
   * @param urls RPC address by the chain's name
   */
  Chains(Genesis genesis, Map<String, URI> urls, SigningKey faucet) {
    this.genesis = genesis;
    for (VaultConfig vault : genesis.vaults()) {
      URI url = Objects.requireNonNull(urls.get(vault.chainName()), vault.chainName());
      RpcPool pool = new RpcPool(vault.id(), List.of(url));
      Chain chain =
          new Chain(
              vault,
              pool,
              new WalletTransactions(pool, faucet),
              new TokenPayouts(url, vault, genesis),
              new ConcurrentHashMap<>(),
              new ConcurrentSkipListMap<>());
      chains.put(vault.id(), chain);
      Thread.ofVirtual().name("finality of " + vault.chainName()).start(() -> watchFinality(chain));
    }
  }

  /** Notes when each block was first seen to be final, by this machine's clock. */
  private void watchFinality(Chain chain) {
    long known = 0;
    while (!closed) {
      try {
        long height = await(chain.pool().finalized()).number();
        long now = System.currentTimeMillis();
        if (height > known) {
          chain.finalSince().put(height, now);
          known = height;
        }
        Thread.sleep(LOOK_EVERY);
      } catch (ChainException notNow) {
        Thread.yield(); // the next look will do
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /**
   * When a block was first seen to be final, milliseconds since 1970.
   *
   * @throws DemoException when it never was
   */
  long finalSince(VaultId vault, long block) {
    Map.Entry<Long, Long> seen = chain(vault).finalSince().ceilingEntry(block);
    if (seen == null) {
      throw new DemoException("Block " + block + " of " + vault + " was never seen to be final.");
    }
    return seen.getValue();
  }

  private Chain chain(VaultId vault) {
    return Objects.requireNonNull(chains.get(vault), vault::toString);
  }

  /** The faucet's wallet on this chain; tokens are minted with it. */
  WalletTransactions faucet(VaultConfig vault) {
    return chain(vault.id()).faucet();
  }

  /** A user's wallet on this chain, the same one every time, because it counts nonces. */
  WalletTransactions wallet(VaultConfig vault, SigningKey key) {
    Chain chain = chain(vault.id());
    return chain
        .wallets()
        .computeIfAbsent(key.address(), address -> new WalletTransactions(chain.pool(), key));
  }

  static Address token(VaultConfig vault, Asset asset) {
    return vault.token(asset).map(TokenConfig::token).orElseThrow();
  }

  /** Base units of the vault's token in so many units. */
  BigInteger base(VaultConfig vault, Asset asset, long units) {
    return quantum(vault, asset).multiply(BigInteger.valueOf(units));
  }

  private BigInteger quantum(VaultConfig vault, Asset asset) {
    int decimals = genesis.asset(asset).map(AssetConfig::decimals).orElseThrow();
    return vault.token(asset).orElseThrow().quantum(decimals);
  }

  /**
   * Whole units of base units.
   *
   * @throws DemoException when it is not a whole number of them
   */
  static long units(BigInteger base, BigInteger quantum) {
    BigInteger[] parts = base.divideAndRemainder(quantum);
    if (parts[1].signum() != 0 || parts[0].bitLength() > 63) {
      throw new DemoException(base + " base units are no whole units of " + quantum + ".");
    }
    return parts[0].longValueExact();
  }

  /** Every vault as its chain tells it now. */
  List<ChainView> views() {
    List<ChainView> views = new ArrayList<>();
    for (Chain chain : chains.values()) {
      VaultConfig vault = chain.vault();
      long block = await(chain.pool().finalized()).number();
      VaultLogs logs = await(chain.pool().vaultLogs(vault.deployedAt(), block));
      views.add(
          new ChainView(
              vault,
              block,
              logs.deposits(),
              logs.settlements(),
              chain.payouts().through(block),
              balances(vault, vault.id().address(), block)));
    }
    return List.copyOf(views);
  }

  /** Units of every asset that somebody holds on a chain after a block. */
  SortedMap<Asset, Long> balances(VaultConfig vault, Address holder, long block) {
    TreeMap<Asset, Long> balances = new TreeMap<>();
    for (TokenConfig token : vault.tokens()) {
      BigInteger base = await(chain(vault.id()).pool().tokenBalance(token.token(), holder, block));
      balances.put(token.asset(), units(base, quantum(vault, token.asset())));
    }
    return balances;
  }

  /** Gas that a transaction used. */
  long gas(VaultId vault, Hash transaction) {
    return await(chain(vault).pool().receipt(transaction))
        .orElseThrow(() -> new DemoException("There is no transaction " + transaction + "."))
        .gasUsed()
        .longValueExact();
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof ChainException known) {
        throw known;
      }
      throw failed;
    }
  }

  @Override
  public void close() {
    closed = true;
    chains
        .values()
        .forEach(
            chain -> {
              chain.pool().close();
              chain.payouts().close();
            });
  }
}
